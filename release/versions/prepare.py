"""release prepare: the section for the next version, written into CHANGELOG.md, ready to commit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from release.errors import MachineError, UsageError
from release.versions import changelog, changelogedit
from release.versions.notes import release_notes
from release.versions.sections import NextSection, next_section
from release.versions.settings import VersionSettings

if TYPE_CHECKING:
    from release.versions.ports import Changes, Git


@dataclass(frozen=True, slots=True)
class PreparePlan:
    """What ``prepare`` would write. ``after`` equals ``before`` when the section is there already."""

    section: NextSection
    path: Path
    before: str
    after: str

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return self.after != self.before

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know beside: of the version, and of the section's length."""
        release = self.section.release
        written = changelog.parse(self.after).body(release.version) or ""
        warning = release_notes(written, release.tag, release.links).warning
        return (*self.section.answer.notes, *([warning] if warning else []))


def plan_section(
    git: Git,
    settings: VersionSettings,
    date: str,
    path: Path,
    *,
    authors: bool = False,
    changes: Changes | None = None,
) -> PreparePlan:
    """Read ``path`` (it may be missing) and work out what it becomes. Arguments as in ``next_section``.

    Raises:
        UsageError: the file is not UTF-8, or not understood well enough to be changed.
        and what :func:`release.versions.sections.next_section` raises.
    """
    section = next_section(git, settings, date, authors=authors, changes=changes)
    try:
        before = path.read_bytes().decode() if path.exists() else ""
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8 (byte {error.start})", untouched="the file", next_step="convert it to UTF-8"
        ) from error
    return PreparePlan(section, path, before, changelogedit.insert(before, section.release, section.groups))


def apply(plan: PreparePlan) -> None:
    """Write the file, whole or not at all; its permissions stay. Raises MachineError when it cannot be written."""
    if not plan.changes:
        return
    new = plan.path.with_name(plan.path.name + ".new")
    try:
        new.write_bytes(plan.after.encode())
        if plan.path.exists():
            new.chmod(plan.path.stat().st_mode)
        new.replace(plan.path.resolve())
    except OSError as error:
        raise MachineError(
            f"{plan.path} cannot be written: {error.strerror}",
            untouched="the file",
            next_step="free the disk, or have its folder writable, then run the same command again",
        ) from error
    finally:
        new.unlink(missing_ok=True)
