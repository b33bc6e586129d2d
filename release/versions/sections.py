"""release changelog: the section for the next version, as text; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from release.errors import NotFoundError, NothingToRelease
from release.versions import changelog, changelogedit, tagnames
from release.versions.changelogentries import EntryGroup, groups_of
from release.versions.changeloglinks import ReleaseHeading
from release.versions.links import links_of
from release.versions.nextversion import NextVersion
from release.versions.notes import ReleaseNotes, release_notes
from release.versions.settings import VersionSettings
from release.versions.version import Observation

if TYPE_CHECKING:
    from release.versions.ports import Changes, Git


@dataclass(frozen=True, slots=True)
class NextSection:
    """The next version and what its section says."""

    answer: NextVersion
    release: ReleaseHeading
    groups: tuple[EntryGroup, ...]

    @property
    def text(self) -> str:
        """The section as Markdown."""
        return changelogedit.render(self.release, self.groups)


def next_section(
    git: Git,
    settings: VersionSettings,
    date: str,
    revision: str = "HEAD",
    *,
    authors: bool = False,
    changes: Changes | None = None,
) -> NextSection:
    """The section for the next version of ``revision``.

    Args:
        date: the day of the release, ``2026-11-21``.
        authors: whether each entry names its author.
        changes: as in :func:`release.versions.version.next_version`.

    Raises:
        NothingToRelease: no commit asks for a release, and nothing that runs changed.
        and what :func:`release.versions.version.next_version` raises.
    """
    seen = Observation(git, settings, revision)
    answer = seen.next_version(changed=seen.changed(changes))
    if not answer.is_due or answer.version is None:
        since = answer.previous.name if answer.previous else "the beginning"
        raise NothingToRelease(
            f"nothing to release: no commit since {since} asks for it",
            untouched="everything",
            next_step="release plan says what each commit asks for; a commit with feat: or fix: asks for a release",
        )
    links = links_of(git.remote_url())
    previous = answer.previous.name if answer.previous else ""
    release = ReleaseHeading(answer.version, date, answer.tag, previous, links)
    return NextSection(answer, release, groups_of(answer.reasons, links, authors=authors))


def notes_of_tag(
    git: Git, settings: VersionSettings, tag: str, images: Mapping[str, str] | None = None
) -> ReleaseNotes:
    """The notes of a release tag: the written section of its version, from CHANGELOG.md as it is at the tag.

    Args:
        images: name -> digest, to be listed below.

    Raises:
        NotFoundError: no such tag, or its CHANGELOG.md has no such section.
        UsageError: the tag names no version.
    """
    name = tag.removeprefix("refs/tags/")
    version = tagnames.version_of(name, settings)
    written = git.show(git.resolve(f"refs/tags/{name}"), "CHANGELOG.md").decode(errors="replace")
    body = changelog.parse(written).body(version)
    if body is None:
        raise NotFoundError(
            f"CHANGELOG.md at {name} has no section {version}", next_step="release prepare, before tagging"
        )
    return release_notes(body, name, links_of(git.remote_url()), images)
