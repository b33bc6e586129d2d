"""The folder of archives on real files: damage is noticed at every reading, a full disk is told as such."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from release.adapters.workspace import LocalWorkspace, read_archive
from release.errors import MachineError, RemoteError
from release.images.model import Archive
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


def built(workspace: LocalWorkspace, image: str, inputs: str) -> Archive:
    """An archive, as a build leaves it."""
    with workspace.scratch() as folder:
        ociimage.write_image(folder / "image.tar", {"name": f"{image} {inputs}".encode()})
        return workspace.keep(image, inputs, folder / "image.tar")


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
    assert all(archive.path.is_file() for archive in settled)
    assert {path.name for path in earlier.iterdir()} == {"export-" + "2" * 16 + ".oci.tar", reused.path.name}
    assert second.archive("report", "1" * 16) == settled[1], "dist/ comes first"


def test_a_damaged_archive_of_the_last_build_is_not_used(tmp_path: Path) -> None:
    """faults.md, 72."""
    earlier = tmp_path / "earlier"
    first = LocalWorkspace(tmp_path / "first", earlier)
    (archive,) = first.settle([built(first, "export", "1" * 16)])
    damaged = earlier / archive.path.name
    damaged.unlink()
    ociimage.write_image(damaged)
    ociimage.damage(damaged)
    assert LocalWorkspace(tmp_path / "second", earlier).archive("export", "1" * 16) is None
    assert first.archive("export", "1" * 16) is not None
