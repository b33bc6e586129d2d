"""Other people's registries: tags that may move, images that are gone, a registry that does not answer."""

from __future__ import annotations

from release.errors import NotFoundError, RemoteError
from release.images.model import OWN_FRONTEND, BaseImage
from release.images.ports import Bases
from release.images.reference import parse_reference


class FakeBases(Bases):
    """Attributes:
    tags: the whole name of an image -> the digest behind it.
    layouts: the whole name of an image -> what stands in for it.
    answers: False is a registry that does not answer.
    asked: the names that a registry was asked for.
    """

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.layouts: dict[str, str] = {}
        self.answers = True
        self.asked: list[str] = []

    def find(self, name: str) -> BaseImage:
        reference = parse_reference(name)
        assert reference is not None, f"{name!r} is no name of an image"
        if layout := self.layouts.get(str(reference)):
            digest = "sha256:" + "e" * 64 if layout == OWN_FRONTEND else layout.rpartition("@")[2]
            return BaseImage(name, digest, layout)
        if reference.digest:
            return BaseImage(name, reference.digest)
        self.asked.append(str(reference))
        if not self.answers:
            raise RemoteError(f"the registry of {name} did not answer", next_step="run it again")
        if str(reference) not in self.tags:
            raise NotFoundError(f"there is no image {name}", untouched="everything", next_step="correct the name")
        return BaseImage(name, self.tags[str(reference)])
