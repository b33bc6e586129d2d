"""A Dockerfile as instructions with their places in the text: its lines, comments, directives and here-documents.

It follows BuildKit's own parser (``frontend/dockerfile/parser``: parser.go, split_command.go, directives.go) and
refuses what BuildKit refuses on this level. It is written here because no library does it: ``dockerfile-parse`` knows
no here-documents (its issue 145, open since 2023), so it takes the lines of a script for instructions, and tells no
place in the text; ``dockerfile`` (asottile) is archived and needs a Go compiler.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from release.errors import UsageError
from release.images.dockerlines import Lines, Logical, Word, refused

_KNOWN = (
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
    *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
)
_WORD = re.compile(r"[^\t\v\f\r ]+")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        name: in upper case; of ``ONBUILD COPY …`` it is ``COPY``.
        flags: ``--from=x`` and the like, without quotes.
        words: the arguments, split at blanks, as they are written.
        arguments: the same as one text.
        line: the first line, from 1.
    """

    name: str
    flags: tuple[Word, ...]
    words: tuple[Word, ...]
    arguments: str
    line: int

    def flag(self, name: str) -> Word | None:
        """The flag ``--name=…``, or None."""
        return next((flag for flag in self.flags if flag.text.partition("=")[0] == f"--{name}"), None)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole file.

    Attributes:
        path: its path, for errors.
        escape: ``\\`` or what the directive ``escape`` names.
        syntax: the image that reads the file instead of BuildKit itself (directive ``syntax``), or None.
    """

    path: str
    text: str
    escape: str
    syntax: Word | None
    instructions: tuple[Instruction, ...]

    def error(self, line: int, problem: str) -> UsageError:
        """The refusal that names the file and the line."""
        return refused(self.path, line, problem)


def parse(text: str, path: str) -> Dockerfile:
    """Read ``text``. Raises UsageError with ``path`` and the line."""
    lines, found = Lines(text, path), []
    while (logical := lines.joined()) is not None:
        instruction, is_json = _instruction(path, logical, lines.escape)
        found.append(instruction)
        if instruction.name in ("ADD", "COPY", "RUN") and not is_json and "<<" in logical.text:
            lines.skip_heredocs(logical)
    if not found:
        raise refused(path, max(1, lines.number), "there is no instruction in this file")
    return Dockerfile(path, text, lines.escape, lines.syntax, tuple(found))


def _instruction(path: str, logical: Logical, escape: str, at: int = 0) -> tuple[Instruction, bool]:
    """The instruction that begins at place ``at`` of the line, and whether its arguments are a JSON list."""
    name = _WORD.search(logical.text, at)
    if name is None or name[0].upper() not in _KNOWN:
        raise refused(path, logical.line, f"{name[0] if name else ''!r} is no instruction that is known here")
    flags, rest = _flags(logical, name.end(), escape)
    if (kind := name[0].upper()) == "ONBUILD":
        return _instruction(path, logical, escape, rest)
    words = tuple(logical.word(*match.span()) for match in _WORD.finditer(logical.text.rstrip(), rest))
    is_json = _is_json(logical.text[rest:])
    return Instruction(kind, flags, words, logical.text[rest:].strip(), logical.line), is_json


def _flags(logical: Logical, at: int, escape: str) -> tuple[tuple[Word, ...], int]:
    """The ``--flags`` that begin at place ``at``, and where the arguments behind them begin."""
    text = logical.text
    flags: list[Word] = []
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if text[at : at + 2] != "--":
            return tuple(flags), at
        start, word, quote = at, "", ""
        while at < len(text) and (quote or not text[at].isspace()):
            char = text[at]
            at += 1
            if char == quote:
                quote = ""
            elif not quote and char in "'\"":
                quote = char
            elif char == escape:
                word += text[at : at + 1]
                at += 1
            else:
                word += char
        at = min(at, len(text))
        if word == "--":
            return tuple(flags), at
        flags.append(logical.word(start, at, word))


def _is_json(arguments: str) -> bool:
    if not arguments.lstrip().startswith("["):
        return False
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return False
    return True
