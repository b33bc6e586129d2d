"""An isolation forest as plain data: grown by scikit-learn in training, walked here without it.

A point that few splits suffice to part from the others is unusual (F. T. Liu, K. M. Ting, Z.-H. Zhou, "Isolation
Forest", 2008). The score is 2 to the power of -(mean depth / mean depth of a search among as many points): near 1 is
unusual, below 0.5 is usual.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

#: A leaf is the number of points that ended there; a branch is [feature, threshold, at most the threshold, above].
Node = int | list[Any]


def score(forest: Mapping[str, Any], vector: Sequence[float]) -> float:
    """How unusual ``vector`` is, between 0 and 1."""
    rounded = [_single(each) for each in vector]
    depths = [_depth(tree, rounded) for tree in forest["trees"]]
    return float(2 ** -(sum(depths) / len(depths) / mean_depth(forest["points"])))


def mean_depth(points: int) -> float:
    """The mean depth of an unsuccessful search among so many points."""
    if points <= 2:
        return float(max(points - 1, 0))
    return 2 * (math.log(points - 1) + 0.5772156649015329) - 2 * (points - 1) / points


def _depth(tree: Node, vector: Sequence[float]) -> float:
    steps = 0
    while not isinstance(tree, int):
        feature, threshold, at_most, above = tree
        tree = at_most if vector[feature] <= threshold else above
        steps += 1
    return steps + mean_depth(tree)


def _single(number: float) -> float:
    """Rounded as scikit-learn rounds what it compares: to 32 bits."""
    return float(struct.unpack("f", struct.pack("f", number))[0])
