"""The Registry port: Amazon ECR. Bytes go over the registry protocol, names over ECR's own API.

Tags are written with ``PutImage``, whose answer tells a name that is taken from one that is already right. ECR's
immutability is what makes a name final; this adapter only reads its verdict.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from release import oci
from release.adapters.aws_errors import code_of, explained
from release.adapters.distribution import Distribution, pauses
from release.errors import ConflictError, NotFoundError, ReleaseError, RemoteError
from release.images.model import Archive, TagOutcome
from release.oci import Manifest
from release.releases.artifact import sbom_artifact, sbom_tag

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

log = logging.getLogger("release.registry")

#: AWS says ImageAlreadyExists for the same tag on the same digest, ImageTagAlreadyExists for another digest; emulations
#: say either for both. So neither name is believed: the digest is read back (faults.md, 13 and 14).
_TAKEN = frozenset({"ImageAlreadyExistsException", "ImageTagAlreadyExistsException"})


class Ecr:
    """ECR in the client's account and region.

    Args:
        host: the registry's host when it is not the one ECR names (an emulation on this machine).
        backoff: seconds before a first retry, doubled at each one after it.
    """

    def __init__(self, client: ECRClient, host: str = "", *, backoff: float = 0.5) -> None:
        self.client, self.host, self.backoff = client, host, backoff
        self._token = ""
        self._hosts: dict[str, str] = {}
        self._distribution: dict[str, Distribution] = {}

    def tags(self, repository: str) -> Mapping[str, str]:
        """See :class:`release.images.ports.Registry`."""
        found: dict[str, str] = {}
        try:
            pages = self.client.get_paginator("describe_images").paginate(
                repositoryName=repository, PaginationConfig={"PageSize": 1000}
            )
            for page in pages:
                for image in _of(page, "imageDetails", repository):
                    found |= dict.fromkeys(image.get("imageTags", []), image["imageDigest"])
        except (ClientError, BotoCoreError) as error:
            raise registry_error(error, repository) from error
        return found

    def manifest(self, repository: str, digest: str) -> Manifest:
        """See :class:`release.images.ports.Registry`."""
        return self.distribution(repository).manifest(repository, digest)

    def push(self, repository: str, archive: Archive) -> None:
        """See :class:`release.images.ports.Registry`."""
        self.distribution(repository).push(repository, archive)

    def tag(self, repository: str, digest: str, tag: str) -> TagOutcome:
        """See :class:`release.images.ports.Registry`."""
        raw = self.distribution(repository).raw_manifest(repository, digest)
        media_type = oci.media_type(raw)
        try:
            self.client.put_image(
                repositoryName=repository,
                imageManifest=raw.decode(),
                imageManifestMediaType=media_type,
                imageTag=tag,
                imageDigest=digest,
            )
        except (ClientError, BotoCoreError) as error:
            if code_of(error) not in _TAKEN:
                raise registry_error(error, repository) from error
            named = self._shown(repository, tag)
            if named == digest:
                return TagOutcome.ALREADY_THERE
            raise ConflictError(
                f"tag {tag} of {repository} names {named} already, not {digest}; a name never moves",
                untouched=f"tag {tag}",
                next_step="release it under the next version",
            ) from error
        log.info("%s is %s", tag, digest[:19])
        return TagOutcome.WRITTEN

    def _shown(self, repository: str, tag: str) -> str:
        """The digest that a tag names of which the registry said that it is taken; its list may show it later.

        Raises RemoteError: it does not.
        """
        for pause in (*pauses(self.backoff), None):
            if named := self.tags(repository).get(tag):
                return named
            if pause is not None:
                time.sleep(pause)
        raise RemoteError(
            f"the registry says that tag {tag} of {repository} is taken, and does not show it",
            untouched=f"tag {tag}",
            next_step="run the same command again",
        )

    def attach(self, repository: str, digest: str, sbom: bytes) -> None:
        """See :class:`release.images.ports.Registry`."""
        registry = self.distribution(repository)
        raw = registry.raw_manifest(repository, digest)
        artifact = sbom_artifact(sbom, raw, oci.media_type(raw))
        registry.push_artifact(repository, artifact)
        self.tag(repository, artifact.digest, sbom_tag(artifact))

    def bill(self, repository: str, digest: str) -> bytes:
        """See :class:`release.images.ports.Registry`."""
        return self.distribution(repository).blob(repository, digest)

    def uri(self, repository: str, digest: str) -> str:
        """See :class:`release.images.ports.Registry`."""
        return f"{self._host(repository)}/{repository}@{digest}"

    def _host(self, repository: str) -> str:
        if self.host:
            return self.host
        if repository not in self._hosts:
            try:
                answer = self.client.describe_repositories(repositoryNames=[repository])
            except (ClientError, BotoCoreError) as error:
                raise registry_error(error, repository) from error
            found = _of(answer, "repositories", repository)[0]
            self._hosts[repository] = found["repositoryUri"].partition("/")[0]
        return self._hosts[repository]

    def distribution(self, repository: str) -> Distribution:
        """The registry protocol, at the host that holds ``repository``."""
        host = self._host(repository)
        if host not in self._distribution:
            self._distribution[host] = Distribution(host, self._authorization, backoff=self.backoff)
        return self._distribution[host]

    def _authorization(self) -> str:
        """Basic credentials for the registry protocol; ECR's token is valid for 12 hours, a run is shorter."""
        if not self._token:
            try:
                answer = self.client.get_authorization_token()
            except (ClientError, BotoCoreError) as error:
                raise registry_error(error, "sign-in") from error
            self._token = "Basic " + _of(answer, "authorizationData", "sign-in")[0]["authorizationToken"]
        return self._token


def _of(answer: Mapping[str, Any], key: str, what: str) -> Any:
    """A part that every whole answer has: of a document that was cut off, botocore hands over an empty one."""
    if key not in answer:
        raise RemoteError(
            f"the registry's answer about {what} was cut off",
            untouched=f"registry {what}",
            next_step="run the same command again",
        )
    return answer[key]


def registry_error(error: ClientError | BotoCoreError, repository: str) -> ReleaseError:
    """What ECR's refusal means for a person."""
    if code_of(error) == "RepositoryNotFoundException":
        return NotFoundError(
            f"the registry has no repository {repository}",
            untouched="everything",
            next_step="deploy pipeline.yaml, which makes the repositories, or correct release.toml",
        )
    return explained(error, f"registry {repository}")
