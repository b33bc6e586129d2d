"""release remove: an environment is taken away, what holds data stays, what stops it can be mended and repeated."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Sequence
from pathlib import Path

import pytest

from release.deployments import removal, removalreport, reports, status
from release.deployments.claims import Result
from release.deployments.model import Contents, StackResource
from release.deployments.removalmodel import Fate, RemovalPlan
from release.errors import (
    ConflictError,
    DeployFailed,
    MachineError,
    NotFoundError,
    ReleaseError,
    RemoteError,
    UsageError,
)
from tests.fakes.journal import Killed
from tests.support.world import RELEASES, World

STACK = "app-staging"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """0.1.0 in both environments, 0.2.0 in staging only, 0.3.0 in both and newest; the stack of staging holds more."""
    world = World(tmp_path)
    for number, environments in ((1, ("staging", "production")), (2, ("staging",)), (3, ("staging", "production"))):
        world.change("export", f"export = {number}")
        world.release(f"0.{number}.0", *environments)
    add = world.demolition.add
    add(STACK, "Models", "AWS::S3::Bucket", "models-1", DeletionPolicy="Retain")
    add(STACK, "Uploads", "AWS::S3::Bucket", "uploads-1")
    add(STACK, "Scratch", "AWS::S3::Bucket", "scratch-1")
    add(STACK, "Role", "AWS::IAM::Role", "app-staging-Role")
    world.demolition.held["uploads-1"] = Contents("3 objects")
    return world


def fates(plan: RemovalPlan) -> dict[str, str]:
    return {each.resource.logical_id: each.fate.value for each in plan.resources}


def named(plan: RemovalPlan, *, goes: bool) -> list[str]:
    return [each.name.partition(" (")[0] for each in plan.shelved if each.goes is goes]


def why(plan: RemovalPlan, name: str) -> str:
    found = [each.why for each in plan.resources if each.resource.logical_id == name]
    return (found or [each.why for each in plan.shelved if each.name.startswith(name)])[0]


# ---------------------------------------------------------------- what it shows before


def test_the_plan_tells_what_goes_and_what_stays_and_changes_nothing(world: World) -> None:
    before = list(world.journal.changes)
    plan = world.plan_removal("staging")
    assert {name for name, fate in fates(plan).items() if fate == "stays"} == {"Models", "Uploads"}
    assert why(plan, "Models") == "DeletionPolicy: Retain"
    assert why(plan, "Uploads") == "it holds 3 objects, and CloudFormation deletes only an empty one"
    assert why(plan, "Scratch") == "it is empty"
    assert fates(plan)["ExportFunction"] == fates(plan)["ExportFunctionVersion0a1b2c"] == "goes"
    assert named(plan, goes=True) == ["v0.2.0", "export 0.2.0"]
    assert why(plan, "v0.2.0") == "only staging had it"
    assert not plan.stops
    assert world.journal.changes == before


def test_images_that_another_environment_runs_or_may_go_back_to_stay(world: World) -> None:
    """faults.md, 32."""
    plan = world.plan_removal("staging")
    assert why(plan, "v0.3.0") == "live in production"
    assert why(plan, "v0.1.0") == "a rollback of production leads to it"
    assert why(plan, "export 0.3.0") == "production runs it"
    assert why(plan, "export 0.1.0") == "v0.1.0 has it"
    assert why(plan, "report 0.1.0") == "production runs it"


def test_the_newest_release_and_what_was_promoted_stay_though_only_this_environment_ran_them(world: World) -> None:
    world.promote("0.2.5", world.entries("staging")[1].claim.commit)
    world.change("export", "export = 4")
    world.release("0.4.0", "staging")
    plan = world.plan_removal("staging")
    assert named(plan, goes=True) == []
    assert why(plan, "v0.4.0") == "the newest release, whose settings --project takes"
    assert why(plan, "v0.2.0") == "it was promoted as v0.2.5, and production may take it"


def test_the_report_names_digests_sizes_and_what_to_do_about_what_stays(world: World) -> None:
    text = removalreport.of_plan(world.plan_removal("staging")).text
    assert "export 0.2.0 (" in text
    assert "Uploads = uploads-1" in text
    assert "aws s3 rm s3://uploads-1 --recursive --region eu-west-1" in text
    assert "aws s3 rb s3://models-1 --force --region eu-west-1" in text
    assert "The ledger stays. Nothing was changed" in text
    assert "repos/{owner}/{repo}/environments/staging" in text
    assert "release pipeline --write" in text


# ---------------------------------------------------------------- what it does


def test_the_stack_and_its_images_go_and_what_holds_data_stays(world: World) -> None:
    """docs/architecture.md, rule 9: no image goes that a target runs."""
    plan = world.plan_removal("staging")
    result = world.remove("staging")
    assert STACK not in world.cloud.accounts
    assert sorted(world.demolition.retained) == ["models-1", "uploads-1"]
    assert result.left == ("Uploads",)
    assert "scratch-1" in world.demolition.gone
    digests = {each.digests[0] for each in plan.going}
    left = {each.digest for name in ("app/export", RELEASES) for each in world.shelves.contents(name)}
    assert not digests & left
    assert world.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 proven", "3 0.3.0 proven", "4 0.3.0 removed"]
    assert world.serves("production") == "0.3.0"
    world.rollback("production")
    assert world.serves("production") == "0.1.0"


def test_images_stay_when_asked_for_and_can_go_later(world: World) -> None:
    result = world.remove("staging", keep_images=True)
    assert result.plan.shelved == ()
    assert "0.2.0" in world.store.tags(RELEASES)
    again = world.remove("staging")
    assert again.recorded == "staging-5-removed"
    assert "0.2.0" not in world.store.tags(RELEASES)


def test_a_second_run_changes_nothing(world: World) -> None:
    world.remove("staging")
    before = list(world.journal.changes)
    again = world.remove("staging")
    assert again.plan.claim is None
    assert world.journal.changes == before
    assert "staging was removed on 2026-01-05" in removalreport.of_plan(again.plan).text


def test_an_environment_where_nothing_was_ever_deployed_has_nothing_to_remove(tmp_path: Path) -> None:
    world = World(tmp_path)
    result = world.remove("staging")
    assert result.recorded == ""
    assert world.journal.changes == []
    assert "nothing was ever deployed to staging" in removalreport.of_plan(result.plan).text


def test_a_stack_that_somebody_deleted_by_hand_takes_its_images_along(world: World) -> None:
    del world.cloud.accounts[STACK]
    plan = world.plan_removal("staging")
    assert (plan.stack, plan.resources) == (None, ())
    assert world.remove("staging").recorded == "staging-4-removed"
    assert "0.2.0" not in world.store.tags(RELEASES)


def test_the_ledger_says_who_removed_it_and_the_status_is_no_problem(world: World) -> None:
    world.remove("staging")
    found = status.status(world.target("staging"))
    assert (found.problem, found.live, found.stack) == ("", None, None)
    assert "removed on 2026-01-05 12:" in reports.of_status([found]).text
    assert "UTC by a-person: not needed" in reports.of_status([found]).text
    newest = world.entries("staging")[-1]
    assert (newest.claim.action, newest.claim.run.who, newest.claim.before) == ("remove", "a-person", 3)
    assert newest.outcome is not None
    assert set(newest.outcome.seconds) == {"stack", "images"}


# ---------------------------------------------------------------- afterwards


def test_the_next_deployment_begins_afresh(world: World) -> None:
    world.remove("staging")
    world.deploy("staging", "0.3.0")
    assert world.ledger("staging")[-1] == "5 0.3.0 proven"
    assert world.entries("staging")[-1].claim.before == 0
    assert status.status(world.target("staging")).problem == ""
    world.change("export", "export = 4")
    world.publish("0.4.0")
    world.cloud.sick.add("0.4.0")
    with pytest.raises(DeployFailed):
        world.deploy("staging", "0.4.0")
    assert world.serves("staging") == "0.3.0"


def test_a_first_deployment_after_it_has_nothing_to_put_back(world: World) -> None:
    world.remove("staging")
    world.cloud.sick.add("0.3.0")
    with pytest.raises(ReleaseError) as caught:
        world.deploy("staging", "0.3.0")
    assert "there is no deployment before this one" in caught.value.untouched


def test_no_rollback_leads_to_what_was_before_it(world: World) -> None:
    world.remove("staging")
    with pytest.raises(NotFoundError, match="staging was removed by a-person"):
        world.rollback("staging")
    world.deploy("staging", "0.3.0")
    with pytest.raises(NotFoundError):
        world.rollback("staging")
    with pytest.raises(NotFoundError, match="never proven"):
        world.rollback("staging", to="0.1.0")


def test_what_was_proven_there_stays_proven(world: World) -> None:
    world.change("export", "export = 4")
    world.release("0.4.0", "staging")
    world.remove("staging")
    world.deploy("production", "0.4.0")
    assert world.serves("production") == "0.4.0"


def test_when_both_environments_go_nothing_but_the_newest_release_is_left(world: World) -> None:
    world.remove("staging")
    world.remove("production")
    assert set(world.store.tags(RELEASES)) >= {"0.3.0"}
    assert not {"0.1.0", "0.2.0"} & set(world.store.tags(RELEASES))
    assert [each.tags[0] for each in world.shelves.contents("app/export")] == ["0.3.0"]
    assert not [each for each in world.plan_prune(proven=1).going if each.kind == "image"]


# ---------------------------------------------------------------- what stops it


def test_termination_protection_stops_it_and_is_named_with_the_command_that_lifts_it(world: World) -> None:
    world.cloud.accounts[STACK].protected = True
    before = list(world.journal.changes)
    with pytest.raises(ConflictError, match="has termination protection") as caught:
        world.remove("staging")
    lifts = f"update-termination-protection --no-enable-termination-protection --stack-name {STACK} --region eu-west-1"
    assert lifts in caught.value.next_step
    assert world.journal.changes == before


def test_a_resource_with_deletion_protection_stays_and_is_named_with_the_command_that_lifts_it(world: World) -> None:
    world.demolition.add(STACK, "Members", "AWS::DynamoDB::Table", "members-1")
    world.demolition.held["members-1"] = Contents("about 12 items", protected=True)
    plan = world.plan_removal("staging")
    assert why(plan, "Members") == "it has deletion protection"
    assert "update-table --table-name members-1 --no-deletion-protection" in removalreport.of_plan(plan).text
    assert world.remove("staging").left == ("Members", "Uploads")
    assert "members-1" in world.demolition.retained


def test_a_table_with_items_goes_only_when_it_was_named(world: World) -> None:
    world.demolition.add(STACK, "Members", "AWS::DynamoDB::Table", "members-1")
    world.demolition.held["members-1"] = Contents("about 12 items")
    with pytest.raises(ConflictError, match="would be deleted with what is in it: it holds about 12 items") as caught:
        world.remove("staging")
    assert "--with-data Members" in caught.value.next_step
    assert "--deletion-protection-enabled" in caught.value.next_step
    assert STACK in world.cloud.accounts
    assert world.remove("staging", "Members").recorded
    assert "members-1" in world.demolition.gone


def test_with_data_must_name_what_would_go_with_data(world: World) -> None:
    with pytest.raises(UsageError, match="no such resource would go with data"):
        world.plan_removal("staging", "Models")


def test_a_deployment_under_way_stops_it(world: World) -> None:
    world.change("export", "export = 4")
    world.publish("0.4.0")
    world.journal.kill_when(f"before deploy {STACK}")
    with pytest.raises(Killed):
        world.deploy("staging", "0.4.0")
    world.runs.alive.add(world.entries("staging")[-1].claim.run.process)
    with pytest.raises(ConflictError, match=r"staging-4 \(deploy of v0.4.0 by a-person.* is under way"):
        world.remove("staging")
    assert STACK in world.cloud.accounts


def test_a_deployment_whose_run_died_is_marked_abandoned_first(world: World) -> None:
    """faults.md, 54."""
    world.change("export", "export = 4")
    world.publish("0.4.0")
    world.journal.kill_when(f"before deploy {STACK}")
    with pytest.raises(Killed):
        world.deploy("staging", "0.4.0")
    assert world.remove("staging").recorded == "staging-5-removed"
    assert world.ledger("staging")[-2:] == ["4 0.4.0 abandoned", "5 0.3.0 removed"]


def test_two_at_once_cannot_both_remove_it(world: World) -> None:
    """faults.md, 53."""
    first, second = world.removing("staging"), world.removing("staging")
    plans = removal.plan_removal(first), removal.plan_removal(second)
    removal.apply(plans[0], first)
    with pytest.raises(ConflictError, match="another run claimed staging-4 first"):
        removal.apply(plans[1], second)


def test_a_stack_that_somebody_changes_stops_it(world: World) -> None:
    world.cloud.somebody_changes(STACK, 600)
    with pytest.raises(ConflictError, match="is being changed by somebody else"):
        world.remove("staging")


def test_a_stack_that_no_deployment_made_is_not_this_commands(world: World) -> None:
    world.remove("staging")
    world.cloud.accounts[STACK] = copy.copy(world.cloud.accounts["app-production"])
    with pytest.raises(ConflictError, match="somebody else made it"):
        world.remove("staging")
    assert status.status(world.target("staging")).problem.startswith("a stack is there, but staging was removed")


# ---------------------------------------------------------------- half done


def test_what_cannot_be_deleted_fails_it_by_name_and_the_same_command_goes_on(world: World) -> None:
    world.demolition.sticks["Role"] = "Cannot delete entity, must detach all policies first."
    with pytest.raises(RemoteError, match=r"could not delete Role \(Cannot delete entity") as caught:
        world.remove("staging")
    assert f"--stack-name {STACK} --region eu-west-1 --retain-resources Role" in caught.value.next_step
    assert world.ledger("staging")[-1] == "4 0.3.0 failed"
    assert "0.2.0" in world.store.tags(RELEASES), "images go last"
    assert "staging-4, a removal by a-person, did not come to its end" in status.status(world.target("staging")).problem
    world.demolition.sticks.clear()
    assert world.remove("staging").recorded == "staging-5-removed"
    assert "uploads-1" in world.demolition.retained


def test_a_deletion_that_failed_before_is_gone_on_with(world: World) -> None:
    world.demolition.delete(STACK)
    world.clock.sleep(120)
    plan = world.plan_removal("staging")
    assert plan.stack is not None
    assert plan.stack.status == "DELETE_FAILED"
    assert fates(plan) == {"Uploads": "stays"}
    assert world.remove("staging").left == ("Uploads",)
    assert STACK not in world.cloud.accounts


def test_a_bucket_that_is_filled_meanwhile_stays(world: World) -> None:
    plan, place = world.plan_removal("staging"), world.removing("staging")
    world.demolition.held["scratch-1"] = Contents("1 object")
    result = removal.apply(plan, place)
    assert result.left == ("Scratch", "Uploads")
    assert "because something came into it meanwhile: Scratch" in removalreport.of_removal(result).text


def test_a_release_that_production_took_meanwhile_stays(world: World) -> None:
    """faults.md, 32."""
    plan, place = world.plan_removal("staging"), world.removing("staging")
    assert named(plan, goes=True) == ["v0.2.0", "export 0.2.0"]
    world.git.commit({"README.md": b"later"})
    world.rollback("production", to="0.1.0")
    world.deploy("production", "0.2.0")
    result = removal.apply(plan, place)
    assert [each.partition(" (")[0] for each in result.spared] == ["v0.2.0", "export 0.2.0"]
    assert world.serves("production") == "0.2.0"
    assert "0.2.0" in world.store.tags(RELEASES)


def test_a_function_that_stays_keeps_its_image(world: World) -> None:
    functions = world.cloud.accounts[STACK].functions
    world.change("export", "export = 4")
    world.release("0.4.0", "staging")
    world.change("export", "export = 5")
    world.publish("0.5.0")
    kept = {"Type": "AWS::Lambda::Function", "DeletionPolicy": "Retain"}
    world.demolition.definitions[STACK]["ExportFunction"] = kept
    plan = world.plan_removal("staging")
    assert fates(plan)["ExportFunction"] == fates(plan)["ExportFunctionVersion0a1b2c"] == "stays"
    assert why(plan, "export 0.4.0") == "staging runs it"
    assert functions["ExportFunction"].behind("live").digest not in {each.digests[0] for each in plan.going}


def test_credentials_that_end_leave_the_claim_open_and_the_same_command_ends_it(world: World) -> None:
    plan, place = world.plan_removal("staging"), world.removing("staging")
    delete = world.demolition.delete

    def ends(stack: str, keep: Sequence[str] = ()) -> None:
        delete(stack, keep)
        raise MachineError("the AWS credentials ended", next_step="aws sso login")

    world.demolition.delete = ends  # type: ignore[method-assign]
    with pytest.raises(MachineError, match="staging is half removed"):
        removal.apply(plan, place)
    world.demolition.delete = delete  # type: ignore[method-assign]
    assert world.ledger("staging")[-1] == "4 0.3.0 open"
    world.clock.sleep(120)
    assert world.remove("staging").recorded == "staging-5-removed"


@pytest.mark.parametrize("trouble", ["kill_at", "refuse_at", "lose_at"])
def test_a_removal_that_breaks_off_anywhere_comes_to_the_same_end(world: World, trouble: str) -> None:
    """faults.md, 17."""
    trial = copy.deepcopy(world)
    begun = len(trial.journal.points)
    trial.remove("staging")
    expected = [tuple(sorted(trial.store.tags(RELEASES))), sorted(trial.demolition.retained)]
    points = len(trial.journal.points) - begun
    assert points > 10
    for number in range(points):
        broken = copy.deepcopy(world)
        setattr(broken.journal, trouble, len(broken.journal.points) + number)
        with contextlib.suppress(Killed, ReleaseError):
            broken.remove("staging")
        broken.journal.calm()
        broken.clock.patience += 86_400
        broken.remove("staging")
        assert [tuple(sorted(broken.store.tags(RELEASES))), sorted(broken.demolition.retained)] == expected
        assert broken.entries("staging")[-1].result is Result.REMOVED
        assert status.status(broken.target("staging")).problem == ""
        assert broken.serves("production") == "0.3.0"
        assert broken.remove("staging").plan.claim is None, "again it did"


def test_a_look_that_gets_no_answer_leaves_everything(world: World) -> None:
    before = list(world.journal.changes)
    asked = world.journal.asked
    world.plan_removal("staging")
    for number in range(world.journal.asked - asked):
        world.journal.deaf_at = world.journal.asked + number
        with pytest.raises(RemoteError, match="no answer"):
            world.plan_removal("staging")
        world.journal.calm()
    assert world.journal.changes == before


def test_a_nested_stack_that_keeps_a_full_bucket_stays_with_it(world: World) -> None:
    child = "arn:aws:cloudformation:eu-west-1:000000000000:stack/app-staging-Child-1/x"
    world.demolition.add(STACK, "Child", "AWS::CloudFormation::Stack", child)
    account = world.cloud.accounts[STACK]
    account.others = (*account.others, StackResource("Child/Files", "AWS::S3::Bucket", "files-1"))
    world.cloud.accounts[child] = type(account)(child, "CREATE_COMPLETE")
    world.demolition.add(child, "Files", "AWS::S3::Bucket", "files-1")
    world.demolition.held["files-1"] = Contents("2 objects")
    plan = world.plan_removal("staging")
    assert why(plan, "Child/Files").startswith("it holds 2 objects")
    assert why(plan, "Child") == "Child/Files in it stays"
    assert {each.resource.logical_id for each in plan.resources if each.fate is Fate.STAYS} >= {"Child", "Child/Files"}
