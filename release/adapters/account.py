"""What release doctor looks at in an account: the Account port of the adoption. Every call only reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError, ClientError

from release.adapters.aws_errors import code_of, explained
from release.adoption.ports import RoleFacts, ShelfFacts

if TYPE_CHECKING:
    import boto3

_T = TypeVar("_T")
#: CloudWatch API reference, "DescribeAlarms", AlarmNames: 100 at most.
_ALARMS = 100


class AwsAccount:
    """One region of one account; each method is that of :class:`release.adoption.ports.Account`."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session

    def identity(self) -> str:
        """STS's GetCallerIdentity, which needs no permission."""
        return _told(lambda: self.session.client("sts").get_caller_identity()["Arn"], "your credentials")

    def template(self, stack: str) -> str | None:
        """GetTemplate, Original: a text for YAML, a mapping for JSON."""
        try:
            body: Any = _told(
                lambda: self.session.client("cloudformation").get_template(StackName=stack, TemplateStage="Original")[
                    "TemplateBody"
                ],
                f"stack {stack}",
                gone=("does not exist",),
            )
        except _Gone:
            return None
        return body if isinstance(body, str) else json.dumps(body)

    def repository(self, name: str) -> ShelfFacts | None:
        """DescribeRepositories and GetLifecyclePolicy."""
        ecr = self.session.client("ecr")
        try:
            found = _told(
                lambda: ecr.describe_repositories(repositoryNames=[name])["repositories"][0],
                f"repository {name}",
                gone=("RepositoryNotFoundException",),
            )
        except _Gone:
            return None
        try:
            _told(
                lambda: ecr.get_lifecycle_policy(repositoryName=name),
                f"repository {name}",
                gone=("LifecyclePolicyNotFoundException",),
            )
        except _Gone:
            return ShelfFacts(found["imageTagMutability"] == "IMMUTABLE", lifecycle=False)
        return ShelfFacts(found["imageTagMutability"] == "IMMUTABLE", lifecycle=True)

    def role(self, name: str) -> RoleFacts | None:
        """GetRole; the document comes URL-encoded where botocore leaves it so."""
        try:
            found: Any = _told(
                lambda: self.session.client("iam").get_role(RoleName=name)["Role"],
                f"role {name}",
                gone=("NoSuchEntity",),
            )
        except _Gone:
            return None
        trust = found["AssumeRolePolicyDocument"]
        return RoleFacts(found["Arn"], json.loads(unquote(trust)) if isinstance(trust, str) else trust)

    def policy(self, name: str) -> bool:
        """ListPolicies, Scope Local: by name, for its ARN needs the account's number."""

        def listed() -> bool:
            pages = self.session.client("iam").get_paginator("list_policies").paginate(Scope="Local")
            return any(each["PolicyName"] == name for page in pages for each in page["Policies"])

        return _told(listed, f"policy {name}")

    def alarms(self, names: Sequence[str]) -> Mapping[str, str]:
        """DescribeAlarms, metric and composite ones, a hundred at a time."""
        found: dict[str, str] = {}
        client = self.session.client("cloudwatch")
        for start in range(0, len(names), _ALARMS):
            asked = [*names[start : start + _ALARMS]]
            answer = _told(
                lambda asked=asked: client.describe_alarms(  # type: ignore[misc]
                    AlarmNames=asked, AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=_ALARMS
                ),
                "the alarms",
            )
            for each in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())):
                found[each["AlarmName"]] = each["StateValue"]
        return found


class _Gone(Exception):  # noqa: N818 - no failure: what was asked for is not there
    """There is no such thing."""


def _told(ask: Callable[[], _T], what: str, gone: Sequence[str] = ()) -> _T:
    """Raises _Gone where AWS says one of ``gone``, as a code or in its words; else what it means for a person."""
    try:
        return ask()
    except (ClientError, BotoCoreError) as error:
        if code_of(error) in gone or any(" " in each and each in str(error) for each in gone):
            raise _Gone from error
        raise explained(error, what) from error
