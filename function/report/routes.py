"""The function's operations, built from its parts."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from report.figures import Figure, all_figures
from report.formats import CSV, CSV_CONTENT_TYPE, negotiate, to_csv
from report.members import read_members
from shared.api import Api, DirectAction, Route, TokenVerifier
from shared.config import Config
from shared.health import health_call
from shared.http import Request, Response, json_response
from shared.principals import MAY_READ
from shared.store import CurrentFile, MemberStore

LIBRARIES = ("botocore", "numpy", "pandas", "pyarrow", "pyjwt")


def make_api(
    config: Config, store: MemberStore, now: Callable[[], datetime], verifier: TokenVerifier, log: logging.Logger
) -> Api:
    """Lambda's handler for the image `report`."""

    def report(request: Request) -> Response:
        media_type = negotiate(request.header("accept"))  # before the work: a refusal costs nothing
        current, figures = compute(store, now)
        vary = {"Vary": "Origin, Accept"}
        if media_type == CSV:
            return Response(200, to_csv(figures), CSV_CONTENT_TYPE, vary)
        return json_response(200, content(current, figures), vary)

    return Api(
        routes=[
            Route("GET", "/report/health", "health", None, health_call(config, LIBRARIES)),
            Route("GET", "/members/report", "report", MAY_READ, lambda request, _remaining: report(request)),
        ],
        actions=[DirectAction("report", lambda _remaining: content(*compute(store, now)))],
        verifier=verifier,
        allowed_origin=config.allowed_origin,
        log=log,
    )


def compute(store: MemberStore, now: Callable[[], datetime]) -> tuple[CurrentFile, list[Figure]]:
    """The figures of the current file; ages are those on the day it was generated."""
    current, file_bytes = store.read_current()
    generated = datetime.fromisoformat(current.generated_at) if current.generated_at else now()
    return current, all_figures(read_members(file_bytes), generated.date())


def content(current: CurrentFile, figures: list[Figure]) -> dict[str, Any]:
    """The JSON answer: which file, and each figure under its name."""
    return {
        "key": current.key,
        "record_count": current.record_count,
        "generated_at": current.generated_at,
        **{figure.name: figure.records() for figure in figures},
    }
