"""The report over HTTP."""

from typing import Any

from memberskit.answers import as_json
from memberskit.members import Table

from report.figures import figures


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if event["resource"] == "/report/health":
        return as_json(200, {"status": "ok"})
    return as_json(200, figures(Table().all()))
