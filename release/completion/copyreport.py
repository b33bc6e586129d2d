"""Templates' copies, told to a person or a machine."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from release.report import Report


def of_copies(where: str, theirs: Mapping[str, bytes], copies: Mapping[str, bytes], *, diff: bool) -> Report:
    """The copy of ``where``, or with ``diff`` how all differ from theirs, as a unified diff; nothing when none does.

    Args:
        theirs: path -> the template as it is written, of each that has a copy.
    """
    differences = {path: _diff(path, theirs[path].decode(), copy.decode()) for path, copy in copies.items()}
    difference = "\n".join(each for each in differences.values() if each)
    copy = copies[where].decode()
    text = difference or f"{where} is deployed as it is written"
    return Report(
        data={
            "template": where,
            "changed": bool(difference),
            "copy": copy,
            "copies": {path: each.decode() for path, each in copies.items()},
            "diff": difference,
        },
        text=text if diff else "\n".join(copy.splitlines()),
    )


def _diff(path: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{path} as written", f"{path} as deployed", lineterm=""
    )
    return "\n".join(lines)
