"""release version, changelog, prepare, check-tag and plan, from a repository to their answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from release.errors import (
    ConflictError,
    MachineError,
    NotFoundError,
    NothingToRelease,
    ReleaseError,
    RemoteError,
    UsageError,
)
from release.images.changes import changed_inputs
from release.settings.images import ImageSpec
from release.versions import plan as plan_stage
from release.versions import prepare, releaseplan, sections, version
from release.versions.changed import Changed
from release.versions.check_tag import check_tag
from release.versions.plan import plan_release
from release.versions.ports import Changes
from release.versions.settings import VersionSettings
from tests.fakes.git import FakeGit

DEFAULT = VersionSettings()
INPUTS = {"export": ("function/shared", "function/export"), "report": ("function/shared", "function/report")}
IMAGES = {
    name: ImageSpec(name, f"app/{name}", "function/Dockerfile", "function", name, inputs, "Parameter", "Function")
    for name, inputs in INPUTS.items()
}
DATE = "2026-11-21"


@pytest.fixture
def git() -> FakeGit:
    """v1.0.0 on main, then a fix of the export image and words."""
    git = FakeGit()
    git.commit({"function/export/app.py": b"1", "function/report/app.py": b"1", "function/shared/a": b"1"}, "feat: all")
    git.tag("v1.0.0", annotated=True)
    git.commit({"function/export/app.py": b"2"}, "fix(export): a bug (#12)")
    git.commit({"README.md": b"words"}, "docs: words")
    return git


def changes(git: FakeGit) -> Changes:
    """What the images' room tells about two images whose settings stay the same."""
    return lambda before, after: Changed(changed_inputs(git, lambda _commit: IMAGES, before, after))


def named(git: FakeGit, revision: str = "HEAD", settings: VersionSettings = DEFAULT) -> str:
    answer = version.next_version(git, settings, revision)
    return f"{answer.previous.name if answer.previous else '-'} {answer.version} {answer.candidate}"


# version


def test_version_counts_from_the_highest_tag_in_the_history(git: FakeGit) -> None:
    assert named(git) == "v1.0.0 1.0.1 1.0.1-rc.2"


def test_equal_commits_have_equal_names_wherever_head_is(git: FakeGit) -> None:
    commit = git.head
    git.commit({}, "feat!: later")
    git.tag("v2.0.0")
    assert named(git, commit) == "v1.0.0 1.0.1 1.0.1-rc.2"
    git.detach(commit)
    assert named(git) == "v1.0.0 1.0.1 1.0.1-rc.2"


def test_tag_on_another_branch_is_not_the_release_before(git: FakeGit) -> None:
    main = git.head
    git.branch("topic")
    git.commit({}, "feat!: new world")
    git.tag("v2.0.0")
    git.branch("main", main)
    assert named(git) == "v1.0.0 1.0.1 1.0.1-rc.2"


def test_hundreds_of_newer_tags_elsewhere_do_not_hide_the_one_in_the_history(git: FakeGit) -> None:
    main = git.head
    git.branch("next")
    for number in range(600):
        git.commit({}, "fix: x")
        git.tag(f"v2.0.{number}")
    git.branch("1.x", main)
    assert named(git) == "v1.0.0 1.0.1 1.0.1-rc.2"


def test_highest_of_several_tags_on_one_commit_counts() -> None:
    git = FakeGit()
    git.commit({})
    for name in ("v1.0.0", "v1.0.1", "v1.1.0-rc.1", "nightly", "v2", "vx.y.z"):
        git.tag(name)
    git.commit({}, "fix: x")
    assert named(git).startswith("v1.0.1 1.0.2 ")


def test_released_commit_itself_has_no_next_version(git: FakeGit) -> None:
    git.tag("v1.0.1")
    answer = version.next_version(git, DEFAULT)
    assert (answer.version, answer.previous and answer.previous.name) == (None, "v1.0.1")
    assert version.as_json(answer)["version"] is None


def test_repository_without_tags_makes_its_first_release() -> None:
    git = FakeGit()
    git.commit({}, "wip")
    assert named(git) == "- 0.1.0 0.1.0-rc.1"


def test_merge_of_a_maintenance_branch_counts_from_the_highest_tag(git: FakeGit) -> None:
    base = git.head
    git.branch("1.x")
    maintenance = git.commit({}, "fix: old")
    git.tag("v1.0.1")
    git.branch("main", base)
    git.commit({}, "feat: new")
    git.tag("v1.1.0")
    git.commit({}, "Merge branch '1.x'", merged=maintenance)
    assert named(git) == "v1.1.0 1.1.1 1.1.1-rc.2"


def test_shallow_clone_fetches_what_is_missing(git: FakeGit) -> None:
    git.missing = {"refs/tags/v1.0.0": git.references.pop("refs/tags/v1.0.0")}
    git.remote = "https://github.com/owner/name"
    assert named(git) == "v1.0.0 1.0.1 1.0.1-rc.2"


def test_shallow_clone_that_cannot_fetch_is_refused_with_the_remedy(git: FakeGit) -> None:
    git.missing = {}
    with pytest.raises(RemoteError) as refusal:
        version.next_version(git, DEFAULT)
    assert "--unshallow" in refusal.value.next_step


def test_changed_inputs_of_an_image_make_a_patch_of_any_commit(git: FakeGit) -> None:
    git.tag("v1.0.1")
    git.commit({"function/shared/a": b"2"}, "chore: sweep")
    assert not version.next_version(git, DEFAULT).is_due
    answer = version.next_version(git, DEFAULT, changes=changes(git))
    assert (answer.is_due, str(answer.version)) == (True, "1.0.2")


def test_json_has_what_machines_need_and_outputs_are_plain_text(git: FakeGit) -> None:
    answer = version.next_version(git, DEFAULT)
    data = version.as_json(answer, candidate=True)
    assert json.loads(json.dumps(data)) == data
    assert data["reasons"][1] == {
        "commit": git.commits[git.head].parents[0],
        "subject": "fix(export): a bug (#12)",
        "kind": "conventional",
        "bump": "patch",
        "why": "fix",
    }
    assert version.outputs(answer, candidate=True) == {
        "version": "1.0.1-rc.2",
        "tag": "v1.0.1-rc.2",
        "previous": "v1.0.0",
        "bump": "patch",
        "is-due": "true",
        "is-prerelease": "true",
        "commit": git.head,
        "commits": "2",
        "release": "1.0.1",
        "candidate": "1.0.1-rc.2",
    }
    assert version.outputs(answer)["tag"] == "v1.0.1"


@pytest.mark.parametrize(
    ("path", "folder", "below"),
    [
        ("a/b", "a", True),
        ("a", "a", True),
        ("ab", "a", False),
        ("a/b", "a/", True),
        ("x", ".", True),
        ("a", "a/b", False),
    ],
)
def test_path_is_below_a_folder_by_whole_names(path: str, folder: str, below: bool) -> None:
    assert version.is_below(path, folder) == below


# changelog and prepare


def test_changelog_is_the_section_with_links_from_the_remote(git: FakeGit) -> None:
    git.remote = "git@github.com:owner/name.git"
    commit = git.commits[git.head].parents[0]
    section = sections.next_section(git, DEFAULT, DATE)
    assert section.text == (
        "## [1.0.1] - 2026-11-21\n\n### Fixed\n\n"
        "- **export:** a bug ([#12](https://github.com/owner/name/pull/12), "
        f"[{commit[:7]}](https://github.com/owner/name/commit/{commit}))\n"
    )


def test_changelog_with_nothing_to_release_says_so(git: FakeGit) -> None:
    git.tag("v1.0.1")
    git.commit({}, "docs: more words")
    with pytest.raises(NothingToRelease, match=r"since v1\.0\.1"):
        sections.next_section(git, DEFAULT, DATE)


def test_prepare_writes_the_section_once_and_keeps_the_rest(git: FakeGit, tmp_path: Path) -> None:
    path = tmp_path / "CHANGELOG.md"
    path.write_bytes(b"# Changelog\r\n\r\n## [Unreleased]\r\n\r\n### Fixed\r\n\r\n- by hand\r\n")
    path.chmod(0o640)
    first = prepare.plan_section(git, DEFAULT, DATE, path)
    assert path.read_bytes() == first.before.encode()
    prepare.apply(first)
    assert b"- by hand\r\n- **export:** a bug" in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o640
    again = prepare.plan_section(git, DEFAULT, "2027-01-01", path)
    assert not again.changes
    prepare.apply(again)
    assert path.read_bytes() == first.after.encode()
    assert list(tmp_path.iterdir()) == [path]


def test_prepare_begins_a_file_where_there_is_none(git: FakeGit, tmp_path: Path) -> None:
    prepare.apply(prepare.plan_section(git, DEFAULT, DATE, tmp_path / "CHANGELOG.md"))
    assert "## [1.0.1] - 2026-11-21" in (tmp_path / "CHANGELOG.md").read_text()


def test_prepare_refuses_where_no_file_can_be_written(git: FakeGit, tmp_path: Path) -> None:
    plan = prepare.plan_section(git, DEFAULT, DATE, tmp_path / "missing" / "CHANGELOG.md")
    with pytest.raises(MachineError, match=r"CHANGELOG\.md cannot be written: No such file or directory"):
        prepare.apply(plan)


def test_prepare_refuses_a_file_that_is_not_utf_8(git: FakeGit, tmp_path: Path) -> None:
    path = tmp_path / "CHANGELOG.md"
    path.write_bytes(b"caf\xe9")
    with pytest.raises(UsageError, match="not UTF-8"):
        prepare.plan_section(git, DEFAULT, DATE, path)


# check-tag


def release_tag(git: FakeGit, name: str = "v1.0.1", heading: str = "## [1.0.1] - 2026-11-21\n\n- a bug\n") -> str:
    """Commit the changelog and tag it."""
    commit = git.commit({"CHANGELOG.md": heading.encode()}, "docs: changelog")
    git.tag(name, annotated=True)
    return commit


def test_tag_that_the_commits_ask_for_is_accepted(git: FakeGit) -> None:
    release_tag(git)
    assert str(check_tag(git, DEFAULT, "v1.0.1").version) == "1.0.1"
    assert str(check_tag(git, DEFAULT, "refs/tags/v1.0.1").version) == "1.0.1"


def test_tag_higher_than_the_commits_ask_for_is_accepted(git: FakeGit) -> None:
    release_tag(git, "v1.1.0", "## 1.1.0\n\nwords\n")
    assert check_tag(git, DEFAULT, "v1.1.0").tag == "v1.0.1"


def test_tag_is_accepted_again_after_later_releases(git: FakeGit) -> None:
    release_tag(git)
    git.commit({}, "feat: later")
    git.tag("v1.1.0")
    assert str(check_tag(git, DEFAULT, "v1.0.1").version) == "1.0.1"


def test_tag_on_a_maintenance_branch_is_accepted_beside_newer_releases(git: FakeGit) -> None:
    base = git.head
    git.commit({}, "feat!: new world")
    git.tag("v2.0.0")
    git.branch("release/1.0", base)
    release_tag(git)
    assert str(check_tag(git, DEFAULT, "v1.0.1").version) == "1.0.1"


@pytest.mark.parametrize("branch", ["refs/remotes/origin/main", "refs/heads/master", "refs/remotes/origin/release/1.0"])
def test_commit_on_any_allowed_branch_is_accepted(git: FakeGit, branch: str) -> None:
    commit = release_tag(git)
    del git.references["refs/heads/main"]
    git.references[branch] = commit
    assert check_tag(git, DEFAULT, "v1.0.1").is_due


@pytest.mark.parametrize(
    "tag",
    ["v1", "1.0", "v01.0.0", "release", "v1.0.1 ", "v1.0.1\n", "--help", "v1.0.1;id", "$(id)", "v1.0.1\x1b[31m", ""],
)
def test_tag_that_is_no_version_is_refused_before_anything_is_asked(git: FakeGit, tag: str) -> None:
    """faults.md, 9."""
    with pytest.raises(UsageError, match="not a version") as refusal:
        check_tag(git, DEFAULT, tag)
    text = "\n".join(refusal.value.lines())
    assert "git push --delete origin 'refs/tags/" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("tag", "key"),
    [
        ("release-1.0.1", 'tag-prefix = "release-"'),
        ("app-v1.0.1", 'tag-prefix = "app-v"'),
        ("V1.0.1", 'tag-prefix = "V"'),
    ],
)
def test_tag_with_another_prefix_is_refused_with_the_key_and_may_stay(git: FakeGit, tag: str, key: str) -> None:
    release_tag(git, tag)
    with pytest.raises(UsageError, match="not a version") as refusal:
        check_tag(git, DEFAULT, tag)
    assert key in refusal.value.next_step
    assert "delete" not in refusal.value.next_step


def test_tag_of_another_form_than_the_release_before_is_refused_with_both_ways_on(git: FakeGit) -> None:
    commit = release_tag(git, "1.0.1")
    with pytest.raises(ConflictError, match=r"in another form than v1\.0\.0") as refusal:
        check_tag(git, DEFAULT, "1.0.1")
    assert 'tag-prefix = ""' in refusal.value.next_step
    assert f"git tag v1.0.1 {commit[:12]}" in refusal.value.next_step
    assert "delete" not in refusal.value.next_step


def test_release_after_a_change_of_form_is_accepted_and_so_is_each_one_before(git: FakeGit) -> None:
    release_tag(git, "1.1.0", "## 1.1.0\nx\n")
    git.commit({}, "feat: c")
    release_tag(git, "2.0.0", "## 2.0.0\nx\n")
    assert check_tag(git, DEFAULT, "2.0.0").tag == "1.2.0"
    bare = VersionSettings(tag_prefix="")
    assert check_tag(git, bare, "2.0.0").is_due
    assert check_tag(git, bare, "1.1.0").is_due


@pytest.mark.parametrize("tag", ["v1.0.1", "1.0.1"])
def test_release_that_two_tags_name_on_one_commit_is_accepted(git: FakeGit, tag: str) -> None:
    release_tag(git, "v1.0.1")
    git.tag("1.0.1")
    if tag == "v1.0.1":
        assert check_tag(git, DEFAULT, tag).is_due
    else:
        with pytest.raises(ConflictError, match="in another form") as refusal:
            check_tag(git, DEFAULT, tag)
        assert "delete" not in refusal.value.next_step


def test_version_that_a_tag_of_the_other_form_has_elsewhere_is_refused_without_deleting_either(git: FakeGit) -> None:
    main = git.head
    git.branch("topic")
    git.commit({}, "fix: elsewhere")
    git.tag("1.0.1")
    git.branch("main", main)
    release_tag(git)
    with pytest.raises(ConflictError, match=r"tag 1\.0\.1 names it too") as refusal:
        check_tag(git, DEFAULT, "v1.0.1")
    assert 'tag-prefix = "v" or tag-prefix = ""' in refusal.value.next_step
    assert "delete" not in refusal.value.next_step


def test_candidate_is_refused_and_the_release_named(git: FakeGit) -> None:
    git.tag("v1.0.1-rc.2")
    with pytest.raises(UsageError, match="shape of a candidate") as refusal:
        check_tag(git, DEFAULT, "v1.0.1-rc.2")
    assert "git tag v1.0.1" in refusal.value.next_step


def test_build_metadata_is_refused(git: FakeGit) -> None:
    git.tag("v1.0.1+x")
    with pytest.raises(UsageError, match="build metadata"):
        check_tag(git, DEFAULT, "v1.0.1+x")


def test_tag_that_is_not_there_is_refused(git: FakeGit) -> None:
    with pytest.raises(NotFoundError, match=r"no tag v9\.0\.0"):
        check_tag(git, DEFAULT, "v9.0.0")


def test_commit_that_is_on_no_allowed_branch_is_refused(git: FakeGit) -> None:
    """faults.md, 9."""
    git.branch("topic")
    release_tag(git)
    with pytest.raises(ConflictError, match="is only on topic; releases come from main") as refusal:
        check_tag(git, DEFAULT, "v1.0.1")
    assert "merge" in refusal.value.next_step


def test_tag_lower_than_the_commits_require_is_refused_with_the_commit_that_requires_more(git: FakeGit) -> None:
    """faults.md, 9."""
    git.commit({}, "feat: more")
    release_tag(git)
    with pytest.raises(ConflictError, match=r"lower than .* since v1\.0\.0 require: v1\.1\.0 \(feat: .* feat: more\)"):
        check_tag(git, DEFAULT, "v1.0.1")


@pytest.mark.parametrize("tag", ["v0.9.0", "v1.0.0+again"])
def test_tag_not_above_the_release_before_is_refused(git: FakeGit, tag: str) -> None:
    """faults.md, 9."""
    release_tag(git, tag, "## 0.9.0\nx\n## 1.0.0\nx\n")
    with pytest.raises(ReleaseError):
        check_tag(git, DEFAULT, tag)


def test_second_tag_on_a_released_commit_is_refused(git: FakeGit) -> None:
    release_tag(git)
    git.tag("v1.0.2")
    with pytest.raises(ConflictError, match=r"no commit between v1\.0\.1 and v1\.0\.2"):
        check_tag(git, DEFAULT, "v1.0.2")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (None, "no section"),
        ("# Changelog\n\n## [1.0.0]\n\n- x\n", "no section"),
        ("## 1.0.1\n\n## 1.0.0\n", "an empty section"),
        ("## 1.0.1 (Unreleased)\n\n- x\n", r"no section for 1\.0\.1 \(line 1 says '1\.0\.1 \(Unreleased\)'\)"),
    ],
)
def test_tag_without_its_section_in_the_changelog_is_refused(git: FakeGit, text: str | None, what: str) -> None:
    if text is not None:
        git.commit({"CHANGELOG.md": text.encode()}, "docs: changelog")
    git.tag("v1.0.1")
    with pytest.raises(NotFoundError, match=what) as refusal:
        check_tag(git, DEFAULT, "v1.0.1")
    assert "release prepare" in refusal.value.next_step


def test_tag_that_was_released_from_another_commit_is_refused_as_moved(git: FakeGit) -> None:
    """faults.md, 9."""
    release_tag(git)
    with pytest.raises(ConflictError, match="was moved") as refusal:
        check_tag(git, DEFAULT, "v1.0.1", released={"1.0.1": "e" * 40})
    assert "git tag --force v1.0.1 eeeeeeeeeeee" in refusal.value.next_step


def test_tag_that_names_another_commit_on_the_remote_is_refused_as_moved(git: FakeGit) -> None:
    release_tag(git)
    git.remote, git.remote_tags = "https://github.com/owner/name", {"v1.0.1": "e" * 40}
    with pytest.raises(ConflictError, match="on the remote"):
        check_tag(git, DEFAULT, "v1.0.1", ask_remote=True)
    assert check_tag(git, DEFAULT, "v1.0.1").is_due


def test_tag_that_was_released_from_its_own_commit_is_accepted_again(git: FakeGit) -> None:
    commit = release_tag(git)
    assert check_tag(git, DEFAULT, "v1.0.1", released={"1.0.1": commit}).is_due


def test_version_that_another_tag_has_is_refused(git: FakeGit) -> None:
    git.branch("topic")
    git.commit({}, "fix: elsewhere")
    git.tag("v1.0.1+other")
    git.branch("main", git.commits[git.head].parents[0])
    release_tag(git)
    with pytest.raises(ConflictError, match=r"tag v1\.0\.1\+other names it too"):
        check_tag(git, DEFAULT, "v1.0.1")


def test_every_problem_is_told_at_once(git: FakeGit) -> None:
    git.branch("topic")
    git.commit({}, "feat: more")
    git.tag("v1.0.1")
    with pytest.raises(ConflictError, match=r"only on topic.*also: .*lower than.*also: .*no section"):
        check_tag(git, DEFAULT, "v1.0.1")


def test_release_of_main_is_accepted_although_a_maintenance_branch_begins_there(git: FakeGit) -> None:
    git.commit({}, "feat: more")
    commit = release_tag(git, "v1.1.0", "## 1.1.0\nx\n")
    git.references["refs/heads/release/1.0"] = commit
    assert check_tag(git, DEFAULT, "v1.1.0").is_due


def test_maintenance_branch_refuses_a_tag_whose_commits_leave_its_line(git: FakeGit) -> None:
    git.branch("release/1.0", git.commits[git.head].parents[0])
    git.commit({}, "feat: too much")
    release_tag(git, "v1.1.0", "## 1.1.0\nx\n")
    with pytest.raises(ConflictError, match=r"carries only 1\.0\.x"):
        check_tag(git, DEFAULT, "v1.1.0")


# plan


def test_plan_says_what_is_built_what_is_reused_and_what_happens_then(git: FakeGit) -> None:
    planned = plan_release(git, DEFAULT, changes(git))
    assert [(image.name, image.paths) for image in planned.images] == [
        ("export", ("function/export/app.py",)),
        ("report", ()),
    ]
    assert planned.kinds == (("docs", 1), ("fix", 1))
    text = releaseplan.text(planned)
    assert text.startswith("1.0.1 (patch), as candidate 1.0.1-rc.2: 2 commits since v1.0.0\n")
    assert "export: inputs changed: function/export/app.py" in text
    assert "report: unchanged, reused\n" in text
    assert "tag v1.0.1: promote" in text


def test_plan_with_nothing_to_release_says_so(git: FakeGit) -> None:
    git.tag("v1.0.1")
    git.commit({"README.md": b"more"}, "docs: more")
    planned = plan_release(git, DEFAULT, changes(git))
    assert not planned.answer.is_due
    assert releaseplan.headline(planned) == "nothing to release: 1 commit since v1.0.1, none of which asks for one"
    assert planned.then == (("merge to main", "nothing is built and nothing is deployed"),)


def test_plan_says_what_a_tag_names_now_and_that_it_may_have_moved(git: FakeGit) -> None:
    """faults.md, 65: the digest of the release before is not in git, so nobody can say more without a registry."""
    said = {"export": ["python:3.13 is sha256:aaa now"], "report": ["node:22 cannot be resolved: no answer"]}
    planned = releaseplan.with_bases(plan_release(git, DEFAULT, changes(git)), said, ["a base that no stage uses"])
    text, summary = releaseplan.text(planned), releaseplan.summary(planned)
    for shown in (text, summary):
        assert "inputs changed: function/export/app.py; python:3.13 is sha256:aaa now" in shown
        assert "unchanged, reused unless a tag has moved since: node:22 cannot be resolved: no answer" in shown
    assert "  note: a base that no stage uses" in text
    assert "> a base that no stage uses" in summary
    assert releaseplan.as_json(planned)["images"]["report"]["bases"] == said["report"]


def test_plan_names_what_changed_of_the_template_and_of_the_files_that_it_names(git: FakeGit) -> None:
    """faults.md, 55."""
    paths = ("template.yaml", *(f"jobs/{n}|::error::" for n in range(9)))
    planned = plan_release(git, DEFAULT, lambda *_: Changed({"export": ()}, paths))
    text, summary = releaseplan.text(planned), releaseplan.summary(planned)
    assert "template, files that it names, settings\n  template.yaml, jobs/0|::error::, " in text
    assert " and 2 more changed\n" in text
    assert "template, files that it names, settings: template.yaml, jobs/0|::error::, " in summary
    assert releaseplan.as_json(planned)["bundle"] == {"changed": True, "paths": list(paths)}
    same = plan_release(git, DEFAULT, lambda *_: Changed({"export": ()}, ()))
    assert "settings\n  unchanged\n" in releaseplan.text(same)
    without = plan_release(git, DEFAULT, changes(git))
    assert "settings" not in releaseplan.text(without) + releaseplan.summary(without)
    assert releaseplan.as_json(without)["bundle"] is None


def test_plan_of_the_first_release_has_every_image_to_build() -> None:
    git = FakeGit()
    git.commit({"function/export/app.py": b"1"}, "feat: all")
    planned = plan_stage.plan_release(git, DEFAULT, changes(git))
    assert all(image.paths for image in planned.images)
    assert releaseplan.headline(planned).startswith("0.1.0 (first release)")


def test_plan_as_markdown_and_text_lets_nothing_act(git: FakeGit) -> None:
    git.commit({"function/export/a|b": b"1"}, "feat: \x1b[31m<b>|::error::\u202e")
    planned = plan_release(git, DEFAULT, changes(git))
    summary, text = releaseplan.summary(planned), releaseplan.text(planned)
    assert "\x1b" not in summary + text
    assert "\u202e" not in summary + text
    assert "\\\\x1b\\[31m\\<b>\\|::error::" in summary
    assert "a\\|b" in summary
    assert json.loads(json.dumps(releaseplan.as_json(planned)))["images"]["report"]["changed"] is False


def test_plan_lists_a_reason_for_every_commit(git: FakeGit) -> None:
    git.commit({}, "wip")
    text = releaseplan.text(plan_release(git, DEFAULT, None))
    for subject in ("wip", "docs: words", "fix(export): a bug (#12)"):
        assert subject in text
    assert "images" not in text


def test_plan_of_a_long_history_fits_into_a_job_summary_and_says_what_it_leaves_out() -> None:
    """faults.md, 70"""
    git = FakeGit()
    for number in range(700):
        git.commit({}, f"fix: {number} " + "🎉" * 400)
    planned = plan_release(git, DEFAULT, None)
    assert len(releaseplan.summary(planned).encode()) < 1024 * 1024
    assert "and 200 earlier commits" in releaseplan.summary(planned)
    assert releaseplan.text(planned).count("(fix)") == 700


@pytest.mark.parametrize(
    "message", ["fix: x\n\n* BREAKING CHANGE: y", "feat!(scope): x", "fix: x\n\nBREAKING CHANGES: y"]
)
def test_what_only_looks_breaking_is_named_in_the_summary_that_a_pull_request_shows(git: FakeGit, message: str) -> None:
    """faults.md, 66"""
    commit = git.commit({}, message)
    planned = plan_release(git, DEFAULT, None)
    note = f"{commit[:12]} looks like a breaking change, is not counted"
    assert f"\n> {note}" in releaseplan.summary(planned)
    assert f"  note: {note}" in releaseplan.text(planned)
    assert str(planned.answer.version) == "1.0.1"


def test_many_messages_that_only_look_breaking_are_counted_and_not_all_listed(git: FakeGit) -> None:
    for _ in range(30):
        git.commit({}, "fix: x\n\nBREAKING CHANGES: y")
    notes = version.next_version(git, DEFAULT).notes
    assert len(notes) == 21
    assert notes[-1] == "10 more messages hold something that looks so"
