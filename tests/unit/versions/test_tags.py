"""Which tags name releases, in which form, and which only look like it: by table over names and over histories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import ConflictError
from release.versions.before import Before, release_before
from release.versions.settings import VersionSettings
from release.versions.tags import notes_on, prefix_of, release_tags
from tests.fakes.git import FakeGit

DEFAULT = VersionSettings()


def test_release_tags_are_releases_only_highest_first() -> None:
    names = ["v1.0.0", "v1.10.0", "v1.9.0", "v2.0.0-rc.1", "1.5.0", "v1.2", "vv3.0.0", "v01.0.0", "release-v4.0.0"]
    assert [tag.name for tag in release_tags(names, ["v"])] == ["v1.10.0", "v1.9.0", "v1.0.0"]
    assert [tag.name for tag in release_tags(names, ["v", ""])] == ["v1.10.0", "v1.9.0", "1.5.0", "v1.0.0"]
    assert [tag.name for tag in release_tags(names, ["release-v"])] == ["release-v4.0.0"]


def test_tags_of_one_precedence_are_ordered_by_name() -> None:
    names = ["v1.0.0+a", "v1.0.0+b", "v1.0.0", "1.0.0"]
    first, second = release_tags(names, ["v", ""]), release_tags(names[::-1], ["v", ""])
    assert [tag.name for tag in first] == [tag.name for tag in second]


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("release-1.2.0", "release-"),
        ("app-v1.0.0", "app-v"),
        ("app2.0-v1.0.0-rc.1", "app2.0-v"),
        ("pkg/v1.0.0", "pkg/v"),
        ("v1.21.4.1", None),
        ("2026.08.19", None),
        ("nightly", None),
    ],
)
def test_prefix_is_what_stands_before_the_version(name: str, prefix: str | None) -> None:
    assert prefix_of(name) == prefix


# histories


def history(*commits: str, settings: VersionSettings = DEFAULT) -> Before:
    """What comes before HEAD, after one commit for each item: the tags of that commit, separated by spaces."""
    git = FakeGit()
    for names in commits:
        git.commit({})
        for name in names.split():
            git.tag(name)
    git.commit({})
    return release_before(git, git.tags(), git.head, settings)


def found(before: Before) -> tuple[str, str | None]:
    return before.prefix, before.tag.name if before.tag else None


@pytest.mark.parametrize(
    ("commits", "prefix", "tag"),
    [
        ([], "v", None),
        (["1.0.0 nightly"], "", "1.0.0"),
        (["1.0.0-rc.1"], "v", None),
        (["1.0.0", "v1.1.0-rc.1"], "", "1.0.0"),
        (["app-1.0.0"], "v", None),
        (["v1.0.0", "1.1.0", "2.0.0"], "", "2.0.0"),
        (["1.0.0", "v1.1.0"], "v", "v1.1.0"),
        (["v1.0.0 1.0.0"], "v", "v1.0.0"),
        (["v1.0.0 1.0.0", "v1.0.1 1.0.1"], "v", "v1.0.1"),
        (["10.0.0", "v1.0.0"], "v", "v1.0.0"),
        (["v2.0.0", "1.5.0"], "v", "v2.0.0"),
    ],
)
def test_form_of_release_tags_is_that_of_the_later_ones(commits: list[str], prefix: str, tag: str | None) -> None:
    """faults.md, 66"""
    assert found(history(*commits)) == (prefix, tag)


@pytest.mark.parametrize(
    ("commits", "key"), [(["v1.0.0", "2.0.0"], 'tag-prefix = ""'), (["10.0.0", "v1.0.0"], 'tag-prefix = "v"')]
)
def test_change_of_form_is_noted_with_the_key_that_settles_it(commits: list[str], key: str) -> None:
    (note,) = history(*commits).notes
    assert "changed their form" in note
    assert key in note


def test_bare_tags_below_the_others_change_nothing_and_need_no_note() -> None:
    assert history("1.0.0", "v1.1.0").notes == ()


def test_setting_decides_the_form_without_a_note() -> None:
    assert found(history("v1.0.0", "2.0.0", settings=VersionSettings(tag_prefix="v"))) == ("v", "v1.0.0")
    assert found(history("v1.0.0", "2.0.0", settings=VersionSettings(tag_prefix=""))) == ("", "2.0.0")
    assert history("v1.0.0", "2.0.0", settings=VersionSettings(tag_prefix="")).notes == ()


def test_two_forms_side_by_side_are_refused_with_the_key_that_settles_it() -> None:
    git = FakeGit()
    first = git.commit({})
    git.branch("topic")
    topic = git.commit({})
    git.tag("2.0.0")
    git.branch("main", first)
    git.commit({})
    git.tag("v1.0.0")
    git.commit({}, merged=topic)
    with pytest.raises(ConflictError, match=r"neither came after the other: v1\.0\.0 and 2\.0\.0") as refusal:
        release_before(git, git.tags(), git.head, DEFAULT)
    assert 'tag-prefix = "v" or tag-prefix = ""' in refusal.value.next_step


def test_form_that_is_not_in_the_history_does_not_decide() -> None:
    git = FakeGit()
    main = git.commit({})
    git.tag("v1.0.0")
    git.branch("topic")
    git.commit({})
    git.tag("2.0.0")
    git.branch("main", main)
    assert found(release_before(git, git.tags(), git.head, DEFAULT)) == ("v", "v1.0.0")
    git.references["refs/tags/v1.0.0"], git.references["refs/tags/2.0.0"] = (
        git.references["refs/tags/2.0.0"],
        git.references["refs/tags/v1.0.0"],
    )
    assert found(release_before(git, git.tags(), git.head, DEFAULT)) == ("", "2.0.0")


class CountingGit(FakeGit):
    """Counts the questions that walk the history."""

    asked = 0

    def merged_tags(self, names: object, commit: str) -> dict[str, str]:
        self.asked += 1
        return dict(super().merged_tags(names, commit))  # type: ignore[arg-type]  # handed on as it came


@pytest.mark.parametrize(("elsewhere", "questions"), [(0, 1), (600, 2)])
def test_tags_beside_the_branch_cost_one_question_more_however_many(elsewhere: int, questions: int) -> None:
    git = CountingGit()
    main = git.commit({})
    git.tag("v1.0.0")
    git.branch("next")
    for number in range(elsewhere):
        git.commit({})
        git.tag(f"v2.0.{number}")
    assert found(release_before(git, git.tags(), main, DEFAULT)) == ("v", "v1.0.0")
    assert git.asked == questions


# what only looks like a release


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["release-1.0.0", "release-1.2.0"], ["release-1.2.0 and release-1.0.0 are not counted", '"release-"']),
        (["v1.21.4.1"], ["v1.21.4.1 is not counted", "three numbers", "Release-As: X.Y.Z"]),
        (["app-v1.0.0"], ["app-v1.0.0 is not counted", 'tag-prefix = "app-v"']),
        (["v1.0.0", "v1.1"], ["v1.1 is not counted", "three numbers"]),
        (["2025.11.12", "2026.08.19"], ["2026.08.19 is not counted", "leading zeros"]),
        (["v2"], ["v2 is not counted"]),
        (["20260819"], ["20260819 is not counted"]),
        (["1.0.0rc1"], ["1.0.0rc1 is not counted"]),
        (["1.0.0.RELEASE"], ["1.0.0.RELEASE is not counted"]),
        ([f"v1.{n}" for n in range(9)], ["v1.8, v1.7, v1.6 and 6 other tags are not counted"]),
    ],
)
def test_tags_that_only_look_like_releases_are_named_in_a_note(names: list[str], said: list[str]) -> None:
    """faults.md, 66"""
    (note,) = notes_on(names, DEFAULT)
    assert all(part in note for part in said), note


@pytest.mark.parametrize(
    "names",
    [
        ["v1.0.0", "v1", "v1.0", "1", "v2.0.0-rc.1"],
        ["nightly", "latest", "deploy-2026", "stable/x"],
    ],
)
def test_pointers_candidates_and_other_names_are_no_riddle(names: list[str]) -> None:
    assert notes_on(names, DEFAULT) == ()


def test_with_a_prefix_in_the_settings_only_its_own_tags_are_a_riddle() -> None:
    names = ["app-v1.0.0", "app-v1.1", "app-vnext", "lib-v3", "2.0.0", "release-1.0.0"]
    (note,) = notes_on(names, VersionSettings(tag_prefix="app-v"))
    assert note.startswith("app-v1.1 is not counted: a release tag ends with three numbers")
    assert notes_on(["release-1.0.0", "v1.1"], VersionSettings(tag_prefix="")) == ()


def test_many_prefixes_make_few_notes_and_lose_no_tag() -> None:
    notes = notes_on([f"pkg{one}-1.0.{n}" for one in "abcdef" for n in range(3)], DEFAULT)
    assert len(notes) == 4
    assert "and 6 other tags are not counted either" in notes[-1]


@given(st.lists(st.text(max_size=30) | st.text("v/-+.019abc\x1b\u2028", max_size=14), max_size=8))
def test_no_name_of_a_tag_is_too_strange(names: list[str]) -> None:
    assert all("\n" not in note and "\x1b" not in note for note in notes_on(names, DEFAULT))


@pytest.mark.parametrize("name", ["1" * 5000, "1." * 2500, "v" * 5000, "1.0.0-" * 900, "v1.0." + "1" * 5000])
def test_long_names_are_read_in_one_go(name: str) -> None:
    assert len(notes_on([name] * 20, DEFAULT)) <= 1
