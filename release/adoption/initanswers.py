"""What is known before a person is asked: by the repository, and by a release.toml that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from release.adoption import answers, pin
from release.adoption.answers import Answers, Question, project_name, questions
from release.adoption.found import Found
from release.adoption.pin import Provenance
from release.adoption.ports import ProjectFiles, Questions
from release.errors import NotFoundError, UsageError
from release.settings.config import table_of

#: What AWS's own examples take; only where nothing names a region.
USUAL_REGION = "us-east-1"
_BLOCKS = ("HIGH", "CRITICAL")
_ENVIRONMENTS = ("staging", "production")


def present(files: ProjectFiles, path: str) -> str | None:
    """The text of a file; None where there is none. Raises UsageError: it is no UTF-8."""
    try:
        return files.read(path).decode("utf-8")
    except NotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8 (byte {error.start})", untouched="everything", next_step=f"save {path} as UTF-8"
        ) from error


def template_of(written: str | None) -> str:
    """The template that release.toml names; "" where it names none. Raises UsageError: it is no TOML."""
    project = table_of(written or "").values.get("project")
    named = project.get("template") if isinstance(project, dict) else ""
    return named if isinstance(named, str) else ""


@dataclass(frozen=True)
class KnownBefore:
    """What is known before anybody is asked.

    Attributes:
        settings: release.toml as it is; None where there is none.
        region: what AWS's own settings on the machine name; "" for nothing.
        home: the repository that workflows of ours call already; "" where there are none.
    """

    found: Found
    settings: str | None
    provenance: Provenance
    region: str = ""
    home: str = ""


def gather(known: KnownBefore, given: Mapping[str, str], person: Questions, *, asking: bool) -> Answers:
    """The answers: what is said already, what an option gives, what a person says, what is usual.

    Args:
        given: :attr:`Question.key` -> what an option says; "" for none.

    Raises:
        UsageError: an option will not do, or differs from what is said already; nobody is there to ask.
    """
    values = table_of(known.settings or "").values
    said, found = _said(values, known), {}
    for question in questions(_defaults(values, known)):
        option = given.get(question.key, "")
        if question.key in said:
            found[question.key] = _as_said(question, option)
        elif option:
            found[question.key] = answers.given(question, option)
        elif asking:
            found[question.key] = answers.ask(question, _present(person))
        else:
            found[question.key] = question.default
    return answers.answers(found)


def _present(person: Questions) -> Questions:
    if not person.there:
        raise nobody_there()
    return person


def nobody_there(command: str = "release init") -> UsageError:
    """The refusal where a person would be asked and none is at a terminal."""
    return UsageError(
        "there is no terminal to ask in",
        untouched="every file",
        next_step=f"{command} --dry-run shows what would be written, {command} --yes writes it",
    )


def _as_said(question: Question, option: str) -> str:
    if option and option != question.default:
        raise UsageError(
            f"{question.option} {option}: this repository says {question.default} already",
            untouched="every file",
            next_step=f"leave {question.option} out; or change what is there, and run the same command again",
        )
    return question.default


def _said(values: Mapping[str, Any], known: KnownBefore) -> set[str]:
    project, gate = values.get("project"), values.get("gate")
    said = {"project"} if isinstance(project, dict) and "name" in project else set()
    said |= {"region", "environments"} if values.get("environments") else set()
    said |= {"home"} if known.home else set()
    return said | ({"block"} if isinstance(gate, dict) else set())


def _defaults(values: Mapping[str, Any], known: KnownBefore) -> Answers:
    found = known.found
    project, environments = values.get("project"), values.get("environments")
    named = project.get("name") if isinstance(project, dict) else None
    first = next(iter(environments.values()), None) if isinstance(environments, dict) else None
    there = first.get("region") if isinstance(first, dict) else None
    own = found.around.github.rpartition("/")[2] or found.around.name
    return Answers(
        project=str(named) if named else project_name(own),
        region=str(there or found.sam.region or known.region or USUAL_REGION),
        environments=tuple(environments) if isinstance(environments, dict) and environments else _ENVIRONMENTS,
        block=_BLOCKS,
        home=known.home or pin.home(known.provenance, found.around),
    )
