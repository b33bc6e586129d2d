"""Artifacts: what a registry keeps, and what of it is believed (faults.md, 56)."""

from __future__ import annotations

import base64
import json

import pytest

from release.digest import sha256
from release.errors import ConflictError
from release.oci import Layer
from release.releases.stored import EMPTY, INLINE, Content, manifest_of, parse

KIND = "application/vnd.example.v1+json"
BUNDLE = Layer("sha256:" + "b" * 64, 5, "application/gzip")


def test_a_small_document_is_read_with_the_manifest() -> None:
    raw = manifest_of(Content(KIND, b"{}"), [BUNDLE])
    stored = parse(raw, "it")
    assert (stored.digest, stored.artifact_type, stored.config, stored.layers) == (sha256(raw), KIND, b"{}", (BUNDLE,))


def test_a_large_document_is_a_blob_of_its_own() -> None:
    content = b"x" * (INLINE + 1)
    stored = parse(manifest_of(Content(KIND, content), [BUNDLE]), "it")
    assert stored.config is None
    assert (stored.config_layer.digest, stored.config_layer.size) == (sha256(content), INLINE + 1)


def test_an_artifact_without_a_file_has_the_empty_layer_that_the_specification_asks_for() -> None:
    raw = manifest_of(Content(KIND, b"{}"), [])
    assert json.loads(raw)["layers"] == [{"mediaType": EMPTY.media_type, "digest": EMPTY.digest, "size": 2}]
    assert parse(raw, "it").layers == ()


def test_a_document_that_is_not_the_one_named_is_refused() -> None:
    manifest = json.loads(manifest_of(Content(KIND, b"{}"), []))
    manifest["config"]["data"] = base64.b64encode(b"[]").decode()
    with pytest.raises(ConflictError, match="not the one that it names"):
        parse(json.dumps(manifest).encode(), "entry 3")


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b'{"config": {}, "layers": []}', b'{"manifests": []}', b"{" * 9000, b"\xff"]
)
def test_what_is_no_artifact_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(ConflictError, match="entry 3 is no artifact"):
        parse(raw, "entry 3")
