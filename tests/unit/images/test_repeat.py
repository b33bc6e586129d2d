"""release build says which layer will not be the same when it is built again, and by which file."""

from __future__ import annotations

from release.images import repeat
from release.images.model import Stray
from release.oci import Layer, Manifest
from tests.support.world import RELEASE_TOML, World

LATER = 1795573800  # 2026-11-25 02:30:00 UTC, after the commits of the world


def notes(world: World) -> dict[str, tuple[str, ...]]:
    """Image -> what release build says now."""
    return {item.image: item.notes for item in world.build()}


def test_a_layer_whose_files_have_a_fixed_time_is_not_mentioned(world: World) -> None:
    assert notes(world) == {"export": (), "report": ()}


def test_a_layer_with_a_time_of_the_build_is_named_with_its_file_and_what_to_do(world: World) -> None:
    world.engine.clock = LATER
    (note,) = notes(world)["export"]
    assert note.startswith("image export, layer 2 (COPY . /) does not repeat: ")
    assert "2026-11-25 02:30:00 UTC" in note
    assert "docs/builds.md" in note
    assert 'reproducible = "rewrite"' in note


def test_a_layer_that_is_not_new_is_not_read_again(world: World) -> None:
    """It was told when it was built; an unchanged layer of half a gigabyte is not unpacked for a changed line."""
    world.build()
    world.workspace.unpacked.clear()
    world.change("export", "export = 2")
    built = {item.image: item for item in world.build()}
    assert world.workspace.unpacked == [built["export"].manifest.layers[1].digest]


def test_what_is_not_built_is_not_mentioned_again(world: World) -> None:
    world.engine.clock = LATER
    assert notes(world)["export"]
    assert notes(world) == {"export": (), "report": ()}


def test_rewriting_by_the_engine_is_asked_for_by_a_key_and_makes_another_image(world: World) -> None:
    world.engine.clock = LATER
    before = {item.image: item.inputs for item in world.build()}
    text = RELEASE_TOML.replace("[images.export]\n", '[images.export]\nreproducible = "rewrite"\n')
    world.git.commit({"release.toml": text.encode()})
    built = {item.image: item for item in world.build()}
    assert built["export"].notes == ()
    assert built["export"].inputs != before["export"]
    assert built["report"].inputs == before["report"]


def test_a_compiled_file_that_holds_its_source_s_time_has_another_remedy() -> None:
    layer = Layer("sha256:" + "1" * 64, 1, "x")
    manifest = Manifest("sha256:" + "2" * 64, "x", "linux/amd64", layer, (layer,), ("RUN pip install x",))
    note = repeat.note("app", manifest, Stray(layer, "task/__pycache__/x.cpython-313.pyc", LATER, 812, inside=True))
    assert note == (
        "image app, layer 1 (RUN pip install x) does not repeat: task/__pycache__/x.cpython-313.pyc and 811 more hold "
        "a time of this build (2026-11-25 02:30:00 UTC, inside); compile by content: "
        "python -m compileall --invalidation-mode unchecked-hash"
    )
