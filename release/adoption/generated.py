"""The workflow files that a repository gets, beside those that are there: which are ours, and what becomes of each.

A workflow of the team's own that has one of our names stays, and ours is called otherwise. What is ours is told by its
first line (release/adoption/seals.py), so it may be looked after by hand in its marked blocks.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from release.adoption import seals
from release.adoption.ports import FileChange, ProjectFiles
from release.adoption.seals import Written
from release.errors import ConflictError

FOLDER = ".github/workflows"
HEAD = "# Written by release init; release upgrade brings it up to date."
_ABOUT = f'# What stands between a line "{seals.KEEP}" and a line "{seals.END}" is yours, and stays.'
#: How the texts of callers begin.
_OTHER_HEAD = "# Generated"
#: Called by the others by its very name.
_CALLED_BY_NAME = ("deploy.yml", "action.yml")
#: Before the name of a workflow whose own name is taken.
OTHER = "image-"


@dataclass(frozen=True)
class GeneratedFile:
    """A generated file, as it is and as it shall be.

    Attributes:
        usual: the path that it has where no file of the team's is in its way.
        before: None where it is not there.
        written: by whom the present one was written; None where there is none.
        lost: the team's own blocks that have no place in the new one.
    """

    path: str
    usual: str
    before: str | None
    after: str
    written: Written | None
    lost: tuple[seals.KeptBlock, ...] = ()

    @property
    def is_current(self) -> bool:
        """Whether nothing needs to be done."""
        return self.before is not None and self.before.replace("\r\n", "\n") == self.after

    @property
    def change(self) -> FileChange:
        """The change that brings it about; line ends of Windows are what git made of them."""
        before = None if self.before is None else self.before.encode()
        return FileChange(self.path, before, self.after.encode())


def headed(text: str) -> str:
    """``text`` of a workflow with the first lines that say whose it is, in the place of the one that it has."""
    head, _, rest = text.partition("\n")
    return seals.sealed(f"{HEAD}\n{_ABOUT}\n{rest if head.startswith(_OTHER_HEAD) else text}")


def is_current(present: str, text: str) -> bool:
    """Whether a file is what ``text`` of a workflow asks for, but for lines of the team's own."""
    plain = "\n".join(line for line in seals.without_kept(present.replace("\r\n", "\n").splitlines()))
    return plain in (one.rstrip("\n") for each in (text, _renamed(text)) for one in (each, headed(each)))


def present(paths: Iterable[str], files: ProjectFiles) -> Mapping[str, str]:
    """The workflows of a repository: path -> text."""
    there = [path for path in paths if posixpath.dirname(path) == FOLDER and path.endswith((".yml", ".yaml"))]
    return {path: files.read(path).decode("utf-8", errors="replace") for path in there}


def home(workflows: Mapping[str, str]) -> str:
    """The repository that ours among ``workflows`` call; "" where there are none, or they differ."""
    ours = [text for text in workflows.values() if seals.written_by(text) is not Written.FOREIGN]
    found = {"/".join(what.split("/")[:2]) for text in ours for what, _, _ in seals.pins(text) if f"/{FOLDER}/" in what}
    return found.pop() if len(found) == 1 else ""


def compared(texts: Mapping[str, str], present: Mapping[str, str]) -> tuple[GeneratedFile, ...]:
    """Each of ``texts`` (path -> text) beside what is there.

    Args:
        present: path -> text of every workflow of the repository.

    Raises:
        ConflictError: both names of a file are taken by files of the team's own.
    """
    return tuple(_compared(path, text, present) for path, text in texts.items())


def _compared(usual: str, text: str, present: Mapping[str, str]) -> GeneratedFile:
    path, text = _place(usual, text, present)
    new, before = headed(text), present.get(path)
    if before is None:
        return GeneratedFile(path, usual, None, new, None)
    new, lost = seals.with_kept(new, seals.kept(before))
    return GeneratedFile(path, usual, before, new, seals.written_by(before), lost)


def _place(usual: str, text: str, present: Mapping[str, str]) -> tuple[str, str]:
    """Where it goes, under which name: its own, or another one where that is somebody else's."""
    folder, name = posixpath.split(usual)
    other = posixpath.join(folder, OTHER + name)
    if other in present and seals.written_by(present[other]) is not Written.FOREIGN:
        return other, _renamed(text)
    taken = _foreign(usual, present)
    if not taken:
        return usual, text
    if _foreign(other, present) or name in _CALLED_BY_NAME:
        raise ConflictError(
            f"{taken} is a file of your own, so what other files here call {usual} has no place"
            if name in _CALLED_BY_NAME
            else f"{taken} and {other} are files of your own, so the workflow {name} has no name left",
            untouched="everything",
            next_step="rename one of them (git mv), then run the same command again",
        )
    return other, _renamed(text)


def _foreign(path: str, present: Mapping[str, str]) -> str:
    """The file of somebody else's that has this name, with either ending; "" for none."""
    stem = posixpath.splitext(path)[0]
    for each in (f"{stem}.yml", f"{stem}.yaml"):
        if each in present and seals.written_by(present[each]) is Written.FOREIGN:
            return each
    return ""


def _renamed(text: str) -> str:
    """Two workflows of one name could not be told apart in GitHub's list."""
    return re.sub(r"^name: (?=\S)", f"name: {OTHER}", text, count=1, flags=re.MULTILINE)


def moved(files: Iterable[GeneratedFile]) -> tuple[str, ...]:
    """A sentence for each file that could not have its usual name."""
    return tuple(
        f"{each.usual} is yours and stays; ours is {each.path}. Where yours deploys too, one of them should go"
        for each in files
        if each.path != each.usual
    )
