"""release pipeline: prints, writes and compares; what it writes is what it then finds."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from release import cli
from release.adapters.git import GitRepository
from release.adapters.projectfiles import WorkingTree
from release.adapters.samtranslation import SamTranslator
from release.commands import pipeline
from release.completion import inferred
from release.errors import ConflictError, MachineError, NotFoundError
from release.report import Report
from release.settings import config as config_file
from release.settings.config import Config
from tests.support.gitrepo import GitFolder
from tests.support.world import RELEASE_TOML

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, ImageUri: !Ref ImageUri}
    Metadata: {Dockerfile: Dockerfile, DockerContext: .}
"""


@dataclass(frozen=True)
class Ports:
    """What the command asks of its wiring."""

    folder: Path
    config: Config
    project_files: WorkingTree
    translator: SamTranslator
    git: GitRepository


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "Dockerfile").write_text("FROM public.test/python:3.13\n")
    repository = GitFolder(tmp_path)
    repository.run("add", "--all")
    repository.run("commit", "--quiet", "-m", "feat: work")
    translator = SamTranslator(lambda: Path(sys.executable), dict(os.environ))
    files = WorkingTree(tmp_path)
    config = config_file.parse(inferred.with_images(RELEASE_TOML, files.read))
    return Ports(tmp_path, config, files, translator, repository.git)


def ran(ports: Ports, *arguments: str) -> Report:
    args: argparse.Namespace = cli.parser().parse_args(["pipeline", *arguments])
    return pipeline.run(args, ports)  # type: ignore[arg-type]


def test_without_an_option_it_prints_the_file_and_writes_nothing(ports: Ports) -> None:
    assert ran(ports).text.startswith('AWSTemplateFormatVersion: "2010-09-09"')
    assert not (ports.folder / "pipeline.yaml").exists()


def test_a_dry_run_shows_the_difference_and_writes_nothing(ports: Ports) -> None:
    assert "pipeline.yaml would be written" in ran(ports, "--write", "--dry-run").text
    assert not (ports.folder / "pipeline.yaml").exists()


def test_what_is_written_passes_the_check_and_is_written_once(ports: Ports) -> None:
    with pytest.raises(ConflictError, match=r"there is no pipeline\.yaml"):
        ran(ports, "--check")
    assert "+Resources:" in ran(ports, "--write").text
    assert (
        "aws cloudformation deploy --region eu-west-1 --stack-name app-pipeline"
        in ran(ports, "--check", "--since", "HEAD").summary
    )
    assert ran(ports, "--write").text == "pipeline.yaml is what release.toml and the template ask for"
    assert sorted(each.name for each in ports.folder.iterdir()) == [
        ".git",
        "Dockerfile",
        "pipeline.yaml",
        "template.yaml",
    ]


def test_a_commit_that_is_not_there_is_refused(ports: Ports) -> None:
    ran(ports, "--write")
    with pytest.raises(NotFoundError):
        ran(ports, "--check", "--since", "0" * 40)


def test_a_template_that_is_not_there_is_refused_with_what_to_correct(ports: Ports) -> None:
    (ports.folder / "template.yaml").unlink()
    with pytest.raises(NotFoundError, match=r"template\.yaml cannot be read") as refused:
        ran(ports)
    assert "release.toml" in refused.value.next_step


def test_a_translator_that_does_not_start_changes_nothing(ports: Ports) -> None:
    broken = SamTranslator(lambda: Path("/bin/false"), {})
    with pytest.raises(MachineError, match="SAM's translator did not answer") as refused:
        ran(Ports(ports.folder, ports.config, ports.project_files, broken, ports.git), "--write")
    assert refused.value.untouched == "everything"
    assert not (ports.folder / "pipeline.yaml").exists()
