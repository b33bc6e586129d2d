"""A template's copy, told to a person or a machine."""

from __future__ import annotations

import difflib

from release.report import Report


def of_copy(where: str, theirs: bytes, copy: bytes, *, diff: bool) -> Report:
    """The copy, or with ``diff`` how it differs from theirs, as a unified diff; nothing when it does not."""
    before, after = theirs.decode(), copy.decode()
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{where} as written", f"{where} as deployed", lineterm=""
    )
    difference = "\n".join(lines)
    text = difference or f"{where} is deployed as it is written"
    return Report(
        data={"template": where, "changed": theirs != copy, "copy": after, "diff": difference},
        text=text if diff else "\n".join(after.splitlines()),
    )
