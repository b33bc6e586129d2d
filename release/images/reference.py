"""Names of images as Docker reads them: ``python:3.13`` is ``docker.io/library/python:3.13``.

The grammar and the defaults are those of github.com/distribution/reference (``ParseNormalizedNamed``, ``TagNameOnly``),
which BuildKit uses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HOST = re.compile(
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?"
)
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_HUB = "docker.io"


@dataclass(frozen=True, slots=True)
class Reference:
    """The name of an image.

    Attributes:
        host: ``host[:port]`` of the registry, ``docker.io`` where none is written.
        repository: the path there.
        tag: ``latest`` where neither tag nor digest is written; "" beside a digest alone.
        digest: ``sha256:…`` of a name that is pinned, else "".
    """

    host: str
    repository: str
    tag: str
    digest: str = ""

    def __str__(self) -> str:
        return (
            f"{self.host}/{self.repository}" + f":{self.tag}" * bool(self.tag) + f"@{self.digest}" * bool(self.digest)
        )


def parse_reference(text: str) -> Reference | None:
    """The reference that ``text`` writes, or None when it writes none."""
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return None
    first, slash, path = rest.partition("/")
    if not slash or not (set(".:") & set(first) or first == "localhost" or first != first.lower()):
        first, path = _HUB, rest
    if not _HOST.fullmatch(first):
        return None
    path, colon, tag = path.partition(":")
    if colon and not _TAG.fullmatch(tag):
        return None
    host = _HUB if first == "index.docker.io" else first
    if host == _HUB and "/" not in path:
        path = f"library/{path}"
    if not _PATH.fullmatch(path) or len(path) > 255:
        return None
    return Reference(host, path, tag or ("" if digest else "latest"), digest)
