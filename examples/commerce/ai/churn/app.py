"""Started by a schedule: how likely it is of each customer that they do not come back."""

from typing import Any

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shared.learning import Examples, examples
from shared.store import own, write_result

KNOWN = ("orders", "spent", "since_first", "since_last")


def probabilities(given: Examples) -> list[float]:
    """That each spends nothing later, by logistic regression."""
    stayed = [later > 0 for later in given.wanted]
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(given.known, stayed)
    return [float(each) for each in model.predict_proba(given.known)[:, 0]]


def handler(_event: Any, _context: object) -> dict[str, Any]:
    store = own()
    given = examples(store.read("features/customers.csv"), ["customer"], KNOWN, "later")
    if not given.enough() or all(later > 0 for later in given.wanted):
        return {"customers": 0, "why": "too little to learn from"}
    likely = {key[0]: round(each, 3) for key, each in zip(given.keys, probabilities(given), strict=True)}
    write_result(store, "churn", likely)
    return {"customers": len(likely), "likely": sum(each > 0.5 for each in likely.values())}
