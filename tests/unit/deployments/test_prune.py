"""release prune: what goes, what stays and why, in worlds that were lived in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from release.deployments import prunereport
from release.deployments.claims import Result
from release.deployments.ledger import Ledger
from release.deployments.prunemodel import PrunePlan
from release.errors import ConflictError, DeployFailed, RemoteError
from release.releases.stored import Content
from release.settings.prune import Keep
from tests.fakes.journal import Killed
from tests.support.world import LEDGERS, RELEASES, World

SBOM = b'{"bomFormat": "CycloneDX"}'


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Four releases in staging, the first and the third in production, all of it long ago."""
    world = World(tmp_path)
    world.clock.patience = float("inf")
    world.sboms = {"export": SBOM}
    for number in range(1, 5):
        world.change("export", f"export = {number}")
        world.release(f"0.{number}.0", "staging", *(["production"] if number in (1, 3) else []))
        days(world, 10)
    days(world, 200)
    return world


def days(world: World, number: int) -> None:
    world.clock.slept += number * 86_400


def going(plan: PrunePlan, kind: str) -> list[str]:
    return [each.name.partition(" (")[0] for each in plan.going if each.kind == kind]


def why(plan: PrunePlan, name: str) -> str:
    return next(each.why for each in plan.verdicts if each.name.startswith(name))


def test_what_nobody_needs_goes_with_its_image_and_its_deployments(world: World) -> None:
    plan = world.plan_prune(proven=1)
    assert going(plan, "record") == ["v0.2.0"]
    assert going(plan, "image") == ["export 0.2.0", "export bill of materials"]
    assert going(plan, "entry") == ["staging-2, v0.2.0 proven"]
    assert why(plan, "v0.2.0") == "last deployed as staging-2, and 230 days old"
    assert why(plan, "export 0.2.0") == "only releases that go have it, v0.2.0 for one"
    assert why(plan, "staging-2") == "its release goes"


def test_everything_that_stays_says_why(world: World) -> None:
    """faults.md, 32."""
    plan = world.plan_prune(proven=1)
    assert why(plan, "v0.4.0") == "live in staging"
    assert why(plan, "v0.3.0") == "live in production"
    assert why(plan, "v0.1.0") == "a rollback of production leads to it"
    assert why(plan, "export 0.4.0") == "staging runs it"
    assert why(plan, "export 0.1.0") == "v0.1.0 has it"
    assert why(plan, "staging-4") == "it is what is live"
    assert why(plan, "staging-1") == "its release stays"
    assert all(each.why for each in plan.verdicts)


def test_the_last_proven_of_each_environment_stay(world: World) -> None:
    world.rollback("staging", to="0.1.0")
    days(world, 200)
    assert why(world.plan_prune(proven=2), "v0.4.0") == "one of the last 2 proven in staging"
    assert going(world.plan_prune(proven=10), "record") == []


def test_what_is_young_stays(world: World) -> None:
    world.change("export", "export = 5")
    world.publish("0.5.0")
    world.change("export", "export = 6")
    world.publish("0.6.0")
    days(world, 89)
    assert why(world.plan_prune(proven=1), "v0.5.0") == "published 89 days ago"
    assert why(world.plan_prune(proven=1), "export 0.5.0") == "v0.5.0 has it"
    days(world, 2)
    assert going(world.plan_prune(proven=1), "record") == ["v0.2.0", "v0.5.0"]
    assert why(world.plan_prune(proven=1), "v0.6.0") == "the newest release, whose settings --project takes"


def test_a_release_that_was_deployed_lately_stays_however_old_it_is(world: World) -> None:
    world.deploy("production", "0.4.0")
    world.rollback("production", to="0.3.0")
    world.rollback("staging", to="0.2.0")
    world.rollback("staging", to="0.1.0")
    days(world, 3)
    assert why(world.plan_prune(proven=1), "v0.2.0") == "staging-5 deployed it 3 days ago"


def test_an_image_of_many_releases_stays_while_one_of_them_does(world: World) -> None:
    plan = world.prune(proven=1)
    assert why(plan, "report 0.1.0") == "production runs it"
    assert "report 0.1.0" not in going(plan, "image"), "0.2.0 had the same report, which the others have, too"
    world.rollback("production")
    assert world.serves("production") == "0.1.0"


def test_only_what_was_asked_for_goes(world: World) -> None:
    world.change("export", "export = 5")
    world.publish("0.5.0")
    world.change("export", "export = 6")
    world.publish("0.6.0")
    days(world, 200)
    assert going(world.plan_prune("production", proven=1), "record") == []
    plan = world.plan_prune("staging", proven=1)
    assert going(plan, "record") == ["v0.2.0"]
    assert why(plan, "v0.5.0") == "it was never deployed where this was asked for; --all looks at it"
    assert not [each for each in plan.verdicts if each.name.startswith("production-")]


def test_what_another_environment_names_stays_when_only_one_was_asked_for(world: World) -> None:
    world.deploy("production", "0.4.0")
    days(world, 200)
    plan = world.plan_prune("staging", proven=1)
    assert why(plan, "v0.1.0") == "production-1 names it, and production was not asked for"
    assert going(world.plan_prune(proven=1), "record") == ["v0.1.0", "v0.2.0"]


def test_what_is_live_by_the_stacks_own_word_stays_whatever_the_ledger_says(world: World) -> None:
    """faults.md, 32."""
    stack = world.cloud.accounts["app-staging"]
    record = next(entry for entry in world.entries("staging") if entry.claim.version == "0.2.0").claim
    stack.parameters = {**stack.parameters, "ReleaseVersion": "0.2.0", "GitSha": record.commit}
    plan = world.plan_prune(proven=1)
    assert why(plan, "v0.2.0") == "staging runs it"
    assert going(plan, "image") == []


def test_a_ledger_that_release_toml_does_not_know_keeps_what_it_names(world: World) -> None:
    """An environment that was taken out of release.toml may run all the same."""
    world.store.named[f"{RELEASES}/old"] = {}
    world.store.blobs[f"{RELEASES}/old"] = dict(world.store.blobs[LEDGERS["staging"]])
    world.store.pushed[f"{RELEASES}/old"] = dict(world.store.pushed[LEDGERS["staging"]])
    entry = world.entries("staging")[1]
    claim = json.loads(world.store.blobs[LEDGERS["staging"]][_config(world, entry.digest)])
    content = json.dumps(claim | {"environment": "old", "number": 1, "before": 0}, sort_keys=True).encode()
    kind = "application/vnd.lambda-image-release.claim.v1+json"
    digest = world.store.put(f"{RELEASES}/old", Content(kind, content))
    world.store.tag(f"{RELEASES}/old", digest, "old-1")
    assert why(world.plan_prune(proven=1), "v0.2.0") == "old-1 is open"


def _config(world: World, digest: str) -> str:
    return world.store.read(LEDGERS["staging"], [digest])[digest].config_layer.digest


def test_what_somebody_named_by_hand_stays(world: World) -> None:
    image = world.registry.named["app/export"]["0.2.0"]
    world.registry.tag("app/export", image, "keep-me")
    plan = world.plan_prune(proven=1)
    assert why(plan, "export 0.2.0") == "somebody named it keep-me"
    assert going(plan, "record") == ["v0.2.0"]


def test_a_bill_of_materials_goes_with_its_image_and_stays_with_it(world: World) -> None:
    world.prune(proven=1)
    assert len(world.registry.pushed["app/export"]) == 6, "three images, each with a bill of materials"
    assert len(world.registry.pushed["app/report"]) == 1


def test_an_index_goes_before_its_parts_and_keeps_them_while_it_stays(world: World) -> None:
    """faults.md, 32: the registry refuses to delete a part of an index that is there."""
    part = world.registry.named["app/export"]["0.2.0"]
    world.registry.put_index("app/export", "0.0.1", part)
    assert why(world.plan_prune(proven=1), "export 0.2.0") == "it is part of an image that stays", "it is young"
    days(world, 200)
    world.prune(proven=1)
    assert part not in world.registry.pushed["app/export"]
    assert "0.0.1" not in world.registry.named["app/export"]


def test_the_rest_works_after_pruning_as_before(world: World) -> None:
    """faults.md, 32."""
    world.prune(proven=1)
    assert world.ledger("staging") == ["1 0.1.0 proven", "3 0.3.0 proven", "4 0.4.0 proven"]
    world.rollback("staging")
    assert world.serves("staging") == "0.3.0"
    world.rollback("staging")
    assert world.serves("staging") == "0.1.0", "the deployment between was pruned, and is stepped over"
    world.rollback("production")
    assert world.serves("production") == "0.1.0"
    world.change("export", "export = 2")
    world.release("0.5.0", "staging")
    assert world.ledger("staging")[-1] == "7 0.5.0 proven", "numbers go on"


def test_pruning_again_finds_nothing_more(world: World) -> None:
    world.prune(proven=1)
    assert world.plan_prune(proven=1).going == ()


def test_an_open_claim_stops_it_and_nothing_is_deleted(world: World) -> None:
    world.change("export", "export = 5")
    world.publish("0.5.0")
    world.journal.kill_when("before deploy app-staging")
    with pytest.raises(Killed):
        world.deploy("staging", "0.5.0")
    days(world, 1000)
    before = dict(world.registry.pushed["app/export"])
    with pytest.raises(ConflictError, match="staging-5 is open") as caught:
        world.prune("production")
    assert caught.value.untouched == "everything"
    assert world.registry.pushed["app/export"] == before
    assert why(world.plan_prune(proven=1), "v0.5.0") == "staging-5 is open"
    assert "staging-5 is open: nothing is deleted" in prunereport.of_plan(world.plan_prune(), Keep()).text
    world.deploy("staging", "0.5.0")
    assert world.prune("staging", proven=1).going


def test_what_comes_while_it_runs_stops_it(world: World) -> None:
    """A release that is published meanwhile may name an image that was to go."""
    plan = world.plan_prune(proven=1)
    world.change("export", "export = 2")
    world.publish("0.9.0")
    with pytest.raises(ConflictError, match="changed while this ran"):
        _apply(world, plan)
    assert world.registry.named["app/export"]["0.2.0"] in world.registry.pushed["app/export"]
    assert why(world.plan_prune(proven=1), "export 0.2.0") == "v0.9.0 has it"


def _apply(world: World, plan: PrunePlan) -> None:
    from release.deployments import prune

    prune.apply(plan, world.shelves, world.store)


def test_what_the_registry_refuses_to_delete_is_named_and_what_depends_on_it_stays(world: World) -> None:
    record = world.store.named[RELEASES]["0.2.0"]
    world.shelves.refuses = {record: "KmsError: the key is disabled"}
    with pytest.raises(RemoteError, match=r"did not delete 1 of 1: sha256:\S+ KmsError: the key is disabled") as caught:
        world.prune(proven=1)
    assert caught.value.next_step.startswith("run the same command again")
    assert world.registry.named["app/export"]["0.2.0"], "its record is there, so its image is"
    world.shelves.refuses = {}
    assert world.prune(proven=1).going


def test_a_hundred_go_in_one_request_and_no_more(world: World) -> None:
    for number in range(230):
        world.store.put(RELEASES, *_unnamed(world, number))
    days(world, 200)
    world.shelves.batches.clear()
    world.prune(proven=1)
    assert world.shelves.batches[:3] == [100, 100, 31]


def _unnamed(world: World, number: int) -> tuple[Content]:
    """A record whose publication died before it was named."""
    from dataclasses import replace

    from release.releases import recording
    from release.releases.record import RECORD_TYPE, to_json

    record = recording.by_digest(world.store.named[RELEASES]["0.4.0"], world.store, RELEASES)
    return (Content(RECORD_TYPE, to_json(replace(record, version=f"0.0.{number}"))),)


def test_what_is_no_release_stays_and_is_named(world: World) -> None:
    world.store.put(RELEASES, Content("application/vnd.somebody.else.v1+json", b"{}"))
    days(world, 200)
    assert why(world.plan_prune(proven=1), "no release") == "it is no release, and nobody knows what for it is"


def test_a_record_that_cannot_be_read_stops_it(world: World) -> None:
    """faults.md, 56: nobody can tell what it needs."""
    world.store.put(RELEASES, Content("application/vnd.lambda-image-release.release.v1+json", b'{"schema": 9}'))
    with pytest.raises(ConflictError):
        world.plan_prune(proven=1)


def test_what_a_failed_deployment_left_stays_while_it_is_what_happened_last(world: World) -> None:
    world.cloud.sick = {"0.5.0"}
    world.change("export", "export = 5")
    world.publish("0.5.0")
    with pytest.raises(DeployFailed):
        world.deploy("staging", "0.5.0")
    days(world, 300)
    plan = world.plan_prune(proven=1)
    assert why(plan, "staging-5") == "nothing was proven after it"
    world.prune(proven=1)
    assert world.ledger("staging")[-1].endswith(Result.PUT_BACK.value)
    assert Ledger("staging", world.store, LEDGERS["staging"]).next_number == 6


def test_the_report_counts_and_says_what_to_type(world: World) -> None:
    report = prunereport.of_plan(world.plan_prune("staging", proven=1), Keep(proven=1))
    lines = report.text.splitlines()
    assert lines[0].split() == ["what", "name", "size", "verdict", "why"]
    assert lines[-1] == "to delete it: release prune staging --yes"
    assert lines[-2].startswith("would go: 1 record, 2 images, 1 deployment (")
    assert report.summary.startswith("### Pruning staging\n")
    assert report.data["deleted"] is False
    assert {each["kind"] for each in report.data["verdicts"]} == {"record", "image", "entry"}


def test_a_report_of_what_was_done_says_so(world: World) -> None:
    report = prunereport.of_plan(world.prune(proven=1), Keep(proven=1), deleted=True)
    assert "deleted: 1 record, 2 images, 1 deployment" in report.text
    nothing = prunereport.of_plan(world.plan_prune(proven=1), Keep(proven=1))
    assert nothing.text.splitlines()[-1].startswith("nothing goes; 3 records, ")
