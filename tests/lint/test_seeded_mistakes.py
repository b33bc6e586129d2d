"""Every kind of mistake is caught by a named tool, and the files as they are pass them all."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from release.adoption.workflowfiles import callers
from tests.lint.seeds import IN_CALLERS, SEEDS, Seed
from workflowlint import linters
from workflowlint.linters.tool import LinterFinding

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[LinterFinding]]:
    """What all linters say of a copy with each mistake: all copies at once, each with the file and what it calls."""
    root = tmp_path_factory.mktemp("seeds")
    folders = {seed.kind: root / f"{number:02}" for number, seed in enumerate(SEEDS)}
    for seed in SEEDS:
        others = [path.name for path in WORKFLOWS.iterdir() if path.name not in (seed.file, "deploy.yml")]
        shutil.copytree(ROOT / ".github", folders[seed.kind] / ".github", ignore=shutil.ignore_patterns(*others))
        path = folders[seed.kind] / ".github" / "workflows" / seed.file
        text = path.read_text(encoding="utf-8")
        assert seed.old in text, f"{seed.kind}: {seed.file} does not hold {seed.old!r}"
        path.write_text(text.replace(seed.old, seed.new, 1), encoding="utf-8")
    found = linters.run(list(folders.values()))
    return {kind: [report for report in found if report.folder == folder] for kind, folder in folders.items()}


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.kind)
def test_mistake_is_caught_by_its_tool(seed: Seed, reports: dict[str, list[LinterFinding]]) -> None:
    said = [f"{report.tool}: {report.file}: {report.message}" for report in reports[seed.kind]]
    caught = [line for line in said if line.startswith(f"{seed.tool}: ") and seed.says in line]
    assert caught, f"{seed.kind} was not caught by {seed.tool}; said was: {said}"


CALLERS = callers("acme/lambda-image-release", "b" * 40, "v1.2.0", ["staging", "production"])
SETTINGS = "[environments.staging]\n[environments.production]\n"


@pytest.fixture(scope="session")
def of_callers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[LinterFinding]]:
    """What all linters say of a team's five callers with each mistake, and of those without one (the kind "")."""
    root = tmp_path_factory.mktemp("callers")
    nothing = Seed("", "check.yml", "name: check", "name: check", "", "")
    folders = {seed.kind: root / f"{number:02}" for number, seed in enumerate([nothing, *IN_CALLERS])}
    for seed in (nothing, *IN_CALLERS):
        for name, text in CALLERS.items():
            path = folders[seed.kind] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            assert path.name != seed.file or seed.old in text, f"{seed.kind}: {seed.file} does not hold {seed.old!r}"
            path.write_text(text.replace(seed.old, seed.new, 1) if path.name == seed.file else text, encoding="utf-8")
        (folders[seed.kind] / "release.toml").write_text(SETTINGS, encoding="utf-8")
    found = linters.run(list(folders.values()))
    return {kind: [report for report in found if report.folder == folder] for kind, folder in folders.items()}


@pytest.mark.parametrize("seed", IN_CALLERS, ids=lambda seed: seed.kind)
def test_mistake_in_a_caller_is_caught_by_its_tool(seed: Seed, of_callers: dict[str, list[LinterFinding]]) -> None:
    said = [f"{report.tool}: {report.file}: {report.message}" for report in of_callers[seed.kind]]
    caught = [line for line in said if line.startswith(f"{seed.tool}: {seed.file}: ") and seed.says in line]
    assert caught, f"{seed.kind} was not caught by {seed.tool}; said was: {said}"


def test_callers_as_they_are_written_pass_every_linter(of_callers: dict[str, list[LinterFinding]]) -> None:
    assert of_callers[""] == []


def test_files_as_they_are_pass_every_linter() -> None:
    assert linters.run([ROOT]) == []


def test_table_has_forty_kinds_and_every_tool_catches_some() -> None:
    assert len({seed.kind for seed in SEEDS}) == len(SEEDS) >= 40
    assert set(Counter(seed.tool for seed in SEEDS)) == {
        "zizmor",
        "check-jsonschema",
        "actionlint",
        "languageservice",
        "shellcheck",
        "release",
    }
