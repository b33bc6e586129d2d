"""release remove, typed: what is shown, what is asked, and who may not answer."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from release.bootstrap import Wiring
from release.commands import remove
from release.deployments.target import Target
from release.errors import ConflictError, UsageError
from release.report import Report
from release.settings.config import Config
from tests.fakes.adoption import FakePerson
from tests.fakes.demolition import FakeDemolition
from tests.support.world import World


class Wired:
    """What the command asks of the wiring, out of a world."""

    def __init__(self, world: World, person: FakePerson) -> None:
        self.world, self.person, self.shelves = world, person, world.shelves

    @property
    def config(self) -> Config:
        return self.world.config

    @contextmanager
    def target(self, name: str) -> Iterator[Target]:
        yield self.world.target(name)

    def demolition(self, _: object) -> FakeDemolition:
        return self.world.demolition


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.release("0.1.0", "staging")
    return world


def typed(world: World, person: FakePerson, *arguments: str) -> Report:
    sub = argparse.ArgumentParser()
    sub.add_argument("--dry-run", action="store_true")
    remove.options(sub)
    wired: Any = Wired(world, person)
    return remove.run(sub.parse_args(["staging", *arguments]), cast(Wiring, wired))


def there(world: World) -> bool:
    return "app-staging" in world.cloud.accounts


def test_the_plan_is_shown_and_the_name_is_asked_for(world: World) -> None:
    person = FakePerson(("Type staging to remove it", "staging"))
    report = typed(world, person, "--reason", "moved")
    assert "would go: stack app-staging with 6 of its 6 resources" in person.seen[0]
    assert "staging is removed, recorded as staging-2-removed" in report.text
    assert (report.data["changed"], report.data["recorded"]) == (True, "staging-2-removed")
    assert not there(world)
    assert world.entries("staging")[-1].claim.reason == "moved"


@pytest.mark.parametrize("answer", ["", "y", "yes", "Staging", "production"])
def test_any_other_answer_leaves_everything(world: World, answer: str) -> None:
    with pytest.raises(UsageError, match="that was not staging"):
        typed(world, FakePerson(("Type staging", answer)))
    assert there(world)


def test_without_a_terminal_nothing_is_asked_and_the_refusal_has_the_command(world: World) -> None:
    with pytest.raises(UsageError, match="nobody is at a terminal") as caught:
        typed(world, FakePerson(there=False))
    assert "release remove staging --yes-remove staging" in caught.value.next_step
    assert "would go: stack app-staging" in caught.value.report.text
    assert there(world)


def test_a_machine_names_the_environment_once_more(world: World) -> None:
    with pytest.raises(UsageError, match="--yes-remove production does not name staging"):
        typed(world, FakePerson(there=False), "--yes-remove", "production")
    assert there(world)
    assert "is removed" in typed(world, FakePerson(there=False), "--yes-remove", "staging").text
    assert not there(world)


def test_a_dry_run_asks_nothing_and_changes_nothing(world: World) -> None:
    before = list(world.journal.changes)
    report = typed(world, FakePerson(), "--dry-run")
    assert "Nothing was changed" in report.text
    assert report.data["changed"] is False
    assert [each["fate"] for each in report.data["resources"]] == ["goes"] * 6
    assert world.journal.changes == before


def test_nothing_is_asked_when_there_is_nothing_to_do(world: World) -> None:
    typed(world, FakePerson(), "--yes-remove", "staging")
    report = typed(world, FakePerson())
    assert "staging was removed on" in report.text
    assert report.data["removed"]


def test_what_stops_it_is_said_before_anybody_is_asked(world: World) -> None:
    world.cloud.accounts["app-staging"].protected = True
    with pytest.raises(ConflictError, match="termination protection") as caught:
        typed(world, FakePerson())
    assert "not yet: stack app-staging has termination protection" in caught.value.report.text
    assert "not yet" in typed(world, FakePerson(), "--dry-run").text


def test_images_are_left_alone_when_asked_for(world: World) -> None:
    report = typed(world, FakePerson(), "--keep-images", "--yes-remove", "staging")
    assert report.data["registry"] == []
