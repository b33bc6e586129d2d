"""Makes text from a repository harmless before a person's terminal or a workflow's log shows it.

Commit messages, tags, branches and paths are written by anyone who can open a pull request. A terminal obeys escape
sequences in them; a reader is misled by characters that change the direction of writing ("Trojan Source",
CVE-2021-42574); GitHub's runner obeys lines that look like workflow commands ("Workflow commands for GitHub Actions").
"""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, line and paragraph separators, direction marks, zero-width characters, lone surrogates
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
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


def line(text: str) -> str:
    """``text`` as one line: as :func:`block`, with line breaks and tabs as one space each."""
    return block(" ".join(text.replace("\t", " ").splitlines()))


def markdown(text: str) -> str:
    """``text`` as one line of Markdown: code spans kept as they are, no HTML outside of them."""
    parts = line(text).split("`")
    if len(parts) % 2 == 0 or any(not part for part in parts[1:-1]):
        return "`".join(parts).replace("<", "\\<").replace("`", "\\`")
    return "`".join(part if place % 2 else part.replace("<", "\\<") for place, part in enumerate(parts))
