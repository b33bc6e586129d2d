"""A bundle whose ZIP code was built: what goes in, what it is called, and that it repeats."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from release.adapters.git import GitRepository
from release.digest import sha256_of_file
from release.errors import NotFoundError, RemoteError
from release.releases import building, bundling, unpacking
from release.releases.bundle import Limits
from release.settings import cfn
from release.settings.codebuilds import CodeBuild
from release.settings.localfiles import local_paths
from tests.fakes.codebuilder import FakeCodeBuilder
from tests.support.gitrepo import GitFolder

TEMPLATE = """\
# ours
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image, ImageUri: !Ref ImageUri, AutoPublishAlias: live}
  Authorizer:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ./authorizer
      Handler: app.handler
      Runtime: python3.13
  Plain:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: plain, Handler: app.handler, Runtime: python3.13}
  Child:
    Type: AWS::Serverless::Application
    Properties: {Location: ./child/template.yaml}
"""
CHILD = """\
Resources:
  L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: lib}, Metadata: {BuildMethod: python3.13}}
"""
FILES = {
    "template.yaml": TEMPLATE,
    "authorizer/app.py": "handler = 1\n",
    "authorizer/requirements.txt": "idna==3.7\n",
    "plain/app.py": "plain = 1\n",
    "child/template.yaml": CHILD,
    "child/lib/shared.py": "shared = 1\n",
}


def repository(folder: Path, files: Mapping[str, str] = FILES) -> GitRepository:
    made = GitFolder(folder)
    made.commit({name: content.encode() for name, content in files.items()})
    return made.git


def written(git: GitRepository, folder: Path, builder: FakeCodeBuilder | None) -> Path:
    """The bundle of HEAD."""
    (folder / "tree").mkdir(parents=True)
    bundling.write(git, git.resolve("HEAD"), "template.yaml", folder / "tree", folder / "b", Limits(), builder)
    return folder / "b"


def unpacked(archive: Path, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    unpacking.unpack(archive, folder, Limits())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_built_is_in_the_bundle_and_its_templates_name_it(tmp_path: Path) -> None:
    builder = FakeCodeBuilder()
    git = repository(tmp_path / "repo")
    found = unpacked(written(git, tmp_path / "one", builder), tmp_path / "out")
    assert sorted(builder.built) == ["Authorizer", "L"]
    for built, source in (
        ("built-by-sam/Authorizer", "authorizer/app.py"),
        ("child/built-by-sam/L", "child/lib/shared.py"),
    ):
        assert found[f"{built}/{Path(source).name}"] == FILES[source].encode()
        assert found[f"{built}/idna-3.7.dist-info/METADATA"].startswith(b"Name: idna")
    assert "authorizer/app.py" not in found, "the sources of what was built are not deployed"
    assert found["plain/app.py"] == b"plain = 1\n"
    named = {each.path: each.by for each in local_paths("template.yaml", found.__getitem__)}
    assert named == {
        "built-by-sam/Authorizer": "template.yaml: Authorizer.CodeUri",
        "child/built-by-sam/L": "child/template.yaml: L.ContentUri",
        "child/template.yaml": "template.yaml: Child.Location",
        "plain": "template.yaml: Plain.CodeUri",
    }
    before, after = (cfn.load(text, "t")["Resources"] for text in (TEMPLATE, found["template.yaml"]))
    assert before["ApiFunction"] == after["ApiFunction"]
    assert found["template.yaml"].startswith(b"# ours\n")


def test_equal_sources_give_equal_bundles_whatever_the_installer_notes(tmp_path: Path) -> None:
    """Byte code and an installer's records tell when and in which order something was built."""
    builder = FakeCodeBuilder()
    git = repository(tmp_path / "repo")
    first, second = (written(git, tmp_path / name, builder) for name in ("one", "two"))
    assert sha256_of_file(first) == sha256_of_file(second)
    names = unpacked(first, tmp_path / "out")
    assert not [name for name in names if "__pycache__" in name or name.endswith(("RECORD", "direct_url.json"))]


def test_a_build_that_fails_leaves_no_bundle(tmp_path: Path) -> None:
    git = repository(tmp_path / "repo")
    with pytest.raises(RemoteError, match="Authorizer failed"):
        written(git, tmp_path / "one", FakeCodeBuilder(fails="Authorizer"))
    assert not (tmp_path / "one/b").exists()


def test_code_that_nobody_built_is_never_released_as_it_is(tmp_path: Path) -> None:
    git = repository(tmp_path / "repo")
    with pytest.raises(NotFoundError, match="the code of L, Authorizer was not built") as refusal:
        written(git, tmp_path / "one", None)
    assert refusal.value.next_step == "release build"


def test_a_folder_that_has_the_name_of_what_is_built_is_refused(tmp_path: Path) -> None:
    tree, scratch = tmp_path / "tree", tmp_path / "scratch"
    for folder in (tree / "authorizer", scratch):
        folder.mkdir(parents=True)
    wanted = CodeBuild("template.yaml", "Authorizer", "CodeUri", "authorizer", "python3.13")

    class Beside(FakeCodeBuilder):
        """What stands in the way is put there late, past this fake's own check."""

        def build(self, tree: Path, wanted: CodeBuild, target: Path) -> None:
            super().build(tree, wanted, target)
            (tree / wanted.place).mkdir(parents=True)

    with pytest.raises(NotFoundError, match="built-by-sam/Authorizer is in the repository already"):
        building.build(tree, [wanted], Beside(), scratch)


def test_the_inputs_of_a_bundle_are_its_template_and_files_and_nothing_else(tmp_path: Path) -> None:
    folder = GitFolder(tmp_path / "repo")
    folder.commit({name: content.encode() for name, content in FILES.items()})

    def inputs() -> str:
        return bundling.inputs(folder.git, folder.git.resolve("HEAD"), "template.yaml")

    first = inputs()
    folder.commit({"README.md": b"words"})
    assert inputs() == first
    for name in FILES:
        folder.commit({name: FILES[name].encode() + b"\n"})
        assert inputs() != first
        folder.commit({name: FILES[name].encode()})
        assert inputs() == first
