"""The full workflows as a team's own files: nothing of another repository but pinned public actions.

Their steps are the same, down to ``uses: $/.github/actions/setup``, which then is the team's own action: it installs
the wheel that lies beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import resources

from release.adoption.workflowfiles import CALLED, FOLDER, callers
from release.errors import UsageError

#: where the wheel lies, and ``requirements.txt``, the locked packages beside it
RELEASE = ".github/release"

ACTION = ".github/actions/setup"

_WHEEL = re.compile(r"[A-Za-z0-9_.+-]+\.whl\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
#: ``on:`` with all that is indented below it
_ON = re.compile(r"^on:\n(?:(?:[ #].*)?\n)+", re.MULTILINE)


def vendored(
    texts: Mapping[str, str],
    wheel: str,
    digest: str,
    environments: Sequence[str],
    *,
    branch: str = "main",
    tags: str = "v*",
    schedule: str = "",
) -> dict[str, str]:
    """Every file but the wheel itself, by its path in the team's repository. ``install`` must be executable.

    Args:
        texts: this project's own files by their paths: the six workflows, ``.github/actions/setup/action.yml`` and
            ``requirements/release.txt`` (``release.adapters.installed.home``).
        wheel: the name of the wheel's file, which goes into :data:`RELEASE`.
        digest: its SHA-256, 64 hex digits.
        environments, branch, tags, schedule: as for :func:`release.adoption.workflowfiles.callers`; "" is its default.

    Raises:
        UsageError: one of them is none.
    """
    if not _WHEEL.match(wheel) or not _DIGEST.match(digest):
        raise UsageError(
            f"the workflows cannot be written: {wheel!r} with {digest!r} is no wheel with its SHA-256",
            untouched="every file",
            next_step="correct it and run the same command again",
        )
    more = {"schedule": schedule} if schedule else {}
    starts = callers("owner/name", "0" * 40, "v0", environments, branch=branch, tags=tags, **more)
    found = {f"{FOLDER}/deploy.yml": texts[f"{FOLDER}/deploy.yml"]}
    for path in (f"{FOLDER}/{name}" for name in CALLED):
        trigger, ours = _ON.search(starts[path]), _ON.search(texts[path])
        assert trigger is not None
        assert ours is not None
        found[path] = texts[path].replace(ours[0], trigger[0], 1)
    install = (resources.files("release.adoption") / "vendored" / "install").read_text(encoding="utf-8")
    found[f"{ACTION}/action.yml"] = texts[f"{ACTION}/action.yml"]
    found[f"{ACTION}/install"] = install.replace("<wheel>", wheel).replace("<digest>", digest)
    found[f"{RELEASE}/requirements.txt"] = texts["requirements/release.txt"]
    return found
