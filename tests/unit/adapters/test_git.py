"""The git adapter on real repositories: what only a working tree, a shallow clone or an odd file name shows."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from release.adapters.git import GitRepository
from release.errors import NotFoundError
from release.versions.settings import VersionSettings
from release.versions.version import next_version
from tests.support.gitrepo import GitFolder


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    """A repository with one commit."""
    made = GitFolder(tmp_path / "repository")
    made.commit({"f/a.py": b"1", "f/b.py": b"1", "other.py": b"1"})
    return made


def test_edited_added_deleted_and_untracked_files_differ_from_head(repository: GitFolder) -> None:
    (repository.folder / "f/a.py").write_bytes(b"2")
    (repository.folder / "f/b.py").unlink()
    (repository.folder / "f/new file é.py").write_bytes(b"1")
    (repository.folder / "other.py").write_bytes(b"2")
    changed = GitRepository(repository.folder).changed(["f"])
    assert sorted(changed) == ["f/a.py", "f/b.py", "f/new file é.py"]


def test_a_change_of_mode_alone_changes_the_hash(repository: GitFolder) -> None:
    git = GitRepository(repository.folder)
    before = git.tree_hashes(git.resolve("HEAD"), ["f/a.py", "f"])
    (repository.folder / "f/a.py").chmod(0o755)
    after = git.tree_hashes(repository.commit({}), ["f/a.py", "f"])
    assert before["f/a.py"] != after["f/a.py"]
    assert before["f"] != after["f"]


def test_an_annotated_tag_names_its_commit(repository: GitFolder) -> None:
    repository.run("tag", "--annotate", "--message", "v1", "v1.0.0")
    git = GitRepository(repository.folder)
    assert git.resolve("v1.0.0") == git.resolve("HEAD")


def test_a_shallow_clone_must_not_look_like_a_fork(repository: GitFolder, tmp_path: Path) -> None:
    """faults.md, 20: the commit before is missing, so nothing can be compared."""
    first = repository.run("rev-parse", "HEAD")
    head = repository.commit({"f/a.py": b"2"})
    repository.run("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "shallow"))
    git = GitRepository(tmp_path / "shallow")
    assert git.resolve("HEAD") == head
    for one, other in ((first, head), (head, head)):
        with pytest.raises(NotFoundError) as caught:
            git.is_ancestor(one, other)
        assert "--unshallow" in caught.value.next_step


def test_a_folder_that_is_no_repository_is_named_whatever_is_asked(tmp_path: Path) -> None:
    git = GitRepository(tmp_path)
    ask: Callable[[], object]
    for ask in (git.checkout, git.tags, lambda: git.resolve("HEAD"), lambda: git.changed(["f"])):
        with pytest.raises(NotFoundError, match=f"{tmp_path} cannot be read as a git repository") as caught:
            ask()
        assert caught.value.next_step == "run this inside a clone, or name one with -C"


@pytest.mark.parametrize(("elsewhere", "processes"), [(0, 4), (300, 5)])
def test_version_takes_one_process_more_however_many_tags_lie_beside_the_branch(
    repository: GitFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: int, processes: int
) -> None:
    repository.tag("v1.0.0", annotated=True)
    repository.commit({"f/a.py": b"2"}, "fix: a bug")
    beside = repository.run("commit-tree", "-m", "release", "HEAD^{tree}")
    made = "".join(f"create refs/tags/v2.0.{number} {beside}\n" for number in range(elsewhere))
    repository.run("update-ref", "--stdin", stdin=made.encode())
    real = shutil.which("git")
    counting = tmp_path / "bin" / "git"
    counting.parent.mkdir()
    counting.write_text(f'#!/bin/sh\necho one >> "{tmp_path}/count"\nexec "{real}" "$@"\n')
    counting.chmod(0o755)
    monkeypatch.setenv("PATH", f"{counting.parent}:/usr/bin:/bin")
    answer = next_version(GitRepository(repository.folder), VersionSettings())
    assert (str(answer.version), answer.previous and answer.previous.name) == ("1.0.1", "v1.0.0")
    assert len((tmp_path / "count").read_text().splitlines()) == processes
