"""What releasing a commit would change, told before anything of it is built or published.

Template, files, settings and smoke tests are compared as git has them at the two commits, on both sides before sam
builds anything. Images are compared by their inputs; how large they are, and what packages they hold, is told where
somebody knows it: the registry of what is live, this machine of what it built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from release.deployments import bills, differences, facts, templatediff
from release.deployments.differences import Differences, ImageDifference
from release.deployments.diffside import Side
from release.errors import NotFoundError
from release.releases import bundling, drafting
from release.releases.record import RecordedFunction, RecordedImage
from release.settings.config import Config
from release.versions.changed import Changed
from release.versions.ports import Git

_NOT_BUILT = "it is not built here (release build, then release scan)"
_NO_RECORD = "what was released before is known to the registry alone, and it was not asked"


@dataclass(frozen=True)
class LiveBefore:
    """The release that is compared with.

    Attributes:
        version: its version, "" when there is none.
        commit: its commit, "" when there is none.
        images: its images as its record has them; None where no registry was asked.
    """

    version: str = ""
    commit: str = ""
    images: Mapping[str, RecordedImage] | None = None


@dataclass(frozen=True)
class Present:
    """The commit that would be released.

    Attributes:
        changed: what changed since ``LiveBefore.commit``.
        images: those of its images that this machine has built.
        bill: an image of either side -> its bill of materials. Raises ReleaseError.
    """

    version: str
    commit: str
    changed: Changed
    images: Mapping[str, RecordedImage] = field(default_factory=dict)
    bill: Callable[[RecordedImage], bytes] = lambda _: b""


def compare(
    before: LiveBefore,
    present: Present,
    environment: str,
    git: Git,
    settings_at: Callable[[str], Config | None],
    folder: Path,
    notes: Sequence[str] = (),
) -> Differences:
    """What releasing ``present`` would change in ``environment``, where ``before`` is live.

    Args:
        folder: an empty folder, which the commits are laid out in.

    Raises:
        NotFoundError, UsageError: the template or what it names is not there, or cannot be read.
    """
    old = _side(f"v{before.version}", before.commit, environment, git, settings_at, folder / "old")
    new = _side(f"v{present.version}", present.commit, environment, git, settings_at, folder / "new")
    if new is None:
        raise NotFoundError(f"there is no release.toml at {present.commit[:12]}", next_step="commit it")
    return Differences(
        environment=environment,
        live=before.version,
        version=present.version,
        release="",
        images=_images(before, present, old.settings if old else None),
        parameters=differences.parameters(old.values() if old else {}, new.values()),
        template=templatediff.templates(old.templates if old else {}, new.templates),
        files=differences.files(old.files() if old else {}, new.files()),
        functions=differences.functions(*(_functions(side) for side in (old, new))),
        smoke=differences.smoke(old.smoke() if old else (), new.smoke()),
        goes_in=facts.between(git, present.commit, before.commit),
        comes_out=facts.between(git, before.commit, present.commit),
        notes=tuple(notes),
        asked=before.images is not None,
    )


def _side(
    name: str, commit: str, environment: str, git: Git, settings_at: Callable[[str], Config | None], folder: Path
) -> Side | None:
    settings = settings_at(commit) if commit else None
    if settings is None:
        return None
    folder.mkdir()
    bundling.export(git, commit, settings.template, folder)
    bundling.complete_in(folder, settings.template, bundling.wanted(settings))
    return Side(name, folder, settings.template, settings, environment, {})


def _functions(side: Side | None) -> Mapping[str, RecordedFunction]:
    return drafting.functions_of(side.read, side.settings) if side else {}


def _images(before: LiveBefore, present: Present, old: Config | None) -> tuple[ImageDifference, ...]:
    """Every image of both. One whose inputs did not change is the image of before, whoever knows which that is."""
    had = (before.images or {}).keys() if before.images is not None else (old.images.keys() if old else ())
    found = []
    for name in dict.fromkeys([*present.changed.images, *had]):
        then = (before.images or {}).get(name)
        if name not in present.changed.images:
            found.append(ImageDifference(name, "removed", then, None))
        elif name not in had:
            found.append(ImageDifference(name, "added", None, present.images.get(name)))
        elif not present.changed.images[name]:
            found.append(ImageDifference(name, "same", then, then or present.images.get(name)))
        else:
            now = present.images.get(name)
            kind = "same" if then and now and then.digest == now.digest else "changed"
            found.append(_with_packages(ImageDifference(name, kind, then, now), present))
    return tuple(found)


def _with_packages(image: ImageDifference, present: Present) -> ImageDifference:
    if image.kind == "same":
        return image
    if image.old is None or image.new is None:
        return replace(image, not_compared=_NO_RECORD if image.old is None else _NOT_BUILT)
    return bills.with_packages_of(image, present.bill)
