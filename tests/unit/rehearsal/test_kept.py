"""Stopping rehearsals that were left running: all of them, or one alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rehearsal.cloud.emulator import Emulator
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.story import kept
from release.adapters import process
from release.adapters.toolbox import Cache
from release.errors import UsageError


@dataclass
class Left:
    """Two rehearsals that were left running: their folders, and the process of each one's emulator."""

    env: dict[str, str]
    folders: list[Path]
    pids: list[int]

    @property
    def alive(self) -> list[bool]:
        return [process.alive(pid) for pid in self.pids]


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Left]:
    cache = Cache(tmp_path / "cache")
    (tmp_path / "docker").symlink_to("/bin/true")
    engine = EngineHandle({"DOCKER_HOST": "unix:///x"}, tmp_path / "docker", False, "26", "default", "")
    folders = [cache.folder("rehearsals", f"run-{name}") for name in ("one", "other")]
    pids = []
    for port, folder in enumerate(folders, 4566):
        pids.append(process.spawn(["sleep", "60"], log_file=folder / "log", env={"PATH": "/usr/bin:/bin"}).pid)
        kept.remember(folder, engine, Emulator(port, pids[-1], folder / "log"))
    yield Left({"RELEASE_CACHE": str(cache.root)}, folders, pids)
    for pid in pids:
        process.stop(pid, grace=5)


def test_all_are_stopped_and_their_folders_are_gone(left: Left) -> None:
    said: list[str] = []
    assert kept.stop_kept(left.env, said.append) == 2
    assert left.alive == [False, False]
    assert not any(folder.exists() for folder in left.folders)
    assert said == [f"stopped the rehearsal in {folder}" for folder in left.folders]


def test_one_alone_is_stopped_by_its_folder(left: Left) -> None:
    elsewhere = {"RELEASE_CACHE": "/nonexistent"}  # the folder says which cache it is of
    assert kept.stop_kept(elsewhere, lambda _line: None, left.folders[1]) == 1
    assert left.alive == [True, False]
    assert [folder.exists() for folder in left.folders] == [True, False]


def test_a_folder_that_is_no_kept_rehearsal_is_refused_and_stops_nothing(left: Left, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no rehearsal that was left running") as refusal:
        kept.stop_kept(left.env, pytest.fail, tmp_path)
    assert refusal.value.next_step.startswith("release rehearse --stop")
    assert left.alive == [True, True]


def test_nothing_left_running_is_no_error(tmp_path: Path) -> None:
    assert kept.stop_kept({"RELEASE_CACHE": str(tmp_path)}, lambda _line: None) == 0
