"""What the title of a changelog's heading names: a release, in whatever form, unreleased changes, or something else.

Seen in the wild, and understood: ``[1.1.0] - 2026-02-01``, ``v1.1.0``, ``Version 1.1.0 (February 1, 2026)``,
``[1.1.0](https://…) (2026-02-01)``, ``2026-02-01, Version 1.1.0 (Current), @name``, ``click 8.1.0``, ``1.1``,
``1.1.0rc1``, ``2026-02-01``, ``Unreleased``, ``1.2.0 (Unreleased)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from release.semver import LONGEST, Version, try_parse

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)[0-9]{2}"
_DATE = re.compile(
    rf"(?<![\w.])(?:{_YEAR}[-/][01]?[0-9][-/][0-3]?[0-9]|[0-3]?[0-9][-/][0-3]?[0-9][-/]{_YEAR}"
    rf"|{_MONTH} {_DAY},? {_YEAR}|{_DAY} {_MONTH},? {_YEAR}|{_MONTH},? {_YEAR})(?![\w-]|\.[0-9])",
    re.IGNORECASE,
)
_NO_DATE = re.compile(
    r"(?<![\w.])(?:20[0-9x?]{2}|y{4}|x{4}|\?{4})[-/](?:[mx?]{2}|[01][0-9])[-/][dx?]{2}(?!\w)", re.IGNORECASE
)
_TOKEN = re.compile(
    r"(?<!\w)(?<!\w\.)(?:[vV]\.?)?(?P<number>[0-9]+(?:\.[0-9]+)+)(?P<rest>[-+.]?[0-9A-Za-z]+(?:[-+.][0-9A-Za-z]+)*)?"
    r"|(?<!\w)(?<!\w\.)(?i:v\.?|version |release )(?P<single>[0-9]+)(?![\w.-])"
)
_MARKS = re.compile(r"<[^<>]*>|\{#[^{}]*\}|[*`~_]")
_LINK = re.compile(r"\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])?")
_LEAD = re.compile(r"\W*(?:(?:version|release|ver|rel|tag)\b\W*)?", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:to|from|since|until|before|after|with|for|than|below|above|requires?)\b", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:to|→|->|through|until|and|or|&|,|/|\.{2,3}|…)\s*", re.IGNORECASE)
_WAITING = (
    r"(?:unreleased|not (?:yet )?released(?: yet)?|unpublished|upcoming|pending|wip|tbd|tba|tbc"
    r"|in (?:progress|development)|work in progress)"
)
_STILL_PENDING = re.compile(rf"{_WAITING}(?: {_WAITING}| changes| release| version)*", re.IGNORECASE)
_PENDING = re.compile(
    rf"{_STILL_PENDING.pattern}|unreleased .*"
    r"|(?:the )?(?:next|head|main|master|trunk|develop(?:ment)?)(?: (?:changes|release|version|work|branch))?",
    re.IGNORECASE,
)
_BEFORE_RELEASE = re.compile(
    r"[-.+]?(?:a|b|c|rc|alpha|beta|dev|pre|preview|m|snapshot|nightly|canary)(?![a-z])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class HeadingName:
    """What a title names.

    Attributes:
        version: the version, where it is one of Semantic Versioning.
        order: the version, or what a number of another form (``1.1``, ``1.1.0rc1``, ``1.2.3.4``) comes nearest to;
            None where there is none (a date alone, several versions).
        is_release: whether it names a release at all.
        is_pending: whether it names changes that are not released, perhaps under the version they will have.
        is_plain: whether nothing but a date or the word "version" stands before the version: then it names that
            release, and not something about it.
        is_dated: whether it names a day.
    """

    version: Version | None = None
    order: Version | None = None
    is_release: bool = False
    is_pending: bool = False
    is_plain: bool = False
    is_dated: bool = False


def name_of(title: str) -> HeadingName:
    """What ``title``, a heading without its marks, names. Linear in its length."""
    text = _MARKS.sub("", _LINK.sub(r" \1 ", title[: 4 * LONGEST]))
    said = _DATE.sub(" ", text)
    dated = said != text
    said = said if dated else _NO_DATE.sub(" unreleased ", text)
    tokens = list(_TOKEN.finditer(said))
    if not tokens:
        words = _words(said)
        alone = dated and not words
        pending = bool(_PENDING.fullmatch(words))
        return HeadingName(is_release=alone, is_pending=pending, is_plain=alone or pending, is_dated=dated)
    first = tokens[0]
    lead, after = said[: first.start()], said[first.end() :]
    version, order = _version(first), _order(first)
    if _PENDING.fullmatch(_words(lead)) or _STILL_PENDING.fullmatch(_words(after)):
        return HeadingName(version, order, is_pending=True, is_plain=True)
    plain = bool(_LEAD.fullmatch(lead))
    if len(tokens) > 1 and (not plain or _JOINED.fullmatch(said[first.end() : tokens[1].start()])):
        return HeadingName(is_release=plain, is_plain=plain, is_dated=dated)
    if not plain and _ABOUT.search(lead):
        return HeadingName(is_dated=dated)
    return HeadingName(version, order, is_release=True, is_plain=plain, is_dated=dated)


def dated(line: str, date: str) -> str:
    """The heading ``line`` of pending changes with their version, dated: ``1.2.0 (2026-11-21)``.

    A line whose first word about waiting is not the only one stays pending; whoever reads it back will see.
    """
    changed = _NO_DATE.sub(date, line, count=1)
    return changed if changed != line else re.sub(rf"(?i)(?<!\w){_WAITING}(?!\w)", date, line, count=1)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def _version(token: re.Match[str]) -> Version | None:
    return try_parse(token["number"] + (token["rest"] or "")) if token["number"] else None


def _order(token: re.Match[str]) -> Version | None:
    version = _version(token)
    if version:
        return version
    numbers = (token["number"] or token["single"]).split(".")[:3]
    if any(len(number) > 9 for number in numbers):
        return None
    major, minor, patch = [*map(int, numbers), 0, 0][:3]
    before = _BEFORE_RELEASE.match(token["rest"] or "") if token["number"] else None
    return Version(major, minor, patch, ("0",) if before else ())
