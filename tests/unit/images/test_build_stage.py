"""release build: from the registry, from the folder, or by the engine; never anything that Lambda would refuse."""

from __future__ import annotations

import pytest

from release.errors import ConflictError, MachineError, NotFoundError, RemoteError
from release.images import build
from tests.support import ociimage
from tests.support.world import World


def sources(world: World) -> dict[str, str]:
    """Image -> where release build gets it from now."""
    return {item.image: item.source for item in world.build()}


def test_nothing_is_built_twice_from_equal_inputs(world: World) -> None:
    assert sources(world) == {"export": "build", "report": "build"}
    assert sources(world) == {"export": "archive", "report": "archive"}
    world.publish("0.1.0")
    assert sources(world) == {"export": "registry", "report": "registry"}
    assert world.engine.built == ["export", "report"]


def test_a_change_of_one_image_builds_that_image_alone(world: World) -> None:
    world.publish("0.1.0")
    world.change("export", "export = 2")
    assert sources(world) == {"export": "build", "report": "registry"}


def test_a_change_of_shared_code_builds_every_image(world: World) -> None:
    world.publish("0.1.0")
    world.git.commit({"function/shared/http.py": b"shared = 2\n"})
    assert sources(world) == {"export": "build", "report": "build"}


def test_a_change_of_what_no_image_contains_builds_nothing(world: World) -> None:
    world.publish("0.1.0")
    world.git.commit({"README.md": b"# App\n"})
    assert sources(world) == {"export": "registry", "report": "registry"}


def test_equal_code_in_a_later_commit_has_the_digest_it_had_before(world: World) -> None:
    first = [built.manifest.digest for built in world.build()]
    world.workspace.lose()
    world.git.commit({"README.md": b"# App\n"})
    assert [built.manifest.digest for built in world.build()] == first


def test_the_context_holds_the_inputs_and_nothing_else(world: World) -> None:
    """A file that is not listed cannot change the image behind the version's back."""
    world.git.commit({"function/secret.txt": b"not an input"})
    image = world.build()[0]
    assert image.path is not None
    content = b"".join(ociimage.read_blobs(image.path).values())
    assert b"export = 1" in content
    assert b"shared = 1" in content
    assert b"not an input" not in content
    assert b"report = 1" not in content


def test_a_stand_in_base_is_another_input_than_the_real_one(world: World) -> None:
    before = {built.image: built.inputs for built in world.build()}
    base = world.config.images["export"].base
    world.bases.layouts[base] = "oci-layout:///base@sha256:" + "1" * 64
    after = {built.image: built.inputs for built in world.build()}
    assert all(before[image] != after[image] for image in before)
    assert world.engine.asked["export"].named_contexts == {base: world.bases.layouts[base]}
    assert world.bases.asked == []


def test_without_a_registry_only_the_folder_is_asked(world: World) -> None:
    world.publish("0.1.0")
    world.workspace.lose()
    plans = build.plan_builds(world.config, world.git.head, world.git, world.workspace, None, world.bases)
    assert {plan.source for plan in plans} == {"build"}


def test_planning_changes_nothing(world: World) -> None:
    world.plan_builds()
    assert world.journal.points == []


def test_an_engine_that_is_not_needed_is_not_asked_for(world: World) -> None:
    world.publish("0.1.0")
    world.engine.answers = False
    assert sources(world) == {"export": "registry", "report": "registry"}


def test_no_engine_is_the_machine_s_problem_and_changes_nothing(world: World) -> None:
    world.engine.answers = False
    with pytest.raises(MachineError) as caught:
        world.build()
    assert caught.value.exit_code == 7
    assert world.journal.changes == []


def test_when_the_second_image_fails_the_first_stays_built(world: World) -> None:
    world.engine.fails = {"report"}
    with pytest.raises(RemoteError, match="building image report failed"):
        world.build()
    world.engine.fails = set()
    assert sources(world) == {"export": "archive", "report": "build"}


def test_an_index_with_an_attestation_is_refused_before_it_is_kept(world: World) -> None:
    """faults.md, 11."""
    world.engine.attests = True
    with pytest.raises(ConflictError, match="index"):
        world.build()
    assert world.workspace.kept == {}


def test_an_image_for_another_cpu_is_refused_as_soon_as_it_is_built_and_each_time_it_is_found(world: World) -> None:
    """faults.md, 12."""
    world.engine.architecture = "arm64"
    for _ in range(2):
        with pytest.raises(ConflictError, match="linux/arm64, the functions run on linux/amd64"):
            world.build()
    assert world.engine.built == ["export", "report"], "once each, side by side"


def test_an_input_that_is_not_in_the_commit_is_refused_by_name(world: World) -> None:
    world.git.commit({"function/export/app.py": None})
    with pytest.raises(NotFoundError, match="function/export is not in commit"):
        world.build()


def test_a_repository_that_is_not_there_is_refused_with_its_remedy(world: World) -> None:
    del world.registry.named["app/report"]
    with pytest.raises(NotFoundError, match="no repository app/report") as caught:
        world.build()
    assert caught.value.next_step
    assert world.engine.built == []
