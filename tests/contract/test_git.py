"""What every Git does, the fake one and the real one; then what only the real one can show."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from release.adapters.git import GitRepository
from release.errors import ConflictError, NotFoundError, ReleaseError, RemoteError, UsageError
from release.versions.ports import Git
from tests.fakes.git import FakeGit
from tests.support.gitrepo import GitFolder


@pytest.fixture(params=["fake", "real"])
def repo(request: pytest.FixtureRequest, tmp_path: Path) -> FakeGit | GitFolder:
    """An empty repository."""
    return FakeGit() if request.param == "fake" else GitFolder(tmp_path / "repo")


def port(repo: FakeGit | GitFolder) -> Git:
    return repo if isinstance(repo, FakeGit) else repo.git


def test_checkout_on_a_branch_names_commit_and_branch(repo: FakeGit | GitFolder) -> None:
    commit = repo.commit({"a": b"1"})
    seen = port(repo).checkout()
    assert (seen.commit, seen.branch, seen.shallow) == (commit, "main", False)
    assert seen.folder is not None


def test_checkout_of_a_detached_head_has_no_branch(repo: FakeGit | GitFolder) -> None:
    commit = repo.commit({"a": b"1"})
    repo.detach()
    assert (port(repo).checkout().commit, port(repo).checkout().branch) == (commit, "")


def test_checkout_of_a_revision_names_its_commit(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"a": b"1"})
    repo.tag("v1.0.0", annotated=True)
    repo.commit({"a": b"2"})
    assert port(repo).checkout("v1.0.0").commit == first


def test_repository_without_a_commit_is_refused_with_what_to_do(repo: FakeGit | GitFolder) -> None:
    with pytest.raises(NotFoundError, match="no commit yet") as refusal:
        port(repo).checkout()
    assert refusal.value.next_step
    with pytest.raises(NotFoundError, match="no commit yet") as refusal:
        port(repo).resolve("HEAD")
    assert refusal.value.next_step.startswith("git commit")


@pytest.mark.parametrize("name", ["HEAD", "main", "v1.0.0", "refs/tags/v1.0.0", "refs/heads/main"])
def test_resolve_of_a_name_is_the_full_commit(repo: FakeGit | GitFolder, name: str) -> None:
    commit = repo.commit({"a": b"1"})
    repo.tag("v1.0.0", annotated=True)
    assert port(repo).resolve(name) == commit


def test_the_time_of_a_commit_is_that_of_its_committer_in_seconds(repo: FakeGit | GitFolder) -> None:
    commit = repo.commit({"a": b"1"})
    (logged,) = port(repo).log(commit)
    assert port(repo).time_of(commit) == int(datetime.fromisoformat(logged.date).timestamp())
    with pytest.raises(NotFoundError) as refusal:
        port(repo).time_of("0" * 40)
    assert refusal.value.next_step


@pytest.mark.parametrize("name", ["nothing", "--all", "-x", "a b", "$(id)", "v1;id", "é", ""])
def test_resolve_of_what_is_not_there_is_refused_with_what_to_do(repo: FakeGit | GitFolder, name: str) -> None:
    repo.commit({"a": b"1"})
    with pytest.raises(NotFoundError) as refusal:
        port(repo).resolve(name)
    assert "git fetch" in refusal.value.next_step


def test_tags_are_listed_by_name_whatever_they_name(repo: FakeGit | GitFolder) -> None:
    repo.commit({"a": b"1"})
    repo.tag("v1.0.0", annotated=True)
    repo.tag("odd/name")
    assert sorted(port(repo).tags()) == ["odd/name", "v1.0.0"]


def test_repository_without_tags_lists_none(repo: FakeGit | GitFolder) -> None:
    repo.commit({"a": b"1"})
    assert list(port(repo).tags()) == []
    assert port(repo).merged_tags([], repo.head) == {}


def test_merged_tags_are_those_in_the_history_with_the_commit_they_name(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"a": b"1"})
    repo.tag("v1.0.0", annotated=True)
    repo.tag("v1.0.1")
    repo.branch("topic")
    repo.commit({"a": b"2"})
    repo.tag("v2.0.0")
    repo.branch("main", first)
    second = repo.commit({"a": b"3"})
    found = port(repo).merged_tags(["v2.0.0", "v1.0.1", "v1.0.0", "v9.9.9"], second)
    assert found == {"v1.0.0": first, "v1.0.1": first}


def test_merged_tags_of_many_names_are_those_asked_for(repo: FakeGit | GitFolder) -> None:
    commit = repo.commit({"a": b"1"})
    for number in range(40):
        repo.tag(f"v1.0.{number}")
    names = [f"v1.0.{number}" for number in range(30)]
    assert port(repo).merged_tags([*names, "v9.9.9"], commit) == dict.fromkeys(names, commit)


@pytest.mark.parametrize("odd", ["v1.0.0\u2028x", "v1.0.0\x85x", "v1.0.0\u2029", "é\u202e"])
def test_name_with_characters_that_end_a_line_elsewhere_is_one_name(repo: FakeGit | GitFolder, odd: str) -> None:
    """faults.md, 67: a tag must not be taken for another one by cutting its name."""
    commit = repo.commit({"a": b"1"})
    repo.tag(odd)
    assert list(port(repo).tags()) == [odd]
    assert port(repo).merged_tags(["v1.0.0", odd], commit) == {odd: commit}
    assert port(repo).merged_tags([f"v1.0.{number}" for number in range(30)], commit) == {}
    repo.branch(odd)
    assert f"refs/heads/{odd}" in port(repo).branches_with(commit)
    assert port(repo).checkout().branch == odd


def test_merged_tags_of_a_tag_whose_name_begins_another_are_not_mixed_up(repo: FakeGit | GitFolder) -> None:
    commit = repo.commit({"a": b"1"})
    repo.tag("v1.0.0/extra")
    assert port(repo).merged_tags(["v1.0.0"], commit) == {}


def test_log_lists_the_commits_since_children_first_with_their_messages(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"a": b"1"}, "feat: one")
    second = repo.commit({"a": b"2"}, "fix: two\n\nBody.\n\nRefs: x\n")
    third = repo.commit({"a": b"3"}, "docs: three")
    seen = port(repo).log(third, first)
    assert [commit.id for commit in seen] == [third, second]
    assert [commit.message.strip() for commit in seen] == ["docs: three", "fix: two\n\nBody.\n\nRefs: x"]
    assert seen[0].parents == (second,)
    assert seen[0].author == "A Person"


def test_log_of_a_commit_since_itself_is_empty(repo: FakeGit | GitFolder) -> None:
    commit = repo.commit({"a": b"1"})
    assert list(port(repo).log(commit, commit)) == []


def test_log_of_the_whole_history_begins_at_the_root(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"a": b"1"})
    second = repo.commit({"a": b"2"})
    seen = port(repo).log(second)
    assert [commit.id for commit in seen] == [second, first]
    assert seen[-1].parents == ()


def test_log_of_a_merge_has_both_parents_and_the_commits_it_brought(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"a": b"1"})
    repo.branch("topic")
    topic = repo.commit({"b": b"1"}, "feat: topic")
    repo.branch("main", first)
    main = repo.commit({"c": b"1"}, "fix: main")
    merge = repo.commit({}, "Merge branch 'topic'", merged=topic)
    seen = port(repo).log(merge, first)
    assert seen[0].id == merge
    assert seen[0].parents == (main, topic)
    assert {commit.id for commit in seen[1:]} == {topic, main}


def test_changed_between_lists_changed_added_and_deleted_files_below_the_paths(repo: FakeGit | GitFolder) -> None:
    before = repo.commit({"in/a": b"1", "in/b": b"1", "out": b"1", "in-not": b"1"})
    after = repo.commit({"in/a": b"2", "in/b": None, "in/c": b"1", "out": b"2", "in-not": b"2"})
    assert list(port(repo).changed_between(before, after, ["in"])) == ["in/a", "in/b", "in/c"]
    assert list(port(repo).changed_between(before, after, ["in/c", "out"])) == ["in/c", "out"]
    assert "in-not" in port(repo).changed_between(before, after)
    assert list(port(repo).changed_between(before, before)) == []


def test_change_that_was_taken_back_is_no_change(repo: FakeGit | GitFolder) -> None:
    before = repo.commit({"a": b"1"})
    repo.commit({"a": b"2"})
    after = repo.commit({"a": b"1"})
    assert list(port(repo).changed_between(before, after)) == []


def test_branches_with_a_commit_are_those_whose_history_holds_it(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"a": b"1"})
    repo.branch("release/1.0")
    second = repo.commit({"a": b"2"})
    assert sorted(port(repo).branches_with(first)) == ["refs/heads/main", "refs/heads/release/1.0"]
    assert list(port(repo).branches_with(second)) == ["refs/heads/release/1.0"]


def test_is_ancestor_holds_for_itself_and_for_what_came_before(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"a": b"1"})
    second = repo.commit({"a": b"2"})
    git = port(repo)
    assert git.is_ancestor(first, second)
    assert git.is_ancestor(first, first)
    assert not git.is_ancestor(second, first)


def test_is_ancestor_of_an_unknown_commit_is_refused(repo: FakeGit | GitFolder) -> None:
    commit = repo.commit({"a": b"1"})
    with pytest.raises(NotFoundError):
        port(repo).is_ancestor("f" * 40, commit)


def test_show_gives_the_bytes_at_the_commit(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"d/a": b"\xff\r\n\x00"})
    repo.commit({"d/a": b"2"})
    assert port(repo).show(first, "d/a") == b"\xff\r\n\x00"


def test_show_of_a_missing_file_or_commit_is_refused(repo: FakeGit | GitFolder) -> None:
    repo.commit({"a": b"1", "b": b"2"})
    commit = repo.commit({"b": None})
    for where in (commit, "f" * 40):
        with pytest.raises(NotFoundError, match="is not in this clone"):
            port(repo).show(where, "b")


def test_tree_as_committed_has_no_changes(repo: FakeGit | GitFolder) -> None:
    repo.commit({"f/a.py": b"1"})
    assert list(port(repo).changed(["f"])) == []


def test_tree_hashes_change_with_content_and_only_with_it(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"d/a": b"1", "e": b"1"})
    second = repo.commit({"d/a": b"2", "f": b"1"})
    before, after = (port(repo).tree_hashes(commit, ["d", "e"]) for commit in (first, second))
    assert before["d"] != after["d"]
    assert before["e"] == after["e"]
    with pytest.raises(NotFoundError):
        port(repo).tree_hashes(first, ["f"])


def test_tree_hash_of_a_path_stays_when_only_other_paths_change(repo: FakeGit | GitFolder) -> None:
    first = repo.commit({"f/shared/x.py": b"1", "f/Dockerfile": b"FROM x", "README": b"1"})
    second = repo.commit({"README": b"2"})
    paths = ["f/Dockerfile", "f/shared"]
    assert port(repo).tree_hashes(first, paths) == port(repo).tree_hashes(second, paths)


def test_a_dot_is_the_whole_tree(repo: FakeGit | GitFolder, tmp_path: Path) -> None:
    first = repo.commit({"a.py": b"1", "d/b.py": b"1"})
    second = repo.commit({"d/b.py": b"2"})
    before, after = (port(repo).tree_hashes(commit, ["."])["."] for commit in (first, second))
    assert before != after
    port(repo).export(second, ["."], tmp_path / "out", 1577836800)
    assert {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()} >= {"a.py", "b.py"}
    assert (tmp_path / "out/d/b.py").read_bytes() == b"2"


def test_tree_hashes_take_a_folder_with_its_slash_and_a_file_inside_another_path(repo: FakeGit | GitFolder) -> None:
    commit = repo.commit({"f/shared/x.py": b"1", "f/Dockerfile": b"FROM x"})
    assert list(port(repo).tree_hashes(commit, ["f/shared/"])) == ["f/shared/"]
    paths = ["f/Dockerfile", "f", "f/shared/x.py"]
    assert list(port(repo).tree_hashes(commit, paths)) == paths


@pytest.mark.parametrize("path", ["f/share", "x.py", "f/shared/*"])
def test_tree_hash_of_a_path_that_is_not_there_is_refused_by_name(repo: FakeGit | GitFolder, path: str) -> None:
    commit = repo.commit({"f/shared/x.py": b"1"})
    with pytest.raises(NotFoundError, match=f"is not in commit {commit[:12]}"):
        port(repo).tree_hashes(commit, ["f/shared", path])


def test_export_writes_the_paths_as_committed_and_nothing_else(repo: FakeGit | GitFolder, tmp_path: Path) -> None:
    commit = repo.commit({"d/a": b"1", "e": b"2", "f": b"3"})
    repo.commit({"e": b"changed"})
    port(repo).export(commit, ["d", "e"], tmp_path / "out", 1577836800)
    out = tmp_path / "out"
    files = {file.relative_to(out).as_posix(): file.read_bytes() for file in out.rglob("*") if file.is_file()}
    assert files == {"d/a": b"1", "e": b"2"}
    assert {each.stat().st_mtime for each in (out, *out.rglob("*"))} == {1577836800}


def test_export_of_a_missing_path_is_refused(repo: FakeGit | GitFolder, tmp_path: Path) -> None:
    commit = repo.commit({"a": b"1"})
    with pytest.raises(NotFoundError):
        port(repo).export(commit, ["b"], tmp_path / "out", 0)


def test_repository_without_a_remote_has_no_url_and_no_remote_tag(repo: FakeGit | GitFolder) -> None:
    repo.commit({"a": b"1"})
    repo.tag("v1.0.0")
    assert port(repo).remote_url() == ""
    assert port(repo).remote_tag("v1.0.0") is None


# what only the real adapter can show


@pytest.fixture
def real(tmp_path: Path) -> GitFolder:
    """A repository with one commit."""
    folder = GitFolder(tmp_path / "real")
    folder.commit({"a": b"1"}, "feat: first")
    return folder


def test_folder_outside_any_repository_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="cannot be read as a git repository") as refusal:
        GitRepository(tmp_path).checkout()
    assert "-C" in refusal.value.next_step


@pytest.mark.parametrize("commit", ["HEAD", "main", "--all", "v1.0.0", "abc1234", "", "F" * 40])
def test_methods_that_take_a_commit_refuse_anything_but_a_full_id(real: GitFolder, commit: str) -> None:
    git = real.git
    with pytest.raises(ConflictError, match="not a full commit id"):
        git.log(commit)
    with pytest.raises(ConflictError):
        git.merged_tags(["v1.0.0"], commit)
    with pytest.raises(ConflictError):
        git.show(commit, "a")
    with pytest.raises(ConflictError):
        git.export(commit, ["a"], real.folder.parent / "out", 0)


def test_name_with_a_nul_character_is_refused(real: GitFolder) -> None:
    with pytest.raises(UsageError):
        real.git.resolve("main\0--all")


def test_path_that_looks_like_an_option_or_a_pattern_is_a_path(real: GitFolder, tmp_path: Path) -> None:
    first = real.head
    odd = {"--output=x": b"1", "*.txt": b"1", "b.txt": b"1", ":(top)c": b"1", "d\te\n": b"1"}
    commit = real.commit(odd)
    for path in odd:
        assert list(real.git.changed_between(first, commit, [path])) == [path]
        assert real.git.show(commit, path) == b"1"
        real.git.export(commit, [path], tmp_path / "out" / path[:2].strip("-:*"), 0)
    assert list(real.git.tree_hashes(commit, ["*.txt"])) == ["*.txt"]


def test_messages_are_taken_as_they_were_written(real: GitFolder) -> None:
    first = real.head
    messages = ["feat: crlf\r\n\r\nbody\r\n", "\n\nfix: blank lines first\n\n", "fix: \x1b[31mred", "x\n\n# no comment"]
    for message in messages:
        real.commit({}, message)
    seen = [commit.message for commit in real.git.log(real.head, first)]
    assert [message.strip("\n") for message in reversed(seen)] == [message.strip("\n") for message in messages]


def test_message_in_latin_1_with_its_encoding_declared_is_decoded(real: GitFolder) -> None:
    first = real.head
    real.run("config", "i18n.commitEncoding", "ISO-8859-1")
    real.run("commit", "--quiet", "--allow-empty", "--file=-", stdin="fix: caf\u00e9".encode("latin-1"))
    assert real.git.log(real.head, first)[0].message.strip() == "fix: café"


def test_configuration_that_changes_what_log_prints_changes_nothing(real: GitFolder) -> None:
    first = real.head
    real.commit({"b": b"1"}, "feat: second")
    plain = real.git.log(real.head, first)
    settings = {
        "log.showSignature": "true",
        "color.ui": "always",
        "log.decorate": "full",
        "diff.renames": "copies",
        "core.quotePath": "true",
        "log.diffMerges": "first-parent",
        "i18n.logOutputEncoding": "ISO-8859-1",
        "diff.noprefix": "true",
    }
    for key, value in settings.items():
        real.run("config", key, value)
    assert real.git.log(real.head, first) == plain


def test_signature_that_git_is_told_to_show_is_not_taken_for_a_commit(real: GitFolder) -> None:
    first = real.head
    person = "A Person <person@example.org> 1767614400 +0000"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----\n"
    tree = real.run("rev-parse", "HEAD^{tree}")
    signed = [first]
    for _ in range(2):
        text = f"tree {tree}\nparent {signed[0]}\nauthor {person}\ncommitter {person}\n{signature}\nfeat: signed\n"
        signed.insert(0, real.run("hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode()))
    checker = real.folder.parent / "checker"
    checker.write_text("#!/bin/sh\necho 'checked: by nobody' >&2\nexit 1\n")
    checker.chmod(0o755)
    real.run("config", "gpg.program", str(checker))
    real.run("config", "log.showSignature", "true")
    assert [commit.id for commit in real.git.log(signed[0], first)] == signed[:2]


def test_replaced_commit_is_ignored(real: GitFolder) -> None:
    real.commit({"a": b"2"}, "feat!: breaking")
    other = real.run("commit-tree", "-m", "docs: harmless", "HEAD^{tree}")
    real.run("replace", real.head, other)
    assert real.git.log(real.head)[0].message.strip() == "feat!: breaking"


def test_parent_with_a_later_date_than_its_child_still_comes_after_it(real: GitFolder) -> None:
    first = real.head
    real.count = 500
    parent = real.commit({"p": b"1"})
    real.count = 100
    main = real.commit({"x": b"1"})
    real.branch("topic", parent)
    real.count = 50
    topic = real.commit({"y": b"1"})
    real.branch("main", main)
    merge = real.commit({}, "Merge branch 'topic'", merged=topic)
    assert [commit.id for commit in real.git.log(merge, first)][-1] == parent


def test_remote_s_head_is_no_branch(real: GitFolder, tmp_path: Path) -> None:
    real.run("clone", "--quiet", ".", str(tmp_path / "clone"))
    found = GitRepository(tmp_path / "clone").branches_with(real.head)
    assert sorted(found) == ["refs/heads/main", "refs/remotes/origin/main"]


def test_bare_repository_has_no_folder(real: GitFolder, tmp_path: Path) -> None:
    real.run("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    seen = GitRepository(tmp_path / "bare.git").checkout()
    assert (seen.commit, seen.folder) == (real.head, None)


def test_folder_inside_the_work_tree_finds_its_top(real: GitFolder) -> None:
    (real.folder / "sub" / "sub").mkdir(parents=True)
    assert GitRepository(real.folder / "sub" / "sub").checkout().folder == real.folder.resolve()


@pytest.fixture
def shallow(real: GitFolder, tmp_path: Path) -> GitFolder:
    """A clone of depth 1, without tags, of a repository with two commits and a tag on the first."""
    real.tag("v1.0.0", annotated=True)
    real.detach()
    real.commit({"a": b"3"}, "fix: on no branch")
    real.tag("v1.0.1")
    real.run("checkout", "--quiet", "main")
    real.commit({"a": b"2"}, "fix: second")
    clone = GitFolder(tmp_path / "clone")
    clone.run("fetch", "--quiet", "--depth=1", "--no-tags", f"file://{real.folder}", "main:refs/remotes/origin/main")
    clone.run("remote", "add", "origin", f"file://{real.folder}")
    clone.run("checkout", "--quiet", "--detach", "origin/main")
    return clone


def test_shallow_clone_says_so_and_fetches_history_and_tags(shallow: GitFolder) -> None:
    assert shallow.git.checkout().shallow
    assert list(shallow.git.tags()) == []
    shallow.git.deepen()
    assert not shallow.git.checkout().shallow
    assert list(shallow.git.tags()) == ["v1.0.0", "v1.0.1"]
    assert len(shallow.git.log(shallow.head)) == 2


@pytest.mark.parametrize("url", ["", "file:///nonexistent/repo"])
def test_shallow_clone_that_cannot_fetch_stops_with_the_command_to_type(shallow: GitFolder, url: str) -> None:
    shallow.run(*(["remote", "set-url", "origin", url] if url else ["remote", "remove", "origin"]))
    with pytest.raises(RemoteError, match="shallow") as refusal:
        shallow.git.deepen()
    assert "git fetch --unshallow --tags" in refusal.value.next_step


def test_is_ancestor_in_a_shallow_clone_is_refused_not_guessed(shallow: GitFolder) -> None:
    with pytest.raises(NotFoundError, match="shallow"):
        shallow.git.is_ancestor(shallow.head, shallow.head)


def test_remote_url_and_remote_tag_come_from_the_remote(real: GitFolder, shallow: GitFolder) -> None:
    assert shallow.git.remote_url() == f"file://{real.folder}"
    assert shallow.git.remote_tag("v1.0.0") == real.run("rev-parse", "v1.0.0^{commit}")
    assert shallow.git.remote_tag("v9.0.0") is None
    shallow.run("remote", "set-url", "origin", "file:///nonexistent/repo")
    with pytest.raises(RemoteError):
        shallow.git.remote_tag("v1.0.0")


def test_remote_named_like_an_option_is_a_name(real: GitFolder) -> None:
    config = real.folder / ".git" / "config"
    config.write_text(config.read_text() + '[remote "--upload-pack=touch x"]\n\turl = /nonexistent\n')
    with pytest.raises(ReleaseError):
        real.git.remote_tag("v1.0.0")
    assert not (real.folder / "x").exists()


def test_edited_and_untracked_files_are_changed_ones(real: GitFolder) -> None:
    real.commit({"d/b": b"1", "e": b"1"})
    (real.folder / "d" / "b").write_bytes(b"2")
    (real.folder / "d" / "new").write_bytes(b"2")
    (real.folder / "e").write_bytes(b"2")
    assert sorted(real.git.changed(["d"])) == ["d/b", "d/new"]


def test_files_are_those_below_each_path_and_a_path_that_is_not_there_has_none(repo: FakeGit | GitFolder) -> None:
    commit = repo.commit({"a/x": b"1", "a/b/y": b"2", "ab": b"1", "c[1]": b"4"})
    found = port(repo).files(commit, ["a", "c[1]", "nowhere"])
    assert sorted(found) == ["a/b/y", "a/x", "c[1]"]
    assert sorted(port(repo).files(commit, ["."])) == ["a/b/y", "a/x", "ab", "c[1]"]
    assert port(repo).files(commit, []) == {}
    again = port(repo).files(repo.commit({"a/x": b"3", "a/b/y": b"2"}), ["a"])
    assert again["a/b/y"] == found["a/b/y"]
    assert again["a/x"] != found["a/x"]


def test_an_export_leaves_out_what_is_not_kept(repo: FakeGit | GitFolder, tmp_path: Path) -> None:
    commit = repo.commit({"a/x.py": b"1", "a/tests/y.py": b"2"})
    port(repo).export(commit, ["a"], tmp_path / "out", 0, lambda path: "/tests/" not in path)
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == ["x.py"]
    port(repo).export(commit, ["a"], tmp_path / "none", 0, lambda _path: False)
    assert list((tmp_path / "none").rglob("*")) == []
