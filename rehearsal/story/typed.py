"""The release command as a person types it in the clone: this one, whatever modules the team has by its names."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import release

_STARTS = (
    "import sys; p = sys.argv.pop(1); p in sys.path or sys.path.insert(0, p); from release.cli import main; main()"
)


def command(clone: Path) -> list[str]:
    """The words before its arguments. In a clone of this very project it is the clone's own."""
    own = (clone / "rehearsal" / "github" / "programs" / "own").is_dir()
    return [sys.executable, "-P", "-c", _STARTS, str(clone if own else Path(release.__file__).parents[1])]


def put_first(folder: Path, clone: Path) -> None:
    """Make ``release`` in ``folder`` run it."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "release"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(command(clone))} "$@"\n')
    program.chmod(0o755)
