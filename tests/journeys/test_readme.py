"""Every code block of the README and the docs runs, in order, in one folder; every link leads somewhere."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from agents.agent_spec import AgentSpec

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *ROOT.glob("examples/*/README.md"),
]
BLOCKS = [
    pytest.param(kind, text, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, (kind, text) in enumerate(re.findall(r"```(\w+)\n(.*?)```", page.read_text(), re.DOTALL), 1)
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copytree(ROOT / "examples" / "emergency-department" / "patients", folder / "patients")
    return folder


@pytest.mark.ray
@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_a_code_block_of_the_docs_does_what_it_says(kind, text, place):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path}
    if kind == "console":
        lines = text.splitlines()
        assert all(line.startswith("$ ") for line in lines)
        for line in lines:
            command, where = line.removeprefix("$ ").split(), place
            if command[0] == "make":  # shown, not done: it would set up an environment inside the tests
                command, where = [*command, "--dry-run"], ROOT
            ran = subprocess.run(command, cwd=where, env=env, capture_output=True, text=True, timeout=240, check=False)
            assert ran.returncode == 0, (line, ran.stdout, ran.stderr)
    elif kind == "python":
        ran = subprocess.run(
            [sys.executable, "-c", text], cwd=place, env=env, capture_output=True, text=True, timeout=240, check=False
        )
        assert ran.returncode == 0, ran.stderr
    elif kind == "yaml":
        found = yaml.safe_load(text)
        assert [AgentSpec.model_validate(item) for item in found.get("agents", [])] or found
    elif kind == "json":
        assert json.loads(text)
    else:
        assert kind == "text"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_run_that_the_readme_shows_is_one_of_the_example():
    shown = (ROOT / "README.md").read_text()
    assert "387 tasks: 387 done" in shown
    assert "](docs/images/report.png)" in shown
