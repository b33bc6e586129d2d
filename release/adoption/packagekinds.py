"""Which kind of packages every image must show the scanner, told by the bases of their Dockerfiles.

Sources: the names of AWS's bases for Lambda (gallery.ecr.aws/lambda), Docker's official images and Microsoft's; trivy's
names of kinds ("Coverage", Language: of images, not of repositories). A base that nobody here knows tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from release.errors import ReleaseError
from release.images import dockerfile
from release.images.stages import Scope, stages_of

#: How a base's name ends -> the kind that it brings or runs.
_KINDS = {
    **dict.fromkeys(("python", "pypy"), "python-pkg"),
    **dict.fromkeys(("nodejs", "node", "bun"), "node-pkg"),
    **dict.fromkeys(("java", "openjdk", "eclipse-temurin", "amazoncorretto"), "jar"),
    **dict.fromkeys(("dotnet", "dotnet/aspnet", "dotnet/runtime"), "dotnet-core"),
    "ruby": "gemspec",
}


@dataclass(frozen=True)
class BuiltFrom:
    """A Dockerfile and the stage of it that is an image; "" for the last one."""

    dockerfile: str
    target: str = ""


def kinds(images: Iterable[BuiltFrom], read: Callable[[str], bytes]) -> tuple[str, ...]:
    """The one kind that every image shows; none where they show different ones, or a base tells nothing."""
    found = {_kind(each, read) for each in images}
    return tuple(found) if len(found) == 1 and "" not in found else ()


def _kind(image: BuiltFrom, read: Callable[[str], bytes]) -> str:
    """The kind of what an image stands on, "" where nobody can say; a Dockerfile's own faults are told elsewhere."""
    try:
        file = dockerfile.parse(read(image.dockerfile).decode("utf-8", "surrogateescape"), image.dockerfile)
        stages = stages_of(file, Scope(file, {}, "linux/amd64", image.target))
    except ReleaseError:
        return ""
    names = {stage.name: number for number, stage in enumerate(stages) if stage.name}
    number = names.get(image.target.lower(), len(stages) - 1)
    froms = [one for one in file.instructions if one.name == "FROM"]
    for _ in stages:
        base = next(word.text for word in froms[number].words)
        if base.lower() not in names or names[base.lower()] >= number:
            source = next((each.name for each in stages[number].images if each.line == froms[number].line), "")
            parts = source.partition("@")[0].split("/")
            parts[-1] = parts[-1].partition(":")[0]
            return _KINDS.get("/".join(parts[-2:]), _KINDS.get(parts[-1], ""))
        number = names[base.lower()]
    return ""
