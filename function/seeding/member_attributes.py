"""The attributes of one made-up member, group by group; each group draws from the member's own random numbers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from .member_vocabulary import (
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

NEWEST = date(2025, 12, 31)
"""No date in the data is later, so that figures per year do not depend on when they are asked for."""

MISSING = object()
"""The value of an attribute that this member does not have at all."""


def sometimes(rng: Random, share: float, value: Any, otherwise: Any = MISSING) -> Any:
    """``value`` for that share of the members, else ``otherwise``."""
    return value if rng.random() < share else otherwise


def day(rng: Random, first: date, last: date) -> date:
    """Any day from ``first`` to ``last``."""
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def compound(rng: Random, halves: tuple[str, str]) -> str:
    return "".join(rng.choice(half.split()) for half in halves)


def cents(rng: Random, low: int, high: int) -> Decimal:
    return Decimal(rng.randrange(low, high)) / 100


def person(number: int, rng: Random, born: date) -> dict[str, Any]:
    first, last = rng.choice(FIRST.split()), compound(rng, LAST)
    return {
        "first_name": first,
        "initials": f"{first[0]}.{sometimes(rng, 0.4, rng.choice('ABCDEHJMPW') + '.', '')}",
        "name_prefix": sometimes(rng, 0.35, rng.choice(PREFIXES)),
        "last_name": last,
        "gender": sometimes(rng, 0.93, rng.choice("mvx")),
        "birth_date": sometimes(rng, 0.97, born.isoformat()),
        "language": rng.choice(("nl", "nl", "nl", "nl", "fy", "en")),
        "household": sometimes(rng, 0.3, Decimal(number // 3)),
        "emergency_contact": sometimes(
            rng, 0.25, {"name": rng.choice(FIRST.split()), "relation": rng.choice(("partner", "kind", "buur"))}, None
        ),
    }


def contact(number: int, rng: Random) -> dict[str, Any]:
    region = rng.choice(tuple(REGIONS))
    address: dict[str, Any] = {
        "street": compound(rng, STREETS),
        "house_number": Decimal(rng.randrange(1, 300)),
        "postal_code": f"{rng.randrange(1000, 10000)} {rng.choice('ABCDEGHJ')}{rng.choice('KLMNPRTV')}",
        "city": rng.choice(REGIONS[region].split()),
        "country": "NL",
    }
    if rng.random() < 0.12:
        address["addition"] = rng.choice(("a", "bis", "II", "3 hoog"))
    return {
        "region": sometimes(rng, 0.985, region),
        "address": address,
        "email": sometimes(rng, 0.91, f"lid{number}@example.org"),
        "phone": sometimes(rng, 0.7, f"+3160{rng.randrange(10_000_000):07d}"),
        "location": sometimes(
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
        "directory_listing": sometimes(rng, 0.5, rng.random() < 0.5),
    }


def membership(number: int, rng: Random, born: date) -> dict[str, Any]:
    kind, status = rng.choice(MEMBERSHIP_TYPES), rng.choice(STATUSES)
    joined = day(rng, max(date(1968, 1, 1), born + timedelta(days=6 * 365)), NEWEST)
    ended = status == "ended"
    left = day(rng, joined, NEWEST)
    return {
        "membership_type": kind,
        "status": status,
        "joined_on": joined.isoformat(),
        "left_on": left.isoformat() if ended else MISSING,
        "leave_reason": sometimes(rng, 0.7, rng.choice(("verhuisd", "opgezegd", "overleden"))) if ended else MISSING,
        "fee": Decimal(FEES[kind]),
        "introduced_by": sometimes(rng, 0.2, f"M{rng.randrange(1, number + 1):06d}", sometimes(rng, 0.5, None)),
        # an earlier administration numbered by digits, the one before by letter and digits
        "legacy_number": sometimes(rng, 0.6, Decimal(number * 7), sometimes(rng, 0.5, f"A-{number * 3}")),
    }


def payment(number: int, rng: Random) -> dict[str, Any]:
    payments = [
        {"year": Decimal(year), "amount": cents(rng, 1700, 7300), "reference": f"CTR{year}-{number}"}
        for year in range(2026 - rng.randrange(1, 5), 2026)
    ]
    return {
        "payment_method": rng.choice(("sepa", "sepa", "invoice")),
        "iban": sometimes(rng, 0.85, f"NL00TEST{rng.randrange(10**10):010d}"),
        "mandate": sometimes(rng, 0.5, Decimal(10**24 + number * 10**6 + rng.randrange(10**6))),  # beyond 64 bits
        "payments": payments,
        "balance": cents(rng, -9000, 9000),
        "paid": rng.random() < 0.9,
        "donated": sometimes(rng, 0.3, cents(rng, 100, 50_000)),
        "discount": sometimes(rng, 0.1, Decimal(rng.randrange(1, 1000)) / Decimal(10**5)),
    }


def activity(number: int, rng: Random) -> dict[str, Any]:
    roles = [
        {"name": rng.choice(COMMITTEES), "since": Decimal(rng.randrange(1990, 2026)), "chair": rng.random() < 0.2}
        for _ in range(rng.choice((0, 0, 0, 1, 2)))
    ]
    return {
        "volunteer": rng.random() < 0.25,
        "committees": roles,
        "interests": sometimes(rng, 0.8, set(rng.sample(INTERESTS, rng.randrange(1, 5)))),
        "meetings": sometimes(rng, 0.5, {Decimal(year) for year in rng.sample(range(2005, 2026), 4)}),
        "certificates": sometimes(
            rng, 0.15, [{"code": rng.choice(("EHBO", "BHV")), "year": Decimal(2020 + number % 5)}]
        ),
        "note": sometimes(rng, 0.1, rng.choice(COMMENTS)),
    }


def record(number: int, rng: Random) -> dict[str, Any]:
    created = day(rng, date(2011, 1, 1), NEWEST).isoformat()
    return {
        "source": rng.choice(("web", "paper", "import")),
        "created_at": f"{created}T{rng.randrange(24):02d}:{rng.randrange(60):02d}:00Z",
        "updated_at": sometimes(rng, 0.9, f"{NEWEST.isoformat()}T12:00:{number % 60:02d}Z"),
        "revision": Decimal(rng.randrange(1, 40)),
        "privacy_version": Decimal("1.1"),
        "photo_sha256": sometimes(rng, 0.2, rng.randbytes(32)),
        "archived": False,
    }
