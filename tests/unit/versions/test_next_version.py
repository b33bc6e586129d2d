"""The next version: by table over histories, and as properties of any history."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import ConflictError, UsageError
from release.semver import Bump, Version, parse
from release.versions.changed import Changed
from release.versions.history import Commit
from release.versions.nextversion import NextVersion, next_version
from release.versions.settings import VersionSettings
from release.versions.tags import ReleaseTag

DEFAULT = VersionSettings()


def commit_id(number: int) -> str:
    """Ids that differ in their first digits."""
    return f"{number + 1:07x}" + "0" * 33


def history(*messages: str) -> tuple[Commit, ...]:
    """A line of commits with these messages, oldest first as one writes them; the newest comes first in the answer."""
    commits = [
        Commit(commit_id(n), (commit_id(n - 1),) if n else (), "A Person", "2026-01-05T12:00:00Z", message)
        for n, message in enumerate(messages)
    ]
    return tuple(reversed(commits))


def after(
    previous: str | None, *messages: str, settings: VersionSettings = DEFAULT, branch: str = "", **inputs: list[str]
) -> NextVersion:
    """The next version after ``previous`` and commits with these messages."""
    tag = ReleaseTag(f"v{previous}", parse(previous), "f" * 40) if previous else None
    commits = history(*messages)
    head = commits[0].id if commits else "f" * 40
    return next_version(head, tag, commits, settings, branch=branch, changed=Changed(inputs))


@pytest.mark.parametrize(
    ("previous", "messages", "bump", "version"),
    [
        ("1.2.3", ["fix: x"], "patch", "1.2.4"),
        ("1.2.3", ["perf: x"], "patch", "1.2.4"),
        ("1.2.3", ["feat: x"], "minor", "1.3.0"),
        ("1.2.3", ["feat: x", "fix: y", "docs: z"], "minor", "1.3.0"),
        ("1.2.3", ["fix!: x"], "major", "2.0.0"),
        ("1.2.3", ["docs!: x"], "major", "2.0.0"),
        ("1.2.3", ["fix: x\n\nBREAKING CHANGE: y"], "major", "2.0.0"),
        ("1.2.3", ["whatever\n\nBREAKING CHANGE: y"], "major", "2.0.0"),
        ("0.2.3", ["fix: x"], "patch", "0.2.4"),
        ("0.2.3", ["feat: x"], "minor", "0.3.0"),
        ("0.2.3", ["feat!: x"], "minor", "0.3.0"),
        ("0.0.3", ["feat!: x"], "minor", "0.1.0"),
        ("1.2.3", ["docs: x", "chore: y", "wip"], "none", "1.2.4"),
        ("1.9.9", ["feat: x"], "minor", "1.10.0"),
    ],
)
def test_bump_by_table(previous: str, messages: list[str], bump: str, version: str) -> None:
    answer = after(previous, *messages)
    assert (answer.bump.word, str(answer.version)) == (bump, version)
    assert answer.is_due == (bump != "none")
    assert str(answer.candidate) == f"{version}-rc.{len(messages)}"
    assert answer.tag == f"v{version}"


def test_setting_makes_a_breaking_change_of_0_x_a_major() -> None:
    assert str(after("0.2.3", "feat!: x", settings=VersionSettings(major_on_zero=True)).version) == "1.0.0"


def test_no_commit_since_the_release_means_no_version() -> None:
    answer = after("1.2.3")
    assert (answer.version, answer.candidate, answer.tag, answer.is_due) == (None, None, "", False)


@pytest.mark.parametrize("messages", [["chore: x"], ["feat!: x"], ["wip"]])
def test_first_release_is_the_setting_whatever_the_commits(messages: list[str]) -> None:
    assert str(after(None, *messages).version) == "0.1.0"
    assert after(None, *messages).is_due
    assert str(after(None, *messages, settings=VersionSettings(first_version="1.0.0")).version) == "1.0.0"


@pytest.mark.parametrize("first", ["1.0.0-rc.1", "1.0.0+x", "one"])
def test_first_version_that_is_no_release_is_refused(first: str) -> None:
    with pytest.raises(UsageError) as refusal:
        after(None, "feat: x", settings=VersionSettings(first_version=first))
    assert refusal.value.next_step


def test_every_commit_has_a_reason_and_none_is_dropped() -> None:
    answer = after("1.0.0", "fix: a", "wip", "docs: b", "Merge branch 'x'")
    assert [(reason.subject, reason.kind, reason.bump.word) for reason in answer.reasons] == [
        ("Merge branch 'x'", "other", "none"),
        ("docs: b", "conventional", "none"),
        ("wip", "other", "none"),
        ("fix: a", "conventional", "patch"),
    ]
    assert all(reason.why for reason in answer.reasons)


def test_merge_commit_without_a_title_is_a_merge() -> None:
    commits = (Commit("a" * 40, ("b" * 40, "c" * 40), "A", "", "Merge branch 'x'"),)
    answer = next_version("a" * 40, ReleaseTag("v1.0.0", parse("1.0.0")), commits, DEFAULT)
    assert answer.reasons[0].kind == "merge"


def test_setting_gives_a_type_and_an_unconventional_commit_a_bump() -> None:
    settings = VersionSettings(bumps={"refactor": Bump.PATCH, "api": Bump.MAJOR}, other_bump=Bump.PATCH)
    assert after("1.0.0", "refactor: x", settings=settings).bump is Bump.PATCH
    assert after("1.0.0", "Api: x", settings=settings).bump is Bump.MAJOR
    assert after("1.0.0", "wip", settings=settings).bump is Bump.PATCH
    assert after("1.0.0", "feat: x", settings=settings).bump is Bump.NONE


def test_setting_makes_every_header_of_a_message_count() -> None:
    message = "fix: x\n\n* feat: y"
    assert after("1.0.0", message).bump is Bump.PATCH
    assert after("1.0.0", message, settings=VersionSettings(multiple_headers=True)).bump is Bump.MINOR


# images


def test_changed_inputs_make_at_least_a_patch() -> None:
    answer = after("1.0.0", "docs: x", export=["function/app.py"])
    assert (answer.bump, str(answer.version)) == (Bump.PATCH, "1.0.1")
    assert "export" in answer.notes[0]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (Changed(bundle=("template.yaml",)), "template.yaml changed"),
        (Changed({"api": ["a"]}, ("template.yaml", "a")), "the inputs of api and template.yaml, a changed"),
        (Changed(bundle=tuple("abcde")), "a, b, c and 2 more changed"),
    ],
)
def test_a_changed_template_file_or_setting_makes_at_least_a_patch(changed: Changed, why: str) -> None:
    """docs/architecture.md, rule 10; faults.md, 55."""
    tag, commits = ReleaseTag("v1.0.0", parse("1.0.0"), "f" * 40), history("chore: x")
    answer = next_version(commits[0].id, tag, commits, DEFAULT, changed=changed)
    assert (answer.bump, str(answer.version)) == (Bump.PATCH, "1.0.1")
    assert answer.notes == (f"at least a patch, because {why}",)


@pytest.mark.parametrize("changed", [Changed(), Changed({"api": []}, ()), None])
def test_what_did_not_change_asks_for_nothing(changed: Changed | None) -> None:
    tag, commits = ReleaseTag("v1.0.0", parse("1.0.0"), "f" * 40), history("chore: x")
    answer = next_version(commits[0].id, tag, commits, DEFAULT, changed=changed)
    assert (answer.is_due, answer.notes) == (False, ())


def test_changed_inputs_do_not_lower_a_greater_bump() -> None:
    answer = after("1.0.0", "feat: x", export=["function/app.py"])
    assert (answer.bump, answer.notes) == (Bump.MINOR, ())


# reverts


def revert(number: int, subject: str = "feat: x") -> str:
    """git's own message for a revert of the commit with this number."""
    return f'Revert "{subject}"\n\nThis reverts commit {commit_id(number)}.'


def kinds(answer: NextVersion) -> list[str]:
    return [reason.kind for reason in reversed(answer.reasons)]


def test_revert_cancels_an_unreleased_commit_and_itself() -> None:
    answer = after("1.0.0", "feat: x", revert(0))
    assert (answer.bump, kinds(answer)) == (Bump.NONE, ["reverted", "reverts"])
    assert str(answer.candidate) == "1.0.1-rc.2"


def test_revert_of_a_breaking_change_takes_the_major_back() -> None:
    assert after("1.0.0", "feat!: x", "fix: y", revert(0, "feat!: x")).bump is Bump.PATCH


def test_revert_of_a_released_commit_is_a_patch() -> None:
    answer = after("1.0.0", 'Revert "feat: old"\n\nThis reverts commit ' + "e" * 40 + ".")
    assert (answer.bump, answer.reasons[0].why) == (Bump.PATCH, "revert")


def test_revert_of_a_revert_brings_the_commit_back() -> None:
    answer = after("1.0.0", "feat: x", revert(0), revert(1, 'Revert "feat: x"'))
    assert (answer.bump, kinds(answer)) == (Bump.MINOR, ["conventional", "reverted", "reverts"])


def test_conventional_revert_with_refs_and_short_ids_cancels_each() -> None:
    message = f"revert: both\n\nRefs: {commit_id(0)[:7]}, {commit_id(1)[:9]}"
    assert after("1.0.0", "feat: x", "feat: y", message).bump is Bump.NONE


def test_revert_of_an_unreleased_and_a_released_commit_is_a_patch() -> None:
    message = f"revert: both\n\nRefs: {commit_id(0)}, {'e' * 40}"
    answer = after("1.0.0", "feat: x", message)
    assert (answer.bump, kinds(answer)) == (Bump.PATCH, ["reverted", "conventional"])


def test_revert_of_a_pull_request_cancels_its_commit() -> None:
    answer = after("1.0.0", "feat: x (#12)", 'Revert "feat: x (#12)" (#13)\n\nReverts owner/name#12')
    assert answer.bump is Bump.NONE


def test_revert_that_quotes_only_the_subject_cancels_the_newest_commit_with_it() -> None:
    answer = after("1.0.0", "feat: x", "feat: x", 'Revert "feat: x"')
    assert kinds(answer) == ["conventional", "reverted", "reverts"]


def test_revert_cannot_take_back_a_later_commit() -> None:
    answer = after("1.0.0", revert(1), "feat: x")
    assert (answer.bump, kinds(answer)) == (Bump.MINOR, ["conventional", "conventional"])


def test_fix_that_also_takes_a_commit_back_remains_a_fix() -> None:
    answer = after("1.0.0", "feat: x", f"fix: other way\n\nThis reverts commit {commit_id(0)}.")
    assert (answer.bump, kinds(answer)) == (Bump.PATCH, ["reverted", "conventional"])


def test_revert_of_a_merge_cancels_all_that_it_brought() -> None:
    base, topic, main, merge, undo = (commit_id(n) for n in range(5))
    commits = (
        Commit(undo, (merge,), "A", "", f"Revert \"Merge branch 'x'\"\n\nThis reverts commit {merge}, reversing\n"),
        Commit(merge, (main, topic), "A", "", "Merge branch 'x'"),
        Commit(topic, (base,), "A", "", "feat!: topic"),
        Commit(main, (base,), "A", "", "fix: main"),
        Commit(base, ("f" * 40,), "A", "", "perf: both have it"),
    )
    answer = next_version(undo, ReleaseTag("v1.0.0", parse("1.0.0"), "f" * 40), commits, DEFAULT)
    assert answer.bump is Bump.PATCH
    kinds = ["reverts", "reverted", "reverted", "conventional", "conventional"]
    assert [reason.kind for reason in answer.reasons] == kinds


# overrides


def override(number: int, text: str, carrier: str = "docs: correct a message") -> str:
    return f"{carrier}\n\nBEGIN_COMMIT_OVERRIDE {commit_id(number)[:7]}\n{text}\nEND_COMMIT_OVERRIDE"


def test_override_takes_the_place_of_the_message() -> None:
    answer = after("1.0.0", "wip", override(0, "feat!: x\n\nBREAKING CHANGE: y"))
    assert (answer.bump, answer.reasons[1].changes[0].breaking_notes) == (Bump.MAJOR, ("y",))
    assert "overridden" in answer.reasons[1].why
    assert answer.reasons[0].kind == "conventional"


def test_override_can_lower_what_a_message_said() -> None:
    assert after("1.0.0", "feat!: x", override(0, "docs: x")).bump is Bump.NONE


def test_newest_override_wins() -> None:
    assert after("1.0.0", "wip", override(0, "feat!: x"), override(0, "fix: x")).bump is Bump.PATCH


def test_override_of_an_override_s_carrier_takes_the_override_away() -> None:
    assert after("1.0.0", "wip", override(0, "feat!: x"), override(1, "docs: nothing")).bump is Bump.NONE


def test_reverted_override_does_nothing() -> None:
    answer = after("1.0.0", "wip", override(0, "feat: x"), revert(1, "docs: correct a message"))
    assert answer.bump is Bump.NONE


def test_empty_override_makes_a_commit_count_for_nothing() -> None:
    assert after("1.0.0", "feat!: x", override(0, "")).bump is Bump.NONE


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (override(7, "feat: x"), "names no earlier unreleased commit"),
        ("docs: x\n\nBEGIN_COMMIT_OVERRIDE\nfeat: x\nEND_COMMIT_OVERRIDE", "does not name its commit"),
        (f"docs: x\n\nBEGIN_COMMIT_OVERRIDE {commit_id(0)}\nfeat!: x", "is not closed"),
    ],
)
def test_override_that_cannot_be_used_is_reported_and_changes_nothing(message: str, what: str) -> None:
    answer = after("1.0.0", "fix: x", message)
    assert answer.bump is Bump.PATCH
    assert what in answer.notes[0]


# Release-As


def test_release_as_names_the_version() -> None:
    answer = after("1.0.0", "chore: x\n\nRelease-As: 3.0.0", "fix: y")
    assert (str(answer.version), answer.bump, str(answer.candidate)) == ("3.0.0", Bump.MAJOR, "3.0.0-rc.2")


def test_newest_release_as_wins() -> None:
    assert str(after("1.0.0", "chore: x\n\nRelease-As: 3.0.0", "chore: y\n\nrelease-as: v2.0.0").version) == "2.0.0"


def test_reverted_release_as_does_nothing() -> None:
    message = "chore: x\n\nRelease-As: 3.0.0"
    assert str(after("1.0.0", message, revert(0, "chore: x")).version) == "1.0.1"


def test_release_as_works_for_the_first_release_and_in_an_unconventional_message() -> None:
    assert str(after(None, "begin\n\nRelease-As: 5.0.0").version) == "5.0.0"


@pytest.mark.parametrize("named", ["1.0.0", "0.9.0", "1.0.0-rc.1", "2.0.0-rc.1", "2.0.0+x", "two", "2.0.0; rm -rf /"])
def test_release_as_that_cannot_be_is_refused_with_the_remedy(named: str) -> None:
    with pytest.raises((ConflictError, UsageError)) as refusal:
        after("1.0.0", f"chore: x\n\nRelease-As: {named}")
    assert "--allow-empty" in refusal.value.next_step


# branches and tags


@pytest.mark.parametrize(
    ("branch", "message", "fits"),
    [
        ("release/1.2", "fix: x", True),
        ("release/1.2", "feat: x", False),
        ("release/1.x", "feat: x", True),
        ("release/1", "feat!: x", False),
        ("1.x", "feat: x", True),
        ("1.x", "feat!: x", False),
        ("release/v1.2.x", "feat: x", False),
        ("release/2026-11", "feat!: x", True),
        ("main", "feat!: x", True),
        ("fix/1.2", "feat!: x", True),
        ("", "feat!: x", True),
    ],
)
def test_maintenance_branch_carries_only_its_own_line(branch: str, message: str, fits: bool) -> None:
    if fits:
        assert after("1.2.3", message, branch=branch).is_due
    else:
        with pytest.raises(ConflictError, match="carries only") as refusal:
            after("1.2.3", message, branch=branch)
        assert "Release-As" in refusal.value.next_step


def test_version_that_a_tag_elsewhere_has_is_refused_with_the_remedy() -> None:
    previous = ReleaseTag("v1.0.0", parse("1.0.0"), "f" * 40)
    taken = [ReleaseTag("v1.1.0", parse("1.1.0")), previous]
    with pytest.raises(ConflictError, match=r"v1\.1\.0 exists already") as refusal:
        next_version("a" * 40, previous, history("feat: x"), DEFAULT, taken=taken)
    assert "--contains v1.1.0" in refusal.value.next_step
    assert str(next_version("a" * 40, previous, history("fix: x"), DEFAULT, taken=taken).version) == "1.0.1"


# properties

small = st.integers(0, 30)
releases = st.builds(Version, small, small, small)
messages = st.lists(
    st.one_of(
        st.sampled_from(
            ["feat: a", "fix: b", "feat!: c", "docs: d", "wip", "fix: e\n\nBREAKING CHANGE: f", "revert: a", revert(0)]
        ),
        st.text(max_size=40),
        st.integers(0, 9).map(revert),
        st.tuples(st.integers(0, 9), st.sampled_from(["feat: z", "fix!: z", ""])).map(lambda it: override(*it)),
    ),
    max_size=10,
)


def answered(previous: Version, texts: list[str], settings: VersionSettings = DEFAULT) -> NextVersion:
    return next_version("f" * 40, ReleaseTag(f"v{previous}", previous), history(*texts), settings)


@given(releases, messages)
def test_next_version_is_always_greater(previous: Version, texts: list[str]) -> None:
    answer = answered(previous, texts)
    assert (answer.version is None) == (not texts)
    if answer.version and answer.candidate:
        assert previous.precedence < answer.candidate.precedence < answer.version.precedence


@given(releases, messages)
def test_equal_history_gives_an_equal_answer(previous: Version, texts: list[str]) -> None:
    assert answered(previous, texts) == answered(previous, list(texts))


@given(releases, messages)
def test_one_more_feature_never_lowers_the_version(previous: Version, texts: list[str]) -> None:
    before, later = answered(previous, texts), answered(previous, [*texts, "feat: one more"])
    assert later.version is not None
    assert later.bump >= Bump.MINOR
    assert before.version is None or before.version.precedence <= later.version.precedence


@given(releases, messages)
def test_every_commit_has_exactly_one_reason_in_order(previous: Version, texts: list[str]) -> None:
    assert [reason.commit for reason in answered(previous, texts).reasons] == [c.id for c in history(*texts)]


@given(releases, messages)
def test_bump_is_the_greatest_that_any_commit_asks_for(previous: Version, texts: list[str]) -> None:
    answer = answered(previous, texts, replace(DEFAULT, major_on_zero=True))
    assert answer.bump == max((reason.bump for reason in answer.reasons), default=Bump.NONE)


def test_thousands_of_reverts_are_settled_in_one_pass() -> None:
    texts = ["feat: x"] * 3000 + ['Revert "feat: x"'] * 3000
    assert answered(Version(1, 0, 0), texts).bump is Bump.NONE
