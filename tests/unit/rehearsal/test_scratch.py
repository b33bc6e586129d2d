"""The scratch clone: one branch, the one that people merge to, at the commit that is rehearsed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from rehearsal.story import typed
from rehearsal.story.scratch import Scratch
from release.errors import MachineError


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=trunk")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "feat: one")
    return folder


@pytest.mark.parametrize("present", ["trunk", "feature", "a commit and no branch"])
def test_the_story_is_on_the_branch_that_people_merge_to_whichever_is_checked_out(
    repository: Path, present: str, tmp_path: Path
) -> None:
    git(repository, "checkout", "--quiet", *(["--detach"] if " " in present else ["-B", present]))
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "feat: two")
    clone = Scratch.clone(repository, tmp_path / "clone", {}, print)
    clone.begin("trunk")
    assert clone.git("symbolic-ref", "HEAD") == "refs/heads/trunk"
    assert clone.git("rev-parse", "HEAD") == git(repository, "rev-parse", "HEAD")
    clone.git("branch", "feature")  # as the story does: no branch of the repository's is in its way


def test_a_persons_hooks_and_signatures_are_none_of_the_story(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-commit").chmod(0o755)
    signs = "[commit]\ngpgSign = true\n[tag]\ngpgSign = true\n[gpg]\nprogram = /bin/false\n"
    (tmp_path / "gitconfig").write_text(f"[core]\nhooksPath = {hooks}\n{signs}")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    clone = Scratch.clone(repository, tmp_path / "clone", {}, print)
    clone.begin("trunk")
    clone.write({"a": "b"}, "feat: two")
    clone.git("tag", "--annotate", "v1", "--message", "v1")


def test_a_repository_without_a_commit_cannot_be_rehearsed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(MachineError, match="has no commit to rehearse"):
        Scratch.clone(tmp_path, tmp_path / "clone", {}, print)


def test_the_command_is_ours_where_the_team_has_modules_by_its_names(repository: Path, tmp_path: Path) -> None:
    for name in ("release.py", "rehearsal.py", "workflowlint.py"):
        (repository / name).write_text("raise SystemExit('a module of the team')\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "feat: two")
    clone = Scratch.clone(repository, tmp_path / "clone", dict(os.environ), print)
    clone.begin("main")
    assert clone.json("version")["version"] == "0.1.0"
    typed.put_first(tmp_path / "bin", clone.folder)
    told = subprocess.run([tmp_path / "bin" / "release", "rehearse", "--list"], cwd=clone.folder, capture_output=True)
    assert (told.returncode, b"pull-request" in told.stdout) == (0, True), told.stderr
