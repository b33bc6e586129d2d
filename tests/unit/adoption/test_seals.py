"""Generated files: whose they are, whether a hand changed them, and lines of the team's own that stay."""

from __future__ import annotations

import pytest

from release.adoption import generated, seals
from release.adoption.seals import Written
from release.errors import ConflictError

A, B = "a" * 40, "b" * 40
TEXT = f"""\
# Generated
name: check
on:
  pull_request:
jobs:
  check:
    uses: acme/pipeline/.github/workflows/check.yml@{A} # v1.0.0
"""
SEALED = generated.headed(TEXT)
KEPT = "  # release: keep\n  push:\n    branches: [next]\n  # release: end\n"


def test_what_is_written_says_who_wrote_it() -> None:
    assert SEALED.startswith("# Written by release init; release upgrade brings it up to date. [")
    assert seals.written_by(SEALED) is Written.AS_GENERATED
    assert seals.written_by(SEALED.replace("\n", "\r\n")) is Written.AS_GENERATED


def test_a_file_of_somebody_else_s_is_foreign() -> None:
    assert seals.written_by(TEXT) is Written.FOREIGN
    assert seals.written_by("") is Written.FOREIGN


def test_a_line_changed_by_hand_is_seen() -> None:
    assert seals.written_by(SEALED.replace("pull_request:", "pull_request_target:")) is Written.CHANGED
    assert seals.written_by(SEALED + "  more: {}\n") is Written.CHANGED
    assert seals.written_by(SEALED.replace("acme/pipeline", "evil/pipeline")) is Written.CHANGED


def test_a_commit_that_dependabot_moved_is_no_change_by_hand() -> None:
    moved = SEALED.replace(f"{A} # v1.0.0", f"{B} # v1.1.0")
    assert seals.written_by(moved) is Written.AS_GENERATED
    assert seals.pins(moved) == (("acme/pipeline/.github/workflows/check.yml", B, "v1.1.0"),)


def test_lines_in_a_block_of_their_own_stay_where_they_were_in_the_next_version() -> None:
    theirs = SEALED.replace("  pull_request:\n", f"  pull_request:\n{KEPT}")
    assert seals.written_by(theirs) is Written.AS_GENERATED
    newer = generated.headed(TEXT.replace("name: check\n", "name: check\n# more\n").replace(A, B))
    text, lost = seals.with_kept(newer, seals.kept(theirs))
    assert f"  pull_request:\n{KEPT}jobs:\n" in text
    assert lost == ()
    assert seals.written_by(text) is Written.AS_GENERATED


def test_a_block_at_the_end_stays_at_the_end_though_the_commit_above_it_moved() -> None:
    block = "  # release: keep\n  more:\n    runs-on: ubuntu-24.04\n"
    text, lost = seals.with_kept(generated.headed(TEXT.replace(A, B)), seals.kept(SEALED + block))
    assert text.endswith(f"@{B} # v1.0.0\n{block}")
    assert lost == ()


def test_a_block_whose_place_is_gone_is_told() -> None:
    theirs = SEALED.replace("  pull_request:\n", f"  pull_request:\n{KEPT}")
    text, [lost] = seals.with_kept(
        generated.headed(TEXT.replace("  pull_request:", "  merge_group:")), seals.kept(theirs)
    )
    assert "branches: [next]" not in text
    assert lost.lines == tuple(KEPT.splitlines())


def test_of_two_like_lines_the_block_stays_behind_the_same_one() -> None:
    text = TEXT + "  again:\n    uses: acme/pipeline/.github/workflows/check.yml@" + A + "\n"
    theirs = generated.headed(text) + "    # release: keep\n    # mine\n    # release: end\n"
    assert seals.with_kept(generated.headed(text), seals.kept(theirs)) == (theirs, ())


PATH = ".github/workflows/check.yml"


def test_a_workflow_that_is_not_there_gets_its_usual_name() -> None:
    [found] = generated.compared({PATH: TEXT}, {})
    assert (found.path, found.before, found.after, found.written) == (PATH, None, SEALED, None)


@pytest.mark.parametrize("taken", [PATH, ".github/workflows/check.yaml"])
def test_a_workflow_of_the_team_s_own_stays_and_ours_is_called_otherwise(taken: str) -> None:
    present = {taken: "name: check\n"}
    [found] = generated.compared({PATH: TEXT}, present)
    assert (found.path, found.before) == (".github/workflows/image-check.yml", None)
    assert "\nname: image-check\n" in found.after
    assert generated.moved([found])[0].startswith(f"{PATH} is yours and stays; ours is {found.path}.")
    [again] = generated.compared({PATH: TEXT}, present | {found.path: found.after})
    assert again.is_current


def test_ours_under_another_name_keeps_it_when_theirs_is_gone() -> None:
    [found] = generated.compared({PATH: TEXT}, {PATH: "name: check\n"})
    [again] = generated.compared({PATH: TEXT}, {found.path: found.after})
    assert (again.path, again.is_current) == (found.path, True)


def test_without_any_name_left_it_is_refused() -> None:
    present = {PATH: "x", ".github/workflows/image-check.yml": "y"}
    with pytest.raises(ConflictError, match="has no name left"):
        generated.compared({PATH: TEXT}, present)


def test_the_repository_that_is_called_is_read_from_ours_alone() -> None:
    assert generated.home({PATH: SEALED, "x.yml": TEXT.replace("acme", "other")}) == "acme/pipeline"
    assert generated.home({PATH: SEALED, "x.yml": generated.headed(TEXT.replace("acme", "other"))}) == ""
    assert generated.home({}) == ""


def test_a_generated_file_with_lines_of_their_own_is_current_and_a_changed_one_is_not() -> None:
    assert generated.is_current(SEALED, TEXT)
    assert generated.is_current(SEALED.replace("  pull_request:\n", f"  pull_request:\n{KEPT}"), TEXT)
    assert not generated.is_current(SEALED.replace("pull_request", "push"), TEXT)
    [other] = generated.compared({PATH: TEXT}, {PATH: "name: check\n"})
    assert generated.is_current(other.after, TEXT)
