"""A later commit that says what an earlier message should have said.

A pushed message cannot be changed. A block in a later commit's message takes its place, for the next version and the
changelog; the commit itself stays. It stands between two lines, the first of which names the commit:

    docs: say that the export format broke

    BEGIN_COMMIT_OVERRIDE 1a2b3c4
    feat(export)!: write one file per day

    BREAKING CHANGE: readers of the single file must list the folder
    END_COMMIT_OVERRIDE

An empty block makes the named commit count for nothing. The newest block for a commit wins. The marks are those of
release-please, where the block stands in the pull request's text instead and so names no commit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BEGIN = re.compile(r"BEGIN_COMMIT_OVERRIDE +([0-9a-fA-F]{7,64})")


@dataclass(frozen=True, slots=True)
class Override:
    """The message that takes the place of ``commit``'s (7 digits of its id or more)."""

    commit: str
    message: str


def split_overrides(message: str) -> tuple[str, tuple[Override, ...], tuple[str, ...]]:
    """``(the message without its blocks, the blocks, what is wrong with the others)``."""
    if "_COMMIT_OVERRIDE" not in message:
        return message, (), ()
    kept: list[str] = []
    overrides: list[Override] = []
    problems: list[str] = []
    commit, block = "", [""]
    for line in message.replace("\r\n", "\n").split("\n"):
        match = _BEGIN.fullmatch(line.rstrip())
        if line.startswith("BEGIN_COMMIT_OVERRIDE"):
            if commit:
                problems.append(f"the override block for {commit} is not closed with END_COMMIT_OVERRIDE")
            if match is None:
                problems.append("an override block does not name its commit: BEGIN_COMMIT_OVERRIDE <7 digits or more>")
            commit, block = match[1].lower() if match else "", []
        elif line.rstrip() == "END_COMMIT_OVERRIDE":
            if commit:
                overrides.append(Override(commit, "\n".join(block)))
            commit = ""
        elif commit:
            block.append(line)
        else:
            kept.append(line)
    if commit:
        problems.append(f"the override block for {commit} is not closed with END_COMMIT_OVERRIDE")
    return "\n".join(kept), tuple(overrides), tuple(problems)
