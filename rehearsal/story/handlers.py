"""Where the code of an image begins: the file and the name that Lambda calls, as far as the repository tells."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from release.images.dockerfile import Dockerfile, Instruction
from release.images.stages import Scope, stages_of
from release.settings.images import ImageSpec

_HANDLER = re.compile(r"(?P<module>[\w./-]+)\.(?P<name>\w+)\Z")
#: Of what Lambda's runtimes call, the languages in which a later definition of a name wins.
SUFFIXES = (".py", ".js", ".cjs")


@dataclass(frozen=True)
class Handler:
    """``name`` is defined in ``file``."""

    file: str
    name: str


def command(file: Dockerfile, image: ImageSpec) -> tuple[str, ...]:
    """The last ``CMD`` of the image's stage, or of one that it is built on; () when there is none that is a list."""
    scope = Scope(file, {**image.args}, image.platform, image.target)
    stages = stages_of(file, scope)
    names = {stage.name: number for number, stage in enumerate(stages) if stage.name}
    number: int | None = names.get(image.target.lower(), len(stages) - 1)
    parts = parted(file)
    while number is not None:
        for one in reversed(parts[number]):
            if one.name == "CMD":
                return _listed(one)
        base = parts[number][0].words[0].text.lower()
        number = names[base] if base in names and names[base] < number else None
    return ()


def parted(file: Dockerfile) -> list[list[Instruction]]:
    """The instructions of each stage, its FROM first."""
    found: list[list[Instruction]] = []
    for one in file.instructions:
        if one.name == "FROM":
            found.append([])
        if found:
            found[-1].append(one)
    return found


def handler(words: Sequence[str], files: Sequence[str]) -> Handler | None:
    """The handler that a command names, when exactly one of ``files`` is its module; None: nobody can tell."""
    for word in words:
        match = _HANDLER.match(word)
        if match is None:
            continue
        module = match["module"].replace(".", "/") if "/" not in match["module"] else match["module"]
        wanted = PurePosixPath(module)
        found = [
            path
            for path in files
            if PurePosixPath(path).suffix in SUFFIXES
            and PurePosixPath(path).with_suffix("").parts[-len(wanted.parts) :] == wanted.parts
        ]
        return Handler(found[0], match["name"]) if len(found) == 1 else None
    return None


def _listed(one: Instruction) -> tuple[str, ...]:
    try:
        found = json.loads(one.arguments)
    except ValueError:
        return ()
    return tuple(found) if isinstance(found, list) and all(isinstance(each, str) for each in found) else ()
