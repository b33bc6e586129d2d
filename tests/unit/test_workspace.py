"""The folder of archives on real files: damage is noticed at every reading, a full disk is told as such."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from release.adapters.workspace import LocalWorkspace, read_archive
from release.errors import MachineError, RemoteError
from tests.support import ociimage

INPUTS = "0" * 16


@pytest.fixture
def kept(tmp_path: Path) -> tuple[LocalWorkspace, Path]:
    """A workspace with one archive, and the archive's path."""
    workspace = LocalWorkspace(tmp_path / "dist")
    with workspace.scratch() as folder:
        ociimage.write_image(folder / "image.tar")
        archive = workspace.keep("export", INPUTS, folder / "image.tar")
    return workspace, archive.path


def test_an_archive_damaged_after_it_was_kept_is_as_good_as_none(kept: tuple[LocalWorkspace, Path]) -> None:
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
        digest = ociimage.write_image(folder / "image.tar")
        workspace.keep("export", INPUTS, folder / "image.tar")
    archive = workspace.archive("export", INPUTS)
    assert archive is not None
    assert archive.digest == digest


def test_only_finished_archives_are_left_in_the_folder(kept: tuple[LocalWorkspace, Path]) -> None:
    workspace, path = kept
    with workspace.scratch() as folder:
        (folder / "image.tar").write_bytes(b"half")
        with pytest.raises(RemoteError):
            workspace.keep("report", INPUTS, folder / "image.tar")
    assert list(workspace.folder.iterdir()) == [path]


def test_a_full_disk_is_told_as_such_and_the_finished_archives_stay(kept: tuple[LocalWorkspace, Path]) -> None:
    """The device answers every writing with "no space left", as a full disk does."""
    workspace, path = kept

    def build() -> None:
        with workspace.scratch() as folder:
            (folder / "image.tar").symlink_to("/dev/full")
            (folder / "image.tar").write_bytes(b"x")

    with pytest.raises(MachineError, match="is full") as caught:
        build()
    assert caught.value.exit_code == 7
    assert caught.value.untouched == "every archive that was finished"
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
    path = tmp_path / "odd.tar"
    path.write_bytes(ociimage.tar_of({"index.json/x": b"{}"}))
    with pytest.raises(RemoteError, match=r"odd\.tar is no whole OCI archive"):
        read_archive(path)
