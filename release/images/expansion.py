"""Quotes and variables in the words of a Dockerfile, as BuildKit reads them (its ``frontend/dockerfile/shell/lex.go``).

Two readings are needed: :func:`expanded` gives a word with its variables filled in, as in ``FROM`` and ``ARG``;
:func:`raw_words` splits a line into words and leaves quotes and variables as they are written, which is how BuildKit
finds here-documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from release.images import patterns

_SPECIAL = "@*#?-$!0"


class NotReadError(ValueError):
    """A word that BuildKit refuses or that is not followed here. The text says what is wrong with it."""


def expanded(word: str, variables: Mapping[str, str], escape: str, used: set[str] | None = None) -> str:
    """``word`` without its quotes and with its variables filled in; a variable that is not set is empty.

    Args:
        used: takes the names of the variables that were met.

    Raises:
        NotReadError: a quote or brace without its end, ``${x:?…}`` of an unset variable, a wrong pattern.
    """
    return _Lexer(word, escape, variables, used=set() if used is None else used).until("").text


def raw_words(line: str) -> list[str]:
    """The words of a line as they are written; none where BuildKit's own reading fails and it looks no further."""
    try:
        return _Lexer(line, "\\", None).until("").words()
    except NotReadError:
        return []


def quoted_words(text: str, escape: str) -> list[str]:
    """The words of ``ARG`` as they are written: a blank inside quotes, or behind the escape character, ends none."""
    mark = re.escape(escape)
    word = rf"(?:{mark}.|'[^']*(?:'|\Z)|\"(?:{mark}.|[^\"{mark}])*(?:\"|\Z)|\S)+"
    return re.findall(word, text, re.DOTALL)


def heredoc_name(word: str) -> str:
    """What ends a here-document that begins with ``<<word``; "" when it is none. Raises NotReadError."""
    if "$" in word:
        raise NotReadError("names a here-document by a variable, which is not followed here")
    words = _Lexer(word, "\\", {}).until("").words()
    return words[0] if len(words) == 1 else ""


@dataclass
class _Read:
    """What was read: as one text, and as words."""

    text: str = ""
    done: list[str] = field(default_factory=list)
    word: str = ""

    def add(self, text: str, *, splits: bool) -> None:
        self.text += text
        for char in text:
            if splits and char.isspace():
                if self.word:
                    self.done.append(self.word)
                    self.word = ""
            else:
                self.word += char

    def words(self) -> list[str]:
        return [*self.done, self.word] if self.word else self.done


class _Lexer:
    """One pass over ``text``. Without ``variables`` nothing is filled in, and quotes and escapes stay."""

    def __init__(
        self, text: str, escape: str, variables: Mapping[str, str] | None, *, used: set[str] | None = None
    ) -> None:
        self.rest, self.escape, self.variables, self.used = text, escape, variables, used
        self.raw = variables is None

    def next(self) -> str:
        char, self.rest = self.rest[:1], self.rest[1:]
        return char

    def until(self, stop: str, *, raw_escapes: bool | None = None) -> _Read:
        """Read up to ``stop`` ("": to the end) and over it."""
        keeps = self.raw if raw_escapes is None else raw_escapes
        read = _Read()
        special: Mapping[str, Callable[[bool], str]] = {
            "$": self._dollar,
            "<": self._heredoc,
            "'": self._single,
            '"': self._double,
        }
        while self.rest:
            char = self.rest[0]
            if stop and char == stop:
                self.next()
                return read
            if char in special:
                read.add(special[char](keeps), splits=char == "$")
            elif char == self.escape:
                self.next()
                read.add(self.escape * keeps + self.next(), splits=False)
            else:
                read.add(self.next(), splits=True)
        if stop:
            raise NotReadError(f"has no {stop} where one is needed")
        return read

    def _single(self, _keeps: bool) -> str:
        body, quote, self.rest = self.rest[1:].partition("'")
        if not quote:
            raise NotReadError("has a ' without its end")
        return f"'{body}'" if self.raw else body

    def _double(self, keeps: bool) -> str:
        self.next()
        result = ""
        while self.rest:
            char = self.rest[0]
            if char == '"':
                self.next()
                return f'"{result}"' if self.raw else result
            if char == "$":
                result += self._dollar(keeps)
                continue
            self.next()
            if char == self.escape:
                result += self.escape * keeps
                if not self.rest:
                    break
                if self.rest[0] in ('"', "$", self.escape):
                    char = self.next()
            result += char
        raise NotReadError('has a " without its end')

    def _heredoc(self, _keeps: bool) -> str:
        """``<<`` and the blanks behind it, which do not end the word."""
        self.next()
        if self.rest[:1] != "<":
            return "<"
        self.next()
        blanks = len(self.rest) - len(self.rest.lstrip("\t\r "))
        found, self.rest = self.rest[:blanks], self.rest[blanks:]
        return "<<" + found

    def _dollar(self, _keeps: bool) -> str:
        self.next()
        if self.rest[:1] != "{":
            name = self._name()
            if not name:
                return "$"
            return f"${name}" if self.raw else self._value(name) or ""
        self.next()
        if self.rest[:1] in ("", "{", "}", ":"):
            raise NotReadError("has a ${ that is no substitution")
        name, sign = self._name(), self.next()
        if sign == "}":
            return f"${{{name}}}" if self.raw else self._value(name) or ""
        if sign == "/":
            return self._replaced(name)
        colon = sign == ":"
        sign = self.next() if colon else sign
        if (sign not in ("+", "-", "?", "#", "%") and not (self.raw and colon)) or (colon and sign in ("#", "%")):
            raise NotReadError(f"has a ${{{name}{':' * colon}{sign}…}} that is no substitution")
        word = self.until("}", raw_escapes=sign in ("#", "%")).text
        if self.raw:
            return f"${{{name}{':' * colon}{sign}{word}}}"
        if sign in ("#", "%"):
            return self._cut(name, sign, word)
        value = self._value(name)
        there = value is not None and not (colon and not value)
        if sign == "?" and not there:
            raise NotReadError(f"needs a value of {name}: {word or 'it has none'}")
        return word if there == (sign == "+") else (value or "")

    def _cut(self, name: str, sign: str, pattern: str) -> str:
        longest, value = pattern[:1] == sign, self._value(name) or ""
        cut = patterns.without_prefix if sign == "#" else patterns.without_suffix
        try:
            return cut(value, pattern[longest:], longest=longest)
        except ValueError as error:
            raise NotReadError(f"holds a pattern that is none: {error}") from error

    def _replaced(self, name: str) -> str:
        everywhere = self.rest[:1] == "/"
        self.rest = self.rest[everywhere:]
        pattern, replacement = self.until("/", raw_escapes=True).text, self.until("}", raw_escapes=True).text
        if self.raw:
            return f"${{{name}/{pattern}/{replacement}}}"
        try:
            return patterns.replaced(self._value(name) or "", pattern, replacement, everywhere=everywhere)
        except ValueError as error:
            raise NotReadError(f"holds a pattern that is none: {error}") from error

    def _value(self, name: str) -> str | None:
        assert self.variables is not None
        if self.used is not None:
            self.used.add(name)
        return self.variables.get(name)

    def _name(self) -> str:
        rest = self.rest
        if rest[:1].isdigit():
            length = len(rest) - len(rest.lstrip("0123456789"))
        elif rest[:1] and rest[0] in _SPECIAL:
            length = 1
        else:
            length = next((n for n, char in enumerate(rest) if not (char.isalnum() or char == "_")), len(rest))
        name, self.rest = rest[:length], rest[length:]
        return name
