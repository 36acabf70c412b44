"""The rules by which work is derived from records, and the meaning of order codes: YAML, validated."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from agents.errors import InputError
from agents.fhir.circles import circle_in
from agents.minutes import Minutes


def _check_code(value: str) -> str:
    system, _, code = value.rpartition("|")
    if not system or not code:
        msg = "write a code as system|code, such as http://loinc.org|2160-0"
        raise ValueError(msg)
    return value


Code = Annotated[str, AfterValidator(_check_code)]
"""A code with its system: ``system|code``."""

Kind = Annotated[str, Field(min_length=1, max_length=100)]
Acuity = Annotated[int, Field(ge=1, le=5)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class When(_Strict):
    """What a record must hold for a rule; all that is given must hold.

    Parameters
    ----------
    observed : tuple of str
        Codes of which one was observed within `within_days`, or since the open encounter began.
    within_days : float
        How long an observation counts.
    open_encounter : bool or tuple of str
        Whether the patient must be here; or the encounter classes (v3-ActCode) of which it must be one.
    active_medications : int
        Least number of active medications.
    conditions : tuple of str
        Codes of which one must be an active condition.
    min_age, max_age : int, optional
        In whole years, both included. Without a birth date neither holds.
    """

    observed: tuple[Code, ...] = ()
    within_days: Annotated[float, Field(gt=0)] = 30
    open_encounter: bool | tuple[str, ...] = False
    active_medications: Annotated[int, Field(ge=0)] = 0
    conditions: tuple[Code, ...] = ()
    min_age: Annotated[int, Field(ge=0)] | None = None
    max_age: Annotated[int, Field(ge=0)] | None = None


class WhenOpen(_Strict):
    """What differs while the patient is here."""

    priority: Acuity | None = None
    due_minutes: Minutes | None = None


class Rule(_Strict):
    """One kind of work, when it is due and what it takes.

    Parameters
    ----------
    kind : str
        Name of the skill.
    title : str
        What the rule says, for people.
    when : When
        What the record must hold.
    priority : int
        Acuity 1 to 5.
    acuity : bool
        Take the acuity of the open encounter instead, where it is known.
    due_minutes : float
        Due so long after ``as_of``.
    minutes : float
        Work that it takes, where `durations` give none.
    durations : tuple of str
        Procedure codes whose median duration in the input is used instead of `minutes`.
    level, licences, resource
        As in `agents.Task`; `resource` is what the minutes are of.
    after, same_agent_as, different_agent_from : tuple of str
        Kinds of the same patient; those that were not derived for it do not count.
    when_open : WhenOpen
        What differs while the patient is here.
    """

    kind: Kind
    title: str = ""
    when: When
    priority: Acuity = 4
    acuity: bool = False
    due_minutes: Minutes = 480.0
    minutes: Minutes = 10.0
    durations: tuple[Code, ...] = ()
    level: Acuity = 1
    licences: frozenset[str] = frozenset()
    resource: Annotated[str, Field(min_length=1)] = "staff"
    after: tuple[Kind, ...] = ()
    same_agent_as: tuple[Kind, ...] = ()
    different_agent_from: tuple[Kind, ...] = ()
    when_open: WhenOpen = WhenOpen()


class KindCodes(_Strict):
    """Codes and texts by which orders ask for a kind of work."""

    codes: tuple[Code, ...] = ()
    texts: tuple[str, ...] = ()


class OrderCodes(_Strict):
    """What the codes of orders mean.

    Parameters
    ----------
    kinds : dict of str to KindCodes
        By skill name.
    licences : dict of str to str
        Licence that a kind of performer needs, by ``system|code``.
    priorities : dict of str to int
        Acuity of FHIR's priorities.
    """

    kinds: dict[Kind, KindCodes] = Field(default_factory=dict)
    licences: dict[Code, str] = Field(default_factory=dict)
    priorities: dict[str, Acuity] = Field(default_factory=dict)


class Rules(_Strict):
    """All rules, in the order in which they are applied."""

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _hang_together(self) -> Self:
        kinds = [rule.kind for rule in self.rules]
        if doubled := {kind for kind in kinds if kinds.count(kind) > 1}:
            msg = f"two rules for {min(doubled)!r}: write one for each kind"
            raise ValueError(msg)
        for rule in self.rules:
            for name in ("after", "same_agent_as", "different_agent_from"):
                for other in getattr(rule, name):
                    if other not in kinds or other == rule.kind:
                        msg = f"{name} of {rule.kind!r} names {other!r}, which is no other rule"
                        raise ValueError(msg)
        if circle := circle_in({rule.kind: rule.after for rule in self.rules}):
            msg = f"after goes round in a circle: {' -> '.join(circle)}"
            raise ValueError(msg)
        return self

    def by_kind(self) -> dict[str, Rule]:
        """Rules by their kind."""
        return {rule.kind: rule for rule in self.rules}


_Model = TypeVar("_Model", Rules, OrderCodes)


def load_rules(path: str | Path | None = None) -> Rules:
    """Read derivation rules from YAML.

    Parameters
    ----------
    path : path, optional
        The file; the packaged ``derive_rules.yaml`` where none is given.

    Raises
    ------
    InputError
        When the file cannot be read or does not fit; it names the file and the key.
    """
    return _default_rules() if path is None else _load(Path(path), Rules)


def load_order_codes(path: str | Path | None = None) -> OrderCodes:
    """Read what order codes mean; as `load_rules`, the packaged ``order_codes.yaml`` being the default."""
    return _default_codes() if path is None else _load(Path(path), OrderCodes)


@lru_cache(maxsize=1)
def _default_rules() -> Rules:
    return _validated(_packaged("derive_rules.yaml"), Rules, "derive_rules.yaml")


@lru_cache(maxsize=1)
def _default_codes() -> OrderCodes:
    return _validated(_packaged("order_codes.yaml"), OrderCodes, "order_codes.yaml")


def _packaged(name: str) -> str:
    return resources.files("agents.fhir").joinpath(name).read_text(encoding="utf-8")


def _load(path: Path, model: type[_Model]) -> _Model:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot be read as text", where=str(path), hint="Check the path") from error
    return _validated(text, model, str(path))


def _validated(text: str, model: type[_Model], where: str) -> _Model:
    try:
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}" if mark else where
        raise InputError("is not YAML", where=place, hint="Check the indentation and the quotes") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"]) or "the file"
        what = f"{key}: {first['msg'].removeprefix('Value error, ')}"
        raise InputError(what, where=where, hint="See docs/fhir.md for the keys", key=key) from None
