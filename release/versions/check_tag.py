"""release check-tag: may this tag be released? Looks only; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from release.errors import NotFoundError, ReleaseError
from release.text import line
from release.versions import changelog, nextversion, tagcheck, tagnames
from release.versions.notes import release_notes
from release.versions.settings import VersionSettings
from release.versions.tagcheck import TagFacts
from release.versions.tags import prefixes_of
from release.versions.version import Observation

if TYPE_CHECKING:
    from release.versions.nextversion import NextVersion
    from release.versions.ports import Git

CHANGELOG = "CHANGELOG.md"


def check_tag(
    git: Git,
    settings: VersionSettings,
    tag: str,
    *,
    released: Mapping[str, str] | None = None,
    ask_remote: bool = False,
) -> NextVersion:
    """Return what the commits of ``tag`` ask for, when the tag may be released, with notes about it.

    Args:
        tag: its name, or its full name ``refs/tags/…`` as workflows have it.
        released: version -> commit of what the registry holds; finds a tag that was moved after its release.
        ask_remote: compare with the tag of that name on the remote (needs the network).

    Raises:
        NotFoundError: no such tag, or its commit has no CHANGELOG.md with the section.
        UsageError: it names no release version.
        ConflictError: moved, not on an allowed branch, too low, or a version that exists already.
    """
    name = tag.removeprefix("refs/tags/")
    facts = observe(git, settings, name, released=released or {}, ask_remote=ask_remote)
    found = tagcheck.problems(facts, settings)
    if found:
        raise _combined(found)
    section = changelog.parse(facts.changelog or "").body(tagnames.version_of(name, settings)) or ""
    warning = release_notes(section, name, None).warning
    return replace(facts.expected, notes=(*facts.expected.notes, *([warning] if warning else [])))


def version_of(settings: VersionSettings, tag: str) -> str:
    """The version that ``tag`` names. Raises UsageError when it names none."""
    return str(tagnames.version_of(tag.removeprefix("refs/tags/"), settings))


def observe(
    git: Git, settings: VersionSettings, tag: str, *, released: Mapping[str, str], ask_remote: bool
) -> TagFacts:
    """Everything the rules look at. The tag's form is checked first: a name that is no version is not looked up."""
    try:
        version = tagnames.version_of(tag, settings)
    except ReleaseError as error:
        raise _harmless(error) from error
    names = git.tags()
    if tag not in names:
        raise NotFoundError(f"there is no tag {tag}", untouched="everything", next_step="git fetch --tags")
    commit = git.resolve(f"refs/tags/{tag}")
    twins = [f"{prefix}{version}" for prefix in prefixes_of(settings)]
    same = [name for name in twins if name in names and git.resolve(f"refs/tags/{name}") == commit]
    seen = Observation(git, settings, f"refs/tags/{tag}", hidden=same)
    branches = git.branches_with(commit)
    try:
        written: str | None = git.show(commit, CHANGELOG).decode(errors="replace")
    except NotFoundError:
        written = None
    expected = nextversion.next_version(
        commit,
        seen.previous,
        seen.commits,
        settings,
        branch=_released_from(tagcheck.branch_names(branches), settings),
        prefix=seen.before.prefix,
        notes=seen.before.notes,
    )
    return TagFacts(
        tag=tag,
        commit=commit,
        expected=expected,
        others=seen.before.released,
        branches=branches,
        changelog=written,
        released=released,
        remote_commit=git.remote_tag(tag) if ask_remote else None,
    )


def _released_from(names: tuple[str, ...], settings: VersionSettings) -> str:
    """The maintenance branch whose line binds the version; "" when another allowed branch has the commit too."""
    allowed = [name for name in names if any(fnmatchcase(name, pattern) for pattern in settings.allowed_branches)]
    lines = [name for name in allowed if any(fnmatchcase(name, p) for p in settings.maintenance_branches)]
    return lines[0] if lines and len(lines) == len(allowed) else ""


def _combined(found: tuple[ReleaseError, ...]) -> ReleaseError:
    error = _harmless(found[0])
    others = [line(other.message) for other in found[1:]]
    if others:
        error.message += "; also: " + "; also: ".join(others)
    error.args = (error.message,)
    return error


def _harmless(error: ReleaseError) -> ReleaseError:
    """The names in a refusal come from whoever pushed the tag: nothing in them may act on a terminal or a log."""
    error.message, error.next_step = line(error.message), line(error.next_step)
    return error
