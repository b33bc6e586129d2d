"""Engines of several cache folders side by side: their places, what they claim outside, whose turn it is."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal.machine import bridge, own_engine
from rehearsal.machine.engine_state import EngineState
from release.adapters.toolbox import Cache
from release.errors import MachineError


def state_of(tmp_path: Path, name: str) -> EngineState:
    state = EngineState.of(Cache(tmp_path / name), tmp_path / "run")
    state.folder.mkdir(parents=True)
    return state


def test_two_cache_folders_share_no_place_and_no_bridge(tmp_path: Path) -> None:
    one, other = (EngineState.of(Cache(tmp_path / name)) for name in ("one", "other"))
    assert one.folder != other.folder
    assert one.data != other.data
    assert one.bridge != other.bridge
    assert len(one.bridge) <= 15
    assert len(str(one.folder / "exec/containerd/containerd-debug.sock")) < 108  # sun_path of unix(7)


def test_folders_that_an_engine_makes_outside_go_with_the_last_engine_and_not_before(tmp_path: Path) -> None:
    there, made = tmp_path / "there", tmp_path / "made"
    there.mkdir()
    first = state_of(tmp_path, "first")
    first.claim([there, made])
    (made / "s").mkdir(parents=True)
    second = state_of(tmp_path, "second")
    second.claim([there, made])

    first.release_claims()
    assert (made / "s").is_dir()
    first.claims.unlink()
    second.release_claims()
    assert not made.exists()
    assert there.is_dir()


def test_a_claimed_folder_with_somebodys_file_stays(tmp_path: Path) -> None:
    state, made = state_of(tmp_path, "one"), tmp_path / "made"
    state.claim([made])
    (made / "empty").mkdir(parents=True)
    (made / "file").touch()
    state.release_claims()
    assert [path.name for path in made.iterdir()] == ["file"]


def test_only_one_process_at_a_time_changes_bridges() -> None:
    name = f"\0{__name__}"
    hold = f"""
import sys
from rehearsal.machine.bridge import turn
with turn({name!r}):
    print("mine", flush=True)
    sys.stdin.read()
"""
    holder = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"mine\n"
        with pytest.raises(MachineError, match="another run has been changing") as refusal, bridge.turn(name, wait=0.2):
            raise AssertionError("two had the turn")
        assert "run the command again" in refusal.value.next_step
        holder.kill()
    with bridge.turn(name, wait=5):
        pass


def test_an_engine_that_is_slow_to_answer_is_waited_for_and_not_started_anew(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text(
        f'#!/bin/sh\necho x >> "{tmp_path}/calls"\n[ $(wc -l < "{tmp_path}/calls") -ge 3 ] && echo 26.1.5\n'
    )
    docker.chmod(0o755)
    assert own_engine.answer(docker, {"PATH": "/usr/bin:/bin"}, lambda: True) == "26.1.5"
    assert (tmp_path / "calls").read_text().count("x") == 3


def test_an_engine_that_does_not_run_is_not_waited_for(tmp_path: Path) -> None:
    began = time.monotonic()
    assert own_engine.answer(tmp_path / "docker", {}, lambda: False) is None
    assert time.monotonic() - began < 10


def test_an_engine_that_never_answers_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "docker").symlink_to("/bin/false")
    assert own_engine.answer(tmp_path / "docker", {}, lambda: True, wait=0.3) is None
