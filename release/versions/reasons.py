"""What each commit since the last release asks for, and why: the part of the next version that reads messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from release.semver import Bump
from release.versions.commits import TYPES, Change, Message, parse_message
from release.versions.history import Commit
from release.versions.nearmisses import near_misses
from release.versions.overrides import Override, split_overrides
from release.versions.settings import VersionSettings

#: How many messages are named that hold something which looks as if it should count and does not.
_MISSES = 20

Kind = Literal["conventional", "other", "merge", "reverted", "reverts"]


@dataclass(frozen=True, slots=True)
class Reason:
    """What one commit asks for.

    Attributes:
        kind: ``conventional``; ``other``: not conventional, listed and never dropped; ``merge``: a merge commit that
            announces nothing itself; ``reverted``: taken back by a later unreleased commit; ``reverts``: takes back an
            unreleased commit, so both count for nothing.
        changes: what counts of it; empty unless it counts.
        why: one short sentence.
        request: the pull request it came from, or 0.
        release_as: the version that its ``Release-As`` footer names, or "".
    """

    commit: str
    author: str
    subject: str
    kind: Kind
    bump: Bump
    why: str
    changes: tuple[Change, ...] = ()
    request: int = 0
    release_as: str = ""


def reasons_for(commits: Sequence[Commit], settings: VersionSettings) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """``(one reason per commit in the same order, what a person should know beside)``.

    Args:
        commits: unreleased commits, children before parents. A later commit may take back or override an earlier one,
            and be taken back itself, so one pass from the newest on settles everything.
    """
    history = _History(commits)
    types = TYPES | set(settings.bumps)
    problems: list[str] = []
    missed: list[str] = []
    reasons = []
    for commit in commits:
        text, overrides, wrong = split_overrides(history.overridden.get(commit.id, commit.message))
        message = parse_message(text, multiple_headers=settings.multiple_headers, types=types)
        reverter = history.reverted.get(commit.id)
        if reverter:
            why = f"taken back by {reverter[:12]}"
            reasons.append(Reason(commit.id, commit.author, message.subject, "reverted", Bump.NONE, why))
            continue
        problems += [f"{commit.id[:12]}: {problem}" for problem in (*wrong, *history.override(commit, overrides))]
        targets, outside = history.take_back(commit, message)
        if targets and message.reverts_subject and not outside:
            why = f"takes back {', '.join(target[:12] for target in targets)}, which is not released"
            reasons.append(Reason(commit.id, commit.author, message.subject, "reverts", Bump.NONE, why))
            continue
        reasons.append(_reason(commit, message, settings, overridden=commit.id in history.overridden))
        missed += [f"{commit.id[:12]} {miss}" for miss in near_misses(text, message, types)]
    more = [f"{len(missed) - _MISSES} more messages hold something that looks so"] if len(missed) > _MISSES else []
    return tuple(reasons), (*problems, *missed[:_MISSES], *more)


def _reason(commit: Commit, message: Message, settings: VersionSettings, *, overridden: bool) -> Reason:
    changes = message.changes
    if message.reverts_subject and not changes:
        changes = (Change("revert", "", message.reverts_subject),)
    kind: Kind = "conventional"
    bump, why = Bump.NONE, ""
    for change in changes:
        asked = Bump.MAJOR if change.breaking else settings.bumps.get(change.type, Bump.NONE)
        if asked > bump or not why:
            bump, why = asked, "breaking change" if change.breaking else change.type
    if not changes and len(commit.parents) > 1:
        kind, why = "merge", "a merge; its commits count themselves"
    elif not changes:
        kind, bump, why = "other", settings.other_bump, "not a conventional commit"
    if overridden:
        why += " (message overridden)"
    named = [version for version in message.release_as if version]
    return Reason(
        commit.id,
        commit.author,
        message.subject,
        kind,
        bump,
        why,
        changes,
        message.request,
        named[-1] if named else "",
    )


class _History:
    """The unreleased commits, and what later ones among them did to earlier ones."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        self.commits = commits
        self.place = {commit.id: place for place, commit in enumerate(commits)}
        self.reverted: dict[str, str] = {}
        self.overridden: dict[str, str] = {}

    @cached_property
    def by_digits(self) -> dict[str, list[str]]:
        """The first seven digits -> the commits that begin with them."""
        found: dict[str, list[str]] = {}
        for commit in self.commits:
            found.setdefault(commit.id[:7], []).append(commit.id)
        return found

    @cached_property
    def by_subject(self) -> dict[str, list[str]]:
        """A subject, and the ``(#12)`` it ends with -> the commits with it, newest last."""
        found: dict[str, list[str]] = {}
        for commit in reversed(self.commits):
            subject = commit.subject
            for key in {subject, subject.rsplit(" ", 1)[-1]}:
                found.setdefault(key, []).append(commit.id)
        return found

    def find(self, digits: str, after: int) -> list[str]:
        """The commits below place ``after`` whose id begins with ``digits``."""
        return [
            commit
            for commit in self.by_digits.get(digits[:7], [])
            if commit.startswith(digits) and self.place[commit] > after
        ]

    def override(self, commit: Commit, overrides: Sequence[Override]) -> list[str]:
        """Note each block for the commit it names; return what is wrong with the blocks that name none."""
        problems = []
        for block in overrides:
            found = self.find(block.commit, self.place[commit.id])
            if len(found) == 1:
                self.overridden.setdefault(found[0], block.message)
            else:
                what = "several commits" if found else "no earlier unreleased commit"
                problems.append(f"its override block for {block.commit} names {what} and changes nothing")
        return problems

    def take_back(self, commit: Commit, message: Message) -> tuple[list[str], bool]:
        """Note what ``commit`` takes back: ``(the unreleased commits, whether it takes back a released one too)``."""
        place = self.place[commit.id]
        targets: list[str] = []
        outside = False
        for digits in message.reverts:
            found = self.find(digits, place)
            outside |= not found
            targets += found[:1]
        if not message.reverts and message.reverts_subject:
            targets += self._quoted(message, place)
        for target in targets:
            for one in self._merged_by(target):
                self.reverted.setdefault(one, commit.id)
        return targets, outside

    def _quoted(self, message: Message, place: int) -> list[str]:
        """The newest earlier commit with the pull request or the subject that a revert quotes."""
        numbers = [f"({mark}{number})" for number in message.reverts_requests for mark in "#!"]
        for key in (*numbers, message.reverts_subject):
            stack = self.by_subject.get(key, [])
            while stack and (self.place[stack[-1]] <= place or stack[-1] in self.reverted):
                stack.pop()  # for good: the pass goes on to older commits
            if stack:
                return stack[-1:]
        return []

    def _merged_by(self, target: str) -> list[str]:
        """``target`` and, if it is a merge, the unreleased commits that only it brought in."""
        commit = self.commits[self.place[target]]
        if len(commit.parents) < 2:
            return [target]
        kept = self._ancestors(commit.parents[:1])
        return [target, *(self._ancestors(commit.parents[1:]) - kept)]

    def _ancestors(self, starts: Sequence[str]) -> set[str]:
        seen: set[str] = set()
        todo = [start for start in starts if start in self.place]
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += [parent for parent in self.commits[self.place[one]].parents if parent in self.place]
        return seen
