r"""What a ``.dockerignore`` leaves out of a build, by BuildKit's own rules; so inputs are what the build sees.

Sources: Docker's "Build context" (.dockerignore files: syntax, negating matches), and moby/patternmatcher:

- ``ignorefile.go``, how a file is read;
- ``patternmatcher.go``, ``MatchesUsingParentResults``, which BuildKit's file sync asks for each path, with what it said
  of the folder above; and ``compile``, whose peculiarities decide: ``**/x`` is the end of a path, ``x/**`` its
  beginning, and of the letters ``{|}`` none is escaped.

``tests/contract/test_ignoring.py`` compares with an engine.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from release.errors import UsageError

#: Bytes of a line beyond which Go's bufio.Scanner, which reads the file there, gives up.
_LONGEST_LINE = 64 * 1024
_SPACE = " \t\n\v\f\r\x85\xa0"
_ESCAPED = frozenset(".+()$")


@dataclass(frozen=True)
class _Pattern:
    keeps: bool
    matches: Callable[[str], bool]


class Ignoring:
    """The rules of one file.

    Args:
        text: as it is committed.
        where: its path, for the error.

    Attributes:
        text: the same.

    Raises UsageError, with the line, for what BuildKit refuses.
    """

    def __init__(self, text: bytes, where: str) -> None:
        self.text, self._patterns = text, _patterns(text, where)
        self._folders: dict[str, tuple[bool, ...]] = {"": ()}

    def leaves_out(self, path: str) -> bool:
        """Whether the build does not see the file ``path``, relative to the context."""
        return self._judged(path, self._folder(posixpath.dirname(path)))[0]

    def _folder(self, path: str) -> tuple[bool, ...]:
        if path not in self._folders:
            self._folders[path] = self._judged(path, self._folder(posixpath.dirname(path)))[1]
        return self._folders[path]

    def _judged(self, path: str, above: tuple[bool, ...]) -> tuple[bool, tuple[bool, ...]]:
        """Whether ``path`` is left out, and which patterns matched; ``above``: those that matched its folder."""
        out, matched = False, []
        for number, pattern in enumerate(self._patterns):
            found = bool(above) and above[number]
            # A pattern that could change nothing is not looked at, and has not matched for what is below either.
            if not found and pattern.keeps == out:
                found = pattern.matches(path)
            matched.append(found)
            if found:
                out = not pattern.keeps
        return out, tuple(matched)


def _patterns(text: bytes, where: str) -> tuple[_Pattern, ...]:
    found = []
    for number, line in enumerate(text.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if len(line) >= _LONGEST_LINE:
            raise _refused(where, number, f"is longer than the {_LONGEST_LINE:,} bytes that a line may have")
        word = line.decode("utf-8", "surrogateescape").strip(_SPACE)
        if line.startswith(b"#") or not word:
            continue
        keeps = word.startswith("!")
        word = _cleaned(word[1:].strip(_SPACE) if keeps else word)
        if not word:
            raise _refused(where, number, "is an exclamation mark without a pattern")
        try:
            found.append(_Pattern(keeps, _compiled(word)))
        except re.error as error:
            raise _refused(where, number, f"holds a pattern that is none ({error})") from error
    return tuple(found)


def _cleaned(word: str) -> str:
    """Go's filepath.Clean, and without a leading slash."""
    if not word:
        return ""
    word = posixpath.normpath(word)
    return (word.lstrip("/") or "/") if word.startswith("/") else word


def _compiled(pattern: str) -> Callable[[str], bool]:
    """As ``Pattern.compile`` and ``Pattern.match`` do it. Raises re.error."""
    regex, kind, at, first = "", "exact", 0, True
    while at < len(pattern):
        letter, after = pattern[at], pattern[at + 1 : at + 2]
        at += 1
        if letter == "*" and after == "*":
            at += 2 if pattern[at + 1 : at + 2] == "/" else 1
            if at < len(pattern):
                regex, kind = regex + "(.*/)?", "regex"
            elif kind == "exact":
                kind = "beginning"
            else:
                regex, kind = regex + ".*", "regex"
            kind = "end" if first else kind
        elif letter in "*?":
            regex, kind = regex + ("[^/]*" if letter == "*" else "[^/]"), "regex"
        elif letter == "\\":
            if not after:
                raise re.error("it ends in a backslash")
            regex, kind, at = regex + f"\\{after}", "regex", at + 1
        else:
            regex += f"\\{letter}" if letter in _ESCAPED else letter
            kind = "regex" if letter in "[]" else kind
        first = False
    if kind == "regex":
        whole = re.compile(f"^{regex}\\Z")
        return lambda path: whole.search(path) is not None
    if kind == "beginning":
        return lambda path: path.startswith(pattern[:-2])
    if kind == "end":
        end = pattern[2:]
        return lambda path: path.endswith(end) or (end.startswith("/") and path == end[1:])
    return lambda path: path == pattern


def _refused(where: str, line: int, why: str) -> UsageError:
    return UsageError(
        f"{where}, line {line}: {why}", untouched="everything", next_step=f"correct {where}, and commit it"
    )
