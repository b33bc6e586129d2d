import json

import pytest
from ingest.app import answer
from ingest.order import NoOrderError, read

LINE = {"product": "tea", "quantity": 2, "price": 5.6}
ORDER = {"order": "o-1", "customer": "c-1", "day": "2026-11-25", "lines": [LINE]}


def post(store, body):
    return answer(store, {"routeKey": "POST /orders", "body": body})


def test_an_order_is_kept_below_its_day(store):
    assert post(store, json.dumps(ORDER)) == (201, {"order": "o-1", "kept": "raw/2026-11-25/o-1.json"})
    assert json.loads(store["raw/2026-11-25/o-1.json"]) == ORDER


def test_what_is_no_order_is_refused_and_nothing_is_kept(store):
    assert post(store, "{")[0] == 400
    assert post(store, "[]") == (400, {"error": "this is no order: it is no object"})
    assert store == {}


def test_it_is_healthy(store):
    assert answer(store, {"routeKey": "GET /health"}) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"order": "../other"}, "order is no name"),
        ({"customer": None}, "customer is no name"),
        ({"day": "25.11.2026"}, "day is no date"),
        ({"lines": []}, "there are no lines"),
        ({"lines": [LINE, {"quantity": 1}]}, "line 2 has no product"),
        ({"lines": [LINE | {"quantity": 0}]}, "line 1 has no quantity above 0"),
        ({"lines": [LINE | {"quantity": 1.5}]}, "line 1 has no quantity above 0"),
        ({"lines": [LINE | {"price": True}]}, "line 1 has no price above 0"),
    ],
)
def test_a_refusal_says_what_is_wrong(change, why):
    with pytest.raises(NoOrderError, match=why):
        read(ORDER | change)
