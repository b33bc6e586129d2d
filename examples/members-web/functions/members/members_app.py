"""Members over HTTP: a ZIP file with a layer."""

import json
from typing import Any

from memberskit.answers import as_json
from memberskit.members import NoMemberError, Table, member


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if event["resource"] == "/health":
        return as_json(200, {"status": "ok"})
    try:
        given = member(json.loads(event.get("body") or ""))
    except (json.JSONDecodeError, NoMemberError) as error:
        return as_json(400, {"error": f"this is no member: {error}"})
    Table().put(given)
    return as_json(201, {"email": given.email})
