"""Before a build: the digest of every image that it reads, so that the inputs say what goes in and the build gets it.

A name that holds no digest is another image tomorrow. Its digest of now is looked up before anything is built, is one
of the inputs, and is written into the Dockerfile that the engine gets. Named contexts (``--build-context python=…``)
would do the same without another text, but BuildKit takes them for a stage of that name too, as in ``FROM python AS
python``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from release.errors import ReleaseError
from release.images import contextfiles
from release.images.ignoring import Ignoring
from release.images.inputs import inputs_hash
from release.images.model import OWN_FRONTEND, BaseImage
from release.images.ports import Bases
from release.images.reading import Reading, check_pinned, read
from release.images.sources import with_names, without_frontend
from release.settings.config import Config
from release.versions.ports import Git


@dataclass(frozen=True)
class Recipe:
    """How one image is built at one commit.

    Attributes:
        trees: path -> git object hash, of the image's inputs.
        bases: the name of each image that the build reads -> what that is.
        ignoring: what leaves some of its inputs out; None: nothing does.
    """

    reading: Reading
    trees: Mapping[str, str]
    bases: Mapping[str, BaseImage]
    ignoring: Ignoring | None = None

    @property
    def inputs(self) -> str:
        """The hash of everything that decides the image's bytes."""
        digests = {name: base.digest for name, base in self.bases.items()}
        return inputs_hash(self.reading.image, self.trees, self.reading.arguments, digests)

    @property
    def dockerfile(self) -> str | None:
        """The Dockerfile with a digest at every name that holds none; None when it is as it is committed."""
        images = [(source, self.bases[source.name]) for source in self.reading.sources.images]
        names = {source: base.pinned for source, base in images if not source.is_pinned and not _is_own(base)}
        if any(_is_own(base) for _, base in images):
            names |= without_frontend(self.reading.file)
        return with_names(self.reading.file, names) if names else None

    @property
    def contexts(self) -> Mapping[str, str]:
        """The name of an image in that Dockerfile -> what the engine takes instead of it."""
        return {base.pinned: base.context for base in self.bases.values() if base.context and not _is_own(base)}


def _is_own(base: BaseImage) -> bool:
    return base.context == OWN_FRONTEND


def recipes(config: Config, commit: str, git: Git, bases: Bases, names: Sequence[str] = ()) -> tuple[Recipe, ...]:
    """The recipe of each image of ``config``, or of those ``names`` only.

    Raises:
        NotFoundError: an input is not in the commit, or a name names no image.
        UsageError: a Dockerfile is not understood, or not pinned although it must be.
        RemoteError: a registry does not answer.
    """
    images = [image for name, image in config.images.items() if not names or name in names]
    readings = [read(image, git, commit) for image in images]
    if config.pinned:
        check_pinned(readings)
    whole = git.tree_hashes(commit, sorted({path for image in images for path in image.inputs}))
    seen = contextfiles.seen(images, git, commit)
    return tuple(
        Recipe(
            reading,
            contextfiles.trees(reading.image, seen[reading.image.name], whole),
            found(reading, bases),
            seen[reading.image.name].leaving_out,
        )
        for reading in readings
    )


def found(reading: Reading, bases: Bases) -> Mapping[str, BaseImage]:
    """The name of each image that the build reads -> what that is. Raises what ``Bases.find`` raises, with the line."""
    result: dict[str, BaseImage] = {}
    for source in reading.sources.images:
        if source.name not in result:
            try:
                result[source.name] = bases.find(source.name)
            except ReleaseError as error:
                error.message = f"{reading.file.path}, line {source.line}: {error.message}"
                error.args = (error.message,)
                raise
    return result


def said(readings: Iterable[Reading], bases: Bases) -> Mapping[str, tuple[str, ...]]:
    """Image -> a sentence for each name in its Dockerfile that holds no digest: what it names now, or why nobody knows.

    For a plan, which needs no registry: one that does not answer is said, and is no error.
    """
    sentences: dict[str, tuple[str, ...]] = {}
    for reading in readings:
        mine = []
        for name in reading.floating:
            try:
                mine.append(f"{name} is {bases.find(name).digest} now")
            except ReleaseError as error:
                mine.append(f"{name} cannot be resolved: {error.message}")
        sentences[reading.image.name] = tuple(mine)
    return sentences
