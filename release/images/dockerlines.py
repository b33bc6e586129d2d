"""The lines of a Dockerfile as BuildKit joins them (``frontend/dockerfile/parser``: parser.go, directives.go).

Comments and directives, line continuations and here-documents are settled here; what an instruction says is read from
its one joined line in :mod:`release.images.dockerfile`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from release.errors import UsageError
from release.images.expansion import NotReadError, heredoc_name, raw_words

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*\Z")
_DIRECTIVES = ("syntax", "escape", "check")
_HEREDOC = re.compile(r"\d*<<(-?)\s*([^<]*)\Z")


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of the text: as it is read (of a flag: without quotes), and where it is written.

    Attributes:
        start, end: its place in the whole text; line continuations inside it lie between them.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Logical:
    """A line with its continuations joined. ``places``: the place in the text of each of its characters."""

    text: str
    places: tuple[int, ...]
    line: int

    def word(self, start: int, end: int, text: str | None = None) -> Word:
        return Word(self.text[start:end] if text is None else text, self.places[start], self.places[end - 1] + 1)


class Lines:
    """Reads one file from its first line to its last.

    Attributes:
        escape: ``\\`` or what the directive ``escape`` names.
        syntax: the image that the directive ``syntax`` names, or None.
    """

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path, self.number = text, path, 0
        self.begin = 1 if text.startswith("\ufeff") else 0
        self.lines = text[self.begin :].split("\n")
        if not self.lines[-1]:
            self.lines.pop()
        self.starts = [self.begin]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.escape, self.syntax = self._escape(), self._syntax()
        self.continued = re.compile(rf"(?:(?<=[^\{self.escape}])|^)\{self.escape}[ \t]*\Z")

    def _escape(self) -> str:
        """The directive ``escape``; like every directive it stands above everything else and once only."""
        seen: dict[str, str] = {}
        for number, line in enumerate(self.lines, 1):
            match = _DIRECTIVE.match(line.strip())
            if match is None or (key := match[1].lower()) not in _DIRECTIVES:
                break
            if key in seen:
                raise refused(self.path, number, f"the directive {key} stands there twice")
            seen[key] = match[2]
            if key == "escape" and match[2] not in ("`", "\\"):
                raise refused(self.path, number, f"{match[2]!r} is no escape character: \\ or `")
        return seen.get("escape", "\\")

    def _syntax(self) -> Word | None:
        """The directive ``syntax``, which may also stand below a ``#!`` line, and not behind blanks."""
        first = 1 if self.text.startswith("#!", self.begin) else 0
        for start, line in zip(self.starts[first:], self.lines[first:], strict=False):
            match = _DIRECTIVE.match(line)
            if match is None or (key := match[1].lower()) not in _DIRECTIVES:
                return None
            if key == "syntax":
                name = match[2].partition(" ")[0]
                return Word(name, start + match.start(2), start + match.start(2) + len(name))
        return None

    def joined(self) -> Logical | None:
        """The next instruction's line; None at the end. Comments and empty lines inside it do not count."""
        text, first, open_line = "", 0, False
        places: list[int] = []
        while self.number < len(self.lines) and (open_line or not first):
            start, line = self.starts[self.number], self.lines[self.number].rstrip("\r\n")
            self.number += 1
            shown = line.lstrip()
            if not shown or shown.startswith("#"):
                continue
            first = first or self.number
            skipped = 0 if open_line else len(line) - len(shown)
            match = self.continued.search(line[skipped:])
            kept = line[skipped : skipped + match.start()] if match else line[skipped:]
            text += kept
            places += range(start + skipped, start + skipped + len(kept))
            open_line = match is not None
        return Logical(text, tuple(places), first) if first else None

    def skip_heredocs(self, logical: Logical) -> None:
        """Read over the here-documents that ``logical`` begins, which stand below it."""
        for word in raw_words(logical.text):
            match = _HEREDOC.match(word)
            try:
                name = heredoc_name(match[2]) if match else ""
            except NotReadError as error:
                raise refused(self.path, logical.line, f"{word} {error}") from error
            if match and name:
                self._skip_to(name, logical.line, tabs=bool(match[1]))

    def _skip_to(self, name: str, line: int, *, tabs: bool) -> None:
        for found in self.lines[self.number :]:
            self.number += 1
            found = found.rstrip("\r\n")
            if (found.lstrip("\t") if tabs else found) == name:
                return
        raise refused(self.path, line, f"the here-document {name} has no end")


def refused(path: str, line: int, problem: str) -> UsageError:
    """The refusal of ``path`` because of what stands on ``line``."""
    return UsageError(
        f"{path}, line {line}: {problem}",
        untouched="everything",
        next_step="correct it, commit it and run the same command again",
    )
