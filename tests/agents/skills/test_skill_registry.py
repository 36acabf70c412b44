import pytest

from agents.errors import AgentsError, UnknownSkillError
from agents.skills.registry import SkillRegistry, default_registry

NAMES = {
    "triage",
    "early-warning-score",
    "blood-pressure",
    "body-mass-index",
    "lipids",
    "glycaemia",
    "kidney-function",
    "drug-dose-check",
    "medication-reconciliation",
    "screening",
    "immunisation",
    "discharge-summary",
}


def test_every_skill_is_there_and_says_what_it_is():
    registry = default_registry()
    assert set(registry.names()) == set(registry) == NAMES
    for name, skill in registry.items():
        assert skill.name == name
        assert skill.title
        assert skill.inputs
        assert any(year in skill.source for year in map(str, range(1970, 2026)))
        assert skill.minutes > 0
        assert 1 <= skill.level <= 5


def test_the_registry_is_built_once():
    assert default_registry() is default_registry()


def test_an_unknown_name_gets_the_close_ones():
    with pytest.raises(UnknownSkillError, match=r"'early-warning-scor'.*Did you mean early-warning-score"):
        default_registry().get("early-warning-scor")
    with pytest.raises(UnknownSkillError, match="Known are: triage"):
        default_registry().get("xyzzy")


def test_licences_are_few():
    licences = {licence for skill in default_registry().values() for licence in skill.licences}
    assert licences == {"pharmacist", "prescriber"}


def test_two_skills_of_one_name_are_refused():
    skill = default_registry().get("triage")
    with pytest.raises(AgentsError, match="two skills are called 'triage'"):
        SkillRegistry([skill, skill])
