"""Of which commit of which repository this command is: a wheel has it written in it, a checkout's git knows.

The build of the wheel asks here (tools/baked.py), so what this module needs at that time is Python and git alone.
"""

from __future__ import annotations

import json
from pathlib import Path

from release.adapters import installed, process
from release.adoption.pin import Provenance
from release.adoption.surroundings import github_repository
from release.errors import ReleaseError

#: In a wheel; no checkout has it.
NAME = "provenance.json"
_HERE = Path(__file__).resolve()


def of_command() -> Provenance:
    """Of the command that runs."""
    version, baked = installed.version(), _HERE.with_name(NAME)
    try:
        found = json.loads(baked.read_text(encoding="utf-8"))
        return Provenance(str(found["home"]), str(found["commit"]), version, found["changed"] is True)
    except FileNotFoundError:
        return of_checkout(_HERE.parents[2], version)
    except (OSError, ValueError, KeyError, TypeError):
        return Provenance("", "", version)


def of_checkout(folder: Path, version: str) -> Provenance:
    """Of the checkout ``folder``, as its git has it; what git does not know is empty."""
    if installed.described(folder) == installed.UNKNOWN:
        return Provenance("", "", version)
    if not (folder / ".git").exists():  # what a runner downloads of the called commit
        return Provenance("", installed.archived(folder)[1], version)
    git: list[str | Path] = ["git", "-C", folder]
    try:
        commit = process.run([*git, "rev-parse", "--verify", "HEAD"]).stdout.strip()
        changed = process.run([*git, "status", "--porcelain", "--untracked-files=no"]).stdout
        remote = process.run([*git, "config", "--get", "remote.origin.url"], check=False).stdout
    except (OSError, ReleaseError):
        return Provenance("", "", version)
    return Provenance(github_repository(remote), commit, version, bool(changed))


def as_json(found: Provenance) -> str:
    """What a wheel has in it."""
    facts = {"home": found.home, "commit": found.commit, "changed": found.changed}
    return json.dumps(facts, indent=2, sort_keys=True) + "\n"
