"""What a tag names is looked up before a build, is an input, and is what the build gets; equal inputs, equal bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from release.adapters.workspace import LocalWorkspace
from release.errors import NotFoundError, RemoteError, UsageError
from release.images import build, reading, resolve
from tests.support import ociimage
from tests.support.world import DOCKERFILE, RELEASE_TOML, World

PYTHON = "docker.io/library/python:3.13"
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
FLOATING = """\
FROM node AS node
RUN --mount=type=bind,from=tools:1,target=/t true
FROM python:3.13 AS export
COPY --from=node /x /x
COPY . .
FROM python:3.13 AS report
COPY . .
"""


def with_dockerfile(world: World, text: str, toml: str = RELEASE_TOML) -> None:
    world.git.commit({"function/Dockerfile": text.encode(), "release.toml": toml.encode()})


@pytest.fixture
def floating(world: World) -> World:
    """Images whose Dockerfile names nothing by digest."""
    with_dockerfile(world, FLOATING)
    names = ("docker.io/library/node:latest", "docker.io/library/tools:1", PYTHON)
    world.bases.tags = dict.fromkeys(names, ONE)
    return world


def sources(world: World) -> dict[str, str]:
    return {item.image: item.source for item in world.build()}


def dockerfile(world: World, image: str) -> str:
    """The Dockerfile that the engine got."""
    return world.engine.dockerfiles[image]


def test_the_build_gets_each_tag_with_its_digest_in_its_place(floating: World) -> None:
    floating.build()
    assert dockerfile(floating, "export") == (
        FLOATING.replace("FROM node AS", f"FROM node@{ONE} AS")
        .replace("from=tools:1,", f"from=tools:1@{ONE},")
        .replace("python:3.13 AS export", f"python:3.13@{ONE} AS export")
    )
    assert dockerfile(floating, "report") == FLOATING.replace("3.13 AS report", f"3.13@{ONE} AS report")


def test_the_context_keeps_the_dockerfile_that_was_committed(floating: World) -> None:
    """An image that copies its context has the committed file, not the one with digests."""
    image = floating.build()[0]
    assert image.path is not None
    layer = ociimage.read_blobs(image.path)[image.manifest.layers[-1].digest]
    assert b"FROM node AS node" in layer
    assert not Path(floating.engine.asked["export"].dockerfile).is_relative_to(floating.engine.asked["export"].context)


def test_what_stands_beside_the_dockerfile_goes_with_it(floating: World) -> None:
    toml = RELEASE_TOML.replace('"function/Dockerfile", "function/shared"', '"function"', 1)
    floating.git.commit({"function/Dockerfile.dockerignore": b"*.md\n", "release.toml": toml.encode()})
    floating.build()
    assert floating.engine.beside["export"] == {"Dockerfile", "Dockerfile.dockerignore"}
    assert floating.engine.beside["report"] == {"Dockerfile", "Dockerfile.dockerignore"}, "input or not"


def test_a_tag_that_moved_is_another_image_and_one_that_stayed_is_not(floating: World) -> None:
    """faults.md, 65: a base that was patched under its tag."""
    first = {built.image: (built.inputs, built.manifest.digest) for built in floating.build()}
    assert sources(floating) == {"export": "archive", "report": "archive"}
    floating.bases.tags["docker.io/library/tools:1"] = TWO
    second = {built.image: (built.inputs, built.manifest.digest) for built in floating.build()}
    assert first["report"] == second["report"]
    assert first["export"][0] != second["export"][0]
    assert first["export"][1] != second["export"][1]


def test_what_only_another_target_reads_is_not_asked_for(floating: World) -> None:
    floating.build("HEAD", "report")
    assert floating.bases.asked == [PYTHON]


def test_a_name_that_names_nothing_is_refused_with_its_line_before_anything_is_built(floating: World) -> None:
    del floating.bases.tags["docker.io/library/tools:1"]
    with pytest.raises(NotFoundError, match=r"function/Dockerfile, line 2: there is no image tools:1") as caught:
        floating.build()
    assert caught.value.next_step
    assert floating.journal.changes == []


def test_a_registry_that_does_not_answer_stops_the_build_and_no_old_digest_is_taken(floating: World) -> None:
    floating.build()
    floating.bases.answers = False
    with pytest.raises(RemoteError, match="function/Dockerfile, line 1: the registry of node did not answer"):
        floating.build()


def test_a_plan_says_what_each_tag_is_now_and_what_cannot_be_resolved(floating: World) -> None:
    """A plan needs no registry: one that does not answer is said, and is no error."""
    readings = [reading.read(image, floating.git, floating.git.head) for image in floating.config.images.values()]
    del floating.bases.tags["docker.io/library/node:latest"]
    assert resolve.said(readings, floating.bases) == {
        "export": (
            "node cannot be resolved: there is no image node",
            f"tools:1 is {ONE} now",
            f"python:3.13 is {ONE} now",
        ),
        "report": (f"python:3.13 is {ONE} now",),
    }


def test_a_stand_in_for_a_tag_is_what_the_build_gets(floating: World) -> None:
    floating.bases.layouts[PYTHON] = f"oci-layout:///base@{TWO}"
    floating.build()
    assert f"FROM python:3.13@{TWO} AS export" in dockerfile(floating, "export")
    assert floating.engine.asked["export"].named_contexts == {f"python:3.13@{TWO}": f"oci-layout:///base@{TWO}"}


@pytest.mark.parametrize("pin", ["", f"@{ONE}"])
def test_where_the_engines_own_frontend_reads_the_file_no_other_one_is_named(floating: World, pin: str) -> None:
    with_dockerfile(floating, f"# syntax=docker/dockerfile:1{pin}\n{FLOATING}")
    floating.bases.layouts[f"docker.io/docker/dockerfile:1{pin}"] = "engine"
    floating.build()
    assert dockerfile(floating, "report") == FLOATING.replace("3.13 AS report", f"3.13@{ONE} AS report")
    assert floating.engine.asked["report"].named_contexts == {}


def test_a_dockerfile_that_is_pinned_is_built_as_it_is_committed_and_nobody_is_asked(world: World) -> None:
    world.build()
    assert world.engine.asked["export"].dockerfile == "Dockerfile"
    assert dockerfile(world, "export") == DOCKERFILE
    assert world.bases.asked == []


LOOSE = {
    "line 2: python:3.13 names no digest": "ARG BASE_IMAGE\nFROM python:3.13 AS export\nFROM x AS report\n",
    "line 3: a names no digest": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE} AS export\nCOPY --from=a / /\nFROM x AS report\n",
    "line 1: d/f:1 names no digest": "# syntax=d/f:1\nFROM scratch AS export\nFROM scratch AS report\n",
    "line 2: ADD https://x/y has no": "FROM scratch AS export\nADD https://x/y /\nFROM scratch AS report\n",
}


@pytest.mark.parametrize("words", LOOSE)
def test_pinned_refuses_what_may_be_something_else_tomorrow_with_its_line(world: World, words: str) -> None:
    with_dockerfile(world, LOOSE[words], RELEASE_TOML.replace("[registry]", "pinned = true\n[registry]"))
    with pytest.raises(UsageError, match="function/Dockerfile, " + words) as caught:
        world.build()
    assert "build.pinned" in caught.value.message
    assert world.bases.asked == []


def test_pinned_lets_pass_what_holds_digests_only(world: World) -> None:
    with_dockerfile(world, DOCKERFILE, RELEASE_TOML.replace("[registry]", "pinned = true\n[registry]"))
    assert sources(world) == {"export": "build", "report": "build"}


def notes(world: World) -> tuple[str, ...]:
    return reading.notes(reading.read(image, world.git, world.git.head) for image in world.config.images.values())


def test_a_base_that_no_stage_is_built_from_is_named(world: World) -> None:
    assert notes(world) == ()
    with_dockerfile(world, "ARG BASE_IMAGE\nFROM a AS export\nRUN $BASE_IMAGE\nFROM b AS report\n")
    (note,) = notes(world)
    assert "no stage of function/Dockerfile is built from base (public.test/python:3.13@sha256:0000" in note
    with_dockerfile(world, "ARG BASE_IMAGE\nARG B=$BASE_IMAGE\nFROM a AS export\nFROM $B AS report\n")
    assert notes(world) == (), "one image that is built from it is enough"


def test_what_add_fetches_without_a_checksum_is_named(world: World) -> None:
    with_dockerfile(world, DOCKERFILE + "ADD https://example.org/x.tgz /\n")
    assert notes(world) == (
        "function/Dockerfile, line 6: ADD https://example.org/x.tgz has no --checksum, so its content is no input of "
        "image report",
    )


ARGUED = 'args = { VERSION = "3.13", MODE = "fast" }\nparameter = "ImageUri"'


def test_arguments_reach_the_build_and_are_inputs(world: World) -> None:
    text = "ARG VERSION=3\nFROM python:$VERSION AS export\nARG MODE\nFROM scratch AS report\n"
    world.bases.tags[PYTHON] = ONE
    with_dockerfile(world, text, RELEASE_TOML.replace('parameter = "ImageUri"', ARGUED))
    first = {built.image: built.inputs for built in world.build()}
    assert world.engine.asked["export"].build_args == {"VERSION": "3.13", "MODE": "fast"}
    assert world.engine.asked["report"].build_args == {}, "the base is given only where it is declared"
    with_dockerfile(world, text, RELEASE_TOML.replace('parameter = "ImageUri"', ARGUED.replace("fast", "slow")))
    second = {built.image: built.inputs for built in world.build()}
    assert first["export"] != second["export"]
    assert first["report"] == second["report"]


def test_an_argument_that_the_dockerfile_does_not_declare_is_refused(world: World) -> None:
    with_dockerfile(world, DOCKERFILE, RELEASE_TOML.replace('parameter = "ImageUri"', ARGUED))
    with pytest.raises(
        UsageError, match=r"images\.export\.args\.VERSION is no argument of function/Dockerfile"
    ) as caught:
        world.build()
    assert "(it declares: BASE_IMAGE)" in caught.value.message


def test_images_with_a_base_and_a_platform_of_their_own_are_built_from_and_for_them(world: World) -> None:
    own = f'base = "node:22@{TWO}"\nplatform = "linux/arm64"\nparameter = "ReportImageUri"'
    with_dockerfile(world, DOCKERFILE, RELEASE_TOML.replace('parameter = "ReportImageUri"', own))
    platforms = {built.image: built.manifest.platform for built in world.build()}
    assert platforms == {"export": "linux/amd64", "report": "linux/arm64"}
    assert world.engine.asked["report"].build_args == {"BASE_IMAGE": f"node:22@{TWO}"}


def test_an_image_without_a_target_is_built_to_its_last_stage(world: World) -> None:
    toml = RELEASE_TOML.replace('target = "report"\n', "")
    with_dockerfile(world, "FROM scratch AS export\nFROM scratch\n", toml)
    world.build()
    assert {image: request.target for image, request in world.engine.asked.items()} == {
        "export": "export",
        "report": "",
    }


def test_secrets_are_asked_for_only_by_what_is_built_and_are_no_inputs(world: World) -> None:
    world.secrets = {"export": {"npmrc": "env:NPM_TOKEN"}}
    world.build()
    assert world.engine.asked["export"].secrets == {"npmrc": "env:NPM_TOKEN"}
    assert world.engine.asked["report"].secrets == {}
    world.secrets = {"export": {"npmrc": "env:OTHER"}}
    assert sources(world) == {"export": "archive", "report": "archive"}


def test_only_the_images_that_are_named_are_built(world: World) -> None:
    assert [built.image for built in world.build("HEAD", "report")] == ["report"]
    assert world.engine.built == ["report"]
    assert sources(world) == {"export": "build", "report": "archive"}
    with pytest.raises(NotFoundError, match=r"no image 'repotr' in release\.toml \(there are: export, report\)"):
        world.build("HEAD", "repotr")


def test_what_the_other_images_left_for_the_next_build_stays_there(world: World, tmp_path: Path) -> None:
    workspace = LocalWorkspace(tmp_path / "dist", tmp_path / "earlier")

    def build_them(*images: str) -> None:
        where = (world.config, world.git.head, world.git, workspace, None)
        plans = build.plan_builds(*where, world.bases, images=images)
        build.apply(plans, *where[:3], lambda: world.engine, workspace, None, lambda _image: {})

    build_them()
    before = {path.name for path in (tmp_path / "earlier").iterdir()}
    assert len(before) == 2
    world.change("report", "report = 2")
    build_them("report")
    assert before <= {path.name for path in (tmp_path / "earlier").iterdir()}


def test_without_the_cache_everything_is_built_anew(world: World) -> None:
    world.publish("0.1.0")
    assert sources(world) == {"export": "registry", "report": "registry"}
    assert {item.image: item.source for item in world.build("HEAD", anew=True)} == {
        "export": "build",
        "report": "build",
    }
    assert world.engine.asked["export"].no_cache


def test_equal_inputs_with_other_bytes_are_never_silent(world: World) -> None:
    world.build()
    assert [built.notes for built in world.build("HEAD", anew=True)] == [(), ()]
    world.engine.unsteady = True
    (export,) = world.build("HEAD", "export", anew=True)
    assert export.notes[0].startswith(f"image export: equal inputs ({export.inputs}) gave sha256:")
    assert export.notes[0].endswith("a step of its Dockerfile does not repeat")


def test_bytes_that_are_no_text_pass_through_a_dockerfile_unchanged(floating: World) -> None:
    text = FLOATING.encode() + b"LABEL x=caf\xe9\n"
    floating.git.commit({"function/Dockerfile": text})
    floating.build()
    assert os.fsencode(dockerfile(floating, "report")).endswith(b"LABEL x=caf\xe9\n")
