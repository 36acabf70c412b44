"""Units of measure: UCUM codes, the spellings seen beside them, and conversion between them.

Only what the clinical skills read is here. Mass and molar concentrations are converted with the molar mass of
a named analyte, HbA1c with the NGSP/IFCC master equation; everything else is a scale factor.

References
----------
UCUM, The Unified Code for Units of Measure, 2.1. Hoelzel et al., IFCC reference system for HbA1c, Clinical
Chemistry 2004;50:166-174 (master equation). Molar masses: PubChem; triglycerides as triolein.
"""

from __future__ import annotations

import re

from agents.errors import UnitError
from agents.record import Quantity

MOLAR_MASS = {
    "creatinine": 113.12,
    "glucose": 180.16,
    "cholesterol": 386.65,
    "triglycerides": 885.4,
}
"""Grams per mole."""

_SCALE: dict[str, tuple[str, float]] = {
    "mm[Hg]": ("pressure", 1.0),
    "kPa": ("pressure", 7.500617),
    "kg": ("mass", 1000.0),
    "g": ("mass", 1.0),
    "mg": ("mass", 1e-3),
    "ug": ("mass", 1e-6),
    "[lb_av]": ("mass", 453.59237),
    "[oz_av]": ("mass", 28.349523125),
    "m": ("length", 100.0),
    "cm": ("length", 1.0),
    "mm": ("length", 0.1),
    "[in_i]": ("length", 2.54),
    "[ft_i]": ("length", 30.48),
    "/min": ("rate", 1.0),
    "/s": ("rate", 60.0),
    "1": ("fraction", 1.0),
    "%": ("fraction", 0.01),
    "L/min": ("flow", 1.0),
    "mL/min": ("flow", 1e-3),
    "kg/m2": ("body mass index", 1.0),
    "mL/min/{1.73_m2}": ("indexed clearance", 1.0),
    "g/L": ("mass concentration", 1.0),
    "g/dL": ("mass concentration", 10.0),
    "mg/dL": ("mass concentration", 0.01),
    "mg/L": ("mass concentration", 1e-3),
    "mol/L": ("molar concentration", 1.0),
    "mmol/L": ("molar concentration", 1e-3),
    "umol/L": ("molar concentration", 1e-6),
    "Cel": ("temperature", 1.0),
    "[degF]": ("temperature", 1.0),
    "K": ("temperature", 1.0),
    "mmol/mol": ("substance fraction", 1.0),
}
"""UCUM code -> (what it measures, factor to the base unit of that)."""

_SPELLINGS = {
    "mmhg": "mm[Hg]", "mm hg": "mm[Hg]", "mm(hg)": "mm[Hg]", "torr": "mm[Hg]", "kilopascal": "kPa",
    "kgs": "kg", "kilogram": "kg", "kilograms": "kg", "gram": "g", "grams": "g", "gm": "g",
    "milligram": "mg", "milligrams": "mg", "mcg": "ug", "microgram": "ug", "micrograms": "ug",
    "lb": "[lb_av]", "lbs": "[lb_av]", "pound": "[lb_av]", "pounds": "[lb_av]", "oz": "[oz_av]",
    "metre": "m", "meter": "m", "metres": "m", "meters": "m", "cms": "cm", "centimetre": "cm",
    "centimeter": "cm", "centimetres": "cm", "centimeters": "cm", "in": "[in_i]", "inch": "[in_i]",
    "inches": "[in_i]", "[in_us]": "[in_i]", "ft": "[ft_i]", "feet": "[ft_i]", "[lb_us]": "[lb_av]",
    "bpm": "/min", "beats/min": "/min", "beats/minute": "/min", "beats per minute": "/min",
    "breaths/min": "/min", "breaths/minute": "/min", "breaths per minute": "/min", "per minute": "/min",
    "/minute": "/min", "1/min": "/min", "min-1": "/min", "resp/min": "/min", "rpm": "/min", "hz": "/s",
    "percent": "%", "% o2": "%", "%{o2}": "%", "l/minute": "L/min",
    "liters/min": "L/min", "litres/min": "L/min", "lpm": "L/min", "lit/min": "L/min",
    "c": "Cel", "°c": "Cel", "degc": "Cel", "deg c": "Cel", "celsius": "Cel", "degrees c": "Cel",
    "degrees celsius": "Cel", "f": "[degF]", "°f": "[degF]", "degf": "[degF]", "deg f": "[degF]",
    "fahrenheit": "[degF]", "degrees f": "[degF]", "degrees fahrenheit": "[degF]",
    "kg/m^2": "kg/m2", "kg/m²": "kg/m2", "mcmol/l": "umol/L", "micromol/l": "umol/L",
    "mg/100ml": "mg/dL", "mg%": "mg/dL", "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73 m2": "mL/min/{1.73_m2}", "ml/min/1.73m²": "mL/min/{1.73_m2}",
    "ml/min/1.73 m²": "mL/min/{1.73_m2}", "ml/min/1.73_m2": "mL/min/{1.73_m2}",
    "ml/min/{1.73m2}": "mL/min/{1.73_m2}", "ml/min/1.73m^2": "mL/min/{1.73_m2}",
}  # fmt: skip
_SPELLINGS |= {code.lower(): code for code in _SCALE}
_SPELLINGS["k"] = "K"

_ANNOTATION = re.compile(r"\{[^}]*\}")


def canonical(unit: str) -> str:
    """UCUM code of a unit as it was written.

    Parameters
    ----------
    unit : str
        A UCUM code or a usual spelling, such as ``bpm``; annotations such as ``{beats}`` do not matter.

    Returns
    -------
    str
        The code; '' for no unit, ``1`` for a mere annotation such as ``{score}``, and the unit as written
        where it is not known.
    """
    text = unit.strip().replace("µ", "u").replace("μ", "u")
    if text in _SCALE or text == "":
        return text
    if found := _SPELLINGS.get(text.lower()):
        return found
    bare = _ANNOTATION.sub("", text)
    if bare in ("", "()") or text.lower() in ("(score)", "score"):
        return "1"
    return bare if bare in _SCALE else _SPELLINGS.get(bare.lower(), text)


def _celsius(value: float, unit: str) -> float:
    if unit == "[degF]":
        return (value - 32.0) / 1.8
    return value - 273.15 if unit == "K" else value


def _from_celsius(value: float, unit: str) -> float:
    if unit == "[degF]":
        return value * 1.8 + 32.0
    return value + 273.15 if unit == "K" else value


def _hba1c(value: float, unit: str, to_unit: str) -> float | None:
    if (unit, to_unit) == ("mmol/mol", "%"):
        return 0.09148 * value + 2.152
    if (unit, to_unit) == ("%", "mmol/mol"):
        return (value - 2.152) / 0.09148
    return None


def _across(value: float, unit: str, to_unit: str, analyte: str | None) -> float | None:
    """Between mass and molar concentration of an analyte; None where that does not apply."""
    mass = MOLAR_MASS.get(analyte or "")
    kinds = (_SCALE[unit][0], _SCALE[to_unit][0])
    if mass is None or set(kinds) != {"mass concentration", "molar concentration"}:
        return None
    factor = 1.0 / mass if kinds[0] == "mass concentration" else mass
    return value * _SCALE[unit][1] * factor / _SCALE[to_unit][1]


def convert(quantity: Quantity, to_unit: str, analyte: str | None = None) -> Quantity:
    """Express a quantity in another unit.

    Parameters
    ----------
    quantity : Quantity
        Value with its unit as written in the source.
    to_unit : str
        UCUM code wanted.
    analyte : str, optional
        ``creatinine``, ``glucose``, ``cholesterol``, ``triglycerides`` (mass and molar concentration) or
        ``hba1c`` (NGSP % and IFCC mmol/mol).

    Returns
    -------
    Quantity
        The value in `to_unit`.

    Raises
    ------
    UnitError
        No unit given, a unit that is not known, or one that measures something else.
    """
    unit, target = canonical(quantity.unit), canonical(to_unit)
    if unit == target or (unit == "" and target == "1"):
        return Quantity(quantity.value, to_unit)
    if unit == "":
        raise UnitError("there is no unit", hint=f"Give one that converts to {to_unit}", to_unit=to_unit)
    value: float | None = None
    if unit in _SCALE and target in _SCALE:
        (kind, factor), (wanted, base) = _SCALE[unit], _SCALE[target]
        if analyte == "hba1c":
            value = _hba1c(quantity.value, unit, target)
        elif kind == wanted == "temperature":
            value = _from_celsius(_celsius(quantity.value, unit), target)
        elif kind == wanted:
            value = quantity.value * factor / base
        else:
            value = _across(quantity.value, unit, target, analyte)
    if value is None:
        raise UnitError(
            f"unit {quantity.unit} does not fit",
            hint=f"Give one that converts to {to_unit}",
            unit=quantity.unit,
            to_unit=to_unit,
        )
    return Quantity(value, to_unit)
