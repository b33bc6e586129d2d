"""AWS clients with time limits that leave a run time to end cleanly.

They are botocore's: boto3 adds nothing that is used here, and 50 ms to every cold start.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from botocore.config import Config as BotoConfig
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


def dynamodb_client() -> DynamoDBClient:
    """A client for the member table."""
    return cast("DynamoDBClient", _session().create_client("dynamodb", config=_config()))


def s3_client() -> S3Client:
    """An S3 client; the addresses that it signs are below the endpoint that it calls itself."""
    s3 = BotoConfig(signature_version="s3v4", s3={"addressing_style": "auto"})
    return cast("S3Client", _session().create_client("s3", config=_config().merge(s3)))


@cache
def _session() -> Session:
    """One for all clients: each session reads botocore's list of endpoints anew."""
    return Session()


def _config() -> BotoConfig:
    return BotoConfig(
        retries={"mode": "standard", "total_max_attempts": 6},  # throttling included, with jittered back-off
        connect_timeout=3,
        read_timeout=10,
    )
