"""What changed between two commits that a release is made of (docs/architecture.md, rule 10).

Beside the images: the template, every local file that it names, its nested templates' too, and what release.toml says
about where and how the release runs. What only decides whether something may be released (versions, gate, limits) is
no part of a release.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from release.errors import NotFoundError, UsageError
from release.images.changes import changed_inputs
from release.releases import bundling
from release.settings.config import Config
from release.versions.changed import Changed
from release.versions.ports import Git

log = logging.getLogger("release.plan")

_FILE = "release.toml"

#: What release.toml says at a commit; None where there is none.
SettingsAt = Callable[[str], Config | None]


def changed_since(git: Git, settings_at: SettingsAt, before: str, after: str) -> Changed:
    """What changed at ``after`` since ``before`` ("": everything is new).

    Raises:
        NotFoundError, UsageError: the template at ``after`` cannot be read, or names what is not there.
    """
    now = settings_at(after)
    if now is None:
        return Changed()
    then = _earlier(settings_at, before) if before else None
    known = {before: then, after: now}
    images = changed_inputs(git, lambda commit: config.images if (config := known[commit]) else None, before, after)
    paths = [now.template, *(each.path for each in bundling.named_paths(git, after, now.template))]
    if not before:
        return Changed(images, tuple(dict.fromkeys(paths)))
    files = git.changed_between(before, after, sorted({*paths, _FILE}))
    bundle = sorted((path for path in files if path != _FILE), key=lambda path: path != now.template)
    return Changed(images, (*bundle, *(_settings(then, now) if _FILE in files else ())))


def _earlier(settings_at: SettingsAt, commit: str) -> Config | None:
    """What release.toml said then; one that nobody can read says nothing, so that everything counts as new."""
    try:
        return settings_at(commit)
    except (UsageError, NotFoundError) as error:  # its template may name a Dockerfile that was never committed
        log.warning("%s; so every image and setting counts as new", error.message)
        return None


def _settings(before: Config | None, after: Config) -> list[str]:
    """The keys of release.toml that decide where and how a release runs, and have another value; or none."""
    if before is None:
        return [f"{_FILE} (a new file)"]
    earlier, now = _deciding(before), _deciding(after)
    changed: list[str] = []
    for table in sorted(earlier.keys() | now.keys()):
        if table not in earlier or table not in now:
            changed.append(table)
            continue
        keys = sorted(earlier[table].keys() | now[table].keys())
        changed += [f"{table}.{key}" for key in keys if earlier[table].get(key) != now[table].get(key)]
    return [f"{_FILE} ({', '.join(changed)})"] if changed else []


def _deciding(config: Config) -> dict[str, dict[str, Any]]:
    """Table -> key -> value. What decides an image's bytes is told apart, by its inputs."""
    found: dict[str, dict[str, Any]] = {
        "project": {"name": config.project, "template": config.template, "alias": config.alias},
        "registry": {"region": config.registry_region, "records": config.records},
    }
    for name, image in config.images.items():
        found[f"images.{name}"] = {"repository": image.repository, "parameter": image.parameter}
    for name, spec in config.environments.items():
        values = {each.name.replace("_", "-"): getattr(spec, each.name) for each in fields(spec)}
        found[f"environments.{name}"] = values
    return found | ({"smoke": {"tests": config.smoke}} if config.smoke else {})
