"""The function's tests run in the repository and inside either image: whatever code is there is what they test."""

import io
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

_IN_REPOSITORY = Path(__file__).resolve().parent.parent.parent / "function"
FUNCTION_ROOT = _IN_REPOSITORY if _IN_REPOSITORY.is_dir() else Path(os.environ["LAMBDA_TASK_ROOT"])
sys.path.insert(0, str(FUNCTION_ROOT))
HAS_EXPORT, HAS_REPORT = find_spec("export") is not None, find_spec("report") is not None
# an image holds one function: the other's tests are none of its own
collect_ignore_glob = [
    *([] if HAS_EXPORT else ["test_export_*"]),
    *([] if HAS_REPORT else ["test_report_*"]),
    *([] if HAS_EXPORT and HAS_REPORT else ["test_both_*"]),
]

import boto3  # noqa: E402
import pytest  # noqa: E402
from boto3.dynamodb.types import TypeSerializer  # noqa: E402
from function_tokens import UserPool  # noqa: E402
from moto import mock_aws  # noqa: E402

from shared.auth import Verifier  # noqa: E402
from shared.config import Config  # noqa: E402
from shared.jwks import KeySet  # noqa: E402
from shared.logs import make_logger  # noqa: E402
from shared.store import MemberStore  # noqa: E402

TABLE, BUCKET, REGION = "members", "reports-of-the-tests", "eu-west-1"
ORIGIN = "https://members.example.org"
START = datetime(2025, 3, 30, 11, 22, 33, tzinfo=UTC)


class Clock:
    """Time that moves only when told."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        return self.moment.timestamp()

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Context:
    """Lambda's context object, as far as the functions read it."""

    aws_request_id: str = "request-1"
    seconds_left: float = 300.0

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds_left * 1000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture(scope="session")
def pool() -> UserPool:
    return UserPool.create()


@pytest.fixture
def key_set(pool: UserPool, clock: Clock) -> KeySet:
    return KeySet(pool.key_set_document, clock.seconds)


@pytest.fixture
def verifier(pool: UserPool, key_set: KeySet, clock: Clock) -> Verifier:
    return Verifier(key_set, issuer=pool.issuer, client_id=pool.client_id, now=clock.seconds)


@pytest.fixture
def config(pool: UserPool) -> Config:
    return Config(
        version="1.4.0",
        commit="c" * 40,
        members_table=TABLE,
        reports_bucket=BUCKET,
        issuer=pool.issuer,
        client_id=pool.client_id,
        jwks_url=f"{pool.issuer}/.well-known/jwks.json",
        consistent_read=True,
        allowed_origin=ORIGIN,
        presign_seconds=300,
        log_level="INFO",
    )


@pytest.fixture
def log_text() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(log_text: io.StringIO) -> logging.Logger:
    return make_logger("tested", level="INFO", version="1.4.0", commit="c" * 40, stream=log_text)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto's AWS, with credentials that open nothing else."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(aws: None) -> Any:  # noqa: ARG001
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "member_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "member_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture
def s3(aws: None) -> Any:  # noqa: ARG001
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture
def store(s3: Any) -> MemberStore:
    return MemberStore(s3, BUCKET)


@pytest.fixture
def put_member(dynamodb: Any) -> Callable[..., None]:
    """Adds one member with the given attributes, as Python values."""
    serialize = TypeSerializer().serialize

    def put(member_id: str, **attributes: Any) -> None:
        item = {"member_id": member_id, **attributes}
        dynamodb.put_item(TableName=TABLE, Item={name: serialize(value) for name, value in item.items()})

    return put


@pytest.fixture
def event(pool: UserPool, clock: Clock) -> Callable[..., dict[str, Any]]:
    """An API Gateway event (REST API, payload 1.0), with a token of the given groups unless they are None."""

    def make(
        method: str, path: str, groups: list[str] | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        sent = dict(headers or {})
        if groups is not None:
            sent["Authorization"] = f"Bearer {pool.access_token(clock.seconds(), groups)}"
        return {
            "resource": path,
            "path": path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "requestContext": {"requestId": "api-1", "stage": "live"},
            "body": None,
            "isBase64Encoded": False,
        }

    return make


@pytest.fixture
def fill_beyond_one_part(put_member: Callable[..., None]) -> Callable[[], int]:
    """Adds members whose file is larger than one upload part; answers how many."""

    def fill() -> int:
        for number in range(28):
            put_member(f"M{number}", photo=Random(number).randbytes(350_000))
        return 28

    return fill


if HAS_EXPORT:
    from export.generate import Generator

    @pytest.fixture
    def generator(dynamodb: Any, store: MemberStore, config: Config, clock: Clock, log: logging.Logger) -> Generator:
        return Generator(dynamodb, store, config, clock, log)

    @pytest.fixture
    def another_generator(generator: Generator) -> Generator:
        """A second container's generator: its own S3 client, so that faults can be given to one of them alone."""
        return replace(generator, store=MemberStore(boto3.client("s3"), BUCKET))
