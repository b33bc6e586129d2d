"""Manifests are read strictly: what Lambda would refuse, and what is not what it says, is refused here."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release import oci
from release.errors import ConflictError, ReleaseError, RemoteError
from release.oci import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from tests.support import ociimage

MANIFEST, BLOBS = ociimage.image_blobs({"app.py": b"print()"})
CONFIG = BLOBS[json.loads(MANIFEST)["config"]["digest"]]


def changed(**fields: object) -> bytes:
    """The manifest with some fields replaced."""
    return json.dumps(json.loads(MANIFEST) | fields).encode()


def made_by(*history: object, layers: int = 2) -> tuple[str, ...]:
    """What the manifest of an image with this history says of its layers."""
    config = json.dumps({"os": "linux", "architecture": "amd64", "history": list(history)}).encode()
    layer = ociimage.descriptor(b"layer", ociimage.LAYER_TYPE)
    document = {"mediaType": OCI_MANIFEST, "config": ociimage.descriptor(config, ociimage.CONFIG_TYPE)}
    return oci.parse_manifest(json.dumps(document | {"layers": [layer] * layers}).encode(), config).made_by


def test_each_layer_has_the_instruction_that_made_it_without_what_wraps_it() -> None:
    """The value of a build argument stands in the wrapping."""
    history = [
        {"created_by": "/bin/sh -c #(nop) ADD file:0c in / "},
        {"created_by": "ENV A=1", "empty_layer": True},
        {"created_by": "RUN |2 TOKEN=secret B=a /bin/sh -c pip install \\\n  x # buildkit", "comment": "buildkit"},
        {"created_by": "COPY /out/ / # buildkit"},
        {"comment": "made elsewhere"},
        {"created_by": "RUN " + "x" * 100},
    ]
    told = made_by(*history, layers=5)
    assert told[:4] == ("ADD file:0c in /", "RUN pip install \\ x", "COPY /out/ /", "made elsewhere")
    assert len(told[4]) == 72


@pytest.mark.parametrize("history", [(), ({"created_by": "one"},), ("one", "two"), ({}, {}, {})])
def test_a_history_that_does_not_fit_the_layers_tells_nothing(history: tuple[object, ...]) -> None:
    assert made_by(*history) == ()


@pytest.mark.parametrize("docker", [False, True])
def test_a_manifest_of_either_accepted_type_gives_digest_platform_and_layers(docker: bool) -> None:
    manifest, blobs = ociimage.image_blobs({"app.py": b"print()"}, docker=docker, architecture="arm64")
    parsed = oci.parse_manifest(manifest, blobs[json.loads(manifest)["config"]["digest"]])
    assert parsed.digest == ociimage.digest_of(manifest)
    assert parsed.media_type == (DOCKER_MANIFEST if docker else OCI_MANIFEST)
    assert parsed.platform == "linux/arm64"
    assert parsed.size == sum(len(blob) for blob in blobs.values()) - len(manifest)


@pytest.mark.parametrize("media_type", [OCI_INDEX, DOCKER_LIST])
def test_an_index_is_refused_with_how_to_build_without_one(media_type: str) -> None:
    """faults.md, 11."""
    index = json.dumps({"mediaType": media_type, "manifests": []}).encode()
    with pytest.raises(ConflictError, match="image index, which Lambda refuses") as caught:
        oci.parse_manifest(index, b"{}")
    assert "--provenance=false" in caught.value.next_step


def test_an_index_inside_the_archive_s_index_is_refused_too() -> None:
    """faults.md, 11: what an engine writes with attestations on."""
    inner = ociimage.descriptor(b"{}", OCI_INDEX)
    with pytest.raises(ConflictError, match="image index"):
        oci.manifest_in_index(json.dumps({"manifests": [inner]}).encode())


@pytest.mark.parametrize("count", [0, 2])
def test_an_archive_that_holds_not_exactly_one_image_is_refused(count: int) -> None:
    """faults.md, 11: several platforms."""
    index = {"manifests": [ociimage.descriptor(b"{}", OCI_MANIFEST)] * count}
    with pytest.raises(ConflictError, match="not hold exactly one image"):
        oci.manifest_in_index(json.dumps(index).encode())


def test_an_image_for_another_cpu_is_refused_with_both_names() -> None:
    """faults.md, 12."""
    manifest, blobs = ociimage.image_blobs({"a": b""}, architecture="arm64")
    parsed = oci.parse_manifest(manifest, blobs[json.loads(manifest)["config"]["digest"]])
    with pytest.raises(ConflictError, match="export is for linux/arm64, the functions run on linux/amd64") as caught:
        oci.checked_platform(parsed, "linux/amd64", "export")
    assert "build.platform" in caught.value.next_step
    oci.checked_platform(parsed, "linux/arm64", "export")


def test_a_configuration_that_is_not_the_one_named_is_refused() -> None:
    with pytest.raises(RemoteError, match="which the manifest names"):
        oci.parse_manifest(MANIFEST, CONFIG + b" ")


@pytest.mark.parametrize("config", [b"{}", b"[]", b"no json", b'{"os": "linux"}'])
def test_a_configuration_without_a_platform_is_refused(config: bytes) -> None:
    manifest = changed(config=ociimage.descriptor(config, ociimage.CONFIG_TYPE))
    with pytest.raises(RemoteError, match="names no platform"):
        oci.parse_manifest(manifest, config)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        changed(mediaType="text/html"),
        changed(config=None),
        changed(config={"digest": 1, "size": 1, "mediaType": "x"}),
        changed(layers=[]),
        changed(layers=None),
        changed(layers=[{"digest": "sha256:00"}]),
        changed(layers=[{"digest": "sha256:../../x", "size": 1, "mediaType": "x"}]),
        changed(layers=[{"digest": "sha256:00", "size": "1", "mediaType": "x"}]),
    ],
)
def test_what_is_no_whole_manifest_is_refused(manifest: bytes) -> None:
    with pytest.raises(RemoteError):
        oci.parse_manifest(manifest, CONFIG)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda v: (
            st.lists(v)
            | st.dictionaries(st.sampled_from(["mediaType", "config", "layers", "manifests", "digest", "size"]), v)
        ),
        max_leaves=12,
    )
)
def test_no_document_whatsoever_makes_the_reader_crash(document: object) -> None:
    raw = json.dumps(document).encode()
    for read in (oci.manifest_in_index, oci.config_descriptor, oci.media_type, lambda r: oci.parse_manifest(r, CONFIG)):
        with pytest.raises(ReleaseError):
            read(raw)
