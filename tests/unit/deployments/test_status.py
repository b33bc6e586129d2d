"""release status and release history: what is live, and whether the ledger agrees."""

from __future__ import annotations

import pytest

from release.deployments import status
from release.deployments.claims import Result
from release.deployments.status import EnvironmentStatus
from release.errors import DeployFailed
from tests.fakes.journal import Killed
from tests.support.world import World


def seen(world: World, environment: str = "staging") -> EnvironmentStatus:
    """release status of one environment."""
    return status.status(world.target(environment))


def test_a_proven_environment_agrees_with_its_ledger(world: World) -> None:
    world.release("0.1.0", "staging")
    found = seen(world)
    assert found.problem == ""
    assert found.live is not None
    assert (found.live.number, found.live.claim.version) == (1, "0.1.0")
    assert {f.digest for f in found.functions.values() if f} == set(found.live.claim.digests.values())


def test_an_environment_that_does_not_exist_yet_is_no_problem(world: World) -> None:
    found = seen(world)
    assert (found.stack, found.live, found.problem) == (None, None, "")


def test_an_alias_moved_by_hand_is_named(world: World) -> None:
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.release("0.2.0", "staging")
    world.cloud.by_hand("app-staging", "ExportFunction", 1)
    assert seen(world).problem.startswith("ExportFunction: the alias serves version 1, sha256:")


def test_a_claim_that_nobody_ended_is_named(world: World) -> None:
    """faults.md, 54."""
    world.publish("0.1.0")
    world.deploy("staging", "0.1.0")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    world.journal.kill_when("before deploy app-staging")
    with pytest.raises(Killed):
        world.deploy("staging", "0.2.0")
    assert seen(world).problem.startswith("staging-2 of v0.2.0 has not ended (by a-person")


def test_a_record_that_is_gone_is_named(world: World) -> None:
    world.release("0.1.0", "staging")
    world.store.delete("app/releases", world.store.named["app/releases"]["0.1.0"])
    assert seen(world).problem.startswith("the record of what is live is gone")


def test_an_alias_that_serves_an_older_version_of_the_same_image_is_named(world: World) -> None:
    """Only settings changed between the two: the digest alone tells nothing."""
    world.release("0.1.0", "staging")
    world.git.commit({"README.md": b"# more\n"})
    world.release("0.2.0", "staging")
    world.cloud.by_hand("app-staging", "ReportFunction", 1)
    assert seen(world).problem.startswith("ReportFunction: the alias serves version 1, sha256:")


def test_an_alias_that_still_sends_a_share_elsewhere_is_named(world: World) -> None:
    """faults.md, 59."""
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.release("0.2.0", "staging")
    world.cloud.by_hand("app-staging", "ExportFunction", 2, {"1": 0.1})
    assert seen(world).problem == "ExportFunction: the alias still sends 10% to version 1"


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
    assert seen(world, "production").problem.startswith("a stack is there, but no deployment was ever proven; ")


def test_history_lists_every_deployment_newest_first_however_it_ended(world: World) -> None:
    first = world.git.head
    world.release("0.1.0", "staging", "production")
    second = world.change("export", "export = 2")
    world.release("0.2.0", "staging", "production")
    world.rollback("production")
    world.cloud.sick = {"0.3.0"}
    third = world.change("export", "export = 3")
    world.publish("0.3.0")
    world.cloud.sick = set()
    world.deploy("staging", "0.3.0")
    world.cloud.sick = {"0.3.0"}
    with pytest.raises(DeployFailed):
        world.deploy("production", "0.3.0")
    entries = status.history(world.target("production"), 0)
    assert [(e.number, e.claim.version, e.claim.commit, e.claim.action, e.result) for e in entries] == [
        (4, "0.3.0", third, "deploy", Result.PUT_BACK),
        (3, "0.1.0", first, "rollback", Result.PROVEN),
        (2, "0.2.0", second, "deploy", Result.PROVEN),
        (1, "0.1.0", first, "deploy", Result.PROVEN),
    ]
    assert len({entry.claim.digests["report"] for entry in entries}) == 1, "the unchanged image keeps its digest"
    assert entries[0].outcome is not None
    assert "smoke test 'export answers" in entries[0].outcome.problem
    assert set(entries[0].outcome.seconds) == {"stack", "proof", "put back"}
    assert [entry.number for entry in status.history(world.target("production"), 2)] == [4, 3]
