"""Which Dockerfile of a repository builds which image, told by names alone: a proposal, for a person to look at."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence

_DOCKERFILE = re.compile(r"(?:Docker|Container)file(?:\.(?P<after>.+))?\Z|(?P<before>.+)\.[Dd]ockerfile\Z")
#: Endings of a parameter's or a function's name that say what it is, not which one.
_KIND = re.compile(r"(?:(?:Ecr|ECR|Container|Docker)?Image)?(?:Uri|URI|Url|URL)?\Z|(?:Lambda)?(?:Function|Fn)?\Z")


def of(paths: Iterable[str], used: Iterable[str]) -> list[str]:
    """The Dockerfiles among ``paths`` that build nothing else."""
    taken = set(used)
    return [path for path in paths if _DOCKERFILE.match(posixpath.basename(path)) and path not in taken]


def matched(wanted: Mapping[str, Sequence[str]], files: Sequence[str]) -> Mapping[str, str]:
    """Parameter -> its Dockerfile, of those that one alone can be.

    A file is an image's when it, or a folder that it is in, is called like the parameter or one of its functions
    (``services/detect/Dockerfile`` and ``Dockerfile.detect`` are DetectImageUri's); the last of both is the other's.

    Args:
        wanted: parameter -> the functions that run its image.
    """
    near = {
        parameter: [path for path in files if _words(path) & {_short(each) for each in (parameter, *functions)}]
        for parameter, functions in wanted.items()
    }
    found = {parameter: each[0] for parameter, each in near.items() if len(each) == 1}
    found = {name: path for name, path in found.items() if list(found.values()).count(path) == 1}
    left = [name for name in wanted if name not in found]
    free = [path for path in files if path not in found.values()]
    if len(left) == len(free) == 1 and not near[left[0]]:
        found[left[0]] = free[0]
    return found


def _short(name: str) -> str:
    """``DetectImageUri`` and ``detect-function`` are ``detect``."""
    return re.sub(r"[^a-z0-9]", "", _KIND.sub("", re.sub(r"[-_]", "", name)).lower())


def _words(path: str) -> set[str]:
    """What a Dockerfile's own name and the folders that it is in are called."""
    *folders, name = path.split("/")
    found = _DOCKERFILE.match(name)
    own = [found["after"] or found["before"] or ""] if found else []
    return {_short(each) for each in (*folders, *own)} - {""}
