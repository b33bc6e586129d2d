"""What every Git does, the fake and the real one on a real repository alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from release.adapters.git import GitRepository
from release.errors import NotFoundError
from release.ports import Git
from tests.fakes.git import FakeGit
from tests.support.repository import Repository


class Author(Protocol):
    """Whoever can commit."""

    def commit(self, changes: Mapping[str, bytes | None], *, parent: str | None = None) -> str:
        """Commit ``changes`` on ``parent``; the new commit's id."""


Pair = tuple[Git, Author]


@pytest.fixture(params=["fake", "real"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Pair:
    """A repository without commits, and who commits to it."""
    if request.param == "fake":
        fake = FakeGit()
        return fake, fake
    repository = Repository(tmp_path / "repository")
    return GitRepository(repository.folder), repository


def test_head_is_the_last_commit_and_a_commit_is_itself(pair: Pair) -> None:
    git, author = pair
    first = author.commit({"a": b"1"})
    second = author.commit({"a": b"2"})
    assert git.resolve("HEAD") == second
    assert git.resolve(first) == first
    assert len(first) == 40


@pytest.mark.parametrize("revision", ["f" * 40, "--help", "no-such-branch", "", "HEAD~9", "a b"])
def test_what_names_no_commit_is_not_found(pair: Pair, revision: str) -> None:
    """faults.md, 8: never taken for an option."""
    git, author = pair
    author.commit({"a": b"1"})
    with pytest.raises(NotFoundError) as caught:
        git.resolve(revision)
    assert caught.value.next_step


def test_a_repository_without_commits_has_no_head(pair: Pair) -> None:
    with pytest.raises(NotFoundError):
        pair[0].resolve("HEAD")


def test_a_path_s_hash_changes_with_its_content_only(pair: Pair) -> None:
    git, author = pair
    first = author.commit({"f/shared/x.py": b"1", "f/Dockerfile": b"FROM x", "README": b"1"})
    second = author.commit({"README": b"2"})
    third = author.commit({"f/shared/deep/y.py": b"2"})
    paths = ["f/Dockerfile", "f/shared"]
    assert git.tree_hashes(first, paths) == git.tree_hashes(second, paths)
    assert git.tree_hashes(second, paths)["f/Dockerfile"] == git.tree_hashes(third, paths)["f/Dockerfile"]
    assert git.tree_hashes(second, paths)["f/shared"] != git.tree_hashes(third, paths)["f/shared"]


def test_a_folder_may_be_written_with_its_slash(pair: Pair) -> None:
    git, author = pair
    commit = author.commit({"f/shared/x.py": b"1"})
    assert list(git.tree_hashes(commit, ["f/shared/"])) == ["f/shared/"]


def test_a_folder_and_a_file_inside_it_may_both_be_asked_for(pair: Pair) -> None:
    git, author = pair
    commit = author.commit({"f/shared/x.py": b"1", "f/Dockerfile": b"FROM x"})
    paths = ["f/Dockerfile", "f", "f/shared/x.py"]
    assert list(git.tree_hashes(commit, paths)) == paths


def test_a_path_that_is_not_in_the_commit_is_not_found(pair: Pair) -> None:
    git, author = pair
    commit = author.commit({"f/shared/x.py": b"1"})
    for path in ("f/share", "x.py", "f/shared/*"):
        with pytest.raises(NotFoundError, match=f"is not in commit {commit[:12]}"):
            git.tree_hashes(commit, ["f/shared", path])


def test_an_export_holds_the_paths_as_they_were_and_nothing_else(pair: Pair, tmp_path: Path) -> None:
    git, author = pair
    first = author.commit({"f/shared/x.py": b"1", "f/Dockerfile": b"FROM x", "f/other.py": b"o", "README": b"1"})
    author.commit({"f/shared/x.py": b"2"})
    target = tmp_path / "out" / "tree"
    target.parent.mkdir()
    git.export(first, ["f/Dockerfile", "f/shared"], target)
    found = {
        str(path.relative_to(tmp_path / "out")): path.read_bytes()
        for path in tmp_path.rglob("out/**/*")
        if path.is_file()
    }
    assert found == {"tree/f/Dockerfile": b"FROM x", "tree/f/shared/x.py": b"1"}


def test_a_file_is_shown_as_it_was_byte_for_byte(pair: Pair) -> None:
    git, author = pair
    content = b"\x00\xff\xfe text\r\n\n"
    first = author.commit({"a.bin": content})
    author.commit({"a.bin": None, "b": b""})
    assert git.show(first, "a.bin") == content
    with pytest.raises(NotFoundError, match=r"a\.bin at .* is not in this clone"):
        git.show(git.resolve("HEAD"), "a.bin")
    with pytest.raises(NotFoundError, match="is not in this clone"):
        git.show("f" * 40, "a.bin")


def test_ancestry_is_told_for_a_line_and_for_a_fork(pair: Pair) -> None:
    """faults.md, 20."""
    git, author = pair
    root = author.commit({"a": b"1"})
    left = author.commit({"a": b"2"})
    right = author.commit({"a": b"3"}, parent=root)
    assert git.is_ancestor(root, left)
    assert git.is_ancestor(left, left)
    assert not git.is_ancestor(left, root)
    assert not git.is_ancestor(left, right)
    assert not git.is_ancestor(right, left)


def test_an_unknown_commit_is_an_error_and_not_a_fork(pair: Pair) -> None:
    git, author = pair
    root = author.commit({"a": b"1"})
    for one, other in ((root, "f" * 40), ("f" * 40, root)):
        with pytest.raises(NotFoundError):
            git.is_ancestor(one, other)


def test_a_clean_tree_has_no_changes(pair: Pair) -> None:
    git, author = pair
    author.commit({"f/a.py": b"1"})
    assert list(git.changed(["f"])) == []
