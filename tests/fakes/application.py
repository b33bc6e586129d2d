"""What an application keeps in its account, as far as smoke tests look: objects, items, queues, schedules, secrets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from release.deployments.model import ScheduledCall, StackResource
from release.deployments.ports import Application
from release.errors import RemoteError
from tests.fakes.clock import FakeClock


class FakeApplication(Application):
    """Attributes:
    store: bucket -> key -> what was written last, and when.
    tables: table -> items by their key, as JSON.
    queues: URL -> messages in it.
    schedules: physical name -> the function that it calls, and with what.
    secrets: name -> text.
    handed: events that were handed to a function without waiting for it.
    worker: what happens when an event is handed over; ``later`` makes it happen in a while.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.store: dict[str, dict[str, tuple[str, datetime]]] = {}
        self.tables: dict[str, dict[str, dict[str, Any]]] = {}
        self.queues: dict[str, int] = {}
        self.schedules: dict[str, ScheduledCall] = {}
        self.secrets: dict[str, str] = {}
        self.handed: list[tuple[str, Any]] = []
        self.worker: Callable[[Any], None] = lambda _event: None
        self._due: list[tuple[datetime, Callable[[], None]]] = []

    def later(self, seconds: float, happen: Callable[[], None]) -> None:
        """Something happens when so much time has passed."""
        self._due.append((self.clock.now() + timedelta(seconds=seconds), happen))

    def write(self, bucket: str, key: str, content: str) -> None:
        """An object is written, or written again."""
        self.store.setdefault(bucket, {})[key] = (content, self.clock.now())

    def hand(self, function: str, payload: bytes) -> None:
        """An event arrives at a function."""
        self.handed.append((function, json.loads(payload)))
        self.worker(json.loads(payload))

    def item(self, table: str, key: Mapping[str, str | int]) -> Mapping[str, Any] | None:
        self._happen()
        if table not in self.tables:
            raise RemoteError(f"AWS refused for table {table}: it is not there")
        return self.tables[table].get(json.dumps(dict(key), sort_keys=True))

    def objects(self, bucket: str, key: str) -> Mapping[str, str]:
        self._happen()
        if bucket not in self.store:
            raise RemoteError(f"AWS refused for s3://{bucket}/{key}: the bucket is not there")
        below = not key or key.endswith("/")
        found = {k: v for k, v in self.store[bucket].items() if k == key or (below and k.startswith(key))}
        return {k: f"{content} {written.isoformat()}" for k, (content, written) in found.items()}

    def messages(self, queue: str) -> int:
        self._happen()
        if queue not in self.queues:
            raise RemoteError(f"AWS refused for queue {queue}: it is not there")
        return self.queues[queue]

    def scheduled(self, schedule: StackResource) -> ScheduledCall:
        if schedule.physical_id not in self.schedules:
            raise RemoteError(f"AWS refused for schedule {schedule.logical_id}: it is not there")
        return self.schedules[schedule.physical_id]

    def secret(self, name: str) -> str:
        if name not in self.secrets:
            raise RemoteError(f"AWS refused for the secret {name}: it is not there")
        return self.secrets[name]

    def _happen(self) -> None:
        for when, happen in [each for each in self._due if each[0] <= self.clock.now()]:
            self._due.remove((when, happen))
            happen()
