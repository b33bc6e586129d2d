"""The footers of a commit message (Conventional Commits 1.0.0, items 8 to 10), and the two that count anywhere in it.

A breaking change and a named version cost most when they are missed, and squashing puts other commits' text behind
them. So ``BREAKING CHANGE:`` counts at the start of any line after the header, also without a blank line before it and
with its text on the next line, and ``Release-As:`` on any line of its own outside of fenced code, whatever follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FOOTER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*|BREAKING CHANGE)(: | #)(?=\S)(.*)")
_BREAKING = re.compile(r"BREAKING[ -]CHANGE:(?: +(.*))?")
_RELEASE_AS = re.compile(r"(?:[*-] +)?release-as(?::| #)(.*)", re.IGNORECASE)
_MENTIONED = re.compile("release-as", re.IGNORECASE)
_MARKUP = re.compile(r"<!--[^<>]*-->|</?[A-Za-z][^<>]*>")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_SQUASHED = re.compile(r"commit [0-9a-f]{40,64}$")


@dataclass(frozen=True, slots=True)
class Footer:
    """One footer (items 8 to 10). ``separator`` is ``": "`` or ``" #"``."""

    token: str
    separator: str
    value: str


def is_footer(line: str) -> bool:
    """Whether a footer begins on ``line``."""
    return bool(_FOOTER.fullmatch(line))


def breaking_text(line: str) -> str | None:
    """What follows ``BREAKING CHANGE:`` on ``line``; None on any other line."""
    match = _BREAKING.fullmatch(line)
    return match and (match[1] or "")


def is_squashed(line: str) -> bool:
    """Whether ``git merge --squash`` begins another commit's message with ``line``; it indents that message."""
    return bool(_SQUASHED.match(line))


def footers_of(body: list[str]) -> tuple[Footer, ...]:
    """The footers of a message's body.

    They begin with the first paragraph whose first line is a footer; from there each line either begins a footer or
    continues the value before it, over blank lines too.
    """
    found: list[tuple[str, str, list[str]]] = []
    for place, line in enumerate(body):
        match = _FOOTER.fullmatch(line)
        if match and (found or place == 0 or not body[place - 1]):
            found.append((match[1], match[2], [match[3]]))
        elif found:
            found[-1][2].append(line)
    return tuple(Footer(token, separator, "\n".join(value).rstrip()) for token, separator, value in found)


def versions_named(lines: list[str]) -> tuple[str, ...]:
    """What each ``Release-As`` of a message names, in its order, without HTML; "" where it names nothing."""
    found: list[str] = []
    indented = False
    for line in outside_code(lines) if any(_MENTIONED.search(line) for line in lines) else ():
        indented |= is_squashed(line)
        match = _RELEASE_AS.fullmatch(line[4:] if indented and line.startswith("    ") else line)
        if match:
            found.append(_MARKUP.sub("", match[1]).strip().strip("`*").strip())
    return tuple(found)


def outside_code(written: list[str]) -> list[str]:
    """The lines outside of fenced code; a fence that is never closed hides nothing."""
    lines: list[str] = []
    hidden: list[str] = []
    fence = ""
    for line in written:
        match = _FENCE.match(line)
        if not fence and match:
            fence, hidden = match[1], []
        if not fence:
            lines.append(line)
            continue
        hidden.append(line)
        if len(hidden) > 1 and line.strip().startswith(fence) and set(line.strip()) == {fence[0]}:
            fence, hidden = "", []
    return lines + hidden
