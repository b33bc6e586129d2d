"""The Cloud port: CloudFormation through SAM, Lambda, and the application behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from release.adapters.application import ApplicationCalls
from release.adapters.aws_errors import FAILURES, explained
from release.adapters.functions import Functions
from release.adapters.sam import Sam
from release.deployments.model import LiveFunction, Stack, StackRequest, StackResource

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cloudformation import CloudFormationClient


class Aws(ApplicationCalls):
    """One region of one account.

    Args:
        sam: finds the sam executable, which lives in a virtual environment of its own; asked for when it is run.
        env: the whole environment that sam runs in; credentials, region and endpoint come with it.
    """

    def __init__(
        self, session: boto3.Session, sam: Callable[[], Path], env: Mapping[str, str], *, timeout: float = 3600
    ) -> None:
        super().__init__(session)
        self.sam = Sam(sam, env, session.region_name, timeout)

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """Made when it is first asked for: a client reads its service's whole description."""
        return self.session.client("cloudformation")

    @cached_property
    def functions(self) -> Functions:
        """Made when they are first asked for, for the same reason."""
        return Functions(self.session)

    def stack(self, name: str) -> Stack | None:
        """See :class:`release.deployments.ports.Cloud`."""
        try:
            found = self.cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise explained(error, f"stack {name}") from error
        except (BotoCoreError, ResponseParserError) as error:
            raise explained(error, f"stack {name}") from error
        if not found or found[0]["StackStatus"] == "DELETE_COMPLETE":
            return None
        stack = found[0]
        return Stack(
            name=name,
            status=stack["StackStatus"],
            parameters={p["ParameterKey"]: p.get("ParameterValue", "") for p in stack.get("Parameters", [])},
            outputs={o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
            region=self.session.region_name,
            reason=stack.get("StackStatusReason", ""),
            protected=stack.get("EnableTerminationProtection", False),
        )

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """See :class:`release.deployments.ports.Cloud`. What was deleted may still be listed, and is left out."""
        found: list[StackResource] = []
        for each in self._listed(stack):
            found.append(each)
            if each.type == "AWS::CloudFormation::Stack" and each.physical_id:
                inner = self.resources(each.physical_id)
                found += [replace(one, logical_id=f"{each.logical_id}/{one.logical_id}") for one in inner]
        return tuple(found)

    def _listed(self, stack: str) -> tuple[StackResource, ...]:
        try:
            pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
            return tuple(
                StackResource(each["LogicalResourceId"], each["ResourceType"], each.get("PhysicalResourceId", ""))
                for page in pages
                for each in page["StackResourceSummaries"]
                if each["ResourceStatus"] not in ("DELETE_COMPLETE", "DELETE_SKIPPED")
            )
        except FAILURES as error:
            raise explained(error, f"stack {stack}") from error

    def deploy(self, request: StackRequest) -> None:
        """See :class:`release.deployments.ports.Cloud`."""
        self.sam.deploy(request)

    def live(self, function: str, alias: str) -> LiveFunction | None:
        """See :class:`release.deployments.ports.Cloud`."""
        return self.functions.live(function, alias)

    def move_alias(self, function: str, alias: str, version: str) -> None:
        """See :class:`release.deployments.ports.Cloud`."""
        self.functions.move_alias(function, alias, version)

    def set_image(self, function: str, uri: str) -> None:
        """See :class:`release.deployments.ports.Cloud`."""
        self.functions.set_image(function, uri)

    def invoke(self, function: str, alias: str, payload: bytes) -> bytes:
        """See :class:`release.deployments.ports.Cloud`."""
        return self.functions.invoke(function, alias, payload)

    def invoke_async(self, function: str, alias: str, payload: bytes) -> None:
        """See :class:`release.deployments.ports.Cloud`."""
        self.functions.invoke_async(function, alias, payload)
