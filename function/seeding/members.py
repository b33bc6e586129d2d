"""Members of a made-up Dutch association: the same ones every time, shaped like real member administration.

About 45 attributes each: some missing, some null, nested maps and lists, sets, binary, numbers of every size, and one
attribute whose type differs from member to member. Names are put together from common parts; e-mail addresses, phone
numbers and bank accounts cannot exist (example.org, numbers no operator issues, IBANs with check digits 00).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from .member_attributes import MISSING, activity, contact, day, membership, payment, person, record

Member = dict[str, Any]
"""Attribute -> value as boto3 takes it: str, Decimal, bool, None, bytes, and dict, list or set of these."""

COUNT = 1228
SEED = 20_260_101
KEY = "member_id"


def members(count: int = COUNT, seed: int = SEED) -> Iterator[Member]:
    """The first ``count`` members; the same for the same seed, whatever the count."""
    for number in range(1, count + 1):
        yield _member(number, Random(f"{seed}/{number}"))


def _member(number: int, rng: Random) -> Member:
    born = day(rng, date(1932, 1, 1), date(2015, 12, 31))
    member = {
        KEY: f"M{number:06d}",
        "member_number": Decimal(100_000 + number),
        **person(number, rng, born),
        **contact(number, rng),
        **membership(number, rng, born),
        **payment(number, rng),
        **activity(number, rng),
        **record(number, rng),
    }
    return {name: value for name, value in member.items() if value is not MISSING}
