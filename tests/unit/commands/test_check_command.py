"""release check: the repository's own checks, their output and their exit code; release environments: the lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from release import cli
from release.commands import environments
from tests.support.world import RELEASE_TOML

Captured = pytest.CaptureFixture[str]


def ends(folder: Path, *arguments: str, checks: str = "") -> int:
    (folder / "release.toml").write_text(RELEASE_TOML + checks, encoding="utf-8")
    return cli._main(["-C", str(folder), *arguments])


def test_both_streams_of_the_checks_are_shown_as_they_are(tmp_path: Path, capfd: Captured) -> None:
    command = "echo one; echo two >&2; echo '::error::three'; pwd"
    assert ends(tmp_path, "check", checks=f'[checks]\ntest = "{command}"') == 0
    shown = capfd.readouterr().out
    assert shown.startswith(f"one\ntwo\n::error::three\n{tmp_path}\n")
    assert "checks.test passed" in shown


@pytest.mark.parametrize(("command", "code"), [("exit 3", 3), ("false\ntrue", 1), ("false | cat", 1), ("kill $$", 143)])
def test_exit_code_is_the_checks_own(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch, command: str, code: int
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert ends(tmp_path, "check", checks=f"[checks]\ntest = {json.dumps(command)}") == code
    assert f"checks.test ended with exit code {code}" in capfd.readouterr().out
    assert (tmp_path / "summary.md").read_text().startswith("⛔ checks.test ended")


@pytest.mark.parametrize("kind", ["test", "images"])
def test_where_none_are_named_it_says_so_and_nothing_fails(tmp_path: Path, capfd: Captured, kind: str) -> None:
    assert ends(tmp_path, "check", kind) == 0
    assert f"no checks named: release.toml has no checks.{kind}" in capfd.readouterr().out


def test_json_stays_json_and_a_dry_run_runs_nothing(tmp_path: Path, capfd: Captured) -> None:
    checks = '[checks]\ntest = "echo ran; touch there"'
    assert ends(tmp_path, "check", "--dry-run", checks=checks) == 0
    assert not (tmp_path / "there").exists()
    capfd.readouterr()
    assert ends(tmp_path, "check", "--json", checks=checks) == 0
    shown = capfd.readouterr()
    assert json.loads(shown.out) == {
        **{"check": "test", "command": "echo ran; touch there", "ran": True},
        "exit-code": 0,
    }
    assert "ran\n" in shown.err


def test_misspelt_check_is_refused_with_its_line(tmp_path: Path, capfd: Captured) -> None:
    assert ends(tmp_path, "check", checks='[checks]\ntests = "true"') == 2
    assert "checks.tests" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "names"),
    [([], ["staging", "production"]), (["--on", "merge"], ["staging"]), (["--on", "tag"], ["production"])],
)
def test_environments_are_listed_and_handed_to_a_workflow_as_json(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch, arguments: list[str], names: list[str]
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    assert ends(tmp_path, "environments", *arguments) == 0
    rows = capfd.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows[2:]] == names
    output = (tmp_path / "output").read_text().splitlines()
    assert json.loads(output[1]) == names
    assert (output[0].partition("<<")[0],) == environments.OUTPUTS
