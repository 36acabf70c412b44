import pytest

from agents.errors import UnitError
from agents.record import Quantity
from agents.units import canonical, convert


@pytest.mark.parametrize(
    ("value", "unit", "to_unit", "analyte", "expected"),
    [
        (98.6, "[degF]", "Cel", None, 37.0),
        (212, "degF", "Cel", None, 100.0),
        (37, "Cel", "[degF]", None, 98.6),
        (310.15, "K", "Cel", None, 37.0),
        (16, "kPa", "mm[Hg]", None, 120.01),
        (154.324, "[lb_av]", "kg", None, 70.0),
        (70000, "g", "kg", None, 70.0),
        (1.75, "m", "cm", None, 175.0),
        (70, "[in_i]", "cm", None, 177.8),
        (0.97, "1", "%", None, 97.0),
        (72, "bpm", "/min", None, 72),
        (1.2, "/s", "/min", None, 72),
        (88.4, "umol/L", "mg/dL", "creatinine", 1.0),
        (1.0, "mg/dL", "umol/L", "creatinine", 88.4),
        (5.5, "mmol/L", "mg/dL", "glucose", 99.1),
        (5.17, "mmol/L", "mg/dL", "cholesterol", 199.9),
        (1.7, "mmol/L", "mg/dL", "triglycerides", 150.5),
        (53, "mmol/mol", "%", "hba1c", 7.0),
        (6.5, "%", "mmol/mol", "hba1c", 47.5),
    ],
)
def test_a_quantity_is_expressed_in_the_wanted_unit(value, unit, to_unit, analyte, expected):
    found = convert(Quantity(value, unit), to_unit, analyte)
    assert found.value == pytest.approx(expected, rel=2e-3)
    assert found.unit == to_unit


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("bpm", "/min"),
        ("beats/minute", "/min"),
        ("{beats}/min", "/min"),
        ("breaths/min", "/min"),
        ("mmHg", "mm[Hg]"),
        ("C", "Cel"),
        ("°F", "[degF]"),
        ("degF", "[degF]"),
        ("%", "%"),
        ("µmol/L", "umol/L"),
        ("μmol/l", "umol/L"),
        ("MG/DL", "mg/dL"),
        ("{score}", "1"),
        ("(score)", "1"),
        ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("furlong", "furlong"),
    ],
)
def test_usual_spellings_are_known(written, code):
    assert canonical(written) == code


@pytest.mark.parametrize(
    ("unit", "to_unit", "analyte"),
    [
        ("kg", "cm", None),
        ("mmol/L", "mg/dL", None),
        ("mmol/L", "mg/dL", "unobtainium"),
        ("furlong", "cm", None),
        ("", "Cel", None),
        ("mmol/mol", "%", None),
        ("mg/dL", "%", "hba1c"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused(unit, to_unit, analyte):
    with pytest.raises(UnitError, match=r"does not fit|no unit") as caught:
        convert(Quantity(1, unit), to_unit, analyte)
    assert caught.value.data["to_unit"] == to_unit


def test_no_unit_is_a_score_and_nothing_else():
    assert convert(Quantity(15, ""), "1").value == 15
    with pytest.raises(UnitError, match="there is no unit"):
        convert(Quantity(37, ""), "Cel")
