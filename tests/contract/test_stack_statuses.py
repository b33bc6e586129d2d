"""Stacks are brought into the statuses that take no update, for real; the commands of the refusal lead out of each.

IMPORT_ROLLBACK_FAILED is not among them: the emulated AWS never fails to undo an import.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from rehearsal.cloud.emulator import Emulator
from release.deployments import stackstatus
from release.deployments.model import Stack
from release.errors import ConflictError
from tests.contract.cloudbench import REGION
from tests.support.awscli import commands_in, parsed

pytestmark = pytest.mark.emulator

HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
#: Fails after three seconds, because nobody signals it; until then there is time to break something else.
NEVER = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "DependsOn": "Other",
    "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "3", "Count": 1},
}
IMAGE = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}
IMAGE |= {
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": f"sha256:{'0' * 64}"}
}


@dataclass
class Account:
    """CloudFormation, and the services behind the kinds of resources that it has trouble with."""

    session: boto3.Session
    name: str = field(default_factory=lambda: f"contract-{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self.stacks, self.images = self.session.client("cloudformation"), self.session.client("ecr")

    def repository(self) -> Mapping[str, Any]:
        """A resource that cannot be deleted while it holds an image."""
        return {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": self.name}}

    def queue(self, timeout: int) -> Mapping[str, Any]:
        """A resource that makes no trouble."""
        return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": self.name, "VisibilityTimeout": timeout}}

    def user(self, *groups: str) -> Mapping[str, Any]:
        """A resource that depends on others outside of the stack."""
        return {"Type": "AWS::IAM::User", "Properties": {"UserName": self.name, "Groups": list(groups)}}

    def create(self, **resources: Mapping[str, Any]) -> None:
        """Begin the first creation."""
        text = json.dumps({"Resources": resources})
        self.stacks.create_stack(StackName=self.name, TemplateBody=text, Capabilities=["CAPABILITY_NAMED_IAM"])

    def update(self, *, keep: bool = False, **resources: Mapping[str, Any]) -> None:
        """Begin an update; ``keep`` leaves what failed as it is."""
        text = json.dumps({"Resources": resources})
        self.stacks.update_stack(
            StackName=self.name, TemplateBody=text, DisableRollback=keep, Capabilities=["CAPABILITY_NAMED_IAM"]
        )

    def fill(self) -> None:
        """Push an image, as soon as the repository is there."""
        for _ in range(100):
            try:
                self.images.put_image(repositoryName=self.name, imageManifest=json.dumps(IMAGE), imageTag="x")
                return
            except self.images.exceptions.RepositoryNotFoundException:
                time.sleep(0.1)
        raise AssertionError("the repository never came")

    def empty(self) -> None:
        """Delete that image."""
        self.images.batch_delete_image(repositoryName=self.name, imageIds=[{"imageTag": "x"}])

    def stack(self) -> Stack | None:
        """The stack, when CloudFormation is done with it."""
        for _ in range(120):
            try:
                status = self.stacks.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]
            except self.stacks.exceptions.ClientError:
                return None
            if not stackstatus.busy(status):
                return Stack(self.name, status, {}, {}, REGION)
            time.sleep(0.25)
        raise AssertionError(f"the stack stays {status}")

    def types(self, command: str) -> None:
        """What AWS CLI does: the operation, or the waiter, with these options."""
        verb, options = parsed(command)
        assert options.pop("region") == REGION
        arguments = {"".join(map(str.title, name.split("-"))): value for name, value in options.items()}
        if verb.startswith("wait "):
            waiter = self.stacks.get_waiter(verb.removeprefix("wait ").replace("-", "_"))  # type: ignore[call-overload]
            waiter.wait(**arguments, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        else:
            getattr(self.stacks, verb.replace("-", "_"))(**arguments)


@pytest.fixture
def account(emulated_aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An emulated account."""
    for name, value in emulated_aws.env.items():
        monkeypatch.setenv(name, value)
    return Account(boto3.Session(region_name=REGION))


def create_failed(account: Account) -> None:
    text = json.dumps({"Resources": {"Other": account.queue(1), "Handle": HANDLE, "Never": NEVER}})
    account.stacks.create_stack(StackName=account.name, TemplateBody=text, DisableRollback=True)


def rollback_complete(account: Account) -> None:
    account.create(Other=account.queue(1), Handle=HANDLE, Never=NEVER)


def rollback_failed(account: Account) -> None:
    account.create(Other=account.repository(), Handle=HANDLE, Never=NEVER)
    account.fill()
    account.stack()
    account.empty()


def delete_failed(account: Account) -> None:
    account.create(Other=account.repository())
    account.fill()
    account.stack()
    account.stacks.delete_stack(StackName=account.name)
    account.stack()


def update_failed(account: Account) -> None:
    account.create(Other=account.queue(1))
    account.stack()
    account.update(keep=True, Other=account.queue(2), Handle=HANDLE, Never=NEVER)


def update_rollback_failed(account: Account) -> None:
    """Somebody deletes the group that a user would have to be put back into; it is mended, as the advice says."""
    users = account.session.client("iam")
    users.create_group(GroupName=account.name)
    account.create(Other=account.user(account.name))
    account.stack()
    account.update(Other=account.user(), Handle=HANDLE, Never=NEVER)
    while users.list_groups_for_user(UserName=account.name)["Groups"]:
        time.sleep(0.1)
    users.delete_group(GroupName=account.name)
    account.stack()
    users.create_group(GroupName=account.name)


def refused(account: Account, status: str) -> list[str]:
    """The commands of the refusal; the stack is in ``status``."""
    with pytest.raises(ConflictError) as caught:
        stackstatus.check(account.stack())
    assert f"[{status}]" in caught.value.message
    return commands_in(caught.value.next_step)


@pytest.mark.parametrize(
    ("bring", "status", "left"),
    [
        (create_failed, "CREATE_FAILED", None),
        (rollback_complete, "ROLLBACK_COMPLETE", None),
        (rollback_failed, "ROLLBACK_FAILED", None),
        (update_failed, "UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE"),
        (update_rollback_failed, "UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE"),
    ],
)
def test_the_commands_of_the_refusal_bring_the_stack_where_it_takes_an_update(
    account: Account, bring: Callable[[Account], None], status: str, left: str | None
) -> None:
    """faults.md, 22 and 23."""
    bring(account)
    for command in refused(account, status):
        account.types(command)
    stack = account.stack()
    assert (stack.status if stack else None) == left
    stackstatus.check(stack)


@pytest.mark.parametrize("mended", [True, False])
def test_a_stack_that_could_not_be_deleted_is_deleted_after_mending_or_leaving_behind(
    account: Account, mended: bool
) -> None:
    delete_failed(account)
    commands = refused(account, "DELETE_FAILED")
    forced = [command for command in commands if "FORCE_DELETE_STACK" in command]
    if mended:
        account.empty()
    for command in [each for each in commands if each not in forced] if mended else forced:
        account.types(command)
    assert account.stack() is None
    left = account.images.describe_repositories()["repositories"]
    assert (account.name in [each["repositoryName"] for each in left]) is not mended
