"""Rules of the house that a machine can check."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
import yaml

from agents.schemas import schemas

ROOT = Path(__file__).parent.parent
ROOMS = ("agents", "orchestration", "scheduler", "simulations", "qam")


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_locks_hold_pins_and_hashes_and_no_address():
    locks = list((ROOT / "requirements").glob("*.txt"))
    assert {"core.txt", "dev.txt"} <= {path.name for path in locks}
    for path in locks:
        text = path.read_text()
        assert "://" not in text, path
        assert "--index" not in text, path
        assert "--find-links" not in text, path
        for line in re.findall(r"^[A-Za-z0-9].*$", text, re.MULTILINE):
            assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+( ; .*)? \\$", line), (path, line)
        assert text.count("==") <= text.count("--hash=sha256:")


def test_no_file_names_a_path_of_somebodys_machine():
    bad = re.compile(r"(^|[^A-Za-z0-9_.])/(work|root|farm)/")
    for path in tracked():
        if path.suffix in {".png", ".svg"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert path.name == "test_house.py" or not bad.search(line), f"{path}:{number}"


def test_every_room_is_typed_and_says_what_it_is():
    for room in ROOMS:
        assert (ROOT / room / "py.typed").exists()
        assert (ROOT / room / "__init__.py").read_text().startswith('"""')


def test_import_is_fast_and_loads_nothing_heavy():
    code = (
        "import sys, time; t = time.perf_counter(); import qam; s = time.perf_counter() - t\n"
        "heavy = {'ray', 'numba', 'numpy', 'pydantic', 'dimod', 'highspy', 'scipy'} & set(sys.modules)\n"
        "print(s); assert not heavy, heavy; assert s < 0.5, s"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_every_public_name_can_be_had_and_has_a_docstring():
    import qam

    assert sorted(qam._HOME) == sorted(name for name in qam.__all__ if name != "__version__")
    for name in qam._HOME:
        assert getattr(qam, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        qam.nothing  # noqa: B018


@pytest.mark.parametrize("room", ROOMS)
def test_importing_a_room_opens_no_file_of_its_own_and_no_socket(room):
    code = (
        f"import sys\nseen = []\n"
        "sys.addaudithook(lambda e, a: seen.append((e, a[0])) if e in ('socket.connect', 'socket.bind') or (e == 'open' and "
        "isinstance(a[0], str) and not a[0].endswith(('.py', '.pyc', '.so', '.pth')) and 'site-packages' not in a[0]"
        f" and '/{room}/' in a[0]) else None)\nimport {room}\nassert not seen, seen"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=ROOT)


def test_the_schemas_in_the_docs_are_those_of_the_code_and_accept_the_example():
    for name, schema in schemas().items():
        assert json.loads((ROOT / "docs" / "schemas" / name).read_text()) == schema, "run `make schemas`"
        jsonschema.Draft202012Validator.check_schema(schema)
    roster = yaml.safe_load((ROOT / "examples/emergency-department/roster.yaml").read_text())
    jsonschema.validate(roster, schemas()["roster.schema.json"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"agents": [{"address": "a", "skills": {"x": 9}}]}, schemas()["roster.schema.json"])
    jsonschema.validate(
        {"tasks": [{"id": "t", "kind": "x", "demand": {"staff": "1.5 h"}}]}, schemas()["tasks.schema.json"]
    )


def test_the_guard_ends_a_process_that_reaches_for_another_machine(tmp_path):
    log = tmp_path / "log"
    code = "import socket; socket.create_connection(('192.0.2.123', 9), timeout=1)"
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "tests" / "guard"), "QAM_GUARD_LOG": str(log), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode != 0
    assert "tried to reach another machine" in ran.stderr
    assert log.read_text().startswith("192.0.2.123 ")
    assert time.monotonic() - began < 30
