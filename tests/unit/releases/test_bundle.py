"""The bundle: equal files are equal bytes; what no bundle of ours holds is refused unused (faults.md, 57)."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from release.errors import ConflictError, UsageError
from release.releases.bundle import Limits, pack
from release.releases.unpacking import keeps_case, largest, unpack

LIMITS = Limits()


def tree(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def archive(path: Path, *entries: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for entry, content in entries:
            entry.size = len(content) if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(content))
    return path


def empty(folder: Path) -> Path:
    out = folder / "out"
    out.mkdir()
    return out


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


def test_equal_files_are_equal_bytes_whatever_their_times_and_places(tmp_path: Path) -> None:
    files = {"template.yaml": b"Resources: {}\n", "src/a.py": b"a = 1\n", "src/b/c.txt": b""}
    one, two = tree(tmp_path / "one", files), tree(tmp_path / "two", dict(reversed(files.items())))
    for path in two.rglob("*"):
        os.utime(path, (1, 1))
    (two / "src/a.py").chmod(0o640)
    pack(one, tmp_path / "1.tar.gz", LIMITS)
    pack(two, tmp_path / "2.tar.gz", LIMITS)
    assert (tmp_path / "1.tar.gz").read_bytes() == (tmp_path / "2.tar.gz").read_bytes()


def test_what_goes_in_comes_out_with_the_right_to_be_run(tmp_path: Path) -> None:
    root = tree(tmp_path / "in", {"run.sh": b"#!/bin/sh\n", "ä/ö.txt": b"x" * 3_000_000})
    (root / "run.sh").chmod(0o700)
    (root / "empty").mkdir()
    pack(root, tmp_path / "b", LIMITS)
    out = tmp_path / "out"
    out.mkdir()
    unpack(tmp_path / "b", out, LIMITS)
    assert (out / "ä/ö.txt").read_bytes() == b"x" * 3_000_000
    assert (out / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (out / "ä/ö.txt").stat().st_mode & 0o777 == 0o644
    assert (out / "empty").is_dir()


def test_a_link_is_not_packed(tmp_path: Path) -> None:
    root = tree(tmp_path / "in", {"a": b""})
    (root / "link").symlink_to("a")
    with pytest.raises(UsageError, match="link is a link"):
        pack(root, tmp_path / "b", LIMITS)
    assert not list(tmp_path.glob("b*")), "nothing half-written is left"


@pytest.mark.parametrize("limits", [Limits(size=10), Limits(files=1)])
def test_a_folder_beyond_the_limits_is_not_packed(tmp_path: Path, limits: Limits) -> None:
    root = tree(tmp_path / "in", {"a": b"12345678901", "b": b""})
    with pytest.raises(UsageError, match="what the template names is more than") as refusal:
        pack(root, tmp_path / "b", limits)
    assert "bundle.max-size" in refusal.value.next_step


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (entry("../out"), "leads out"),
        (entry("a/../../out"), "leads out"),
        (entry("/etc/cron.d/x"), "leads out"),
        (entry("a\\b"), "leads out"),
        (entry("link", tarfile.SYMTYPE, "/etc/passwd"), "neither a file nor a folder"),
        (entry("hard", tarfile.LNKTYPE, "ok"), "neither a file nor a folder"),
        (entry("dev", tarfile.CHRTYPE), "neither a file nor a folder"),
        (entry("disk", tarfile.BLKTYPE), "neither a file nor a folder"),
        (entry("pipe", tarfile.FIFOTYPE), "neither a file nor a folder"),
        (entry("ok"), "twice"),
        (entry("./ok"), "no name that a bundle has"),
        (entry("a//b"), "no name that a bundle has"),
        (entry("n" * 256), "no name that a bundle has"),
        (entry("ok/below"), "'ok' is a file and a folder"),
    ],
)
def test_an_entry_that_no_bundle_of_ours_has_stops_before_anything_is_written(
    tmp_path: Path, bad: tarfile.TarInfo, said: str
) -> None:
    path = archive(tmp_path / "b", (entry("ok"), b"fine"), (bad, b""))
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(ConflictError, match=said):
        unpack(path, out, LIMITS)
    assert not list(out.iterdir())


def test_a_bundle_beyond_the_limits_is_refused_by_its_headers_alone(tmp_path: Path) -> None:
    path = archive(tmp_path / "b", (entry("big"), b"0" * 2_000_000))
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(ConflictError, match="larger than 1 MB"):
        unpack(path, out, Limits(size=1_000_000))
    assert not list(out.iterdir())


@pytest.mark.parametrize("cut", [0, 1, 20, 0.5, -20, -1])
def test_a_bundle_that_is_cut_off_is_refused(tmp_path: Path, cut: float) -> None:
    root = tree(tmp_path / "in", {"a": os.urandom(50_000)})
    pack(root, tmp_path / "b", LIMITS)
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "b").write_bytes(whole[: int(len(whole) * cut) if isinstance(cut, float) else cut])
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(ConflictError, match="cannot be unpacked"):
        unpack(tmp_path / "b", out, LIMITS)


@pytest.mark.parametrize("content", [b"no archive", gzip.compress(b"no tar", mtime=0), b"\x1f\x8b" + b"\0" * 40])
def test_what_is_no_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    (tmp_path / "out").mkdir()
    with pytest.raises(ConflictError, match="cannot be unpacked"):
        unpack(tmp_path / "b", tmp_path / "out", LIMITS)


def test_a_file_of_three_gigabytes_is_refused_by_its_header_without_being_read(tmp_path: Path) -> None:
    """faults.md, 57. Nothing of it is there: who reads on finds the end at once, and says something else."""
    huge = entry("model.bin")
    huge.size = 3_000_000_000
    path = tmp_path / "b"
    path.write_bytes(gzip.compress(huge.tobuf(tarfile.PAX_FORMAT)))
    with pytest.raises(ConflictError, match=r"larger than 1,000 MB or 50,000 files") as caught:
        unpack(path, empty(tmp_path), LIMITS)
    assert "raise bundle.max-size" in caught.value.next_step


def test_more_files_than_the_limit_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "b", *((entry(str(number)), b"") for number in range(11)))
    with pytest.raises(ConflictError, match="or 10 files"):
        unpack(path, empty(tmp_path), Limits(files=10))
    unpack(path, tmp_path / "out", Limits(files=11))


def longest(limits: Limits) -> int:
    return largest(limits) // 1_000_000 + 3


SMALL = Limits(size=1_000, files=1)


def bomb_after_the_end() -> bytes:
    """A bundle, and then zeros without end: a few kilobytes that stand for many megabytes."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        tar.addfile(entry("ok"), io.BytesIO())
    return raw.getvalue() + bytes(longest(SMALL) * 1_000_000)


def bomb_in_a_header() -> bytes:
    """Attributes of a file that tarfile reads at once, as long as their header says."""
    header = entry("PaxHeaders/ok", tarfile.XHDTYPE)
    header.size = longest(SMALL) * 1_000_000
    return header.tobuf(tarfile.PAX_FORMAT) + bytes(header.size)


def bomb_in_a_name() -> bytes:
    header = entry("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    header.size = longest(SMALL) * 1_000_000
    return header.tobuf(tarfile.GNU_FORMAT) + b"n" * header.size


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bomb_after_the_end, "goes on after"),
        (bomb_in_a_header, "a header of"),
        (bomb_in_a_name, "a header of"),
    ],
)
def test_a_few_bytes_that_stand_for_many_are_not_unpacked_to_their_end(
    tmp_path: Path, content: Callable[[], bytes], said: str
) -> None:
    """faults.md, 57."""
    path = tmp_path / "b"
    path.write_bytes(gzip.compress(content()))
    assert path.stat().st_size < 20_000
    with pytest.raises(ConflictError, match=said):
        unpack(path, empty(tmp_path), SMALL)


ALIKE = [
    ("a", "A"),
    ("src/App/x", "src/app/y"),
    ("stra\N{LATIN SMALL LETTER SHARP S}e", "STRASSE"),
    ("e\u0301", "\u00e9"),
]


@pytest.mark.parametrize("names", ALIKE, ids=["case", "folders", "sharp s", "accent"])
def test_names_that_differ_only_in_case_are_two_files_or_refused_where_one_would_be_lost(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    """faults.md, 57. Lambda runs on Linux, so a release may have both; a laptop may keep only one of them."""
    path = archive(tmp_path / "b", *((entry(name), name.encode()) for name in names))
    with pytest.raises(ConflictError, match="differ only in case") as caught:
        unpack(path, empty(tmp_path), LIMITS, lambda folder: False)  # noqa: ARG005 - as on such a machine
    assert caught.value.untouched == "every environment"
    assert not list((tmp_path / "out").iterdir())
    unpack(path, tmp_path / "out", LIMITS, lambda folder: True)  # noqa: ARG005
    assert [(tmp_path / "out" / name).read_bytes() for name in names] == [name.encode() for name in names]


def test_whether_a_folder_keeps_case_is_tried_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    (tmp_path / "Probe").touch()
    assert keeps_case(tmp_path) is not (tmp_path / "pROBE").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["Probe"]
