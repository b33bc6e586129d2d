"""release build --verify: a released image, built again without a cache, is the same or the difference is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from release.errors import ConflictError, NotFoundError
from release.images import report, verify
from release.images.verify import Compared
from release.oci import Layer, Manifest
from tests.support.world import World

LATER = 1795573800  # 2026-11-25 02:30:00 UTC, after the commits of the world


def digests_of(world: World, version: str) -> dict[str, str]:
    """Image -> what was published."""
    return {name: world.registry.named[image.repository][version] for name, image in world.config.images.items()}


def rebuilt(world: World, digests: Mapping[str, str]) -> tuple[Compared, ...]:
    """The images of HEAD, built again."""
    return verify.rebuild(
        world.config,
        world.git.head,
        digests,
        world.git,
        world.engine,
        world.workspace,
        world.registry,
        world.bases,
        lambda _image: {},
    )


def test_a_release_whose_build_repeats_is_confirmed_and_nothing_is_kept(world: World) -> None:
    world.publish("0.1.0")
    kept, changes = dict(world.workspace.kept), list(world.journal.changes)
    images = rebuilt(world, digests_of(world, "0.1.0"))
    assert [image.same for image in images] == [True, True]
    assert world.workspace.kept == kept
    assert world.journal.changes == [*changes, "build export", "build report"]
    assert not list(world.workspace.folder.glob("scratch*"))
    verify.checked("0.1.0", images)


def test_it_is_built_again_without_any_cache(world: World) -> None:
    world.publish("0.1.0")
    world.engine.requests.clear()
    rebuilt(world, digests_of(world, "0.1.0"))
    assert [request.no_cache for request in world.engine.requests] == [True, True]


def test_a_layer_that_differs_is_named_with_the_file_that_tells_why(world: World) -> None:
    world.publish("0.1.0")
    world.engine.clock = LATER
    images = rebuilt(world, digests_of(world, "0.1.0"))
    with pytest.raises(ConflictError) as caught:
        verify.checked("0.1.0", images)
    assert "export differs in layer 2 (COPY . /); report differs in layer 2 (COPY . /)" in caught.value.message
    assert caught.value.exit_code == 6
    assert "dist/" in caught.value.untouched
    told = report.of_verification("0.1.0", "c" * 40, images, {"export": images[0].released.digest})
    assert "image export, layer 2 (COPY . /) does not repeat: " in told.text
    assert "image report was released from other inputs than these" in told.text
    assert "image export was released from other inputs" not in told.text
    assert told.data["images"]["export"]["same"] is False


def test_an_image_that_is_gone_from_the_registry_is_not_built_again(world: World) -> None:
    world.publish("0.1.0")
    world.engine.built.clear()
    digests = digests_of(world, "0.1.0")
    world.registry.delete("app/export", digests["export"])
    with pytest.raises(NotFoundError, match="app/export has no"):
        rebuilt(world, digests)
    assert world.engine.built == []


def test_an_image_that_release_toml_did_not_have_then_is_named(world: World) -> None:
    with pytest.raises(NotFoundError, match="has no image other"):
        rebuilt(world, {"other": "sha256:" + "0" * 64})


LAYER = Layer("sha256:" + "1" * 64, 1, "x")
RELEASED = Manifest("sha256:" + "2" * 64, "x", "linux/amd64", LAYER, (LAYER, LAYER), ("FROM base", "RUN x"))


@pytest.mark.parametrize(
    ("built", "words"),
    [
        (RELEASED, ""),
        (replace(RELEASED, digest="sha256:3"), "the configuration alone"),
        (replace(RELEASED, digest="sha256:3", layers=(LAYER,), made_by=()), "2 layers were released, 1 built"),
        (replace(RELEASED, digest="sha256:3", layers=(LAYER, replace(LAYER, digest="x"))), "layer 2 (RUN x)"),
    ],
    ids=["nothing", "configuration", "number of layers", "a layer"],
)
def test_the_difference_is_told_in_words(built: Manifest, words: str) -> None:
    assert Compared("export", RELEASED, built).difference == words
