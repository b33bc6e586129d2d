"""Which version the command says it is: of a checkout, of a copy, of what pip installed."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from packaging.version import Version

from release.adapters import installed
from tests.support.files import ROOT
from tests.support.gitrepo import GitFolder

PROJECT = '[project]\nname = "lambda-image-release"\n'


@pytest.fixture
def checkout(tmp_path: Path) -> GitFolder:
    """A repository with this project's pyproject.toml and one commit."""
    folder = GitFolder(tmp_path / "checkout")
    folder.commit({"pyproject.toml": PROJECT.encode()})
    return folder


def test_before_the_first_release_it_is_zero_with_the_commit(checkout: GitFolder) -> None:
    commit = checkout.commit({})[:12]
    assert installed.described(checkout.folder) == f"0.0.0+{commit}"


def test_a_release_s_commit_has_the_version_of_its_tag(checkout: GitFolder) -> None:
    checkout.tag("v1.4.0")
    assert installed.described(checkout.folder) == "1.4.0"


def test_between_two_releases_it_is_the_one_before_with_the_commit(checkout: GitFolder) -> None:
    checkout.tag("v1.4.0", annotated=True)
    commit = checkout.commit({})[:12]
    assert installed.described(checkout.folder) == f"1.4.0+{commit}"
    assert Version("1.4.0") < Version(installed.described(checkout.folder)) < Version("1.4.1")


def test_what_is_not_committed_is_no_release(checkout: GitFolder) -> None:
    checkout.tag("v1.4.0")
    (checkout.folder / "pyproject.toml").write_text(PROJECT + "# edited\n")
    assert installed.described(checkout.folder) == "1.4.0+dirty"
    commit = checkout.commit({})[:12]
    (checkout.folder / "pyproject.toml").write_text(PROJECT + "# edited again\n")
    assert installed.described(checkout.folder) == f"1.4.0+{commit}.dirty"


def test_a_tag_that_names_no_version_names_none(checkout: GitFolder) -> None:
    checkout.tag("nightly")
    checkout.tag("vendored-2")
    assert installed.described(checkout.folder).startswith("0.0.0+")


def test_files_that_were_copied_into_another_project_do_not_take_its_version(tmp_path: Path) -> None:
    """The README's old way to adopt: nothing tells then which release the copy is."""
    other = GitFolder(tmp_path / "other")
    other.commit({"pyproject.toml": b'[project]\nname = "member-service"\n'})
    other.tag("v3.0.0")
    assert installed.described(other.folder) == installed.UNKNOWN
    (other.folder / "vendor").mkdir()
    (other.folder / "vendor" / "pyproject.toml").write_text(PROJECT)
    assert installed.described(other.folder / "vendor") == installed.UNKNOWN
    assert installed.described(tmp_path) == installed.UNKNOWN


def test_a_pyproject_that_nobody_can_read_tells_nothing(checkout: GitFolder) -> None:
    (checkout.folder / "pyproject.toml").write_bytes(b"\xff" + PROJECT.encode())
    assert installed.described(checkout.folder) == installed.UNKNOWN


def test_a_repository_without_a_commit_tells_nothing(tmp_path: Path) -> None:
    empty = GitFolder(tmp_path / "empty")
    (empty.folder / "pyproject.toml").write_text(PROJECT)
    assert installed.described(empty.folder) == installed.UNKNOWN


def test_an_installation_elsewhere_says_nothing_about_a_checkout(
    checkout: GitFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    (site / "release").mkdir(parents=True)
    facts = site / "lambda_image_release-9.0.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.4\nName: lambda-image-release\nVersion: 9.0.0\n")
    monkeypatch.syspath_prepend(site)
    assert installed.version(site) == "9.0.0"
    assert installed.version(checkout.folder).startswith("0.0.0+")


@pytest.mark.parametrize(
    ("tagged", "more", "version"), [(True, 0, "1.4.0"), (True, 1, "1.4.0+{commit}"), (False, 0, "0.0.0+{commit}")]
)
def test_an_archive_of_a_commit_knows_its_version_and_its_commit(
    checkout: GitFolder, tmp_path: Path, tagged: bool, more: int, version: str
) -> None:
    """What a runner downloads of a called workflow has no .git."""
    files = {name: (ROOT / name).read_bytes() for name in (".gitattributes", "release/adapters/archived.txt")}
    commit = checkout.commit(files)
    if tagged:
        checkout.tag("v1.4.0")
    for _ in range(more):
        commit = checkout.commit({})
    checkout.run("archive", "--output", str(tmp_path / "archive.tar"), "HEAD")
    with tarfile.open(tmp_path / "archive.tar") as archive:
        archive.extractall(tmp_path / "archive", filter="data")
    assert installed.archived(tmp_path / "archive") == (version.format(commit=commit[:12]), commit)
    assert installed.described(tmp_path / "archive") == version.format(commit=commit[:12])
    assert installed.archived(checkout.folder) == ("", "")
