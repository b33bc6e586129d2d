"""What layers hold: the second opinion on installed packages, each layer read once; times that will not repeat."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path

import pytest

from release.adapters.layers import python_metadata, stray
from release.adapters.layout import read_layout
from release.errors import RemoteError
from release.images.model import Stray
from release.oci import Layer, Manifest
from tests.support import ociimage
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


COMMIT = 1_700_000_000
SOURCE = b"\xf3\r\r\n"  # the magic number of Python 3.13


def pyc(flags: int, time: int) -> bytes:
    """The head of a compiled file (PEP 552)."""
    return SOURCE + flags.to_bytes(4, "little") + time.to_bytes(4, "little") + b"\0" * 4


def layer_of(folder: Path, *members: tuple[str, bytes | None, float]) -> Layer:
    """A compressed layer with ``(name, content or None for a folder, time)``."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for name, content, time in members:
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content or b""), time
            member.type = tarfile.REGTYPE if content is not None else tarfile.DIRTYPE
            tar.addfile(member, io.BytesIO(content or b""))
    digest = ociimage.digest_of(sink.getvalue())
    ociimage.blob_file(folder, digest).parent.mkdir(parents=True, exist_ok=True)
    ociimage.blob_file(folder, digest).write_bytes(sink.getvalue())
    return Layer(digest, len(sink.getvalue()), "application/vnd.oci.image.layer.v1.tar+gzip")


def test_a_layer_repeats_when_every_file_is_older_than_the_commit(tmp_path: Path) -> None:
    members = [("var", None, 1_577_836_800), ("var/app.py", b"x", COMMIT - 1), ("var/x.pyc", pyc(0, COMMIT - 1), 0)]
    assert stray(tmp_path, layer_of(tmp_path, *members), COMMIT) is None


def test_the_latest_file_of_a_layer_tells_and_the_others_are_counted(tmp_path: Path) -> None:
    late = [("var", None, COMMIT + 50), ("var/a", b"x", COMMIT + 2.5), ("var/b", b"x", COMMIT), ("c", b"x", 0)]
    layer = layer_of(tmp_path, *late)
    assert stray(tmp_path, layer, COMMIT) == Stray(layer, "var/a", COMMIT + 2, 3)


def test_a_folder_tells_where_no_file_does(tmp_path: Path) -> None:
    """What ``COPY app.py ${LAMBDA_TASK_ROOT}/`` leaves: the file has its time, the folder that of the build."""
    layer = layer_of(tmp_path, ("var/task", None, COMMIT + 1), ("var/task/app.py", b"x", 1_577_836_800))
    assert stray(tmp_path, layer, COMMIT) == Stray(layer, "var/task", COMMIT + 1, 1)


@pytest.mark.parametrize(
    ("content", "tells"),
    [
        (pyc(0, COMMIT), True),
        (pyc(0, COMMIT - 1), False),
        (pyc(1, COMMIT), False),
        (pyc(3, COMMIT), False),
        (pyc(0, COMMIT)[:11], False),
        (b"", False),
    ],
    ids=["by time", "by an earlier time", "by hash, unchecked", "by hash, checked", "cut off", "empty"],
)
def test_a_compiled_file_tells_by_the_time_that_it_holds_of_its_source(
    tmp_path: Path, content: bytes, tells: bool
) -> None:
    layer = layer_of(tmp_path, ("app/x.pyc", content, 1_577_836_800), ("app/x.py", content, 1_577_836_800))
    expected = Stray(layer, "app/x.pyc", COMMIT, 1, inside=True) if tells else None
    assert stray(tmp_path, layer, COMMIT) == expected


def test_whether_a_layer_repeats_is_not_guessed_where_it_cannot_be_read(tmp_path: Path) -> None:
    layer = layer_of(tmp_path, ("a", b"x", 0))
    ociimage.blob_file(tmp_path, layer.digest).write_bytes(b"\x28\xb5\x2f\xfd zstd")
    with pytest.raises(RemoteError, match="cannot be read"):
        stray(tmp_path, layer, COMMIT)
