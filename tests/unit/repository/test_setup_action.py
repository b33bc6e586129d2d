"""The action that puts `release` on a job's PATH: the command of its own tree, whatever the caller's tree holds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

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


PIP = """#!/bin/sh
# Stands for the interpreter of the new environment: notes what it is asked to install.
for word; do last=$word; done
case " $* " in *" -r "*) cp "$last" "$RUNNER_TEMP/asked" ;; esac
"""


@pytest.mark.parametrize("install", [".github/actions/setup/install", "release/adoption/vendored/install"])
@pytest.mark.parametrize("only", ["", "packageurl-python packaging pyyaml", "yaml"])
def test_a_job_that_needs_few_packages_installs_these_alone_with_their_hashes(
    tmp_path: Path, install: str, only: str
) -> None:
    """A name that is part of another one is none of them."""
    script, locked = tmp_path / install, (ROOT / "requirements/release.txt").read_text()
    script.parent.mkdir(parents=True)
    script.write_text((ROOT / install).read_text().replace("<digest>", sha256(b"").hexdigest()))
    script.chmod(0o755)
    for folder in (tmp_path / "requirements", script.parents[2] / "release"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ("release.txt" if folder.name == "requirements" else "requirements.txt")).write_text(locked)
        (folder / "<wheel>").touch()
    programs = tmp_path / "bin"
    for path in (programs / "python3", tmp_path / "temp/release/bin/python"):
        path.parent.mkdir(parents=True)
        path.write_text(PIP)
        path.chmod(0o755)
    env = {"PATH": f"{programs}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path / "temp"), "ONLY": only}
    subprocess.run([script], env=env | {"GITHUB_PATH": str(tmp_path / "path")}, check=True)
    asked = (tmp_path / "temp/asked").read_text()
    names = re.findall(r"^([a-z0-9-]+)==", asked, re.MULTILINE)
    assert names == (
        only.split() if only.startswith("pack") else [] if only else re.findall(r"^([a-z0-9-]+)==", locked, re.M)
    )
    assert asked in (locked, "") or asked.count("--hash=") > 10
    assert set(asked.splitlines()) <= set(locked.splitlines())


@pytest.mark.parametrize("workflow", ["check", "release"])
def test_release_check_needs_no_more_packages_than_its_job_installs(tmp_path: Path, workflow: str) -> None:
    """With every key, and with images that only a template describes."""
    jobs = yaml.safe_load((ROOT / f".github/workflows/{workflow}.yml").read_text())["jobs"]
    (only,) = (step["with"]["only"].split() for step in jobs["tests"]["steps"] if "only" in step.get("with", {}))
    modules = {"packageurl-python": "packageurl", "packaging": "packaging", "pyyaml": "yaml"}
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/release.txt").read_text(), re.MULTILINE)
    away = ["dateutil", *(name for name in locked if name not in only)]
    assert {"boto3", "botocore", "urllib3"} <= set(away)
    blocked = "".join(f"sys.modules[{name!r}] = None; " for name in away)
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {blocked}from release.cli import main; main()"
    every = (ROOT / "tools/pages/every-key.toml").read_text().replace('required-version = ">=0.1,<2"\n', "")
    assert set(only) == set(modules)
    for name, text in {"commerce": "", "every": every}.items():
        folder = tmp_path / name
        shutil.copytree(ROOT / "examples/commerce", folder)
        written = text or (folder / "release.toml").read_text()
        (folder / "release.toml").write_text(re.sub(r'^test = ".*"$', 'test = "echo ran"', written, flags=re.M))
        command = [sys.executable, "-I", "-c", code, "-C", str(folder), "check"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode, done.stdout.splitlines()[0]) == (0, "ran"), done.stderr
