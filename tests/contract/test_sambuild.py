"""The CodeBuilder port: the real sam builds, and what it cannot build is refused before it begins."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest

from release.adapters.sambuild import SamBuilder
from release.adapters.toolbox import LOCKS, Cache, Toolbox
from release.digest import sha256_of_file
from release.errors import MachineError, RemoteError
from release.releases import building, bundle
from release.releases.bundle import Limits
from release.settings.codebuilds import CodeBuild

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
TEMPLATE = f"""\
Transform: AWS::Serverless-2016-10-31
Parameters: {{ImageUri: {{Type: String}}, GitSha: {{Type: String}}}}
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Properties: {{PackageType: Image, ImageUri: !Ref ImageUri, AutoPublishAlias: live}}
  Authorizer:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: ./authorizer, Handler: app.handler, Runtime: {RUNTIME}}}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: {{ContentUri: lib, CompatibleRuntimes: [{RUNTIME}]}}
    Metadata: {{BuildMethod: {RUNTIME}}}
"""
FUNCTION = CodeBuild("template.yaml", "Authorizer", "CodeUri", "authorizer", RUNTIME)
LAYER = CodeBuild("template.yaml", "Shared", "ContentUri", "lib", RUNTIME)


@pytest.fixture(scope="module")
def sam() -> Path:
    return Toolbox(Cache.of(os.environ), (LOCKS,), print).venv("sam").tool("sam")


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """An index of one package, so that no network is needed."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "small-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("small.py", "answer = 42\n")
        wheel.writestr("small-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n")
        wheel.writestr("small-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("small-1.0.dist-info/RECORD", "small.py,,\n")
    return folder


def sources(folder: Path) -> Path:
    for name in ("authorizer", "lib"):
        (folder / name).mkdir(parents=True)
        (folder / name / "requirements.txt").write_text("small==1.0\n")
    (folder / "authorizer/app.py").write_text("handler = 1\n")
    (folder / "lib/shared.py").write_text("shared = 1\n")
    (folder / "template.yaml").write_text(TEMPLATE)
    return folder


def builder(sam: Path, wheels: Path, *, engine: bool = False) -> SamBuilder:
    env = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return SamBuilder(lambda: sam, env | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}, lambda: engine)


def bundled(sam: Path, wheels: Path, folder: Path) -> tuple[Path, Path]:
    """``(the tree with what was built, its bundle)``."""
    tree, scratch = sources(folder / "tree"), folder / "scratch"
    scratch.mkdir()
    building.build(tree, (FUNCTION, LAYER), builder(sam, wheels), scratch)
    bundle.pack(tree, folder / "b", Limits())
    return tree, folder / "b"


def test_sam_builds_a_function_and_a_layer_with_their_packages_and_equal_sources_give_equal_bundles(
    sam: Path, wheels: Path, tmp_path: Path
) -> None:
    tree, first = bundled(sam, wheels, tmp_path / "one")
    function, layer = tree / "built-by-sam/Authorizer", tree / "built-by-sam/Shared/python"
    assert (function / "app.py").read_text() == "handler = 1\n"
    assert (layer / "shared.py").read_text() == "shared = 1\n"
    for place in (function, layer):
        assert (place / "small.py").read_text() == "answer = 42\n"
        assert sorted(path.name for path in (place / "small-1.0.dist-info").iterdir()) == ["METADATA", "WHEEL"]
    _, second = bundled(sam, wheels, tmp_path / "another" / "place")
    assert sha256_of_file(first) == sha256_of_file(second)


def test_a_package_that_cannot_be_had_fails_with_what_sam_says_and_leaves_nothing(
    sam: Path, wheels: Path, tmp_path: Path
) -> None:
    tree = sources(tmp_path / "tree")
    (tree / "authorizer/requirements.txt").write_text("missing==9\n")
    (tmp_path / "out").mkdir()
    with pytest.raises(RemoteError, match=r"sam build of Authorizer in template\.yaml failed") as refusal:
        builder(sam, wheels).build(tree, FUNCTION, tmp_path / "out/Authorizer")
    assert "missing" in refusal.value.message
    assert refusal.value.next_step.startswith("sam build Authorizer")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("method", "engine", "program"),
    [("python3.2", False, "python3.2"), ("go1.x", True, "go"), ("java21", False, "that")],
)
def test_what_is_neither_here_nor_in_an_engine_is_refused_before_sam_runs(
    tmp_path: Path, method: str, engine: bool, program: str
) -> None:
    def never() -> Path:
        raise AssertionError("sam is not asked")

    wanted = CodeBuild("template.yaml", "Authorizer", "CodeUri", "authorizer", method)
    nobody = SamBuilder(never, {"PATH": "/nowhere"}, lambda: engine)
    with pytest.raises(MachineError, match=f"neither {program} is on this machine nor a container engine") as refusal:
        nobody.build(sources(tmp_path / "tree"), wanted, tmp_path / "target")
    assert refusal.value.next_step.startswith("install")


def test_a_runtime_that_is_not_here_is_built_in_the_engine(tmp_path: Path) -> None:
    """No image of AWS can be had here, so a program stands in for sam and says what it was asked for."""
    sam = tmp_path / "sam"
    sam.write_text(
        f'#!{sys.executable}\nimport pathlib, sys\nout = pathlib.Path(sys.argv[sys.argv.index("--build-dir") + 1])\n'
        '(out / "Authorizer").mkdir(parents=True)\n(out / "Authorizer" / "asked").write_text(" ".join(sys.argv[1:]))\n'
    )
    sam.chmod(0o755)
    wanted = CodeBuild("template.yaml", "Authorizer", "CodeUri", "authorizer", "python3.2")
    SamBuilder(lambda: sam, {"PATH": "/nowhere"}, lambda: True).build(
        sources(tmp_path / "tree"), wanted, tmp_path / "target"
    )
    asked = (tmp_path / "target/asked").read_text().split()
    assert asked[:2] == ["build", "Authorizer"]
    assert "--use-container" in asked
