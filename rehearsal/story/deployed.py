"""What an environment of the rehearsal runs, as its release command tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.story.expectations import equal
from rehearsal.story.scratch import Scratch


def version_of(scratch: Scratch, environment: str) -> str:
    """The version that ``environment`` runs."""
    return str(_status(scratch, environment)["version"])


def digests_of(scratch: Scratch, environment: str) -> dict[str, str]:
    """Image -> the digest that was proven; what each function serves is compared with it by the status itself."""
    return _digests(_status(scratch, environment))


def expect_deployed(scratch: Scratch, environment: str, version: str, digests: Mapping[str, str]) -> None:
    """Raise NotAsExpected unless ``environment`` runs ``version`` with ``digests``, and its ledger agrees."""
    status = _status(scratch, environment)
    equal(f"the version that {environment} runs", version, status["version"])
    equal(f"the digests that {environment} serves", dict(digests), _digests(status))
    equal(f"what disagrees between stack and ledger of {environment}", "nothing", status["problem"] or "nothing")


def snapshot(scratch: Scratch, environment: str) -> Any:
    """All that a refusal must leave as it was: what is deployed, and the ledger of ``environment``."""
    return scratch.json("status"), scratch.json("history", environment)


def _status(scratch: Scratch, environment: str) -> dict[str, Any]:
    found: dict[str, Any] = scratch.json("status", environment)["environments"][environment]
    return found


def _digests(status: Mapping[str, Any]) -> dict[str, str]:
    recorded = status["recorded"]
    return dict(recorded["digests"]) if recorded else {}
