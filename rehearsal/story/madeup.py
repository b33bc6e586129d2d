"""Changes for an application of which release.toml says nothing: made up from its images, files and functions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rehearsal.story import handlers
from rehearsal.story.handlers import Handler
from rehearsal.story.planned import Planned, has, owners, text_of
from release.errors import UsageError
from release.images import dockerfile
from release.settings.config import Config
from release.settings.functionenv import StartSettings

#: How a line that says nothing begins. Other languages are compiled or bundled, and a comment may leave no trace.
_COMMENTS = {".py": "#", ".rb": "#", ".sh": "#"}
_NO_CODE = re.compile(r"(?:^|/)(?:tests?|docs?|examples?|\.[^/]+)/|(?:^|/)(?:test_|conftest)[^/]*$")
_RAISES = {
    ".py": '\n\ndef {name}(*event_and_context):\n    raise RuntimeError("a mistake of the rehearsal, on purpose")\n',
    ".js": '\nexports.{name} = async () => {{ throw new Error("a mistake of the rehearsal, on purpose"); }};\n',
}
_SETTINGS = "release.toml"
#: A bucket that nobody can ever own: its name is longer than S3 allows (S3, "Bucket naming rules").
NOWHERE = f"s3://{'rehearsed-' * 7}nothing-is-here/none"


@dataclass(frozen=True)
class AppUnderRehearsal:
    """What a change is made up from.

    Attributes:
        config: of the clone's commit, with the images that only the template describes.
        folder: the clone's.
        files: every file that git has.
        functions: image -> the functions of the template that run it.
    """

    config: Config
    folder: Path
    files: Sequence[str]
    functions: Mapping[str, Sequence[StartSettings]]

    def handler(self, image: str) -> Handler | None:
        """Where the image's code begins, when that is sure."""
        spec = self.config.images[image]
        text = (self.folder / spec.dockerfile).read_text(encoding="utf-8", errors="surrogateescape")
        own = [one.command for one in self.functions.get(image, ()) if one.command]
        words = own[0] if own else handlers.command(dockerfile.parse(text, spec.dockerfile), spec)
        among = [path for path in self.files if has(spec, path)]
        alone = [path for path in among if owners(self.config, path) == {image}]
        return handlers.handler(words, alone) or handlers.handler(words, among)


def change(app: AppUnderRehearsal, number: int) -> Planned:
    """A line added to a file that only one image has; a label of its Dockerfile where there is no such file."""
    message = f"feat: edition {number}, of the rehearsal"
    for path in _candidates(app):
        (image,) = owners(app.config, path)
        text, mark = text_of(app.folder, path), _COMMENTS[PurePosixPath(path).suffix]
        line = f"{mark} edition {number}, of the rehearsal"
        return Planned({path: _with_line(text, line)}, message, f"a line in {path}: image {image}", frozenset({image}))
    image = next(iter(app.config.images))
    line = f'LABEL rehearsal.edition="{number}"'
    path, text = in_stage(app, image, line)
    return Planned({path: text}, message, f"a label in {path}: image {image}", owners(app.config, path) | {image})


def _candidates(app: AppUnderRehearsal) -> list[str]:
    """Files that only one image has and whose text is in it; the handlers' own first."""
    alone = [
        path
        for path in app.files
        if PurePosixPath(path).suffix in _COMMENTS and not _NO_CODE.search(path) and len(owners(app.config, path)) == 1
    ]
    first = [found.file for image in app.config.images if (found := app.handler(image)) and found.file in alone]
    return sorted(alone, key=lambda path: (path not in first, first.index(path) if path in first else 0))


def cannot_start(app: AppUnderRehearsal) -> Planned | None:
    """An image whose command names a module that is not there; None when no image is started before it is pushed."""
    image = next((name for name, spec in app.config.images.items() if spec.start.wanted), None)
    if image is None or not app.functions.get(image):
        return None
    own = any(one.command for one in app.functions[image])
    line = 'ENTRYPOINT ["/no-such-program"]' if own else 'CMD ["no_such_module.handler"]'
    path, text = in_stage(app, image, line)
    return Planned(
        {path: text},
        "feat: an image that cannot start, on purpose",
        f"{line} in {path}: image {image}",
        frozenset({image}),
    )


def break_first(app: AppUnderRehearsal, environment: str) -> Planned:
    """A handler that raises, and a smoke test that calls it; else a smoke test that must fail.

    That is all where no handler is known, and where the team's own tests run before anything is deployed: they would
    find such a handler, or its style.
    """
    if app.config.checks.test:
        return must_fail(app, environment)
    for image, functions in app.functions.items():
        found = app.handler(image)
        if found is None or not functions or (PurePosixPath(found.file).suffix not in _RAISES):
            continue
        raising = _RAISES[PurePosixPath(found.file).suffix].format(name=found.name)
        text = text_of(app.folder, found.file)
        ends = "\r\n" if "\r\n" in text else "\n"
        name = functions[0].logical_id
        step = f'invoke = "{name}"'
        settings = with_smoke(app, f"rehearsed: {name} takes an event", environment, step)
        return Planned(
            {found.file: text.rstrip() + raising.replace("\n", ends), _SETTINGS: settings},
            "fix: a handler that raises, on purpose",
            f"{found.name} in {found.file} raises, a smoke test calls {name}",
            owners(app.config, found.file),
        )
    return must_fail(app, environment)


def must_fail(app: AppUnderRehearsal, environment: str) -> Planned:
    """A smoke test of ``environment`` alone that nothing can pass."""
    step = f'object = "{NOWHERE}"\nwithin = 0'
    settings = with_smoke(app, f"rehearsed: what {environment} cannot have", environment, step)
    return Planned(
        {_SETTINGS: settings},
        f"fix: ask {environment} for what it cannot have, on purpose",
        f"a smoke test of {environment} that must fail",
        frozenset(),
    )


def with_smoke(app: AppUnderRehearsal, name: str, environment: str, step: str) -> str:
    """release.toml with one more smoke test. Raises UsageError where it cannot be added at the end."""
    text = text_of(app.folder, _SETTINGS)
    ends = "\r\n" if "\r\n" in text else "\n"
    test = f'\n[[smoke]]\nname = "{name}"\nenvironments = ["{environment}"]\n[[smoke.steps]]\n{step}\n'
    changed = text.rstrip() + ends + test.replace("\n", ends)
    try:
        tomllib.loads(changed)
    except ValueError as error:
        raise UsageError(
            f"no smoke test can be added at the end of release.toml: {error}",
            untouched="everything that was released until here",
            next_step="write the smoke tests as [[smoke]], or rehearsal.break and rehearsal.break-last",
        ) from error
    return changed


def in_stage(app: AppUnderRehearsal, image: str, line: str) -> tuple[str, str]:
    """The image's Dockerfile, and its text with ``line`` as the last of the image's stage."""
    spec = app.config.images[image]
    text = text_of(app.folder, spec.dockerfile)
    file = dockerfile.parse(text, spec.dockerfile)
    parts = handlers.parted(file)
    number = next(
        (n for n, part in enumerate(parts) if spec.target and part[0].words[-1].text.lower() == spec.target.lower()),
        len(parts) - 1,
    )
    lines = text.splitlines(keepends=True)
    ends = "\r\n" if "\r\n" in text else "\n"
    place = parts[number + 1][0].line - 1 if number + 1 < len(parts) else len(lines)
    before = "".join(lines[:place])
    return spec.dockerfile, f"{before}{'' if before.endswith(ends) else ends}{line}{ends}{''.join(lines[place:])}"


def _with_line(text: str, line: str) -> str:
    """``line`` below two empty ones, as formatters want it after a function."""
    ends = "\r\n" if "\r\n" in text else "\n"
    kept = text.rstrip("\r\n")
    return f"{kept}{ends * 3 if kept else ''}{line}{ends}"
