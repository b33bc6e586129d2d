"""Takes orders over HTTP and keeps them as they came."""

import json
from typing import Any

from ingest.order import NoOrderError, read
from shared.store import Store, own


def answer(store: Store, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if event["routeKey"] == "GET /health":
        return 200, {"status": "ok"}
    try:
        order = read(json.loads(event.get("body") or ""))
    except (json.JSONDecodeError, NoOrderError) as error:
        return 400, {"error": f"this is no order: {error}"}
    name = f"raw/{order['day']}/{order['order']}.json"
    store.write(name, json.dumps(order))
    return 201, {"order": order["order"], "kept": name}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    status, document = answer(own(), event)
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(document)}
