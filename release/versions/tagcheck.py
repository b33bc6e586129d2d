"""May this tag be released? The rules of ``release check-tag``, as a pure function.

Every rule is checked, so that a person sees all there is to mend at once. No refusal depends on the clock or on the
order in which tags were made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from release.errors import ConflictError, NotFoundError, ReleaseError, UsageError
from release.semver import Version
from release.versions import changelog
from release.versions.nextversion import NextVersion
from release.versions.settings import VersionSettings
from release.versions.tagnames import UNTOUCHED, deleting, version_of
from release.versions.tags import ReleaseTag, toml_text


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What is known about a tag.

    Attributes:
        tag: its name, without ``refs/tags/``.
        commit: the commit it names.
        expected: the next version of that commit with the tag itself left out.
        others: every other release tag of the repository, without one that names the same version of the same commit in
            the other form.
        branches: full names of the branches whose history holds the commit.
        changelog: CHANGELOG.md at the commit, or None when there is none.
        released: version -> commit of what was published before under that name.
        remote_commit: the commit the remote's tag of this name names; None when nobody asked or it has none.
    """

    tag: str
    commit: str
    expected: NextVersion
    others: Sequence[ReleaseTag]
    branches: Sequence[str]
    changelog: str | None
    released: Mapping[str, str]
    remote_commit: str | None = None


def branch_names(references: Sequence[str]) -> tuple[str, ...]:
    """``refs/heads/main`` and ``refs/remotes/origin/main`` -> ``main``, each once."""
    names = []
    for reference in references:
        name = reference.removeprefix("refs/heads/")
        if reference.startswith("refs/remotes/"):
            name = reference.split("/", 3)[-1]
        names.append(name)
    return tuple(dict.fromkeys(names))


def problems(facts: TagFacts, settings: VersionSettings) -> tuple[ReleaseError, ...]:
    """What forbids the release, worst first; empty when nothing does."""
    try:
        version = version_of(facts.tag, settings)
    except UsageError as error:
        return (error,)
    found = [
        _other_form(facts, version),
        _moved(facts, version),
        _elsewhere(facts, version),
        _off_branch(facts, settings),
        _too_low(facts, version),
        _unwritten(facts, version),
    ]
    return tuple(problem for problem in found if problem)


def _moved(facts: TagFacts, version: Version) -> ReleaseError | None:
    released = facts.released.get(str(version))
    for commit, what in ((released, "was released from"), (facts.remote_commit, "names on the remote")):
        if commit and commit != facts.commit:
            return ConflictError(
                f"tag {facts.tag} was moved: it names {facts.commit[:12]} here, but {what} {commit[:12]}",
                untouched=UNTOUCHED,
                next_step=f"put it back (git tag --force {facts.tag} {commit[:12]}) and name a new version here",
            )
    return None


def _other_form(facts: TagFacts, version: Version) -> ReleaseError | None:
    """The release before is named with ``v`` and this one without, or the other way round: a slip, or a decision."""
    previous = facts.expected.previous
    if previous is None or previous.prefix == ReleaseTag(facts.tag, version).prefix:
        return None
    prefix, here = toml_text(ReleaseTag(facts.tag, version).prefix), f"{previous.prefix}{version}"
    return ConflictError(
        f"tag {facts.tag} names its release in another form than {previous.name}, the release before",
        untouched=UNTOUCHED,
        next_step=f"where releases are named like {facts.tag} from now on: [versions] and tag-prefix = {prefix} in "
        f"release.toml; where they are not: git tag {here} {facts.commit[:12]}",
    )


def _elsewhere(facts: TagFacts, version: Version) -> ReleaseError | None:
    own = ReleaseTag(facts.tag, version)
    for tag in facts.others:
        if tag.version.precedence == version.precedence and tag.name != facts.tag:
            remedy = f"delete {facts.tag} and name the next version: {deleting(facts.tag)}"
            if tag.prefix != own.prefix:
                remedy = (
                    "say which of the two forms names releases: [versions] and "
                    f"tag-prefix = {toml_text(own.prefix)} or tag-prefix = {toml_text(tag.prefix)} in release.toml"
                )
            return ConflictError(
                f"version {version} exists already: tag {tag.name} names it too", untouched=UNTOUCHED, next_step=remedy
            )
    return None


def _off_branch(facts: TagFacts, settings: VersionSettings) -> ReleaseError | None:
    names = branch_names(facts.branches)
    if any(fnmatchcase(name, pattern) for name in names for pattern in settings.allowed_branches):
        return None
    where = f"only on {', '.join(names[:3])}" if names else "on no branch"
    return ConflictError(
        f"commit {facts.commit[:12]} of tag {facts.tag} is {where}; releases come from {_list(settings)}",
        untouched=UNTOUCHED,
        next_step="merge the commit first, then tag what was merged (in a clone that lacks the branches: git fetch)",
    )


def _too_low(facts: TagFacts, version: Version) -> ReleaseError | None:
    expected = facts.expected
    if expected.version is None:
        assert expected.previous is not None
        return ConflictError(
            f"there is no commit between {expected.previous.name} and {facts.tag}",
            untouched=UNTOUCHED,
            next_step=f"delete {facts.tag}; {expected.previous.name} is this very commit: {deleting(facts.tag)}",
        )
    if version.precedence >= expected.version.precedence:
        return None
    reason = next((r for r in expected.reasons if r.bump >= expected.bump and r.bump), None)
    why = f" ({reason.why}: {reason.commit[:7]} {reason.subject[:60]})" if reason else ""
    return ConflictError(
        f"{facts.tag} is lower than the commits since {_previous(expected)} require: {expected.tag}{why}",
        untouched=UNTOUCHED,
        next_step=f"delete it and tag {expected.tag}: {deleting(facts.tag)}; "
        f"git tag {expected.tag} {facts.commit[:12]}",
    )


def _unwritten(facts: TagFacts, version: Version) -> ReleaseError | None:
    log = changelog.parse(facts.changelog or "")
    body = log.body(version)
    if body:
        return None
    what = "no section" if body is None else "an empty section"
    near = log.near(version) if body is None else None
    said = f" (line {near.heading.line + 1} says {near.heading.title[:60]!r})" if near else ""
    return NotFoundError(
        f"CHANGELOG.md at {facts.commit[:12]} has {what} for {version}{said}",
        untouched=UNTOUCHED,
        next_step=f"release prepare, commit and merge it, then tag that commit; before: {deleting(facts.tag)}",
    )


def _previous(expected: NextVersion) -> str:
    return expected.previous.name if expected.previous else "the beginning"


def _list(settings: VersionSettings) -> str:
    return ", ".join(settings.allowed_branches)
