"""From tags and commits to the next version, with a reason for every commit.

Takes values, returns values: the same history always gives the same answer. The order of the rules:

1. The release before is the highest release tag in the history of the commit; pre-releases are no releases.
2. Each commit since asks for a bump: breaking, its type, or nothing (:mod:`release.versions.reasons`).
3. If an image's inputs, the template, a file that it names or the settings changed, the release is at least a patch,
   whatever the commits say (docs/architecture.md, rule 10).
4. Below 1.0.0 a breaking change raises the minor (Semantic Versioning 2.0.0, item 4), unless a setting says otherwise.
5. The newest ``Release-As`` footer that counts names the version instead.
6. A maintenance branch carries only its own line, and no version is named twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from release.errors import ConflictError, UsageError
from release.semver import Bump, Version, parse
from release.text import line
from release.versions.changed import Changed
from release.versions.history import Commit
from release.versions.reasons import Reason, reasons_for
from release.versions.settings import VersionSettings
from release.versions.tags import ReleaseTag, released

_LINE = re.compile(r"v?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.x)?")


@dataclass(frozen=True, slots=True)
class NextVersion:
    """The answer.

    Attributes:
        commit: the commit it is about.
        previous: the release before, or None before the first.
        bump: what is asked for, after every rule. NONE: there is nothing to release.
        version: the next release; None when there is no commit since the release before. A release that nothing asks
            for, made all the same, is a patch: it needs a version of its own.
        tag: its tag, or "".
        candidate: ``X.Y.Z-rc.N``, N being the number of commits since the release before; None without a version.
        reasons: one per commit, newest first.
        notes: what a person should know beside: tags and messages that look as if they should count and do not,
            unusable override blocks, a bump that something else than a message asks for.
    """

    commit: str
    previous: ReleaseTag | None
    bump: Bump
    version: Version | None
    tag: str
    candidate: Version | None
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_due(self) -> bool:
        """Whether there is something to release."""
        return self.bump is not Bump.NONE

    @property
    def number_of_commits(self) -> int:
        """How many commits there are since the release before."""
        return len(self.reasons)


def next_version(
    commit: str,
    previous: ReleaseTag | None,
    commits: Sequence[Commit],
    settings: VersionSettings,
    *,
    branch: str = "",
    prefix: str = "v",
    taken: Iterable[ReleaseTag] = (),
    changed: Changed | None = None,
    notes: Sequence[str] = (),
) -> NextVersion:
    """Decide the next version of ``commit``.

    Args:
        commits: those since ``previous``, children before parents.
        branch: the branch's name, "" on a detached HEAD.
        taken: every release tag there is, wherever it is.
        changed: what changed since ``previous`` beside the messages; None where nobody can tell.
        notes: what was noticed about the tags.

    Raises:
        UsageError: a Release-As footer or the first version in the settings is no release version.
        ConflictError: the version would be too low, off the maintenance branch's line, or one that exists already.
    """
    reasons, noticed = reasons_for(commits, settings)
    notes = [*notes, *noticed]
    bump = max((reason.bump for reason in reasons), default=Bump.NONE)
    if bump is Bump.NONE and changed and changed.reason:
        bump = Bump.PATCH
        notes.append(f"at least a patch, because {changed.reason}")
    forced = next((reason for reason in reasons if reason.release_as), None)
    version, bump = _version(previous, bump, bool(reasons), settings)
    if forced:
        version = _forced(forced, previous, prefix)
        bump = _distance(previous, version)
    if version is None:
        return NextVersion(commit, previous, Bump.NONE, None, "", None, reasons, tuple(notes))
    if previous:
        _check_line(branch, version, settings)
    _check_taken(version, taken)
    tag = f"{prefix}{version}"
    return NextVersion(commit, previous, bump, version, tag, version.candidate(len(reasons)), reasons, tuple(notes))


def _version(
    previous: ReleaseTag | None, bump: Bump, anything: bool, settings: VersionSettings
) -> tuple[Version | None, Bump]:
    if not anything:
        return None, Bump.NONE
    if previous is None:
        first = parse(settings.first_version)
        if first.is_prerelease or first.build:
            raise UsageError(
                f"the first version {first} is no release version",
                untouched="everything",
                next_step="set first-version in release.toml to three numbers, for example 0.1.0",
            )
        return first, max(bump, Bump.PATCH)
    if bump is Bump.MAJOR and previous.version.major == 0 and not settings.major_on_zero:
        bump = Bump.MINOR
    return previous.version.bumped(max(bump, Bump.PATCH)), bump


def _forced(reason: Reason, previous: ReleaseTag | None, prefix: str) -> Version:
    remedy = (
        f"push an empty commit with the right footer: git commit --allow-empty -m 'chore: name the version' "
        f"-m 'Release-As: X.Y.Z', or override the message of {reason.commit[:12]} (BEGIN_COMMIT_OVERRIDE)"
    )
    named = reason.release_as.removeprefix(prefix).removeprefix("v")
    version = released(named)
    if version is None or version.build:
        raise UsageError(
            f"the footer 'Release-As: {line(reason.release_as)[:80]}' of {reason.commit[:12]} names no release version",
            untouched="everything",
            next_step=remedy,
        )
    if previous and version.precedence <= previous.version.precedence:
        raise ConflictError(
            f"the footer 'Release-As: {version}' of {reason.commit[:12]} is not above {previous.name}",
            untouched="everything",
            next_step=remedy,
        )
    return version


def _distance(previous: ReleaseTag | None, version: Version) -> Bump:
    before = previous.version if previous else Version(0, 0, 0)
    if version.major != before.major:
        return Bump.MAJOR
    return Bump.MINOR if version.minor != before.minor else Bump.PATCH


def _check_line(branch: str, version: Version, settings: VersionSettings) -> None:
    match = _LINE.fullmatch(branch.rsplit("/", 1)[-1])
    if match is None or not any(fnmatchcase(branch, pattern) for pattern in settings.maintenance_branches):
        return
    kept = (int(match[1]),) if match[2] is None else (int(match[1]), int(match[2]))
    if (version.major, version.minor)[: len(kept)] != kept:
        raise ConflictError(
            f"the commits ask for {version}, but branch {line(branch)} carries only {'.'.join(map(str, kept))}.x",
            untouched="everything",
            next_step="release that change from the main branch and revert it here, or name a version of this line "
            "with the footer Release-As: X.Y.Z",
        )


def _check_taken(version: Version, taken: Iterable[ReleaseTag]) -> None:
    for tag in taken:
        if tag.version.precedence == version.precedence:
            raise ConflictError(
                f"the next version would be {version}, but tag {tag.name} exists already, outside this history",
                untouched="everything",
                next_step=f"bring this branch up to date with the branch that holds {tag.name} "
                f"(git branch --all --contains {tag.name}); if no branch does, name another version with the footer "
                "Release-As: X.Y.Z",
            )
