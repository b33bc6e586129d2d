"""The release before a commit: the highest release tag in its history, and the form that release tags have there.

Without a setting, ``v1.0.0`` and ``1.0.0`` both name releases. A history that changed from one form to the other goes
on in the later one. A history that has both side by side is refused: it could be either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from release.errors import ConflictError
from release.versions.settings import VersionSettings
from release.versions.tags import PREFIXES, ReleaseTag, notes_on, release_tags

if TYPE_CHECKING:
    from release.versions.ports import Git


@dataclass(frozen=True, slots=True)
class Before:
    """What came before a commit.

    Attributes:
        prefix: what stands before the version in the next release tag.
        tag: the highest release tag of that form in the commit's history, or None.
        released: every release tag there is, of every form that counts, wherever it is; highest first.
        notes: tags that look like releases and are not counted, and a change of form.
    """

    prefix: str
    tag: ReleaseTag | None
    released: tuple[ReleaseTag, ...]
    notes: tuple[str, ...]


def release_before(git: Git, names: Sequence[str], commit: str, settings: VersionSettings) -> Before:
    """The release before ``commit``; ``names`` are the tags to look at.

    Raises:
        ConflictError: release tags of two forms stand side by side in the history.
    """
    notes = notes_on(names, settings)
    if settings.tag_prefix is not None:
        tags = release_tags(names, [settings.tag_prefix])
        return Before(settings.tag_prefix, _Reach(git, tags, commit).highest(tags), tuple(tags), notes)
    both = release_tags(names, PREFIXES)
    bare = [tag for tag in both if not tag.prefix]
    lettered = [tag for tag in both if tag.prefix]
    reach = _Reach(git, both, commit)
    with_v = reach.highest(lettered)
    if not bare or (with_v and with_v.version.precedence >= bare[0].version.precedence):
        return Before("v", with_v, tuple(both), notes)
    without = reach.highest(bare)
    if with_v is None or without is None or with_v.version.precedence >= without.version.precedence:
        return _one_form(with_v, without, lettered, both, notes)
    return _later(git, with_v, without, both, notes)


def _one_form(
    with_v: ReleaseTag | None,
    without: ReleaseTag | None,
    lettered: Sequence[ReleaseTag],
    both: Sequence[ReleaseTag],
    notes: tuple[str, ...],
) -> Before:
    """Only one form is in the history, or none, or the bare tags in it are below those with ``v``."""
    if with_v is None and (without or not lettered):
        return Before("", without, tuple(both), notes)
    return Before("v", with_v, tuple(both), notes)


def _later(
    git: Git, with_v: ReleaseTag, without: ReleaseTag, both: Sequence[ReleaseTag], notes: tuple[str, ...]
) -> Before:
    """Both forms are in the history, and the bare ones reach higher: the form of the later ones goes on."""
    if with_v.name in git.merged_tags([with_v.name], without.commit):
        note = f"release tags changed their form from {with_v.name} to {without.name}, so the next is bare, too"
        return Before("", without, tuple(both), (*notes, f'{note}; [versions] tag-prefix = "" settles it'))
    if without.name in git.merged_tags([without.name], with_v.commit):
        note = f"release tags changed their form from {without.name} to {with_v.name}, so only those with v count"
        return Before("v", with_v, tuple(both), (*notes, f'{note}; [versions] tag-prefix = "v" settles it'))
    raise ConflictError(
        f"release tags have two forms here, and neither came after the other: {with_v.name} and {without.name}",
        untouched="everything",
        next_step='say in release.toml which of them name releases: [versions] and tag-prefix = "v" or tag-prefix = ""',
    )


class _Reach:
    """Which release tags are in the history of ``commit``.

    Usually the highest is. So it is asked for alone: git then walks back no further than to it. Where it is not (a
    maintenance branch, tags beside the branch), one process more answers for all of them.
    """

    def __init__(self, git: Git, tags: Sequence[ReleaseTag], commit: str) -> None:
        self.git, self.tags, self.commit = git, tags, commit
        self.merged: Mapping[str, str] | None = None

    def highest(self, tags: Sequence[ReleaseTag]) -> ReleaseTag | None:
        """The first of ``tags`` that is in the history, with the commit it names."""
        if not tags:
            return None
        if self.merged is None:
            first = self.git.merged_tags([tags[0].name], self.commit)
            if first:
                return ReleaseTag(tags[0].name, tags[0].version, first[tags[0].name])
            self.merged = self.git.merged_tags([tag.name for tag in self.tags], self.commit)
        found = next((tag for tag in tags if tag.name in self.merged), None)
        return found and ReleaseTag(found.name, found.version, self.merged[found.name])
