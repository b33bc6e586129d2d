"""What one target of a Dockerfile is made of: the images that its build reads, and what it fetches from elsewhere.

Only what the target reaches counts, as in a build: the stages it is built on or copies from, and theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from release.images.dockerfile import Dockerfile
from release.images.reference import parse_reference
from release.images.stages import Scope, Source, Stage, stages_of


@dataclass(frozen=True, slots=True)
class Sources:
    """What a target is made of.

    Attributes:
        images: every place that names an image.
        fetched: line -> what ``ADD`` fetches from elsewhere without saying its checksum.
        used: the arguments that the names of images are made of.
        declared: every argument of the file.
    """

    images: tuple[Source, ...]
    fetched: Mapping[int, str]
    used: frozenset[str]
    declared: frozenset[str]


def sources(file: Dockerfile, target: str, arguments: Mapping[str, str], platform: str, image: str) -> Sources:
    """What ``target`` is made of.

    Args:
        target: a stage's name; "": the last one.
        arguments: the build arguments that are given.
        platform: ``os/architecture``.
        image: the image's name. Without a target, a stage of that name that is not the last leaves open which is meant.

    Raises:
        UsageError: with the line: a name that is neither a stage nor an image, a variable in ``--from``, no such stage.
    """
    scope = Scope(file, arguments, platform, target or _last_name(file))
    stages = stages_of(file, scope)
    start = _target(file, stages, target, image)
    reached, todo = set(), [start]
    while todo:
        number = todo.pop()
        if number not in reached:
            reached.add(number)
            todo += stages[number].needs
    images = [*_syntax(file), *(source for number in sorted(reached) for source in stages[number].images)]
    for source in images:
        if parse_reference(source.name) is None:
            raise file.error(source.line, f"{source.name!r} is neither a stage above it nor the name of an image")
    return Sources(
        tuple(images),
        {line: what for number in sorted(reached) for line, what in stages[number].fetched.items()},
        frozenset().union(*(stages[number].used for number in reached)),
        scope.declared,
    )


def _syntax(file: Dockerfile) -> list[Source]:
    """The image that reads the file in BuildKit's place: it decides the bytes too."""
    if file.syntax is None:
        return []
    line = 1 + file.text.count("\n", 0, file.syntax.start)
    return [Source(file.syntax.text, line, file.syntax.start, file.syntax.end)]


def _target(file: Dockerfile, stages: list[Stage], target: str, image: str) -> int:
    named = {stage.name: number for number, stage in enumerate(stages) if stage.name}
    last = len(stages) - 1
    if not target and named.get(image, last) != last:
        raise file.error(
            stages[named[image]].line,
            f"image {image} names no target, which means the last stage, but this stage has its name; "
            f'say which one in release.toml: target = "{image}", or the last stage\'s name',
        )
    if target and target.lower() not in named:
        known = f"there are: {', '.join(named)}" if named else "no stage has a name"
        raise file.error(stages[last].line, f"there is no stage {target!r}, the target of image {image} ({known})")
    return named[target.lower()] if target else last


def _last_name(file: Dockerfile) -> str:
    last = [one for one in file.instructions if one.name == "FROM"][-1:]
    return last[0].words[2].text.lower() if last and len(last[0].words) == 3 else ""


def without_frontend(file: Dockerfile) -> Mapping[Source, str]:
    """What :func:`with_names` takes away so that the engine reads the file itself: the directive ``syntax``.

    The whole line, for a comment or an empty line in its place would end the directives (Dockerfile reference, "Parser
    directives").
    """
    if file.syntax is None:
        return {}
    start, end = file.text.rfind("\n", 0, file.syntax.start) + 1, file.text.find("\n", file.syntax.end) + 1
    return {Source(file.syntax.text, 1 + file.text.count("\n", 0, start), start, end or len(file.text)): ""}


def with_names(file: Dockerfile, names: Mapping[Source, str]) -> str:
    """The text of ``file`` with another name of an image in each of the places ``names``.

    Raises UsageError: a flag is written in a way that cannot be written again, with quotes or blanks inside.
    """
    text, done = "", 0
    for source in sorted(names, key=lambda source: source.start):
        word = source.before + names[source] + source.after
        if set("\"'" + file.escape) & set(word) or any(char.isspace() for char in word):
            raise file.error(source.line, f"the flag that names {source.name} holds quotes or blanks; write it without")
        text += file.text[done : source.start] + word
        done = source.end
    return text + file.text[done:]
