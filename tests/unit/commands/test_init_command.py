"""release init in real repositories: what it writes, what it leaves alone, what it refuses."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from release import cli
from release.adapters.filechanges import ChangedTogether
from release.adapters.gitaround import GitAround
from release.adoption.pin import Provenance
from release.commands import init
from release.errors import ConflictError, MachineError, NotFoundError, ReleaseError, UsageError
from release.report import Report
from release.settings import config as config_file
from tests.fakes.adoption import FakeOwnFiles, FakePerson, SamInProcess
from tests.support.gitrepo import GitFolder

TEMPLATE = """\
# the team's own
Transform: AWS::Serverless-2016-10-31
Resources:
  Detection:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      Events: {Health: {Type: Api, Properties: {Path: /health, Method: get}}}
    Metadata: {DockerContext: ., Dockerfile: detection/Dockerfile, DockerTag: latest}
  Training:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
    Metadata: {DockerContext: ., Dockerfile: training/Dockerfile, DockerTag: latest}
"""
DOCKERFILE = b'FROM public.ecr.aws/lambda/python:3.13\nCOPY detection/app.py ./\nCMD ["app.handler"]\n'
FILES: Mapping[str, bytes | None] = {
    "template.yaml": TEMPLATE.encode(),
    "detection/Dockerfile": DOCKERFILE,
    "detection/app.py": b"",
    "training/Dockerfile": DOCKERFILE.replace(b"detection", b"training"),
    "training/app.py": b"",
}
WRITTEN = {
    "release.toml",
    "pipeline.yaml",
    "CHANGELOG.md",
    ".github/dependabot.yml",
    *(f".github/workflows/{name}.yml" for name in ("check", "release", "production", "rollback", "watch")),
}
COMMIT = "0123456789abcdef" * 2 + "01234567"


@dataclass(frozen=True)
class Ports:
    """What the command asks of its wiring."""

    folder: Path
    person: FakePerson
    provenance: Provenance = field(default=Provenance("acme/pipeline", COMMIT, "1.2.0"))
    aws_region: str = "eu-central-1"
    content: bytes = b"PK\0 a wheel"

    @property
    def own_files(self) -> FakeOwnFiles:
        return FakeOwnFiles(self.provenance.version, self.content)

    @property
    def around(self) -> GitAround:
        return GitAround(self.folder)

    @property
    def changed_files(self) -> ChangedTogether:
        return ChangedTogether(self.around.top())

    @property
    def translator(self) -> SamInProcess:
        return SamInProcess()


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    """SAM's translator takes its partition from it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    folder = GitFolder(tmp_path / "anomaly")
    folder.commit(FILES, "feat: begin")
    folder.run("remote", "add", "origin", "git@github.com:team/anomaly.git")
    return folder


def ran(
    folder: Path, *arguments: str, person: FakePerson | None = None, provenance: Provenance | None = None
) -> Report:
    args: argparse.Namespace = cli.parser().parse_args(["init", *arguments])
    ports = Ports(folder, person or FakePerson(there=False))
    if provenance:
        ports = Ports(folder, ports.person, provenance)
    return init.run(args, ports)  # type: ignore[arg-type]


def refused(folder: Path, *arguments: str, kind: type[ReleaseError] = ReleaseError) -> ReleaseError:
    before = tree(folder)
    with pytest.raises(kind) as found:
        ran(folder, *arguments or ("--yes",))
    assert tree(folder) == before, "a refusal changes no file"
    assert found.value.untouched
    return found.value


def tree(folder: Path) -> dict[str, bytes]:
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.startswith(".git/") and name != ".git":
            found[name] = path.read_bytes()
    return found


def test_with_yes_it_writes_nine_files_and_changes_none_of_theirs(repository: GitFolder) -> None:
    report = ran(repository.folder, "--yes")
    after = tree(repository.folder)
    assert after.keys() - FILES.keys() == WRITTEN
    assert all(after[path] == content for path, content in FILES.items())
    assert report.text.startswith("Found:\n  template      template.yaml\n")
    assert "release rehearse" in report.text
    assert f"https://github.com/acme/pipeline/blob/{COMMIT}/docs/setup.md" in report.text


def test_what_it_writes_is_what_was_found(repository: GitFolder) -> None:
    ran(repository.folder, "--yes")
    text = (repository.folder / "release.toml").read_text()
    config = config_file.parse(f"{text}\n[images.x]\nrepository='x'\ndockerfile='x'\ninputs=['x']\nparameter='x'\n")
    assert (config.project, config.environments["production"].region) == ("anomaly", "eu-central-1")
    assert [test.name for test in config.smoke] == ["GET /health of Detection answers"]
    assert '# schedule = "TrainingDaily"' in text
    pipeline = (repository.folder / "pipeline.yaml").read_text()
    assert "RepositoryName: !Sub ${Project}/detection" in pipeline
    for name in ("check", "release", "production", "rollback", "watch"):
        workflow = (repository.folder / f".github/workflows/{name}.yml").read_text()
        assert f"uses: acme/pipeline/.github/workflows/{name}.yml@{COMMIT} # v1.2.0" in workflow
    updates = yaml.safe_load((repository.folder / ".github/dependabot.yml").read_text())["updates"]
    assert [each["directories"] for each in updates] == [["/"], ["/detection", "/training"]]


def test_a_second_run_changes_nothing_and_asks_nothing(repository: GitFolder) -> None:
    ran(repository.folder, "--yes")
    before = tree(repository.folder)
    report = ran(repository.folder, person=FakePerson())
    assert report.text.startswith("nothing to write: ")
    assert report.data["files"] == []
    assert tree(repository.folder) == before
    assert ran(repository.folder).text.startswith("nothing to write: "), "nobody needs to be there for that"


def test_a_dry_run_shows_every_file_whole_and_writes_none(repository: GitFolder) -> None:
    report = ran(repository.folder, "--dry-run")
    assert tree(repository.folder).keys() == FILES.keys()
    assert {each["path"] for each in report.data["files"]} == WRITTEN
    for each in report.data["files"]:
        assert all(f"+{line}" in report.text for line in each["content"].splitlines())
    ran(repository.folder, "--yes")
    assert all((repository.folder / each["path"]).read_text() == each["content"] for each in report.data["files"]), (
        "what was shown is what is written"
    )


def test_a_person_is_asked_five_questions_and_once_more_before_it_is_written(repository: GitFolder) -> None:
    person = FakePerson(
        ("Name of the project", "Orders"),
        ("Name of the project", "orders"),
        ("AWS region", "us-west-2"),
        ("Environments, in the order", "dev, dev"),
        ("Environments, in the order", "dev,staging production"),
        ("Vulnerabilities of which severity", "critical"),
        ("Repository that has the workflows", "other/pipeline"),
        ("Write this?", ""),
    )
    ran(repository.folder, person=person)
    assert person.expected == []
    assert any("a name has a-z" in each for each in person.seen)
    text = (repository.folder / "release.toml").read_text()
    assert 'name = "orders"' in text
    assert 'region = "us-west-2"' in text
    assert 'block = ["CRITICAL"]' in text
    assert '[environments.staging]\nstack = "orders-staging"\nregion = "us-west-2"\nproven-in = "dev"\n' in text
    assert "options: [dev, staging, production]" in (repository.folder / ".github/workflows/rollback.yml").read_text()
    assert "uses: other/pipeline/" in (repository.folder / ".github/workflows/check.yml").read_text()


def test_a_person_who_says_no_gets_nothing_written(repository: GitFolder) -> None:
    answers = [
        ("Name", ""),
        ("AWS region", ""),
        ("Environments", ""),
        ("severity", ""),
        ("workflows", ""),
        ("Write this?", "n"),
    ]
    report = ran(repository.folder, person=FakePerson(*answers))
    assert report.text == "nothing was written"
    assert tree(repository.folder).keys() == FILES.keys()


def test_options_answer_questions(repository: GitFolder) -> None:
    ran(repository.folder, "--yes", "--name=orders", "--region=us-west-2", "--block=HIGH", "--environments=live")
    config = (repository.folder / "release.toml").read_text()
    assert 'stack = "orders-live"\nregion = "us-west-2"' in config
    assert 'block = ["HIGH"]' in config
    assert "proven-in" not in config
    other = refused(repository.folder, "--yes", "--name", "else", kind=UsageError)
    assert "this repository says orders already" in other.message


@pytest.mark.parametrize(
    "arguments",
    [["--name", "No Name"], ["--region", "Ireland"], ["--block", "BAD"], ["--environments", "A"], ["--workflows", "x"]],
)
def test_an_option_that_will_not_do_is_refused(repository: GitFolder, arguments: list[str]) -> None:
    assert refused(repository.folder, "--yes", *arguments, kind=UsageError).message.startswith(arguments[0])


def test_without_a_terminal_and_without_yes_it_is_refused_with_both_ways_on(repository: GitFolder) -> None:
    error = refused(repository.folder, "--name", "orders", kind=UsageError)
    assert "there is no terminal" in error.message
    assert "release init --yes" in error.next_step


def test_files_of_theirs_stay_and_get_beside_them_what_they_lack(repository: GitFolder) -> None:
    theirs: dict[str, bytes | None] = {
        "release.toml": b"# ours\n[versions]\ntag-prefix = 'app-v'\n",
        ".github/dependabot.yml": b"version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n",
        ".github/workflows/release.yml": b"name: release\non: push\n",
        "CHANGELOG.md": b"# Changes\n",
        ".github/CODEOWNERS": b"* @team\n",
        "Makefile": b"test:\n\ttrue\n",
        "samconfig.toml": b'[default.deploy.parameters]\nregion = "eu-west-3"\nstack_name = "anomaly-old"\n',
    }
    repository.commit(theirs, "chore: ours")
    report = ran(repository.folder, "--yes")
    after = tree(repository.folder)
    for path in (".github/workflows/release.yml", "CHANGELOG.md", ".github/CODEOWNERS"):
        assert after[path] == theirs[path]
    for path in ("release.toml", ".github/dependabot.yml"):
        assert after[path].startswith(theirs[path] or b"-")
    text = after["release.toml"].decode()
    assert 'region = "eu-west-3"' in text
    assert '[checks]\ntest = "make test"' in text
    assert 'tags: ["app-v*"]' in after[".github/workflows/production.yml"].decode()
    assert ".github/workflows/image-release.yml" in after
    assert any("release.yml is yours and stays" in note for note in report.notes)
    assert any("deploys anomaly-old" in note for note in report.notes)
    assert not any("CODEOWNERS" in note for note in report.notes)
    assert ran(repository.folder).text.startswith("nothing to write: ")


def test_a_run_that_was_cut_off_is_completed_by_the_next(repository: GitFolder) -> None:
    ran(repository.folder, "--yes")
    whole = tree(repository.folder)
    (repository.folder / "pipeline.yaml").unlink()
    (repository.folder / ".github/workflows/watch.yml").unlink()
    report = ran(repository.folder, "--yes")
    assert {each["path"] for each in report.data["files"]} == {"pipeline.yaml", ".github/workflows/watch.yml"}
    assert tree(repository.folder) == whole


def test_a_pipeline_yaml_of_their_own_is_not_overwritten(repository: GitFolder) -> None:
    repository.commit({"pipeline.yaml": b"name: ours\n"})
    error = refused(repository.folder, kind=ConflictError)
    assert error.next_step.startswith("git mv pipeline.yaml ")


def test_in_a_folder_of_a_monorepo_files_go_to_the_top_and_the_template_is_named(tmp_path: Path) -> None:
    folder = GitFolder(tmp_path / "mono")
    folder.commit({f"services/{name}/{path}": text for name in "ab" for path, text in FILES.items()})
    assert "2 templates have functions" in refused(folder.folder).message
    report = ran(folder.folder / "services" / "b", "--yes")
    assert "here: services/b" in report.text
    text = (folder.folder / "release.toml").read_text()
    assert 'template = "services/b/template.yaml"' in text
    assert not (folder.folder / "services" / "b" / "release.toml").exists()
    assert ran(folder.folder).text.startswith("nothing to write"), "release.toml names the template"


def test_the_option_that_names_a_template_starts_at_the_folder(tmp_path: Path) -> None:
    folder = GitFolder(tmp_path / "mono")
    folder.commit({f"services/{name}/{path}": text for name in "ab" for path, text in FILES.items()})
    ran(folder.folder / "services", "--yes", "--template", "./a/template.yaml")
    assert 'template = "services/a/template.yaml"' in (folder.folder / "release.toml").read_text()


def test_windows_line_ends_are_read_and_kept(tmp_path: Path) -> None:
    folder = GitFolder(tmp_path / "windows")
    crlf = {path: (text or b"").replace(b"\n", b"\r\n") for path, text in FILES.items()}
    folder.commit({**crlf, "release.toml": b"[versions]\r\nfirst-version = '1.0.0'\r\n"})
    ran(folder.folder, "--yes")
    text = (folder.folder / "release.toml").read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n")
    assert b"RepositoryName: !Sub ${Project}/detection" in (folder.folder / "pipeline.yaml").read_bytes()
    assert ran(folder.folder).text.startswith("nothing to write: ")


def test_a_repository_without_a_commit_and_a_remote_is_told_what_is_missing(tmp_path: Path) -> None:
    folder = GitFolder(tmp_path / "fresh")
    for path, content in FILES.items():
        (folder.folder / path).parent.mkdir(exist_ok=True)
        (folder.folder / path).write_bytes(content or b"")
    report = ran(folder.folder, "--yes", provenance=Provenance("", COMMIT, "1.2.0"))
    assert any("no remote yet" in note for note in report.notes)
    assert any("OWNER in them stands for its owner" in note for note in report.notes)
    assert "uses: OWNER/lambda-image-release/" in (folder.folder / ".github/workflows/check.yml").read_text()


def test_a_detached_head_on_another_branch_still_releases_the_default_one(repository: GitFolder) -> None:
    repository.detach()
    ran(repository.folder, "--yes")
    assert "branches: [main]" in (repository.folder / ".github/workflows/release.yml").read_text()


def test_a_default_branch_of_another_name_is_the_one_that_may_release(tmp_path: Path) -> None:
    folder = GitFolder(tmp_path / "trunk")
    folder.run("symbolic-ref", "HEAD", "refs/heads/trunk")
    folder.commit(FILES)
    ran(folder.folder, "--yes")
    assert 'allowed-branches = ["trunk"]' in (folder.folder / "release.toml").read_text()
    assert "branches: [trunk]" in (folder.folder / ".github/workflows/release.yml").read_text()
    assert "ref:refs/heads/trunk" in (folder.folder / "pipeline.yaml").read_text()


def test_the_repository_of_the_workflows_is_guessed_from_the_remote_and_said(repository: GitFolder) -> None:
    report = ran(repository.folder, "--yes", provenance=Provenance("", COMMIT, "1.2.0", changed=True))
    assert "uses: team/lambda-image-release/" in (repository.folder / ".github/workflows/check.yml").read_text()
    assert any("called from team/lambda-image-release" in note for note in report.notes)
    assert any("changes that are not committed" in note for note in report.notes)


def test_a_command_that_knows_no_commit_writes_no_workflow(repository: GitFolder) -> None:
    with pytest.raises(MachineError, match="of which commit this command is"):
        ran(repository.folder, "--yes", provenance=Provenance("", "", "0.0.0+unknown"))
    assert tree(repository.folder).keys() == FILES.keys()


def changed(old: str, new: str) -> dict[str, bytes | None]:
    assert old in TEMPLATE
    return {"template.yaml": TEMPLATE.replace(old, new).encode()}


FIRST = "{DockerContext: ., Dockerfile: detection/Dockerfile, DockerTag: latest}"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"template.yaml": None}, "there is no SAM template"),
        ({"template.yaml": None, "cdk.json": b"{}"}, "a CDK app"),
        ({"template.yaml": None, "main.tf": b""}, "Terraform"),
        ({"other/template.yaml": TEMPLATE.encode()}, "2 templates have functions"),
        ({"template.yaml": b"Resources: {Q: {Type: AWS::SQS::Queue}}\n"}, "has no Lambda function"),
        ({"template.yaml": b"\xff\xfe"}, "template.yaml is no CloudFormation template"),
        (changed(FIRST, "{DockerContext: ., Dockerfile: ../elsewhere/Dockerfile}"), "is outside the repository"),
        (changed(FIRST, "{DockerContext: ../.., Dockerfile: Dockerfile}"), "is outside the repository"),
        ({"detection/Dockerfile": None}, "Detection is built from detection/Dockerfile, which is not there"),
        (changed(FIRST, "{Dockerfile: detection/Dockerfile}"), "the Metadata of Detection has no DockerContext"),
        (changed("rate(1 day)}}}", "rate(1 day)}}}\n      Runtime: python3.13"), "Runtime"),
        (changed("Resources:\n", "Resources:\n  GitSha: {Type: AWS::SQS::Queue}\n"), "GitSha"),
        (changed("Type: Schedule", "Type: Sometimes"), "cannot be expanded by SAM"),
        ({"release.toml": b"[project"}, "release.toml is not valid TOML"),
        ({"release.toml": b"\xff"}, "release.toml is not UTF-8"),
        ({"release.toml": b"[project]\nnmae = 'x'\n"}, "is not a key that is known"),
        ({"release.toml": b"required-version = '>=99'\n"}, "asks for lambda-image-release >=99"),
        ({".github/dependabot.yml": b"version: 1\n"}, "dependabot.yml cannot be completed"),
        ({"samconfig.toml": b"[default"}, "samconfig.toml cannot be read"),
    ],
)
def test_what_is_not_understood_is_refused_and_nothing_is_written(
    repository: GitFolder, changes: Mapping[str, bytes | None], problem: str
) -> None:
    repository.commit(changes, "chore: something is wrong")
    error = refused(repository.folder)
    assert problem in error.message
    assert error.next_step


def test_outside_a_repository_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    assert "git init" in refused(tmp_path, kind=NotFoundError).next_step


def test_a_template_in_a_submodule_is_another_repository_s(repository: GitFolder, tmp_path: Path) -> None:
    parent = GitFolder(tmp_path / "parent")
    parent.commit({"README.md": b""})
    parent.run("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repository.folder), "part")
    error = refused(parent.folder, kind=NotFoundError)
    assert "part is a submodule" in error.message
    ran(parent.folder / "part", "--yes")
    assert (parent.folder / "part" / "release.toml").exists()
    assert not (parent.folder / "release.toml").exists()


ONE_PARAMETER = b"""\
Transform: AWS::Serverless-2016-10-31
Parameters: {ImageUri: {Type: String}}
Resources:
  Api: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: !Ref ImageUri}}
  Worker: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: !Ref ImageUri}}
"""


def test_one_image_without_metadata_is_the_one_dockerfile_that_there_is(tmp_path: Path) -> None:
    folder = GitFolder(tmp_path / "one")
    dockerfile = b"FROM public.ecr.aws/lambda/python:3.13\nCOPY app.py ./\n"
    folder.commit({"template.yaml": ONE_PARAMETER, "service/Dockerfile": dockerfile, "service/app.py": b""})
    ran(folder.folder, "--yes")
    image = config_file.parse((folder.folder / "release.toml").read_text()).images["function"]
    assert (image.dockerfile, image.context, image.parameter) == ("service/Dockerfile", "service", "ImageUri")
    assert image.inputs == ("service/Dockerfile", "service/app.py")


@pytest.mark.parametrize("dockerfiles", [[], ["a/Dockerfile", "b/Dockerfile"]])
def test_an_image_whose_dockerfile_nobody_can_tell_is_refused_with_what_to_write(
    tmp_path: Path, dockerfiles: list[str]
) -> None:
    folder = GitFolder(tmp_path / "two")
    folder.commit({"template.yaml": ONE_PARAMETER, **dict.fromkeys(dockerfiles, b"FROM scratch\n")})
    error = refused(folder.folder, kind=UsageError)
    assert "the parameter ImageUri is built, which Api, Worker run" in error.message
    assert "[images.function]" in error.next_step


@pytest.mark.parametrize(
    ("base", "expect"),
    [("lambda/python:3.13", ("python-pkg",)), ("lambda/nodejs:22", ("node-pkg",)), ("lambda/provided:al2023", ())],
)
def test_the_gate_expects_the_packages_of_the_bases(tmp_path: Path, base: str, expect: tuple[str, ...]) -> None:
    folder = GitFolder(tmp_path / "one")
    dockerfile = f"FROM public.ecr.aws/{base}\n".encode()
    folder.commit({"template.yaml": ONE_PARAMETER, "service/Dockerfile": dockerfile})
    report = ran(folder.folder, "--yes")
    written = (folder.folder / "release.toml").read_text()
    gate = config_file.parse(written).gate
    assert gate is not None
    assert gate.expect == expect
    assert ("expect = " in written) == (expect != ("python-pkg",))
    assert "release pipeline --write; where that changes" in report.text


@pytest.mark.parametrize(
    ("path", "proposal"),
    [
        ("services/app/Dockerfile", "Api's Metadata: {Dockerfile: Dockerfile, DockerContext: app}, instead of its"),
        ("Dockerfile.api", "Api's Metadata: {Dockerfile: Dockerfile.api, DockerContext: ..}, instead of its"),
        ("README.md", ""),
    ],
)
def test_an_image_by_its_address_alone_is_refused_with_its_line_and_the_metadata_that_names_fit(
    tmp_path: Path, path: str, proposal: str
) -> None:
    folder = GitFolder(tmp_path / "address")
    uri = "012345678901.dkr.ecr.eu-west-1.amazonaws.com/app:latest"
    template = f"Resources:\n  Api:\n    Type: AWS::Lambda::Function\n    Properties: {{Code: {{ImageUri: '{uri}'}}}}\n"
    folder.commit({"services/template.yaml": template.encode(), path: b"FROM scratch\n"})
    error = refused(folder.folder, kind=UsageError)
    assert error.message.startswith("services/template.yaml, line 4: Api runs the image 0123")
    assert "give Api Metadata (Dockerfile, DockerContext)" in error.next_step
    assert proposal in error.next_step
    assert ("Names fit" in error.next_step) == bool(proposal)


def test_images_without_metadata_are_the_dockerfiles_in_folders_of_their_names(tmp_path: Path) -> None:
    """What is left over is the one image's that no name fits; the proposal says that names alone told it."""
    folder = GitFolder(tmp_path / "names")
    parameters = ("DetectImageUri", "TrainerEcrImageUri", "OtherUri")
    template = "Transform: AWS::Serverless-2016-10-31\nParameters:\n"
    template += "".join(f"  {each}: {{Type: String}}\n" for each in parameters) + "Resources:\n"
    for name, parameter in zip(("Detect", "NightlyTraining", "Third"), parameters, strict=True):
        properties = f"{{PackageType: Image, ImageUri: !Ref {parameter}}}"
        template += f"  {name}Function: {{Type: AWS::Serverless::Function, Properties: {properties}}}\n"
    files = dict.fromkeys(("services/detect/Dockerfile", "Dockerfile.trainer", "x/Dockerfile"), b"FROM scratch\n")
    folder.commit({"template.yaml": template.encode(), **files})
    ran(folder.folder, "--yes")
    written = (folder.folder / "release.toml").read_text()
    found = {name: (each.dockerfile, each.context) for name, each in config_file.parse(written).images.items()}
    assert found == {
        "detect": ("services/detect/Dockerfile", "services/detect"),
        "trainer": ("Dockerfile.trainer", "."),
        "other": ("x/Dockerfile", "x"),
    }
    assert written.count("# A proposal: nothing but names says that this Dockerfile builds what ") == 3


def test_a_place_that_cannot_be_written_is_refused(repository: GitFolder) -> None:
    (repository.folder / ".github").write_text("a file, where a folder must be")
    assert refused(repository.folder, kind=MachineError).untouched == "every file"


VENDORED = WRITTEN | {
    ".github/workflows/deploy.yml",
    ".github/actions/setup/action.yml",
    ".github/actions/setup/install",
    ".github/release/requirements.txt",
    ".github/release/lambda_image_release-1.2.0-py3-none-any.whl",
}


def test_vendored_writes_the_whole_of_it_and_asks_for_no_other_repository(repository: GitFolder) -> None:
    person = FakePerson(("Name", ""), ("AWS region", ""), ("Environments", ""), ("severity", ""), ("Write this?", ""))
    ran(repository.folder, "--vendored", person=person)
    assert person.expected == []
    after = tree(repository.folder)
    assert after.keys() - FILES.keys() == VENDORED
    assert all(after[path] == content for path, content in FILES.items())
    workflows = b"".join(content for path, content in after.items() if path.startswith(".github/workflows/"))
    assert b"acme/pipeline" not in workflows
    install = repository.folder / ".github/actions/setup/install"
    assert install.stat().st_mode & 0o111
    assert sha256(b"PK\0 a wheel").hexdigest() in install.read_text()
    assert ran(repository.folder).text.startswith("nothing to write: "), "it knows without the option"
    assert tree(repository.folder) == after


def test_a_command_without_a_commit_can_still_be_vendored(repository: GitFolder) -> None:
    report = ran(repository.folder, "--vendored", "--yes", provenance=Provenance("", "", "1.2.0"))
    assert len(report.data["files"]) == len(VENDORED)


@pytest.mark.parametrize("path", [".github/workflows/deploy.yml", ".github/actions/setup/action.yml"])
def test_a_file_that_others_call_by_its_name_cannot_be_called_otherwise(repository: GitFolder, path: str) -> None:
    repository.commit({path: b"name: ours\n"})
    error = refused(repository.folder, "--vendored", "--yes", kind=ConflictError)
    assert error.message.startswith(f"{path} is a file of your own")
