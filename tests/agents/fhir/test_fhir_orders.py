"""Tasks and ServiceRequests become work: kind, urgency, times, what comes before, what is passed over."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.errors import InputError
from agents.fhir import FhirInput, Order, OrderCodes, load_order_codes, read, tasks_from, tasks_of_orders

AS_OF = datetime(2024, 5, 2, 12, tzinfo=UTC)


@pytest.fixture
def ward(fixtures):
    return read(fixtures / "orders.json", now=AS_OF)


@pytest.fixture
def tasks(ward):
    return {task.id: task for task in tasks_from(ward, AS_OF)}


@pytest.fixture
def tasks_of(write, make):
    """Tasks of a bundle of p1 and some orders, by id."""

    def _tasks_of(*orders):
        found = read(write(make["bundle"](make["patient"](), *orders)), now=AS_OF)
        return {task.id: task for task in tasks_of_orders(found)}, found.passed_over

    return _tasks_of


CIRCLE = (
    r"in\.json \$\.entry\[1\]\.resource: orders wait .* circle: Task\|t0 -> Task\|t1 -> Task\|t2 -> Task\|t0\. Take"
)


def task(make, ident, **more):
    return make["about"]("Task", id=ident, **more)


def request(make, ident, **more):
    return make["about"]("ServiceRequest", id=ident, **more)


def refs(*names):
    return [{"reference": name} for name in names]


def test_the_work_is_what_is_to_be_done_now(tasks):
    assert sorted(tasks) == [
        "ServiceRequest|dose",
        "Task|after-done",
        "Task|bandage",
        "Task|do-egfr",
        "Task|reconcile",
        "Task|summary",
        "Task|ward-round",
    ]


def test_codes_and_texts_name_the_skill(tasks):
    assert tasks["Task|do-egfr"].kind == "kidney-function", "by the code of its request"
    assert tasks["ServiceRequest|dose"].kind == "drug-dose-check", "by its text"
    assert tasks["Task|summary"].kind == "discharge-summary"
    assert tasks["Task|bandage"].kind == "order:182531007", "by its own code where no skill has it"


def test_a_text_never_becomes_a_kind(tasks):
    assert tasks["Task|ward-round"].kind == "order:uncoded"


def test_priorities(tasks):
    got = {name: tasks[name].priority for name in ("Task|reconcile", "Task|summary", "Task|do-egfr", "Task|bandage")}
    assert list(got.values()) == [1, 2, 3, 4]


def test_times(tasks):
    summary, egfr, dose = (tasks[i] for i in ("Task|summary", "Task|do-egfr", "ServiceRequest|dose"))
    assert (summary.not_before, summary.due) == (AS_OF, datetime(2024, 5, 2, 18, tzinfo=UTC))
    assert (egfr.not_before, egfr.due) == (
        datetime(2024, 5, 2, 10, tzinfo=UTC),
        datetime(2024, 5, 2, 14, tzinfo=UTC),
    ), "a Task without times has those of its request"
    assert dose.due == datetime(2024, 5, 3, 23, 59, 59, tzinfo=UTC), "a day is due at its end"


def test_a_task_takes_from_its_request_what_it_leaves_out(tasks):
    egfr = tasks["Task|do-egfr"]
    assert egfr.subject == "Patient/p1"
    assert egfr.requester == "Practitioner/dr-2"
    assert egfr.based_on == ("ServiceRequest/egfr",)
    assert (egfr.payload, egfr.zone) == ("Task/do-egfr", "ward-3")


def test_minutes_and_licences(tasks):
    assert tasks["Task|summary"].demand == {"staff": 25.0}, "an input of type minutes"
    assert tasks["Task|reconcile"].demand == {"staff": 15.0}, "as the rule for its kind"
    assert tasks["Task|bandage"].demand == {"staff": 10.0}
    assert tasks["ServiceRequest|dose"].licences == {"pharmacist"}


def test_what_comes_before(tasks):
    assert tasks["ServiceRequest|dose"].after == ("Task|do-egfr",), "the Task that stands for the request"
    assert tasks["Task|reconcile"].after == ("Task|do-egfr",), "basedOn a Task"
    assert tasks["Task|summary"].after == ("Task|reconcile",), "an input of type after"
    assert tasks["Task|ward-round"].after == ("Task|bandage",), "its part"
    assert tasks["Task|after-done"].after == (), "what is completed is not waited for"


def test_what_is_passed_over_is_counted(ward, tasks):
    assert {key[7:]: n for key, n in ward.passed_over.items() if key.startswith("order: ")} == {
        "ServiceRequest completed": 1,
        "ServiceRequest with a Task of its own": 1,
        "Task completed": 1,
        "Task on-hold": 1,
        "a proposal or a plan": 1,
        "waits for one that cannot be done now": 1,
    }


def test_counting_twice_counts_once(ward):
    tasks_from(ward, AS_OF)
    before = dict(ward.passed_over)
    tasks_from(ward, AS_OF)
    assert ward.passed_over == before


def test_patients_with_orders_get_no_derived_work(tasks):
    assert not any(ident.startswith("p") for ident in tasks)


def test_patients_without_orders_get_derived_work(write, make):
    other = make["patient"](id="p2", identifier=[])
    found = read(write(make["bundle"](make["patient"](), other, task(make, "t"))), now=AS_OF)
    assert [t.id for t in tasks_from(found, AS_OF)] == ["Task|t", "p2:screening", "p2:immunisation"]


@pytest.mark.parametrize("status", ["requested", "received", "accepted", "ready", "in-progress"])
def test_a_task_to_be_done(tasks_of, make, status):
    assert tasks_of(task(make, "t", status=status))[0]


@pytest.mark.parametrize("status", ["draft", "rejected", "cancelled", "on-hold", "failed", "completed"])
def test_a_task_not_to_be_done(tasks_of, make, status):
    assert tasks_of(task(make, "t", status=status)) == ({}, {f"order: Task {status}": 1})


@pytest.mark.parametrize("status", ["draft", "on-hold", "revoked", "completed", "unknown"])
def test_a_request_not_to_be_done(tasks_of, make, status):
    assert tasks_of(request(make, "s", status=status)) == ({}, {f"order: ServiceRequest {status}": 1})


def test_a_status_that_is_no_status_is_not_repeated(tasks_of, make):
    assert tasks_of(task(make, "t", status="Quackenbush"))[1] == {"order: Task of unknown status": 1}


def test_what_must_not_be_done_is_not(tasks_of, make):
    assert tasks_of(request(make, "s", doNotPerform=True)) == ({}, {"order: must not be done": 1})


def test_focus_names_the_request_as_well(tasks_of, make):
    found, _ = tasks_of(request(make, "s"), task(make, "t", focus={"reference": "ServiceRequest/s"}))
    assert list(found) == ["Task|t"]
    assert found["Task|t"].based_on == ("ServiceRequest/s",)


def test_a_request_whose_task_is_completed_needs_no_work(tasks_of, make):
    done = task(make, "t", status="completed", basedOn=refs("ServiceRequest/s"))
    assert tasks_of(request(make, "s"), done)[0] == {}


def test_a_request_whose_task_failed_is_work_again(tasks_of, make):
    failed = task(make, "t", status="failed", basedOn=refs("ServiceRequest/s"))
    follower = request(make, "s2", basedOn=refs("ServiceRequest/s"))
    found, _ = tasks_of(request(make, "s"), failed, follower)
    assert found["ServiceRequest|s2"].after == ("ServiceRequest|s",)


def test_a_task_of_a_revoked_request_is_passed_over(tasks_of, make):
    orders = request(make, "s", status="revoked"), task(make, "t", basedOn=refs("ServiceRequest/s"))
    assert tasks_of(*orders)[1]["order: Task of a revoked ServiceRequest"] == 1


def test_an_order_based_on_a_plan_does_not_wait_for_it(tasks_of, make):
    found, _ = tasks_of(request(make, "plan", intent="plan"), request(make, "s", basedOn=refs("ServiceRequest/plan")))
    assert found["ServiceRequest|s"].after == ()


def test_what_waits_for_the_blocked_is_blocked(tasks_of, make):
    orders = [task(make, "t0", status="on-hold")]
    orders += [task(make, f"t{n}", basedOn=refs(f"Task/t{n - 1}")) for n in range(1, 4)]
    found, passed = tasks_of(*orders)
    assert found == {}
    assert passed["order: waits for one that cannot be done now"] == 3


def test_a_part_that_comes_after_its_whole_is_no_circle(tasks_of, make):
    found, _ = tasks_of(task(make, "all"), task(make, "part", partOf=refs("Task/all"), basedOn=refs("Task/all")))
    assert found["Task|part"].after == ("Task|all",)
    assert found["Task|all"].after == ()


def test_a_circle_is_refused_with_its_ids(tasks_of, make):
    orders = [task(make, f"t{n}", basedOn=refs(f"Task/t{(n + 1) % 3}")) for n in range(3)]
    with pytest.raises(InputError, match=CIRCLE):
        tasks_of(*orders, task(make, "free"))


def test_a_task_that_waits_for_itself_is_refused(tasks_of, make):
    with pytest.raises(InputError, match=r"circle: Task\|t -> Task\|t\."):
        tasks_of(task(make, "t", basedOn=refs("Task/t")))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_refers_to_whatever_gives_an_order_or_a_refusal(data):
    names = [f"{kind}/{n}" for kind in ("Task", "ServiceRequest") for n in range(4)]
    some = st.lists(st.sampled_from([*names, "Task/absent"]), max_size=2).map(tuple)
    states = st.sampled_from(["requested", "active", "completed", "failed", "on-hold", "revoked"])
    orders = {
        name: Order(
            name,
            name.replace("/", "|"),
            "in.json",
            data.draw(states),
            based_on=data.draw(some),
            part_of=data.draw(some),
            after=data.draw(some),
            focus=data.draw(st.sampled_from(["", *names])),
        )
        for name in names
    }
    try:
        tasks = tasks_of_orders(FhirInput(orders=orders))
    except InputError:
        return
    ids = {t.id for t in tasks}
    assert all(set(t.after) <= ids for t in tasks)
    left = {t.id: set(t.after) for t in tasks}
    while left:
        free = [ident for ident, before in left.items() if not before & left.keys()]
        assert free, "someone can always begin"
        for ident in free:
            del left[ident]


def test_the_patient_of_the_encounter_is_meant_where_the_task_names_none(tasks_of, make):
    stay = make["about"]("Encounter", id="e", status="in-progress", **{"class": {"code": "IMP"}})
    one = task(make, "t", **{"for": None}, encounter={"reference": "Encounter/e"})
    two = task(make, "u", **{"for": None}, focus={"reference": "Patient/p1"})
    found, _ = tasks_of(stay, one, two)
    assert {t.subject for t in found.values()} == {"Patient/p1"}


def test_a_long_chain_is_no_trouble(tasks_of, make):
    orders = [task(make, f"t{n}", basedOn=refs(f"Task/t{n + 1}")) for n in range(3000)]
    found, _ = tasks_of(*orders, task(make, "t3000"))
    assert len(found) == 3001


def test_a_period_that_ends_before_it_starts_is_refused(tasks_of, make):
    limits = {"period": {"start": "2024-05-02T12:00:00Z", "end": "2024-05-02T11:00:00Z"}}
    with pytest.raises(InputError, match=r"entry\[1\]\.resource: its period ends before it starts"):
        tasks_of(task(make, "t", restriction=limits))


def test_an_order_id_that_shows_the_patient_gets_a_stand_in(write, make):
    found = read(write(make["bundle"](make["patient"](), task(make, "quackenbush-1"))))
    (one,) = tasks_from(found, AS_OF)
    assert "quackenbush" not in f"{one!r}".lower()
    assert found.aliases[one.payload] == "Task/quackenbush-1"


def test_a_task_about_no_patient_is_work_too(tasks_of, make):
    found, _ = tasks_of(task(make, "t", **{"for": {"reference": "Location/bed-4"}}), task(make, "u", **{"for": None}))
    assert found["Task|t"].subject == "Location/bed-4"
    assert found["Task|u"].subject is None


def test_codes_are_the_users_to_change(write, make, tmp_path):
    path = tmp_path / "codes.yaml"
    path.write_text("kinds: {wound-care: {codes: ['http://x|1']}}\npriorities: {stat: 2}\n")
    one = task(make, "t", priority="stat", code={"coding": [{"system": "http://x", "code": "1"}]})
    found = read(write(make["bundle"](make["patient"](), one)))
    (got,) = tasks_from(found, AS_OF, codes=load_order_codes(path))
    assert (got.kind, got.priority) == ("wound-care", 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kinds: {triage: {codes: [1234]}}", r"kinds\.triage\.codes\.0"),
        ("kinds: {triage: {codes: ['1234']}}", r"write a code as system\|code"),
        ("priorities: {stat: 9}", r"priorities\.stat: Input should be less than or equal to 5"),
        ("nonsense: 1", r"codes\.yaml: nonsense: Extra inputs"),
    ],
)
def test_codes_that_do_not_fit(tmp_path, text, message):
    path = tmp_path / "codes.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        load_order_codes(path)


def test_packaged_codes_mean_the_skills():
    codes = load_order_codes()
    assert isinstance(codes, OrderCodes)
    assert set(codes.kinds) == {
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
    every = [code for known in codes.kinds.values() for code in known.codes]
    assert len(every) == len(set(every))
