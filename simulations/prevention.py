"""Vaccinations, procedures and allergies in the past of synthetic patients, with gaps left on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from numpy.random import Generator

from simulations.patients import SyntheticPatient


@dataclass(frozen=True, slots=True)
class Past:
    """Something done on a day: a code, its name, the day, and its length in minutes."""

    code: str
    display: str
    day: date
    minutes: int = 0


_VACCINES = (
    # CVX code, name, youngest age in years, years between doses (0: once), share of people who have it
    ("140", "Influenza, seasonal, injectable, preservative free", 1, 1, 0.6),
    ("113", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed", 19, 10, 0.7),
    ("133", "Pneumococcal conjugate PCV 13", 65, 0, 0.6),
    ("187", "zoster recombinant", 50, 0, 0.4),
)
_CHILD_VACCINES = (
    # CVX code, name, ages in months
    ("20", "DTaP", (2, 4, 6, 16, 50)),
    ("10", "IPV", (2, 4, 9, 50)),
    ("03", "MMR", (13, 50)),
    ("21", "varicella", (13, 50)),
)
_SCREENINGS = (
    # SNOMED CT code, name, sex ('' for all), ages, years between, share, minutes
    ("73761001", "Colonoscopy", "", (45, 80), 10, 0.5, 35),
    ("24623002", "Screening mammography", "female", (40, 75), 2, 0.6, 20),
    ("312681000", "Bone density scan", "female", (65, 94), 5, 0.4, 20),
    ("171207006", "Depression screening", "", (16, 94), 2, 0.4, 10),
)
_ALLERGIES = (
    ("91936005", "Allergy to penicillin"),
    ("300913006", "Shellfish allergy"),
    ("419474003", "Allergy to mould"),
)


def draw_vaccinations(rng: Generator, patient: SyntheticPatient) -> tuple[Past, ...]:
    """Vaccinations given so far."""
    today = patient.arrival.date()
    given = []
    if patient.age < 18:
        for code, name, months in _CHILD_VACCINES:
            for month in months:
                day = patient.born + timedelta(days=round(30.44 * month) + int(rng.integers(0, 25)))
                if day < today and rng.random() < 0.88:
                    given.append(Past(code, name, day))
    for code, name, youngest, years, share in _VACCINES:
        if patient.age > youngest and rng.random() < share:
            longest = min(patient.age - youngest, years * 1.4 if years else 8)
            given.append(Past(code, name, today - timedelta(days=int(rng.uniform(20, 365 * longest)))))
    return tuple(given)


def draw_procedures(rng: Generator, patient: SyntheticPatient) -> tuple[Past, ...]:
    """Screening done in earlier years."""
    today = patient.arrival.date()
    done = []
    for code, name, sex, (youngest, oldest), years, share, minutes in _SCREENINGS:
        if sex in ("", patient.sex) and youngest < patient.age <= oldest and rng.random() < share:
            longest = min(patient.age - youngest, years * 1.5)
            day = today - timedelta(days=int(rng.uniform(30, 365 * longest)))
            done.append(Past(code, name, day, minutes))
    return tuple(done)


def draw_allergies(rng: Generator) -> tuple[tuple[str, str], ...]:
    """SNOMED CT codes and names of known allergies; most people have none."""
    return tuple(allergy for allergy in _ALLERGIES if rng.random() < 0.07)
