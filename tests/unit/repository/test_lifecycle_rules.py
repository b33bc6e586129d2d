"""The registry's own rules of pipeline.yaml: over any registry, they never take what a record or a claim names.

faults.md, 32. The registries are those that random lives leave (tests/unit/deployments/test_prune_any_registry.py),
with all that a push that died leaves, and every rule is evaluated as Amazon ECR does (tests/support/lifecycle.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.github import trust
from release.releases import recording
from release.releases.shelved import links_of
from tests.support.lifecycle import Image, expired
from tests.support.world import LEDGERS, RELEASES, World
from tests.unit.deployments.test_prune_any_registry import STEPS, Step, lived

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def policies() -> Mapping[str, Any]:
    """Repository -> the policy that pipeline.yaml gives it."""
    resources = trust.template(ROOT / "pipeline.yaml")["Resources"]
    repositories = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::ECR::Repository"]
    return {
        each["RepositoryName"]["Fn::Sub"].replace("${Project}", "app"): json.loads(
            each["LifecyclePolicy"]["LifecyclePolicyText"]
        )
        for each in repositories
    }


def rule(priority: int, count: int, *patterns: str, days: bool = False, prefix: bool = False) -> dict[str, Any]:
    chosen: dict[str, Any] = {"tagStatus": "tagged" if patterns else "untagged", "countNumber": count}
    if patterns:
        chosen["tagPrefixList" if prefix else "tagPatternList"] = list(patterns)
    chosen |= {"countType": "sinceImagePushed", "countUnit": "days"} if days else {"countType": "imageCountMoreThan"}
    return {"rulePriority": priority, "selection": chosen, "action": {"type": "expire"}}


def images(*described: tuple[str, int, Sequence[str]]) -> list[Image]:
    return [Image(name, tuple(tags), NOW - timedelta(days=days)) for name, days, tags in described]


PROD_AND_BETA = images(("A", 10, ["beta-1", "prod-1"]), ("B", 9, ["beta-2", "prod-2"]), ("C", 8, ["beta-3"]))
ALPHA_AND_BETA = images(
    *(("A", 12, ["alpha-1"]), ("B", 11, ["beta-1"]), ("C", 10, ["alpha-2", "beta-2"]), ("D", 4, ["alpha-3"])),
    *(("E", 3, ["beta-3"]), ("F", 2, ["alpha-4", "beta-4"])),
)


@pytest.mark.parametrize(
    ("there", "rules", "goes"),
    [
        (PROD_AND_BETA, [rule(1, 1, "prod*"), rule(2, 1, "beta*")], {"A"}),
        (PROD_AND_BETA, [rule(1, 1, "beta", prefix=True), rule(2, 1, "prod", prefix=True)], {"A", "B"}),
        (ALPHA_AND_BETA, [rule(1, 5, "alpha*", "beta*", days=True)], {"C"}),
        (images(("A", 15, []), ("B", 13, []), ("C", 99, ["x"])), [rule(1, 14, days=True)], {"A"}),
    ],
)
def test_the_evaluation_is_the_one_of_the_user_guides_examples(
    there: list[Image], rules: list[dict[str, Any]], goes: set[str]
) -> None:
    """Amazon ECR User Guide, "Examples of lifecycle policies in Amazon ECR": multiple rules, multiple tags, age."""
    assert expired({"rules": rules}, there, NOW) == goes


def test_a_part_of_an_index_expires_only_with_it() -> None:
    part, index = Image("part", (), NOW - timedelta(99)), Image("index", ("1.0.0",), NOW - timedelta(99), ("part",))
    policy = {"rules": [rule(1, 30, days=True)]}
    assert expired(policy, [part, index], NOW) == set()
    assert expired(policy, [part], NOW) == {"part"}


def listed(world: World, repository: str) -> list[Image]:
    host = world.registry if repository in world.registry.named else world.store
    parts = {digest: links_of(host.blobs[repository][digest], digest).parts for digest in host.pushed[repository]}
    return [
        Image(each.digest, each.tags, each.pushed, parts[each.digest]) for each in world.shelves.contents(repository)
    ]


def named(world: World) -> set[str]:
    """All that a record, a claim or an outcome names, and they themselves."""
    found = set(world.store.named[RELEASES].values())
    for digest in list(found):
        record = recording.by_digest(digest, world.store, RELEASES)
        for image in record.images.values():
            found |= {image.digest} | attached(world, image.repository, image.digest)
    for environment, repository in LEDGERS.items():
        found |= set(world.store.named[repository].values())
        for entry in world.entries(environment):
            found |= {entry.claim.release, *entry.claim.digests.values()}
    return found


def attached(world: World, repository: str, digest: str) -> set[str]:
    blobs = world.registry.blobs[repository]
    return {each for each in world.registry.pushed[repository] if links_of(blobs[each], each).subject == digest}


@given(st.lists(STEPS, min_size=5, max_size=25))
@settings(max_examples=30, deadline=None)
def test_nothing_that_a_record_or_a_claim_names_ever_expires(steps: list[Step]) -> None:
    """faults.md, 32: images are named by digest, and what names them by digest also gave them a tag."""
    world = lived(steps).world
    later = world.clock.now() + timedelta(days=5000)
    needed = named(world)
    for repository, policy in policies().items():
        gone = expired(policy, listed(world, repository), later) & needed
        assert not gone, f"{repository} would lose {gone}"


def test_what_a_push_that_died_left_expires_after_a_month_and_nothing_else(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.sboms = {"export": b"{}"}
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.build()
    archive = world.workspace.archive("export", world.plan_builds()[0].inputs)
    assert archive is not None
    world.registry.push("app/export", archive)
    policy, there = policies()["app/export"], listed(world, "app/export")
    assert expired(policy, there, world.clock.now() + timedelta(days=30)) == set()
    assert expired(policy, there, world.clock.now() + timedelta(days=31)) == {archive.digest}


@pytest.mark.parametrize(
    "careless", [rule(1, 1, "*"), rule(1, 30, "sha-*", days=True), rule(1, 1, "0.*", "inputs-*"), rule(1, 1)]
)
def test_a_careless_rule_is_seen(careless: dict[str, Any], tmp_path: Path) -> None:
    """The check can fail: each of these rules takes what is needed, or what is being pushed."""
    world = World(tmp_path)
    for number in range(1, 4):
        world.change("export", f"export = {number}")
        world.release(f"0.{number}.0", "staging")
    digest = world.registry.named["app/export"]["0.1.0"]
    if careless["selection"]["tagStatus"] == "untagged":
        world.registry.named["app/export"] = {}
    there = listed(world, "app/export")
    assert digest in expired({"rules": [careless]}, there, world.clock.now() + timedelta(days=90))


def test_every_repository_has_the_same_one_rule() -> None:
    found = policies()
    assert set(found) == {"app/export", "app/report", RELEASES, *LEDGERS.values()}
    assert len({json.dumps(policy, sort_keys=True) for policy in found.values()}) == 1
    assert [each["selection"]["tagStatus"] for each in found["app/export"]["rules"]] == ["untagged"]
