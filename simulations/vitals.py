"""Vital signs of a synthetic patient: one severity moves them all, so that they agree with one another."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from numpy.random import Generator

from simulations.patients import SyntheticPatient
from simulations.presentations import MINORS


@dataclass(frozen=True, slots=True)
class Vitals:
    """One set of vital signs; None where nobody measured.

    Parameters
    ----------
    breaths, pulse : int, optional
        A minute.
    saturation : int, optional
        SpO2 in percent.
    oxygen : float, optional
        Oxygen given, in litres a minute; 0 is room air.
    systolic, diastolic : int, optional
        Blood pressure in mm[Hg].
    temperature : float, optional
        In degrees Celsius.
    consciousness : str, optional
        One letter of ACVPU.
    """

    breaths: int | None
    pulse: int | None
    saturation: int | None
    oxygen: float | None
    systolic: int | None
    diastolic: int | None
    temperature: float | None
    consciousness: str | None


def draw_vitals(rng: Generator, patient: SyntheticPatient, *, treated: float = 0.0) -> Vitals:
    """Measure the patient.

    Parameters
    ----------
    rng : Generator
        Source of randomness.
    patient : SyntheticPatient
        Who is measured.
    treated : float
        Share by which treatment has lowered the severity.

    Returns
    -------
    Vitals
        A full set; see `leave_out` for gaps.
    """
    ill = patient.severity * (1 - treated)
    reason = patient.presentation
    fever = reason.infection * ill
    shock = reason.circulation * ill
    fast, slow_heart, pressure = _resting(patient)
    saturation, oxygen = _breathing(rng, patient, ill)
    strain = max(reason.lungs, 0.0) * ill
    pulse = fast[1] * (1 + 0.45 * shock + 0.2 * fever + 0.12 * strain + 0.12 * reason.pain * ill) - slow_heart
    systolic = pressure - 46 * shock + 14 * reason.pain * ill + rng.normal(0, 8)
    if reason.name == "fast-fibrillation":
        pulse += 38 * ill
    return Vitals(
        breaths=max(round(fast[0] * (1 + 0.75 * reason.lungs * ill + 0.25 * fever) + rng.normal(0, 1.2)), 5),
        pulse=round(pulse + rng.normal(0, 5)),
        saturation=saturation,
        oxygen=oxygen,
        systolic=round(systolic),
        diastolic=round(0.58 * systolic + rng.normal(4, 4)),
        temperature=round(float(36.7 + 2.8 * fever - 0.4 * shock + rng.normal(0, 0.2)), 1),
        consciousness=_consciousness(rng, reason.brain * ill, patient.age),
    )


def leave_out(rng: Generator, patient: SyntheticPatient, vitals: Vitals) -> Vitals:
    """Drop what nobody measured: little in a busy zone, more among minor injuries."""
    chance = 0.25 if patient.presentation.zone == MINORS else 0.03
    gone = {f.name for f in fields(vitals) if rng.random() < chance}
    if gone & {"systolic", "diastolic"}:
        gone |= {"systolic", "diastolic"}
    return replace(vitals, **dict.fromkeys(gone))


def _resting(patient: SyntheticPatient) -> tuple[tuple[float, float], float, float]:
    if patient.child:
        age = patient.age
        return (38 - 1.4 * age, 135 - 3.6 * age), 0.0, 84 + 2.0 * age
    beta_blocked = any(p.drug in ("metoprolol", "digoxin") for p in patient.prescriptions)
    pressure = 116 + 0.3 * max(patient.age - 35, 0) + 14 * ("hypertension" in patient.conditions)
    return (15.0, 75.0), 9.0 * beta_blocked, pressure


def _breathing(rng: Generator, patient: SyntheticPatient, ill: float) -> tuple[int, float]:
    retainer = "copd" in patient.conditions
    air = 98.0 - 0.02 * patient.age - 3.5 * retainer - 11 * abs(patient.presentation.lungs) * ill
    air += rng.normal(0, 0.7)
    wanted = 89.0 if retainer else 94.0
    if air >= wanted:
        return min(round(air), 100), 0.0
    flow = min(max(round((wanted - air) * 1.2), 1), 15)
    return min(round(wanted + rng.uniform(-1.0, 3.0)), 100), float(flow)


def _consciousness(rng: Generator, affected: float, age: int) -> str:
    if affected < 0.15:
        return "A"
    depth = affected + rng.normal(0, 0.12)
    steps = (("U", 0.92), ("P", 0.75), ("V", 0.5), ("C", 0.3 if age >= 65 else 0.42))
    return next((letter for letter, least in steps if depth >= least), "A")
