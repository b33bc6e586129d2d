"""Whether an answer is what a smoke test of release.toml declares. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from release.deployments.model import HttpResponse
from release.settings.placeholders import PLACEHOLDER
from release.settings.smokestep import SmokeStep


@dataclass(frozen=True)
class SmokeResult:
    """How one smoke test went; ``problem`` is empty when it passed."""

    name: str
    problem: str

    @property
    def passed(self) -> bool:
        """Whether every step answered as declared."""
        return not self.problem


class Unfilled(Exception):  # noqa: N818 - a verdict about a text, caught by the stage
    """A placeholder nobody has a value for."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with each ``{name}`` replaced. Raises Unfilled for a name without value."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise Unfilled(f"nothing is known as {{{match[1]}}}")
        return values[match[1]]

    return PLACEHOLDER.sub(value, text)


def fill_all(value: Any, values: Mapping[str, str]) -> Any:
    """A JSON value with every text in it filled in; names are left as they are. Raises Unfilled."""
    if isinstance(value, str):
        return fill(value, values)
    if isinstance(value, Mapping):
        return {name: fill_all(inner, values) for name, inner in value.items()}
    return [fill_all(inner, values) for inner in value] if isinstance(value, list) else value


def judge(step: SmokeStep, response: HttpResponse, values: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """``(problem, saved)``: what is wrong with the answer ("" when nothing is) and what it gives to later steps."""
    if response.status != step.status:
        return f"answered {response.status} instead of {step.status}: {_excerpt(response.body)}", {}
    for name, wanted in step.headers.items():
        got = response.headers.get(name.lower())
        if got != fill(str(wanted), values):
            return f"header {name} is {got!r} instead of {fill(str(wanted), values)!r}", {}
    if not response.body.startswith(step.starts_with.encode()):
        return f"the body begins with {response.body[:8]!r} instead of {step.starts_with!r}", {}
    if not step.json and not step.save:
        return "", {}
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError):
        return f"the answer is no JSON: {_excerpt(response.body)}", {}
    for key, wanted in step.json.items():
        expected = fill(wanted, values) if isinstance(wanted, str) else wanted
        got = _lookup(answer, key)
        if isinstance(wanted, str) and got is not None:
            got = str(got)
        if got != expected or isinstance(got, bool) != isinstance(expected, bool):
            return f"{key} is {got!r} instead of {expected!r}", {}
    saved = {}
    for name, key in step.save.items():
        got = _lookup(answer, key)
        if got is None:
            return f"the answer has no {key}", {}
        saved[name] = str(got)
    return "", saved


def _lookup(answer: object, path: str) -> Any:
    for part in path.split("."):
        if not isinstance(answer, dict) or part not in answer:
            return None
        answer = answer[part]
    return answer


def _excerpt(body: bytes) -> str:
    text = body[:200].decode(errors="replace")
    return "".join(c if c.isprintable() else " " for c in text)
