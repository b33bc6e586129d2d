"""release.toml as an earlier commit had it: read whatever this command makes of it, and every doubt is named."""

from __future__ import annotations

import copy
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from release.errors import UsageError
from release.settings.config import Config, parse, parse_history, parse_table
from release.toml import Table

ROOT = Path(__file__).parents[3]
#: every release.toml that this repository had until it was taken here, by its commit
EARLIER = {path.stem: path.read_text() for path in sorted(Path(__file__).with_name("history").glob("*.toml"))}
#: and one with every key of today, which will be an earlier one
EVERY = EARLIER | {"every key": (ROOT / "tools/pages/every-key.toml").read_text()}
#: an old policy decides nothing, and an old file asks for no version: nobody looks at them
UNREAD = {"gate", "required-version"}
VALUES: tuple[Any, ...] = (True, 7, 1.5, "", "x", [], ["x"], [7], {}, {"x": 1}, [{}], [{"x": {}}])


def read(values: dict[str, Any]) -> Config:
    """``values`` as a file from history."""
    top = Table("", "", values, notes=[])
    return replace(parse_table(top), notes=tuple(top.notes or ()))


def document(name: str) -> dict[str, Any]:
    """One of EVERY, without what nobody looks at in a file from history."""
    return {key: value for key, value in tomllib.loads(EVERY[name]).items() if key not in UNREAD}


def places(values: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key of a document, however deep."""
    items = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def inside(values: Any, path: tuple[str | int, ...]) -> Any:
    """What stands at ``path``."""
    for key in path:
        values = values[key]
    return values


def without_notes(config: Config) -> Config:
    """Only what was understood."""
    return replace(config, notes=())


@pytest.mark.parametrize("name", EARLIER)
def test_what_an_earlier_commit_had_is_read_as_it_was_meant(name: str) -> None:
    """faults.md, 68."""
    then = parse_history(EARLIER[name])
    assert then.notes == ()
    assert (then.project, list(then.images), list(then.environments)) == (
        "member-reporting",
        ["export", "report"],
        ["staging", "production"],
    )
    assert then.images["report"].parameter == "ReportImageUri"
    assert then.environments["production"].parameters["DeploymentPreference"] == "Canary10Percent5Minutes"
    assert [test.name for test in then.smoke][-1] == "generate, download and report agree with the member table"


def test_every_release_toml_in_this_clone_s_history_is_read() -> None:
    """faults.md, 68. A shallow clone has fewer of them, but always the present one."""
    git = ["git", "-C", str(ROOT)]
    log = [*git, "log", "--format=%H", "--", "release.toml"]
    commits = subprocess.run(log, check=True, capture_output=True, text=True).stdout.split()
    for commit in [*commits, ""]:  # "": the index
        show = [*git, "show", f"{commit}:release.toml"]
        text = subprocess.run(show, check=True, capture_output=True, text=True).stdout
        assert list(parse_history(text).images) == ["export", "report"]


@pytest.mark.parametrize("name", EVERY)
def test_a_key_that_this_command_does_not_know_is_left_out_and_named_wherever_it_stands(name: str) -> None:
    """faults.md, 68."""
    values = document(name)
    plain = read(values)
    tables = [path for path in [(), *places(values)] if isinstance(inside(values, path), dict)]
    chosen = {
        "parameters",
        "headers",
        "save",
        "json",
        "bumps",
        "body",
        "payload",
        "key",
        "secret-headers",
    }  # where every name is the adopter's
    for path in [path for path in tables if not chosen & set(path)]:
        changed = copy.deepcopy(values)
        inside(changed, path)["of-another-age"] = ["x"]
        told = read(changed)
        assert any("of-another-age" in note for note in told.notes), path
        if path[:1] == ("smoke",):
            lost = {test.name for test in plain.smoke} - {test.name for test in told.smoke}
            assert lost == {values["smoke"][path[1]]["name"]}
            assert f"so the smoke test {lost.pop()!r} is not run" in told.notes
            told = replace(told, smoke=plain.smoke)
        assert without_notes(told) == plain, path


@pytest.mark.parametrize("name", EVERY)
def test_a_key_that_is_not_there_never_refuses(name: str) -> None:
    """faults.md, 68: what a later command made necessary was not there yet."""
    values = document(name)
    for path in list(places(values)):
        changed = copy.deepcopy(values)
        del inside(changed, path[:-1])[path[-1]]
        told = read(changed)
        try:
            as_present = parse_table(Table("", "", changed))
        except UsageError:
            assert told.notes, path
        else:
            assert without_notes(told) == as_present, path


@pytest.mark.parametrize("name", EVERY)
def test_a_value_of_another_type_never_refuses_and_is_named(name: str) -> None:
    """faults.md, 68."""
    values = document(name)
    for path in list(places(values)):
        for value in VALUES:
            changed = copy.deepcopy(values)
            inside(changed, path[:-1])[path[-1]] = value
            told = read(changed)
            try:
                parse_table(Table("", "", changed))
            except UsageError:
                assert told.notes, (path, value)
            else:
                assert not told.notes, (path, value, told.notes)


@pytest.mark.parametrize(
    "wrong", ["gate = 7", "[gate]\nblock = 7", 'required-version = "newest"', "required-version = 7"]
)
def test_what_nobody_looks_at_in_a_file_from_history_refuses_nothing(wrong: str) -> None:
    text = EARLIER["c004cc5"]
    then = parse_history(f"{text}\n{wrong}" if wrong.startswith("[") else f"{wrong}\n{text}")
    assert then.gate is None
    assert list(then.images) == ["export", "report"]


def test_a_default_stands_where_a_value_is_not_understood() -> None:
    text = EARLIER["fed0cfe"].replace('platform = "linux/amd64"', 'platform = "linux/riscv64"')
    then = parse_history(text + '\n[versions]\nother-bump = "huge"\nfirst-version = "one"\nallowed-branches = 7\n')
    assert then.images["export"].platform == "linux/amd64"
    assert (then.versions.other_bump.word, then.versions.first_version) == ("none", "0.1.0")
    assert "main" in then.versions.allowed_branches
    assert [note.partition(" ")[0] for note in then.notes] == [
        "build.platform",
        "versions.first-version",
        "versions.other-bump",
        "versions.allowed-branches",
    ]


def test_a_name_that_would_not_be_allowed_today_is_kept_as_it_was() -> None:
    then = parse_history(EARLIER["fed0cfe"].replace('"member-reporting/export"', '"Member-Reporting/export"'))
    assert then.images["export"].repository == "Member-Reporting/export"
    assert "images.export.repository has a form that is not allowed" in then.notes[0]


def test_what_is_no_toml_is_refused_in_history_too() -> None:
    with pytest.raises(UsageError, match="not valid TOML"):
        parse_history("[project\n")


def test_the_present_file_stays_strict() -> None:
    with pytest.raises(UsageError, match="of-another-age is not a key that is known here"):
        parse("of-another-age = 1\n" + EARLIER["fed0cfe"])
