"""Rule 10 for everything but images: the template, the files it names and the settings decide versions, too."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from release.completion import inferred
from release.errors import NotFoundError, ReleaseError, UsageError
from release.releases.changes import changed_since
from release.settings.config import Config, parse_history
from release.versions import sections, version
from release.versions.changed import Changed
from release.versions.plan import plan_release
from release.versions.settings import VersionSettings
from tests.fakes.git import FakeGit
from tests.support.world import FILES, RELEASE_TOML

#: zip-beside: an image, a ZIP function and a nested stack in one template.
TEMPLATE = b"""
Transform: AWS::Serverless-2016-10-31
Parameters: {ImageUri: {Type: String}, ReleaseVersion: {Type: String}, GitSha: {Type: String}}
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, ImageUri: !Ref ImageUri, AutoPublishAlias: live}
  Authorizer:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ./authorizer, Handler: app.handler, Runtime: python3.13}
  Child:
    Type: AWS::Serverless::Application
    Properties: {Location: ./child/template.yaml}
"""
CHILD = b"""
Resources:
  Machine: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: states.asl.json}}
"""
BESIDE: dict[str, bytes | None] = {
    "template.yaml": TEMPLATE,
    "authorizer/app.py": b"handler = 1\n",
    "authorizer/deep/x.py": b"x = 1\n",
    "child/template.yaml": CHILD,
    "child/states.asl.json": b"{}",
    "child/README.md": b"not named",
}


@pytest.fixture
def git() -> FakeGit:
    """v1.0.0 of two images, a ZIP function and a nested template."""
    git = FakeGit()
    git.commit({**FILES, **BESIDE})
    git.tag("v1.0.0")
    return git


def settings_at(git: FakeGit, commit: str) -> Config | None:
    """As the command reads release.toml."""
    if "release.toml" not in git.commits[commit].files:
        return None
    return parse_history(git.show(commit, "release.toml").decode())


def changes(git: FakeGit, before: str, after: str) -> Changed:
    return changed_since(git, lambda commit: settings_at(git, commit), before, after)


def changed(git: FakeGit) -> Sequence[str] | None:
    """What changed of the bundle since v1.0.0."""
    return changes(git, git.resolve("v1.0.0"), git.head).bundle


@pytest.mark.parametrize(
    "path",
    ["template.yaml", "authorizer/app.py", "authorizer/deep/x.py", "child/template.yaml", "child/states.asl.json"],
)
def test_a_chore_that_changes_the_template_or_a_file_that_it_names_releases(git: FakeGit, path: str) -> None:
    """docs/architecture.md, rule 10; faults.md, 55: version, plan and changelog alike."""
    git.commit({path: (BESIDE[path] or b"") + b"\n"}, "chore: x")
    assert changed(git) == (path,)

    def asked(before: str, after: str) -> Changed:
        return changes(git, before, after)

    answer = version.next_version(git, VersionSettings(), changes=asked)
    assert (answer.is_due, str(answer.version)) == (True, "1.0.1")
    assert answer.notes == (f"at least a patch, because {path} changed",)
    assert plan_release(git, VersionSettings(), asked).bundle == (path,)
    assert "1.0.1" in sections.next_section(git, VersionSettings(), "2026-11-25", changes=asked).text
    assert not version.next_version(git, VersionSettings()).is_due, "the messages ask for nothing"


def test_what_the_template_does_not_name_changes_nothing(git: FakeGit) -> None:
    git.commit({"child/README.md": b"2", "README.md": b"2", "authorizer2/app.py": b"2"}, "chore: x")
    assert changed(git) == ()


def test_the_template_comes_first_and_a_file_that_went_counts(git: FakeGit) -> None:
    git.commit({"authorizer/deep/x.py": None, "template.yaml": TEMPLATE + b"\n"}, "chore: x")
    assert changed(git) == ("template.yaml", "authorizer/deep/x.py")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('Environment = "production"', 'Environment = "prod"', "environments.production.parameters"),
        ('stack = "app-staging"', 'stack = "other"', "environments.staging.stack"),
        ('region = "eu-west-1"\nproven-in', 'region = "eu-north-1"\nproven-in', "environments.production.region"),
        ('smoke-secret = "app/staging/smoke-user"\n', "", "environments.staging.smoke-secret"),
        ('get = "/report/health"', 'get = "/report/status"', "smoke.tests"),
        ('name = "app"', 'name = "app"\nalias = "now"', "project.alias"),
        ('parameter = "ImageUri"', 'parameter = "OtherUri"', "images.export.parameter"),
        ('repository = "app/export"', 'repository = "app/moved"', "images.export.repository"),
        (
            "[[smoke]]",
            '[environments.third]\nstack = "t"\nregion = "eu-west-1"\n[[smoke]]',
            "environments.third, smoke.tests",
        ),
        ('region = "eu-west-1"\n\n[images', 'region = "eu-west-1"\nrecords = "r"\n\n[images', "registry.records"),
    ],
)
def test_a_setting_that_decides_where_or_how_a_release_runs_releases(
    git: FakeGit, old: str, new: str, what: str
) -> None:
    """docs/architecture.md, rule 10; faults.md, 55."""
    assert old in RELEASE_TOML
    git.commit({"release.toml": RELEASE_TOML.replace(old, new, 1).encode()}, "chore: settings")
    assert changed(git) == (f"release.toml ({what})",)


@pytest.mark.parametrize(
    "more",
    [
        "# a comment\n",
        '[gate]\nblock = ["HIGH"]\n',
        "[versions]\nmajor-on-zero = true\n",
        '[bundle]\nmax-size = "2 GB"\n',
    ],
)
def test_a_setting_that_only_decides_whether_a_release_may_be_made_releases_nothing(git: FakeGit, more: str) -> None:
    git.commit({"release.toml": (RELEASE_TOML + "\n" + more).encode()}, "chore: settings")
    assert changed(git) == ()


def test_an_image_that_went_is_a_changed_setting(git: FakeGit) -> None:
    start, end = RELEASE_TOML.index("[images.report]"), RELEASE_TOML.index("[environments.staging]")
    git.commit({"release.toml": (RELEASE_TOML[:start] + RELEASE_TOML[end:]).encode()}, "chore: one image less")
    assert changed(git) == ("release.toml (images.report)",)


def test_another_template_is_a_changed_setting(git: FakeGit) -> None:
    text = RELEASE_TOML.replace('name = "app"', 'name = "app"\ntemplate = "child/template.yaml"', 1)
    git.commit({"release.toml": text.encode()}, "chore: x")
    assert changed(git) == ("release.toml (project.template)",)


def test_before_the_first_release_everything_is_new(git: FakeGit) -> None:
    found = changes(git, "", git.head)
    assert found.bundle == ("template.yaml", "authorizer", "child/states.asl.json", "child/template.yaml")
    assert set(found.images) == {"export", "report"}


@pytest.mark.parametrize("then", [None, b"this = is = no TOML"])
def test_where_nobody_can_tell_what_the_settings_were_they_count_as_new(git: FakeGit, then: bytes | None) -> None:
    git.commit({"release.toml": then})
    git.tag("v1.0.1")
    git.commit({"release.toml": RELEASE_TOML.encode()}, "chore: settings")
    found = changes(git, git.resolve("v1.0.1"), git.head)
    assert found.bundle == ("release.toml (a new file)",)
    assert found.images == {name: ["release.toml (a new image)"] for name in ("export", "report")}


def test_a_commit_without_release_toml_releases_by_its_messages_alone(git: FakeGit) -> None:
    git.commit({"release.toml": None, "template.yaml": b"x"}, "chore: no pipeline")
    assert changes(git, git.resolve("v1.0.0"), git.head) == Changed()


@pytest.mark.parametrize(
    ("files", "error", "what"),
    [
        ({"template.yaml": None}, NotFoundError, r"release\.toml names the template template\.yaml, which is not in"),
        ({"template.yaml": b"a: ["}, UsageError, r"template\.yaml is no CloudFormation template"),
        (
            {"child/states.asl.json": None},
            NotFoundError,
            r"child/template\.yaml: Machine\.DefinitionUri names child/st",
        ),
        ({"authorizer/app.py": None, "authorizer/deep/x.py": None}, NotFoundError, r"Authorizer\.CodeUri names auth"),
        ({"child/template.yaml": b"- a"}, UsageError, r"child/template.*\(named by template\.yaml: Child\.Location\)"),
        ({"child/template.yaml": None}, NotFoundError, r"template\.yaml: Child\.Location names child/template\.yaml"),
    ],
)
def test_a_template_that_cannot_be_read_or_names_what_is_missing_is_refused_with_who_names_it(
    git: FakeGit, files: dict[str, bytes | None], error: type[ReleaseError], what: str
) -> None:
    """faults.md, 57."""
    git.commit(files, "chore: x")
    with pytest.raises(error, match=what) as refused:
        changed(git)
    assert refused.value.untouched == "everything"
    assert refused.value.next_step


INFERRED = b"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
    Metadata: {Dockerfile: Dockerfile, DockerContext: ./src}
"""


@pytest.mark.parametrize("then", [None, b"FROM public.ecr.aws/lambda/python:3.13\n"], ids=["missing", "there"])
def test_an_old_commit_whose_dockerfile_is_missing_counts_as_one_without_settings(
    then: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    """A template may have named a Dockerfile that nobody committed; what is released now has it."""
    git = FakeGit()
    toml = RELEASE_TOML.partition("[build]")[0].encode() + b'[registry]\nregion = "eu-west-1"\n'
    dockerfile = {"src/Dockerfile": then} if then else {}
    before = git.commit({"release.toml": toml, "template.yaml": INFERRED, **dockerfile})
    after = git.commit({"src/Dockerfile": b"FROM public.ecr.aws/lambda/python:3.13\n", "src/app.py": b"x = 1\n"})

    def read(commit: str) -> Config | None:
        return parse_history(inferred.settings_at(git, commit))

    found = changed_since(git, read, before, after)
    assert found.images
    said = [record.getMessage() for record in caplog.records if "every image and setting counts as new" in record.msg]
    assert bool(said) == (then is None)
    with pytest.raises(NotFoundError, match="Dockerfile"):
        changed_since(git, read, after, git.commit({"src/Dockerfile": None}))
