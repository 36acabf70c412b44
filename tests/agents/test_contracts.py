"""Tasks, agents, rosters and task files: what is accepted, and the errors for what is not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.agent_spec import AgentSpec
from agents.default_roster import default_roster
from agents.errors import AgentsError, InputError
from agents.minutes import to_minutes
from agents.result import Evidence, Finding, Outcome, Value
from agents.roster import load_roster
from agents.skills.registry import default_registry
from agents.task import Task
from agents.task_file import load_tasks


@pytest.fixture
def write(tmp_path):
    def make(text, name="file.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return make


def message(call, *args, **more):
    with pytest.raises(InputError) as caught:
        call(*args, **more)
    return str(caught.value)


def test_a_task_has_sensible_defaults_and_its_id_as_key():
    task = Task(id="t1", kind="triage", due=datetime(2026, 1, 1))  # noqa: DTZ001 - one without a zone is UTC
    assert (task.idempotency_key, task.priority, task.demand) == ("t1", 3, {"staff": 10.0})
    assert task.due.tzinfo is UTC
    assert Task.model_validate(task.model_dump(mode="json", exclude_defaults=True)) == task


@pytest.mark.parametrize("day", ["2026-05-04", "'2026-05-04'"])
def test_a_day_is_due_at_its_end_and_begins_at_its_start(write, day):
    (task,) = load_tasks(write(f"tasks:\n- {{id: a, kind: x, due: {day}, not_before: {day}}}\n"))
    assert task.due == datetime(2026, 5, 4, 23, 59, 59, tzinfo=UTC)
    assert task.not_before == datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{id: a, kind: x, colour: red}", "unknown field 'colour'. Remove it"),
        ("{kind: x}", "field 'id' is missing"),
        ("{id: a, kind: x, priority: 9}", "less than or equal to 5"),
        ("{id: a, kind: x, demand: {staff: -3}}", "greater than or equal to 0"),
        ("{id: a, kind: x, demand: {staff: 15 mg}}", "unit 'mg' does not fit: capacity and demand are times"),
        ("{id: a, kind: x, demand: {staff: soon}}", "'soon' is not an amount of time"),
        ("{id: a, kind: x, demand: {staff: .nan}}", "greater than or equal to 0"),
        ("{id: a, kind: x, after: [a]}", "after names the task itself"),
        ("{id: a, kind: x, after: [b]}", "after names 'b', which is no task here"),
        ("{id: a, kind: x, due: 2026-01-01, not_before: 2026-02-01}", "due lies before not_before"),
        ("{id: 'a b', kind: x}", "String should match pattern"),
        ("{id: a, kind: x, never_agents: ['ward 3']}", "is not an address"),
        ("just words", "valid dictionary"),
    ],
)
def test_a_bad_task_is_named_by_file_line_and_path(write, line, said):
    path = write(f"tasks:\n  - {{id: ok, kind: x}}\n  - {line}\n")
    told = message(load_tasks, path)
    assert said in told
    assert f"{path}, line 3, $.tasks[1]" in told


def test_duplicate_ids_and_keys_and_cycles_are_named(write):
    told = message(load_tasks, write("tasks:\n- {id: a, kind: x}\n- {id: b, kind: x}\n- {id: a, kind: x}\n"))
    assert "line 4, $.tasks[2].id: duplicate id 'a' (the other is tasks[0]). Give each task its own." in told
    told = message(
        load_tasks, write("tasks:\n- {id: a, kind: x, idempotency_key: k}\n- {id: b, kind: x, idempotency_key: k}")
    )
    assert "duplicate idempotency_key 'k'" in told
    told = message(
        load_tasks,
        write(
            "tasks:\n- {id: a, kind: x, after: [c]}\n- {id: b, kind: x, after: [a]}\n- {id: c, kind: x, after: [b]}\n"
        ),
    )
    assert "the tasks wait for each other in a circle: " in told
    assert all(f"{name} after" in told for name in "abc")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("tasks: [", "not valid YAML"),
        ("tasks: {}", "a task file is a mapping with a list 'tasks'"),
        ("tasks: []", "there are no tasks"),
        ("tasks: []\nextra: 1", "unknown field 'extra'"),
    ],
)
def test_a_task_file_that_is_none_says_why(write, text, said):
    assert said in message(load_tasks, write(text))


def test_truncated_json_names_its_line(write):
    told = message(load_tasks, write('{"tasks": [\n  {"id": "a",\n', "t.json"))
    assert "not valid JSON" in told
    assert "line 3" in told


def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path):
    assert "cannot be read (No such file or directory). Check the path" in message(load_tasks, tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00tasks")
    assert "not UTF-8 text" in message(load_tasks, tmp_path / "b.yaml")


AGENT = "{{address: {address}, skills: {{triage: 3}}, capacity: {{staff: {minutes}}}}}"


def test_a_bad_roster_is_named(write):
    two = "agents:\n- " + AGENT.format(address="h/a", minutes=9) + "\n- " + AGENT.format(address="h/a", minutes=9)
    told = message(load_roster, write(two))
    assert "line 3, $.agents[1].address: two agents at one address, 'h/a' (the other is agents[0])" in told
    nothing = "agents:\n- " + AGENT.format(address="h/a", minutes=0) + "\n- " + AGENT.format(address="h/b", minutes=0)
    assert "every agent has capacity zero, so nothing can be planned" in message(load_roster, write(nothing))
    inside = "agents:\n- " + AGENT.format(address="h", minutes=9) + "\n- " + AGENT.format(address="h/b", minutes=9)
    assert "'h' is an agent and cannot hold 'h/b'" in message(load_roster, write(inside))
    assert "the roster has no agents" in message(load_roster, write("agents: []"))
    assert "greater than or equal to 0" in message(
        load_roster, write("agents: [{address: a, skills: {x: 1}, cost: -1}]")
    )


def test_an_unknown_skill_is_named_with_the_one_that_was_meant(write):
    path = write("agents:\n- {address: h/a, skills: {triag: 3}}\n")
    told = message(load_roster, path, skills=default_registry())
    assert "line 2, $.agents[0].skills.triag: unknown skill 'triag'; did you mean 'triage'?" in told
    other = write(
        "agents:\n- {address: h/a, skills: {anything: 3}, handler: mine}\n- {address: h/b, skills: {'order:1': 3}}\n"
    )
    assert len(load_roster(other, skills=default_registry())) == 2


def test_the_default_roster_covers_every_skill_and_grows_with_the_work():
    skills = default_registry()
    small = default_roster(skills, [])
    assert {name for spec in small for name in spec.skills} == set(skills)
    for skill in skills.values():
        assert any(
            skill.name in s.skills and skill.licences <= s.licences and s.skills[skill.name] >= skill.level
            for s in small
        )
    work = [Task(id=f"t{i}", kind="triage", licences={"odd"}, demand={"staff": 60}) for i in range(100)]
    large = default_roster(skills, work)
    assert len({spec.cluster for spec in large}) == 7
    assert not any("odd" in spec.licences for spec in large)
    clerks = [spec for spec in large if spec.address.endswith("clerk")]
    assert not any(spec.licences for spec in clerks)


@given(st.floats(0, 1e6), st.sampled_from([("s", 1 / 60), ("min", 1), ("h", 60), ("d", 1440), ("", 1)]))
def test_minutes_are_read_from_text(number, unit):
    name, factor = unit
    assert to_minutes(f" {number:.3f} {name} ") == pytest.approx(float(f"{number:.3f}") * factor)


words = st.text(max_size=8)
outcomes = st.builds(
    Outcome,
    summary=words,
    values=st.lists(st.builds(Value, name=words, value=st.floats(allow_nan=False) | words), max_size=2).map(tuple),
    findings=st.lists(st.builds(Finding, text=words), max_size=2).map(tuple),
    missing=st.lists(words, max_size=2).map(tuple),
    evidence=st.lists(st.builds(Evidence, reference=words, label=words), max_size=2).map(tuple),
    data=st.dictionaries(words, st.integers(), max_size=2),
)


@given(outcomes)
def test_an_outcome_survives_json(outcome):
    assert Outcome.from_json(outcome.to_json()) == outcome


def test_errors_carry_data_and_survive_pickling():
    import pickle

    error = InputError("what is wrong", where="there", hint="Do this.", value=3)
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, AgentsError)
    assert (str(again), again.data) == ("there: what is wrong. Do this.", {"value": 3})


def test_an_agents_cluster_is_its_parent_address():
    assert AgentSpec(address="h/w/a", skills={"x": 1}).cluster == "h/w"
    assert AgentSpec(address="a", skills={"x": 1}).cluster == ""
