"""What differs between the packages of two images, from their bills of materials (CycloneDX 1.5, JSON). Pure rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from packaging.version import InvalidVersion, Version

from release.deployments.differences import Difference


def packages(content: bytes, where: str) -> Mapping[str, frozenset[str]]:
    """``ecosystem/name`` -> every version of it in the bill of materials ``content``.

    A package is a component with a package URL (CycloneDX 1.5, ``components[].purl``); one without, like the file that
    listed it or the operating system, is none.

    Raises:
        ValueError: it is no bill of materials; the text says why.
    """
    try:
        document = json.loads(content)
        if not isinstance(document, dict) or document.get("bomFormat") != "CycloneDX":
            raise ValueError("it is no CycloneDX document")
        found: dict[str, set[str]] = {}
        left = list(document.get("components") or [])
        while left:
            each = left.pop()
            left += each.get("components") or []
            if purl := each.get("purl"):
                found.setdefault(_name(purl), set()).add(_version(each))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{where} cannot be read: {' '.join(str(error).split())[:200]}") from error
    return {name: frozenset(versions) for name, versions in found.items()}


def _name(purl: str) -> str:
    """``pkg:deb/debian/libc6@2.36?arch=arm64`` is ``deb/debian/libc6`` (package-url specification, "Rules")."""
    return unquote(purl.removeprefix("pkg:").partition("#")[0].partition("?")[0].rpartition("@")[0] or purl)


def _version(component: Mapping[str, Any]) -> str:
    found = component.get("version")
    return found if isinstance(found, str) and found else "?"


def changes(old: Mapping[str, frozenset[str]], new: Mapping[str, frozenset[str]]) -> tuple[Difference, ...]:
    """The packages that differ, by name. Only Python's versions have an order here; others are "changed"."""
    found = []
    for name in sorted({*old, *new}):
        before, after = old.get(name, frozenset()), new.get(name, frozenset())
        if before == after:
            continue
        if not before or not after:
            found.append(Difference(name, "removed" if before else "added", ", ".join(sorted(before or after))))
        else:
            said = " -> ".join(", ".join(sorted(versions)) for versions in (before, after))
            found.append(Difference(name, _direction(name, before, after), said))
    return tuple(found)


def _direction(name: str, before: frozenset[str], after: frozenset[str]) -> str:
    if name.startswith("pypi/") and len(before) == len(after) == 1:
        try:
            (old,), (new,) = ([Version(each) for each in versions] for versions in (before, after))
        except InvalidVersion:
            return "changed"
        return "raised" if new > old else "lowered" if new < old else "changed"
    return "changed"
