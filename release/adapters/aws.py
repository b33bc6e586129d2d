"""The Cloud port: CloudFormation through SAM, Lambda, API calls for the smoke tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from release.adapters.aws_errors import explained
from release.adapters.functions import Functions
from release.adapters.sam import Sam
from release.deployments.model import HttpRequest, HttpResponse, LiveFunction, Stack, StackRequest, StackResource
from release.errors import NotFoundError, RemoteError

if TYPE_CHECKING:
    import boto3


class Aws:
    """One region of one account.

    Args:
        sam: finds the sam executable, which lives in a virtual environment of its own; asked for when it is run.
        env: the whole environment that sam runs in; credentials, region and endpoint come with it.
    """

    def __init__(
        self, session: boto3.Session, sam: Callable[[], Path], env: Mapping[str, str], *, timeout: float = 3600
    ) -> None:
        self.session, self.sam = session, Sam(sam, env, session.region_name, timeout)
        self.cloudformation = session.client("cloudformation")
        self.functions = Functions(session)
        self.pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=10, read=60))

    def stack(self, name: str) -> Stack | None:
        """See :class:`release.deployments.ports.Cloud`."""
        try:
            found = self.cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise explained(error, f"stack {name}") from error
        except BotoCoreError as error:
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
        )

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """See :class:`release.deployments.ports.Cloud`. What was deleted may still be listed, and is left out."""
        try:
            pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
            return tuple(
                StackResource(each["LogicalResourceId"], each["ResourceType"], each.get("PhysicalResourceId", ""))
                for page in pages
                for each in page["StackResourceSummaries"]
                if each["ResourceStatus"] not in ("DELETE_COMPLETE", "DELETE_SKIPPED")
            )
        except (ClientError, BotoCoreError) as error:
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

    def invoke(self, function: str, alias: str, payload: bytes) -> bytes:
        """See :class:`release.deployments.ports.Cloud`."""
        return self.functions.invoke(function, alias, payload)

    def http(self, request: HttpRequest) -> HttpResponse:
        """See :class:`release.deployments.ports.Cloud`."""
        try:
            answer = self.pool.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                body=request.body or None,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise RemoteError(f"{request.method} {request.url.partition('?')[0]} got no answer: {error}") from error
        return HttpResponse(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.data)

    def count_items(self, table: str) -> int:
        """See :class:`release.deployments.ports.Cloud`. Scans: DescribeTable's ItemCount is up to six hours old."""
        try:
            pages = (
                self.session.client("dynamodb")
                .get_paginator("scan")
                .paginate(TableName=table, Select="COUNT", ConsistentRead=True)
            )
            return sum(page["Count"] for page in pages)
        except (ClientError, BotoCoreError) as error:
            raise explained(error, f"table {table}") from error

    def token(self, client_id: str, secret: str) -> str:
        """See :class:`release.deployments.ports.Cloud`.

        The secret is ``{"username": …, "password": …}`` in Secrets Manager.
        """
        if not secret:
            raise NotFoundError(
                "no smoke user is configured",
                next_step="name its secret in release.toml: environments.<name>.smoke-secret",
            )
        try:
            value = self.session.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
            user = json.loads(value)
            answer = self.session.client("cognito-idp").initiate_auth(
                ClientId=client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": user["username"], "PASSWORD": user["password"]},
            )
            return answer["AuthenticationResult"]["AccessToken"]
        except (ClientError, BotoCoreError) as error:
            raise explained(error, f"the smoke user of {secret}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise RemoteError(f"secret {secret} or the sign-in's answer is not understood") from error
