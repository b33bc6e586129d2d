"""The entries of a changelog section, from the reasons for a version: groups, scopes, breaking changes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from release.text import markdown
from release.versions.commits import Change
from release.versions.links import Links
from release.versions.reasons import Reason

#: Keep a Changelog 1.1.0, "Types of changes", with breaking changes before them.
GROUPS = ("Breaking changes", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")

_GROUP_OF = {"feat": "Added", "fix": "Fixed", "security": "Security", "deprecate": "Deprecated", "remove": "Removed"}
#: What only concerns people who work on the project. Anything else that nobody knows stands under "Changed".
_INTERNAL = frozenset({"build", "chore", "ci", "docs", "refactor", "style", "test"})


@dataclass(frozen=True, slots=True)
class EntryGroup:
    """One ``###`` group. ``lines`` are its entries; one that does not begin with ``- `` continues the entry above."""

    title: str
    lines: tuple[str, ...]


def groups_of(reasons: Iterable[Reason], links: Links | None, *, authors: bool = False) -> tuple[EntryGroup, ...]:
    """The groups that have entries, in the order of :data:`GROUPS`; within a group, the oldest entry first.

    Equal changes (a cherry-pick merged back) become one entry with all their commits. Commits that are not conventional
    stand under "Changed": nothing is dropped because of its form. A release without any entry says so.
    """
    found: dict[str, dict[tuple[str, str], tuple[Change, list[Reason]]]] = {title: {} for title in GROUPS}
    for reason in reversed(list(reasons)):
        for change in reason.changes:
            title = _title(change)
            if title:
                key = (change.scope, _described(change, reason))
                found[title].setdefault(key, (change, []))[1].append(reason)
        if reason.kind == "other":
            plain = Change("", "", reason.subject)
            key = ("", _described(plain, reason))
            found["Changed"].setdefault(key, (plain, []))[1].append(reason)
    groups = [
        EntryGroup(
            title,
            tuple(line for key, (change, by) in entries.items() for line in _entry(key, change, by, links, authors)),
        )
        for title, entries in found.items()
        if entries
    ]
    return tuple(groups) or (EntryGroup("Changed", ("- Internal changes only.",)),)


def _title(change: Change) -> str:
    if change.breaking:
        return GROUPS[0]
    return "" if change.type in _INTERNAL else _GROUP_OF.get(change.type, "Changed")


def _described(change: Change, reason: Reason) -> str:
    """The description without the ``(#12)`` that becomes a link."""
    text = change.description
    for mark in "#!":
        text = text.removesuffix(f"({mark}{reason.request})")
    return f"Revert: {text.strip()}" if change.type == "revert" else text.strip()


def _entry(
    key: tuple[str, str], change: Change, reasons: list[Reason], links: Links | None, authors: bool
) -> list[str]:
    scope, text = key
    where = ", ".join(dict.fromkeys(reference for reason in reasons for reference in _references(reason, links)))
    by = ", ".join(dict.fromkeys(markdown(reason.author) for reason in reasons)) if authors else ""
    line = f"- **{markdown(scope)}:** " if scope else "- "
    line += f"{markdown(text)} ({where})" + (f" by {by}" if by.strip() else "")
    notes = [f"  {markdown(row)}".rstrip() for note in change.breaking_notes for row in ("", *note.split("\n")) if note]
    return [line, *notes]


def _references(reason: Reason, links: Links | None) -> list[str]:
    short = reason.commit[:7]
    if links is None:
        return [f"#{reason.request}", short] if reason.request else [short]
    commit = f"[{short}]({links.commit(reason.commit)})"
    mark = "!" if links.form == "gitlab" else "#"
    if not reason.request:
        return [commit]
    return [f"[{mark}{reason.request}]({links.request(reason.request)})", commit]
