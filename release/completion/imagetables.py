"""An image that only the template describes, as a table of release.toml."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from release.completion import sourcepaths
from release.completion.builds import Build
from release.completion.places import Read
from release.errors import NotFoundError
from release.settings.images import FROM_TEMPLATE


@dataclass(frozen=True)
class Inferred:
    """An image that only the template describes."""

    name: str
    parameter: str
    build: Build
    functions: tuple[str, ...]


def table(image: Inferred, project: str, read: Read, *, completes: bool) -> str:
    """Its table, ``[images.<name>]``; or the one that completes theirs, below it.

    Raises:
        UsageError: its Dockerfile cannot be read, with the line. NotFoundError: it is not there.
    """
    build = image.build
    try:
        inputs = sourcepaths.inputs(build, read)
    except NotFoundError as error:
        raise NotFoundError(
            f"{image.functions[0]} is built from {build.dockerfile}, which is not there",
            untouched="everything",
            next_step=f"commit it, or correct the Metadata of {image.functions[0]} in the template",
        ) from error
    values: dict[str, Any] = {
        "repository": f"{project}/{image.name}",
        "context": build.context,
        "dockerfile": build.dockerfile,
        **({"target": build.target} if build.target else {}),
        "inputs": inputs,
        "parameter": image.parameter,
        **({"platform": build.platform} if build.platform else {}),
    }
    name = f"images.{image.name}" + (f".{FROM_TEMPLATE}" if completes else "")
    lines = [f"[{name}]  # from the template: {', '.join(image.functions)}"]
    lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
    if build.args:
        lines += [f"[{name}.args]", *(f"{_toml(key)} = {_toml(each)}" for key, each in build.args.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A text or a list of texts; JSON's escapes are TOML's (TOML 1.0, "String"), all but the delete character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
