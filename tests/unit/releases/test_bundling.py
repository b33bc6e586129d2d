"""A bundle is taken from a commit, never from the working tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from release.adapters.git import GitRepository
from release.errors import NotFoundError, UsageError
from release.releases import bundling, unpacking
from release.releases.bundle import Limits
from tests.support.gitrepo import GitFolder

TEMPLATE = """
Resources:
  Clean: {Type: AWS::Serverless::Function, Properties: {CodeUri: src/clean}}
  Twice: {Type: AWS::Serverless::Function, Properties: {CodeUri: src/clean/inner}}
  Nested: {Type: AWS::Serverless::Application, Properties: {Location: nested/t.yaml}}
"""
NESTED = "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: states.json}}}\n"


def commit(folder: Path, files: Mapping[str, str]) -> GitRepository:
    repository = GitFolder(folder)
    repository.commit({name: content.encode() for name, content in files.items()})
    return repository.git


FILES = {
    "template.yaml": TEMPLATE,
    "src/clean/app.py": "clean = 1\n",
    "src/clean/inner/x.py": "x = 1\n",
    "nested/t.yaml": NESTED,
    "nested/states.json": "{}",
    "README.md": "not named",
}


def test_the_template_and_what_it_names_go_in_as_they_were_committed_and_nothing_else(tmp_path: Path) -> None:
    git = commit(tmp_path / "repo", FILES)
    (tmp_path / "repo/src/clean/app.py").write_text("edited since")
    (tmp_path / "repo/src/clean/new.py").write_text("never committed")
    (tmp_path / "tree").mkdir()
    bundling.write(git, git.resolve("HEAD"), "template.yaml", tmp_path / "tree", tmp_path / "b", Limits())
    out = tmp_path / "out"
    out.mkdir()
    unpacking.unpack(tmp_path / "b", out, Limits())
    found = {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*") if path.is_file()}
    assert found == {name: content for name, content in FILES.items() if name != "README.md"}


def test_a_function_whose_code_is_everything_takes_everything(tmp_path: Path) -> None:
    git = commit(tmp_path / "repo", FILES | {"template.yaml": TEMPLATE.replace("src/clean/inner", ".")})
    (tmp_path / "tree").mkdir()
    bundling.write(git, git.resolve("HEAD"), "template.yaml", tmp_path / "tree", tmp_path / "b", Limits())
    assert (tmp_path / "tree/README.md").read_text() == "not named"


def test_a_path_that_is_not_in_the_commit_is_refused_by_who_names_it(tmp_path: Path) -> None:
    """faults.md, 57."""
    git = commit(tmp_path, {"template.yaml": TEMPLATE, "nested/t.yaml": NESTED, "nested/states.json": "{}"})
    with pytest.raises(NotFoundError, match=r"template\.yaml: Clean\.CodeUri names src/clean"):
        bundling.named_paths(git, git.resolve("HEAD"), "template.yaml")


def test_a_link_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    """faults.md, 57."""
    git = commit(tmp_path / "repo", FILES)
    (tmp_path / "repo/src/clean/link").symlink_to("/etc/passwd")
    git = commit(tmp_path / "repo", {})
    (tmp_path / "tree").mkdir()
    with pytest.raises(UsageError, match="link"):
        bundling.write(git, git.resolve("HEAD"), "template.yaml", tmp_path / "tree", tmp_path / "b", Limits())
