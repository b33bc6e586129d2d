"""Files that the command writes where it was told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adapters import outfile
from release.errors import MachineError, UsageError


def test_missing_folders_are_made_and_no_file_before_there_is_something_to_write(tmp_path: Path) -> None:
    place = outfile.tried(str(tmp_path / "a/b/out.sarif"), "--sarif")
    assert (place.parent.is_dir(), place.exists()) == (True, False)
    outfile.write(place, b"one", "--sarif")
    assert outfile.tried(str(place), "--sarif").read_bytes() == b"one", "trying takes nothing away"
    outfile.append(place, b"+", "--sarif")
    assert place.read_bytes() == b"one+"
    outfile.write(place, b"two", "--sarif")
    assert place.read_bytes() == b"two"


@pytest.mark.parametrize("path", ["folder", "file/below", "/dev/null/out", "/proc/none/out"])
def test_a_place_that_takes_no_file_is_refused_by_name(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    named = str(tmp_path / path)
    with pytest.raises(UsageError, match=r"--sarif names .*, where no file can be written: ") as caught:
        outfile.tried(named, "--sarif")
    assert named in caught.value.message
    assert caught.value.untouched == "everything"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_full_disk_is_the_machine_s_problem() -> None:
    place = outfile.tried("/dev/full", "--sarif")
    with pytest.raises(MachineError, match="could not be written: No space left on device"):
        outfile.write(place, b"x" * 100_000, "--sarif")
