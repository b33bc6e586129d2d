"""The changes that the story makes in the application's files."""

from __future__ import annotations

import re

from rehearsal.story.expectations import equal
from release.settings.rehearsal import Edit


def edited(edit: Edit, text: str) -> str:
    """``text`` with ``edit`` made in it. Raises NotAsExpected when the place is not there, or there twice."""
    if edit.append:
        ends = "\r\n" if "\r\n" in text else "\n"
        return f"{text}{'' if not text or text.endswith(ends) else ends}{edit.append.rstrip()}{ends}"
    pattern = edit.match or re.escape(edit.replace)
    changed, times = re.subn(pattern, lambda _: edit.with_, text, flags=re.M | re.S)
    equal(f"how often {edit.file} holds {edit.match or edit.replace!r}", 1, times)
    return changed
