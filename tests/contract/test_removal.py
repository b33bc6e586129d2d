"""Taking stacks away: what every Demolition does, the fake and AWS's adapter alike, and the command for real.

The emulated AWS deletes a full bucket with what is in it, which AWS refuses (S3 API reference, "DeleteBucket",
BucketNotEmpty). So what CloudFormation leaves behind is shown by a repository with images, which both refuse.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from rehearsal.cloud.emulator import Emulator
from release.adapters.aws import Aws
from release.adapters.demolition import AwsDemolition
from release.adapters.ecr_shelves import EcrShelves
from release.deployments import stackstatus
from release.deployments.model import Contents, Stack, StackResource
from release.deployments.ports import Cloud, Demolition
from release.errors import RemoteError
from tests.contract.cloudbench import REGION
from tests.contract.test_kills import Project, project  # noqa: F401 - a fixture
from tests.fakes.account import Account
from tests.fakes.clock import FakeClock
from tests.fakes.cloud import FakeCloud
from tests.fakes.demolition import FakeDemolition
from tests.fakes.journal import Journal
from tests.fakes.registry import FakeRegistry
from tests.support.killingproxy import KillPoint

NAME = f"removal-{uuid.uuid4().hex[:8]}"
RESOURCES: Mapping[str, Mapping[str, Any]] = {
    "Full": {"Type": "AWS::S3::Bucket"},
    "Empty": {"Type": "AWS::S3::Bucket"},
    "Kept": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"},
    "Jobs": {"Type": "AWS::SQS::Queue"},
    "Items": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    },
    "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {"DeletionProtection": "INACTIVE"}},
    "Images": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": NAME}},
    "Topic": {"Type": "AWS::SNS::Topic"},
}
IMAGE = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "layers": [],
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": f"sha256:{'0' * 64}"},
}


@dataclass(frozen=True)
class Bench:
    """A stack of RESOURCES: a full bucket, a table with an item, a queue with a message, a user, an image."""

    demolition: Demolition
    cloud: Cloud
    stack: str
    wait: Callable[[], Stack | None]
    protect: Callable[[], None]

    def resource(self, logical: str) -> StackResource:
        return next(each for each in self.cloud.resources(self.stack) if each.logical_id == logical)


@pytest.fixture
def fake_removal() -> Bench:
    journal, clock = Journal(), FakeClock()
    cloud = FakeCloud(journal, clock, FakeRegistry(journal))
    demolition = FakeDemolition(journal, cloud)
    cloud.accounts["x"] = account = Account("x", "CREATE_COMPLETE")
    for logical, definition in RESOURCES.items():
        rest = {name: value for name, value in definition.items() if name != "Type"}
        demolition.add("x", logical, definition["Type"], f"x-{logical}", **rest)
    said = {"Full": "1 object", "Items": "items", "Jobs": "about 1 message", "Pool": "users", "Images": "1 image"}
    demolition.held = {f"x-{logical}": Contents(holds) for logical, holds in said.items()}

    def wait() -> Stack | None:
        clock.sleep(61)
        return cloud.stack("x")

    return Bench(demolition, cloud, "x", wait, lambda: setattr(account, "protected", True))


@pytest.fixture
def emulated_removal(emulated_aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Bench:
    for name, value in emulated_aws.env.items():
        monkeypatch.setenv(name, value)
    session = boto3.Session(region_name=REGION)
    cloud = Aws(session, lambda: pytest.fail("sam is not run"), {})
    client, stack = session.client("cloudformation"), f"removal-{uuid.uuid4().hex[:8]}"
    repository = {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": stack}}
    client.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": {**RESOURCES, "Images": repository}}))

    def wait() -> Stack | None:
        for _ in range(120):
            time.sleep(0.25)
            if (found := cloud.stack(stack)) is None or not stackstatus.busy(found.status):
                return found
        raise AssertionError("the stack never comes to rest")

    created = wait()
    assert created is not None
    assert created.status == "CREATE_COMPLETE", created.reason
    names = {each.logical_id: each.physical_id for each in cloud.resources(stack)}
    session.client("s3").put_object(Bucket=names["Full"], Key="a", Body=b"a")
    session.client("dynamodb").put_item(TableName=names["Items"], Item={"id": {"S": "1"}})
    session.client("sqs").send_message(QueueUrl=names["Jobs"], MessageBody="x")
    session.client("cognito-idp").admin_create_user(UserPoolId=names["Pool"], Username="u", MessageAction="SUPPRESS")
    session.client("ecr").put_image(repositoryName=names["Images"], imageManifest=json.dumps(IMAGE), imageTag="x")

    def protect() -> None:
        client.update_termination_protection(StackName=stack, EnableTerminationProtection=True)

    return Bench(AwsDemolition(session), cloud, stack, wait, protect)


EMULATED = pytest.param("emulated_removal", marks=pytest.mark.emulator)


@pytest.fixture(params=["fake_removal", EMULATED])
def bench(request: pytest.FixtureRequest) -> Bench:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Bench)
    return found


def test_what_each_resource_holds_is_seen(bench: Bench) -> None:
    found = {name: bench.demolition.contents(bench.resource(name)) for name in RESOURCES}
    assert found["Topic"] is None, "nobody looks into a topic"
    told = {name: each.holds for name, each in found.items() if each}
    assert told == {
        "Full": "1 object",
        "Empty": "",
        "Kept": "",
        "Jobs": "about 1 message",
        "Items": "items",
        "Pool": "users",
        "Images": "1 image",
    }
    assert not any(each.protected for each in found.values() if each)


def test_what_is_gone_holds_nothing(bench: Bench) -> None:
    for name in ("Full", "Items", "Images"):
        kind = bench.resource(name).type
        assert bench.demolition.contents(StackResource(name, kind, f"gone-{NAME}")) == Contents()


def test_the_template_tells_what_is_kept(bench: Bench) -> None:
    resources = json.loads(bench.demolition.template(bench.stack))["Resources"]
    assert resources["Kept"]["DeletionPolicy"] == "Retain"
    assert "DeletionPolicy" not in resources["Full"]
    with pytest.raises(RemoteError):
        bench.demolition.template("no-such-stack")


def test_what_is_full_is_told_and_left_behind_once_it_is_named(bench: Bench) -> None:
    full = bench.resource("Images")
    with pytest.raises(RemoteError, match="DELETE_FAILED"):
        bench.demolition.delete(bench.stack, ["Images"])
    bench.demolition.delete(bench.stack)
    stack = bench.wait()
    assert stack is not None
    assert stack.status == "DELETE_FAILED"
    failed = bench.demolition.failed(bench.stack)
    assert set(failed) - {"Full"} == {"Images"}
    assert all(failed.values())
    assert {each.logical_id for each in bench.cloud.resources(bench.stack)} == set(failed)
    with pytest.raises(RemoteError, match="do not exist"):
        bench.demolition.delete(bench.stack, ["Other"])
    bench.demolition.delete(bench.stack, list(failed))
    assert bench.wait() is None
    assert bench.demolition.contents(full) == Contents("1 image")


def test_a_full_bucket_is_not_deleted(fake_removal: Bench) -> None:
    """The emulated AWS would."""
    fake_removal.demolition.delete(fake_removal.stack)
    fake_removal.wait()
    assert "not empty" in fake_removal.demolition.failed(fake_removal.stack)["Full"]


def test_a_stack_with_termination_protection_is_seen_and_not_deleted(bench: Bench) -> None:
    bench.protect()
    stack = bench.cloud.stack(bench.stack)
    assert stack is not None
    assert stack.protected
    with pytest.raises(RemoteError, match="TerminationProtection"):
        bench.demolition.delete(bench.stack)


def test_a_stack_that_is_not_there_can_be_deleted_and_has_no_failures_to_tell(bench: Bench) -> None:
    bench.demolition.delete("no-such-stack")
    with pytest.raises(RemoteError):
        bench.demolition.failed("no-such-stack")


@pytest.mark.emulator
def test_deletion_protection_is_seen_in_aws(emulated_removal: Bench) -> None:
    tables = boto3.Session(region_name=REGION).client("dynamodb")
    items = emulated_removal.resource("Items")
    tables.update_table(TableName=items.physical_id, DeletionProtectionEnabled=True)
    assert emulated_removal.demolition.contents(items) == Contents("items", protected=True)


# ---------------------------------------------------------------- the command

HOLDING = {
    "Models": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"},
    "Layers": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": f"{NAME}-layers"}},
    "Scratch": {"Type": "AWS::S3::Bucket"},
}


def run(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:  # noqa: F811
    """The command in an empty folder, without git and without a terminal."""
    command = [sys.executable, "-m", "release", *arguments, "--project", project.name, "--region", REGION]
    return subprocess.run(
        command,
        cwd=project.folder,
        env=project.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.emulator
@pytest.mark.parametrize("project", [HOLDING], indirect=True)
def test_an_environment_is_removed_for_real_and_made_anew(project: Project) -> None:  # noqa: F811
    for version in ("0.1.0", "0.2.0"):
        assert project.deploy(version).returncode == 0
    stack, s3 = f"{project.name}-staging", project.session.client("s3")
    stacks = project.session.client("cloudformation")
    listed = stacks.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    names = {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in listed}
    s3.put_object(Bucket=names["Models"], Key="kept", Body=b"data")
    images = project.session.client("ecr")
    images.put_image(repositoryName=names["Layers"], imageManifest=json.dumps(IMAGE), imageTag="x")

    alone = run(project, "remove", "staging")
    assert alone.returncode == 2, alone.stderr
    assert "release remove staging --yes-remove staging" in alone.stderr
    looked = run(project, "remove", "staging", "--dry-run", "--json")
    assert looked.returncode == 0, looked.stderr
    plan = json.loads(looked.stdout)
    stay = {each["name"] for each in plan["resources"] if each["fate"] == "stays"}
    assert stay == {"Models", "Layers"}
    assert {each["digest"] for each in plan["registry"] if each["goes"] and each["kind"] == "image"} == {
        project.digests["0.1.0"]
    }
    later = {each["name"]: each["later"] for each in plan["resources"]}
    assert "finds it in its way" in later["Layers"]
    assert "aws ecr delete-repository" in later["Layers"]
    assert len(project.ledger()) == 2, "it only looked"

    stacks.update_termination_protection(StackName=stack, EnableTerminationProtection=True)
    stopped = run(project, "remove", "staging", "--yes-remove", "staging")
    assert stopped.returncode == 6, stopped.stderr
    assert "--no-enable-termination-protection" in stopped.stderr
    stacks.update_termination_protection(StackName=stack, EnableTerminationProtection=False)

    removed = run(project, "remove", "staging", "--yes-remove", "staging", "--reason", "tried")
    assert removed.returncode == 0, removed.stderr
    print(removed.stdout)
    assert project.ledger()[-1] == "3 0.2.0 removed"
    assert s3.get_object(Bucket=names["Models"], Key="kept")["Body"].read() == b"data"
    assert images.describe_images(repositoryName=names["Layers"])["imageDetails"][0]["imageTags"] == ["x"]
    assert names["Scratch"] not in {each["Name"] for each in s3.list_buckets()["Buckets"]}
    left = {each.digest for each in EcrShelves(project.store.ecr).contents(f"{project.name}/export")}
    assert left == {project.digests["0.2.0"]}
    assert "removed on 20" in run(project, "status", "staging").stdout
    assert run(project, "status", "staging", "--check").returncode == 0

    again = run(project, "remove", "staging", "--json")
    assert again.returncode == 0, again.stderr
    assert not json.loads(again.stdout)["changed"]
    images.delete_repository(repositoryName=names["Layers"], force=True)  # its name is fixed, as the plan said
    anew = project.deploy("0.2.0")
    assert anew.returncode == 0, anew.stderr
    assert project.ledger()[-1] == "4 0.2.0 proven"
    assert project.serves() == {project.digests["0.2.0"]}


#: Where the command is killed, and whether it leaves a claim that the next run must end.
POINTS = {
    "before the claim has its name": (KillPoint("before", r"PutImage staging-\d+$"), False),
    "before the stack is deleted": (KillPoint("before", "DeleteStack "), True),
    "after the deletion began": (KillPoint("after", "DeleteStack "), True),
    "before the outcome has its name": (KillPoint("before", r"PutImage staging-\d+-removed"), True),
}


@pytest.mark.emulator
@pytest.mark.parametrize(("point", "leaves"), POINTS.values(), ids=POINTS.keys())
def test_killed_for_real_the_same_command_again_comes_to_its_end(
    point: KillPoint,
    leaves: bool,
    project: Project,  # noqa: F811
) -> None:
    """faults.md, 17."""
    assert project.deploy("0.1.0").returncode == 0
    killed = project.killed_at(point, "remove", "staging", "--yes-remove", "staging")
    assert killed.returncode < 0, f"it was not killed: {killed.stderr}\n{project.proxy.names}"
    again = run(project, "remove", "staging", "--yes-remove", "staging")
    assert again.returncode == 0, again.stderr
    wanted = ["0.1.0 proven", *(["0.1.0 abandoned"] if leaves else []), "0.1.0 removed"]
    assert project.ledger() == [f"{number} {entry}" for number, entry in enumerate(wanted, 1)]
