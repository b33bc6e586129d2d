"""The second opinion on installed packages: read from the layers, and each layer only once where it may be kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from release.adapters.layers import python_metadata
from release.adapters.layout import read_layout
from release.errors import RemoteError
from release.oci import Manifest
from tests.support.layeredimage import Image, Step, debian, deleted, pip_install

STEPS = (
    debian(),
    pip_install("PyJWT", "2.8.0"),
    pip_install("gone", "1.0"),
    deleted("var/task/gone-1.0.dist-info/METADATA"),
    Step({"usr/lib/python3/dist-packages/apt-1.dist-info/METADATA": "x", "var/task/new.egg-info/PKG-INFO": "x"}, "RUN"),
)


@pytest.fixture
def image(tmp_path: Path) -> tuple[Path, Manifest]:
    """An image, and its manifest."""
    Image(STEPS).write(tmp_path / "layout")
    return tmp_path / "layout", read_layout(tmp_path / "layout")


def test_declaring_files_of_the_finished_image_are_found(image: tuple[Path, Manifest]) -> None:
    found = python_metadata(*image)
    assert "var/task/new.egg-info/PKG-INFO" in found
    assert any("pyjwt-2.8.0.dist-info" in path.lower() for path in found)
    assert not any("gone" in path or "apt" in path for path in found)


def test_a_layer_that_was_kept_says_the_same_and_is_not_read_again(
    image: tuple[Path, Manifest], tmp_path: Path
) -> None:
    layout, manifest = image
    kept = tmp_path / "kept"
    first = python_metadata(layout, manifest, kept)
    assert first == python_metadata(layout, manifest)
    shutil.rmtree(layout / "blobs")
    assert python_metadata(layout, manifest, kept) == first


def test_a_damaged_note_is_made_anew(image: tuple[Path, Manifest], tmp_path: Path) -> None:
    layout, manifest = image
    first = python_metadata(layout, manifest, tmp_path / "kept")
    for note in (tmp_path / "kept").iterdir():
        note.write_text("[[")
    assert python_metadata(layout, manifest, tmp_path / "kept") == first


def test_a_layer_that_cannot_be_read_is_no_layer_without_packages(image: tuple[Path, Manifest], tmp_path: Path) -> None:
    layout, manifest = image
    (layout / "blobs" / manifest.layers[1].digest.replace(":", "/")).write_bytes(b"zstd or damaged")
    with pytest.raises(RemoteError, match="cannot be read"):
        python_metadata(layout, manifest, tmp_path / "kept")
