"""The guide says what the code does."""

import re
from pathlib import Path

import yaml

from agents.fhir import load_rules
from agents.fhir.rules import Rules
from agents.skills.registry import default_registry

GUIDE = (Path(__file__).parents[3] / "docs" / "fhir.md").read_text(encoding="utf-8")


def test_the_example_of_code_runs(fixtures, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    scope = {}
    exec(code.replace('["patients/"]', repr([str(fixtures / "emergency.json")])), scope)
    assert scope["bundle"]["resourceType"] == "Bundle"


def test_the_example_of_a_rule_is_one():
    (text,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    (rule,) = Rules.model_validate(yaml.safe_load(text)).rules
    assert set(yaml.safe_load(text)["rules"][0]) == set(type(rule).model_fields)
    assert set(yaml.safe_load(text)["rules"][0]["when"]) == set(type(rule.when).model_fields)


def test_every_rule_is_in_the_guide():
    assert all(rule.kind in GUIDE for rule in load_rules().rules)
    assert {rule.kind for rule in load_rules().rules} == set(default_registry())
