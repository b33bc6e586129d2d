"""What every Workspace does, the fake and the real one on real files alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from release.adapters.workspace import LocalWorkspace
from release.errors import ConflictError, RemoteError
from release.images.ports import Workspace
from tests.fakes.workspace import FakeWorkspace
from tests.support import ociimage

INPUTS = "0" * 16


@pytest.fixture(params=[FakeWorkspace, LocalWorkspace], ids=["fake", "real"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """An empty folder of archives."""
    (tmp_path / "dist").mkdir()
    made: Workspace = request.param(tmp_path / "dist")
    return made


def test_an_archive_that_was_kept_is_found_by_its_inputs_and_only_by_them(workspace: Workspace) -> None:
    with workspace.scratch() as folder:
        digest = ociimage.write_image(folder / "image.tar")
        kept = workspace.keep("export", INPUTS, folder / "image.tar")
    assert kept.digest == digest
    assert workspace.archive("export", INPUTS) == kept
    assert kept.path.is_file()
    assert workspace.archive("export", "1" * 16) is None
    assert workspace.archive("report", INPUTS) is None


def test_settled_archives_are_those_that_were_kept(workspace: Workspace) -> None:
    with workspace.scratch() as folder:
        ociimage.write_image(folder / "image.tar")
        kept = workspace.keep("export", INPUTS, folder / "image.tar")
    assert list(workspace.settle([kept])) == [kept]
    assert workspace.archive("export", INPUTS) == kept


def test_a_scratch_folder_is_gone_afterwards_also_after_a_failure(workspace: Workspace) -> None:
    left: list[Path] = []

    def fail() -> None:
        with workspace.scratch() as folder:
            left.append(folder)
            (folder / "half").write_bytes(b"x")
            raise RemoteError("the build failed")

    with pytest.raises(RemoteError):
        fail()
    assert [folder.exists() for folder in left] == [False]


def truncated(path: Path) -> None:
    ociimage.write_image(path)
    ociimage.truncate(path)


def damaged(path: Path) -> None:
    ociimage.write_image(path)
    ociimage.damage(path)


def without_manifest(path: Path) -> None:
    ociimage.without_blob(path, ociimage.write_image(path))


def without_layer(path: Path) -> None:
    ociimage.write_image(path)
    ociimage.without_blob(path, ociimage.digest_of(ociimage.tar_of({"base": b"base"})))


BROKEN: dict[str, tuple[Callable[[Path], object], type[Exception]]] = {
    "index with an attestation": (ociimage.write_attested, ConflictError),
    "two images": (ociimage.write_two_images, ConflictError),
    "truncated": (truncated, RemoteError),
    "damaged layer": (damaged, RemoteError),
    "layer left out": (without_layer, RemoteError),
    "manifest left out": (without_manifest, RemoteError),
    "no tar": (lambda path: path.write_bytes(b"no tar at all"), RemoteError),
    "empty": (lambda path: path.write_bytes(b""), RemoteError),
    "no index": (lambda path: path.write_bytes(ociimage.tar_of({"oci-layout": b"{}"})), RemoteError),
    "nothing": (lambda path: path.unlink(missing_ok=True), RemoteError),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_whole_image_for_lambda_is_not_kept(workspace: Workspace, case: str) -> None:
    """faults.md, 11, and a full disk or a killed engine."""
    write, kind = BROKEN[case]
    with workspace.scratch() as folder:
        write(folder / "image.tar")
        with pytest.raises(kind):
            workspace.keep("export", INPUTS, folder / "image.tar")
    assert workspace.archive("export", INPUTS) is None
