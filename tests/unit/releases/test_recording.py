"""A record is stored once and named last; running again finishes what a crash left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from release.errors import ConflictError, NotFoundError
from release.releases import recording, report, show
from release.releases.record import RECORD_TYPE, to_json
from release.releases.stored import Content
from release.releases.unpacking import largest
from release.settings.bundle import Limits
from tests.fakes.journal import Journal, Killed
from tests.fakes.store import FakeStore
from tests.unit.releases.test_record import RECORD

RELEASES = "app/releases"


@pytest.fixture
def store() -> FakeStore:
    return FakeStore(Journal(), RELEASES)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "bundle"
    path.write_bytes(b"bundle")
    return path


def test_a_record_is_found_by_its_version_and_by_its_commit(store: FakeStore, bundle: Path, tmp_path: Path) -> None:
    digest = recording.write(RECORD, bundle, None, store, RELEASES)
    assert recording.recorded(RECORD.version, store, RELEASES) == (digest, RECORD)
    assert store.tags(RELEASES) == {RECORD.version: digest, f"sha-{RECORD.commit}": digest}
    recording.fetch_bundle(digest, store, RELEASES, tmp_path / "back", Limits())
    assert (tmp_path / "back").read_bytes() == b"bundle"


def test_the_same_commit_published_again_is_the_same_record_whatever_the_gate_says_by_now(
    store: FakeStore, bundle: Path
) -> None:
    first = recording.write(RECORD, bundle, None, store, RELEASES)
    assert recording.write(replace(RECORD, verdicts={}), bundle, None, store, RELEASES) == first


@pytest.mark.parametrize("other", [replace(RECORD, commit="d" * 40), replace(RECORD, version="1.4.0-rc.8")])
def test_a_name_never_moves_to_another_record(store: FakeStore, bundle: Path, other: object) -> None:
    first = recording.write(RECORD, bundle, None, store, RELEASES)
    assert isinstance(other, type(RECORD))
    with pytest.raises(ConflictError, match="a name never moves"):
        recording.write(other, bundle, None, store, RELEASES)
    assert set(store.tags(RELEASES).values()) == {first}


def test_a_crash_at_any_point_is_finished_by_the_same_command(bundle: Path) -> None:
    """faults.md, 15."""
    whole = FakeStore(Journal(), RELEASES)
    recording.write(RECORD, bundle, None, whole, RELEASES)
    for point in range(len(whole.journal.points)):
        store = FakeStore(Journal(), RELEASES)
        store.journal.kill_at = point
        with pytest.raises(Killed):
            recording.write(RECORD, bundle, None, store, RELEASES)
        finished = recording.write(replace(RECORD, verdicts={}), bundle, None, store, RELEASES)
        assert set(store.tags(RELEASES).values()) == {finished}
        assert set(store.tags(RELEASES)) == {RECORD.version, f"sha-{RECORD.commit}"}


def test_a_version_that_was_never_published_is_not_found(store: FakeStore) -> None:
    with pytest.raises(NotFoundError) as caught:
        recording.recorded("1.5.0", store, RELEASES)
    assert "release publish" in caught.value.next_step


def test_what_is_no_record_is_refused(store: FakeStore, bundle: Path) -> None:
    """faults.md, 56."""
    for content in (Content("application/json", to_json(RECORD)), Content(RECORD_TYPE, to_json(RECORD)[:-9])):
        store.named[RELEASES] = {"1.5.0": store.put(RELEASES, content)}
        with pytest.raises(ConflictError):
            recording.recorded("1.5.0", store, RELEASES)
    digest = store.put(RELEASES, Content(RECORD_TYPE, to_json(RECORD)))
    with pytest.raises(ConflictError, match="has 0 bundles"):
        recording.fetch_bundle(digest, store, RELEASES, bundle, Limits())


def test_a_bundle_beyond_the_limits_is_not_even_fetched(store: FakeStore, bundle: Path, tmp_path: Path) -> None:
    """faults.md, 57."""
    limits = Limits(size=10, files=1)
    bundle.write_bytes(bytes(largest(limits) + 1))
    digest = recording.write(RECORD, bundle, None, store, RELEASES)
    with pytest.raises(ConflictError, match="larger than 0 MB or 1 files"):
        recording.fetch_bundle(digest, store, RELEASES, tmp_path / "back", limits)
    assert not (tmp_path / "back").exists()
    bundle.write_bytes(bytes(largest(limits)))
    digest = recording.write(replace(RECORD, version="1.4.1", commit="e" * 40), bundle, None, store, RELEASES)
    recording.fetch_bundle(digest, store, RELEASES, tmp_path / "back", limits)


def test_the_newest_has_the_highest_version_whatever_was_written_last(store: FakeStore, bundle: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing was released into app/releases yet"):
        recording.newest(store, RELEASES)
    for version, letter in (("1.10.0-rc.2", "a"), ("1.9.0", "b"), ("1.10.0-rc.1", "c")):
        recording.write(replace(RECORD, version=version, commit=letter * 40), bundle, None, store, RELEASES)
    store.tag(RELEASES, store.tags(RELEASES)["1.9.0"], "not-a-version")
    assert recording.newest(store, RELEASES).version == "1.10.0-rc.2"


def test_a_release_is_shown_with_its_names_and_its_changes(store: FakeStore, bundle: Path, tmp_path: Path) -> None:
    changes = tmp_path / "changes.md"
    changes.write_text("### Fixes\n\n- a bug\n")
    digest = recording.write(RECORD, bundle, changes, store, RELEASES)
    store.tag(RELEASES, digest, "1.4.0")
    (tmp_path / "scratch").mkdir()
    shown = show.release("v1.4.0", store, RELEASES, tmp_path / "scratch")
    assert shown.names == ("1.4.0", RECORD.version, f"sha-{RECORD.commit}")
    assert (shown.digest, shown.record, shown.changes, shown.bundle) == (digest, RECORD, "### Fixes\n\n- a bug\n", 6)
    told = report.of_release(shown)
    assert "- a bug" in told.text
    assert all(image.digest in told.text for image in RECORD.images.values())
    assert "changes" in told.data
