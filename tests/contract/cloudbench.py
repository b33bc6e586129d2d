"""Clouds that must behave alike, and what a person or another program does to them behind the adapter's back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import boto3

from release.deployments.model import StackRequest
from release.deployments.ports import Cloud
from tests.fakes.cloud import FakeCloud
from tests.support.templates import copy_of, image
from tests.support.world import TEMPLATE, template_json

REGION = "eu-west-1"


def template(**resources: Any) -> dict[str, Any]:
    """The world's, naming its functions; but the second gets another version only with another image."""
    image = {"Ref": "ReportImageUri"}
    properties = {"PackageType": "Image", "ImageUri": image, "AutoPublishAlias": "live", "VersionDescription": image}
    plain = {"Type": "AWS::Serverless::Function", "Properties": properties}
    names = {f"{logical}Name": {"Value": {"Ref": logical}} for logical in TEMPLATE["Resources"]}
    return {
        **TEMPLATE,
        "Resources": {**TEMPLATE["Resources"], "ReportFunction": plain, **resources},
        "Outputs": {**TEMPLATE["Outputs"], **names},
    }


def without_aliases() -> bytes:
    """The copy of a plain template, as ``alias = "none"`` has it deployed."""
    export = {"PackageType": "Image", "ImageUri": {"Ref": "ImageUri"}}
    theirs = template()
    theirs["Resources"] = {"ExportFunction": {"Type": "AWS::Serverless::Function", "Properties": export}}
    theirs["Outputs"] = {"ExportFunctionName": {"Value": {"Ref": "ExportFunction"}}}
    return copy_of(
        json.dumps(theirs | {"Transform": "AWS::Serverless-2016-10-31"}), image("export", "ImageUri"), alias="none"
    ).encode()


class Hand(Protocol):
    """What happens in a cloud without the adapter."""

    def split(self, function: str, version: str, weights: Mapping[str, float]) -> None:
        """Point the alias ``live`` at ``version`` and send shares of its traffic elsewhere."""

    def drop_alias(self, function: str) -> None:
        """Delete the alias ``live``."""

    def set_image(self, function: str, uri: str) -> None:
        """Have ``$LATEST`` run another image, and wait until it does."""

    def publish(self, function: str) -> str:
        """Publish another version; its number."""

    def function(self) -> str:
        """A function with versions 1 and 2; its alias ``live`` serves 2."""

    def table(self, items: int) -> str:
        """A table with so many items."""

    def smoke_user(self) -> tuple[str, str]:
        """A user; the app client's id and the name of the secret that holds name and password."""

    def fails(self, request: StackRequest) -> StackRequest:
        """``request`` so that CloudFormation cannot carry it out."""


@dataclass(frozen=True)
class CloudBench:
    """One cloud.

    Attributes:
        folder: where its requests' templates are written.
        stack: the name of a stack that is not there yet.
        images: addresses of images that are there, each by its digest.
    """

    cloud: Cloud
    hand: Hand
    folder: Path
    stack: str = "contract"
    images: tuple[str, ...] = ()

    def request(
        self, version: str, *, export: int = 0, report: int = 0, alias: str = "", **parameters: str
    ) -> StackRequest:
        """The stack as release ``version`` wants it; ``export`` and ``report`` are numbers of images.

        Args:
            alias: "none" for the copy of a template whose functions get no alias; "": functions with aliases.
        """
        given = {
            "ImageUri": self.images[export],
            "ReportImageUri": self.images[report],
            "ReleaseVersion": version,
            "GitSha": "a" * 40,
            "Environment": "staging",
            **parameters,
        }
        (self.folder / "template.json").write_bytes(without_aliases() if alias else template_json(template()))
        repository = self.images[0].partition("@")[0]
        return StackRequest(self.stack, self.folder, "template.json", given, (repository,))

    def digest(self, image: int) -> str:
        """The digest of an image."""
        return self.images[image].partition("@")[2]


class FakeHand:
    """Reaches into the fake."""

    def __init__(self, cloud: FakeCloud, deploy: Callable[[str], str]) -> None:
        self.cloud, self.deploy = cloud, deploy

    def split(self, function: str, version: str, weights: Mapping[str, float]) -> None:
        stack, logical = self._found(function)
        self.cloud.by_hand(stack, logical, int(version), weights)

    def drop_alias(self, function: str) -> None:
        stack, logical = self._found(function)
        del self.cloud.accounts[stack].functions[logical].aliases["live"]

    def set_image(self, function: str, uri: str) -> None:
        self.cloud.image_by_hand(*self._found(function), uri)

    def publish(self, function: str) -> str:
        stack, logical = self._found(function)
        found = self.cloud.accounts[stack].functions[logical]
        number = max(found.versions) + 1
        found.versions[number] = replace(found.versions[found.current], number=number)
        return str(number)

    def function(self) -> str:
        self.deploy("0.1.0")
        return self.deploy("0.2.0")

    def table(self, items: int) -> str:
        self.deploy("0.1.0")
        self.cloud.members = items
        return "contract-members"

    def smoke_user(self) -> tuple[str, str]:
        self.deploy("0.1.0")
        self.cloud.users["contract/smoke"] = "good-token"
        return "contract-client", "contract/smoke"

    def fails(self, request: StackRequest) -> StackRequest:
        self.cloud.update_fails.add(request.parameters["ReleaseVersion"])
        return request

    def _found(self, function: str) -> tuple[str, str]:
        return next(
            (stack, logical)
            for stack, account in self.cloud.accounts.items()
            for logical, each in account.functions.items()
            if each.name == function
        )


class AwsHand:
    """Calls the services, as a console or another program does."""

    def __init__(self, session: boto3.Session) -> None:
        self.session, self.functions = session, session.client("lambda")

    def split(self, function: str, version: str, weights: Mapping[str, float]) -> None:
        routing = {"AdditionalVersionWeights": dict(weights)}
        self.functions.update_alias(
            FunctionName=function,
            Name="live",
            FunctionVersion=version,
            RoutingConfig=routing,  # type: ignore[arg-type]
        )

    def drop_alias(self, function: str) -> None:
        self.functions.delete_alias(FunctionName=function, Name="live")

    def set_image(self, function: str, uri: str) -> None:
        self.functions.update_function_code(FunctionName=function, ImageUri=uri)
        self.functions.get_waiter("function_updated_v2").wait(FunctionName=function)

    def publish(self, function: str) -> str:
        self.functions.update_function_configuration(FunctionName=function, Timeout=4)
        self.functions.get_waiter("function_updated_v2").wait(FunctionName=function)
        return self.functions.publish_version(FunctionName=function)["Version"]

    def function(self) -> str:
        name = f"contract-{uuid.uuid4().hex[:12]}"
        uri = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/app/export"
        role = self.session.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        self.functions.create_function(
            FunctionName=name, Role=role, PackageType="Image", Code={"ImageUri": f"{uri}@sha256:{'a' * 64}"}
        )
        self.functions.get_waiter("function_active_v2").wait(FunctionName=name)
        self.functions.publish_version(FunctionName=name)
        assert self.publish(name) == "2"
        self.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="2")
        return name

    def table(self, items: int) -> str:
        name = f"contract-{uuid.uuid4().hex[:12]}"
        table = self.session.resource("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        with table.batch_writer() as batch:
            for number in range(items):
                batch.put_item(Item={"id": str(number)})
        return name

    def smoke_user(self) -> tuple[str, str]:
        name, password = f"contract-{uuid.uuid4().hex[:12]}", "Aa1!aaaa-bbbb"
        pools, secrets = self.session.client("cognito-idp"), self.session.client("secretsmanager")
        pool = pools.create_user_pool(PoolName=name)["UserPool"]["Id"]
        client = pools.create_user_pool_client(
            UserPoolId=pool, ClientName=name, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        pools.admin_create_user(UserPoolId=pool, Username="smoke", MessageAction="SUPPRESS")
        pools.admin_set_user_password(UserPoolId=pool, Username="smoke", Password=password, Permanent=True)
        secrets.create_secret(Name=name, SecretString=json.dumps({"username": "smoke", "password": password}))
        return client, name

    def fails(self, request: StackRequest) -> StackRequest:
        handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
        waits = {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1}  # nobody ever signals it
        never = {"Type": "AWS::CloudFormation::WaitCondition", "Properties": waits}
        (request.folder / "fails.json").write_bytes(template_json(template(Handle=handle, Never=never)))
        return replace(request, template="fails.json")
