"""What git tells of the repository around a folder, in every state that one can be in."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adapters.gitaround import GitAround
from release.errors import NotFoundError
from tests.support.gitrepo import GitFolder


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    folder = GitFolder(tmp_path / "orders")
    folder.commit({"template.yaml": b"x", "a b/ü.txt": b"", "gone": b"", ".gitignore": b"ignored\n"})
    return folder


def test_files_that_git_has_or_does_not_ignore_count_and_are_there(repository: GitFolder) -> None:
    (repository.folder / "new").write_bytes(b"")
    (repository.folder / "ignored").write_bytes(b"")
    (repository.folder / "gone").unlink()
    found = GitAround(repository.folder).surroundings()
    assert found.paths == (".gitignore", "a b/ü.txt", "new", "template.yaml")
    assert (found.name, found.below, found.branch, found.default) == ("orders", "", "main", "main")
    assert found.commit == repository.head
    assert not found.shallow


def test_in_a_folder_below_paths_still_start_at_the_top(repository: GitFolder) -> None:
    found = GitAround(repository.folder / "a b").surroundings()
    assert found.below == "a b"
    assert "template.yaml" in found.paths
    assert GitAround(repository.folder / "a b").top() == repository.folder


def test_a_repository_without_a_commit_is_one(tmp_path: Path) -> None:
    empty = GitFolder(tmp_path / "empty")
    (empty.folder / "template.yaml").write_bytes(b"x")
    found = GitAround(empty.folder).surroundings()
    assert (found.commit, found.branch, found.default, found.paths) == ("", "main", "", ("template.yaml",))


def test_a_detached_head_has_no_branch_and_the_default_one_is_still_known(repository: GitFolder) -> None:
    repository.detach()
    found = GitAround(repository.folder).surroundings()
    assert (found.branch, found.default) == ("", "main")


def test_the_remote_s_own_default_branch_counts_first(repository: GitFolder, tmp_path: Path) -> None:
    repository.branch("trunk")
    clone = GitFolder(tmp_path / "clone")
    clone.run("remote", "add", "origin", str(repository.folder))
    clone.run("fetch", "--quiet", "origin")
    clone.run("remote", "set-head", "origin", "trunk")
    found = GitAround(clone.folder).surroundings()
    assert found.default == "trunk"
    assert found.remotes == {"origin": str(repository.folder)}


def test_a_shallow_clone_says_so(repository: GitFolder, tmp_path: Path) -> None:
    repository.commit({"more": b""})
    repository.run("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "shallow"))
    assert GitAround(tmp_path / "shallow").surroundings().shallow


def test_a_worktree_is_a_repository_of_its_own(repository: GitFolder, tmp_path: Path) -> None:
    repository.run("worktree", "add", "--quiet", "-b", "next", str(tmp_path / "next"))
    found = GitAround(tmp_path / "next").surroundings()
    assert (found.name, found.branch, found.default) == ("next", "next", "main")
    assert "template.yaml" in found.paths


def test_a_submodule_s_files_are_its_own_and_it_is_named(repository: GitFolder, tmp_path: Path) -> None:
    parent = GitFolder(tmp_path / "parent")
    parent.commit({"README.md": b""})
    parent.run("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repository.folder), "part")
    found = GitAround(parent.folder).surroundings()
    assert found.paths == (".gitmodules", "README.md")
    assert found.submodules == ("part",)
    inside = GitAround(parent.folder / "part").surroundings()
    assert (inside.name, "template.yaml" in inside.paths) == ("part", True)


def test_a_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="cannot be read as a git repository") as refused:
        GitAround(tmp_path).surroundings()
    assert "git init" in refused.value.next_step


def test_a_bare_repository_has_no_place_for_files(repository: GitFolder, tmp_path: Path) -> None:
    repository.run("clone", "--quiet", "--bare", str(repository.folder), str(tmp_path / "bare"))
    with pytest.raises(NotFoundError, match="has no working tree"):
        GitAround(tmp_path / "bare").top()
    with pytest.raises(NotFoundError, match="has no working tree"):
        GitAround(repository.folder / ".git").top()
