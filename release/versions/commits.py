"""Conventional Commits 1.0.0 (conventionalcommits.org): what one commit message says.

The numbers in brackets are the items of the specification. What counts beyond it: :mod:`release.versions.footers`.

Every pattern is tried against one line and has no nested repetition, so the time is linear in the message.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from release.versions.footers import Footer, breaking_text, footers_of, is_footer, is_squashed, versions_named

#: The types of the Angular convention, which the specification names as its example (item 14), and those in common use
#: beside it. Only a line with a known type counts as a header inside a body, where "Note: …" is prose.
TYPES = frozenset(
    "build chore ci deps docs feat fix perf refactor revert security style test".split()  # noqa: SIM905
)

_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(?:\(([^()\n]+)\))?(!)?: +(\S.*)")
_REVERTED = re.compile(r"This reverts commit ([0-9a-fA-F]{7,64})\b")
_REVERTED_REQUEST = re.compile(r"Reverts (?:[\w.-]+/[\w.-]+)?[#!]([0-9]{1,9})\.?")
_REVERT_SUBJECT = re.compile(r'(?:Revert|Reapply) "(.*)"')
_REQUEST = re.compile(r"\([#!]([0-9]{1,9})\)$|^Merge pull request #([0-9]{1,9}) |\(pull request #([0-9]{1,9})\)$")
_SEE_REQUEST = re.compile(r"See merge request [\w./-]*!([0-9]{1,9})$")
_COMMIT_ID = re.compile(r"[0-9a-fA-F]{7,64}")


@dataclass(frozen=True, slots=True)
class Change:
    """One conventional header with what belongs to it.

    Attributes:
        type: in lower case (item 15).
        scope: as written, "" when there is none.
        description: what follows the colon (item 5).
        breaking: a ``!`` or a breaking footer (items 11 to 13, 16).
        breaking_notes: the texts of the breaking footers; empty when only ``!`` says so.
    """

    type: str
    scope: str
    description: str
    breaking: bool = False
    breaking_notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What one commit message says.

    Attributes:
        subject: the first line.
        is_conventional: whether the first line is a conventional header.
        changes: none when the message announces none; several when it lists several.
        footers: the footers at its end, also of a message that is not conventional.
        release_as: what its ``Release-As`` footers name, wherever they stand, in the message's order.
        reverts: the commits it says it takes back, as written (7 digits or more).
        reverts_requests: the pull requests it says it takes back.
        reverts_subject: the subject it says it takes back; "" when it does not call itself a revert.
        request: the pull request it came from, or 0.
    """

    subject: str
    is_conventional: bool
    changes: tuple[Change, ...]
    footers: tuple[Footer, ...]
    reverts: tuple[str, ...] = ()
    reverts_requests: tuple[int, ...] = ()
    reverts_subject: str = ""
    request: int = 0
    release_as: tuple[str, ...] = ()


def lines_of(message: str) -> list[str]:
    """The message's lines without trailing whitespace, CRLF or not, from its first line that says something."""
    lines = [line.rstrip() for line in message.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    start = next((place for place, line in enumerate(lines) if line), 0)
    return lines[start:] or [""]


def parse_header(line: str) -> Change | None:
    """The change that one line announces (items 1 to 5), or None when it is no conventional header."""
    match = _HEADER.fullmatch(line)
    if match is None or (match[2] is not None and not match[2].strip()):
        return None
    return Change(match[1].lower(), (match[2] or "").strip(), match[4], bool(match[3]))


def parse_message(message: str, *, multiple_headers: bool = False, types: Collection[str] = TYPES) -> Message:
    """Read one commit message.

    A conventional first line speaks for the message. Otherwise a squash body that lists commits is read as those
    commits (GitHub, GitLab and Bitbucket write ``* header``, ``git merge --squash`` indents each message below
    ``commit <id>``), and a merge commit that carries the pull request's title below its own line as that title.

    Args:
        multiple_headers: read the listed commits, and every paragraph that begins with a header, also when the first
            line is conventional.
        types: the types, in lower case, that make a line inside a body a header.
    """
    lines = lines_of(message)
    subject, body = lines[0], lines[1:]
    own = parse_header(subject)
    footers = footers_of(body)
    if own and not multiple_headers:
        changes = [_with_notes(own, body)]
    else:
        preface, sections = _sections(subject, body, types, everywhere=multiple_headers)
        changes = [_with_notes(header, text) for header, text in sections]
        notes = _breaking_notes(preface)
        if own or (notes and not changes):
            changes.insert(0, _with_notes(own or Change("", "", subject), preface))
        elif notes:
            changes[0] = replace(changes[0], breaking=True, breaking_notes=notes + changes[0].breaking_notes)
    ids, requests, reverted = _reverts(subject, body, own, footers)
    return Message(
        subject,
        own is not None,
        tuple(dict.fromkeys(changes)),
        footers,
        ids,
        requests,
        reverted,
        _request(subject, body),
        versions_named(lines),
    )


def _with_notes(change: Change, body: list[str]) -> Change:
    notes = _breaking_notes(body)
    return replace(change, breaking=True, breaking_notes=notes) if notes else change


def _breaking_notes(body: list[str]) -> tuple[str, ...]:
    """The text of each breaking footer, up to the next footer (item 10) or the next listed commit."""
    notes: list[list[str]] = []
    inside = False
    for line in body:
        text = breaking_text(line)
        if text is not None:
            notes.append([text])
            inside = True
        elif inside and (is_footer(line) or is_squashed(line) or _bullet(line)):
            inside = False
        elif inside:
            notes[-1].append(line)
    return tuple("\n".join(note).strip() for note in notes)


def _bullet(line: str) -> Change | None:
    return parse_header(line[2:].lstrip()) if line[:2] in ("* ", "- ") else None


def _sections(
    subject: str, body: list[str], types: Collection[str], *, everywhere: bool
) -> tuple[list[str], list[tuple[Change, list[str]]]]:
    """``(preface, sections)``: the lines before the first listed commit, then each listed header with its own lines."""
    preface: list[str] = []
    sections: list[tuple[Change, list[str]]] = []
    titled = subject.startswith(("Merge ", "Merged "))
    indented = awaited = False
    previous = ""
    for raw in body:
        line = raw[4:] if indented and raw.startswith("    ") else raw
        header = _bullet(line)
        if is_squashed(raw):
            indented = awaited = True
        elif awaited and line is not raw:
            header, awaited = parse_header(line), False
        elif header is None and not previous and (everywhere or (titled and not sections)):
            header = parse_header(line)
        if header and header.type in types:
            sections.append((header, []))
        else:
            (sections[-1][1] if sections else preface).append(line)
        previous = line
    return preface, sections


def _reverts(
    subject: str, body: list[str], own: Change | None, footers: tuple[Footer, ...]
) -> tuple[tuple[str, ...], tuple[int, ...], str]:
    """What the message takes back: git's own sentence, GitHub's ``Reverts #12``, or ``Refs:`` below a ``revert:``."""
    ids = [match[1].lower() for match in map(_REVERTED.match, body) if match]
    requests = [int(match[1]) for match in map(_REVERTED_REQUEST.fullmatch, body) if match]
    quoted = _REVERT_SUBJECT.match(subject)
    if own is None or own.type != "revert":
        return tuple(dict.fromkeys(ids)), tuple(requests), quoted[1] if quoted else ""
    for footer in footers:
        if footer.token.lower() == "refs":
            ids += [item.lower() for item in _COMMIT_ID.findall(footer.value)]
    return tuple(dict.fromkeys(ids)), tuple(requests), own.description


def _request(subject: str, body: list[str]) -> int:
    match = _REQUEST.search(subject)
    if match:
        return int(match[1] or match[2] or match[3])
    for line in reversed(body):
        see = _SEE_REQUEST.match(line)
        if see:
            return int(see[1])
    return 0
