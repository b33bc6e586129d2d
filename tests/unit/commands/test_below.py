"""A command that is started in a folder of the repository finds release.toml above it, whichever command it is."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from release import commands
from release.adapters.projectfiles import project_folder
from release.bootstrap import Wiring
from release.cli import parser
from release.report import Report
from tests.support.gitrepo import GitFolder
from tests.support.world import FILES


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with release.toml at its top, in a folder that has one of its own."""
    (tmp_path / "release.toml").write_text("[project]\nname = 'another'\n")
    folder = GitFolder(tmp_path / "repository")
    folder.commit(FILES, "feat: all")
    return folder.folder


def told(folder: Path, line: str) -> str:
    report = cast(Report, commands.of_name(line.split()[0]).run(parser().parse_args(line.split()), Wiring(folder, {})))
    return report.text


@pytest.mark.parametrize("line", ["template", "plan", "version", "changelog", "environments"])
def test_a_command_below_says_what_it_says_at_the_top(line: str, repository: Path) -> None:
    assert told(repository / "function" / "export", line) == told(repository, line)


def test_a_folder_named_by_an_option_is_looked_at_in_the_same_way(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.parent)
    assert told(Path("repository/function"), "template") == told(repository, "template")
    monkeypatch.chdir(repository / "function")
    assert Wiring(Path(), {}).folder == Path("..")
    assert Wiring(Path(), {}, project="app").folder == Path()


def test_what_lies_above_the_repository_is_not_its_release_toml(repository: Path) -> None:
    below = repository / "function"
    assert project_folder(below).resolve() == repository
    (repository / "release.toml").unlink()
    assert project_folder(below) == below


def test_the_nearest_one_counts(repository: Path) -> None:
    (repository / "function" / "release.toml").write_text("")
    assert project_folder(repository / "function" / "export").resolve() == repository / "function"


def test_without_any_the_plan_says_what_writes_one(repository: Path) -> None:
    (repository / "release.toml").unlink()
    assert "there is no release.toml, so no workflow releases it: release init writes both" in told(repository, "plan")
