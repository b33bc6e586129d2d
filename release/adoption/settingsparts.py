"""The pieces of release.toml that ``release init`` writes, each a table or two, or a proposal that is a comment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from release.adoption.answers import Answers
from release.adoption.events import Route, TimedEvent
from release.adoption.parameters import OpenParameter


@dataclass(frozen=True)
class SettingsWanted:
    """What release.toml shall say.

    Attributes:
        branch: what people merge to.
        images: tables for images that the template does not describe; "" for none.
        expect: the kind of packages that every image shows; empty where no one kind is all images'.
        routes: health routes, each with why nobody can say that it answers, "" when it will.
        schedules: schedules that start a function.
        silent: image functions that no proposal reaches, each with a path that it answers; "" when none is known.
    """

    template: str
    answers: Answers
    branch: str = "main"
    test: str = ""
    images: str = ""
    expect: tuple[str, ...] = ("python-pkg",)
    parameters: tuple[OpenParameter, ...] = ()
    routes: tuple[tuple[Route, str], ...] = ()
    schedules: tuple[TimedEvent, ...] = ()
    silent: Mapping[str, str] = field(default_factory=dict)


def project(wanted: SettingsWanted) -> str:
    """``[project]``."""
    return f"[project]\nname = {text(wanted.answers.project)}\ntemplate = {text(wanted.template)}\n"


def versions(branch: str) -> str:
    """``[versions]``, for a branch that is not called main: releases are made from it alone."""
    return f"[versions]\nallowed-branches = [{text(branch)}]\n"


def gate(wanted: SettingsWanted) -> str:
    """``[gate]``."""
    blocks = ", ".join(map(text, wanted.answers.block))
    lines = ["[gate]", f"block = [{blocks}]"]
    lines.append('unfixed = "report"  # what has no fix yet is shown, and does not block')
    lines.append('misconfigurations = ["CRITICAL"]  # in the template and in Dockerfiles; the others are shown')
    if wanted.expect != ("python-pkg",):
        why = "the bases say so" if wanted.expect else "the bases name no one kind that all images have; name one if so"
        lines.append(f"expect = [{', '.join(map(text, wanted.expect))}]  # packages that the scanner must find: {why}")
    return "\n".join(lines) + "\n"


def environment(wanted: SettingsWanted, name: str, before: str) -> str:
    """``[environments.<name>]``, and what is known or missing of its parameters.

    Args:
        before: where a release must have been proven; "" for nowhere.
    """
    lines = [
        f"[environments.{name}]",
        f"stack = {text(f'{wanted.answers.project}-{name}')}",
        f"region = {text(wanted.answers.region)}",
    ]
    if before:
        lines.append(f"proven-in = {text(before)}")
    rows = [_parameter(each, wanted.answers.project, name) for each in wanted.parameters]
    if rows:
        lines += ["", f"[environments.{name}.parameters]", *rows]
    return "\n".join(lines) + "\n"


def _parameter(each: OpenParameter, project: str, environment: str) -> str:
    if environment in each.values:
        return f"{each.name} = {text(each.values[environment])}"
    if each.secret:
        why = f"its default is {each.default!r}" if each.is_placeholder and each.default is not None else "NoEcho"
        place = f"secret:{project}/{environment}/{each.name}"
        return f"# {each.name} = {text(place)}  # {why}: a secret of Secrets Manager, by its name"
    return f'# {each.name} = "…"  # the template has no default: here, or in the variable RELEASE_PARAMETERS'


def checks(command: str) -> str:
    """``[checks]``."""
    return f"[checks]\ntest = {text(command)}\n"


def health(route: Route, unsure: str) -> str:
    """A smoke test of a health route; a comment where nobody can say that it answers."""
    test = (
        f"[[smoke]]\nname = {text(f'GET {route.path} of {route.function} answers')}\n"
        f"[[smoke.steps]]\nget = {text(route.path)}\n"
    )
    return commented(f"GET {route.path} looks like a health check, but {unsure}.", test) if unsure else test


def schedule(event: TimedEvent, first: str) -> str:
    """A smoke test of what a schedule starts, as a comment: only its team knows whether one run more does harm.

    Args:
        first: the environment where it would run.
    """
    when = f" ({event.when})" if event.when else ""
    return commented(
        f"{event.logical_id}{when} starts {event.function}. Every image is started before it is published; that a run\n"
        "succeeds shows only a run. If one more does no harm, take these lines; the next step may say what it leaves.",
        f"[[smoke]]\nname = {text(f'{event.logical_id} succeeds')}\nenvironments = [{text(first)}]\n"
        f"[[smoke.steps]]\nschedule = {text(event.logical_id)}\n",
    )


def silent(functions: Mapping[str, str]) -> str:
    """A comment for functions that no proposal reaches: a request to one that answers any, else an event.

    Args:
        functions: each with a path that it answers; "" when none is known.
    """
    why = f"No smoke test reaches {', '.join(functions)}: a deployment is then served, not smoke-tested. "
    function, path = next(((name, path) for name, path in functions.items() if path), (next(iter(functions)), ""))
    if path:
        why += "Nobody can\nsay from here what this route answers; if it is this status:"
        title, step = f"GET {path} of {function} answers", f"get = {text(path)}\nstatus = 200\n"
    else:
        why += "With a\npayload that does no harm:"
        title, step = f"{function} answers", f"invoke = {text(function)}\npayload = {{}}\n"
    return commented(why, f"[[smoke]]\nname = {text(title)}\n[[smoke.steps]]\n{step}")


def commented(why: str, lines: str) -> str:
    """``lines`` as comments below their reason."""
    return "".join(f"# {line}".rstrip() + "\n" for line in [*why.split("\n"), *lines.splitlines()])


def text(value: str) -> str:
    """A text of TOML; JSON's escapes are TOML's (TOML 1.0, "String"), all but the delete character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
