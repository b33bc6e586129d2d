"""The keys of ``[images.<name>]`` that say how the image is started before it is published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from release.settings.bundle import SIZE
from release.tables import bytes_of
from release.toml import Table

_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_SECONDS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})? ?s\Z")


@dataclass(frozen=True)
class StartRules:
    """How one image is started.

    Attributes:
        wanted: whether it is; ``reason``: why not.
        env: environment variables that win over the template's.
        max_init: seconds until it asks for an event, at most; 0: no limit.
        max_memory: bytes that it holds then, at most; 0: no limit.
    """

    wanted: bool = True
    reason: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    max_init: float = 0
    max_memory: int = 0


def parse_start(table: Table) -> StartRules:
    """Read the keys about the start from ``[images.<name>]``. Raises UsageError with line and key."""
    wanted = table.value(
        "start",
        bool,
        True,
        doc="Whether `release start` starts the image, which `release publish` asks for. `false` needs `start-reason`.",
    )
    reason = table.text_of(
        "start-reason", "", doc="Why the image is not started; it is shown in every summary.", unset="nothing"
    )
    if not wanted and not reason:
        table.refuse("start", "is false without a reason: write start-reason")
    if wanted and reason:
        table.refuse("start-reason", "says why the image is not started, but it is: write start = false as well")
    max_init = table.text_of(
        "max-init",
        "",
        pattern=_SECONDS,
        must='be a time like "3 s"',
        doc="How long each function of the image may take until it is ready for its first event, like `3 s`, as "
        "`release start` measures it on the machine that builds. A slower image is not published.",
        unset="no limit",
    )
    max_memory = table.text_of(
        "max-memory",
        "",
        pattern=SIZE,
        must='be a size like "256 MB"',
        doc="What each function of the image may hold in memory when it is ready, like `256 MB`. A larger image is "
        "not published.",
        unset="no limit",
    )
    return StartRules(
        wanted,
        reason,
        table.mapping(
            "start-env",
            holds=(str,),
            names=_VARIABLE,
            what="an environment variable (letters, digits, _)",
            doc="Environment variables for the start, where the template's do not do: references of the template are "
            "placeholders then, such as `REFERENCE-TO-BucketName`. They are no place for a secret.",
        ),
        float(max_init.rstrip("s ")) if _SECONDS.match(max_init) else 0,
        bytes_of(max_memory) if SIZE.match(max_memory) else 0,
    )
