"""Tags resolved by us and built by a real engine: what is built is what was resolved, whatever a stage is called."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from release.adapters import process
from release.adapters.baseregistry import BaseRegistry
from release.adapters.bases import StandIns
from release.adapters.docker import Docker
from release.adapters.layout import blob_path, read_layout
from release.images.model import BuildRequest
from release.images.ports import Bases
from release.images.request import request_of
from release.images.resolve import recipes
from release.settings.config import parse
from tests.fakes.bases import FakeBases
from tests.rehearsed import Rehearsed
from tests.support import ociimage
from tests.support.certificate import self_signed
from tests.support.gitrepo import GitFolder
from tests.support.httpregistry import HttpRegistry

pytestmark = pytest.mark.engine

TOML = """\
[project]
name = "app"
[registry]
region = "eu-west-1"
[images.api]
repository = "app/api"
context = "app"
dockerfile = "app/Dockerfile"
inputs = ["app"]
parameter = "ImageUri"
function = "Api"
[environments.staging]
stack = "app"
region = "eu-west-1"
"""


class Builds:
    """A repository with one image, built by the engine of the kept rehearsal."""

    def __init__(self, rehearsal: Rehearsed, folder: Path) -> None:
        docker = process.find("docker", remedy="make rehearse", path=rehearsal.env["PATH"])
        self.engine = Docker(docker, rehearsal.env, builder=rehearsal.env["RELEASE_BUILDER"])
        self.repository, self.folder, self.count = GitFolder(folder / "repository"), folder, 0

    def commit(self, dockerfile: str, **files: bytes) -> None:
        names = {name.replace("__", "."): content for name, content in files.items()}
        content = {f"app/{name}": content for name, content in names.items()}
        self.repository.commit({"app/Dockerfile": dockerfile.encode(), **content})

    def build(self, bases: Bases, toml: str = TOML) -> tuple[str, Mapping[str, bytes]]:
        """Build HEAD: the image's digest, and every file of its layers, the uppermost one's where two have it."""
        self.count += 1
        git, commit, path = self.repository.git, self.repository.head, self.folder / f"api-{self.count}.oci"
        (recipe,) = recipes(parse(toml), commit, git, bases)
        self.engine.build({path: request_of(recipe, commit, git, path, {})})
        return read_layout(path).digest, files_in(path)

    def built(self, request: BuildRequest) -> Mapping[str, bytes]:
        """Every file of what the engine makes of ``request``."""
        self.count += 1
        path = self.folder / f"other-{self.count}.oci"
        self.engine.build({path: request})
        return files_in(path)


def files_in(path: Path) -> Mapping[str, bytes]:
    """Every file of an image's layers."""
    files: dict[str, bytes] = {}
    for layer in read_layout(path).layers:
        with tarfile.open(blob_path(path, layer.digest)) as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                files |= {member.name: content.read()} if content else {}
    return files


@pytest.fixture
def builds(rehearsal: Rehearsed, tmp_path: Path) -> Builds:
    """Nothing committed yet."""
    return Builds(rehearsal, tmp_path)


def image(folder: Path, content: str) -> Path:
    """An image of one file, ``base.txt``."""
    ociimage.write_image(folder / f"{content}.oci", {"base.txt": content.encode()})
    return folder / f"{content}.oci"


def test_a_base_that_is_patched_under_its_tag_is_built_from_and_gives_another_image(
    builds: Builds, tmp_path: Path
) -> None:
    """faults.md, 65."""
    with HttpRegistry("team/base", "team/tool", certificate=self_signed(tmp_path)) as server:
        base, tool = f"{server.host}/team/base:1", f"{server.host}/team/tool:1"
        bases = FakeBases()
        bases.tags[base] = server.put("team/base", "1", image(tmp_path, "first"))
        bases.tags[tool] = server.put("team/tool", "1", image(tmp_path, "tool"))
        builds.commit(f"ARG TAG=1\nFROM {base[:-1]}${{TAG}}\nCOPY --from={tool} /base.txt /tool.txt\n")
        first, files = builds.build(bases)
        assert (files["base.txt"], files["tool.txt"]) == (b"first", b"tool")
        patched = server.put("team/base", "1", image(tmp_path, "second"))
        assert builds.build(bases)[0] == first, "what was resolved is built, and not what the tag is by now"
        bases.tags[base] = patched
        second, files = builds.build(bases)
        assert (files["base.txt"], files["tool.txt"]) == (b"second", b"tool")
        assert second != first


def test_a_stage_that_has_the_name_of_its_image_stays_a_stage(builds: Builds, tmp_path: Path) -> None:
    """A named context called node would have taken the place of the stage, and the file that it adds with it."""
    digest = read_layout(image(tmp_path, "node")).digest
    bases = StandIns({"node": f"oci-layout://{tmp_path / 'node.oci'}@{digest}"}, BaseRegistry())
    builds.commit("FROM node AS node\nCOPY added /added\nFROM scratch\nCOPY --from=node / /\n", added=b"by the stage")
    _, files = builds.build(bases)
    assert (files["base.txt"], files["added"]) == (b"node", b"by the stage")


def test_the_image_has_the_dockerfile_that_is_committed_and_obeys_what_stands_beside_it(
    builds: Builds, tmp_path: Path
) -> None:
    digest = read_layout(image(tmp_path, "base")).digest
    bases = StandIns({"base:1": f"oci-layout://{tmp_path / 'base.oci'}@{digest}"}, BaseRegistry())
    text = "FROM base:1\nCOPY . /x/\n"
    builds.commit(text, kept=b"1", secret__txt=b"2", Dockerfile__dockerignore=b"*.txt\n")
    _, files = builds.build(bases)
    assert files["x/Dockerfile"] == text.encode()
    assert files["x/kept"] == b"1"
    assert "x/secret.txt" not in files


def test_what_is_committed_is_what_is_built_whatever_attributes_say_and_another_commit_changes_nothing(
    builds: Builds,
) -> None:
    attributes = b"*.bin export-ignore\narchival export-subst\n*.sh text eol=crlf\n"
    files = {"model__bin": b"m\n", "archival": b"node: $Format:%H$\n", "run__sh": b"a\n", "__gitattributes": attributes}
    builds.commit("FROM scratch\nCOPY . /x/\n", **files)
    first, found = builds.build(BaseRegistry())
    assert {name: found[f"x/{name.replace('__', '.')}"] for name in files} == files
    builds.repository.commit({}, "docs: nothing")
    assert builds.build(BaseRegistry())[0] == first


def test_arguments_and_secrets_reach_the_build_and_secrets_no_layer(
    builds: Builds, rehearsal: Rehearsed, tmp_path: Path
) -> None:
    """No step runs here, for there is no shell in these images: the argument names the file that is copied."""
    builds.commit("FROM scratch\nARG WHICH=one\nCOPY ${WHICH} /file\n", one=b"1", two=b"2")
    assert builds.build(BaseRegistry())[1]["file"] == b"1"
    toml = TOML.replace("[environments", 'args = { WHICH = "two" }\n[environments', 1)
    assert builds.build(BaseRegistry(), toml)[1]["file"] == b"2"
    git, commit = builds.repository.git, builds.repository.head
    (recipe,) = recipes(parse(TOML), commit, git, BaseRegistry())
    (tmp_path / "a,b").write_text("s3cr3t")
    request = request_of(recipe, commit, git, tmp_path / "secret.oci", {"a": f"file:{tmp_path}/a,b", "b": "env:B"})
    env = {**rehearsal.env, "B": "s3cr3t"}
    engine = Docker(builds.engine.docker, env, builder=builds.engine.builder)
    engine.build({tmp_path / "secret.oci": replace(request, no_cache=True)})
    assert read_layout(tmp_path / "secret.oci").layers
