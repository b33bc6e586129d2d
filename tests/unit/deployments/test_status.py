"""release status and release history: what is live, and whether the ledger agrees."""

from __future__ import annotations

import pytest

from release.deployments import status
from release.deployments.status import EnvironmentStatus
from release.errors import NotFoundError
from tests.support.world import World


def seen(world: World, environment: str = "staging") -> EnvironmentStatus:
    """release status of one environment."""
    return status.status(world.target(environment))


def test_a_proven_environment_agrees_with_its_ledger(world: World) -> None:
    world.release("0.1.0", "staging")
    found = seen(world)
    assert found.problem == ""
    assert found.recorded is not None
    assert (found.recorded.number, found.recorded.version) == (1, "0.1.0")
    assert {f.digest for f in found.live.values() if f} == set(found.recorded.digests.values())


def test_an_environment_that_does_not_exist_yet_is_no_problem(world: World) -> None:
    found = seen(world)
    assert (found.stack, found.recorded, found.problem) == (None, None, "")


def test_an_alias_moved_by_hand_is_named(world: World) -> None:
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.release("0.2.0", "staging")
    world.cloud.by_hand("app-staging", "ExportFunction", 1)
    assert seen(world).problem == "image export: the alias serves something else than the ledger's last entry"


def test_an_alias_that_serves_an_older_version_of_the_same_image_is_named(world: World) -> None:
    """Only settings changed between the two: the digest alone tells nothing."""
    world.release("0.1.0", "staging")
    world.release("0.2.0", "staging")
    world.cloud.by_hand("app-staging", "ReportFunction", 1)
    assert seen(world).problem == "image report: the alias serves version 1, not 2, which the stack made"


def test_an_alias_that_still_sends_a_share_elsewhere_is_named(world: World) -> None:
    """faults.md, 59."""
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.release("0.2.0", "staging")
    world.cloud.by_hand("app-staging", "ExportFunction", 2, {"1": 0.1})
    assert seen(world).problem == "image export: the alias still sends 10% to version 1"


def test_a_deployment_that_was_never_proven_is_named(world: World) -> None:
    world.release("0.1.0", "staging")
    world.cloud.accounts["app-staging"].parameters = {"ReleaseVersion": "0.2.0", "GitSha": "f" * 40}
    assert seen(world).problem == "the stack says v0.2.0, the ledger v0.1.0"


def test_a_live_image_that_was_deleted_from_the_registry_is_named_with_what_to_do(world: World) -> None:
    """faults.md, 26: with its tags, as a lifecycle rule would, and without them."""
    world.release("0.1.0", "staging")
    digest = world.registry.named["app/export"]["0.1.0"]
    del world.registry.blobs["app/export"][digest]
    assert f"image export: what runs, {digest}, is gone from the registry" in seen(world).problem
    world.registry.named["app/export"].clear()
    assert "roll back to one whose images are there" in seen(world).problem


def test_a_stack_without_a_ledger_and_a_ledger_without_a_stack_are_named(world: World) -> None:
    world.release("0.1.0", "staging")
    account = world.cloud.accounts.pop("app-staging")
    assert seen(world).problem == "the ledger has deployments, but there is no stack"
    world.cloud.accounts["app-production"] = account
    assert seen(world, "production").problem == "a stack is there, but no deployment was ever proven"


def test_history_lists_every_deployment_newest_first_with_its_commit(world: World) -> None:
    first = world.git.head
    world.release("0.1.0", "staging", "production")
    second = world.change("export", "export = 2")
    world.release("0.2.0", "staging", "production")
    world.rollback("production")
    lines = status.history(world.config, "production", world.registry)
    assert [(line.deployment.number, line.deployment.version, line.commit) for line in lines] == [
        (3, "0.1.0", first),
        (2, "0.2.0", second),
        (1, "0.1.0", first),
    ]
    assert len({line.deployment.digests["report"] for line in lines}) == 1, "the unchanged image keeps its digest"


def test_the_history_of_an_unknown_environment_is_refused(world: World) -> None:
    with pytest.raises(NotFoundError, match="no environment 'prod'"):
        status.history(world.config, "prod", world.registry)
