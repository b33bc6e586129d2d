"""Inputs are what a build sees: what .dockerignore leaves out makes no new image, and never reaches the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.errors import UsageError
from release.images import changes, contextfiles
from release.settings import config as config_file
from release.settings.images import ImageSpec
from tests.support.world import RELEASE_TOML, World

WHOLE = RELEASE_TOML.replace('inputs = ["function/Dockerfile", "function/shared", "function/export"]\n', "")
TEST = "function/export/tests/test_app.py"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The export image's inputs are its whole context, which holds tests and a .dockerignore."""
    world = World(tmp_path)
    files = {"release.toml": WHOLE.encode(), TEST: b"1", "function/.dockerignore": b"**/tests\n.dockerignore\n"}
    world.git.commit({**files, "function/export/a.md": b"1"})
    return world


def inputs(world: World, image: str = "export") -> str:
    return next(plan.inputs for plan in world.plan_builds() if plan.image == image)


def changed(world: World, before: str, image: str = "export") -> list[str]:
    def images(commit: str) -> dict[str, ImageSpec]:
        return dict(config_file.parse(world.git.show(commit, "release.toml").decode()).images)

    return list(changes.changed_inputs(world.git, images, before, world.git.head)[image])


def test_without_inputs_the_whole_context_counts(world: World) -> None:
    assert world.config.images["export"].inputs == ("function",)
    before, commit = inputs(world), world.git.head
    world.git.commit({"function/new.py": b"1"})
    assert inputs(world) != before
    assert changed(world, commit) == ["function/new.py"]


def test_a_test_beside_the_code_that_the_build_does_not_see_makes_no_new_image(world: World) -> None:
    before, commit = inputs(world), world.git.head
    world.git.commit({TEST: b"2", "function/report/tests/test_new.py": b"1"})
    assert inputs(world) == before
    assert changed(world, commit) == []


def test_another_rule_that_leaves_out_the_same_makes_none_either(world: World) -> None:
    before, commit = inputs(world), world.git.head
    world.git.commit({"function/.dockerignore": b"# tests\n*/tests/\n/.dockerignore\n"})
    assert inputs(world) == before
    assert changed(world, commit) == []


def test_a_rule_more_is_a_change_of_the_image_though_no_file_changed(world: World) -> None:
    """docs/architecture.md, rule 10: nothing that changes an image escapes a version."""
    before, commit = inputs(world), world.git.head
    world.git.commit({"function/.dockerignore": b"**/tests\n.dockerignore\n**/*.md\n"})
    assert inputs(world) != before
    assert changed(world, commit) == ["function/export/a.md"]


def test_without_its_rules_the_build_sees_everything_again(world: World) -> None:
    commit = world.git.head
    world.git.commit({"function/.dockerignore": None})
    assert changed(world, commit) == [TEST]


def test_the_engine_gets_what_counts_and_nothing_else(world: World) -> None:
    world.build()
    files = world.engine.contexts["export"]
    assert files == {"Dockerfile", "shared/http.py", "export/app.py", "export/a.md", "report/app.py"}


def test_a_dockerfile_that_is_left_out_counts_and_no_copy_sees_it(world: World) -> None:
    world.git.commit({"function/.dockerignore": b"**/tests\n.dockerignore\nDockerfile\n"})
    before, commit = inputs(world), world.git.head
    world.build()
    assert "Dockerfile" not in world.engine.contexts["export"]
    text = world.git.show(commit, "function/Dockerfile")
    world.git.commit({"function/Dockerfile": text + b"# more\n"})
    assert inputs(world) != before
    assert changed(world, commit) == ["function/Dockerfile"]


def test_the_file_beside_the_dockerfile_wins(world: World) -> None:
    world.git.commit({"function/Dockerfile.dockerignore": b"report\n"})
    world.build()
    assert "report/app.py" not in world.engine.contexts["export"]
    assert TEST.removeprefix("function/") in world.engine.contexts["export"]
    assert "Dockerfile.dockerignore" in world.engine.beside["export"]


def test_rules_that_leave_out_nothing_change_no_hash(world: World) -> None:
    world.git.commit({"function/.dockerignore": None})
    inputs_of_report = inputs(world, "report")
    world.git.commit({"function/.dockerignore": b"node_modules\n"})
    assert inputs(world, "report") == inputs_of_report


def test_a_rule_that_buildkit_refuses_is_refused_before_a_build_and_may_stand_in_history(world: World) -> None:
    world.git.commit({"function/.dockerignore": b"[\n"})
    bad = world.git.head
    with pytest.raises(UsageError, match=r"function/\.dockerignore, line 1"):
        world.build()
    world.git.commit({"function/.dockerignore": b"**/tests\n"})
    assert TEST in changed(world, bad)


def test_what_is_edited_and_no_build_sees_is_not_told_as_not_built(world: World) -> None:
    images = world.config.images.values()
    edited = [TEST, "function/export/app.py", "template.yaml"]
    assert contextfiles.counted(edited, images, world.git, world.git.head) == edited[1:]
