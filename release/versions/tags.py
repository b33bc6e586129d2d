"""The tags of a repository: which of them name releases, and which only look as if they did.

A release tag is a prefix and a version of Semantic Versioning 2.0.0. Without a setting two prefixes count: ``v``, and
none. Which of the two a history is in is decided where the history is known (:mod:`release.versions.before`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from release.semver import LONGEST, Version, try_parse
from release.text import line
from release.versions.settings import VersionSettings

#: The prefixes that count without a setting; where both do and nothing tells them apart, the first.
PREFIXES = ("v", "")

_NUMBERS = re.compile(r"(?<![0-9.])[0-9]+(?:\.[0-9]+)+")
_POINTER = re.compile(r"[vV]?([0-9]+(?:\.[0-9]+)?)")

#: How many names a note shows, and of how many prefixes.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ReleaseTag:
    """A tag that names a release. ``commit`` is "" while nobody needed to know it."""

    name: str
    version: Version
    commit: str = ""

    @property
    def prefix(self) -> str:
        """What stands before the version."""
        return self.name.removesuffix(str(self.version))


def prefixes_of(settings: VersionSettings) -> tuple[str, ...]:
    """The prefixes of release tags: the setting's, or :data:`PREFIXES`."""
    return PREFIXES if settings.tag_prefix is None else (settings.tag_prefix,)


def prefix_of(name: str) -> str | None:
    """What stands before the version in ``name``, whatever it is; None when ``name`` does not end with a version."""
    numbers = _NUMBERS.finditer(name) if len(name) <= LONGEST else ()
    start = next((match.start() for match in numbers if try_parse(name[match.start() :])), None)
    return None if start is None else name[:start]


def tag_filter(prefix: str | None) -> str:
    """The pattern that lets release tags through, for ``on.push.tags`` and for who may deploy to an environment.

    GitHub's "Filter pattern cheat sheet": ``*`` is any text without a slash, and a backslash makes a sign of its own
    plain. None is the prefix that nobody set.
    """
    if prefix == "":
        return "[0-9]*"
    return re.sub(r"[\]!+]", r"\\\g<0>", prefix or PREFIXES[0]) + "*"


def released(text: str) -> Version | None:
    """The release that ``text`` names; None for a pre-release and for what is no version."""
    version = try_parse(text)
    return None if version is None or version.is_prerelease else version


def release_tags(names: Iterable[str], prefixes: Sequence[str]) -> list[ReleaseTag]:
    """The tags among ``names`` that name a release, highest precedence first; names decide between equals."""
    tags = [
        ReleaseTag(name, version)
        for name in names
        for prefix in prefixes
        if name.startswith(prefix) and (version := released(name[len(prefix) :])) is not None
    ]
    return sorted(tags, key=lambda tag: (tag.version.precedence, tag.name), reverse=True)


def notes_on(names: Sequence[str], settings: VersionSettings) -> tuple[str, ...]:
    """A note for each way in which tags look like releases and are not counted as such.

    With a prefix in the settings only tags that begin with it are looked at: whoever wrote it knows of the others.
    ``v1`` and ``v1.2`` beside ``v1.2.3`` are pointers to it, as GitHub's actions have them, and no riddle.
    """
    by_prefix: dict[str, list[str]] = {}
    unread: list[str] = []
    for name, prefix in _riddles(names, settings):
        if prefix is None:
            unread.append(name)
        else:
            by_prefix.setdefault(prefix, []).append(name)
    notes = []
    groups = sorted(by_prefix.items(), key=lambda group: (-len(group[1]), group[0]))
    for prefix, found in groups[:_SHOWN]:
        notes.append(
            f"{_named(found)} not counted: a release tag is a version, with v before it or with nothing; "
            f"tag-prefix = {toml_text(prefix)} under [versions] in release.toml counts {_them(found)}"
        )
    if more := [name for _, found in groups[_SHOWN:] for name in found]:
        notes.append(f"{_named(more)} not counted either, having other prefixes")
    if unread:
        notes.append(
            f"{_named(unread)} not counted: a release tag ends with three numbers without leading zeros (Semantic "
            f"Versioning); to go on from {_them(unread)}, name the next version in a commit's footer: Release-As: X.Y.Z"
        )
    return tuple(notes)


def _riddles(names: Sequence[str], settings: VersionSettings) -> Iterator[tuple[str, str | None]]:
    """``(name, the prefix that would make a version of it or None)`` of each tag that only looks like a release."""
    counted = prefixes_of(settings)
    tags = release_tags(names, counted)
    lines = {number for tag in tags for number in (f"{tag.version.major}", f"{tag.version.major}.{tag.version.minor}")}
    for name in names:
        if any(name.startswith(prefix) and try_parse(name[len(prefix) :]) for prefix in counted):
            continue
        if settings.tag_prefix is not None:
            if not name.startswith(settings.tag_prefix) or not name[len(settings.tag_prefix) :][:1].isdigit():
                continue
            pointer = _POINTER.fullmatch(name[len(settings.tag_prefix) :])
        else:
            pointer = _POINTER.fullmatch(name)
        if pointer and pointer[1] in lines:
            continue
        prefix = prefix_of(name) if settings.tag_prefix is None else None
        if prefix is not None or pointer or _NUMBERS.search(name[:LONGEST]):
            yield name, prefix


def _named(names: Sequence[str]) -> str:
    """``v1.1 is``, or ``v1.1, v1.0 and 12 other tags are``: those with the highest numbers."""
    shown = [line(name)[:60] for name in sorted(names, key=_rank, reverse=True)[:_SHOWN]]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} other tag{'' if more == 1 else 's'} are"
    return f"{' and '.join(shown)} {'is' if len(names) == 1 else 'are'}"


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _rank(name: str) -> tuple[list[int], str]:
    return [int(number) for number in re.findall("[0-9]+", name[:LONGEST])], name


def toml_text(prefix: str) -> str:
    """``prefix`` as release.toml has it."""
    return '"' + line(prefix).replace("\\", "\\\\").replace('"', '\\"') + '"'
