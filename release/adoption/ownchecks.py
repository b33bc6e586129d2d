"""The team's own tests, as far as its files say for sure how they are run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

_TARGET = re.compile(rb"^test\s*:(?!=)", re.MULTILINE)
#: What ``npm init`` writes where there are no tests.
_NO_TESTS = "no test specified"


def command(paths: Iterable[str], read: Callable[[str], bytes]) -> str:
    """The command that runs the tests, as it is typed at the top of a fresh clone; "" when nothing says it for sure.

    A folder ``tests`` is not enough: what its tests need is known to the team alone.
    """
    there = set(paths)
    for name in ("GNUmakefile", "makefile", "Makefile"):  # as make looks for them
        if name in there:
            return "make test" if _TARGET.search(read(name).replace(b"\r\n", b"\n")) else ""
    if "package.json" in there and "package-lock.json" in there:
        return "npm ci && npm test" if _has_tests(read("package.json")) else ""
    return ""


def _has_tests(package: bytes) -> bool:
    try:
        script = json.loads(package)["scripts"]["test"]
    except (ValueError, KeyError, TypeError):
        return False
    return isinstance(script, str) and bool(script.strip()) and _NO_TESTS not in script
