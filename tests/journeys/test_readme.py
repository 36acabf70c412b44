"""Every code block of the README runs, in order, in one folder."""

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
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples", folder / "examples")
    return folder


@pytest.mark.ray
@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_code_block_of_the_readme_does_what_it_says(number, place):
    kind, text = BLOCKS[number]
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
        assert ran.stdout.strip()
    elif kind == "yaml":
        assert [AgentSpec.model_validate(item) for item in yaml.safe_load(text)["agents"]]
    else:
        assert kind == "text"
        assert "387 tasks: 387 done" in text


def test_every_link_of_the_readme_leads_somewhere():
    targets = re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text())
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target
