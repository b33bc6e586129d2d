"""The function's operations, built from its parts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from export.download import download
from export.generate import Generator
from shared.api import Api, DirectAction, Remaining, Route, TokenVerifier
from shared.config import Config
from shared.health import health_call
from shared.http import json_response
from shared.metrics import Metrics
from shared.principals import MAY_GENERATE, MAY_READ

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FILE_PATH = "/members/parquet"
LIBRARIES = ("botocore", "pyarrow", "pyjwt")


def make_api(
    config: Config, generator: Generator, presigner: S3Client, verifier: TokenVerifier, log: logging.Logger
) -> Api:
    """Lambda's handler for the image `export`."""
    metrics = Metrics(log)

    def generate(remaining: Remaining) -> dict[str, Any]:
        made = generator.run(remaining)
        metrics.emit(members=made.record_count, size=made.bytes, duration_ms=made.duration_ms)
        return made.answer()

    return Api(
        routes=[
            Route("GET", "/health", "health", None, health_call(config, LIBRARIES)),
            Route(
                "POST",
                FILE_PATH,
                "generate",
                MAY_GENERATE,
                lambda _request, remaining: json_response(200, generate(remaining)),
            ),
            Route(
                "GET",
                FILE_PATH,
                "download",
                MAY_READ,
                lambda _request, _remaining: json_response(
                    200, download(generator.store, presigner, config.presign_seconds)
                ),
            ),
        ],
        actions=[DirectAction("generate", generate)],
        verifier=verifier,
        allowed_origin=config.allowed_origin,
        log=log,
        metrics=metrics,
    )
