"""release build, plan and version from the command line, in repositories whose Dockerfiles name tags.

The engine is a script, the registry of the base image a server on this machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from release.digest import sha256_of_file
from tests.support import ociimage
from tests.support.gitrepo import GitFolder
from tests.support.httpregistry import HttpRegistry
from tests.support.tool import Tool
from tests.support.world import FILES, RELEASE_TOML

ROOT = Path(__file__).parents[3]
BASE = 'base = "public.test/python:3.13@sha256:' + "0" * 64 + '"\n'


@dataclass
class Place:
    """A repository, an engine that answers, and the registry of ``team/python:3.13``."""

    repository: GitFolder
    docker: Tool
    server: HttpRegistry
    folder: Path
    env: dict[str, str]

    @property
    def python(self) -> str:
        """The base image's name."""
        return f"{self.server.host}/team/python:3.13"

    def patch(self, content: str) -> str:
        """Another image under the base's tag; its digest."""
        layout = self.folder / f"{content}.oci"
        ociimage.write_image(layout, {"patched": content.encode()})
        return self.server.put("team/python", "3.13", layout)

    def commit(self, message: str = "chore: change", **files: str) -> None:
        """Commit release.toml (``toml``), the Dockerfile (``dockerfile``) and other files."""
        names = {"toml": "release.toml", "dockerfile": "function/Dockerfile"}
        self.repository.commit({names.get(name, name): text.encode() for name, text in files.items()}, message)

    def release(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "release", *arguments],
            cwd=self.repository.folder,
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def images(self, *arguments: str) -> dict[str, dict[str, str]]:
        """What release build says about the images."""
        told = self.release("build", "--offline", "--json", *arguments)
        assert told.returncode == 0, told.stderr
        found: dict[str, dict[str, str]] = json.loads(told.stdout)["images"]
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Two images, both built FROM a tag; v1.0.0 is released."""
    docker = Tool(tmp_path / "bin", "docker")
    ociimage.write_image(tmp_path / "prepared.oci")
    docker.behave(
        f'mkdir -p "$output" && cp -r \'{tmp_path}/prepared.oci/.\' "$output"\n'
        'while [ "$1" != --file ]; do shift; done; cat "$2" >> "$folder/dockerfile"'
    )
    env = {"PATH": f"{docker.folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    with HttpRegistry("team/python") as server:
        made = Place(GitFolder(tmp_path / "repository"), docker, server, tmp_path, env)
        made.patch("first")
        made.repository.commit(
            {
                "release.toml": RELEASE_TOML.replace(BASE, "").encode(),
                "template.yaml": FILES["template.yaml"],
                "function/Dockerfile": f"FROM {made.python} AS export\nFROM {made.python} AS report\n".encode(),
                **{f"function/{name}/app.py": b"1" for name in ("shared", "export", "report")},
            },
            "feat: everything",
        )
        made.repository.tag("v1.0.0")
        yield made


def test_a_base_that_is_patched_under_its_tag_is_a_new_image(place: Place) -> None:
    """faults.md, 65."""
    first = place.images()
    assert {each["source"] for each in place.images().values()} == {"archive"}
    digest = place.patch("second")
    second = place.images()
    assert {each["source"] for each in second.values()} == {"build"}
    assert all(first[name]["inputs"] != second[name]["inputs"] for name in first)
    assert f"FROM {place.python}@{digest} AS export" in (place.docker.folder / "dockerfile").read_text()


def test_a_tag_that_moves_between_build_and_scan_is_still_what_was_built(place: Place) -> None:
    place.images()
    place.patch("second")
    place.commit(toml=RELEASE_TOML.replace(BASE, "") + '\n[gate]\nblock = ["HIGH"]\n')
    told = place.release("scan", "--dry-run")
    assert told.returncode == 0, told.stderr
    assert "export" in told.stdout


def test_a_plan_says_what_the_tags_are_now_and_when_it_cannot_tell(place: Place) -> None:
    digest = place.patch("second")
    place.commit("fix: a bug", **{"function/export/app.py": "2"})
    told = place.release("plan")
    assert told.returncode == 0, told.stderr
    assert f"inputs changed: function/export/app.py; {place.python} is {digest} now" in told.stdout
    assert f"report: unchanged, reused unless a tag has moved since: {place.python} is {digest} now" in told.stdout
    del place.server.repositories["team/python"].tags["3.13"]
    told = place.release("plan")
    assert told.returncode == 0, told.stderr
    assert f"{place.python} cannot be resolved: there is no image {place.python}" in told.stdout


def test_no_registry_is_asked_when_there_is_nothing_to_release(place: Place) -> None:
    place.commit("docs: words", README="words")
    assert place.release("plan").returncode == 3
    assert place.release("version").stdout == "1.0.1\n"
    assert place.server.seen == []


def test_a_tag_that_cannot_be_resolved_stops_the_build_with_its_line(place: Place) -> None:
    del place.server.repositories["team/python"].tags["3.13"]
    told = place.release("build", "--offline")
    assert told.returncode == 5
    assert f"release: function/Dockerfile, line 1: there is no image {place.python}" in told.stderr
    assert not (place.docker.folder / "arguments").exists()


def test_pinned_refuses_in_plan_and_in_build(place: Place) -> None:
    place.commit(toml=RELEASE_TOML.replace(BASE, "[nothing]").replace("[nothing]", "pinned = true\n"))
    for command in (("plan",), ("build", "--offline")):
        told = place.release(*command)
        assert told.returncode == 2, told.stderr
        assert f"function/Dockerfile, line 1: {place.python} names no digest" in told.stderr
    assert place.server.seen == []


def test_a_chore_that_changes_the_platform_releases(place: Place) -> None:
    """docs/architecture.md, rule 10."""
    place.commit("chore: another CPU", toml=RELEASE_TOML.replace(BASE, 'platform = "linux/arm64"\n'))
    told = place.release("plan")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("1.0.1 (patch)")
    assert "inputs changed: release.toml (platform)" in told.stdout
    assert place.release("version", "--json").stdout.count('"is_due": true') == 1


def test_a_base_that_no_stage_uses_is_named_in_plan_and_build(place: Place) -> None:
    place.commit("fix: a base", toml=RELEASE_TOML, **{"function/export/app.py": "2"})
    note = "release.toml: no stage of function/Dockerfile is built from base"
    assert note in place.release("plan").stdout
    assert note in place.release("build", "--offline").stdout


def test_what_is_not_committed_in_release_toml_is_not_built_and_that_is_said(place: Place) -> None:
    path = place.repository.folder / "release.toml"
    path.write_text(path.read_text().replace("[build]", '[build]\nplatform = "linux/arm64"'))
    told = place.release("build", "--offline")
    assert told.returncode == 0, told.stderr
    assert "not committed, so not built: release.toml" in told.stderr
    assert "linux/amd64" in place.docker.arguments


def test_a_release_toml_that_is_not_committed_at_all_is_no_build_and_a_note_in_the_plan(place: Place) -> None:
    (place.repository.folder / "release.toml").unlink()
    place.commit("fix: without settings")
    (place.repository.folder / "release.toml").write_text(RELEASE_TOML)
    told = place.release("build", "--offline")
    assert (told.returncode, "release.toml is not in commit" in told.stderr) == (5, True)
    assert "note: no image counts: release.toml is not in commit" in place.release("plan").stdout


def test_images_that_are_named_are_built_alone_and_anew_when_asked(place: Place) -> None:
    assert list(place.images("report")) == ["report"]
    assert {name: each["source"] for name, each in place.images().items()} == {"export": "build", "report": "archive"}
    assert place.images("export", "--no-cache")["export"]["source"] == "build"
    assert "--no-cache" in place.docker.arguments
    told = place.release("build", "--offline", "nothing")
    assert (told.returncode, "there is no image 'nothing' in release.toml" in told.stderr) == (5, True)


def test_a_secret_reaches_the_engine_by_name_and_never_the_command_line(place: Place) -> None:
    secret = 'secrets = { npmrc = "env:NPM_TOKEN" }\nparameter = "ImageUri"'
    place.commit(toml=RELEASE_TOML.replace(BASE, "").replace('parameter = "ImageUri"', secret))
    missing = place.release("build", "--offline", "export")
    assert missing.returncode == 7
    assert (
        "image export needs the build secret npmrc, and the environment variable NPM_TOKEN is not set" in missing.stderr
    )
    told = place.release("build", "--offline", "export", NPM_TOKEN="s3cr3t")
    assert told.returncode == 0, told.stderr
    assert "id=npmrc,env=NPM_TOKEN" in place.docker.arguments
    assert not [word for word in place.docker.arguments if "s3cr3t" in word]
    assert place.docker.environment["NPM_TOKEN"] == "s3cr3t"


def test_a_stand_in_is_built_from_instead_of_the_tag_and_the_registry_is_not_asked(place: Place) -> None:
    layout = f"oci-layout:///base@sha256:{'2' * 64}"
    told = place.release("build", "--offline", RELEASE_BASE=f"{place.python}={layout}")
    assert told.returncode == 0, told.stderr
    name = f"{place.python}@sha256:{'2' * 64}"
    assert f"{name}={layout}" in place.docker.arguments
    assert f"FROM {name} AS export" in (place.docker.folder / "dockerfile").read_text()
    assert place.server.seen == []


def test_a_chore_that_changes_the_template_alone_releases_whichever_command_is_asked(place: Place) -> None:
    """docs/architecture.md, rule 10; faults.md, 55."""
    place.commit("docs: words", **{"README.md": "words"})
    assert place.release("plan").returncode == 3
    place.commit("chore: memory", **{"template.yaml": (FILES["template.yaml"] or b"").decode() + "\n"})
    planned = place.release("plan")
    assert (planned.returncode, "\n  template.yaml changed\n" in planned.stdout) == (0, True), planned.stdout
    assert "at least a patch, because template.yaml changed" in planned.stdout
    told = json.loads(place.release("version", "--json").stdout)
    assert (told["version"], told["is_due"]) == ("1.0.1", True)
    assert "1.0.1" in place.release("changelog").stdout


@pytest.mark.parametrize(
    ("template", "code", "what"),
    [
        ("Resources: [", 2, "template.yaml is no CloudFormation template"),
        (
            "Resources: {Clean: {Type: AWS::Serverless::Function, Properties: {CodeUri: src/clean}}}",
            5,
            "template.yaml: Clean.CodeUri names src/clean, which is not in the repository at",
        ),
    ],
)
def test_a_template_that_names_what_is_missing_is_refused_before_anything_is_built(
    place: Place, template: str, code: int, what: str
) -> None:
    """faults.md, 57."""
    place.commit("feat: x", **{"template.yaml": template})
    for arguments in (("plan",), ("build", "--offline"), ("build", "--offline", "--dry-run")):
        told = place.release(*arguments)
        assert (told.returncode, what in told.stderr) == (code, True), told.stderr
    assert not (place.docker.folder / "arguments").exists()


ZIPS = """
Resources:
  Authorizer:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: authorizer, Runtime: python3.13, Handler: app.handler}
"""


def test_zip_code_that_declares_packages_is_built_once_and_handed_on(place: Place) -> None:
    files = {"template.yaml": ZIPS, "authorizer/app.py": "handler = 1", "authorizer/requirements.txt": "idna==3.7"}
    place.commit("feat: an authorizer", **files)
    for word in ("sam", "python3.13"):
        tool = place.docker.folder / word
        tool.write_text(
            "#!/bin/sh\n"
            '[ "$1" != --version ] || exit 0\n'
            'while [ "$1" != --build-dir ]; do shift; done; echo "$PWD" >> "$0.called"\n'
            'mkdir -p "$2/Authorizer" && cp "$PWD/authorizer/app.py" "$2/Authorizer/"\n'
        )
        tool.chmod(0o755)
    done = place.release("build", "--offline", "--json", RELEASE_SAM="sam")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    (bundle,) = (place.repository.folder / "dist").glob("bundle-*.tar.gz")
    assert told["bundle"] == sha256_of_file(bundle)
    outputs = place.folder / "outputs"
    assert place.release("build", "--offline", GITHUB_OUTPUT=str(outputs)).returncode == 0
    assert f" Bundle={told['bundle']}" in outputs.read_text()
    with tarfile.open(bundle) as tar:
        assert {name for name in tar.getnames() if "." in name} == {"template.yaml", "built-by-sam/Authorizer/app.py"}
    assert len((place.docker.folder / "sam.called").read_text().splitlines()) == 1, "equal inputs are built once"
