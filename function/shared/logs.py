"""Structured logs: one JSON object a line on standard output, with no personal data in it.

An exception is logged by type and place, never by message: a library's message may quote a member's data.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

LIBRARIES = ("botocore", "urllib3")
"""At DEBUG they log requests and answers whole, members included, to whatever listens to the root logger."""


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; `extra={"data": {...}}` adds fields."""

    def __init__(self, **fixed: str) -> None:
        super().__init__()
        self._fixed = fixed

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "message": record.getMessage(),
            **self._fixed,
            **getattr(record, "data", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def describe(error: BaseException) -> dict[str, Any]:
    """An exception's type, AWS error code where it has one, and frames from outermost to innermost."""
    frames = traceback.extract_tb(error.__traceback__)
    described: dict[str, Any] = {
        "type": type(error).__qualname__,
        "frames": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
    }
    response = getattr(error, "response", None)  # botocore's ClientError; its code names no item
    if isinstance(response, dict):
        described["aws_code"] = response.get("Error", {}).get("Code")
        described["aws_operation"] = getattr(error, "operation_name", None)
    if error.__cause__:
        described["cause"] = type(error.__cause__).__qualname__
    return described


def make_logger(function: str, *, level: str, version: str, commit: str, stream: TextIO = sys.stdout) -> logging.Logger:
    """The function's logger, apart from the root logger that Lambda's runtime sets up."""
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
    logger = logging.Logger(function, level)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(function=function, version=version, commit=commit))
    logger.addHandler(handler)
    return logger


def always(logger: logging.Logger, message: str, fields: Mapping[str, Any]) -> None:
    """Writes a line at whatever level the logger is set to: LOG_LEVEL must not silence audit lines and metrics."""
    logger.handle(
        logger.makeRecord(logger.name, logging.INFO, __file__, 0, message, (), None, extra={"data": dict(fields)})
    )


def audit(logger: logging.Logger, fields: Mapping[str, Any]) -> None:
    """Writes an audit line."""
    always(logger, "audit", fields)
