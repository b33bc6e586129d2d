"""From a remote's URL to the pages of a commit, a pull request and a comparison.

Two forms are known: GitHub's (``/commit/``, ``/pull/``, ``/compare/``) and GitLab's (``/-/commit/``,
``/-/merge_requests/``, ``/-/compare/``). A host whose name does not tell which it is gets no links: no dead ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

Form = Literal["github", "gitlab"]

_SCP = re.compile(r"(?:[A-Za-z0-9._-]+@)?([A-Za-z0-9][A-Za-z0-9.-]+):(?!//)([^\\]+)")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_PATH = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)+")


@dataclass(frozen=True, slots=True)
class Links:
    """The pages of one repository. ``base`` is ``https://host/owner/name`` without credentials or a trailing slash."""

    base: str
    form: Form

    @property
    def _middle(self) -> str:
        return f"{self.base}/-" if self.form == "gitlab" else self.base

    def commit(self, commit: str) -> str:
        """The page of one commit."""
        return f"{self._middle}/commit/{quote(commit, safe='')}"

    def request(self, number: int) -> str:
        """The page of pull request (GitLab: merge request) ``number``."""
        return f"{self._middle}/{'merge_requests' if self.form == 'gitlab' else 'pull'}/{number}"

    def compare(self, before: str, after: str) -> str:
        """What ``after`` has that ``before`` has not; both are tags, branches or commits."""
        return f"{self._middle}/compare/{quote(before, safe='')}...{quote(after, safe='')}"

    def file(self, commit: str, path: str) -> str:
        """The page of a file as it is at ``commit``: a commit, tag or branch."""
        return f"{self._middle}/blob/{quote(commit, safe='')}/{quote(path)}"

    def tag(self, name: str) -> str:
        """The page of one tag."""
        return f"{self._middle}/{'tags' if self.form == 'gitlab' else 'releases/tag'}/{quote(name, safe='')}"


def links_of(remote: str, form: Form | None = None) -> Links | None:
    """The pages behind a remote's URL, or None when it has none (a folder, an unknown host, an unreadable URL).

    Args:
        remote: as ``git remote get-url`` prints it: https, ssh, git or the short ``user@host:path``. A user name and
            password in it are left out of every link.
        form: which form the host speaks; by default its name has to say so.
    """
    scp = _SCP.fullmatch(remote)
    try:
        url = urlsplit(f"ssh://{scp[1]}/{scp[2].lstrip('/')}" if scp and "://" not in remote else remote)
        port = url.port
    except ValueError:
        return None
    host = url.hostname or ""
    path = url.path.strip("/").removesuffix(".git").rstrip("/")
    if url.scheme not in ("https", "http", "ssh", "git") or not _HOST.fullmatch(host) or not _PATH.fullmatch(path):
        return None
    known: Form | None = form or ("gitlab" if "gitlab" in host else "github" if "github" in host else None)
    if known is None or ".." in path.split("/"):
        return None
    web_port = f":{port}" if port and url.scheme in ("https", "http") else ""
    scheme = "http" if url.scheme == "http" else "https"
    return Links(f"{scheme}://{host}{web_port}/{path}", known)
