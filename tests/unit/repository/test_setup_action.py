"""The action that puts `release` on a job's PATH: the command of its own tree, whatever the caller's tree holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from rehearsal.github import home
from release.adapters import installed
from tests.support.files import ROOT


def test_the_command_is_that_of_the_actions_own_tree_and_nothing_of_the_callers(tmp_path: Path) -> None:
    there = home.tree(tmp_path / "there")
    caller = tmp_path / "caller"
    for name in ("release/__init__.py", "release/cli.py", "argparse.py", "sitecustomize.py"):
        (caller / name).parent.mkdir(parents=True, exist_ok=True)
        (caller / name).write_text("raise SystemExit('of the caller')\n", encoding="utf-8")
    env = {
        **{"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path / "temp"), "GITHUB_PATH": str(tmp_path / "path")},
        **{"RELEASE_PYTHON": sys.executable, "PYTHONPATH": str(caller)},
    }
    (tmp_path / "temp").mkdir()
    install = there / ".github" / "actions" / "setup" / "install"
    subprocess.run([install], cwd=caller, env=env, check=True)
    folder = (tmp_path / "path").read_text().strip()
    done = subprocess.run([f"{folder}/release", "--help"], cwd=caller, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "build once, prove, promote, roll back" in done.stdout
    said = subprocess.run([f"{folder}/release", "--version"], cwd=caller, env=env, capture_output=True, text=True)
    assert said.stdout == f"release {installed.version()}\n"
    shutil.rmtree(there / "release")
    assert subprocess.run([f"{folder}/release", "--help"], cwd=caller, env=env, capture_output=True).returncode != 0


def test_what_stands_for_the_called_repository_has_its_workflows_and_the_command(tmp_path: Path) -> None:
    there = home.tree(tmp_path / "there")
    assert home.tree(there) == there
    for name in (".github/workflows/deploy.yml", ".github/actions/setup/command.py", "requirements/release.txt"):
        assert (there / name).read_bytes() == (ROOT / name).read_bytes()
    assert not list(there.rglob("*.pyc"))
