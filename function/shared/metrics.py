"""Figures of a call as a line of the log that CloudWatch turns into metrics: no call of its own, no permission.

The line's form is that of "Specification: Embedded metric format" (CloudWatch user guide). Its dimension is the
function, and nothing in it says anything of a member.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping

from shared.logs import always

NAMESPACE = "MemberReporting"
COLD = "ColdStart"
UNITS: Mapping[str, str] = {"Members": "Count", "Bytes": "Bytes", "Duration": "Milliseconds", COLD: "Count"}


class Metrics:
    """One container's. `clock` gives Unix seconds."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.time) -> None:
        self._log = log
        self._clock = clock
        self._calls = 0

    def called(self) -> None:
        """The container answers one call more."""
        self._calls += 1

    def emit(self, *, members: int, size: int, duration_ms: int) -> None:
        """A member file of so many members and bytes was written, or read, in that time."""
        values = {"Members": members, "Bytes": size, "Duration": duration_ms, COLD: int(self._calls <= 1)}
        described = {
            "Namespace": NAMESPACE,
            "Dimensions": [["FunctionName"]],
            "Metrics": [{"Name": name, "Unit": unit} for name, unit in UNITS.items()],
        }
        envelope = {"Timestamp": round(self._clock() * 1000), "CloudWatchMetrics": [described]}
        function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", self._log.name)
        always(self._log, "metrics", {"_aws": envelope, "FunctionName": function, **values})
