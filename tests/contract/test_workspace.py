"""What every Workspace does, the fake and the real one on real files alike."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from release.adapters.workspace import LocalWorkspace
from release.errors import ConflictError, RemoteError
from release.images.model import Stray
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
        digest = ociimage.write_image(folder / "image.oci")
        kept = workspace.keep("export", INPUTS, folder / "image.oci")
    assert kept.digest == digest
    assert workspace.archive("export", INPUTS) == kept
    assert kept.path.is_dir()
    assert workspace.archive("export", "1" * 16) is None
    assert workspace.archive("report", INPUTS) is None


def test_the_archive_that_was_kept_last_is_the_latest_of_its_image_and_of_no_other(workspace: Workspace) -> None:
    assert workspace.latest("export") is None
    for number, image in enumerate(("export", "export", "export-2")):
        with workspace.scratch() as folder:
            ociimage.write_image(folder / "image.oci", {"app.py": f"print({number})".encode()})
            kept = workspace.keep(image, str(9 - number) * 16, folder / "image.oci")
            os.utime(kept.path, (number, number))
    latest = workspace.latest("export")
    assert latest == workspace.archive("export", "8" * 16)
    assert latest is not None


def test_an_image_that_was_written_beside_the_blobs_of_another_one_holds_only_its_own(workspace: Workspace) -> None:
    with workspace.scratch() as folder:
        ociimage.write_image(folder / "image.oci")
        first = workspace.keep("export", INPUTS, folder / "image.oci")
    with workspace.scratch() as folder:
        workspace.hand_on(first, folder / "image.oci")
        assert ociimage.read_blobs(folder / "image.oci").keys() == ociimage.read_blobs(first.path).keys()
        ociimage.write_image(folder / "image.oci", {"app.py": b"print(2)"})
        second = workspace.keep("export", "1" * 16, folder / "image.oci")
    parts = (second.manifest.config, *second.manifest.layers)
    assert second.manifest.layers[0] == first.manifest.layers[0]
    assert set(ociimage.read_blobs(second.path)) == {second.digest, *(part.digest for part in parts)}
    assert workspace.archive("export", INPUTS) == first


def test_a_layer_with_a_file_that_is_no_older_than_the_commit_is_told_by_that_file(workspace: Workspace) -> None:
    with workspace.scratch() as folder:
        ociimage.write_image(folder / "image.oci", {"a.py": b"1", "b.py": b"2"}, time=1_700_000_001)
        kept = workspace.keep("export", INPUTS, folder / "image.oci")
    base, code = kept.manifest.layers
    assert workspace.stray(kept, base, 1_700_000_000) is None
    assert workspace.stray(kept, code, 1_700_000_002) is None
    assert workspace.stray(kept, code, 1_700_000_001) == Stray(code, "b.py", 1_700_000_001, 2)


def test_settled_archives_are_those_that_were_kept(workspace: Workspace) -> None:
    with workspace.scratch() as folder:
        ociimage.write_image(folder / "image.oci")
        kept = workspace.keep("export", INPUTS, folder / "image.oci")
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


def without_index(path: Path) -> None:
    ociimage.write_image(path)
    (path / "index.json").unlink()


BROKEN: dict[str, tuple[Callable[[Path], object], type[Exception]]] = {
    "index with an attestation": (ociimage.write_attested, ConflictError),
    "two images": (ociimage.write_two_images, ConflictError),
    "truncated": (truncated, RemoteError),
    "damaged layer": (damaged, RemoteError),
    "layer left out": (without_layer, RemoteError),
    "manifest left out": (without_manifest, RemoteError),
    "no folder": (lambda path: path.write_bytes(b"no layout at all"), RemoteError),
    "empty": (lambda path: path.mkdir(), RemoteError),
    "no index": (without_index, RemoteError),
    "nothing": (lambda _: None, RemoteError),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_whole_image_for_lambda_is_not_kept(workspace: Workspace, case: str) -> None:
    """faults.md, 11, and a full disk or a killed engine."""
    write, kind = BROKEN[case]
    with workspace.scratch() as folder:
        write(folder / "image.oci")
        with pytest.raises(kind):
            workspace.keep("export", INPUTS, folder / "image.oci")
    assert workspace.archive("export", INPUTS) is None
