"""A workflow file as values. Terms: GitHub's "Workflow syntax for GitHub Actions"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from release.errors import UsageError

#: The runner that every job asks for, and that the rehearsal stands in for.
RUNNER = "ubuntu-24.04"

FOLDER = Path(".github/workflows")

#: a job's ``uses`` that names a workflow of another repository
CALLED = re.compile(r"(?P<home>[\w.-]+/[\w.-]+)/\.github/workflows/(?P<file>[\w.-]+\.ya?ml)@(?P<ref>\S+)")


class Refused(UsageError):  # noqa: N818 - the outcome's name
    """GitHub would not start this."""


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: ``on`` is a key of every workflow file, not ``True``."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


@dataclass(frozen=True)
class Step:
    """One step. ``title`` is what the Actions page shows."""

    index: int
    id: str
    name: str
    uses: str
    run: str
    with_: Mapping[str, Any]
    env: Mapping[str, Any]
    condition: str

    @property
    def title(self) -> str:
        """Its name, or what it uses or runs."""
        return self.name or self.uses or self.run.strip().splitlines()[0]

    @property
    def key(self) -> str:
        """What act calls it: its id, or its index."""
        return self.id or str(self.index)


@dataclass(frozen=True)
class Job:
    """One job; ``uses`` names a called workflow, and then there are no steps.

    Attributes:
        permissions: as written; None when it inherits.
        concurrency: as written, the short form as ``{"group": …}``; None when there is none.
        environment: its name, possibly an expression; "" when there is none.
    """

    id: str
    name: str
    needs: tuple[str, ...]
    permissions: Mapping[str, str] | str | None
    concurrency: Mapping[str, Any] | None
    environment: str
    outputs: Mapping[str, str]
    uses: str
    with_: Mapping[str, Any]
    steps: tuple[Step, ...]
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Workflow:
    """One file. ``on`` maps each event to its filters."""

    path: Path
    name: str
    on: Mapping[str, Mapping[str, Any]]
    permissions: Mapping[str, str] | str | None
    concurrency: Mapping[str, Any] | None
    jobs: Mapping[str, Job]
    text: str


def load(path: Path) -> Workflow:
    """The workflow in ``path``. Raises Refused when it is no workflow."""
    return parse(path, path.read_text(encoding="utf-8"))


def load_all(repository: Path) -> dict[str, Workflow]:
    """Every workflow of a repository, by file name."""
    return {path.name: load(path) for path in sorted((repository / FOLDER).glob("*.y*ml"))}


def document_of(text: str) -> Any:
    """A workflow file's values, ``on`` being a text. Raises YAMLError."""
    return yaml.load(text, _Loader)


def parse(path: Path, text: str) -> Workflow:
    """The workflow in ``text``. Raises Refused when it is no workflow."""
    try:
        document = document_of(text)
        on, jobs = document["on"], document["jobs"]
        return Workflow(
            path=path,
            name=str(document.get("name") or path.name),
            on={event: _filters(on, event) for event in ([on] if isinstance(on, str) else on)},
            permissions=document.get("permissions"),
            concurrency=_concurrency(document.get("concurrency")),
            jobs={name: _job(str(name), job) for name, job in jobs.items()},
            text=text,
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{path.name} is no workflow: {error}", next_step="python -m workflowlint") from error


def _filters(on: Any, event: str) -> Mapping[str, Any]:
    found = on[event] if isinstance(on, dict) else None
    return {"cron": [each["cron"] for each in found]} if isinstance(found, list) else found or {}


def _concurrency(value: Any) -> Mapping[str, Any] | None:
    return {"group": value} if isinstance(value, str) else value


def _job(name: str, job: Mapping[str, Any]) -> Job:
    needs, environment = job.get("needs") or (), job.get("environment") or ""
    return Job(
        id=name,
        name=str(job.get("name") or name),
        needs=(needs,) if isinstance(needs, str) else tuple(needs),
        permissions=job.get("permissions"),
        concurrency=_concurrency(job.get("concurrency")),
        environment=str(environment["name"] if isinstance(environment, dict) else environment),
        outputs=job.get("outputs") or {},
        uses=str(job.get("uses") or ""),
        with_=job.get("with") or {},
        steps=tuple(_step(index, step) for index, step in enumerate(job.get("steps") or ())),
        raw=job,
    )


def _step(index: int, step: Mapping[str, Any]) -> Step:
    return Step(
        index=index,
        id=str(step.get("id") or ""),
        name=str(step.get("name") or ""),
        uses=str(step.get("uses") or ""),
        run=str(step.get("run") or ""),
        with_=step.get("with") or {},
        env=step.get("env") or {},
        condition=str(step.get("if", "")),
    )
