"""Several files changed together: all or none, whatever the disk does."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adapters.filechanges import ChangedTogether
from release.adoption.ports import FileChange
from release.errors import MachineError, UsageError


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def folders(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir())


def test_files_are_made_changed_and_taken_away_with_their_folders(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "old.whl").write_bytes(b"2")
    (tmp_path / "a").chmod(0o640)
    changes = [
        FileChange("a", b"1", b"one"),
        FileChange("deep/er/b", None, b"two"),
        FileChange("run", None, b"#!/bin/sh\n", program=True),
        FileChange("old.whl", b"2", None),
    ]
    ChangedTogether(tmp_path).apply(changes)
    assert tree(tmp_path) == {"a": b"one", "deep/er/b": b"two", "run": b"#!/bin/sh\n"}
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "run").stat().st_mode & 0o111


class _FailingLast(ChangedTogether):
    """A disk that takes everything but the last file's place: a folder is in it."""

    def _beside(self, change: FileChange, place: Path, undo: object) -> tuple[Path, Path | None]:
        found = super()._beside(change, place, undo)  # type: ignore[arg-type]
        if change.path == "last":
            place.mkdir()
        return found


def test_when_the_last_one_cannot_be_put_in_place_the_others_are_as_before(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    changes = [FileChange("a", b"1", b"one"), FileChange("new/b", None, b"two"), FileChange("last", None, b"three")]
    with pytest.raises(MachineError) as refused:
        _FailingLast(tmp_path).apply(changes)
    assert refused.value.untouched == "every file"
    assert tree(tmp_path) == {"a": b"1"}
    assert folders(tmp_path) == ["last"]


def test_a_folder_where_a_file_should_be_is_refused_before_anything_changes(tmp_path: Path) -> None:
    (tmp_path / "release.toml").mkdir()
    with pytest.raises(UsageError, match="is no file"):
        ChangedTogether(tmp_path).apply([FileChange("a", None, b"1"), FileChange("release.toml", None, b"2")])
    assert tree(tmp_path) == {}


def test_a_file_in_the_place_of_a_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / ".github").write_bytes(b"")
    with pytest.raises(MachineError, match="cannot be written"):
        ChangedTogether(tmp_path).apply([FileChange("a", None, b"1"), FileChange(".github/workflows/b", None, b"2")])
    assert tree(tmp_path) == {".github": b""}


def test_what_somebody_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"mine")
    with pytest.raises(UsageError, match="another one than a moment ago"):
        ChangedTogether(tmp_path).apply([FileChange("b", None, b"1"), FileChange("a", b"theirs", b"2")])
    assert tree(tmp_path) == {"a": b"mine"}


def test_a_link_is_followed_inside_the_repository_and_never_out_of_it(tmp_path: Path) -> None:
    inside, outside = tmp_path / "repository", tmp_path / "outside"
    (inside / "docs").mkdir(parents=True)
    outside.mkdir()
    (inside / "docs" / "x").write_bytes(b"1")
    (inside / "x").symlink_to("docs/x")
    (inside / ".github").symlink_to(outside)
    ChangedTogether(inside).apply([FileChange("x", b"1", b"2")])
    assert (inside / "x").is_symlink()
    assert (inside / "docs" / "x").read_bytes() == b"2"
    with pytest.raises(UsageError, match="is outside this repository"):
        ChangedTogether(inside).apply([FileChange(".github/a", None, b"1")])
    assert tree(outside) == {}


def test_what_a_killed_run_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".a.release-new").write_bytes(b"half")
    ChangedTogether(tmp_path).apply([FileChange("a", None, b"whole")])
    assert tree(tmp_path) == {"a": b"whole"}
