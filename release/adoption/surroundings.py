"""Where a command was typed: the repository around it, as git and its files tell it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: git's URLs (git-clone, "GIT URLS"), of GitHub and of GitHub Enterprise Cloud with data residency (``*.ghe.com``).
_GITHUB = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^@/]+@)?|(?:[^@/:]+@)?)(?:ssh\.)?(?:www\.)?(?:github\.com|[a-z0-9-]+\.ghe\.com)"
    r"(?::\d+(?=/))?[:/]/*(?P<owner>[A-Za-z0-9][A-Za-z0-9-]*)/(?P<name>[A-Za-z0-9._-]+?)(?:\.git)?/*\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class RepositoryAround:
    """A repository as it lies on this machine.

    Attributes:
        name: of the folder that holds it.
        below: the folder in it where the command was started, "" for its top.
        paths: its files that git has or does not ignore, from its top; without those of submodules.
        submodules: the folders that are other repositories.
        remotes: name -> URL.
        branch: what is checked out; "" for a commit without a branch.
        default: the branch that people merge to, as the clone knows it; "" when it does not.
        commit: "" before the first.
        shallow: whether history is missing.
    """

    name: str
    below: str = ""
    paths: tuple[str, ...] = ()
    submodules: tuple[str, ...] = ()
    remotes: Mapping[str, str] = field(default_factory=dict)
    branch: str = ""
    default: str = ""
    commit: str = ""
    shallow: bool = False

    @property
    def main(self) -> str:
        """The branch that people merge to, as near as it can be told."""
        return self.default or self.branch or "main"

    @property
    def github(self) -> str:
        """``OWNER/REPO`` of the remote that people push to; "" where there is none, or it is not on GitHub."""
        url = self.remotes.get("origin") or next(iter(self.remotes.values()), "")
        return github_repository(url)


def github_repository(url: str) -> str:
    """``OWNER/REPO`` of a remote's URL; "" for what is not GitHub's."""
    found = _GITHUB.match(url.strip())
    return f"{found['owner']}/{found['name']}" if found else ""
