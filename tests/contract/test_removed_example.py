"""examples/anomaly in the emulated AWS, and taken away again: what its README shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from rehearsal.cloud.emulator import Emulator
from release.adapters.ecr import Ecr
from release.adapters.ecr_store import EcrStore
from release.adapters.git import GitRepository
from release.adapters.toolbox import LOCKS, Cache, Toolbox
from release.completion import inferred
from release.images.model import Archive
from release.releases import drafting
from release.releases.bundle import Limits
from release.releases.drafting import Draft
from release.releases.record import RecordedVerdict
from release.settings import config as config_file
from tests.unit.repository.test_examples import copied

REGION = "eu-central-1"
IMAGES = ("detection", "training")


@pytest.mark.emulator
def test_the_models_of_anomaly_survive_its_stack(
    emulated_aws: Emulator, archive: Callable[..., Archive], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulated_aws.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RELEASE_REGISTRY", emulated_aws.registry)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    sam = Toolbox(Cache.of(os.environ), (LOCKS,), print).venv("sam").tool("sam")
    monkeypatch.setenv("RELEASE_SAM", str(sam))
    session = boto3.Session(region_name=REGION)
    ecr = Ecr(session.client("ecr"), emulated_aws.registry)
    for repository in (*IMAGES, "releases", "releases/staging", "releases/production"):
        session.client("ecr").create_repository(repositoryName=f"anomaly/{repository}", imageTagMutability="IMMUTABLE")
    folder = tmp_path / "anomaly"
    example = copied("anomaly", folder)
    toml = folder / "release.toml"
    toml.write_text(toml.read_text().partition("[[smoke]]")[0])  # nothing runs here
    git = GitRepository(folder)
    for number in (1, 2):
        commit = example.commit({"CHANGES": str(number).encode()})
        publish(f"0.1.0-rc.{number}", commit, git, ecr, archive, tmp_path / f"draft-{number}")
        deployed = typed(folder, "deploy", "staging", "--version", f"0.1.0-rc.{number}")
        assert deployed.returncode == 0, deployed.stderr

    models = json.loads(typed(folder, "remove", "staging", "--dry-run", "--json").stdout)["resources"][0]
    assert (models["name"], models["fate"], models["why"]) == ("Models", "stays", "DeletionPolicy: Retain")
    session.client("s3").put_object(Bucket=models["id"], Key="model.json", Body=b"learnt")
    looked = typed(folder, "remove", "staging", "--dry-run")
    print(looked.stdout)
    removed = typed(folder, "remove", "staging", "--yes-remove", "staging")
    assert removed.returncode == 0, removed.stderr
    print(removed.stdout)
    kept = session.client("s3").get_object(Bucket=models["id"], Key="model.json")
    assert kept["Body"].read() == b"learnt"
    assert typed(folder, "status", "staging", "--check").returncode == 0
    left = [
        image["imageTags"]
        for image in session.client("ecr").describe_images(repositoryName="anomaly/detection")["imageDetails"]
    ]
    assert left == [["0.1.0-rc.2"]]


def publish(
    version: str, commit: str, git: GitRepository, ecr: Ecr, archive: Callable[..., Archive], folder: Path
) -> None:
    config = config_file.parse(inferred.settings_at(git, commit))
    image = archive(f"print('{version}')")
    assert sorted(config.images) == list(IMAGES)
    for each in IMAGES:
        ecr.push(f"anomaly/{each}", image)
        ecr.tag(f"anomaly/{each}", image.digest, version)
    inputs = re.sub(r"\D", "", version).ljust(16, "0")
    draft = Draft(
        version=version,
        commit=commit,
        images=dict.fromkeys(IMAGES, (inputs, image.digest)),
        sboms={},
        verdicts={each: RecordedVerdict("pass", "0" * 16) for each in IMAGES},
        changes="",
        branch="main",
    )
    folder.mkdir()
    drafting.publish(draft, config, git, ecr, EcrStore(ecr), folder, Limits())


def typed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in the example, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "release", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
