"""Why synthetic patients come to the emergency department, and what each reason does to the body.

The numbers are the authors' own rough shapes, chosen so that vital signs move together as they do at the
bedside. They come from no data set and say nothing about how often anything happens in a real department.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Presentation:
    """A reason for coming.

    Parameters
    ----------
    name : str
        Key of the presentation.
    code, display : str
        SNOMED CT concept of the reason.
    zone : str
        Where such patients are seen.
    severity : tuple of float
        Lowest and highest severity, within 0 to 1.
    lungs, circulation, infection, brain, pain : float
        How strongly it acts on each, 0 to 1. A negative `lungs` slows the breathing.
    ages : tuple of int
        Youngest and oldest age in years.
    history : str
        Long-term condition that comes with it ('' for none).
    """

    name: str
    code: str
    display: str
    zone: str
    severity: tuple[float, float]
    lungs: float = 0.0
    circulation: float = 0.0
    infection: float = 0.0
    brain: float = 0.0
    pain: float = 0.0
    ages: tuple[int, int] = (18, 92)
    history: str = ""


RESUS, MAJORS, MINORS, CHILDREN, OBSERVATION = "resus", "majors", "minors", "paediatrics", "observation"

ZONES: dict[str, int] = {RESUS: 6, MAJORS: 21, MINORS: 12, CHILDREN: 8, OBSERVATION: 8}
"""Zones of the department and how many synthetic patients each has."""

PRESENTATIONS: tuple[Presentation, ...] = (
    Presentation("sepsis", "91302008", "Sepsis", RESUS, (0.7, 1.0), 0.5, 1.0, 1.0, 0.7, ages=(45, 92)),
    Presentation("anaphylaxis", "39579001", "Anaphylaxis", RESUS, (0.6, 0.9), 0.8, 0.9, ages=(18, 60)),
    Presentation("bleeding", "74474003", "Gastrointestinal hemorrhage", RESUS, (0.6, 0.9), 0.2, 1.0, brain=0.2),
    Presentation("stroke", "230690007", "Cerebrovascular accident", RESUS, (0.6, 1.0), brain=1.0, ages=(50, 92)),
    Presentation("overdose", "7895008", "Poisoning caused by drug", RESUS, (0.6, 0.9), -0.9, 0.3, brain=1.0),
    Presentation(
        "ketoacidosis",
        "420422005",
        "Ketoacidosis due to diabetes mellitus",
        RESUS,
        (0.6, 0.9),
        0.8,
        0.6,
        0.1,
        0.4,
        history="diabetes",
    ),
    Presentation("pneumonia", "233604007", "Pneumonia", MAJORS, (0.35, 0.8), 0.9, 0.3, 0.9, ages=(25, 92)),
    Presentation(
        "copd-exacerbation",
        "195951007",
        "Acute exacerbation of chronic obstructive airways disease",
        MAJORS,
        (0.4, 0.8),
        0.8,
        0.2,
        0.3,
        ages=(50, 88),
        history="copd",
    ),
    Presentation("asthma-attack", "267036007", "Dyspnea", MAJORS, (0.3, 0.7), 0.8, 0.1, history="asthma"),
    Presentation(
        "heart-failure",
        "84114007",
        "Heart failure",
        MAJORS,
        (0.4, 0.8),
        0.7,
        0.2,
        ages=(55, 92),
        history="heart-failure",
    ),
    Presentation("chest-pain", "29857009", "Chest pain", MAJORS, (0.1, 0.6), 0.1, 0.2, pain=0.6, ages=(35, 90)),
    Presentation(
        "fast-fibrillation",
        "49436004",
        "Atrial fibrillation",
        MAJORS,
        (0.4, 0.7),
        0.2,
        0.5,
        ages=(55, 90),
        history="fibrillation",
    ),
    Presentation("abdominal-pain", "21522001", "Abdominal pain", MAJORS, (0.1, 0.5), 0.1, 0.2, 0.3, pain=0.8),
    Presentation("renal-colic", "7093002", "Renal colic", MAJORS, (0.2, 0.5), pain=1.0, ages=(25, 70)),
    Presentation("hip-fracture", "5913000", "Fracture of neck of femur", MAJORS, (0.3, 0.5), pain=0.8, ages=(68, 94)),
    Presentation("syncope", "271594007", "Syncope", MAJORS, (0.1, 0.4), circulation=0.4, brain=0.1),
    Presentation("ankle-sprain", "44465007", "Sprain of ankle", MINORS, (0.0, 0.2), pain=0.4, ages=(16, 65)),
    Presentation("hand-cut", "284549007", "Laceration of hand", MINORS, (0.0, 0.2), pain=0.3),
    Presentation("wrist-fracture", "263102004", "Fracture subluxation of wrist", MINORS, (0.1, 0.3), pain=0.6),
    Presentation("migraine", "37796009", "Migraine", MINORS, (0.1, 0.3), pain=0.6, ages=(18, 55)),
    Presentation("urine-infection", "68566005", "Urinary tract infectious disease", MINORS, (0.1, 0.4), infection=0.6),
    Presentation("concussion", "62106007", "Concussion with no loss of consciousness", MINORS, (0.1, 0.3), pain=0.3),
    Presentation("bronchiolitis", "4120002", "Bronchiolitis", CHILDREN, (0.2, 0.7), 0.8, 0.1, 0.5, ages=(0, 1)),
    Presentation("fever", "386661006", "Fever", CHILDREN, (0.2, 0.6), 0.1, 0.2, 0.9, ages=(1, 9)),
    Presentation("otitis", "65363002", "Otitis media", CHILDREN, (0.1, 0.3), infection=0.5, pain=0.5, ages=(1, 8)),
    Presentation("forearm-fracture", "65966004", "Fracture of forearm", CHILDREN, (0.1, 0.3), pain=0.7, ages=(4, 15)),
    Presentation("cellulitis", "128045006", "Cellulitis", OBSERVATION, (0.2, 0.5), infection=0.6, ages=(30, 90)),
    Presentation("chest-pain-watch", "29857009", "Chest pain", OBSERVATION, (0.0, 0.2), pain=0.2, ages=(35, 85)),
    Presentation("head-injury-watch", "82271004", "Injury of head", OBSERVATION, (0.1, 0.4), brain=0.3, ages=(60, 92)),
)
"""The catalogue, zone by zone."""


def of_zone(zone: str) -> tuple[Presentation, ...]:
    """Presentations seen in `zone`."""
    return tuple(p for p in PRESENTATIONS if p.zone == zone)
