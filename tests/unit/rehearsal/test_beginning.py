"""What a repository must have before anything is started."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rehearsal.story.rehearse import settings_there
from release.errors import UsageError


def repository(folder: Path, *files: str, untracked: str = "") -> Path:
    def git(*arguments: str) -> None:
        command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
        subprocess.run(command, check=True, capture_output=True)

    git("init", "--quiet")
    for path in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "feat: one")
    if untracked:
        (folder / untracked).write_text("x")
    return folder


def test_settings_at_the_top_are_enough(tmp_path: Path) -> None:
    settings_there(repository(tmp_path, "release.toml", "other/release.toml"))


def test_settings_in_a_folder_are_named_with_the_place_where_they_belong(tmp_path: Path) -> None:
    top = repository(tmp_path, "services/orders/release.toml")
    with pytest.raises(UsageError, match=r"release\.toml is in services/orders, and every command") as found:
        settings_there(top)
    assert found.value.next_step.startswith("git mv services/orders/release.toml release.toml")


def test_settings_that_are_not_committed_are_to_be_committed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the present commit has no release\.toml") as found:
        settings_there(repository(tmp_path, "template.yaml", untracked="release.toml"))
    assert found.value.next_step.startswith("commit release.toml")


def test_without_settings_init_comes_first(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the present commit has no release\.toml") as found:
        settings_there(repository(tmp_path, "template.yaml"))
    assert found.value.next_step.startswith("release init")
