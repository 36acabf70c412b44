"""Laboratory values of a synthetic patient, drawn from the same illness as the vital signs."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from simulations.patients import SyntheticPatient
from simulations.presentations import MINORS


@dataclass(frozen=True, slots=True)
class Measurement:
    """One laboratory value: LOINC code and name, value, UCUM unit, and its age in days."""

    code: str
    display: str
    value: float
    unit: str
    days_old: int = 0


def draw_laboratory(rng: Generator, patient: SyntheticPatient) -> tuple[Measurement, ...]:
    """Values that a laboratory would have for the patient; some were never asked for."""
    if patient.child or (patient.presentation.zone == MINORS and rng.random() < 0.6):
        return ()
    found = []
    if rng.random() < 0.95:
        found.append(_creatinine(rng, patient))
    if rng.random() < 0.85:
        found.append(_glucose(rng, patient))
    if "diabetes" in patient.conditions or rng.random() < 0.2:
        found.append(_hba1c(rng, patient))
    if patient.age >= 35 and rng.random() < 0.55:
        found.extend(_lipids(rng, patient))
    return tuple(found)


def creatinine_for(rate: float, age: int, sex: str) -> float:
    """Creatinine in mg/dL at which CKD-EPI 2021 (Inker et al., 2021) gives the filtration rate `rate`."""
    female = sex == "female"
    scale, bend = (0.7, -0.241) if female else (0.9, -0.302)
    share = rate / (142 * 0.9938**age * (1.012 if female else 1.0))
    return float(scale * share ** (-1 / 1.2 if share <= 1 else 1 / bend))


def _creatinine(rng: Generator, patient: SyntheticPatient) -> Measurement:
    rate = 112 - 0.75 * max(patient.age - 30, 0) + rng.normal(0, 9)
    if "kidney-3" in patient.conditions:
        rate = rng.uniform(31, 58)
    if "kidney-4" in patient.conditions:
        rate = rng.uniform(16, 29)
    rate *= 1 - 0.45 * patient.presentation.circulation * patient.severity
    value = creatinine_for(max(rate, 8.0), patient.age, patient.sex)
    if patient.number % 5 == 0:
        return Measurement("14682-9", "Creatinine [Moles/volume]", round(value * 88.42), "umol/L")
    return Measurement("2160-0", "Creatinine [Mass/volume]", round(value, 2), "mg/dL")


def _glucose(rng: Generator, patient: SyntheticPatient) -> Measurement:
    value = 96 + rng.normal(0, 10) + 35 * patient.severity
    if "diabetes" in patient.conditions:
        value += rng.uniform(30, 90)
    if patient.presentation.name == "ketoacidosis":
        value = rng.uniform(380, 560)
    if patient.number % 5 == 0:
        molar = round(float(value) / 18.016, 1)
        return Measurement("14749-6", "Glucose [Moles/volume]", molar, "mmol/L")
    return Measurement("2345-7", "Glucose [Mass/volume]", round(float(value)), "mg/dL")


def _hba1c(rng: Generator, patient: SyntheticPatient) -> Measurement:
    value = rng.normal(7.9, 1.2) if "diabetes" in patient.conditions else rng.normal(5.5, 0.35)
    name = "Hemoglobin A1c/Hemoglobin.total in Blood"
    return Measurement("4548-4", name, round(float(max(value, 4.5)), 1), "%", int(rng.integers(5, 300)))


def _lipids(rng: Generator, patient: SyntheticPatient) -> tuple[Measurement, ...]:
    statin = any(p.drug in ("simvastatin", "atorvastatin") for p in patient.prescriptions)
    high = "hyperlipidemia" in patient.conditions
    bad = max(float(118 + 32 * high - 38 * statin + rng.normal(0, 22)), 45.0)
    good = max(float((55 if patient.sex == "female" else 47) + rng.normal(0, 8)), 25.0)
    fat = max(float(125 + 45 * high + 35 * ("diabetes" in patient.conditions) + rng.normal(0, 35)), 45.0)
    days = int(rng.integers(5, 380))
    total = bad + good + fat / 5
    return (
        Measurement("2093-3", "Cholesterol [Mass/volume]", round(total), "mg/dL", days),
        Measurement("2085-9", "Cholesterol in HDL [Mass/volume]", round(good), "mg/dL", days),
        Measurement("18262-6", "Cholesterol in LDL [Mass/volume]", round(bad), "mg/dL", days),
        Measurement("2571-8", "Triglyceride [Mass/volume]", round(fat), "mg/dL", days),
    )
