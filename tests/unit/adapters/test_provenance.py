"""Of which commit of which repository the command is."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adapters import provenance
from release.adoption.pin import Provenance
from tests.support.gitrepo import GitFolder

PROJECT = b'[project]\nname = "lambda-image-release"\n'


@pytest.fixture
def checkout(tmp_path: Path) -> GitFolder:
    folder = GitFolder(tmp_path / "checkout")
    folder.commit({"pyproject.toml": PROJECT})
    return folder


def test_a_checkout_s_is_that_of_its_git(checkout: GitFolder) -> None:
    checkout.run("remote", "add", "origin", "git@github.com:acme/pipeline.git")
    assert provenance.of_checkout(checkout.folder, "1.0.0") == Provenance("acme/pipeline", checkout.head, "1.0.0")
    (checkout.folder / "pyproject.toml").write_bytes(PROJECT + b"# more\n")
    assert provenance.of_checkout(checkout.folder, "1.0.0").changed


def test_a_checkout_whose_remote_is_not_on_github_has_a_commit_alone(checkout: GitFolder) -> None:
    assert provenance.of_checkout(checkout.folder, "1") == Provenance("", checkout.head, "1")
    checkout.run("remote", "add", "origin", "/srv/pipeline.git")
    assert provenance.of_checkout(checkout.folder, "1") == Provenance("", checkout.head, "1")


def test_a_copy_inside_another_repository_does_not_take_its_commit(checkout: GitFolder) -> None:
    (checkout.folder / "vendor").mkdir()
    (checkout.folder / "vendor" / "pyproject.toml").write_bytes(PROJECT)
    assert provenance.of_checkout(checkout.folder / "vendor", "1") == Provenance("", "", "1")


def test_this_command_s_is_the_commit_of_this_checkout() -> None:
    found = provenance.of_command()
    assert len(found.commit) == 40
    assert found.version
