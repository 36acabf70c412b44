"""The ledger and the state machine of tasks."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import DuplicateTaskError, LedgerError, LedgerInUseError
from orchestration.ledger import TERMINAL, Event, LedgerLock, SqliteLedger

KINDS = ["accepted", "planned", "dispatched", "started", "requeued", *sorted(TERMINAL)]


def event(kind, task="t1", epoch=1, key=None, **payload):
    return Event(
        id=f"{kind}{epoch}",
        kind=kind,
        correlation=task,
        at=1.0,
        epoch=epoch,
        idempotency_key=key or task,
        payload=payload,
    )


LIFE = [event("accepted", epoch=0), event("planned", epoch=0), event("dispatched"), event("started")]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


def test_what_append_returned_from_is_there_when_opened_again(path):
    with SqliteLedger(path) as ledger:
        assert ledger.append([*LIFE, event("done", outcome={"summary": "x"})]) == []
        before = ledger.states()
    with SqliteLedger(path, read_only=True) as ledger:
        assert ledger.states() == before
        assert before["t1"].state == "done"
        assert before["t1"].attempts == 1
        assert [e.kind for e in ledger.events("t1")] == ["accepted", "planned", "dispatched", "started", "done"]


def test_a_task_ends_once(path):
    with SqliteLedger(path) as ledger:
        ledger.append([*LIFE, event("done")])
        for kind in sorted(TERMINAL):
            refused = ledger.append([event(kind)])
            assert [e.kind for e, _ in refused] == [kind]
        assert ledger.state("t1").state == "done"


def test_the_database_itself_holds_that_a_task_ends_once(path):
    with SqliteLedger(path) as ledger:
        ledger.append([*LIFE, event("done")])
    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute("INSERT INTO event SELECT seq + 100, id, 'failed', correlation, at, epoch, source, target, "
                    "priority, deadline, idempotency_key, payload FROM event WHERE kind = 'done'")  # fmt: skip
    raw.close()


def test_a_result_of_an_older_epoch_is_refused(path):
    with SqliteLedger(path) as ledger:
        ledger.append(
            [*LIFE, event("requeued"), event("planned"), event("dispatched", epoch=2), event("started", epoch=2)]
        )
        ((late, error),) = ledger.append([event("done", epoch=1)])
        assert late.epoch == 1
        assert "is of epoch 1, not 2" in str(error)
        assert ledger.append([event("done", epoch=2)]) == []


def test_an_idempotency_key_belongs_to_one_task_and_a_refused_batch_leaves_nothing(path):
    with SqliteLedger(path) as ledger:
        ledger.append([event("accepted", "a", key="k")])
        with pytest.raises(DuplicateTaskError, match="has the idempotency key of task 'a'"):
            ledger.append([event("accepted", "b"), event("accepted", "c", key="k")])
        assert set(ledger.states()) == {"a"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(["a", "b"]), st.integers(0, 3)), max_size=40))
def test_whatever_is_appended_states_follow_the_rules_and_survive_reopening(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("ledger") / "l.sqlite"
    with SqliteLedger(path) as ledger:
        for kind, task, epoch in steps:
            ledger.append([event(kind, task, epoch)])
        states = ledger.states()
        for name, state in states.items():
            kinds = [e.kind for e in ledger.events(name)]
            assert kinds[0] == "accepted"
            assert kinds.count("accepted") == 1
            ends = [i for i, k in enumerate(kinds) if k in TERMINAL]
            assert ends in ([], [len(kinds) - 1])
            epochs = [e.epoch for e in ledger.events(name) if e.kind == "dispatched"]
            assert epochs == sorted(set(epochs))
            assert state.attempts == kinds.count("started")
    with SqliteLedger(path) as ledger:
        assert ledger.states() == states


def test_a_second_process_is_refused_and_the_lock_goes_with_its_holder(path):
    code = (
        "import sys; from pathlib import Path; from orchestration.ledger import SqliteLedger\n"
        "SqliteLedger(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(LedgerInUseError, match="another process runs on the ledger"):
            SqliteLedger(path)
        SqliteLedger(path, read_only=True).close()
        other.kill()
        other.wait()
    SqliteLedger(path).close()


def test_a_file_that_is_no_ledger_is_named(path):
    path.write_text("some text that is not a database at all")
    with pytest.raises(LedgerError, match="cannot be used"):
        SqliteLedger(path)
    path.unlink()
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE x (y)")
    raw.close()
    with pytest.raises(LedgerError, match="is no ledger of qam"):
        SqliteLedger(path)
    with pytest.raises(LedgerError, match="there is no ledger"):
        SqliteLedger(path.with_name("absent"), read_only=True)


def test_a_ledger_of_a_newer_version_is_refused(path):
    SqliteLedger(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(LedgerError, match=r"newer qam \(schema 99, this one reads 1\). Update qam"):
        SqliteLedger(path)


def test_a_place_that_cannot_be_written_is_a_ledger_error():
    with pytest.raises(LedgerError, match=r"cannot be (written|used)"):
        SqliteLedger(Path("/proc/qam-ledger"))


def test_plans_and_notes_are_kept(path):
    with SqliteLedger(path) as ledger:
        assert ledger.add_plan({"gap": 0.1}) == 1
        assert ledger.add_plan({"gap": None}) == 2
        ledger.set_meta("job", {"a": [1]})
        ledger.set_meta("job", {"a": [2]})
    with SqliteLedger(path) as ledger:
        assert ledger.plans() == [{"round": 1, "gap": 0.1}, {"round": 2, "gap": None}]
        assert ledger.meta("job") == {"a": [2]}
        assert ledger.meta("absent", 7) == 7


def test_a_reader_sees_one_moment_while_another_writes(path):
    with SqliteLedger(path) as writer:
        writer.append([event("accepted", "a", epoch=0)])
        with SqliteLedger(path, read_only=True) as reader:
            writer.append([event("accepted", "b", epoch=0)])
            writer.add_plan({"gap": 0.0})
            writer.set_meta("job", {"a": 1})
            assert set(reader.states()) == {e.correlation for e in reader.events()} == {"a"}
            assert reader.plans() == []
            assert reader.meta("job") is None
        with SqliteLedger(path, read_only=True) as reader:
            assert set(reader.states()) == {"a", "b"}


def test_a_lock_that_is_held_already_is_taken_over_and_released_with_the_ledger(path):
    lock = LedgerLock(path)
    with pytest.raises(LedgerInUseError):
        SqliteLedger(path)
    with SqliteLedger(path, lock=lock), pytest.raises(LedgerInUseError):
        LedgerLock(path)
    with LedgerLock(path) as again:
        again.release(remove=True)
    assert not path.with_name("ledger.sqlite.lock").exists()


def test_damaged_notes_and_plans_are_ledger_errors(path):
    with SqliteLedger(path) as ledger:
        ledger.set_meta("job", {})
        ledger.add_plan({})
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE meta SET value = '{'")
        raw.execute("UPDATE plan SET plan = '{'")
    raw.close()
    with SqliteLedger(path, read_only=True) as ledger:
        with pytest.raises(LedgerError, match="cannot be used"):
            ledger.meta("job")
        with pytest.raises(LedgerError, match="cannot be used"):
            ledger.plans()
