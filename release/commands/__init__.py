"""One function per command: parsed arguments -> the stage's ports -> the stage -> its report.

Everything is imported where it is used: ``release version`` must not pay for what ``release deploy`` needs.
"""

from release.commands.environments import deploy, history, rehearse, rollback, smoke, status
from release.commands.images import build, promote, publish, scan
from release.commands.versions import changelog, check_tag, plan, prepare, version

__all__ = [
    "build",
    "changelog",
    "check_tag",
    "deploy",
    "history",
    "plan",
    "prepare",
    "promote",
    "publish",
    "rehearse",
    "rollback",
    "scan",
    "smoke",
    "status",
    "version",
]
