"""The list of third-party actions, and what is said of a file that uses another one, or another commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.errors import UsageError
from workflowlint import actions, workflow
from workflowlint.actions import KnownAction, Pin
from workflowlint.linters.node_tools import metadata

ROOT = Path(__file__).parents[3]
SHA = "a" * 40
LISTED = {"o/act": KnownAction(Pin("o/act", SHA, "v1.0.0"), {"path": True, "key": False}, frozenset({"hit"}))}


def texts() -> dict[str, str]:
    files = [*(ROOT / workflow.FOLDER).glob("*.yml"), *(ROOT / ".github" / "actions").rglob("action.yml")]
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def test_every_uses_of_the_project_is_on_the_list_and_all_of_the_list_is_used() -> None:
    assert actions.problems(texts(), actions.known()) == []


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
        (f"o/act@{'b' * 40} # v1.0.0", "nobody has looked at this commit, but at v1.0.0"),
        (f"o/other@{SHA} # v1.0.0", "o/other is not among the actions of workflowlint/actions.toml"),
        ("docker://alpine:3", "not pinned by a full commit"),
    ],
)
@pytest.mark.parametrize("form", ["      - uses: {}", "        uses: {}"])
def test_use_is_checked_against_the_list(form: str, uses: str, says: str | None) -> None:
    """faults.md, 1 and 2."""
    found = [text for file, text in actions.problems({"a.yml": form.format(uses)}, LISTED) if file == "a.yml"]
    assert found == [] if says is None else len(found) == 1 and says in found[0]


def test_action_of_the_list_that_nobody_uses_is_named() -> None:
    assert actions.problems({}, LISTED) == [("actions.toml", "o/act is used by no workflow")]


@pytest.mark.parametrize(
    "entry",
    [
        'uses = "o/act@v1"',
        f'uses = "o/act@{SHA} # v1.0.0"\ninput = ["path"]',
        f'uses = "o/act@{SHA} # v1.0.0"\n[[action]]\nuses = "o/act@{"b" * 40} # v1.0.1"',
        'inputs = ["path"]',
    ],
)
def test_entry_of_the_list_that_is_not_understood_is_refused(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "actions.toml"
    path.write_text(f"[[action]]\n{entry}\n")
    with pytest.raises(UsageError, match="is not an action once, by its commit and version"):
        actions.known(path)


def test_linters_are_told_the_inputs_and_outputs_of_each_action() -> None:
    assert metadata(LISTED) == {
        "o/act": {
            "name": "o/act",
            "inputs": {"path": {"required": True}, "key": {"required": False}},
            "outputs": {"hit": {}},
        }
    }
