"""What a repository says by itself, before anybody is asked."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from release.adoption import events, ownchecks, samconfig, templates
from release.adoption.events import Route, Starts
from release.adoption.samconfig import SamSettings
from release.adoption.surroundings import RepositoryAround
from release.completion.apiaddress import apis
from release.completion.builds import ImageFunction, image_functions
from release.completion.document import read as read_document
from release.settings.smokestep import API_OUTPUT

Read = Callable[[str], bytes]
#: Where GitHub looks for it ("About code owners").
_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes:
        template: the template's path, and what it says.
        functions: those that run an image.
        outside: why the API's address is not known for a route, by route.
        owners: the CODEOWNERS file; "".
        changelog: the file of changes; "".
        test: the command of the team's own tests; "".
    """

    around: RepositoryAround
    template: str
    values: Mapping[str, Any]
    functions: tuple[ImageFunction, ...]
    starts: Starts
    sam: SamSettings
    owners: str = ""
    changelog: str = ""
    test: str = ""

    def unsure(self, route: Route) -> str:
        """Why nobody can say that GET of ``route`` answers; "" when it will."""
        if route.guarded:
            return route.guarded
        named, every = events.of_output(self.values, API_OUTPUT), apis(self.values)
        if named is None and every != (route.api,):
            return f"the template has {len(every)} APIs and no output {API_OUTPUT} that says which one is meant"
        if named and route.api not in named:
            return f"the output {API_OUTPUT} is not of the API {route.api}" if route.api else "its API is computed"
        return ""


def look(around: RepositoryAround, read: Read, named: str = "") -> Found:
    """Look at the repository.

    Args:
        named: the template that a person named; "" for none.

    Raises:
        what :func:`templates.choose` and :func:`samconfig.parse` raise, and UsageError for Metadata that is not whole.
    """
    sam = _sam(around, read)
    of_sam = posixpath.normpath(posixpath.join(posixpath.dirname(sam.where), sam.template)) if sam.template else ""
    wanted = named or (of_sam if of_sam in around.paths else "")
    chosen = templates.choose(around.paths, read, wanted, around.below, around.submodules)
    document = read_document(read(chosen.path).decode("utf-8", errors="replace"), chosen.path)
    return Found(
        around=around,
        template=chosen.path,
        values=chosen.values,
        functions=tuple(image_functions(document, chosen.values)),
        starts=events.starts(chosen.values),
        sam=sam,
        owners=_first(_OWNERS, around.paths),
        changelog=next((path for path in around.paths if path.upper() == "CHANGELOG.MD"), ""),
        test=ownchecks.command(around.paths, read),
    )


def _sam(around: RepositoryAround, read: Read) -> SamSettings:
    """The configuration of sam: beside where the command was started, else at the top."""
    folders = dict.fromkeys((around.below, ""))
    names = [posixpath.join(folder, name) for folder in folders for name in samconfig.NAMES]
    where = _first(names, around.paths)
    return samconfig.parse(read(where).decode("utf-8", errors="replace"), where) if where else SamSettings()


def _first(names: Iterable[str], paths: Iterable[str]) -> str:
    there = set(paths)
    return next((name for name in names if name in there), "")
