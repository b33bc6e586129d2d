"""The files of a repository, and a person who answers, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from release.adapters import samprogram
from release.adapters.ownfiles import CommandFiles
from release.adoption.ports import FileChange, TranslationJob
from release.errors import NotFoundError, UsageError


class FakeFiles:
    """Files by path. What is changed must be what was read."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file's path, sorted."""
        return tuple(sorted(self.files))

    def read(self, path: str) -> bytes:
        """See :class:`release.adoption.ports.ProjectFiles`."""
        if path not in self.files:
            raise NotFoundError(f"{path} cannot be read", untouched="everything", next_step="write it")
        return self.files[path]

    def write(self, path: str, text: str) -> None:
        """See :class:`release.adoption.ports.ProjectFiles`."""
        self.files[path] = text.encode()

    def apply(self, changes: Sequence[FileChange]) -> None:
        """See :class:`release.adoption.ports.FileChanges`."""
        for each in changes:
            assert self.files.get(each.path) == each.before, f"{each.path} is another one than it was read"
        for each in changes:
            if each.after is None:
                del self.files[each.path]
            else:
                self.files[each.path] = each.after


class FakePerson:
    """Answers the questions that it was told to expect, each once, in their order; any other is an error."""

    def __init__(self, *answers: tuple[str, str], there: bool = True) -> None:
        self.there = there
        self.expected = list(answers)
        self.seen: list[str] = []

    def show(self, text: str) -> None:
        """See :class:`release.adoption.ports.Questions`."""
        assert self.there, "nobody sees this"
        self.seen.append(text)

    def ask(self, question: str) -> str:
        """See :class:`release.adoption.ports.Questions`."""
        assert self.there, "nobody can answer"
        assert self.expected, f"a question too many: {question}"
        part, answer = self.expected.pop(0)
        assert part in question, f"expected to be asked for {part!r}, not: {question}"
        self.seen.append(question)
        return answer


class FakeOwnFiles:
    """This project's real workflows, with a wheel that says what it is of; it is packed once a command."""

    def __init__(self, version: str, content: bytes = b"PK\0 a wheel") -> None:
        self.version, self.content = version, content
        self.packed = 0

    def texts(self) -> Mapping[str, str]:
        """See :class:`release.adoption.ports.OwnFiles`."""
        return CommandFiles().texts()

    def wheel(self) -> tuple[str, bytes]:
        """See :class:`release.adoption.ports.OwnFiles`."""
        assert not self.packed, "packed twice"
        self.packed += 1
        return f"lambda_image_release-{self.version}-py3-none-any.whl", self.content


class SamInProcess:
    """SAM's translator without a process of its own, which takes a second to start."""

    def translate(self, jobs: Sequence[TranslationJob]) -> Sequence[Mapping[str, Any]]:
        """See :class:`release.adoption.ports.Translator`."""
        found = []
        for job in jobs:
            answer = samprogram.translated({"text": job.text, "parameters": dict(job.parameters)})
            if "error" in answer:
                raise UsageError(
                    f"{job.where} cannot be expanded by SAM: {answer['error']}",
                    untouched="everything",
                    next_step="sam validate --lint",
                )
            found.append(answer["template"])
        return found
