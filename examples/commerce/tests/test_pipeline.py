import json

import clean.app
import features.app
import pytest
from features import counting
from test_ingest import LINE, ORDER

from rehearsal import orders


def test_an_order_that_came_twice_counts_once_and_the_later_one_counts(history, store):
    history["orders/2026.jsonl"] = json.dumps(ORDER) + "\n\n" + json.dumps(ORDER | {"order": "o-2"})
    store["raw/2026-11-25/o-1.json"] = json.dumps(ORDER | {"customer": "c-9"})
    assert clean.app.run(history, store) == {"orders": 2, "lines": 2, "repeated": 1}
    assert store["clean/lines.csv"].splitlines()[1:] == [
        "o-1,c-9,2026-11-25,tea,2,5.6",
        "o-2,c-1,2026-11-25,tea,2,5.6",
    ]


def test_without_an_order_nothing_is_counted(history, store):
    assert features.app.run(store) == {"rows": {}}
    assert clean.app.run(history, store)["orders"] == 0
    assert features.app.run(store) == {"rows": {}}


@pytest.fixture
def lines(history, store):
    """Ten days; the days from the eighth on are what came after."""
    bought = [("ada", 1, ["tea"]), ("ada", 5, ["tea", "jam"]), ("ada", 9, ["tea"]), ("bob", 2, ["milk"])]
    bought += [("cleo", 11, ["tea"])]
    for number, (customer, day, products) in enumerate(bought):
        order = ORDER | {"order": f"o-{number}", "customer": customer, "day": f"2026-11-{day:02}"}
        order["lines"] = [LINE | {"product": product} for product in products]
        store[f"raw/{number}.json"] = json.dumps(order)
    clean.app.run(history, store)
    return counting.read(store["clean/lines.csv"])


def test_each_day_is_counted_also_one_without_an_order(lines):
    assert counting.days(lines)["revenue"].tolist() == [11.2, 11.2, 0, 0, 22.4, 0, 0, 0, 11.2, 0, 11.2]


def test_a_customer_s_past_is_counted_and_what_came_later_is_apart(lines):
    assert counting.parted_at(lines).isoformat() == "2026-11-08T00:00:00"
    assert counting.customers(lines).to_dict("records") == [
        {"customer": "ada", "orders": 2, "spent": 33.6, "since_first": 7, "since_last": 3, "later": 11.2},
        {"customer": "bob", "orders": 1, "spent": 11.2, "since_first": 6, "since_last": 6, "later": 0.0},
    ]


def test_a_product_that_was_bought_again_is_marked(lines):
    again = {(row.customer, row.product): row.again for row in counting.pairs(lines).itertuples()}
    assert again == {("ada", "jam"): 0, ("ada", "tea"): 1, ("bob", "milk"): 0}


def test_half_a_year_of_the_rehearsal_is_enough_to_learn_from(history, store):
    history["orders/2026.jsonl"] = "\n".join(map(json.dumps, orders(customers=60, days=180)))
    clean.app.run(history, store)
    rows = features.app.run(store)["rows"]
    assert rows["days"] > 170
    assert rows["customers"] == 60
    assert rows["pairs"] > 150
