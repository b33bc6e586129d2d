"""Images that functions run and whose Dockerfile the template does not name: ``ImageUri: !Ref P`` without Metadata.

Names tell which Dockerfile is whose (:mod:`dockerfiles`); what they tell is written as a proposal, which a person looks
at before anything is released. Anything else is a person's to say.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from release.adoption import dockerfiles, settingsparts
from release.adoption.ports import ProjectFiles
from release.completion import imagenames, sourcepaths
from release.completion.builds import Build, ImageFunction, merged
from release.completion.imageuris import refers_to
from release.completion.missing import check_images
from release.errors import NotFoundError, UsageError

#: Endings of a parameter's name that say what it is, not which one.
_URI = re.compile(r"(?:(?:Ecr|ECR|Container|Docker)?Image)?(?:Uri|URI|Url|URL)?\Z")


def waiting(
    functions: Iterable[ImageFunction], template: Mapping[str, Any], described: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Parameter -> the functions that run its image, of which nothing says how it is built.

    Args:
        described: the parameters that release.toml names.
    """
    given, known, found = merged(template.get("Parameters")), set(described), dict[str, tuple[str, ...]]()
    for each in functions:
        named = sorted(refers_to(each.uri) & set(given))
        if each.build is None and len(named) == 1 and named[0] not in known:
            found[named[0]] = (*found.get(named[0], ()), each.logical_id)
    return found


def tables(
    lacking: Mapping[str, tuple[str, ...]],
    paths: Sequence[str],
    used: Iterable[str],
    project: str,
    read: Callable[[str], bytes],
) -> str:
    """``[images.<name>]`` for the images of ``lacking``; "" for none.

    Args:
        used: Dockerfiles that build other images.

    Raises:
        UsageError: nobody can say which Dockerfile is whose.
    """
    files = dockerfiles.of(paths, used)
    chosen, found = dockerfiles.matched(lacking, files), dict[str, str]()
    for parameter, functions in lacking.items():
        contexts = _contexts(chosen[parameter], paths, read) if parameter in chosen else []
        if not contexts:
            raise _unknown(parameter, functions, files)
        name = imagenames.free(_name(parameter), found)
        build = Build(chosen[parameter], contexts[0], "")
        found[name] = _table(name, build, parameter, functions, f"{project}/{name}", read)
    return "\n".join(found.values())


def _table(
    name: str, build: Build, parameter: str, functions: Sequence[str], repository: str, read: Callable[[str], bytes]
) -> str:
    inputs = ", ".join(map(settingsparts.text, sourcepaths.inputs(build, read)))
    return (
        f"# A proposal: nothing but names says that this Dockerfile builds what {', '.join(functions)} "
        f"run{'s' * (len(functions) == 1)}.\n"
        f"[images.{name}]\n"
        f"repository = {settingsparts.text(repository)}\n"
        f"context = {settingsparts.text(build.context)}\n"
        f"dockerfile = {settingsparts.text(build.dockerfile)}\n"
        f"inputs = [{inputs}]\n"
        f"parameter = {settingsparts.text(parameter)}\n"
    )


def check(settings: str, functions: Iterable[ImageFunction], where: str, files: ProjectFiles, free: list[str]) -> None:
    """release.toml as it would be has an image at least.

    Args:
        where: the template's path.
        free: Dockerfiles that build nothing else.

    Raises:
        UsageError: it has none, with the line of a function that runs one; and the Metadata that names fit.
    """
    try:
        check_images(settings, files.read)
    except UsageError as error:
        wanted = {each.logical_id: (each.logical_id,) for each in functions if each.build is None}
        proposed = [
            f"{name}'s Metadata: {{Dockerfile: {posixpath.basename(path)}, DockerContext: {_from(where, path)}}}"
            for name, path in dockerfiles.matched(wanted, free).items()
        ]
        if proposed:
            error.next_step = f"{error.next_step}. Names fit {' and '.join(proposed)}, instead of its ImageUri"
        raise


def _from(template: str, dockerfile: str) -> str:
    """The folder of a Dockerfile as the template's Metadata names it: from the template's own folder."""
    return posixpath.relpath(posixpath.dirname(dockerfile) or ".", posixpath.dirname(template) or ".")


def _contexts(dockerfile: str, paths: Sequence[str], read: Callable[[str], bytes]) -> list[str]:
    """The folders that have all that the Dockerfile copies, of its own and the repository's top, in this order."""
    found = []
    for folder in dict.fromkeys((posixpath.dirname(dockerfile) or ".", ".")):
        try:
            inputs = sourcepaths.inputs(Build(dockerfile, folder, ""), read)
        except NotFoundError:
            continue
        if all(each == "." or any(path == each or path.startswith(f"{each}/") for path in paths) for each in inputs):
            found.append(folder)
    return found


def _name(parameter: str) -> str:
    """``ReportImageUri`` is ``report``, ``ImageUri`` is ``function``."""
    short = _URI.sub("", parameter)
    return imagenames.kebab(short) if short else "function"


def _unknown(parameter: str, functions: Sequence[str], files: Sequence[str]) -> UsageError:
    seen = f"; there are {', '.join(files[:5])}" if files else "; there is no Dockerfile that builds nothing else"
    name = _name(parameter)
    return UsageError(
        f"nothing says how the image of the parameter {parameter} is built, which {', '.join(functions)} run{seen}",
        untouched="everything",
        next_step=f"give {functions[0]} Metadata (Dockerfile, DockerContext); or write into release.toml: "
        f'[images.{name}] with repository = "…/{name}", dockerfile = "…", context = "…", inputs = ["…"], '
        f'parameter = "{parameter}". Then run the same command again',
    )
