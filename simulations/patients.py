"""A synthetic patient: who it is and how ill, before any measurement is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from numpy.random import Generator

from simulations.histories import Prescription, draw_conditions, draw_prescriptions
from simulations.presentations import CHILDREN, OBSERVATION, Presentation

LANGUAGES = ("en", "es", "fr", "ar", "zh", "pl")
_LANGUAGE_SHARES = (0.7, 0.1, 0.06, 0.05, 0.05, 0.04)


@dataclass(frozen=True, slots=True)
class SyntheticPatient:
    """One invented person at one moment.

    Parameters
    ----------
    number : int
        Running number, from 1.
    sex : {'female', 'male'}
        Administrative gender.
    born : date
        Birth date.
    age : int
        Whole years at arrival.
    language : str
        Preferred language (BCP 47).
    height, weight : float
        In cm and kg.
    presentation : Presentation
        Why the patient came.
    severity : float
        How ill, 0 to 1.
    arrival, now : datetime
        When the patient came, and the moment of the snapshot.
    conditions : tuple of str
        Keys of `simulations.histories.CONDITIONS`.
    prescriptions : tuple of Prescription
        What is taken at home.
    smoker : bool
        Whether the patient smokes.
    """

    number: int
    sex: str
    born: date
    age: int
    language: str
    height: float
    weight: float
    presentation: Presentation
    severity: float
    arrival: datetime
    now: datetime
    conditions: tuple[str, ...]
    prescriptions: tuple[Prescription, ...]
    smoker: bool

    @property
    def id(self) -> str:
        """Id of the Patient resource, which says that it is synthetic."""
        return f"syn-{self.number:03d}"

    @property
    def child(self) -> bool:
        """Whether adult scores do not apply."""
        return self.age < 16


def draw_patient(rng: Generator, number: int, presentation: Presentation, now: datetime) -> SyntheticPatient:
    """Invent a patient with `presentation` who is in the department at `now`.

    Parameters
    ----------
    rng : Generator
        Source of randomness.
    number : int
        Running number, from 1.
    presentation : Presentation
        Why the patient came.
    now : datetime
        Moment of the snapshot.

    Returns
    -------
    SyntheticPatient
        The patient.
    """
    youngest, oldest = presentation.ages
    age = int(rng.integers(youngest, oldest + 1))
    hours = rng.uniform(7, 30) if presentation.zone == OBSERVATION else min(0.4 + rng.exponential(2.2), 9.0)
    arrival = now - timedelta(minutes=int(hours * 60))
    born = (arrival - timedelta(days=int(365.25 * age) + int(rng.integers(1, 364)))).date()
    sex = "female" if rng.random() < 0.5 else "male"
    low, high = presentation.severity
    conditions = draw_conditions(rng, age, presentation.history)
    height, weight = _build(rng, age, sex, heavy="diabetes" in conditions)
    return SyntheticPatient(
        number=number,
        sex=sex,
        born=born,
        age=age,
        language=str(rng.choice(LANGUAGES, p=_LANGUAGE_SHARES)),
        height=height,
        weight=weight,
        presentation=presentation,
        severity=float(rng.uniform(low, high)),
        arrival=arrival,
        now=now,
        conditions=conditions,
        prescriptions=draw_prescriptions(rng, conditions, presentation.name),
        smoker=presentation.zone != CHILDREN and rng.random() < (0.6 if "copd" in conditions else 0.2),
    )


def _build(rng: Generator, age: int, sex: str, *, heavy: bool) -> tuple[float, float]:
    if age < 16:
        height = 52 + 24 * min(age + 0.5, 1) + 6.3 * max(age - 1, 0) + rng.normal(0, 3)
        index = 16.5 + 0.25 * max(age - 6, 0) + rng.normal(0, 1)
    else:
        height = (163 if sex == "female" else 177) - 0.06 * max(age - 40, 0) + rng.normal(0, 6.5)
        index = 25.5 + 4.5 * heavy + rng.normal(0, 4.2)
    return round(float(height), 1), round(float(max(index, 14.0) * (height / 100) ** 2), 1)
