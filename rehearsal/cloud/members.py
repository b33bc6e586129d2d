"""Members of a made-up Dutch association: the same ones every time, shaped like real member administration.

About 45 attributes each: some missing, some null, nested maps and lists, sets, binary, numbers of every size, and one
attribute whose type differs from member to member. Names are put together from common parts; e-mail addresses, phone
numbers and bank accounts cannot exist (example.org, numbers no operator issues, IBANs with check digits 00).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from rehearsal.cloud.member_vocabulary import (
    COMMENTS,
    COMMITTEES,
    FEES,
    FIRST,
    INTERESTS,
    LAST,
    MEMBERSHIP_TYPES,
    PREFIXES,
    REGIONS,
    STATUSES,
    STREETS,
)

Member = dict[str, Any]
"""Attribute -> value as boto3 takes it: str, Decimal, bool, None, bytes, and dict, list or set of these."""

COUNT = 1228
SEED = 20_260_101
KEY = "member_id"
NEWEST = date(2025, 12, 31)
"""No date in the data is later, so that figures per year do not depend on when they are asked for."""


def members(count: int = COUNT, seed: int = SEED) -> Iterator[Member]:
    """The first ``count`` members; the same for the same seed, whatever the count."""
    for number in range(1, count + 1):
        yield _member(number, Random(f"{seed}/{number}"))


def _member(number: int, rng: Random) -> Member:
    born = _day(rng, date(1932, 1, 1), date(2015, 12, 31))
    member = {
        KEY: f"M{number:06d}",
        "member_number": Decimal(100_000 + number),
        **_person(number, rng, born),
        **_contact(number, rng),
        **_membership(number, rng, born),
        **_payment(number, rng),
        **_activity(number, rng),
        **_record(number, rng),
    }
    return {name: value for name, value in member.items() if value is not _MISSING}


_MISSING = object()


def _sometimes(rng: Random, share: float, value: Any, otherwise: Any = _MISSING) -> Any:
    return value if rng.random() < share else otherwise


def _day(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def _compound(rng: Random, halves: tuple[str, str]) -> str:
    return "".join(rng.choice(half.split()) for half in halves)


def _cents(rng: Random, low: int, high: int) -> Decimal:
    return Decimal(rng.randrange(low, high)) / 100


def _person(number: int, rng: Random, born: date) -> Member:
    first, last = rng.choice(FIRST.split()), _compound(rng, LAST)
    return {
        "first_name": first,
        "initials": f"{first[0]}.{_sometimes(rng, 0.4, rng.choice('ABCDEHJMPW') + '.', '')}",
        "name_prefix": _sometimes(rng, 0.35, rng.choice(PREFIXES)),
        "last_name": last,
        "gender": _sometimes(rng, 0.93, rng.choice("mvx")),
        "birth_date": _sometimes(rng, 0.97, born.isoformat()),
        "language": rng.choice(("nl", "nl", "nl", "nl", "fy", "en")),
        "household": _sometimes(rng, 0.3, Decimal(number // 3)),
        "emergency_contact": _sometimes(
            rng, 0.25, {"name": rng.choice(FIRST.split()), "relation": rng.choice(("partner", "kind", "buur"))}, None
        ),
    }


def _contact(number: int, rng: Random) -> Member:
    region = rng.choice(tuple(REGIONS))
    address: Member = {
        "street": _compound(rng, STREETS),
        "house_number": Decimal(rng.randrange(1, 300)),
        "postal_code": f"{rng.randrange(1000, 10000)} {rng.choice('ABCDEGHJ')}{rng.choice('KLMNPRTV')}",
        "city": rng.choice(REGIONS[region].split()),
        "country": "NL",
    }
    if rng.random() < 0.12:
        address["addition"] = rng.choice(("a", "bis", "II", "3 hoog"))
    return {
        "region": _sometimes(rng, 0.985, region),
        "address": address,
        "email": _sometimes(rng, 0.91, f"lid{number}@example.org"),
        "phone": _sometimes(rng, 0.7, f"+3160{rng.randrange(10_000_000):07d}"),
        "location": _sometimes(
            rng,
            0.6,
            {"lat": Decimal(rng.randrange(507, 535)) / 10, "lon": Decimal(rng.randrange(33600, 72200)) / 10_000},
        ),
        "preferences": {
            "contact": rng.choice(("email", "post", "phone")),
            "topics": rng.sample(INTERESTS, rng.randrange(4)),
            "digest": {"weekly": rng.random() < 0.5, "hour": Decimal(rng.randrange(24))},
        },
        "newsletter": rng.random() < 0.8,
        "directory_listing": _sometimes(rng, 0.5, rng.random() < 0.5),
    }


def _membership(number: int, rng: Random, born: date) -> Member:
    kind, status = rng.choice(MEMBERSHIP_TYPES), rng.choice(STATUSES)
    joined = _day(rng, max(date(1968, 1, 1), born + timedelta(days=6 * 365)), NEWEST)
    ended = status == "ended"
    left = _day(rng, joined, NEWEST)
    return {
        "membership_type": kind,
        "status": status,
        "joined_on": joined.isoformat(),
        "left_on": left.isoformat() if ended else _MISSING,
        "leave_reason": _sometimes(rng, 0.7, rng.choice(("verhuisd", "opgezegd", "overleden"))) if ended else _MISSING,
        "fee": Decimal(FEES[kind]),
        "introduced_by": _sometimes(rng, 0.2, f"M{rng.randrange(1, number + 1):06d}", _sometimes(rng, 0.5, None)),
        # an earlier administration numbered by digits, the one before by letter and digits
        "legacy_number": _sometimes(rng, 0.6, Decimal(number * 7), _sometimes(rng, 0.5, f"A-{number * 3}")),
    }


def _payment(number: int, rng: Random) -> Member:
    payments = [
        {"year": Decimal(year), "amount": _cents(rng, 1700, 7300), "reference": f"CTR{year}-{number}"}
        for year in range(2026 - rng.randrange(1, 5), 2026)
    ]
    return {
        "payment_method": rng.choice(("sepa", "sepa", "invoice")),
        "iban": _sometimes(rng, 0.85, f"NL00TEST{rng.randrange(10**10):010d}"),
        "mandate": _sometimes(rng, 0.5, Decimal(10**24 + number * 10**6 + rng.randrange(10**6))),  # beyond 64 bits
        "payments": payments,
        "balance": _cents(rng, -9000, 9000),
        "paid": rng.random() < 0.9,
        "donated": _sometimes(rng, 0.3, _cents(rng, 100, 50_000)),
        "discount": _sometimes(rng, 0.1, Decimal(rng.randrange(1, 1000)) / Decimal(10**5)),
    }


def _activity(number: int, rng: Random) -> Member:
    roles = [
        {"name": rng.choice(COMMITTEES), "since": Decimal(rng.randrange(1990, 2026)), "chair": rng.random() < 0.2}
        for _ in range(rng.choice((0, 0, 0, 1, 2)))
    ]
    return {
        "volunteer": rng.random() < 0.25,
        "committees": roles,
        "interests": _sometimes(rng, 0.8, set(rng.sample(INTERESTS, rng.randrange(1, 5)))),
        "meetings": _sometimes(rng, 0.5, {Decimal(year) for year in rng.sample(range(2005, 2026), 4)}),
        "certificates": _sometimes(
            rng, 0.15, [{"code": rng.choice(("EHBO", "BHV")), "year": Decimal(2020 + number % 5)}]
        ),
        "note": _sometimes(rng, 0.1, rng.choice(COMMENTS)),
    }


def _record(number: int, rng: Random) -> Member:
    created = _day(rng, date(2011, 1, 1), NEWEST).isoformat()
    return {
        "source": rng.choice(("web", "paper", "import")),
        "created_at": f"{created}T{rng.randrange(24):02d}:{rng.randrange(60):02d}:00Z",
        "updated_at": _sometimes(rng, 0.9, f"{NEWEST.isoformat()}T12:00:{number % 60:02d}Z"),
        "revision": Decimal(rng.randrange(1, 40)),
        "privacy_version": Decimal("1.1"),
        "photo_sha256": _sometimes(rng, 0.2, rng.randbytes(32)),
        "archived": False,
    }
