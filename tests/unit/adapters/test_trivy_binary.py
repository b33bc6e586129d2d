"""Getting trivy: the pinned one or none; a binary with another checksum is never run (faults.md, 3)."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from release.adapters.trivy.binary import (
    ARCHIVES,
    OFFICIAL_BINARIES,
    RECIPE,
    RELEASES,
    VERSION,
    Binary,
    Installer,
    sha256_of,
)
from release.errors import MachineError

ROOT = Path(__file__).resolve().parents[3]
HERE = (platform.system(), platform.machine())
CONTENT = b"#!/bin/sh\nexit 0\n"


@pytest.fixture
def said() -> list[str]:
    return []


def installer(folder: Path, said: list[str], **changes: object) -> Installer:
    """An installer that finds nothing: no trivy, no go, no release."""
    module = folder / "module"
    module.mkdir(exist_ok=True)
    (module / "go.sum").write_text("pinned\n")
    values: dict[str, object] = {
        "cache": folder / "cache",
        "module": module,
        "env": {"PATH": str(folder / "bin")},
        "progress": said.append,
        "releases": (folder / "nowhere").as_uri() + "/",
    }
    return Installer(**(values | changes))  # type: ignore[arg-type] # the values above have the fields' types


def release(folder: Path, content: bytes = CONTENT) -> tuple[str, Mapping[tuple[str, str], tuple[str, str]]]:
    """A folder that looks like the release page, and its checksums."""
    path = folder / f"trivy_{VERSION}_Test.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo("trivy")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return folder.as_uri() + "/", {HERE: ("Test", sha256_of(path))}


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_official_release_is_downloaded_once(tmp_path: Path, said: list[str]) -> None:
    releases, archives = release(tmp_path)
    first = installer(tmp_path, said, releases=releases, archives=archives).binary()
    assert first.checked().read_bytes() == CONTENT
    assert first.path.stat().st_mode & 0o111
    assert installer(tmp_path, said).binary() == first
    assert said == [f"downloading trivy {VERSION}"]


def test_a_release_with_another_checksum_is_not_unpacked_and_nothing_is_built_instead(
    tmp_path: Path, said: list[str]
) -> None:
    releases, _ = release(tmp_path)
    program(tmp_path, "go", "touch built")
    with pytest.raises(MachineError, match="it was not unpacked"):
        installer(tmp_path, said, releases=releases, archives={HERE: ("Test", "0" * 64)}).binary()
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == ["lock"]


def test_without_the_release_it_is_built_and_its_checksum_recorded(tmp_path: Path, said: list[str]) -> None:
    build = 'for last; do :; done\nwhile [ "$1" != -o ]; do shift; done\necho "$GOEXPERIMENT $CGO_ENABLED $last" > "$2"'
    program(tmp_path, "go", build)
    made = installer(tmp_path, said, env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}).binary()
    assert made.path.read_text() == "jsonv2 0 github.com/aquasecurity/trivy/cmd/trivy\n"
    record = json.loads((made.path.parent / "trivy.json").read_text())
    assert record["sha256"] == hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert any("about 5 minutes" in line for line in said)


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, said: list[str]) -> None:
    program(tmp_path, "go", "echo no module; exit 1")
    with pytest.raises(MachineError, match="cannot be built"):
        installer(tmp_path, said).binary()
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == ["lock"]


def test_without_any_way_the_remedy_is_named(tmp_path: Path, said: list[str]) -> None:
    with pytest.raises(MachineError) as caught:
        installer(tmp_path, said).binary()
    assert "Go 1.26.3 or newer" in caught.value.next_step


def test_a_changed_binary_in_the_cache_is_not_run(tmp_path: Path, said: list[str]) -> None:
    releases, archives = release(tmp_path)
    first = installer(tmp_path, said, releases=releases, archives=archives).binary()
    first.path.write_bytes(b"#!/bin/sh\necho evil\n")
    with pytest.raises(MachineError, match="it was not run"):
        installer(tmp_path, said).binary()
    with pytest.raises(MachineError, match="it was not run"):
        first.checked()


def test_a_trivy_on_path_that_is_not_the_official_one_is_never_started(tmp_path: Path, said: list[str]) -> None:
    """faults.md, 74."""
    ran = tmp_path / "ran"
    program(tmp_path, "trivy", f"touch {ran}")
    releases, archives = release(tmp_path)
    found = installer(tmp_path, said, releases=releases, archives=archives).binary()
    assert found.path.parent.name.startswith(VERSION)
    assert not ran.exists()


def test_a_binary_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot be read"):
        Binary(tmp_path / "trivy", "0" * 64, "test").checked()


def test_another_go_sum_is_another_binary(tmp_path: Path, said: list[str]) -> None:
    releases, archives = release(tmp_path)
    first = installer(tmp_path, said, releases=releases, archives=archives).binary()
    other = installer(tmp_path, said, releases=releases, archives=archives)
    (tmp_path / "module" / "go.sum").write_text("pinned anew\n")
    assert other.binary().path != first.path


def test_the_pins_agree_with_each_other() -> None:
    go_mod = (RECIPE / "go.mod").read_text()
    assert f"github.com/aquasecurity/trivy v{VERSION}" in go_mod
    assert "tool github.com/aquasecurity/trivy/cmd/trivy" in go_mod
    assert f"v{VERSION}/" in RELEASES
    digests = [digest for _, digest in ARCHIVES.values()] + list(OFFICIAL_BINARIES)
    assert all(len(digest) == 64 for digest in digests)
    assert len(set(digests)) == len(digests)
