"""Orders as one table: a row for each line."""

import json
from collections.abc import Iterable

import pandas as pd

COLUMNS = ["order", "customer", "day", "product", "quantity", "price"]


def table(texts: Iterable[str]) -> tuple[pd.DataFrame, int]:
    """The lines of all orders, each order once (the last one that came counts), and how many came more than once.

    A text is one order, or several, a JSON document a line.
    """
    orders, seen = {}, 0
    for text in texts:
        for line in filter(str.strip, text.splitlines()):
            order = json.loads(line)
            orders[order["order"]] = order
            seen += 1
    rows = [
        [order["order"], order["customer"], order["day"], line["product"], line["quantity"], line["price"]]
        for order in orders.values()
        for line in order["lines"]
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values(["day", "order", "product"], ignore_index=True), seen - len(orders)
