"""What every example is: a repository of its own, that nobody here imports and that imports nobody here."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from release.completion.builds import image_functions
from release.completion.document import read
from release.settings import cfn
from tests.support.files import ROOT, texts
from tests.support.gitrepo import GitFolder
from tools.examples import WRITTEN

EXAMPLES = ("anomaly", "commerce", "members-web", "psn")
FILES = {name: text for name, text in texts().items() if name.startswith("examples/")}
OURS = ("release", "rehearsal", "workflowlint", "function", "tests", "tools", "bench")


def of(example: str) -> dict[str, str]:
    """Path in the example -> text."""
    return {
        name.partition(f"{example}/")[2]: text
        for name, text in FILES.items()
        if name.startswith(f"examples/{example}/")
    }


def copied(example: str, folder: Path) -> GitFolder:
    """The example as a repository of its own, as somebody has it who copied it out."""
    for name, text in of(example).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return GitFolder(folder)


def test_every_folder_of_examples_is_an_example() -> None:
    assert {PurePosixPath(name).parts[1] for name in FILES if "/" in name.removeprefix("examples/")} == set(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_has_what_a_team_has_and_is_told_how_it_is_released(example: str) -> None:
    files = of(example)
    assert {"README.md", "Makefile", "template.yaml", "samconfig.toml", ".gitignore", ".dockerignore"} <= files.keys()
    assert any("/test_" in f"/{name}" for name in files)
    assert "release init" in files["README.md"]
    assert "release rehearse" in files["README.md"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_template_of_an_example_knows_nothing_of_releases(example: str) -> None:
    text = of(example)["template.yaml"]
    loaded = cfn.load(text.encode(), "template.yaml")
    functions = list(image_functions(read(text, "template.yaml"), loaded))
    assert functions
    assert all(each.build is not None and each.uri is None for each in functions)
    for word in ("ImageUri", "ReleaseVersion", "GitSha", "AutoPublishAlias", "PermissionsBoundary"):
        assert word not in text


@pytest.mark.parametrize("name", sorted(name for name in FILES if name.endswith("Dockerfile")))
def test_every_base_of_an_example_is_pinned_by_digest(name: str) -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", FILES[name], re.MULTILINE))
    bases = set(re.findall(r"^FROM (\S+)", FILES[name], re.MULTILINE)) - stages
    assert bases
    assert all(re.fullmatch(r"\S+:\S+@sha256:[0-9a-f]{64}", base) for base in bases)
    ours = tomllib.loads((ROOT / "release.toml").read_text())["build"]["base"]
    assert {base for base in bases if "/lambda/" in base} <= {ours}, "AWS's base is the one of this repository"


@pytest.mark.parametrize("name", sorted(name for name in FILES if re.search(r"requirements.*\.txt$", name)))
def test_what_an_example_installs_is_locked_with_hashes_and_names_no_index(name: str) -> None:
    packages = re.findall(r"^[a-z0-9][^\n]*?==[^\n]*(?:\n {4}[^\n]*)*", FILES[name], re.MULTILINE | re.IGNORECASE)
    assert packages
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in FILES[name]
    assert "index" not in FILES[name]


@pytest.mark.parametrize("name", sorted(name for name in FILES if name.endswith("pyproject.toml")))
def test_what_a_part_of_an_example_declares_is_locked_beside_it(name: str) -> None:
    declared = tomllib.loads(FILES[name])["project"].get("dependencies", [])
    locks = [lock for lock in FILES if lock == str(PurePosixPath(name).parent / "requirements.txt")]
    for lock in locks:
        for each in declared:
            assert re.search(rf"^{re.split('[>=<]', each)[0]}==", FILES[lock], re.MULTILINE), f"{each} in {lock}"
    assert locks or "/libs/" in name or not declared


def imported(source: str) -> set[str]:
    """The first part of every name that is imported."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_examples_import_nothing_of_this_repository_and_nothing_here_imports_an_example() -> None:
    assert imported("import release.cli\nfrom examples.psn import a\nfrom . import b") == {"release", "examples"}
    for name, text in FILES.items():
        if name.endswith(".py"):
            own = {each.partition("/")[0].removesuffix(".py") for each in of(PurePosixPath(name).parts[1])}
            assert imported(text) & {*OURS, "examples"} <= own, name
    ours = {name: text for name, text in texts().items() if name.endswith(".py") and name not in FILES}
    assert len(ours) > 100
    assert [name for name, text in ours.items() if "examples" in imported(text)] == []


def test_no_example_is_in_the_wheel() -> None:
    targets = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    assert "examples" not in " ".join([*targets["wheel"]["packages"], *targets["sdist"]["only-include"]])


def release(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command of this tree, in the repository in ``folder``."""
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    command = [sys.executable, "-m", "release", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def unpinned(text: str) -> str:
    """Without what each commit of this project changes: the commit that the workflows are called by, and the seal."""
    return re.sub(r" \[[0-9a-f]{12}\]$|@[0-9a-f]{40} # v\S+$", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_init_writes_is_in_the_example_to_the_letter(example: str, tmp_path: Path) -> None:
    repository = copied(example, tmp_path)
    for name in WRITTEN:
        shutil.rmtree(tmp_path / name) if (tmp_path / name).is_dir() else (tmp_path / name).unlink()
    repository.run("remote", "add", "origin", f"https://github.com/owner/{example}.git")
    repository.commit({}, "feat: as it is")
    done = release(tmp_path, "init", "--yes", "--workflows", "owner/lambda-image-release")
    assert done.returncode == 0, done.stderr
    listed = repository.run("ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    found = {name: unpinned((tmp_path / name).read_text()) for name in listed}
    assert found == {name: unpinned(text) for name, text in of(example).items()}
    written = repository.run("status", "--porcelain", "--untracked-files=all").splitlines()
    assert len(written) == 8
    assert all(each.startswith("?? ") for each in written), "a file of the team's was changed"


def test_a_runtime_in_globals_beside_an_image_function_is_refused_with_its_line(tmp_path: Path) -> None:
    repository = copied("members-web", tmp_path)
    text = (tmp_path / "template.yaml").read_text()
    trap = text.replace("Globals:\n  Function:\n", "Globals:\n  Function:\n    Runtime: python3.13\n")
    repository.commit({"template.yaml": trap.encode()}, "feat: as most would write it")
    done = release(tmp_path, "template")
    line = trap.splitlines().index("    Runtime: python3.13") + 1
    assert done.returncode == 2
    assert f"template.yaml, line {line}: Globals gives every function Runtime, and Report runs an image" in done.stderr


@pytest.mark.parametrize(
    ("changed", "released"),
    [
        ("libs/common/src/common/tokens.py", {"identity", "players"}),
        ("services/players/src/players/profiles.py", {"players"}),
        ("services/identity/requirements.txt", {"identity"}),
        ("services/identity/tests/test_identity.py", set()),
    ],
)
def test_shared_code_of_psn_releases_both_services_and_a_service_s_own_only_itself(
    tmp_path: Path, changed: str, released: set[str]
) -> None:
    repository = copied("psn", tmp_path)
    repository.commit({}, "feat: the first")
    repository.tag("v0.1.0")
    text = (tmp_path / changed).read_bytes()
    repository.commit({changed: text + b"# changed\n"}, "fix: a line")
    done = release(tmp_path, "plan", "--json")
    assert done.returncode in (0, 3), done.stderr
    images = json.loads(done.stdout)["images"]
    assert images.keys() == {"identity", "players"}
    assert {name for name, each in images.items() if each["changed"]} == released


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_tests_of_an_example_pass_where_it_was_copied_to(example: str, tmp_path: Path) -> None:
    make = shutil.which("make")
    assert make is not None
    copied(example, tmp_path)
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    command = [make, "test", f"PYTHON={sys.executable}"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
