"""What only people can say: at most five questions, each with an answer that is taken when nothing is typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from release.adoption.ports import Questions
from release.errors import UsageError
from release.settings.environments import REGION

_PROJECT = re.compile(r"[a-z][a-z0-9-]{1,30}\Z")
#: GitHub's names (docs.github.com, "Usernames ... may only contain alphanumeric characters or single hyphens").
_HOME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}\Z")
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
_SEVERITIES = ("LOW", "MEDIUM", "HIGH", "CRITICAL")
_TRIES = 5
#: Stands for an owner that nobody has named; release doctor calls it wrong.
PLACEHOLDER_OWNER = "OWNER"


@dataclass(frozen=True)
class Answers:
    """The answers.

    Attributes:
        project: its name in the account: repositories, roles and stacks begin with it.
        region: where the environments are.
        environments: in the order in which a release gets there; each is proven in the one before.
        block: severities of vulnerabilities that block.
        home: ``OWNER/REPO`` that has the workflows.
    """

    project: str
    region: str
    environments: tuple[str, ...]
    block: tuple[str, ...]
    home: str


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        key: the field of :class:`Answers`.
        option: the option of the command that answers it.
        default: what holds when nothing is typed.
        check: "" for an answer that will do, else what is wrong with it.
    """

    key: str
    option: str
    text: str
    default: str
    check: Callable[[str], str]


def project_name(text: str) -> str:
    """``text`` as a project's name, as near as it comes."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    plain = re.sub(r"\A[^a-z]+", "", plain)[:31].rstrip("-")
    return plain if len(plain) > 1 else "service"


def questions(default: Answers) -> tuple[Question, ...]:
    """The questions, in their order, with what is found as their defaults."""
    return (
        Question(
            "project",
            "--name",
            "Name of the project; stacks, repositories and roles in AWS begin with it",
            default.project,
            lambda text: "" if _PROJECT.match(text) else "a name has a-z, 0-9, -, begins with a letter, 2 to 31 long",
        ),
        Question(
            "region",
            "--region",
            "AWS region of the environments",
            default.region,
            lambda text: "" if REGION.match(text) else "a region is named like eu-central-1",
        ),
        Question(
            "environments",
            "--environments",
            "Environments, in the order in which a release gets there",
            " ".join(default.environments),
            _environments,
        ),
        Question(
            "block",
            "--block",
            "Vulnerabilities of which severity block a release",
            " ".join(default.block),
            lambda text: "" if set(_words(text.upper())) <= set(_SEVERITIES) and text.strip() else _of_severities(),
        ),
        Question(
            "home",
            "--workflows",
            "Repository that has the workflows",
            default.home,
            lambda text: "" if _HOME.match(text) else "a repository is OWNER/REPO",
        ),
    )


def given(question: Question, answer: str) -> str:
    """An answer that an option gave. Raises UsageError: it will not do."""
    if problem := question.check(answer):
        raise UsageError(
            f"{question.option} {answer}: {problem}",
            untouched="everything",
            next_step="correct it and run the same command again",
        )
    return answer


def ask(question: Question, person: Questions) -> str:
    """What a person answers; asked again while it will not do. Raises UsageError when it never does."""
    for _ in range(_TRIES):
        answer = person.ask(f"{question.text} [{question.default}]: ").strip() or question.default
        problem = question.check(answer)
        if not problem:
            return answer
        person.show(f"  {problem}")
    raise UsageError(
        f"no answer to {question.text!r} would do",
        untouched="everything",
        next_step=f"give it as an option: release init {question.option} …",
    )


def answers(values: dict[str, str]) -> Answers:
    """The answers by :attr:`Question.key`."""
    block = tuple(each for each in _SEVERITIES if each in _words(values["block"].upper()))
    environments = tuple(_words(values["environments"]))
    return Answers(values["project"], values["region"], environments, block, values["home"])


def _environments(text: str) -> str:
    names = _words(text)
    if wrong := [each for each in names if not _ENVIRONMENT.match(each)]:
        return f"{wrong[0]} is no name of an environment (a-z, 0-9, -; at most 31)"
    return "" if names and len(names) == len(set(names)) else "name each environment once, at least one"


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _of_severities() -> str:
    return f"some of {' '.join(_SEVERITIES)}"
