"""Started by a schedule: the shop's past orders and those that came since, as one table."""

import os
from typing import Any

from clean.table import table
from shared.store import Bucket, Store, own


def run(history: Store, store: Store) -> dict[str, Any]:
    sources = ((history, "orders/"), (store, "raw/"))
    texts = (text for source, prefix in sources for name in source.names(prefix) if (text := source.read(name)))
    frame, repeated = table(texts)
    store.write("clean/lines.csv", frame.to_csv(index=False))
    return {"orders": int(frame["order"].nunique()), "lines": len(frame), "repeated": repeated}


def handler(_event: Any, _context: object) -> dict[str, Any]:
    return run(Bucket(os.environ["HISTORY_BUCKET"]), own())
