"""The stand-ins of third-party actions: one for each action of the list, at its commit, with its inputs and outputs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rehearsal.github import standins
from release.errors import UsageError
from workflowlint import actions, workflow

ROOT = Path(__file__).parents[3]
SHA = "a" * 40


def test_every_action_of_the_list_has_a_stand_in_of_that_commit_with_its_inputs_and_outputs() -> None:
    listed = actions.known()
    assert standins.stand_ins() == {name: action.pin for name, action in listed.items()}
    for name, action in listed.items():
        file = standins.FOLDER / name.split("/", 1)[1] / "action.yml"
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        inputs = {each: bool(rule.get("required")) for each, rule in (document.get("inputs") or {}).items()}
        assert inputs == action.inputs, name
        assert set(document.get("outputs") or {}) == action.outputs, name


def test_act_is_told_one_folder_for_each_repository_and_commit() -> None:
    flags = standins.flags(workflow.load_all(ROOT).values())
    places = dict(flag.split("=", 1) for flag in flags[1::2])
    assert set(flags[::2]) == {"--local-repository"}
    assert {name.split("@")[0] for name in places} == {pin.repository for pin in standins.stand_ins().values()}
    assert all(Path(place).is_dir() for place in places.values())


def using(reference: str) -> workflow.Workflow:
    return workflow.parse(Path("a.yml"), f"on: push\njobs:\n  a:\n    steps:\n      - uses: {reference}\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One stand-in, of o/act at v1.0.0."""
    (tmp_path / "act").mkdir()
    (tmp_path / "act" / "action.yml").write_text(f"# o/act@{SHA} # v1.0.0\nname: act\n")
    return tmp_path


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        (f"o/act@{'b' * 40} # v1.0.0", "the stand-in of o/act is stale: made for v1.0.0"),
        (f"o/act@{SHA} # v1.0.1", "the stand-in of o/act is stale: made for v1.0.0"),
        (f"o/other@{SHA} # v1.0.0", "o/other has no stand-in"),
        ("o/act@v1", "not pinned by a full commit"),
    ],
)
def test_rehearsal_does_not_start_without_the_stand_in_of_that_very_commit(
    folder: Path, reference: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says) as refusal:
        standins.flags([using(reference)], folder)
    assert "no run was started" in refusal.value.untouched


def test_stand_in_of_that_commit_is_taken(folder: Path) -> None:
    assert standins.flags([using(f"o/act@{SHA} # v1.0.0")], folder) == [
        "--local-repository",
        f"o/act@{SHA}={folder}/act",
    ]


def test_stand_in_that_does_not_say_for_what_it_stands_is_refused(tmp_path: Path) -> None:
    (tmp_path / "act").mkdir()
    (tmp_path / "act" / "action.yml").write_text("name: act\n")
    with pytest.raises(UsageError, match="does not say which action"):
        standins.stand_ins(tmp_path)
