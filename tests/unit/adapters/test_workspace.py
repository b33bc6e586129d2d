"""The folder of images on real files: damage is noticed at every reading, a full disk is told as such."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from release.adapters.layout import read_layout
from release.adapters.workspace import LocalWorkspace
from release.errors import MachineError, RemoteError
from release.images.model import Archive
from tests.support import ociimage

INPUTS = "0" * 16


@pytest.fixture
def kept(tmp_path: Path) -> tuple[LocalWorkspace, Path]:
    """A workspace with one archive, and the archive's path."""
    workspace = LocalWorkspace(tmp_path / "dist")
    with workspace.scratch() as folder:
        ociimage.write_image(folder / "image.oci")
        archive = workspace.keep("export", INPUTS, folder / "image.oci")
    return workspace, archive.path


def test_an_archive_damaged_after_it_was_kept_is_as_good_as_none(kept: tuple[LocalWorkspace, Path]) -> None:
    """faults.md, 72."""
    workspace, path = kept
    ociimage.damage(path)
    assert workspace.archive("export", INPUTS) is None


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.8])
def test_an_archive_cut_off_after_it_was_kept_is_as_good_as_none(
    kept: tuple[LocalWorkspace, Path], keep: float
) -> None:
    workspace, path = kept
    ociimage.truncate(path, keep)
    assert workspace.archive("export", INPUTS) is None


def test_a_damaged_archive_is_replaced_by_the_next_one(kept: tuple[LocalWorkspace, Path]) -> None:
    workspace, path = kept
    ociimage.truncate(path)
    with workspace.scratch() as folder:
        digest = ociimage.write_image(folder / "image.oci")
        workspace.keep("export", INPUTS, folder / "image.oci")
    archive = workspace.archive("export", INPUTS)
    assert archive is not None
    assert archive.digest == digest


def test_only_finished_archives_are_left_in_the_folder(kept: tuple[LocalWorkspace, Path]) -> None:
    workspace, path = kept
    with workspace.scratch() as folder:
        (folder / "image.oci").write_bytes(b"half")
        with pytest.raises(RemoteError):
            workspace.keep("report", INPUTS, folder / "image.oci")
    assert list(workspace.folder.iterdir()) == [path]


def test_a_full_disk_is_told_as_such_and_the_finished_archives_stay(kept: tuple[LocalWorkspace, Path]) -> None:
    """The device answers every writing with "no space left", as a full disk does."""
    workspace, path = kept

    def build() -> None:
        with workspace.scratch() as folder:
            (folder / "image.oci").symlink_to("/dev/full")
            (folder / "image.oci").write_bytes(b"x")

    with pytest.raises(MachineError, match="is full") as caught:
        build()
    assert caught.value.exit_code == 7
    assert caught.value.untouched == "every image that was finished"
    assert list(workspace.folder.iterdir()) == [path]


def test_another_failure_of_the_disk_is_not_called_full(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output") as caught, LocalWorkspace(tmp_path / "dist").scratch():
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    assert not isinstance(caught.value, MachineError)


def test_a_folder_that_cannot_be_made_is_told_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "dist").write_bytes(b"a file is in the way")
    with pytest.raises(MachineError, match=r"cannot write to .*dist"), LocalWorkspace(tmp_path / "dist").scratch():
        pass


def test_a_blob_that_is_a_folder_is_no_archive(tmp_path: Path) -> None:
    digest = ociimage.write_image(tmp_path / "odd.oci")
    ociimage.without_blob(tmp_path / "odd.oci", digest)
    ociimage.blob_file(tmp_path / "odd.oci", digest).mkdir()
    with pytest.raises(RemoteError, match=r"odd\.oci is no whole OCI layout"):
        read_layout(tmp_path / "odd.oci")


def blob_elsewhere(path: Path) -> None:
    """A layer that is a link out of the layout."""
    file = max((path / "blobs" / "sha256").iterdir(), key=lambda file: file.stat().st_size)
    file.rename(path.parent / "elsewhere")
    file.symlink_to(path.parent / "elsewhere")


def blobs_elsewhere(path: Path) -> None:
    """All of its blobs through a link."""
    (path / "blobs").rename(path.parent / "blobs")
    (path / "blobs").symlink_to(path.parent / "blobs")


STRANGE: dict[str, Callable[[Path], object]] = {
    "another file": lambda path: (path / "ignore.yaml").write_text("x"),
    "a file beside the blobs": lambda path: (path / "blobs" / "sha256" / "x").write_text("x"),
    "a link for a layer": blob_elsewhere,
    "a link for all of them": blobs_elsewhere,
}


@pytest.mark.parametrize("case", STRANGE)
def test_what_is_no_part_of_a_layout_is_refused(tmp_path: Path, case: str) -> None:
    ociimage.write_image(tmp_path / "odd.oci")
    read_layout(tmp_path / "odd.oci")
    STRANGE[case](tmp_path / "odd.oci")
    with pytest.raises(RemoteError, match=r"no part of an OCI layout|is missing"):
        read_layout(tmp_path / "odd.oci")


def built(workspace: LocalWorkspace, image: str, inputs: str) -> Archive:
    """An archive, as a build leaves it."""
    with workspace.scratch() as folder:
        ociimage.write_image(folder / "image.oci", {"name": f"{image} {inputs}".encode()})
        return workspace.keep(image, inputs, folder / "image.oci")


def test_the_next_build_finds_the_archives_of_the_last_one_and_no_older_ones(tmp_path: Path) -> None:
    """As in CI: each build begins with an empty dist/, and with what the build before has left."""
    earlier = tmp_path / "earlier"
    first = LocalWorkspace(tmp_path / "first", earlier)
    first.settle([built(first, "export", "1" * 16), built(first, "report", "1" * 16)])
    second = LocalWorkspace(tmp_path / "second", earlier)
    reused = second.archive("report", "1" * 16)
    assert reused is not None
    assert second.archive("report", "2" * 16) is None
    settled = second.settle([built(second, "export", "2" * 16), reused])
    assert [archive.path.parent for archive in settled] == [tmp_path / "second"] * 2
    assert all(read_layout(archive.path) == archive.manifest for archive in settled)
    assert {path.name for path in earlier.iterdir()} == {"export-" + "2" * 16 + ".oci", reused.path.name}
    assert second.archive("report", "1" * 16) == settled[1], "dist/ comes first"


def test_a_damaged_archive_of_the_last_build_is_not_used(tmp_path: Path) -> None:
    """faults.md, 72."""
    earlier = tmp_path / "earlier"
    first = LocalWorkspace(tmp_path / "first", earlier)
    (archive,) = first.settle([built(first, "export", "1" * 16)])
    damaged = earlier / archive.path.name
    ociimage.damage(damaged, b"export 1111")
    assert LocalWorkspace(tmp_path / "second", earlier).archive("export", "1" * 16) is None
    assert first.archive("export", "1" * 16) is not None


def test_what_did_not_change_is_the_very_file_of_before_and_is_written_nowhere(tmp_path: Path) -> None:
    """dist/, the folder for the next build and the next image share one file per blob."""
    earlier = tmp_path / "earlier"
    first = LocalWorkspace(tmp_path / "first", earlier)
    (before,) = first.settle([built(first, "export", "1" * 16)])
    second = LocalWorkspace(tmp_path / "second", earlier)
    latest = second.latest("export")
    assert latest is not None
    with second.scratch() as folder:
        second.hand_on(latest, folder / "image.oci")
        ociimage.write_image(folder / "image.oci", {"name": b"changed"})
        after = second.keep("export", "2" * 16, folder / "image.oci")
    (settled,) = second.settle([after])
    base = after.manifest.layers[0].digest
    places = [before.path, settled.path, earlier / settled.path.name]
    assert len({ociimage.blob_file(path, base).stat().st_ino for path in places}) == 1
    assert [path.name for path in earlier.iterdir()] == [settled.path.name]
    assert read_layout(earlier / settled.path.name) == after.manifest


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second file system is at hand")
def test_where_two_folders_are_on_two_file_systems_the_blobs_are_copied(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        assert Path(name).stat().st_dev != tmp_path.stat().st_dev
        first = LocalWorkspace(tmp_path / "first", Path(name))
        (archive,) = first.settle([built(first, "export", "1" * 16)])
        assert read_layout(Path(name) / archive.path.name) == archive.manifest


def test_a_damaged_image_is_not_handed_on_to_the_next_build(tmp_path: Path) -> None:
    workspace = LocalWorkspace(tmp_path / "dist")
    older, newer = built(workspace, "export", "1" * 16), built(workspace, "export", "2" * 16)
    os.utime(older.path, (1, 1))
    assert workspace.latest("export") == newer
    ociimage.damage(newer.path, b"export 2222")
    assert workspace.latest("export") == older
