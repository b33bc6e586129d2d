"""release.toml as ``release init`` writes it, or as it completes one that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from release.adoption import settingsparts
from release.adoption.settingsparts import SettingsWanted
from release.settings.config import table_of

PATH = "release.toml"
_HEAD = "# Written by release init, yours to edit. Images come from the template; every key: docs/release-toml.md\n\n"
_PROJECT = re.compile(r"[ \t]*\[[ \t]*project[ \t]*\][ \t]*(?:#.*)?")


def completed(written: str | None, wanted: SettingsWanted) -> str:
    """release.toml: a new one, or what is ``written`` with what it lacks; its own lines stay as they are.

    What is optional (the team's tests, smoke tests) comes with ``[project]`` alone: a file that has one was a person's
    work before, and what is not in it was left out.

    Raises:
        UsageError: ``written`` is no TOML.
    """
    values = table_of(written or "").values
    parts = "\n".join(_missing(values, wanted))
    if not written or not written.strip():
        return _HEAD + parts
    newline = "\r\n" if "\r\n" in written else "\n"
    project = values.get("project")
    kept = _with_keys(written, wanted, project, newline) if isinstance(project, dict) else written
    if not parts:
        return kept
    return f"{kept.rstrip()}{newline}{newline}" + parts.replace("\n", newline)


def _missing(values: Mapping[str, Any], wanted: SettingsWanted) -> Iterator[str]:
    is_new = "project" not in values
    if is_new:
        yield settingsparts.project(wanted)
    if "versions" not in values and wanted.branch != "main":  # without it, nothing that is merged would be released
        yield settingsparts.versions(wanted.branch)
    if "gate" not in values:
        yield settingsparts.gate(wanted)
    if "environments" not in values:
        for before, name in pairwise(("", *wanted.answers.environments)):
            yield settingsparts.environment(wanted, name, before)
    if "images" not in values and wanted.images:
        yield wanted.images
    if is_new and "checks" not in values and wanted.test:
        yield settingsparts.checks(wanted.test)
    if is_new and "smoke" not in values:
        yield from (settingsparts.health(route, unsure) for route, unsure in wanted.routes)
        yield from (settingsparts.schedule(each, wanted.answers.environments[0]) for each in wanted.schedules)
        if wanted.silent:
            yield settingsparts.silent(wanted.silent)


def _with_keys(written: str, wanted: SettingsWanted, project: Mapping[str, Any], newline: str) -> str:
    """``written`` with the project's name, and its template where it is not the usual one, if they are missing."""
    keys = {} if "name" in project else {"name": wanted.answers.project}
    if "template" not in project and wanted.template != "template.yaml":
        keys["template"] = wanted.template
    lines = written.split("\n")
    header = next((number for number, line in enumerate(lines) if _PROJECT.fullmatch(line.rstrip())), None)
    end = newline.removesuffix("\n")
    prefix, place = ("project.", 0) if header is None else ("", header + 1)  # dotted keys stand above every table
    lines[place:place] = [f"{prefix}{key} = {settingsparts.text(value)}{end}" for key, value in keys.items()]
    return "\n".join(lines)
