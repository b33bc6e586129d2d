"""The paths of a build's context that its Dockerfile reads, so that an image's inputs need not be written down.

Only what the target reaches counts. What cannot be told (a variable, a pattern) is the folder that holds it, at the
most the whole context: a path too many builds too often, one too few would let a change escape (rule 10).
Source: Dockerfile reference, COPY, ADD and RUN --mount=type=bind.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator

from release.completion.builds import Build
from release.images import dockerfile
from release.images.dockerfile import Dockerfile, Instruction
from release.images.stages import Scope, stages_of

_REMOTE = re.compile(r"(?:https?|git|ssh)://|git@")
_OPEN = re.compile(r"[*?\[\\$]")
_ALL = "."


def inputs(build: Build, read: Callable[[str], bytes]) -> list[str]:
    """The paths, from the repository's root, the Dockerfile among them; what they leave out, .dockerignore says.

    Args:
        read: path -> its bytes; raises NotFoundError.

    Raises:
        UsageError: the Dockerfile cannot be read, with its line.
        NotFoundError: there is none.
    """
    file = dockerfile.parse(read(build.dockerfile).decode("utf-8", "surrogateescape"), build.dockerfile)
    found = {posixpath.normpath(posixpath.join(build.context, each)) for each in _sources(file, build)}
    if build.context in found:
        return [build.context] if _inside(build.dockerfile, build.context) else [build.context, build.dockerfile]
    found.add(build.dockerfile)
    return sorted(path for path in found if not any(path.startswith(f"{other}/") for other in found))


def _sources(file: Dockerfile, build: Build) -> Iterator[str]:
    """What the target's stages take out of the context, relative to it."""
    scope = Scope(file, build.args, build.platform or "linux/amd64", build.target)
    stages = stages_of(file, scope)
    names = {stage.name: number for number, stage in enumerate(stages) if stage.name}
    todo, reached = [names.get(build.target.lower(), len(stages) - 1)], set[int]()
    while todo:
        if (number := todo.pop()) not in reached:
            reached.add(number)
            todo += stages[number].needs
    stage = -1
    for one in file.instructions:
        stage += one.name == "FROM"
        if stage in reached:
            yield from _read_by(one)


def _read_by(one: Instruction) -> Iterator[str]:
    if one.name in ("COPY", "ADD") and one.flag("from") is None:
        words = _words(one)
        if "<<" in one.arguments:
            words = [word for word in words if not word.startswith("<<")]
        yield from (_plain(word) for word in words[:-1] if not _REMOTE.match(word))
    for flag in one.flags if one.name == "RUN" else ():
        key, _, value = flag.text.partition("=")
        options = dict(each.partition("=")[::2] for each in value.split(","))
        if key == "--mount" and options.get("type", "bind") == "bind" and "from" not in options:
            yield _plain(options.get("source", options.get("src", _ALL)))


def _words(one: Instruction) -> list[str]:
    try:
        listed = json.loads(one.arguments)
    except ValueError:
        listed = None
    return (
        [str(each) for each in listed] if isinstance(listed, list) else [word.text.strip("\"'") for word in one.words]
    )


def _plain(word: str) -> str:
    """The path that holds all that ``word`` may mean; a leading slash is the context (Dockerfile reference, COPY)."""
    word = posixpath.normpath(word.lstrip("/") or _ALL)
    if found := _OPEN.search(word):
        word = posixpath.dirname(word[: found.start()]) or _ALL
    return _ALL if word.startswith("..") else word


def _inside(path: str, folder: str) -> bool:
    return folder == _ALL or path.startswith(f"{folder}/")
