"""Taking stacks of the fake cloud away, as strictly as CloudFormation does it.

A resource beside the functions has a definition in the template here, because the world's own template has functions
only. What cannot be deleted is what holds something and is refused when it is full, what is protected, and what a test
says; the others go, and CloudFormation goes on when the caller dies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from release.deployments import removaltypes as types
from release.deployments.model import Contents, StackResource
from release.deployments.ports import Demolition
from release.errors import RemoteError
from tests.fakes.account import Account
from tests.fakes.cloud import FakeCloud
from tests.fakes.journal import Journal

#: What somebody looks into; the others are not known.
_KNOWN = types.REFUSED_WHEN_FULL | {"AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::SQS::Queue"}


class FakeDemolition(Demolition):
    """Attributes:
    definitions: stack -> logical id -> the resource in its template.
    held: physical id -> what is in it.
    sticks: logical id -> why it cannot be deleted.
    retained: physical ids of what was left behind when its stack went.
    gone: physical ids of what was deleted.
    """

    def __init__(self, journal: Journal, cloud: FakeCloud) -> None:
        self.journal, self.cloud = journal, cloud
        self.definitions: dict[str, dict[str, dict[str, Any]]] = {}
        self.held: dict[str, Contents] = {}
        self.sticks: dict[str, str] = {}
        self.reasons: dict[str, dict[str, str]] = {}
        self.retained: list[str] = []
        self.gone: list[str] = []

    def add(self, stack: str, logical: str, kind: str, physical: str, **definition: Any) -> None:
        """The stack has one more resource."""
        account = self.cloud.accounts[stack]
        account.others = (*account.others, StackResource(logical, kind, physical))
        self.definitions.setdefault(stack, {})[logical] = {"Type": kind, **definition}

    def template(self, stack: str) -> str:
        account = self._account(stack)
        made = {
            each.logical_id: {"Type": each.type}
            | ({"DeletionPolicy": "Retain"} if each.type == types.FUNCTION_VERSION else {})
            for each in account.resources
        }
        return json.dumps({"Resources": {**made, **self.definitions.get(stack, {})}})

    def contents(self, resource: StackResource) -> Contents | None:
        self.journal.ask()
        return self.held.get(resource.physical_id, Contents()) if resource.type in _KNOWN else None

    def delete(self, stack: str, keep: Sequence[str] = ()) -> None:
        account = self.cloud.accounts.get(stack)
        if account is None:
            return
        if account.protected:
            raise RemoteError(f"Stack [{stack}] cannot be deleted while TerminationProtection is enabled")
        if keep and account.status != "DELETE_FAILED":
            raise RemoteError(f"{stack} is not in DELETE_FAILED state: RetainResources cannot be specified")
        if unknown := set(keep) - {each.logical_id for each in account.resources}:
            raise RemoteError(f"{sorted(unknown)} do not exist in stack {stack}")
        with self.journal.change(f"delete stack {stack}"):
            account.status = "DELETE_IN_PROGRESS"
            account.ends = self.cloud.clock.now() + timedelta(seconds=60)
            account.then = lambda: self._end(account, set(keep))

    def failed(self, stack: str) -> Mapping[str, str]:
        self._account(stack)
        return self.reasons.get(stack, {})

    def _end(self, account: Account, keep: set[str]) -> None:
        failed: dict[str, str] = {}
        left: list[StackResource] = []
        definitions = self.definitions.get(account.name, {})
        for each in account.resources:
            policy = definitions.get(each.logical_id, {}).get("DeletionPolicy")
            if each.logical_id in keep or policy in types.KEPT:
                self.retained.append(each.physical_id)
            elif why := self._sticks(each):
                failed[each.logical_id] = why
                left.append(each)
            else:
                self.gone.append(each.physical_id)
        account.functions, account.others, self.reasons[account.name] = {}, tuple(left), failed
        account.status = "DELETE_FAILED"
        if not failed:
            del self.cloud.accounts[account.name]

    def _sticks(self, each: StackResource) -> str:
        held = self.held.get(each.physical_id, Contents())
        if each.type in types.REFUSED_WHEN_FULL and held.holds:
            return "The bucket you tried to delete is not empty"
        return "it has deletion protection" if held.protected else self.sticks.get(each.logical_id, "")

    def _account(self, stack: str) -> Account:
        self.journal.ask()
        if stack not in self.cloud.accounts:
            raise RemoteError(f"AWS refused for stack {stack}: it does not exist")
        return self.cloud.accounts[stack]
