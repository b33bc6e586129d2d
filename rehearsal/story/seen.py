"""What an environment of the rehearsal runs, as its release command tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.story.scratch import Scratch, expect


def version_of(scratch: Scratch, environment: str) -> str:
    """The version that ``environment`` runs."""
    return str(_status(scratch, environment)["version"])


def served(scratch: Scratch, environment: str) -> dict[str, str]:
    """Image -> the digest that its function serves."""
    return {image: function["digest"] for image, function in _status(scratch, environment)["functions"].items()}


def live(scratch: Scratch, environment: str, version: str, digests: Mapping[str, str]) -> None:
    """Raise Surprise unless ``environment`` runs ``version`` with ``digests``, and its ledger agrees."""
    status = _status(scratch, environment)
    expect(status["version"] == version, f"{environment} runs {version}, not {status['version']}")
    found = {image: function and function["digest"] for image, function in status["functions"].items()}
    expect(found == dict(digests), f"{environment} serves the digests of {version}")
    expect(status["problem"] is None, f"stack and ledger of {environment} agree: {status['problem']}")


def everything(scratch: Scratch) -> Any:
    """All that a refusal must leave as it was: what is live, and production's ledger."""
    return scratch.json("status"), scratch.json("history", "production")


def _status(scratch: Scratch, environment: str) -> dict[str, Any]:
    found: dict[str, Any] = scratch.json("status", environment)["environments"][environment]
    return found
