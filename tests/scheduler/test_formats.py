"""Every format against every file there is, its published values, and files that are not as they should be."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import re
from pathlib import Path

import dimod
import numpy as np
import pytest
from dimod.serialization import coo
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import (
    AmbiguousFormatError,
    AssignmentProblem,
    FormatError,
    QuboProblem,
    UnknownFormatError,
    UnknownFormatNameError,
    format_names,
    read_assignment,
    read_problem,
    write_assignment,
)
from scheduler.formats import ALIASES, REGISTRY, get_format
from tests.scheduler.conftest import random_problem

DATA = Path(os.environ.get("QAM_DATA", Path(__file__).parents[3] / "shared" / "data"))
GAP = "2 3\n4 1 5\n2 3 6\n1 1 1\n1 1 1\n2 1\n"
EDGES = "3 2\n1 2 -4\n2 3 5\n"


def files(pattern: str) -> list[Path]:
    found = sorted(DATA.glob(pattern))
    if not found:
        pytest.skip(f"{DATA / pattern} is not there: set QAM_DATA to the folder with the benchmark data")
    return found


def write(folder: Path, text: str | bytes, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_every_gap_file_is_known_by_content_and_its_size_is_that_of_the_list():
    (listed,) = files("gap/best_known.csv")
    rows = {row["instance"]: row for row in csv.DictReader(listed.open())}
    for path in (p for p in files("gap/*") if not p.suffix):
        problem = read_problem(path)
        row = rows[path.name]
        assert (problem.tasks, problem.agents) == (int(row["tasks"]), int(row["agents"])), path.name
        assert len(problem.must_place) == problem.tasks
        cheapest = np.minimum.reduceat(problem.cost, problem.task_ptr[:-1]).sum()
        assert cheapest <= int(row["best_known"])


def test_small_gap_files_are_solved_to_the_listed_optimum():
    from scheduler import Budget, solve

    (listed,) = files("gap/best_known.csv")
    rows = {row["instance"]: row for row in csv.DictReader(listed.open())}
    for name in ("gap1-0", "gap1-1", "gap6-0"):
        plan = solve(read_problem(DATA / "gap" / name), "exact", Budget(seconds=20))
        assert plan.objective.total == int(rows[name]["optimum"]), name


def test_every_elloumi_solution_is_worth_what_its_file_says():
    for path in files("gqap/elloumi/CTAP/*.dat"):
        problem = read_problem(path)
        assert (problem.tasks, problem.agents) == (10, 3)
        if path.with_suffix(".sol").exists():
            tokens = path.with_suffix(".sol").read_text().split()
            assignment = np.array(tokens[1:-1:2], dtype=int) - 1
            assert problem.objective(assignment).total == float(tokens[-1]), path.name
            assert not problem.violations(assignment)


def lee_ma_optimum(path: Path) -> tuple[float, list[int]]:
    text = path.read_text()
    placed = dict(re.findall(r"Process\[(\d+)\] assigned to location\[(\d+)\]", text))
    assignment = [int(placed[str(task)]) for task in range(len(placed))]
    return float(re.search(r"objective value=([\d.]+)", text)[1]), assignment


def test_the_optima_of_lee_and_ma_are_worth_what_they_say_at_the_fee_they_were_found_at():
    def bare(path: Path) -> str:
        return re.sub(r"result_|data-|C|-E-G|-", "", path.stem)

    results = {bare(path): path for path in files("gqap/lee_ma/results/*.txt")}
    seen = 0
    for path in files("gqap/lee_ma/data/*.h"):
        if bare(path) not in results or path.stem.endswith(("5X24", "5X30")):
            continue
        problem, (optimum, assignment) = read_problem(path), lee_ma_optimum(results[bare(path)])
        value = problem.objective(assignment)
        fee = int(re.search(r"Fee=(\d)", path.read_text())[1])
        assert value.assignment + value.pairs * 5 / fee == optimum, path.name
        assert not problem.violations(assignment)
        seen += 1
    assert seen >= 20


@pytest.mark.parametrize(("name", "row"), [("C5X24", "line 44"), ("C5X30", "line 52")])
def test_a_row_of_lee_and_ma_with_a_number_missing_is_named(name, row):
    (path,) = files(f"gqap/lee_ma/data/data-{name}.h")
    with pytest.raises(FormatError, match=f"{row}: .*row 12 of Distance"):
        read_problem(path)


def test_every_cordeau_file_counts_ordered_pairs():
    for path in files("gqap/cordeau/*-*-*.txt"):
        problem = read_problem(path)
        tasks, agents, _ = map(int, path.stem.split("-"))
        assert (problem.tasks, problem.agents, problem.clusters) == (tasks, agents, agents)
        values = np.array(path.read_text().split(), dtype=float)
        unit, flow = values[2], values[3 : 3 + tasks**2].reshape(tasks, tasks)
        place = 3 + tasks**2
        distance = values[place : place + agents**2].reshape(agents, agents)
        install = values[place + agents**2 :][: tasks * agents].reshape(tasks, agents)
        x = np.random.default_rng(0).integers(0, agents, tasks)
        expected = install[np.arange(tasks), x].sum() + unit * (flow * distance[np.ix_(x, x)]).sum()
        assert problem.objective(x).total == expected, path.name


def test_every_generated_and_every_beasley_and_gset_file_is_read():
    for path in files("assignment/100*.npz"):
        assert isinstance(read_problem(path), AssignmentProblem)
    for path in files("qubo/beasley/*.sparse"):
        assert read_problem(path).variables == int(re.search(r"bqp(\d+)", path.name)[1])
    for path in files("qubo/gset/*.txt"):
        with pytest.raises(AmbiguousFormatError, match="beasley or gset"):
            read_problem(path)
        problem = read_problem(path, "maxcut")
        edges = np.loadtxt(path, skiprows=1)
        x = np.random.default_rng(1).integers(0, 2, problem.variables)
        cut = edges[x[edges[:, 0].astype(int) - 1] != x[edges[:, 1].astype(int) - 1], 2].sum()
        assert problem.energy(x) == -cut


def test_a_beasley_file_counts_what_is_off_the_diagonal_twice(tmp_path):
    problem = read_problem(write(tmp_path, "2 2\n1 1 -3\n1 2 5\n"))
    assert [problem.energy(x) for x in ([0, 0], [1, 0], [0, 1], [1, 1])] == [0.0, -3.0, 0.0, 7.0]


def test_a_qbsolv_file_counts_a_coupler_once_and_from_0(tmp_path):
    text = "c a comment\np qubo 0 4 2 2\n0 0 -1\n1 1 2.5\nc more\n0 1 4\n1 3 -6\n"
    problem = read_problem(write(tmp_path, text))
    assert problem.variables == 4
    assert problem.energy([1, 1, 0, 0]) == 5.5
    assert problem.energy([0, 1, 0, 1]) == -3.5


@pytest.mark.parametrize("vartype", ["BINARY", "SPIN"])
def test_files_of_dimod_keep_every_energy(tmp_path, vartype):
    rng = np.random.default_rng(5)
    bqm = dimod.BinaryQuadraticModel(vartype)
    for i in range(6):
        bqm.add_linear(i, float(rng.integers(-5, 5)) or 1.0)
    for i, j in ((0, 1), (0, 5), (2, 3), (1, 4), (3, 5)):
        bqm.add_quadratic(i, j, float(rng.integers(1, 9)))
    coordinates = coo.dumps(bqm, vartype_header=True)
    bqm.offset = 0.5
    for text, offset in (
        (bqm.to_file().read(), 0.0),
        (json.dumps(bqm.to_serializable()), 0.0),
        (coordinates, 0.5),
    ):
        problem = read_problem(write(tmp_path, text))
        for bits in rng.integers(0, 2, (20, 6)):
            sample = bits if vartype == "BINARY" else 2 * bits - 1
            assert problem.energy(bits) + offset == pytest.approx(bqm.energy(dict(enumerate(sample.tolist()))))


def test_a_coordinate_list_without_its_kind_of_variables_is_refused(tmp_path):
    path = write(tmp_path, "0 0 1\n0 1 -2\n")
    with pytest.raises(UnknownFormatError, match="vartype"):
        read_problem(path)
    with pytest.raises(FormatError, match="vartype=BINARY"):
        read_problem(path, "dimod-coo")


def test_quadratic_assignment_that_cannot_be_exact_is_refused(tmp_path):
    def cordeau(flow: str, distance: str) -> Path:
        return write(tmp_path, f"2 2 1 {flow} {distance} 1 2 3 4 1 1 2 2")

    with pytest.raises(FormatError, match="one distance from every agent to itself"):
        read_problem(cordeau("0 1 1 0", "0 3 3 1"))
    with pytest.raises(FormatError, match="one of the two to be symmetric"):
        read_problem(cordeau("0 1 2 0", "0 3 4 0"))
    for flow, distance in (("5 1 2 0", "7 3 3 7"), ("0 2 2 0", "1 3 4 1")):
        problem = read_problem(cordeau(flow, distance))
        t, d = (np.array(text.split(), dtype=float).reshape(2, 2) for text in (flow, distance))
        for x in ([0, 0], [0, 1], [1, 0], [1, 1]):
            expected = [1, 2][x[0]] + [3, 4][x[1]] + (t * d[np.ix_(x, x)]).sum()
            assert problem.objective(x).total == expected


def test_an_npz_comes_back_as_it_was_whatever_it_is_called(tmp_path):
    problem = random_problem(3, tasks=5, agents=3)
    problem.save(tmp_path / "a.npz")
    (tmp_path / "a.npz").rename(tmp_path / "a.txt")
    again = read_problem(tmp_path / "a.txt")
    for name in problem.__dataclass_fields__:
        assert np.array_equal(getattr(problem, name), getattr(again, name)), name


def test_an_ambiguous_file_is_refused_with_the_candidates_and_read_when_told(tmp_path):
    edges = write(tmp_path, EDGES, "x.sparse")
    with pytest.raises(AmbiguousFormatError) as refused:
        read_problem(edges)
    assert refused.value.candidates == ("beasley", "gset")
    assert "--format beasley or --format gset" in str(refused.value)
    assert read_problem(edges, "beasley").energy([1, 1, 0]) == -8.0
    assert read_problem(edges, "gset").energy([1, 0, 1]) == -1.0
    both = write(tmp_path, "4 2 " + " ".join(["1"] * (2 * 8 + 4)))  # as many numbers as GAP and CTAP ask for
    with pytest.raises(AmbiguousFormatError, match="gap or ctap"):
        read_problem(both)
    assert read_problem(both, "gap").agents == 4
    assert read_problem(both, "ctap").agents == 2


def test_a_file_of_several_problems_gives_the_one_that_is_asked_for(tmp_path):
    other = "1 2\n7 8\n1 1\n2\n"
    path = write(tmp_path, "2\n" + GAP + other)
    for format_name in (None, "gap", "or-library"):
        first, second = (read_problem(f"{path}#{number}", format_name) for number in (1, 2))
        assert np.array_equal(first.cost, read_problem(write(tmp_path, GAP, "alone")).cost)
        assert (second.tasks, second.agents) == (2, 1)
        assert second.cost.tolist() == [7.0, 8.0]
        for wrong in (path, f"{path}#0", f"{path}#3"):
            with pytest.raises(FormatError, match=r"found 2 problems, expected .*1 to .*2"):
                read_problem(wrong, format_name)
    assert read_problem(write(tmp_path, "1\n" + GAP, "one")).tasks == 3
    assert read_problem(f"{tmp_path}/alone#1").tasks == 3


def test_a_number_behind_the_name_of_a_file_of_one_problem_is_refused(tmp_path):
    with pytest.raises(FormatError, match="found one problem, not number 2"):
        read_problem(f"{write(tmp_path, GAP)}#2")
    with pytest.raises(FormatError, match="found one problem, not number 1"):
        read_problem(f"{write(tmp_path, EDGES)}#1", "gset")
    with pytest.raises(FormatError, match="no such file"):
        read_problem(tmp_path / "absent#1")
    assert read_problem(write(tmp_path, GAP, "named#7")).tasks == 3


def test_files_of_several_problems_that_are_too_short_or_too_long_are_refused(tmp_path):
    for text in ("3\n" + GAP + GAP, "2\n" + GAP + GAP + "1", "2\n" + GAP + GAP[:-3], "0\n", "999999999\n" + GAP):
        with pytest.raises(UnknownFormatError):
            read_problem(write(tmp_path, text))
        with pytest.raises(FormatError):
            read_problem(write(tmp_path, text), "gap")


def test_a_truncated_file_is_of_no_format_and_named_where_it_ends(tmp_path):
    path = write(tmp_path, GAP[:-3])
    with pytest.raises(UnknownFormatError, match="gap: 16 numbers expected, 15 found"):
        read_problem(path)
    with pytest.raises(FormatError, match=r"line 6, the end: found only 1 number, expected capacities b\[agent\]"):
        read_problem(path, "gap")


@pytest.mark.parametrize(
    ("format_name", "text", "place"),
    [
        ("gap", GAP.replace("5", "x"), "line 2, token 3: found 'x', expected a number"),
        ("gap", GAP.replace("5", "nan"), "line 2, token 3: found 'nan'"),
        ("gap", GAP + "7 8", "line 7, token 1: found 2 more numbers"),
        ("gap", "2.5 3", "line 1, token 1: found 2.5"),
        ("gap", "-1 3", "line 1, token 1: found -1"),
        ("gap", GAP.replace("2 1\n", "2 -1\n"), "must not be negative"),
        ("gap", "", "found only 0 numbers"),
        ("gap", "99999999 99999999 1", "99999999 x 99999999 numbers"),
        ("ctap", "2 1 5", r"execution costs q\[processor\]\[task\]"),
        ("cordeau", GAP, r"traffic|distance|installation"),
        ("lee-ma", GAP, "no #define PROCESS_NUM"),
        ("lee-ma", "#define PROCESS_NUM x", "line 1: found 'x'"),
        ("gset", "3 2\n1 2 1\n2 2 1", "line 3, token 1: found an edge from 2 to itself"),
        ("gset", "3 2\n1 2 1\n2 1 1", "line 3, token 1: found 2 1 a second time"),
        ("gset", "3 2\n1 2 1\n2 4 1", "line 3, token 2: found 4, expected a variable: a whole number from 1 to 3"),
        ("beasley", "9999999999999 1\n1 2 1", "line 1, token 1: found 9999999999999, expected n, the number"),
        ("beasley", "3 3\n1 2 1\n2 3 1", "line 3, the end: found only 6 numbers"),
        ("qbsolv", "0 0 1\n", "line 1: found '0 0 1', expected `p qubo ...` first"),
        ("qbsolv", "p qubo 0 2 1 0\n0 0 1\n0 1 2\n", "line 3, the end: found 1 nodes and 1 couplers"),
        ("qbsolv", "p qubo 0 2 0 1\n1 0 2\n", "line 2: found 1 0, expected i <= j"),
        ("qbsolv", "p qubo 0 2 0 1\n0 1 z\n", "line 2, token 3: found 'z'"),
        ("qbsolv", "p qubo 0 2 0\n", "line 1: found 'p qubo 0 2 0'"),
        ("dimod-coo", "# vartype=BINARY\n0 1\n", "line 2: found 2 tokens"),
        ("dimod-coo", "# vartype=OTHER\n", "line 1: found 'OTHER'"),
        ("dimod", "DIMODBQM rubbish", "what dimod cannot load"),
        ("npz", "PK\x03\x04 rubbish", "a damaged archive"),
        ("npz", GAP, "a damaged archive"),
        ("gap", b"\xff\xfe\x00", "byte 0"),
    ],
)
def test_a_wrong_file_or_a_wrong_format_is_named_with_the_place(tmp_path, format_name, text, place):
    path = write(tmp_path, text)
    with pytest.raises(FormatError, match=place) as refused:
        read_problem(path, format_name)
    assert str(path) in str(refused.value)
    assert refused.value.expected


def test_files_that_are_not_there_or_of_no_format_and_names_that_are_none(tmp_path):
    with pytest.raises(FormatError, match="no such file"):
        read_problem(tmp_path / "absent")
    with pytest.raises(FormatError, match="directory"):
        read_problem(tmp_path)
    with pytest.raises(UnknownFormatError, match=r"gap: .*ctap: "):
        read_problem(write(tmp_path, "hello world"))
    with pytest.raises(UnknownFormatError, match="binary"):
        read_problem(write(tmp_path, b"\x00\x01\x02"))
    with pytest.raises(UnknownFormatNameError, match="npz, gap"):
        read_problem(tmp_path, "mps")


def test_an_npz_without_an_array_or_with_a_wrong_one_is_named(tmp_path):
    problem = random_problem(3)
    problem.save(tmp_path / "a")
    with np.load(tmp_path / "a") as file:
        arrays = dict(file)
    buffer = io.BytesIO()
    np.savez(buffer, **{name: value for name, value in arrays.items() if name != "cost"})
    with pytest.raises(FormatError, match="there is no array cost in it"):
        read_problem(write(tmp_path, buffer.getvalue()))
    buffer = io.BytesIO()
    np.savez(buffer, **(arrays | {"capacity": -1.0 - arrays["capacity"]}))
    with pytest.raises(FormatError, match=r"capacity\[0, 0\]"):
        read_problem(write(tmp_path, buffer.getvalue()))


def test_every_format_knows_its_name_and_every_alias_leads_to_one():
    assert format_names() == tuple(REGISTRY)
    for name in REGISTRY:
        assert get_format(name).name == name
    assert set(ALIASES.values()) <= set(REGISTRY)
    assert not set(ALIASES) & set(REGISTRY)


def test_errors_survive_pickling():
    for error in (
        FormatError("f", "line 1", "x", "y"),
        AmbiguousFormatError("f", ("a", "b")),
        UnknownFormatError("f", {"a": "why"}),
        UnknownFormatNameError("n", ("a",)),
    ):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-1, 2**29), max_size=40))
def test_a_solution_comes_back_as_it_was_written(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("solution") / "a"
    write_assignment(path, np.array(values, dtype=np.int64))
    assert read_assignment(path).tolist() == values
    path.write_text(" \n ".join(map(str, values)) + "\t")
    assert read_assignment(path).tolist() == values


def test_a_solution_with_anything_else_in_it_is_named(tmp_path):
    for text, token in (("1 2\n3 1.5", "line 2, token 2"), ("0x1", "line 1, token 1"), ("99999999999", "line 1")):
        with pytest.raises(FormatError, match=token):
            read_assignment(write(tmp_path, text))
    with pytest.raises(FormatError, match="cannot be written"):
        write_assignment(tmp_path / "absent" / "a", [1])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 4))
def test_what_is_written_as_a_gap_or_an_edge_list_is_read_as_it_was(tmp_path_factory, seed, tasks, agents):
    rng, folder = np.random.default_rng(seed), tmp_path_factory.mktemp("round")
    cost, demand = rng.integers(-9, 99, (2, agents, tasks))
    capacity = rng.integers(0, 50, agents)
    rows = [*cost.tolist(), *np.abs(demand).tolist(), capacity.tolist()]
    text = f"{agents} {tasks}\n" + "\n".join(" ".join(map(str, row)) for row in rows)
    problem = read_problem(write(folder, text), "gap")
    assert np.array_equal(problem.cost.reshape(tasks, agents), cost.T)
    assert np.array_equal(problem.demand.reshape(tasks, agents), np.abs(demand).T)
    assert np.array_equal(problem.capacity[:, 0], capacity)
    matrix = np.triu(rng.integers(-9, 9, (tasks, tasks)))
    lines = [f"{i + 1} {j + 1} {matrix[i, j]}" for i, j in zip(*np.nonzero(matrix), strict=True)] or ["1 1 0"]
    qubo = read_problem(write(folder, f"{tasks} {len(lines)}\n" + "\n".join(lines)), "beasley")
    assert isinstance(qubo, QuboProblem)
    symmetric = matrix + np.triu(matrix, 1).T
    x = rng.integers(0, 2, tasks)
    assert qubo.energy(x) == x @ symmetric @ x
