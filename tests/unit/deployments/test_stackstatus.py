"""Each status that CloudFormation knows: it takes an update, or there is a way out that a person can type."""

from __future__ import annotations

import boto3
import pytest

from release.deployments import stackstatus
from release.deployments.model import Stack
from release.deployments.stackstatus import STANDINGS
from release.errors import ConflictError
from tests.support.awscli import Person, commands_in, parsed
from tests.support.world import World

#: status -> the commands that lead out of it.
REMEDIES = {
    "CREATE_FAILED": ["delete-stack", "wait stack-delete-complete"],
    "ROLLBACK_COMPLETE": ["delete-stack", "wait stack-delete-complete"],
    "ROLLBACK_FAILED": ["delete-stack", "wait stack-delete-complete"],
    "DELETE_FAILED": ["delete-stack", "wait stack-delete-complete"],
    "UPDATE_FAILED": ["rollback-stack", "wait stack-rollback-complete"],
    "UPDATE_ROLLBACK_FAILED": ["continue-update-rollback", "wait stack-rollback-complete"],
    "IMPORT_ROLLBACK_FAILED": ["delete-stack", "wait stack-delete-complete"],
}
READY = {
    *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"),
    *("REVIEW_IN_PROGRESS", "DELETE_COMPLETE"),
}


def refusal(status: str, reason: str = "") -> ConflictError:
    """What is said about a stack in this status."""
    with pytest.raises(ConflictError) as caught:
        stackstatus.check(Stack("app", status, {}, {}, "eu-west-1", reason))
    return caught.value


def test_the_table_has_every_status_of_cloudformation_and_no_other() -> None:
    client = boto3.client("cloudformation", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    known = set(client.meta.service_model.shape_for("StackStatus").enum)  # type: ignore[attr-defined]  # a string shape
    assert known == STANDINGS.keys()
    busy = {status for status in known if status.endswith("_IN_PROGRESS")} - READY
    assert known == READY | busy | REMEDIES.keys()
    assert {status for status in known if stackstatus.busy(status)} == busy


@pytest.mark.parametrize("status", sorted(READY))
def test_a_stack_at_rest_takes_an_update(status: str) -> None:
    stackstatus.check(Stack("app", status, {}, {}, "eu-west-1"))
    stackstatus.check(None)


@pytest.mark.parametrize("status", sorted(STANDINGS.keys() - READY))
def test_a_stack_that_takes_no_update_is_refused_with_commands_that_aws_cli_takes(status: str) -> None:
    """faults.md, 19, 22 and 23; nothing is ever deleted or skipped by itself."""
    error = refusal(status, "no space left")
    assert error.untouched == "everything"
    assert error.message.endswith(f" [{status}] (no space left)")
    assert error.next_step.endswith("then run this again")
    typed = [parsed(command) for command in commands_in(error.next_step)]
    assert typed
    assert all(options["stack-name"] == "app" and options["region"] == "eu-west-1" for _, options in typed)
    assert [verb for verb, _ in typed][-2:] == REMEDIES.get(status, ["describe-stacks"])


def test_a_status_that_nobody_knows_yet_is_refused_and_no_command_is_made_up() -> None:
    assert [verb for verb, _ in map(parsed, commands_in(refusal("MERGE_FAILED").next_step))] == ["describe-stacks"]
    assert "does not know" in refusal("MERGE_FAILED").message
    assert "wait until it is at rest" in refusal("MERGE_IN_PROGRESS").next_step


@pytest.mark.parametrize("status", sorted(REMEDIES))
def test_what_a_person_is_told_to_type_leads_out_and_the_same_command_again_succeeds(world: World, status: str) -> None:
    world.release("0.1.0", "staging")
    world.change("export", "export = 2")
    world.publish("0.2.0")
    world.cloud.accounts["app-staging"].status = status
    with pytest.raises(ConflictError) as caught:
        world.deploy("staging", "0.2.0")
    assert world.cloud.accounts["app-staging"].status == status, "nothing is deleted or skipped by itself"
    person = Person(world.cloud)
    for command in commands_in(caught.value.next_step):
        if "FORCE_DELETE_STACK" not in command:
            person.types(command)
    world.deploy("staging", "0.2.0")
    assert world.serves("staging") == "0.2.0"
    assert world.ledger("staging") == ["1 0.1.0 proven", "2 0.2.0 proven"]


def test_what_cannot_be_deleted_can_be_left_behind(world: World) -> None:
    world.release("0.1.0", "staging")
    world.cloud.accounts["app-staging"].status = "DELETE_FAILED"
    with pytest.raises(ConflictError) as caught:
        world.deploy("staging", "0.1.0")
    forced = next(command for command in commands_in(caught.value.next_step) if "FORCE_DELETE_STACK" in command)
    Person(world.cloud).types(forced)
    world.deploy("staging", "0.1.0")
    assert world.serves("staging") == "0.1.0"
