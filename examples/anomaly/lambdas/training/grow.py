"""Grows the forest from the history. Which library grows it is passed in, so that all else is tested without it."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from shared.events import NAMES, shares, vector
from shared.forest import Node, score

#: Of a hundred calls of the history, how many are judged unusual.
UNUSUAL = 2
LEAST = 50

Grow = Callable[[Sequence[Sequence[float]]], tuple[list[Any], int]]
"""Vectors -> scikit-learn's trees, and the number of points that each was grown from."""


class TooLittleError(Exception):
    """The history is too short to say what is usual."""


def lines(text: str) -> Iterator[dict[str, Any]]:
    """The events of a file with one JSON document a line."""
    return (json.loads(line) for line in text.splitlines() if line.strip())


def model(history: Sequence[dict[str, Any]], grow: Grow, now: datetime) -> dict[str, Any]:
    """What detection reads. Raises TooLittleError: nothing is learnt from a short history."""
    if len(history) < LEAST:
        raise TooLittleError(f"{len(history)} events are too few to learn from; it takes {LEAST}")
    known = shares(history)
    vectors = [vector(event, known) for event in history]
    trees, points = grow(vectors)
    forest = {"points": points, "trees": [plain(tree) for tree in trees]}
    scores = sorted(score(forest, each) for each in vectors)
    limit = scores[min(len(scores) - 1, len(scores) * (100 - UNUSUAL) // 100)]
    facts = {"names": list(NAMES), "learnt_from": len(history), "learnt_at": now.isoformat(timespec="seconds")}
    return {**facts, "limit": limit, "shares": known, "forest": forest}


def plain(tree: Any, node: int = 0) -> Node:
    """A tree of scikit-learn (its arrays: children_left, children_right, feature, threshold, n_node_samples)."""
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    if left == right:
        return int(tree.n_node_samples[node])
    return [int(tree.feature[node]), float(tree.threshold[node]), plain(tree, left), plain(tree, right)]
