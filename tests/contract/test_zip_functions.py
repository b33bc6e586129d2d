"""Functions that are no images, where AWS's bases cannot be pulled: their code, a layer and a custom resource run."""

from __future__ import annotations

import io
import json
import os
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from rehearsal.cloud import emulator
from rehearsal.machine import base_image, runtimes
from rehearsal.machine.engine import engine
from rehearsal.machine.engine_handle import EngineHandle, ensure_builder
from rehearsal.machine.runtimes import RuntimeBase
from rehearsal.machine.standin import StandIn, stand_in
from rehearsal.machine.tools import tools
from release.adapters.toolbox import Cache

pytestmark = pytest.mark.engine

RUNTIME = "python3.13"
CODE = """\
import json, urllib.request
import kit

def handler(event, context):
    if "ResponseURL" not in event:
        return {"got": event, "kit": kit.NAME}
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "greeting", "Data": {"Said": kit.NAME}}
    answer |= {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request)
"""
TEMPLATE = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
        },
        "Layer": {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"Content": {"S3Bucket": "code", "S3Key": "layer.zip"}},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": RUNTIME,
                "Handler": "index.handler",
                "Timeout": 30,
                "Code": {"ZipFile": CODE},
                "Layers": [{"Ref": "Layer"}],
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            },
        },
        "Greeting": {"Type": "Custom::Greeting", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}},
    },
    "Outputs": {
        "Function": {"Value": {"Ref": "Function"}},
        "Said": {"Value": {"Fn::GetAtt": ["Greeting", "Said"]}},
    },
}


@dataclass(frozen=True)
class Machine:
    """An engine that has the runtime's stand-in, and the emulated AWS in front of it."""

    handle: EngineHandle
    aws: emulator.Emulator
    run: str

    def client(self, service: str) -> Any:
        session = boto3.Session("test", "test", region_name=emulator.REGION)
        return session.client(service, endpoint_url=self.aws.endpoint)  # type: ignore[call-overload]


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    cache, run = Cache.of(os.environ), f"test-{uuid.uuid4().hex[:8]}"
    toolbox = tools(cache, print)
    name = runtimes.name_of(RUNTIME)
    wanted = stand_in(name)
    assert isinstance(wanted, StandIn)
    base = RuntimeBase(RUNTIME, base_image.make(name, wanted, cache, toolbox))
    with engine(cache, print) as handle:
        ensure_builder(handle)
        images = runtimes.load(handle, [base], run)
        folder = tmp_path_factory.mktemp("aws")
        emulators = emulator.runtime_emulators(toolbox.venv("sam"))
        venv = toolbox.venv("emulator")
        with emulator.emulator(venv, handle, folder, runtimes=emulators, images=images) as aws:
            yield Machine(handle, aws, run)
        runtimes.forget(handle, run)
        assert handle.run("images", "--quiet", "--filter", f"reference=*/*:{run}") == ""


def test_a_zip_function_runs_with_its_layer_and_answers_for_a_custom_resource(machine: Machine) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/kit.py", "NAME = 'of the layer'\n")
    machine.client("s3").create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": emulator.REGION})
    machine.client("s3").put_object(Bucket="code", Key="layer.zip", Body=packed.getvalue())
    found = _made(machine)
    assert found["Said"] == "of the layer"
    answer = machine.client("lambda").invoke(FunctionName=found["Function"], Payload=json.dumps({"a": 1}))
    assert json.load(answer["Payload"]) == {"got": {"a": 1}, "kit": "of the layer"}


def _made(machine: Machine) -> dict[str, str]:
    cloud = machine.client("cloudformation")
    cloud.create_stack(StackName="zips", TemplateBody=json.dumps(TEMPLATE), Capabilities=["CAPABILITY_IAM"])
    for _ in range(300):
        stack = cloud.describe_stacks(StackName="zips")["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.2)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
