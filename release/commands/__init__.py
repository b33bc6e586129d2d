"""One file per command: its summary, its options, and what it does with the ports.

Each module has ``SUMMARY`` (for ``--help``), ``CHANGES`` (whether it changes anything, so that it takes ``--dry-run``),
``OUTPUTS`` (the step outputs that it sets in a workflow), ``options`` and ``run``. Each imports inside ``run`` what it
works with: ``release version`` must not pay for what ``release deploy`` needs.
"""

from __future__ import annotations

import importlib
from types import ModuleType

#: every command, in the order in which ``--help`` shows them; tests compare with the folder
NAMES = (
    "version",
    "changelog",
    "plan",
    "environments",
    "check",
    "build",
    "start",
    "scan",
    "publish",
    "deploy",
    "smoke",
    "prepare",
    "check-tag",
    "promote",
    "rollback",
    "status",
    "doctor",
    "history",
    "show",
    "diff",
    "migrate",
    "template",
    "init",
    "upgrade",
    "pipeline",
    "prune",
    "remove",
    "rehearse",
)


def of_name(name: str) -> ModuleType:
    """The module of a command."""
    return importlib.import_module(f"release.commands.{name.replace('-', '_')}")
