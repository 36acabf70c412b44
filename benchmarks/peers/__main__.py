"""One solver on one instance, in this process: `python -m peers NAME PATH FORMAT SECONDS SEED THREADS MEMORY`."""

from __future__ import annotations

import resource
import sys
from importlib import import_module

from peers import PEERS
from peers.report import Report
from scheduler import AssignmentProblem, read_problem


def main() -> None:
    name, path, form, seconds, seed, threads, memory = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (int(float(memory) * 2**30),) * 2)
    problem = read_problem(path, form)
    assert isinstance(problem, AssignmentProblem), f"{path} holds no assignment problem"
    module, _, function = PEERS[name].place.partition(":")
    run = getattr(import_module(module), function)
    report = Report(problem)
    try:
        run(problem, float(seconds), int(seed), int(threads), report)
    except MemoryError:
        report.end(None, None, f"more than {memory} GiB of memory")


if __name__ == "__main__":
    main()
