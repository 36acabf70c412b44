"""Whatever is done to a bundle, reading works or raises InputError, and no message shows the patient."""

import copy
import json
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.errors import InputError
from agents.fhir import read, tasks_from, to_bundle

SOME_TIME = datetime(2024, 5, 2, 12, tzinfo=UTC)
PLANTED = ("Quackenbush", "Zebulon", "Ottokar", "MRN-7741902", "555-0199-314")

replacements = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from([*PLANTED, "", "2024-02-31", "Patient/Quackenbush", "urn:uuid:x", "#m1", "4.0.1", "requested"]),
    st.text(max_size=6),
    st.sampled_from([[], {}, [{}], [[]], [None], {"reference": "#MRN-7741902"}, {"coding": [{"code": "Zebulon"}]}]),
    st.dictionaries(
        st.sampled_from(["value", "unit", "coding", "code", "start", "reference", "identifier", "system"]),
        st.one_of(st.integers(), st.sampled_from(PLANTED), st.lists(st.sampled_from(PLANTED), max_size=2)),
        max_size=3,
    ),
)


def places(value, path=()):
    """Paths of everything inside a JSON value."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


def put(value, path, new, remove):
    for key in path[:-1]:
        value = value[key]
    if remove:
        del value[path[-1]]
    else:
        value[path[-1]] = new


def attempt(path, **options):
    try:
        found = read(path, **options)
        tasks = tasks_from(found, found.latest or SOME_TIME)
    except InputError as error:
        return str(error) + str(error.data), None
    shown = [*(f"{s.where} {s.what}" for s in found.skipped), *found.counts, *found.passed_over]
    return " ".join([*shown, *map(repr, tasks)]), (tasks, found)


def check(folder, made, wholly):
    """Read it with and without skipping. A code that someone wrote a name into is shown: it is taken for a code."""
    path = folder / "in.json"
    path.write_text(json.dumps(made))
    for skip in (False, True):
        text, got = attempt(path, skip_unusable=skip)
        if wholly:
            assert not any(secret.lower() in text.lower() for secret in PLANTED), text
        if got:
            json.dumps(to_bundle(got[0], [], as_of=SOME_TIME, orders=got[1].orders), allow_nan=False)


relaxed = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(draws=st.data())
def test_values_are_replaced_or_removed(fixtures, tmp_path, draws):
    name = draws.draw(st.sampled_from(["emergency.json", "orders.json"]))
    made = json.loads((fixtures / name).read_text())
    named = {"family": "Quackenbush", "given": ["Zebulon", "Ottokar"]}
    for entry in made["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            entry["resource"].update(
                name=[named],
                telecom=[{"value": "555-0199-314"}],
                identifier=[{"system": "urn:oid:1.2.3.4", "value": "MRN-7741902"}],
            )
    in_code = False
    for _ in range(draws.draw(st.integers(1, 3))):
        spots = [p for p in places(made) if not {"name", "identifier", "telecom"} & set(p) and len(p) > 2]
        path = draws.draw(st.sampled_from(spots))
        in_code = in_code or "code" in path
        put(made, path, copy.deepcopy(draws.draw(replacements)), draws.draw(st.booleans()))
    check(tmp_path, made, wholly=not in_code)


@relaxed
@given(draws=st.data())
def test_text_is_cut_or_damaged(fixtures, tmp_path, draws):
    raw = (fixtures / "emergency.json").read_bytes()
    at = draws.draw(st.integers(0, len(raw) - 1))
    damage = draws.draw(st.sampled_from([b"", b"\xff", b"{", b"]", b'"', b"\\ud800", b"NaN", b"\x00"]))
    rest = b"" if draws.draw(st.booleans()) else raw[at + 1 :]
    path = tmp_path / "in.json"
    path.write_bytes(raw[:at] + damage + rest)
    for skip in (False, True):
        text, _ = attempt(path, skip_unusable=skip)
        assert not any(secret.lower() in text.lower() for secret in PLANTED), text
