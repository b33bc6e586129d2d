"""The Clock port: every room that waits or compares times asks it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that tests need none."""

    def now(self) -> datetime:
        """The present, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
