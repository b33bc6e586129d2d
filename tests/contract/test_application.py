"""What every Application does, the fake and the real adapter alike: the adapter on moto and on the emulated AWS."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
import pytest
from moto import mock_aws

from rehearsal.cloud.emulator import Emulator
from release.adapters.application import ApplicationCalls
from release.deployments.model import ScheduledCall, StackResource
from release.deployments.ports import Application
from release.errors import RemoteError
from tests.fakes.application import FakeApplication
from tests.fakes.clock import FakeClock

REGION = "eu-west-1"
ARN = f"arn:aws:lambda:{REGION}:123456789012:function:train:live"


class Hand(Protocol):
    """What an application does with its data, and its schedules."""

    def bucket(self) -> str:
        """An empty bucket."""

    def write(self, bucket: str, key: str, content: str) -> None:
        """An object is written."""

    def table(self, item: Mapping[str, str | int]) -> str:
        """A table with the key ``id``, and one item."""

    def queue(self, messages: int) -> str:
        """A queue's URL."""

    def rule(self, target: str, given: str | None, *, bus: bool = False) -> StackResource:
        """A rule with one target."""

    def schedule(self, target: str, given: str) -> StackResource:
        """A schedule in a group of its own."""

    def secret(self, text: str) -> str:
        """A secret's name."""


class FakeHand:
    """Reaches into the fake."""

    def __init__(self, application: FakeApplication) -> None:
        self.application = application

    def bucket(self) -> str:
        self.application.store["models"] = {}
        return "models"

    def write(self, bucket: str, key: str, content: str) -> None:
        self.application.clock.sleep(1)
        self.application.write(bucket, key, content)

    def table(self, item: Mapping[str, str | int]) -> str:
        self.application.tables["orders"] = {json.dumps({"id": item["id"]}): dict(item)}
        return "orders"

    def queue(self, messages: int) -> str:
        self.application.queues["https://queue"] = messages
        return "https://queue"

    def rule(self, target: str, given: str | None, *, bus: bool = False) -> StackResource:
        name = "orders|nightly" if bus else "nightly"
        event = given or json.dumps({"source": "aws.events", "detail-type": "Scheduled Event"})
        self.application.schedules[name] = ScheduledCall(target, event.encode())
        return StackResource("Nightly", "AWS::Events::Rule", name)

    def schedule(self, target: str, given: str) -> StackResource:
        self.application.schedules["hourly"] = ScheduledCall(target, given.encode())
        return StackResource("Hourly", "AWS::Scheduler::Schedule", "hourly")

    def secret(self, text: str) -> str:
        self.application.secrets["key"] = text
        return "key"


class AwsHand:
    """Calls the services."""

    def __init__(self, session: boto3.Session) -> None:
        self.session, self.name = session, f"contract-{uuid.uuid4().hex[:12]}"

    def bucket(self) -> str:
        where = {"LocationConstraint": REGION}
        self.session.client("s3").create_bucket(Bucket=self.name, CreateBucketConfiguration=where)  # type: ignore[arg-type]
        return self.name

    def write(self, bucket: str, key: str, content: str) -> None:
        self.session.client("s3").put_object(Bucket=bucket, Key=key, Body=content.encode())

    def table(self, item: Mapping[str, str | int]) -> str:
        table = self.session.resource("dynamodb").create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        table.put_item(Item=dict(item))
        return self.name

    def queue(self, messages: int) -> str:
        sqs: Any = self.session.client("sqs")
        url: str = sqs.create_queue(QueueName=self.name)["QueueUrl"]
        for number in range(messages):
            sqs.send_message(QueueUrl=url, MessageBody=str(number), DelaySeconds=900 * (number % 2))
        return url

    def rule(self, target: str, given: str | None, *, bus: bool = False) -> StackResource:
        events = self.session.client("events")
        where = {"EventBusName": events.create_event_bus(Name=self.name) and self.name} if bus else {}
        when = {"EventPattern": '{"source": ["orders"]}'} if bus else {"ScheduleExpression": "rate(1 day)"}
        events.put_rule(Name=self.name, **when, **where)
        events.put_targets(
            Rule=self.name, Targets=[{"Id": "it", "Arn": target} | ({"Input": given} if given else {})], **where
        )
        return StackResource("Nightly", "AWS::Events::Rule", f"{self.name}|{self.name}" if bus else self.name)

    def schedule(self, target: str, given: str) -> StackResource:
        scheduler = self.session.client("scheduler")
        scheduler.create_schedule_group(Name=self.name)
        for name in (self.name, f"{self.name}-too"):
            scheduler.create_schedule(
                Name=name,
                GroupName=self.name,
                FlexibleTimeWindow={"Mode": "OFF"},
                ScheduleExpression="rate(1 hour)",
                Target={"Arn": target, "RoleArn": "arn:aws:iam::123456789012:role/call", "Input": given},
            )
        return StackResource("Hourly", "AWS::Scheduler::Schedule", self.name)

    def secret(self, text: str) -> str:
        self.session.client("secretsmanager").create_secret(Name=self.name, SecretString=text)
        return self.name


@dataclass(frozen=True)
class Bench:
    """An application, and what happens in it."""

    application: Application
    hand: Hand


@pytest.fixture
def fake_application() -> Bench:
    """The fake that the stages are tested with."""
    application = FakeApplicationAlone(FakeClock())
    return Bench(application, FakeHand(application))


class FakeApplicationAlone(FakeApplication):
    """Without the functions and the API, which are FakeCloud's."""

    def http(self, request: object) -> None:  # type: ignore[override]
        raise NotImplementedError

    def count_items(self, table: str) -> int:
        raise NotImplementedError

    def token(self, client_id: str, secret: str) -> str:
        raise NotImplementedError


@pytest.fixture
def moto_application() -> Iterator[Bench]:
    """The adapter, answered by moto."""
    with mock_aws():
        session = boto3.Session("x", "x", region_name=REGION)
        yield Bench(ApplicationCalls(session), AwsHand(session))


@pytest.fixture
def emulated_application(emulated_aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The adapter, answered by the emulated AWS."""
    for name, value in emulated_aws.env.items():
        monkeypatch.setenv(name, value)
    session = boto3.Session(region_name=REGION)
    return Bench(ApplicationCalls(session), AwsHand(session))


@pytest.fixture(
    params=[
        "fake_application",
        "moto_application",
        pytest.param("emulated_application", marks=pytest.mark.emulator),
    ]
)
def bench(request: pytest.FixtureRequest) -> Bench:
    """Each of the applications in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Bench)
    return found


def test_an_object_is_found_by_its_key_or_by_what_its_key_begins_with(bench: Bench) -> None:
    bucket = bench.hand.bucket()
    bench.hand.write(bucket, "models/a.json", "1")
    bench.hand.write(bucket, "models/a.json.bak", "1")
    assert set(bench.application.objects(bucket, "models/a.json")) == {"models/a.json"}
    assert set(bench.application.objects(bucket, "models/")) == {"models/a.json", "models/a.json.bak"}
    assert set(bench.application.objects(bucket, "")) == {"models/a.json", "models/a.json.bak"}
    assert bench.application.objects(bucket, "models/b.json") == {}
    assert bench.application.objects(bucket, "other/") == {}
    with pytest.raises(RemoteError, match="no-such-bucket"):
        bench.application.objects("no-such-bucket", "models/")


def test_an_object_that_was_written_again_has_another_fingerprint(bench: Bench) -> None:
    bucket = bench.hand.bucket()
    bench.hand.write(bucket, "a", "1")
    before = bench.application.objects(bucket, "a"), bench.application.objects(bucket, "")
    assert (bench.application.objects(bucket, "a"), bench.application.objects(bucket, "")) == before
    bench.hand.write(bucket, "a", "2")
    assert bench.application.objects(bucket, "a") != before[0]
    assert bench.application.objects(bucket, "") != before[1]


def test_an_item_is_read_by_its_key_as_json_values(bench: Bench) -> None:
    table = bench.hand.table({"id": "o-1", "state": "booked", "lines": 3})
    assert bench.application.item(table, {"id": "o-1"}) == {"id": "o-1", "state": "booked", "lines": 3}
    assert bench.application.item(table, {"id": "o-2"}) is None
    with pytest.raises(RemoteError, match="no-such-table"):
        bench.application.item("no-such-table", {"id": "o-1"})


@pytest.mark.parametrize("messages", [0, 3])
def test_messages_are_counted_the_delayed_ones_too(bench: Bench, messages: int) -> None:
    assert bench.application.messages(bench.hand.queue(messages)) == messages


@pytest.mark.parametrize("bus", [False, True])
def test_a_rule_hands_its_function_its_input(bench: Bench, bus: bool) -> None:
    call = bench.application.scheduled(bench.hand.rule(ARN, '{"full": true}', bus=bus))
    assert (call.function, json.loads(call.payload)) == (ARN, {"full": True})


def test_a_rule_without_an_input_hands_over_the_event_of_a_schedule(bench: Bench) -> None:
    event = json.loads(bench.application.scheduled(bench.hand.rule(ARN, None)).payload)
    assert (event["source"], event["detail-type"]) == ("aws.events", "Scheduled Event")


def test_a_schedule_is_found_in_whichever_group_it_is(bench: Bench) -> None:
    call = bench.application.scheduled(bench.hand.schedule(ARN, '{"full": true}'))
    assert (call.function, json.loads(call.payload)) == (ARN, {"full": True})


def test_a_schedule_or_secret_that_is_not_there_is_told(bench: Bench) -> None:
    for kind in ("AWS::Events::Rule", "AWS::Scheduler::Schedule"):
        with pytest.raises(RemoteError, match="Nightly"):
            bench.application.scheduled(StackResource("Nightly", kind, "no-such-schedule"))
    with pytest.raises(RemoteError, match="no-such-secret"):
        bench.application.secret("no-such-secret")


def test_a_secret_is_read(bench: Bench) -> None:
    assert bench.application.secret(bench.hand.secret("k-1")) == "k-1"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ([{"Arn": f"arn:aws:sqs:{REGION}:123456789012:q"}], "has not one function as its target"),
        ([{"Arn": ARN}, {"Arn": ARN}], "has not one function as its target"),
        ([{"Arn": ARN, "InputPath": "$.detail"}], "forms its input from the event"),
    ],
)
def test_what_a_rule_would_do_is_not_guessed(target: list[dict[str, str]], words: str) -> None:
    with mock_aws():
        session = boto3.Session("x", "x", region_name=REGION)
        events = session.client("events")
        events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
        events.put_targets(Rule="nightly", Targets=[each | {"Id": str(n)} for n, each in enumerate(target)])
        with pytest.raises(RemoteError, match=words):
            ApplicationCalls(session).scheduled(StackResource("Nightly", "AWS::Events::Rule", "nightly"))
