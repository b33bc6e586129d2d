"""The compute functions of Arrow that an export needs, by their names in its list ("Compute Functions"). Pure.

pyarrow.compute makes a Python function of each of some 300 when it is imported: 25 ms of every cold start. Arrays' own
methods (`filter`, `take`, `cast`, `is_null`, `drop_null`) import it, so none of them is used.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyarrow import _compute as compute


def call(name: str, *arguments: Any, options: Any = None) -> Any:
    """What Arrow's function of this name makes of arrays and plain values; raises pyarrow.ArrowInvalid."""
    return compute.call_function(name, [_datum(each) for each in arguments], options)


def _datum(argument: Any) -> Any:
    return argument if isinstance(argument, pa.Array | pa.Table | pa.Scalar) else pa.scalar(argument)


def cast(values: pa.Array, to: pa.DataType) -> pa.Array:
    """The same values in another type; raises pyarrow.ArrowInvalid where one would change."""
    return call("cast", values, options=compute.CastOptions.safe(to))


def matches(texts: pa.Array, pattern: str) -> pa.Array:
    """True where the regular expression is found in a text."""
    return call("match_substring_regex", texts, options=compute.MatchSubstringOptions(pattern))


def find(texts: pa.Array, what: str) -> pa.Array:
    """The first place of `what` in each text, -1 where it is not."""
    return call("find_substring", texts, options=compute.MatchSubstringOptions(what))


def trimmed(texts: pa.Array, side: str, characters: str) -> pa.Array:
    """Texts without the characters at one side, "ltrim" or "rtrim"."""
    return call(f"utf8_{side}", texts, options=compute.TrimOptions(characters))


def chosen(values: pa.Array, mask: pa.Array) -> pa.Array:
    """The values where the mask is true."""
    return call("filter", values, mask, options=compute.FilterOptions("drop"))


def any_true(values: pa.Array) -> bool:
    """Whether one of them is true."""
    return bool(call("any", values).as_py())


def order(rows: pa.Table, *names: str) -> pa.Array:
    """The places of rows in ascending order of their columns."""
    return call("sort_indices", rows, options=compute.SortOptions([(name, "ascending") for name in names]))


def validity(values: pa.Array) -> pa.Buffer | None:
    """The bits that say which values are there, from the first value on; None where all are."""
    if not values.null_count:
        return None
    bits = call("invert", call("is_null", values))
    return pa.concat_arrays([bits, pa.array([], pa.bool_())]).buffers()[1] if bits.offset else bits.buffers()[1]
