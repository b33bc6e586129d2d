"""A released image is built again from nothing, elsewhere, and is the same image; no time in it could differ."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from release.adapters.layers import stray
from release.adapters.layout import read_layout
from release.images.inputs import EPOCH
from tests.rehearsed import Rehearsed

pytestmark = pytest.mark.rehearsal


def forget(rehearsal: Rehearsed) -> None:
    """Empty the engine's cache, downloads included, where the engine is the rehearsal's own and not a person's."""
    if "/lambda-image-release-" in rehearsal.env.get("DOCKER_HOST", ""):
        assert rehearsal.docker("buildx", "prune", "--all", "--force").returncode == 0


def test_a_release_is_built_again_without_a_cache_on_another_path_and_under_another_umask(
    rehearsal: Rehearsed, tmp_path: Path
) -> None:
    clone = tmp_path / "another" / "path"
    subprocess.run(["git", "clone", "--quiet", rehearsal.folder, clone], check=True)
    forget(rehearsal)
    command = [sys.executable, "-m", "release", "build", "--verify", "0.1.0", "--json"]
    env = dict(rehearsal.env)
    done = subprocess.run(command, cwd=clone, env=env, umask=0o077, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    images = json.loads(done.stdout)["images"]
    assert {name: image["same"] for name, image in images.items()} == {"export": True, "report": True}
    live = json.loads(rehearsal.release("history", "production", "--json").stdout)["deployments"][0]
    assert live["version"] == "0.1.0"
    assert {name: image["built"] for name, image in images.items()} == live["digests"]


def test_no_layer_of_ours_holds_a_time_of_its_build_so_none_depends_on_the_day(rehearsal: Rehearsed) -> None:
    done = rehearsal.release("build", "--offline", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["notes"] == []
    for name, image in answer["images"].items():
        path = rehearsal.folder / "dist" / f"{name}-{image['inputs']}.oci"
        manifest = read_layout(path)
        ours = [layer for layer, made_by in zip(manifest.layers, manifest.made_by, strict=True) if "COPY" in made_by]
        assert len(ours) == 3, "what is installed, shared code, its own code"
        assert [stray(path, layer, EPOCH + 1) for layer in ours] == [None, None, None]
