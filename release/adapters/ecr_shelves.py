"""The Shelves port: what lies in Amazon ECR, and taking it away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from release import oci
from release.adapters.ecr import Ecr, registry_error
from release.digest import sha256
from release.releases.shelved import ManifestLinks, Shelved, links_of

if TYPE_CHECKING:
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef

#: Amazon ECR API reference, "BatchGetImage" and "BatchDeleteImage": 1 to 100 image ids a request.
_BATCH = 100
_MANIFESTS = [*sorted(oci.IMAGE_MANIFESTS), oci.OCI_INDEX, oci.DOCKER_LIST]


class EcrShelves:
    """Everything in the registry that ``ecr`` speaks to."""

    def __init__(self, ecr: Ecr) -> None:
        self.ecr = ecr

    def repositories(self, below: str) -> Sequence[str]:
        """See :class:`release.releases.ports.Shelves`. ECR knows no prefix, so all of them are looked through."""
        try:
            pages = self.ecr.client.get_paginator("describe_repositories").paginate()
            names = [each["repositoryName"] for page in pages for each in page["repositories"]]
        except (ClientError, BotoCoreError) as error:
            raise registry_error(error, below) from error
        return sorted(name for name in names if name.startswith(f"{below}/"))

    def contents(self, repository: str) -> Sequence[Shelved]:
        """See :class:`release.releases.ports.Shelves`."""
        found = []
        try:
            pages = self.ecr.client.get_paginator("describe_images").paginate(
                repositoryName=repository, PaginationConfig={"PageSize": 1000}
            )
            for page in pages:
                for image in page["imageDetails"]:
                    names = tuple(sorted(image.get("imageTags", [])))
                    size = image.get("imageSizeInBytes", 0)
                    found.append(Shelved(image["imageDigest"], names, image["imagePushedAt"], size))
        except (ClientError, BotoCoreError) as error:
            raise registry_error(error, repository) from error
        return found

    def links(self, repository: str, digests: Sequence[str]) -> Mapping[str, ManifestLinks]:
        """See :class:`release.releases.ports.Shelves`. What does not come whole is asked for by itself."""
        found = {}
        for batch in _batches(digests):
            raws = self._manifests(repository, batch)
            for digest in batch:
                raw = raws.get(digest) or self.ecr.distribution(repository).raw_manifest(repository, digest)
                found[digest] = links_of(raw, f"{repository}@{digest}")
        return found

    def _manifests(self, repository: str, digests: Sequence[str]) -> dict[str, bytes]:
        try:
            answer = self.ecr.client.batch_get_image(
                repositoryName=repository, imageIds=_ids(digests), acceptedMediaTypes=_MANIFESTS
            )
        except (ClientError, BotoCoreError) as error:
            raise registry_error(error, repository) from error
        raws = (image.get("imageManifest", "").encode() for image in answer.get("images", []))
        return {sha256(raw): raw for raw in raws}

    def delete(self, repository: str, digests: Sequence[str]) -> Mapping[str, str]:
        """See :class:`release.releases.ports.Shelves`. A digest takes all of its tags along."""
        refused: dict[str, str] = {}
        for batch in _batches(digests):
            try:
                answer = self.ecr.client.batch_delete_image(repositoryName=repository, imageIds=_ids(batch))
            except (ClientError, BotoCoreError) as error:
                raise registry_error(error, repository) from error
            for failure in answer.get("failures", []):
                code = failure.get("failureCode", "unknown")
                if code != "ImageNotFound":
                    digest = failure.get("imageId", {}).get("imageDigest", "an image")
                    refused[digest] = f"{code}: {failure.get('failureReason', 'no reason given')}"
        return refused


def _batches(digests: Sequence[str]) -> Iterator[Sequence[str]]:
    wanted = list(dict.fromkeys(digests))
    return (wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH))


def _ids(digests: Sequence[str]) -> list[ImageIdentifierTypeDef]:
    return [{"imageDigest": digest} for digest in digests]
