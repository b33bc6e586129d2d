"""A parameter with NoEcho whose value is a dynamic reference: CloudFormation reads the secret, and shows neither."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest

from release.settings import references
from tests.contract.cloudbench import REGION, CloudBench, template
from tests.support.world import template_json

pytestmark = pytest.mark.emulator


def test_a_secret_by_name_reaches_the_resource_and_is_not_shown(emulated_cloud: CloudBench) -> None:
    session = boto3.Session(region_name=REGION)
    name = f"{emulated_cloud.stack}/stripe"
    session.client("secretsmanager").create_secret(Name=name, SecretString="s3cr3t")
    topic: dict[str, Any] = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "StripeKey"}}}
    made = template(Topic=topic)
    made["Parameters"] = {**made["Parameters"], "StripeKey": {"Type": "String", "NoEcho": True}}
    request = emulated_cloud.request("0.1.0", StripeKey=references.full(f"secret:{name}"))
    (request.folder / "secret.json").write_bytes(template_json(made))
    emulated_cloud.cloud.deploy(replace(request, template="secret.json"))
    stack = emulated_cloud.cloud.stack(emulated_cloud.stack)
    assert stack is not None
    assert stack.parameters["StripeKey"] == "****"
    arn = next(r.physical_id for r in emulated_cloud.cloud.resources(emulated_cloud.stack) if r.logical_id == "Topic")
    shown = session.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"]
    assert shown == "s3cr3t"
