"""Started by a schedule: what each customer will buy again, by gradient boosting (LightGBM)."""

from typing import Any

import lightgbm
import numpy as np

from recommend.best import best
from shared.learning import Examples, examples
from shared.store import own, write_result

KNOWN = ("times", "quantity", "since_last")
_SETTINGS = {"objective": "binary", "num_leaves": 7, "min_data_in_leaf": 5, "num_threads": 1, "seed": 7, "verbose": -1}


def likelihoods(given: Examples) -> list[float]:
    """That each product is bought again."""
    data = lightgbm.Dataset(np.array(given.known), label=np.array(given.wanted))
    model = lightgbm.train(_SETTINGS, data, num_boost_round=50)
    return [float(each) for each in np.asarray(model.predict(np.array(given.known)))]


def handler(_event: Any, _context: object) -> dict[str, Any]:
    store = own()
    given = examples(store.read("features/pairs.csv"), ["customer", "product"], KNOWN, "again")
    if not given.enough():
        return {"customers": 0, "why": "too little to learn from"}
    result = best(zip(given.keys, likelihoods(given), strict=True), 3)
    write_result(store, "recommend", {"products": result})
    return {"customers": len(result)}
