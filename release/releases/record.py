"""A release as one record: ``release.json``, the configuration of the artifact whose digest is the release.

.. code-block:: json

    {
      "schema": 1,
      "project": "member-reporting", "version": "1.4.0-rc.7", "commit": "<40 hex>",
      "branch": "main", "position": 431, "source": "https://…", "created": "2026-11-25T10:00:00+00:00",
      "template": "template.yaml",
      "images": {"export": {"repository": "…", "digest": "sha256:…", "inputs": "<16 hex>",
                            "platform": "linux/arm64", "size": 81234567, "sbom": "sha256:…",
                            "starts": {"ExportFunction": {"seconds": 0.93, "memory": 57600000}}}},
      "functions": {"ExportFunction": {"image": "export", "alias": "live"},
                    "CleanupFunction": {"image": "", "alias": "live"}},
      "sboms": {"CleanupFunction": "sha256:…"},
      "verdicts": {"export": {"outcome": "pass", "policy": "<16 hex>", "reported": ["CVE-…"]}},
      "settings": "…release.toml as it is at the commit…"
    }

Nothing in it says when or by whom it was published, so a commit published twice is the same record: ``created`` is
the commit's date. ``position`` counts the commits in its history: on one branch the later commit has the higher one,
which tells older from newer without a clone. Sizes are compressed bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from release import documents
from release.digest import is_digest
from release.images.startfigures import Measured, StartFigures

SCHEMA = 1
#: The artifact's type and its configuration's (OCI image specification 1.1, "Guidelines for Artifact Usage").
RECORD_TYPE = "application/vnd.lambda-image-release.release.v1+json"
BUNDLE_TYPE = "application/vnd.lambda-image-release.bundle.v1.tar+gzip"
CHANGES_TYPE = "text/markdown"

_COMMIT = re.compile(r"[0-9a-f]{40}\Z")


@dataclass(frozen=True)
class RecordedImage:
    """One image of a release.

    Attributes:
        repository: where it is in the registry.
        digest: of its manifest; what is deployed.
        inputs: what it was built from, as a hash (16 hex digits); the image is also tagged ``inputs-…``.
        platform: operating system and CPU, such as ``linux/arm64``.
        size: its layers' compressed bytes.
        sbom: the digest of its bill of materials, or "".
        starts: function -> how it started before the image was published; empty where it was not started, and missing
            in what commands up to 2026-11 wrote.
    """

    repository: str
    digest: str
    inputs: str
    platform: str
    size: int
    sbom: str = ""
    starts: Mapping[str, StartFigures] = field(default_factory=dict)

    @property
    def measured(self) -> Measured:
        """Its figures."""
        return Measured(self.size, self.starts)


@dataclass(frozen=True)
class RecordedFunction:
    """One Lambda function.

    Attributes:
        image: the image it runs, "" for a ZIP.
        alias: the alias that traffic goes to, "" for none.
    """

    image: str
    alias: str


@dataclass(frozen=True)
class RecordedVerdict:
    """What the gate said of an image when the release was published.

    Attributes:
        outcome: ``pass``, or why it did not say so (``not scanned here``).
        policy: a hash of the rules that it judged by.
        reported: the advisories that it found and that did not block.
    """

    outcome: str
    policy: str
    reported: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReleaseRecord:
    """A release.

    Attributes:
        project: its name in release.toml.
        version: the candidate that it was published as; release versions are tags on the record.
        commit: 40 hex digits.
        branch: the branch it was made from, "" on a detached HEAD.
        position: the number of commits in its history, itself included.
        source: the repository's address, or "".
        created: the commit's date, ISO 8601.
        template: the template's path in the bundle.
        images: name in release.toml -> the image.
        functions: logical id -> the Lambda function.
        verdicts: image -> what the gate said.
        settings: release.toml at the commit, whole.
        sboms: ZIP function or layer -> the digest of its bill of materials, which is a layer of the record.
    """

    project: str
    version: str
    commit: str
    branch: str
    position: int
    source: str
    created: str
    template: str
    images: Mapping[str, RecordedImage]
    functions: Mapping[str, RecordedFunction]
    verdicts: Mapping[str, RecordedVerdict]
    settings: str
    sboms: Mapping[str, str] = field(default_factory=dict)

    @property
    def digests(self) -> Mapping[str, str]:
        """Image -> digest."""
        return {name: image.digest for name, image in self.images.items()}


def to_json(record: ReleaseRecord) -> bytes:
    """``record`` in its canonical form: equal records are equal bytes."""
    return documents.encode(SCHEMA, asdict(record))


def from_json(content: bytes, where: str) -> ReleaseRecord:
    """The record in ``content``; ``where`` is what it is called. Raises ConflictError (faults.md, 56)."""
    return documents.decode(content, SCHEMA, where, _record)


def _record(values: dict[str, Any]) -> ReleaseRecord:
    images = {name: _image(each) for name, each in values.pop("images").items()}
    verdicts = {name: _verdict(each) for name, each in values.pop("verdicts").items()}
    functions = {name: documents.checked(RecordedFunction, each) for name, each in values.pop("functions").items()}
    parts = {"images": images, "verdicts": verdicts, "functions": functions}
    record = documents.checked(ReleaseRecord, values | parts)
    if not _COMMIT.match(record.commit):
        raise ValueError(f"commit is {record.commit!r}")
    if bad := [name for name, image in images.items() if not is_digest(image.digest)]:
        raise ValueError(f"image {bad[0]} has no digest")
    if unknown := sorted({each.image for each in functions.values()} - set(images) - {""}):
        raise ValueError(f"a function runs image {unknown[0]}, which the release does not have")
    if bad := [name for name, digest in record.sboms.items() if not is_digest(digest)]:
        raise ValueError(f"the bill of materials of {bad[0]} has no digest")
    return record


def _image(values: dict[str, Any]) -> RecordedImage:
    starts = {name: documents.checked(StartFigures, each) for name, each in values.get("starts", {}).items()}
    if bad := [name for name, each in starts.items() if not (0 <= each.seconds < 1e6 and each.memory >= 0)]:
        raise ValueError(f"the start of {bad[0]} is {starts[bad[0]]}")
    return documents.checked(RecordedImage, {**values, "starts": starts})


def _verdict(values: dict[str, Any]) -> RecordedVerdict:
    reported = values["reported"]
    return documents.checked(RecordedVerdict, values | {"reported": tuple(reported) if type(reported) is list else 0})
