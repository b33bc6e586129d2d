"""The function's operations, built from its parts."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from report.figures import Figure, all_figures
from report.formats import CSV, CSV_CONTENT_TYPE, HTML, HTML_CONTENT_TYPE, negotiate, to_csv
from report.members import read_members, stays
from report.page import POLICY, to_html
from report.retention import retention
from shared.api import Api, DirectAction, Route, TokenVerifier
from shared.config import Config
from shared.health import health_call
from shared.http import Request, Response, json_response
from shared.metrics import Metrics
from shared.principals import MAY_READ
from shared.store import CurrentFile, MemberStore

LIBRARIES = ("botocore", "numpy", "pandas", "pyarrow", "pyjwt")


def make_api(
    config: Config, store: MemberStore, now: Callable[[], datetime], verifier: TokenVerifier, log: logging.Logger
) -> Api:
    """Lambda's handler for the image `report`."""

    metrics = Metrics(log)

    def measured() -> tuple[CurrentFile, list[Figure]]:
        began = time.monotonic()
        current, figures = compute(store, now)
        duration_ms = round((time.monotonic() - began) * 1000)
        metrics.emit(members=current.record_count or 0, size=current.bytes, duration_ms=duration_ms)
        return current, figures

    def report(request: Request) -> Response:
        media_type = negotiate(request.header("accept"))  # before the work: a refusal costs nothing
        current, figures = measured()
        vary = {"Vary": "Origin, Accept"}
        if media_type == CSV:
            return Response(200, to_csv(figures), CSV_CONTENT_TYPE, vary)
        if media_type == HTML:
            policy = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
            return Response(200, to_html(current, figures), HTML_CONTENT_TYPE, vary | policy)
        return json_response(200, content(current, figures), vary)

    return Api(
        routes=[
            Route("GET", "/report/health", "health", None, health_call(config, LIBRARIES)),
            Route("GET", "/members/report", "report", MAY_READ, lambda request, _remaining: report(request)),
        ],
        actions=[DirectAction("report", lambda _remaining: content(*measured()))],
        verifier=verifier,
        allowed_origin=config.allowed_origin,
        log=log,
        metrics=metrics,
    )


def compute(store: MemberStore, now: Callable[[], datetime]) -> tuple[CurrentFile, list[Figure]]:
    """The figures of the current file; ages are those on the day it was generated."""
    current, file_bytes = store.read_current()
    generated = datetime.fromisoformat(current.generated_at) if current.generated_at else now()
    members, as_of = read_members(file_bytes), generated.date()
    return current, [*all_figures(members, as_of), retention(stays(members), as_of)]


def content(current: CurrentFile, figures: list[Figure]) -> dict[str, Any]:
    """The JSON answer: which file, and each figure under its name."""
    return {
        "key": current.key,
        "record_count": current.record_count,
        "generated_at": current.generated_at,
        **{figure.name: list(figure.records()) for figure in figures},
    }
