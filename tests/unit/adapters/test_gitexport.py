"""What is committed is what is built: real repositories whose attributes, settings and contents would change it."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from release.adapters import gitexport
from release.errors import ConflictError, NotFoundError
from tests.support.gitrepo import GitFolder

EPOCH = 1577836800


@pytest.fixture
def repository(tmp_path: Path) -> GitFolder:
    """A repository without a commit."""
    return GitFolder(tmp_path / "repository")


def exported(repository: GitFolder, folder: Path, *paths: str) -> dict[str, bytes]:
    """Path -> content of every file that HEAD's ``paths`` became."""
    repository.git.export(repository.head, paths or ["app"], folder, EPOCH)
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}


def test_no_attribute_leaves_a_file_out_or_changes_its_bytes(repository: GitFolder, tmp_path: Path) -> None:
    files: dict[str, bytes | None] = {
        "app/model.bin": b"m\n",
        "app/.git_archival.txt": b"node: $Format:%H$\n",
        "app/run.sh": b"a\nb\n",
        "app/ident.txt": b"$Id$\n",
        "app/wide.txt": b"wide\n",
        "app/filtered": b"plain",
        "app/.gitattributes": b"*.bin export-ignore\n.git_archival.txt export-subst\n*.sh text eol=crlf\n"
        b"ident.txt ident\nfiltered filter=shout\n",
    }
    repository.run("config", "filter.shout.smudge", "tr a-z A-Z")
    repository.commit(files)
    assert exported(repository, tmp_path / "out") == files


def test_no_setting_of_the_machine_changes_the_bytes(repository: GitFolder, tmp_path: Path) -> None:
    repository.commit({"app/a.txt": b"1\n2\n", "app/b.txt": b"1\r\n2\n"})
    plain = exported(repository, tmp_path / "plain")
    for key, value in {"core.autocrlf": "true", "core.eol": "crlf", "tar.umask": "0077"}.items():
        repository.run("config", key, value)
    (repository.folder / ".git/info").mkdir(exist_ok=True)
    (repository.folder / ".git/info/attributes").write_text("a.txt export-ignore\n* text eol=crlf\n")
    assert exported(repository, tmp_path / "set") == plain == {"app/a.txt": b"1\n2\n", "app/b.txt": b"1\r\n2\n"}


def test_another_commit_with_equal_files_gives_an_equal_folder(repository: GitFolder, tmp_path: Path) -> None:
    """Contents, modes and times: a layer that copies the folder has the same digest."""
    repository.commit({"app/a/b.py": b"1", "app/c.py": b"2"})
    first = exported(repository, tmp_path / "first")
    repository.commit({"README.md": b"words"}, "docs: nothing")
    assert exported(repository, tmp_path / "second") == first
    for one in sorted((tmp_path / "first").rglob("*")):
        other = tmp_path / "second" / one.relative_to(tmp_path / "first")
        assert (one.stat().st_mode, one.stat().st_mtime) == (other.stat().st_mode, other.stat().st_mtime)
        assert one.stat().st_mtime == EPOCH


def test_executable_files_and_links_are_what_they_were(repository: GitFolder, tmp_path: Path) -> None:
    app = repository.folder / "app"
    app.mkdir()
    (app / "run.sh").write_bytes(b"#!/bin/sh\n")
    (app / "run.sh").chmod(0o777)
    (app / "plain").write_bytes(b"")
    (app / "link").symlink_to("run.sh")
    (app / "nowhere").symlink_to("/not/there")
    repository.commit({})
    exported(repository, tmp_path / "out")
    out = tmp_path / "out/app"
    assert out.joinpath("run.sh").stat().st_mode & 0o777 == 0o755
    assert out.joinpath("plain").stat().st_mode & 0o777 == 0o644
    assert out.joinpath("link").readlink() == Path("run.sh")
    assert out.joinpath("nowhere").readlink() == Path("/not/there")
    assert out.joinpath("link").lstat().st_mtime == EPOCH
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("tmp")] == []


@pytest.mark.parametrize("paths", [("app",), ("app/vendor",), ("app/main.py", "app/vendor")])
def test_a_submodule_is_refused_by_its_path_and_is_no_empty_folder(
    repository: GitFolder, tmp_path: Path, paths: tuple[str, ...]
) -> None:
    repository.commit({"app/main.py": b"1"})
    repository.run("update-index", "--add", "--cacheinfo", f"160000,{repository.head},app/vendor")
    repository.run("commit", "--quiet", "--message=chore: a submodule")
    with pytest.raises(NotFoundError, match="app/vendor is a submodule") as caught:
        exported(repository, tmp_path / "out", *paths)
    assert "git subtree add" in caught.value.next_step
    assert exported(repository, tmp_path / "other", "app/main.py") == {"app/main.py": b"1"}


def pointer(content: bytes) -> bytes:
    """What Git LFS commits instead of ``content``."""
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


@pytest.mark.parametrize("storage", ["", "elsewhere"])
def test_a_file_of_git_lfs_is_its_content_when_the_machine_has_it(
    repository: GitFolder, tmp_path: Path, storage: str
) -> None:
    content = b"a model" * 1000
    oid = hashlib.sha256(content).hexdigest()
    kept = repository.folder / ".git" / (storage or "lfs") / "objects" / oid[:2] / oid[2:4] / oid
    kept.parent.mkdir(parents=True)
    kept.write_bytes(content)
    if storage:
        repository.run("config", "lfs.storage", storage)
    repository.commit({"app/model": pointer(content), "app/.gitattributes": b"model filter=lfs\n"})
    assert exported(repository, tmp_path / "out")["app/model"] == content
    kept.write_bytes(b"rotten")
    with pytest.raises(NotFoundError, match=r"app/model is kept by Git LFS, and its content .* is damaged"):
        exported(repository, tmp_path / "again")


def test_a_file_of_git_lfs_whose_content_is_not_here_is_refused_and_never_the_pointer(
    repository: GitFolder, tmp_path: Path
) -> None:
    repository.commit({"app/model": pointer(b"a model")})
    with pytest.raises(NotFoundError, match="app/model is kept by Git LFS") as caught:
        exported(repository, tmp_path / "out")
    assert "git lfs pull" in caught.value.next_step


def test_a_text_about_git_lfs_is_a_text(repository: GitFolder, tmp_path: Path) -> None:
    text = pointer(b"x") + b"\nThis is what a pointer looks like.\n"
    repository.commit({"app/notes": text})
    assert exported(repository, tmp_path / "out") == {"app/notes": text}


def test_an_object_that_a_damaged_clone_lacks_is_named_with_its_file(repository: GitFolder, tmp_path: Path) -> None:
    repository.commit({"app/a": b"1", "app/b": b"2"})
    blob = repository.run("rev-parse", "HEAD:app/b")
    (repository.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(NotFoundError, match="the content of app/b"):
        exported(repository, tmp_path / "out")


@pytest.mark.parametrize("path", ["app/../../evil", "app/./x", "/etc/passwd", "app//x"])
def test_a_hand_made_path_that_leads_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    listing = f"100644 blob {'a' * 40}\t{path}\0"
    blobs = io.BytesIO(b"a" * 40 + b" blob 1\nx\n")
    with pytest.raises(ConflictError, match="leads out of"):
        gitexport.write(gitexport.entries(listing), blobs, tmp_path / "out", EPOCH, Path)
    assert not (tmp_path / "evil").exists()


def test_a_hand_made_tree_does_not_write_through_its_own_link(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    listing = f"120000 blob {'a' * 40}\ta\0" + f"100644 blob {'b' * 40}\ta/b\0"
    blobs = io.BytesIO(b"a" * 40 + b" blob 2\n..\n" + b"b" * 40 + b" blob 1\nx\n")
    with pytest.raises(ConflictError, match="leads out of"):
        gitexport.write(gitexport.entries(listing), blobs, tmp_path / "out", EPOCH, Path)
    assert not (tmp_path / "b").exists()


def test_two_paths_that_are_one_on_this_file_system_are_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/README").write_bytes(b"what a file system that ignores case answers for readme")
    listing = f"100644 blob {'a' * 40}\tREADME\0"
    blobs = io.BytesIO(b"a" * 40 + b" blob 1\nx\n")
    with pytest.raises(ConflictError, match="one and the same"):
        gitexport.write(gitexport.entries(listing), blobs, tmp_path / "out", EPOCH, Path)
