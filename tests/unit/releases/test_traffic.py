"""What a release costs in requests and bytes: nothing changed, and one line changed.

ECR's API is emulated, the registry protocol is spoken with a registry on this machine; both count what reaches them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from release.adapters.ecr import Ecr
from release.adapters.workspace import LocalWorkspace
from release.images import build
from release.images.build import Built
from release.releases import publish
from tests.support.httpregistry import HttpRegistry
from tests.support.world import World


@dataclass
class Team:
    """A repository whose images are built by an engine that counts, and published to a registry that counts."""

    world: World
    workspace: LocalWorkspace
    ecr: Ecr
    server: HttpRegistry
    calls: Counter[str] = field(default_factory=Counter)

    def build(self, *, offline: bool = False) -> tuple[Built, ...]:
        """release build."""
        world, registry = self.world, None if offline else self.ecr
        plans = build.plan_builds(world.config, world.git.head, world.git, self.workspace, registry, world.bases)
        return build.apply(
            *(plans, world.config, world.git.head, world.git, lambda: world.engine, self.workspace, registry),
            lambda _image: {},
        )

    def publish(self, version: str) -> tuple[publish.Publication, ...]:
        """release publish."""
        world = self.world
        images = build.plan_builds(world.config, world.git.head, world.git, self.workspace, self.ecr, world.bases)
        tags = {name: self.ecr.tags(image.repository) for name, image in world.config.images.items()}
        plans = publish.plan_publication(world.config, version, world.git.head, images, tags)
        publish.apply(plans, world.config, self.ecr, self.workspace)
        return plans

    def fresh(self) -> None:
        """Count from here."""
        self.calls.clear()
        self.server.seen.clear()
        self.server.received.clear()
        self.world.engine.built.clear()

    @property
    def requests(self) -> Counter[str]:
        """The registry's requests by method and kind."""
        kinds = ("uploads", "manifests", "blobs")
        lines = [line.split(" ", 1) for line in self.server.seen]
        return Counter(f"{method} {next(kind for kind in kinds if kind in path)}" for method, path in lines)


@pytest.fixture
def team(world: World, tmp_path: Path) -> Iterator[Team]:
    """Version 0.1.0 is published."""
    with mock_aws(), HttpRegistry("app/export", "app/report") as server:
        client = boto3.client("ecr", "eu-west-1")
        for repository in server.repositories:
            client.create_repository(repositoryName=repository, imageTagMutability="IMMUTABLE")
        made = Team(world, LocalWorkspace(tmp_path / "images"), Ecr(client, server.host), server)
        client.meta.events.register("before-call.ecr", lambda model, **_: made.calls.update([model.name]))
        made.build()
        made.publish("0.1.0")
        made.fresh()
        yield made


def test_nothing_changed_builds_and_sends_nothing_and_asks_for_tags_and_two_manifests(team: Team) -> None:
    built = team.build()
    assert {image.source for image in built} == {"registry"}
    assert team.world.engine.built == []
    assert team.calls == {"DescribeImages": 2}
    assert team.requests == {"GET manifests": 2, "GET blobs": 2}, "each image's manifest and configuration"
    assert team.server.received == {}


def test_publishing_it_again_sends_nothing_and_asks_for_tags_alone(team: Team) -> None:
    assert [(plan.push, plan.tags) for plan in team.publish("0.1.0")] == [(False, ()), (False, ())]
    assert team.calls == {"DescribeImages": 4}
    assert team.requests == {}


def test_without_the_registry_nothing_is_asked_at_all(team: Team) -> None:
    assert {image.source for image in team.build(offline=True)} == {"archive"}
    assert team.world.engine.built == []
    assert (team.calls, team.requests) == ({}, {})


def test_one_line_changed_builds_one_image_and_sends_one_layer_of_it(team: Team) -> None:
    team.world.change("export", "export = 2")
    built = {image.image: image for image in team.build()}
    assert team.world.engine.built == ["export"]
    team.fresh()
    team.publish("0.1.1")
    manifest = built["export"].manifest
    base, changed = manifest.layers
    assert built["export"].before is not None
    assert base == built["export"].before.layers[0]
    uploads = {line.partition("digest=")[2]: size for line, size in team.server.received.items() if "uploads" in line}
    assert uploads == {changed.digest: changed.size, manifest.config.digest: manifest.config.size}
    assert team.requests["HEAD blobs"] == 3, "two layers and the configuration: is it there?"
    assert team.requests["POST uploads"] == team.requests["PUT uploads"] == 2
    assert team.requests["PUT manifests"] == 1
