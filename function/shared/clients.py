"""AWS clients with time limits that leave a run time to end cleanly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config as BotoConfig

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


def dynamodb_client() -> DynamoDBClient:
    """A client for the member table."""
    return boto3.client("dynamodb", config=_config())


def s3_client(endpoint: str = "") -> S3Client:
    """An S3 client; `endpoint` (an emulation's, as callers reach it) is addressed by path."""
    s3 = BotoConfig(signature_version="s3v4", s3={"addressing_style": "path" if endpoint else "auto"})
    return boto3.client("s3", endpoint_url=endpoint or None, config=_config().merge(s3))


def _config() -> BotoConfig:
    return BotoConfig(
        retries={"mode": "standard", "total_max_attempts": 6},  # throttling included, with jittered back-off
        connect_timeout=3,
        read_timeout=10,
    )
