"""release start as a stage: which starts let an image go on, and what its record must be to be published."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adapters.layout import read_layout
from release.adapters.startstore import StartStore
from release.errors import ConflictError, GateError, MachineError
from release.images import starting, startreport
from release.images.model import Archive
from release.images.startrecord import Started, StartRecord, from_json, to_json
from release.settings.functionenv import StartSettings
from release.settings.start import StartRules
from tests.fakes.starter import FakeStarter
from tests.support import ociimage

DIGEST = "sha256:" + "a" * 64
READY = Started(0.9, 70_000_000)


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
