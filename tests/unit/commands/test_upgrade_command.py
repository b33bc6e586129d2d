"""release upgrade in real repositories: generated files come to this version, and what is a person's stays."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from release import cli
from release.adoption.pin import Provenance
from release.commands import upgrade
from release.errors import ConflictError, ReleaseError, UsageError
from release.report import Report
from tests.fakes.adoption import FakePerson
from tests.support.gitrepo import GitFolder
from tests.unit.commands.test_init_command import COMMIT, FILES, Ports, tree
from tests.unit.commands.test_init_command import ran as init

NEXT = Provenance("acme/pipeline", "f" * 40, "1.3.0")
FOLDER = ".github/workflows"


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    """SAM's translator takes its partition from it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    folder = GitFolder(tmp_path / "anomaly")
    folder.commit(FILES, "feat: begin")
    init(folder.folder, "--yes")
    folder.commit({}, "ci: release")
    return folder


def ran(folder: GitFolder, *arguments: str, person: FakePerson | None = None, provenance: Provenance = NEXT) -> Report:
    args: argparse.Namespace = cli.parser().parse_args(["upgrade", *arguments])
    ports = Ports(folder.folder, person or FakePerson(there=False), provenance)
    return upgrade.run(args, ports)  # type: ignore[arg-type]


def refused(folder: GitFolder, *arguments: str, provenance: Provenance = NEXT) -> ReleaseError:
    before = tree(folder.folder)
    with pytest.raises(ReleaseError) as found:
        ran(folder, *arguments, provenance=provenance)
    assert tree(folder.folder) == before, "a refusal changes no file"
    assert found.value.untouched
    assert found.value.next_step
    return found.value


def edit(folder: GitFolder, path: str, old: str, new: str) -> None:
    file = folder.folder / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_same_version_changes_nothing(repository: GitFolder) -> None:
    before = tree(repository.folder)
    same = replace(NEXT, commit=COMMIT, version="1.2.0")
    assert ran(repository, provenance=same).text == "everything is what release 1.2.0 generates"
    assert ran(repository, "--check", provenance=same).data["current"]
    assert tree(repository.folder) == before


def test_all_workflows_are_called_at_the_commit_of_the_new_version(repository: GitFolder) -> None:
    report = ran(repository, "--yes")
    for name in ("check", "release", "production", "rollback", "watch"):
        text = (repository.folder / FOLDER / f"{name}.yml").read_text()
        assert f"{name}.yml@{NEXT.commit} # v1.3.0\n" in text
    assert f"+    uses: acme/pipeline/{FOLDER}/check.yml@{NEXT.commit} # v1.3.0" in report.text
    assert len(report.data["files"]) == 5
    assert ran(repository).text.startswith("everything is what release 1.3.0")


def test_without_a_terminal_it_is_refused_and_a_person_is_asked(repository: GitFolder) -> None:
    assert "release upgrade --yes" in refused(repository).next_step
    person = FakePerson(("Write this?", "no"))
    assert ran(repository, person=person).text == "nothing was written"
    assert any("v1.3.0" in each for each in person.seen), "the difference is shown first"
    ran(repository, person=FakePerson(("Write this?", "yes")))
    assert ran(repository).data["current"]


def test_a_check_fails_with_the_difference_and_a_dry_run_shows_it(repository: GitFolder) -> None:
    error = refused(repository, "--check")
    assert isinstance(error, ConflictError)
    assert error.next_step.startswith("release upgrade")
    assert "# v1.3.0" in error.report.text
    before = tree(repository.folder)
    assert "# v1.3.0" in ran(repository, "--dry-run").text
    assert tree(repository.folder) == before


def test_workflows_that_dependabot_moved_one_by_one_come_to_one_commit(repository: GitFolder) -> None:
    edit(repository, f"{FOLDER}/check.yml", f"{COMMIT} # v1.2.0", f"{NEXT.commit} # v1.3.0")
    report = ran(repository, "--yes")
    assert any("called different commits" in note and "check.yml v1.3.0" in note for note in report.notes)
    assert f"{FOLDER}/check.yml" not in {each["path"] for each in report.data["files"]}
    assert ran(repository).data["current"]


def test_it_never_goes_back_to_an_older_version(repository: GitFolder) -> None:
    edit(repository, f"{FOLDER}/check.yml", f"{COMMIT} # v1.2.0", f"{'a' * 40} # v2.0.0")
    error = refused(repository, "--yes", "--overwrite")
    assert "of version 2.0.0, and this command is 1.3.0" in error.message
    assert "lambda-image-release>=2.0.0" in error.next_step


def test_lines_of_their_own_stay_and_other_changes_are_named_before_they_are_lost(repository: GitFolder) -> None:
    kept = "  # release: keep\n  workflow_dispatch:\n  # release: end\n"
    edit(repository, f"{FOLDER}/release.yml", "on:\n", f"on:\n{kept}")
    edit(repository, f"{FOLDER}/check.yml", "  merge_group:\n", "  merge_group:\n  workflow_dispatch:\n")
    error = refused(repository, "--yes")
    assert error.message.startswith(f"{FOLDER}/check.yml: changed by hand")
    assert "-  workflow_dispatch:" in error.report.text
    report = ran(repository, "--yes", "--overwrite")
    assert report.data["by-hand"] == [f"{FOLDER}/check.yml"]
    assert f"on:\n{kept}" in (repository.folder / FOLDER / "release.yml").read_text()
    assert "workflow_dispatch" not in (repository.folder / FOLDER / "check.yml").read_text()
    assert ran(repository).data["current"]


def test_lines_of_their_own_without_a_place_stop_it(repository: GitFolder) -> None:
    edit(
        repository,
        f"{FOLDER}/check.yml",
        "  merge_group:\n",
        "  gone:\n    # release: keep\n    x: 1\n    # release: end\n",
    )
    error = refused(repository, "--yes", "--overwrite")
    assert "has lines of your own below 'gone:'" in error.message


def test_a_template_that_grew_brings_pipeline_yaml_and_dependabot_along(repository: GitFolder) -> None:
    same = replace(NEXT, commit=COMMIT, version="1.2.0")
    edit(repository, "template.yaml", "training/Dockerfile", "retraining/Dockerfile")
    (repository.folder / "training").rename(repository.folder / "retraining")
    edit(repository, "retraining/Dockerfile", "training/app.py", "retraining/app.py")
    edit(repository, "template.yaml", "Resources:\n", "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n")
    report = ran(repository, "--yes", provenance=same)
    assert {each["path"] for each in report.data["files"]} == {"pipeline.yaml", ".github/dependabot.yml"}
    assert "aws cloudformation deploy --region eu-central-1 --stack-name anomaly-pipeline" in report.text
    assert "sns:CreateTopic" in (repository.folder / "pipeline.yaml").read_text()
    assert "directories: [/retraining]" in (repository.folder / ".github/dependabot.yml").read_text()


def test_what_is_theirs_in_pipeline_yaml_stays(repository: GitFolder) -> None:
    edit(repository, "pipeline.yaml", "  # <<< yours", "  Mine: {Type: AWS::SNS::Topic}\n  # <<< yours")
    assert "pipeline.yaml" not in {each["path"] for each in ran(repository, "--yes").data["files"]}


def test_a_workflow_that_is_missing_is_written_again(repository: GitFolder) -> None:
    (repository.folder / FOLDER / "watch.yml").unlink()
    ran(repository, "--yes")
    assert "# v1.3.0" in (repository.folder / FOLDER / "watch.yml").read_text()


def test_another_home_of_the_workflows_is_named_by_an_option(repository: GitFolder) -> None:
    ran(repository, "--yes", "--workflows", "fork/pipeline")
    assert f"uses: fork/pipeline/{FOLDER}/check.yml@" in (repository.folder / FOLDER / "check.yml").read_text()
    edit(repository, f"{FOLDER}/check.yml", "fork/pipeline", "acme/pipeline")
    assert "do not call one and the same repository" in refused(repository, "--yes").message


def test_windows_line_ends_that_git_made_are_no_change(repository: GitFolder) -> None:
    for path in (repository.folder / FOLDER).iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert ran(repository, provenance=replace(NEXT, commit=COMMIT, version="1.2.0")).data["current"]


def test_without_anything_of_ours_it_says_how_to_begin(tmp_path: Path) -> None:
    folder = GitFolder(tmp_path / "fresh")
    folder.commit(FILES)
    error = refused(folder, "--yes")
    assert isinstance(error, UsageError)
    assert error.next_step == "release init"
    init(folder.folder, "--yes")
    for path in (folder.folder / FOLDER).iterdir():
        path.unlink()
    assert refused(folder, "--yes").next_step == "release init"


def wheel_of(version: str) -> str:
    return f".github/release/lambda_image_release-{version}-py3-none-any.whl"


def test_what_is_vendored_gets_the_new_wheel_and_loses_the_old_one(repository: GitFolder) -> None:
    ran(repository, "--vendored", "--yes", provenance=replace(NEXT, commit=COMMIT, version="1.2.0"))
    before = tree(repository.folder)
    assert wheel_of("1.2.0") in before
    assert b"acme/pipeline" not in before[f"{FOLDER}/release.yml"], "the callers became the whole workflows"
    changed = {each["path"]: each["change"] for each in ran(repository, "--yes").data["files"]}
    assert changed == {
        ".github/actions/setup/install": "changed",
        wheel_of("1.3.0"): "new",
        wheel_of("1.2.0"): "gone",
    }
    assert ran(repository).data["current"]
    assert "of version 1.3.0" in refused(repository, "--yes", provenance=replace(NEXT, version="1.2.9")).message


def test_a_wheel_of_this_version_stays_whoever_packed_it(repository: GitFolder) -> None:
    same = replace(NEXT, commit=COMMIT, version="1.2.0")
    ran(repository, "--vendored", "--yes", provenance=same)
    args = cli.parser().parse_args(["upgrade"])
    other = Ports(repository.folder, FakePerson(there=False), same, content=b"PK\0 packed elsewhere")
    assert upgrade.run(args, other).data["current"]  # type: ignore[arg-type]
