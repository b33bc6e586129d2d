"""The name of an image that only the template describes: that of its function, as release.toml writes names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

#: Characters of an image's inferred name: with a number behind it (``-12``) it keeps to what an image may have.
_LONGEST = 28


def kebab(logical_id: str) -> str:
    """``PlayerAccountApiFunction`` is ``player-account-api``: at most 31 characters, the most that an image has."""
    short = re.sub(r"(?<=.)(?:Lambda)?Function\Z", "", logical_id)
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", short).lower()
    name = re.sub(r"\A[^a-z]+|[^a-z0-9-]", "", parted)  # CloudFormation itself takes letters and digits alone
    if len(name) > _LONGEST:
        name = name[: _LONGEST + 1].rpartition("-")[0] or name[:_LONGEST]  # whole words, where there are several
    return name.rstrip("-") or "image"


def free(name: str, taken: Collection[str]) -> str:
    """``name``, with a number where another image has it."""
    return next(each for each in _numbered(name) if each not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in range(2, 1000):
        yield f"{name}-{number}"
