"""release start as a stage: which starts let an image go on, and what its record must be to be published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from release.adapters.layout import read_layout
from release.adapters.startstore import StartStore
from release.errors import ConflictError, GateError, MachineError
from release.images import startfigures, starting, startreport
from release.images.model import Archive
from release.images.startfigures import Measured, StartFigures, StartsBefore
from release.images.startrecord import Started, StartRecord, from_json, to_json
from release.settings.functionenv import StartSettings
from release.settings.start import StartRules
from tests.fakes.starter import FakeStarter
from tests.support import ociimage

DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64
READY = Started(0.9, 70_000_000)


LIVE = StartsBefore({"api": Measured(900, {"Api": StartFigures(0.7, 58_800_000)})}, "v1.2.0, live in production")


def record(**functions: Started) -> StartRecord:
    """The starts of image ``api``."""
    return StartRecord("api", DIGEST, 1000, functions)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An image whose app.py starts, and whose other.py does not."""
    files = {"app.py": b"import os\n", "other.py": b"import pandsa\n"}
    ociimage.write_image(tmp_path / "image.oci", files)
    return Archive("api", "0" * 16, tmp_path / "image.oci", read_layout(tmp_path / "image.oci"))


def test_every_function_of_an_image_is_started_with_its_own_command(archive: Archive) -> None:
    """faults.md, 64: one of them behind a schedule, which no smoke test reaches."""
    both = (StartSettings("Api"), StartSettings("Nightly", command=("other.handler",)))
    found = starting.start(archive, "linux/amd64", both, StartRules(), "eu-west-1", FakeStarter())
    assert found.functions["Api"].problem == ""
    with pytest.raises(GateError, match=r"api, Nightly: does not start: .*No module named 'pandsa'"):
        starting.checked([found], {"api": StartRules()})


def test_an_image_without_a_function_is_started_as_it_is(archive: Archive) -> None:
    found = starting.start(archive, "linux/amd64", (), StartRules(), "eu-west-1", FakeStarter())
    assert list(found.functions) == [starting.ALONE]


def test_without_an_engine_nothing_is_said_about_the_image(archive: Archive) -> None:
    starter = FakeStarter()
    starter.answers = False
    with pytest.raises(MachineError):
        starting.start(archive, "linux/amd64", (), StartRules(), "eu-west-1", starter)


def test_lambdas_variables_win_over_ours_and_ours_over_the_templates() -> None:
    settings = StartSettings("Api", env={"TABLE": "REFERENCE-TO-T", "AWS_REGION": "mars"}, memory=512)
    env = starting.environment(settings, StartRules(env={"TABLE": "members"}), "eu-west-1")
    assert (env["TABLE"], env["AWS_REGION"], env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]) == ("members", "eu-west-1", "512")


@pytest.mark.parametrize(
    ("one", "rules", "said"),
    [
        (READY, StartRules(), ""),
        (READY, StartRules(max_init=0.9, max_memory=70_000_000), ""),
        (READY, StartRules(max_init=0.8), "ready after 0.9 s, its budget is 0.8 s"),
        (READY, StartRules(max_memory=60_000_000), "holds 70.0 MB, its budget is 60.0 MB"),
        (Started(0.9, None), StartRules(max_memory=60_000_000), "does not tell its memory"),
        (Started(0.9, None), StartRules(), ""),
        (Started(None, None, "exit code 1"), StartRules(), "does not start: exit code 1"),
    ],
)
def test_a_broken_budget_blocks_and_an_unknown_number_does_not_keep_one(
    one: Started, rules: StartRules, said: str
) -> None:
    found = starting.problems(record(Api=one), rules)
    assert (said in found[0]) if said else found == []


def test_a_broken_budget_is_told_beside_the_figure_that_is_live() -> None:
    rules = {"api": StartRules(max_init=0.8, max_memory=60_000_000)}
    with pytest.raises(GateError) as caught:
        starting.checked([record(Api=READY)], rules, LIVE)
    first, second = caught.value.message.splitlines()
    assert first.endswith("ready after 0.9 s, its budget is 0.8 s (max-init); v1.2.0, live in production: 0.7 s")
    assert second.endswith("holds 70.0 MB, its budget is 60.0 MB (max-memory); v1.2.0, live in production: 58.8 MB")


@pytest.mark.parametrize(
    "kept",
    [None, StartRecord("api", "sha256:" + "b" * 64, 1, {"Api": READY}), record(Other=READY)],
    ids=["none", "of another digest", "of another function"],
)
def test_what_was_not_started_is_not_published(kept: StartRecord | None) -> None:
    with pytest.raises(GateError, match="was never started") as caught:
        starting.require("api", DIGEST, (StartSettings("Api"),), StartRules(), kept)
    assert "release start" in caught.value.next_step
    starting.require("api", DIGEST, (StartSettings("Api"),), StartRules(wanted=False, reason="needs a GPU"), kept)


def test_a_start_that_failed_is_not_published_and_one_that_went_well_is() -> None:
    starting.require("api", DIGEST, (StartSettings("Api"),), StartRules(), record(Api=READY))
    with pytest.raises(GateError, match="does not start"):
        starting.require(
            "api", DIGEST, (StartSettings("Api"),), StartRules(), record(Api=Started(None, None, "exit code 1"))
        )


def test_a_record_is_read_back_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    store, kept = StartStore(tmp_path), record(Api=READY, Nightly=Started(None, None, "exit code 1"))
    store.keep_start(kept)
    assert store.start("api", DIGEST) == kept
    assert store.start("api", "sha256:" + "b" * 64) is None
    for damaged in (
        to_json(kept)[:-9],
        to_json(kept).replace(b'"schema":1', b'"schema":2'),
        to_json(kept).replace(b'"seconds":0.9', b'"seconds":null'),
        to_json(record()),
    ):
        with pytest.raises(ConflictError):
            from_json(damaged, "api.start.json")


def test_a_slow_init_and_an_image_that_is_not_started_are_told() -> None:
    rules = {"api": StartRules(), "training": StartRules(wanted=False, reason="needs a GPU")}
    report = startreport.of_starts([record(Api=Started(12.0, None))], rules)
    assert "longer than the 10 s" in report.text
    assert "image training is not started: needs a GPU" in report.summary


def test_each_figure_stands_beside_the_one_of_before() -> None:
    report = startreport.of_starts([record(Api=READY)], {"api": StartRules(max_memory=80_000_000)}, LIVE)
    assert "api    Api       0.9 s, +0.2  70.0 MB, +11.2 MB (of 80.0 MB)  1.0 kB, +100 B" in report.text
    assert "note: compared with v1.2.0, live in production" in report.text
    assert report.data["before"]["images"]["api"]["functions"]["Api"]["seconds"] == 0.7


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (
            StartsBefore(why="there are no AWS credentials here"),
            "started before is not known here: there are no AWS cred",
        ),
        (
            StartsBefore({"api": Measured(900)}, "v1.1.0, live in production"),
            "Api started in v1.1.0, live in production is not",
        ),
        (
            StartsBefore({}, "the build before", "no credentials"),
            "the build before; what is live is not known here: no cred",
        ),
    ],
)
def test_a_figure_of_before_that_nobody_knows_here_is_said_to_be_so(before: StartsBefore, said: str) -> None:
    report = startreport.of_starts([record(Api=READY)], {"api": StartRules()}, before)
    assert said in report.text
    assert "0.9 s," not in report.text


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [(0.9, 0.7, "0.9 s, +0.2"), (0.7, 0.9, "0.7 s, -0.2"), (0.91, 0.92, "0.9 s, +0.0"), (12, 1, "12.0 s, +11.0")],
)
def test_a_difference_has_its_sign_and_nothing_is_no_minus_zero(now: float, before: float, said: str) -> None:
    assert startfigures.seconds(StartFigures(now, 0), StartFigures(before, 0)) == said
    assert startfigures.memory(StartFigures(1, 0), StartFigures(1, 5)) == "-"
    assert startfigures.memory(StartFigures(1, 5_000_000), StartFigures(1, 0)) == "5.0 MB"


def test_the_last_start_of_an_image_is_left_for_the_next_build_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    store, newer = StartStore(tmp_path / "dist", tmp_path / "archives"), replace(record(Api=READY), digest=OTHER)
    assert store.start_before("api") is None
    for each in (record(Api=READY), newer):
        store.keep_start(each)
    found = StartStore(tmp_path / "another dist", tmp_path / "archives").start_before("api")
    assert found == newer
    assert StartStore(tmp_path / "dist").start_before("api") is None
    (tmp_path / "archives" / "api.start.json").write_text("{")
    with pytest.raises(ConflictError):
        store.start_before("api")
