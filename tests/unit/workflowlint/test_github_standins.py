from __future__ import annotations

from pathlib import Path

import pytest

from release.errors import UsageError
from workflowlint import standins, workflow
from workflowlint.standins import Pin

ROOT = Path(__file__).parents[3]
SHA = "a" * 40
KNOWN = {"o/act": Pin("o/act", SHA, "v1.0.0")}


def texts() -> dict[str, str]:
    files = [*(ROOT / workflow.FOLDER).glob("*.yml"), *(ROOT / ".github" / "actions").rglob("action.yml")]
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def test_every_uses_of_the_project_has_a_stand_in_and_none_is_stale() -> None:
    assert standins.problems(texts(), standins.stand_ins()) == []


def test_act_is_told_one_folder_for_each_repository_and_commit() -> None:
    flags = standins.flags(workflow.load_all(ROOT).values())
    places = dict(flag.split("=", 1) for flag in flags[1::2])
    assert set(flags[::2]) == {"--local-repository"}
    assert {name.split("@")[0] for name in places} == {
        "/".join(pin.action.split("/")[:2]) for pin in standins.stand_ins().values()
    }
    assert all(Path(place).is_dir() for place in places.values())


@pytest.mark.parametrize(
    ("uses", "says"),
    [
        (f"o/act@{SHA} # v1.0.0", None),
        ("./.github/actions/setup", None),
        ("o/act@v1", "not pinned by a full commit"),
        ("o/act@main # v1.0.0", "not pinned by a full commit"),
        (f"o/act@{SHA[:12]} # v1.0.0", "not pinned by a full commit"),
        (f"o/act@{SHA}", "not pinned by a full commit"),
        (f"o/act@{SHA} # latest", "not pinned by a full commit"),
        (f"o/act@{SHA} # v1.0.1", "this commit is v1.0.0, not v1.0.1"),
        (f"o/act@{'b' * 40} # v1.0.0", "is stale"),
        (f"o/other@{SHA} # v1.0.0", "has no stand-in"),
        ("docker://alpine:3", "not pinned by a full commit"),
    ],
)
@pytest.mark.parametrize("form", ["      - uses: {}", "        uses: {}"])
def test_use_is_checked_against_the_stand_ins(form: str, uses: str, says: str | None) -> None:
    """faults.md, 1 and 2."""
    found = [text for file, text in standins.problems({"a.yml": form.format(uses)}, KNOWN) if file == "a.yml"]
    assert found == [] if says is None else len(found) == 1 and says in found[0]


def test_stand_in_that_nobody_uses_is_named() -> None:
    assert standins.problems({}, KNOWN) == [("actions", "the stand-in of o/act is used by no workflow")]


def test_rehearsal_does_not_start_with_a_stale_stand_in(tmp_path: Path) -> None:
    (tmp_path / "act").mkdir()
    (tmp_path / "act" / "action.yml").write_text(f"# o/act@{SHA} # v1.0.0\nname: act\n")
    stale = workflow.parse(
        Path("a.yml"), f"on: push\njobs:\n  a:\n    steps:\n      - uses: o/act@{'b' * 40} # v1.0.0\n"
    )
    with pytest.raises(UsageError, match="stale") as refusal:
        standins.flags([stale], tmp_path)
    assert "compare the stand-in" in refusal.value.next_step


def test_stand_in_that_does_not_say_for_what_it_stands_is_refused(tmp_path: Path) -> None:
    (tmp_path / "act").mkdir()
    (tmp_path / "act" / "action.yml").write_text("name: act\n")
    with pytest.raises(UsageError, match="does not say which action"):
        standins.stand_ins(tmp_path)
