"""The patterns of ``${name#…}``, ``${name%…}`` and ``${name/…/…}`` in a Dockerfile, as BuildKit reads them (lex.go).

``*`` is any text, ``?`` any character, a backslash takes either's meaning away; there are no brackets.
"""

from __future__ import annotations

import re


def without_prefix(value: str, pattern: str, *, longest: bool) -> str:
    """``value`` without the prefix that matches. Raises ValueError for a pattern that is none."""
    found = re.match(_regex(pattern, longest=longest), value, re.DOTALL)
    return value[found.end() :] if found else value


def without_suffix(value: str, pattern: str, *, longest: bool) -> str:
    """``value`` without the suffix that matches: the same on the reversed text."""
    tokens = re.findall(r"\\.|.", pattern, re.DOTALL)
    return without_prefix(value[::-1], "".join(reversed(tokens)), longest=longest)[::-1]


def replaced(value: str, pattern: str, replacement: str, *, everywhere: bool) -> str:
    """``value`` with what matches replaced, once or everywhere."""
    regex = re.compile(_regex(pattern, longest=True), re.DOTALL)
    return regex.sub(lambda _found: replacement, value, count=0 if everywhere else 1)


def _regex(pattern: str, *, longest: bool) -> str:
    result, rest = "", pattern
    while rest:
        char, rest = rest[0], rest[1:]
        if char == "*":
            result += ".*" if longest else ".*?"
        elif char == "?":
            result += "."
        elif char == "\\" and rest[:1] not in ("}", "/"):
            if rest[:1] not in ("*", "?", "\\"):
                raise ValueError(f"{pattern!r} escapes what needs no escape")
            result, rest = result + re.escape(rest[0]), rest[1:]
        elif char != "\\":
            result += re.escape(char)
    return result
