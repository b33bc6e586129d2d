"""What the functions' containers printed: where a story fails, the reason is often there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.cloud import emulator
from release.adapters import process
from release.errors import RemoteError

if TYPE_CHECKING:
    from rehearsal.story.testbed import Testbed

LAST_LINES = 15


def label(aws: emulator.Emulator) -> str:
    """The filter that finds the containers of this emulated AWS."""
    return f"label={emulator.INSTANCE_LABEL}={emulator.instance(aws.port)}"


def tell(bed: Testbed, say: Callable[[str], None]) -> None:
    """Say the last lines of each function's container. An engine that does not answer has none."""
    with suppress(RemoteError):
        names = bed.engine.run("ps", "--all", "--filter", label(bed.aws), "--format", "{{.Names}}").split()
        for name in names:
            command: list[str | Path] = [bed.engine.docker, "logs", "--tail", str(LAST_LINES), name]
            lines: list[str] = []  # of both streams, in their order
            process.run(command, env=bed.engine.environment(), timeout=60, check=False, on_line=lines.append)
            if lines:
                say(f"the last lines of the container {name}:")
                for line in lines:
                    say(f"  {line}")
