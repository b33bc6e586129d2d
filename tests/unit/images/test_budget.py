"""A size budget per image: what is over it is refused, with the layers that grew."""

from __future__ import annotations

import pytest

from release.errors import GateError
from release.images import budget
from release.images.budget import Sized
from release.oci import Layer, Manifest
from tests.support.world import RELEASE_TOML, World

MB = 10**6


def image(*layers: tuple[str, int], told: bool = True) -> Manifest:
    """An image of ``(instruction, megabytes)``; ``told``: its history tells the instructions."""
    parts = tuple(Layer(f"sha256:{n:032x}{size:032x}", size * MB, "x") for n, (_, size) in enumerate(layers))
    made_by = tuple(name for name, _ in layers) if told else ()
    return Manifest("sha256:" + "d" * 64, "x", "linux/amd64", Layer("sha256:" + "c" * 64, 0, "x"), parts, made_by)


BEFORE = image(("FROM base", 30), ("COPY /out/ /", 60), ("COPY /out/ /", 1))


@pytest.mark.parametrize("limit", [0, 91 * MB, 92 * MB])
def test_an_image_within_its_budget_or_without_one_passes(limit: int) -> None:
    budget.checked([Sized("export", BEFORE, limit, None)])


def test_an_image_over_its_budget_is_refused_with_the_layers_that_grew_the_most_grown_first() -> None:
    now = image(("FROM base", 31), ("COPY /out/ /", 95), ("COPY /out/ /", 1), ("COPY model /opt/", 7))
    with pytest.raises(GateError) as caught:
        budget.checked([Sized("report", BEFORE, 0), Sized("export", now, 100 * MB, BEFORE)])
    assert caught.value.message == (
        "image export is 134.0 MB, its budget is 100.0 MB; it was 91.0 MB: "
        "layer 2 (COPY /out/ /) grew from 60.0 MB to 95.0 MB, layer 4 (COPY model /opt/) is new: 7.0 MB, "
        "layer 1 (FROM base) grew from 30.0 MB to 31.0 MB"
    )
    assert "raise images.export.max-size in release.toml" in caught.value.next_step
    assert "what was built stays" in caught.value.untouched


def test_without_an_image_before_the_largest_layers_are_named() -> None:
    with pytest.raises(GateError, match=r"was before is not known: layer 2 \(COPY /out/ /\) is 60.0 MB, layer 1 "):
        budget.checked([Sized("export", BEFORE, MB, None)])


def test_a_budget_that_was_lowered_is_not_blamed_on_a_layer() -> None:
    with pytest.raises(GateError, match=r"it was 91\.0 MB: no layer grew"):
        budget.checked([Sized("export", BEFORE, MB, BEFORE)])


def test_where_no_history_tells_the_instructions_layers_are_compared_by_their_place() -> None:
    now, before = image(("", 30), ("", 70), told=False), image(("", 30), ("", 60), told=False)
    assert budget.growth(now, before) == ("layer 2 grew from 60.0 MB to 70.0 MB",)


def test_every_image_over_its_budget_is_named_at_once() -> None:
    with pytest.raises(GateError, match=r"image export is .*; image report is ") as caught:
        budget.checked([Sized("export", BEFORE, MB), Sized("report", BEFORE, MB)])
    assert "images.export.max-size and images.report.max-size" in caught.value.next_step


def limited(world: World, size: str) -> None:
    """Commit a budget for image export."""
    text = RELEASE_TOML.replace("[images.export]\n", f'[images.export]\nmax-size = "{size}"\n')
    world.git.commit({"release.toml": text.encode()})


def test_what_grew_is_known_from_the_image_that_was_built_here_before(world: World) -> None:
    limited(world, "25 kB")
    world.build()
    world.change("export", "x" * 20_000)
    built = world.build()
    with pytest.raises(GateError, match=r"image export is .* kB; it was 2.* layer 2 \(COPY \. /\) grew from "):
        budget.checked(budget.sized(built, world.config, world.registry))
    again = world.build()
    assert {each.image: each.source for each in again}["export"] == "archive", "it stays, and is not built again"


def test_where_nothing_was_here_before_the_newest_published_version_tells(world: World) -> None:
    for version, size in (("0.9.0", 10), ("0.10.0-rc.1", 5_000), ("0.10.0", 10_000)):
        world.change("export", "x" * size)
        world.publish(version)
    world.workspace.lose()
    world.change("export", "x" * 50_000)
    limited(world, "1 kB")
    asked = world.registry.manifest("app/export", world.registry.named["app/export"]["0.10.0"])
    (sized, _) = budget.sized(world.build(), world.config, world.registry)
    assert sized.before == asked


def test_the_registry_is_not_asked_about_an_image_that_is_within_its_budget(world: World) -> None:
    world.publish("0.9.0")
    world.workspace.lose()
    world.change("export", "export = 2")
    assert [sized.before for sized in budget.sized(world.build(), world.config, world.registry)] == [None, None]
