"""Which sam runs: the locked one, or the one that a person named. One that happens to lie on PATH never does.

GitHub's runners have a sam of their own on PATH, and it changes with their image: what it makes of a template or of a
parameter is not what was tried here (docs/faults.md, 74).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path

from release.adapters import process
from release.adapters.toolbox import LOCKS, Cache, Toolbox
from release.errors import MachineError, RemoteError

log = logging.getLogger("release")

_PINNED = re.compile(r"^aws-sam-cli==(\S+)", re.MULTILINE)
_OWN = "or name a sam of your own in RELEASE_SAM"


def find(env: Mapping[str, str]) -> Path:
    """The executable; its version is logged.

    Args:
        env: ``RELEASE_SAM`` names one (``sam`` alone is the one on PATH); else the locked one is installed into the
            cache, once for a machine.

    Raises:
        MachineError: the one that is named cannot be started, or there is no room for the locked one.
        RemoteError: the package index did not deliver the locked one.
    """
    if given := env.get("RELEASE_SAM"):
        return _named(given, env)
    toolbox = Toolbox(Cache.of(env), (LOCKS,), log.info)
    try:
        found = toolbox.venv("sam").tool("sam")
    except (MachineError, RemoteError) as error:
        error.next_step = f"{error.next_step}; {_OWN}"
        raise
    log.info("sam %s, as locked", locked_version())
    return found


def locked_version() -> str:
    """The version that the lock file names."""
    pinned = _PINNED.search((LOCKS / "sam.txt").read_text(encoding="utf-8"))
    assert pinned is not None, "locks/sam.txt names no aws-sam-cli"
    return pinned[1]


def _named(given: str, env: Mapping[str, str]) -> Path:
    remedy = "name one that is there in RELEASE_SAM, or unset it: then the locked one is installed"
    found = process.find(given, remedy=remedy, path=env.get("PATH", "")).absolute()
    try:
        said = process.run([found, "--version"], env={**env, "SAM_CLI_TELEMETRY": "0"}, timeout=120).stdout.strip()
    except (MachineError, RemoteError) as error:
        raise MachineError(
            f"RELEASE_SAM names {given}, which does not tell its version: {error.message}",
            untouched="everything",
            next_step=remedy,
        ) from error
    log.info("sam: %s (%s, which RELEASE_SAM names)", said, found)
    return found
