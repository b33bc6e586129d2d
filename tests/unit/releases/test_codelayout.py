"""ZIP code laid out like an image: its digest is its bytes', and nothing in it is left out of the scan."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from release.adapters.layout import read_layout
from release.errors import UsageError
from release.releases import codelayout


def laid_out(code: Path, layout: Path) -> dict[str, bytes]:
    """Path -> content of the only layer; the layout is one that the registry code verifies."""
    codelayout.write(code, layout, "Authorizer")
    (layer,) = read_layout(layout).layers
    with tarfile.open(layout / "blobs/sha256" / layer.digest.removeprefix("sha256:")) as tar:
        return {entry.name: file.read() for entry in tar if (file := tar.extractfile(entry))}


def folder(place: Path) -> Path:
    (place / "pkg").mkdir(parents=True)
    (place / "app.py").write_text("handler = 1\n")
    (place / "pkg/x.py").write_text("x = 1\n")
    return place


def test_a_folder_is_laid_out_whole_and_equal_code_has_one_digest(tmp_path: Path) -> None:
    first, second = folder(tmp_path / "one"), folder(tmp_path / "two")
    found = laid_out(first, tmp_path / "a")
    assert found == {"var/task/app.py": b"handler = 1\n", "var/task/pkg/x.py": b"x = 1\n"}
    laid_out(second, tmp_path / "b")
    assert read_layout(tmp_path / "a").digest == read_layout(tmp_path / "b").digest
    (second / "app.py").write_text("handler = 2\n")
    laid_out(second, tmp_path / "c")
    assert read_layout(tmp_path / "a").digest != read_layout(tmp_path / "c").digest


def test_a_packed_file_is_looked_into(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("app.py", "handler = 1\n")
        archive.writestr("../../etc/x", "out")
    assert laid_out(tmp_path / "code.zip", tmp_path / "a") == {
        "var/task/app.py": b"handler = 1\n",
        "var/task/etc/x": b"out",
    }


def test_a_single_file_is_code_too(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("handler = 1\n")
    assert laid_out(tmp_path / "app.py", tmp_path / "a") == {"var/task/app.py": b"handler = 1\n"}


def test_a_packed_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("app.py", "handler = 1\n" * 9)
    content = (tmp_path / "code.zip").read_bytes()
    (tmp_path / "code.zip").write_bytes(content.replace(b"handler = 1\n", b"handler = 2\n", 1))
    with pytest.raises(UsageError, match=r"the code of Authorizer, code\.zip, cannot be read"):
        laid_out(tmp_path / "code.zip", tmp_path / "a")
