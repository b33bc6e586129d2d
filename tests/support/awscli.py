"""A person who types the ``aws cloudformation`` commands of a message: whether AWS CLI takes them, and what they do.

AWS CLI makes its commands from the same service description that botocore ships: an operation's and a member's name in
lower case with hyphens ("AWS CLI user guide", command structure). So a command that is made up is found here.
"""

from __future__ import annotations

import re
import shlex

import boto3
from botocore import xform_name

from tests.fakes.cloud import FakeCloud

_COMMAND = re.compile(r"aws cloudformation [a-z-]+[^;,)&:]*")
_CLIENT = boto3.client("cloudformation", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def commands_in(text: str) -> list[str]:
    """Every such command in a sentence, in order."""
    return [found.strip() for found in _COMMAND.findall(text)]


def parsed(command: str) -> tuple[str, dict[str, str]]:
    """The operation (``delete-stack``, ``wait stack-delete-complete``) and its options; what AWS CLI refuses fails."""
    words = shlex.split(command)
    assert words[:2] == ["aws", "cloudformation"], command
    model, rest = _CLIENT.meta.service_model, words[2:]
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if rest[0] == "wait":
        waiters = {name.replace("_", "-"): name for name in _CLIENT.waiter_names}
        assert rest[1] in waiters, f"AWS CLI knows no {command}"
        waiter = _CLIENT.get_waiter(waiters[rest[1]])  # type: ignore[call-overload]  # a name from the service itself
        operation, verb, rest = waiter.config.operation, " ".join(rest[:2]), rest[2:]
    else:
        assert rest[0] in operations, f"AWS CLI knows no {command}"
        operation, verb, rest = operations[rest[0]], rest[0], rest[1:]
    shape = model.operation_model(operation).input_shape
    assert shape is not None
    members = {xform_name(name, "-"): member for name, member in shape.members.items()}
    options = {name.removeprefix("--"): value for name, value in zip(rest[::2], rest[1::2], strict=True)}
    for name, value in options.items():
        if name != "region":
            assert name in members, f"{verb} has no --{name}"
            assert not (allowed := getattr(members[name], "enum", [])) or value in allowed, f"--{name} {value}"
    missing = {xform_name(name, "-") for name in shape.required_members} - options.keys()
    assert not missing, f"{verb} lacks {missing}"
    return verb, options


class Person:
    """Types commands; CloudFormation refuses what it would refuse in the status that the stack is in."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def types(self, command: str) -> None:
        """Run one command."""
        verb, options = parsed(command)
        name, region = options["stack-name"], options["region"]
        assert region == "eu-west-1"
        account = self.cloud.accounts.get(name)
        status = account.status if account else "DELETE_COMPLETE"
        if verb == "wait stack-delete-complete":
            assert account is None, f"the stack is {status}"
        elif verb == "wait stack-rollback-complete":
            assert status == "UPDATE_ROLLBACK_COMPLETE"
        elif verb == "delete-stack":
            assert not status.endswith("_IN_PROGRESS")
            assert "deletion-mode" not in options or status == "DELETE_FAILED"
            del self.cloud.accounts[name]
        elif verb in ("rollback-stack", "continue-update-rollback"):
            assert account is not None
            allowed = ("UPDATE_ROLLBACK_FAILED",) if verb.startswith("continue") else ("UPDATE_FAILED",)
            assert status in allowed, f"stack is in {status} state and cannot be rolled back"
            account.status = "UPDATE_ROLLBACK_COMPLETE"
        else:
            assert verb in ("describe-stacks", "describe-stack-events", "get-template"), (
                f"nobody taught the fake {verb}"
            )
            assert account is not None
