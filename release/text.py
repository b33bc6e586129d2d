"""Makes text from a repository harmless before a person's terminal or a workflow's log shows it.

Commit messages, tags, branches and paths are written by anyone who can open a pull request. A terminal obeys escape
sequences in them; a reader is misled by characters that change the direction of writing ("Trojan Source",
CVE-2021-42574); GitHub's runner obeys lines that look like workflow commands ("Workflow commands for GitHub Actions").
"""

from __future__ import annotations

import json
import re

# C0 and C1 controls, DEL, line and paragraph separators, direction marks, zero-width characters, lone surrogates
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
# CommonMark 0.31.2, "Backslash escapes" (an escape must not be undone by one before it), "Raw HTML", "Links"
_MARKUP = re.compile(r"[\\<\[]")
# CommonMark 0.31.2, "Leaf blocks" and "Container blocks": what opens one at the start of a line
_BLOCK = re.compile(r"\A(\s*(?:\d{1,9}(?=[.)]))?)((?:#{1,6}|[-+*_=.)]|[-_*=]{2,})(?:\s|\Z)|~{3,}|>)")
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def block(text: str) -> str:
    """``text`` with its line breaks and tabs, everything that acts instead of shows written out as ``\\x1b``."""
    text = _UNSAFE.sub(_escaped, text.replace("\r\n", "\n"))
    return _COMMAND.sub(r"\1\\x3a", text).replace("##[", "#\\x23[")


def as_json(data: object) -> str:
    """``data`` as JSON in ASCII that is no command to a runner; GitHub's finds ``##[name]`` anywhere in a line."""
    return json.dumps(data, indent=2).replace("##[", "#\\u0023[")


def line(text: str) -> str:
    """``text`` as one line: as :func:`block`, with line breaks and tabs as one space each."""
    return block(" ".join(text.replace("\t", " ").splitlines()))


class Markup(str):
    """Markdown of our own making, in one line: :func:`markdown` was applied to whatever in it came from outside."""

    __slots__ = ()


def markdown(text: str) -> Markup:
    """``text`` as one line of Markdown: no HTML, link, image, heading, list or rule of its own.

    Code spans are kept as they are, since people write them in commit messages.
    """
    return Markup(_BLOCK.sub(r"\1\\\2", _inline(text)))


def cell(text: str) -> str:
    """``text`` as a cell of a table, which it cannot break (GitHub Flavored Markdown 0.29, "Tables")."""
    if not isinstance(text, Markup):
        # A bar is escaped in code spans too, where a backslash before it cannot be.
        text = _inline(text, spans="\\|" not in text)
    return text.replace("|", "\\|")


def _inline(text: str, *, spans: bool = True) -> str:
    parts = line(text).split("`")
    if not spans or len(parts) % 2 == 0 or any(not part for part in parts[1:-1]):
        return _MARKUP.sub(r"\\\g<0>", "`".join(parts)).replace("`", "\\`")
    parts[::2] = [_MARKUP.sub(r"\\\g<0>", part) for part in parts[::2]]
    return "`".join(parts)


def code(text: str) -> Markup:
    """``text`` in one line as a code span."""
    text = line(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return Markup(f"{fence}{blank}{text}{blank}{fence}")
