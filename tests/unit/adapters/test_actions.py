"""What GitHub Actions takes from a step; a value can never become a command or an output of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.adapters import actions
from release.errors import ConflictError, MachineError, UsageError
from release.report import Report

REPORT = Report({}, "text", "### Done\n", {"version": "1.0.0"})
ERROR = ConflictError("100% taken\nby another", untouched="the registry", next_step="release the next version")


def outputs(path: Path) -> dict[str, str]:
    """The outputs as the runner reads them: ``name<<delimiter``, lines, the delimiter alone on a line."""
    found: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    while lines[:-1]:
        name, _, delimiter = lines.pop(0).partition("<<")
        end = lines.index(delimiter)
        found[name] = "\n".join(lines[:end])
        del lines[: end + 1]
    return found


def test_on_a_terminal_nothing_is_written() -> None:
    actions.publish(REPORT, {})
    assert actions.annotation(ERROR, {}) == ""


def test_summary_and_outputs_are_appended(tmp_path: Path) -> None:
    env = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    actions.publish(REPORT, env)
    actions.publish(Report({}, "", "", {"action": "deploy"}), env)
    assert (tmp_path / "summary").read_text() == "### Done\n\n"
    assert outputs(tmp_path / "output") == {"version": "1.0.0", "action": "deploy"}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=80))
def test_a_value_stays_one_value_whatever_it_holds(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    """faults.md, 8."""
    path = tmp_path_factory.mktemp("actions") / "output"
    actions.publish(Report({}, "", "", {"first": value, "second": "x"}), {"GITHUB_OUTPUT": str(path)})
    assert outputs(path) == {"first": value, "second": "x"}


def test_what_came_from_outside_acts_neither_in_a_log_nor_in_a_summary(tmp_path: Path) -> None:
    """faults.md, 67."""
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    evil = "tag \x1b[2K\u202e<img src=x>\n::error::x"
    line = actions.annotation(ConflictError(evil), env)
    assert line == "::error::tag \\x1b[2K\\u202e<img src=x>%0A\\x3a:error::x"
    actions.publish(Report({}, "", evil), env)
    told = (tmp_path / "summary").read_text()
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "- tag \\\\x1b\\[2K\\\\u202e\\<img src=x> ::error::x\n" in told
    assert "\n::error" not in told


def test_a_refusal_is_one_annotation_on_one_line_and_stands_in_the_summary(tmp_path: Path) -> None:
    """faults.md, 8: a message with a line break must not begin a command of its own."""
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    line = actions.annotation(ERROR, env)
    assert line == (
        "::error::100%25 taken%0Aby another%0Aleft as it was: the registry%0Anext: release the next version"
    )
    assert "next: release the next version" in (tmp_path / "summary").read_text()


def test_a_summary_that_github_would_not_show_is_cut_at_a_line_with_a_note(tmp_path: Path) -> None:
    """GitHub shows nothing of a step's summary above 1 MiB, what the step wrote before included."""
    file = tmp_path / "summary"
    file.write_text("before\n")
    actions.publish(Report(data={}, text="", summary="| ä row |\n" * 200_000), {"GITHUB_STEP_SUMMARY": str(file)})
    content = file.read_bytes()
    assert len(content) <= actions.MOST
    lines = content.decode().splitlines()
    assert lines[0] == "before"
    assert set(lines[1:-3]) == {"| ä row |"}
    assert "left out" in lines[-1]
    assert len(content) > actions.MOST - 500


@pytest.mark.parametrize("variable", ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"])
def test_files_of_the_runner_are_tried_before_anything_is_done(tmp_path: Path, variable: str) -> None:
    with pytest.raises(UsageError, match=f"{variable} names .*, where no file can be written"):
        actions.check({variable: str(tmp_path)})
    actions.check({variable: str(tmp_path / "a/b")})
    actions.check({})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_full_disk_under_the_summary_leaves_outputs_and_the_refusal_as_they_are(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/dev/full", "GITHUB_OUTPUT": str(tmp_path / "output")}
    with pytest.raises(MachineError, match="GITHUB_STEP_SUMMARY names /dev/full, which could not be written"):
        actions.publish(REPORT, env)
    assert outputs(tmp_path / "output") == {"version": "1.0.0"}
    assert actions.annotation(ERROR, env).startswith("::error::100%25 taken")
    assert "GITHUB_STEP_SUMMARY names /dev/full" in caplog.text
