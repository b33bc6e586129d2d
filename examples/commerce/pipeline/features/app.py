"""Started by a schedule: counts, from the table of all orders, what the functions below ai/ learn from."""

from typing import Any

from features import counting
from shared.store import Store, own


def run(store: Store) -> dict[str, Any]:
    text = store.read("clean/lines.csv")
    lines = counting.read(text) if text else None
    if lines is None or lines.empty:
        return {"rows": {}}
    tables = {"days": counting.days(lines), "customers": counting.customers(lines), "pairs": counting.pairs(lines)}
    for name, table in tables.items():
        store.write(f"features/{name}.csv", table.to_csv(index=False))
    return {"rows": {name: len(table) for name, table in tables.items()}}


def handler(_event: Any, _context: object) -> dict[str, Any]:
    return run(own())
