"""Long-term conditions of synthetic patients and the medicines taken for them."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator


@dataclass(frozen=True, slots=True)
class LongTermCondition:
    """A condition, how likely it is at 40 and at 80 years, and the medicines (keys of `DRUGS`) it brings."""

    code: str
    display: str
    at_40: float
    at_80: float
    drugs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drug:
    """A product of RxNorm with a usual dose: amount and unit at a time, and times a day."""

    code: str
    name: str
    amount: float
    unit: str
    times: int


CONDITIONS: dict[str, LongTermCondition] = {
    "hypertension": LongTermCondition("59621000", "Essential hypertension", 0.18, 0.65, ("lisinopril", "amlodipine")),
    "diabetes": LongTermCondition("44054006", "Diabetes mellitus type 2", 0.08, 0.25, ("metformin",)),
    "kidney-3": LongTermCondition("433144002", "Chronic kidney disease stage 3", 0.02, 0.25),
    "kidney-4": LongTermCondition("431857002", "Chronic kidney disease stage 4", 0.005, 0.07, ("allopurinol",)),
    "hyperlipidemia": LongTermCondition("55822004", "Hyperlipidemia", 0.15, 0.45, ("simvastatin",)),
    "coronary": LongTermCondition(
        "53741008", "Coronary arteriosclerosis", 0.02, 0.25, ("aspirin", "atorvastatin", "metoprolol")
    ),
    "fibrillation": LongTermCondition("49436004", "Atrial fibrillation", 0.01, 0.18, ("digoxin", "apixaban")),
    "heart-failure": LongTermCondition(
        "84114007", "Heart failure", 0.005, 0.14, ("furosemide", "spironolactone", "lisinopril")
    ),
    "copd": LongTermCondition("13645005", "Chronic obstructive lung disease", 0.02, 0.15, ("albuterol",)),
    "asthma": LongTermCondition("195967001", "Asthma", 0.09, 0.07, ("albuterol",)),
    "osteoarthritis": LongTermCondition("239873007", "Osteoarthritis of knee", 0.04, 0.3, ("naproxen",)),
    "depression": LongTermCondition("35489007", "Depressive disorder", 0.1, 0.08, ("sertraline",)),
}
"""Long-term conditions (SNOMED CT)."""

DRUGS: dict[str, Drug] = {
    "lisinopril": Drug("314076", "lisinopril 10 MG Oral Tablet", 10, "mg", 1),
    "amlodipine": Drug("197361", "amlodipine 5 MG Oral Tablet", 1, "{tablet}", 1),
    "metformin": Drug("860975", "24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet", 1000, "mg", 2),
    "allopurinol": Drug("197319", "allopurinol 100 MG Oral Tablet", 300, "mg", 1),
    "simvastatin": Drug("312961", "simvastatin 20 MG Oral Tablet", 1, "{tablet}", 1),
    "atorvastatin": Drug("259255", "atorvastatin 80 MG Oral Tablet", 80, "mg", 1),
    "aspirin": Drug("243670", "aspirin 81 MG Oral Tablet", 81, "mg", 1),
    "metoprolol": Drug("866412", "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet", 100, "mg", 1),
    "digoxin": Drug("197604", "digoxin 0.125 MG Oral Tablet", 0.125, "mg", 1),
    "apixaban": Drug("1364445", "apixaban 5 MG Oral Tablet", 5, "mg", 2),
    "furosemide": Drug("313988", "furosemide 40 MG Oral Tablet", 40, "mg", 1),
    "spironolactone": Drug("313096", "spironolactone 25 MG Oral Tablet", 25, "mg", 1),
    "albuterol": Drug("351137", "albuterol 0.21 MG/ML Inhalation Solution", 3, "mL", 3),
    "naproxen": Drug("849574", "naproxen sodium 220 MG Oral Tablet", 220, "mg", 2),
    "ibuprofen": Drug("310965", "ibuprofen 200 MG Oral Tablet", 400, "mg", 3),
    "sertraline": Drug("312941", "sertraline 50 MG Oral Tablet", 50, "mg", 1),
    "nitrofurantoin": Drug("311995", "nitrofurantoin, macrocrystals 50 MG Oral Capsule", 100, "mg", 2),
    "acetaminophen": Drug("313782", "acetaminophen 325 MG Oral Tablet", 650, "mg", 4),
}
"""Medicines (RxNorm) with usual doses, some of them too high for poor kidneys, as happens."""


@dataclass(frozen=True, slots=True)
class Prescription:
    """A medicine that is taken; `reason` is the key of a condition, '' where the record names none."""

    drug: str
    reason: str
    as_needed: bool = False


def draw_conditions(rng: Generator, age: int, certain: str) -> tuple[str, ...]:
    """Keys of the long-term conditions of a patient of `age`, with `certain` among them."""
    share = min(max((age - 40) / 40, -0.6), 1.2)
    chosen = []
    for key, condition in CONDITIONS.items():
        likely = max(condition.at_40 + share * (condition.at_80 - condition.at_40), 0.0) if age >= 16 else 0.0
        if rng.random() < likely or key == certain:
            chosen.append(key)
    if "kidney-4" in chosen and "kidney-3" in chosen:
        chosen.remove("kidney-3")
    return tuple(chosen)


def draw_prescriptions(rng: Generator, conditions: tuple[str, ...], presentation: str) -> tuple[Prescription, ...]:
    """Medicines for `conditions`; some lack their reason, some are there twice, as in real lists."""
    taken = [
        Prescription(drug, key if rng.random() < 0.85 else "")
        for key in conditions
        for drug in CONDITIONS[key].drugs
        if rng.random() < 0.8
    ]
    if presentation == "urine-infection":
        taken.append(Prescription("nitrofurantoin", ""))
    if presentation in ("migraine", "ankle-sprain") or "osteoarthritis" in conditions:
        taken.append(Prescription("ibuprofen", "", as_needed=True))
    if taken and rng.random() < 0.12:
        taken.append(Prescription(taken[0].drug, ""))
    return tuple(taken)
