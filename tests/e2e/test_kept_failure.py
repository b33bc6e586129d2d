"""A second rehearsal, beside the one that all tests share, from a checkout and a cache folder of its own; it fails."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from rehearsal.machine.engine_state import EngineState
from release.adapters.toolbox import Cache
from tests.rehearsed import REPOSITORY, Rehearsed
from tests.support.caches import cache_beside

pytestmark = pytest.mark.rehearsal


@dataclass(frozen=True)
class Failed:
    """A rehearsal that ended with a failed assertion, and was asked to keep its state."""

    checkout: Path
    cache: Cache
    done: subprocess.CompletedProcess[str]
    answer: Mapping[str, Any]


def rehearse(checkout: Path, cache: Cache, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "release", "rehearse", *arguments]
    env = {**os.environ, "RELEASE_CACHE": str(cache.root)}
    return subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, timeout=900)


def git(folder: Path, *arguments: str) -> None:
    author = ("-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *author, *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory, rehearsal: Rehearsed) -> Iterator[Failed]:
    """Of a commit in which no workflow is started by pull requests, so that the first assertion fails."""
    assert rehearsal.release("status").returncode == 0  # the other one runs
    folder = tmp_path_factory.mktemp("beside")
    checkout, cache = folder / "checkout", cache_beside(folder / "cache")
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", REPOSITORY, checkout], check=True)
    workflow = checkout / ".github/workflows/check.yml"
    workflow.write_text(workflow.read_text().replace("\n  pull_request:\n", "\n  workflow_dispatch:\n", 1))
    git(checkout, "commit", "--quiet", "--all", "--message", "ci: nobody checks pull requests")
    done = rehearse(checkout, cache, "--keep", "--json")
    try:
        assert done.stdout, done.stderr
        yield Failed(checkout, cache, done, json.loads(done.stdout))
    finally:
        rehearse(checkout, cache, "--stop")
        shutil.rmtree(folder)


def test_the_assertion_says_what_was_expected_and_what_was_found(failed: Failed) -> None:
    assert failed.done.returncode == 1, failed.done.stderr
    assert "release: step pull-request: how often check.yml was started: expected 1, found 0" in failed.done.stderr
    assert f"release rehearse --stop {failed.answer['state']}" in failed.done.stderr


def test_what_failed_is_still_there_to_look_at(failed: Failed) -> None:
    env = {**os.environ, **failed.answer["settings"]}
    health = f"{env['AWS_ENDPOINT_URL']}/_ministack/health"
    assert urllib3.request("GET", health, retries=False, timeout=20).status == 200
    history = [sys.executable, "-m", "release", "history", "production"]
    done = subprocess.run(history, cwd=failed.answer["folder"], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (Path(failed.answer["state"]) / "settings.sh").is_file()
    assert subprocess.run(["docker", "version"], env=env, capture_output=True, timeout=60).returncode == 0


def test_stopping_it_ends_it_alone(failed: Failed, rehearsal: Rehearsed) -> None:
    # as the message says it, from a shell that knows nothing of the other cache folder
    command = [sys.executable, "-m", "release", "rehearse", "--stop", failed.answer["state"]]
    stopped = subprocess.run(command, cwd=failed.checkout, capture_output=True, text=True, timeout=120)
    assert (stopped.returncode, "rehearsals stopped: 1" in stopped.stdout) == (0, True), stopped.stderr
    assert not Path(failed.answer["state"]).exists()
    assert not EngineState.of(failed.cache).folder.exists()
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", failed.answer["settings"]["AWS_ENDPOINT_URL"], retries=False, timeout=20)
    assert rehearsal.release("status").returncode == 0
