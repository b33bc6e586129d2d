"""Package versions: which can be read, and which published fix is the nearest."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

PYTHON_ECOSYSTEMS = frozenset({"python-pkg", "pip", "pipenv", "poetry", "uv", "pylock"})
#: trivy compares Amazon Linux versions by the same rules (``pkg/detector/ospkg/amazon``)
_DEBIAN_FAMILIES = frozenset({"debian", "ubuntu", "amazon"})

#: deb-version(7): [epoch:]upstream-version[-debian-revision], the upstream version begins with a digit
_DEBIAN = re.compile(r"(?:\d+:)?\d[A-Za-z0-9.+~-]*(?:-[A-Za-z0-9.+~]+)?\Z")


def is_readable(ecosystem: str, version: str) -> bool:
    """Whether ``version`` can be compared with an advisory's ranges.

    A version that cannot (no PEP 440 version, no deb-version) is skipped by scanners without a word. For ecosystems
    whose rules are not known here only emptiness is refused: their comparison warns by itself.
    """
    if ecosystem in PYTHON_ECOSYSTEMS:
        try:
            Version(version)
        except InvalidVersion:
            return False
        return True
    if ecosystem in _DEBIAN_FAMILIES:
        return bool(_DEBIAN.match(version))
    return bool(version)


def nearest_fix(ecosystem: str, installed: str, fixed: tuple[str, ...]) -> str:
    """The lowest fixed version above ``installed``; the first published where they have no order; "" for none."""
    if not fixed:
        return ""
    if ecosystem not in PYTHON_ECOSYSTEMS:
        return fixed[0]
    try:
        higher = sorted((v for v in fixed if Version(v) > Version(installed)), key=Version)
    except InvalidVersion:
        return fixed[0]
    return higher[0] if higher else fixed[0]


def highest(ecosystem: str, versions: tuple[str, ...]) -> str:
    """The highest of ``versions``; the last where they cannot be ordered; "" for none."""
    if not versions:
        return ""
    if ecosystem in PYTHON_ECOSYSTEMS:
        try:
            return max(versions, key=Version)
        except InvalidVersion:
            return versions[-1]
    return versions[-1]
