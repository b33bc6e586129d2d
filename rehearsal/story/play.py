"""What the steps of the story share: the repository, the clone, the stations, and what was released so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.story import course, madeup, planned
from rehearsal.story.course import Course
from rehearsal.story.madeup import AppUnderRehearsal
from rehearsal.story.planned import Planned
from rehearsal.story.reporter import Reporter
from rehearsal.story.repository import Repository
from rehearsal.story.scratch import Scratch
from release.bootstrap import Wiring
from release.commands.common.committed import functions_of
from release.settings.config import Config
from release.settings.rehearsal import Edit
from release.versions.tags import PREFIXES


@dataclass(frozen=True)
class Released:
    """A release that the story made: its version, its tag, and the digest of each image."""

    version: str
    tag: str
    digests: Mapping[str, str]


@dataclass
class Play:
    """One story as far as it was told.

    Attributes:
        edition: how many changes were made up; each is another.
        released: what went to the last environment and stayed, in order.
        announced: the tags that have a GitHub Release.
        ledger: what the last environment's ledger must say: version and result.
    """

    repository: Repository
    scratch: Scratch
    reporter: Reporter
    config: Config
    course: Course
    edition: int = 1
    released: list[Released] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)
    ledger: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, repository: Repository, scratch: Scratch, reporter: Reporter, config: Config) -> Play:
        """The story before its first step. Raises what :func:`course.of` raises."""
        return cls(repository, scratch, reporter, config, course.of(config.environments))

    @property
    def last(self) -> str:
        """The environment where a release ends."""
        return self.course.last

    @property
    def prefix(self) -> str:
        """What stands before the version in a tag."""
        found = self.config.versions.tag_prefix
        return PREFIXES[0] if found is None else found

    def next(self) -> dict[str, Any]:
        """What ``release version`` says of the clone's present commit."""
        found: dict[str, Any] = self.scratch.json("version")
        return found

    def head(self) -> str:
        """The clone's present commit."""
        return self.scratch.git("rev-parse", "HEAD")

    def application(self) -> AppUnderRehearsal:
        """What a change of the present commit is made up from."""
        wiring = Wiring(self.scratch.folder, self.scratch.env)
        config = wiring.config_at(wiring.git.resolve("HEAD"))
        files = self.scratch.git("ls-files", "-z").split("\0")
        functions = functions_of(wiring, wiring.git.resolve("HEAD"), config)
        return AppUnderRehearsal(config, self.scratch.folder, [path for path in files if path], functions)

    def change(self) -> Planned:
        """What the next release changes."""
        self.edition += 1
        if self.config.rehearsal.change and self.edition == 2:
            return self.named(self.config.rehearsal.change, "feat: a second edition")
        return madeup.change(self.application(), self.edition)

    def named(self, edit: Edit, message: str) -> Planned:
        """A change that release.toml names."""
        return planned.named(edit, message, self.config, self.scratch.folder)

    def commit(self, change: Planned) -> str:
        """Make the change, commit it, and return the commit."""
        return self.scratch.write(change.files, change.message)
