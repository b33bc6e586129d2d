"""The Clock port: the machine's time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """See :class:`release.clock.Clock`."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """See :class:`release.clock.Clock`."""
        time.sleep(seconds)
