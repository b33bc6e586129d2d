"""The wheel in an empty environment and another team's repository: installed without an index, as anybody would."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from email import message_from_bytes
from importlib.util import find_spec
from pathlib import Path

import pytest

from release import commands
from release.adapters import installed
from tests.support.caches import cache_beside
from tests.support.gitrepo import ENV, GitFolder
from tests.support.world import FILES

ROOT = Path(__file__).parents[2]
#: what the wheel needs, put there by tools/setup
WHEELHOUSE = Path(sys.prefix) / "wheelhouse"
PACKAGES = ("release", "rehearsal", "workflowlint")
EXIT_CODES = {0, 2, 3, 4, 5, 6, 7, 8}

#: what another team's repository may have, and must not take the place of ours
CLASHES: dict[str, bytes | None] = {
    "release.py": b"raise SystemExit('the wrong release')\n",
    "release/__init__.py": b"raise SystemExit('the wrong release')\n",
    "rehearsal/__init__.py": b"raise SystemExit('the wrong rehearsal')\n",
    "workflowlint.py": b"raise SystemExit('the wrong workflowlint')\n",
    "requirements/sam.txt": b"not-what-you-think==1\n",
}


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the wheel in it, and nothing of this checkout on any path."""

    folder: Path
    home: Path

    def run(self, *words: str | Path, at: Path, cache: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of its programs in the folder ``at``, on a machine with git and without anything else."""
        program, *arguments = words
        env = {
            "PATH": f"{self.home}/tools",
            "HOME": str(self.home),
            "AWS_EC2_METADATA_DISABLED": "true",
            **{name: value for name, value in ENV.items() if name.startswith("GIT_")},
            **({"RELEASE_CACHE": str(cache)} if cache else {}),
        }
        command = [self.folder / "bin" / program, *arguments]
        return subprocess.run(command, cwd=at, env=env, capture_output=True, text=True, timeout=300, check=False)

    def release(self, *arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
        """Run the command in the folder ``at``; it must end as it says it ends, never as a bug."""
        done = self.run("release", *arguments, at=at)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode in EXIT_CODES, (done.returncode, done.stderr)
        return done


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As make wheel builds it."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [found] = folder.glob("*.whl")
    return found


def environment(folder: Path, *what: str) -> Environment:
    """A new environment without pip, with ``what`` installed from the wheelhouse alone."""
    assert WHEELHOUSE.is_dir(), "make setup puts the wheels there"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True, timeout=120)
    python = folder / "venv" / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--isolated", "--python", python, "install", "--quiet"]
    options: list[str | Path] = ["--no-index", "--find-links", WHEELHOUSE, "--disable-pip-version-check"]
    done = subprocess.run([*pip, *options, *what], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    tools = folder / "home" / "tools"
    tools.mkdir(parents=True)
    git = next(path for part in os.environ["PATH"].split(":") if (path := Path(part) / "git").exists())
    (tools / "git").symlink_to(git)
    return Environment(folder / "venv", folder / "home")


@pytest.fixture(scope="session")
def plain(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """With the command alone, as ``pip install lambda-image-release``."""
    return environment(tmp_path_factory.mktemp("plain"), str(wheel))


@pytest.fixture
def foreign(tmp_path: Path) -> GitFolder:
    """A small repository of another team: two releases by tag, a third one due, and no release.toml."""
    repository = GitFolder(tmp_path / "theirs")
    repository.commit(CLASHES | {"README.md": b"# theirs\n"}, "feat: begin")
    repository.tag("v1.0.0")
    changes = b"# Changelog\n\n## [1.0.1] - 2026-01-05\n\n### Fixed\n\n- A mistake.\n"
    repository.commit({"app.py": b"x = 1\n", "CHANGELOG.md": changes}, "fix: a mistake")
    repository.tag("v1.0.1")
    repository.commit({"app.py": b"x = 2\n"}, "feat(app): something new")
    return repository


@pytest.fixture
def configured(tmp_path: Path) -> GitFolder:
    """Another team's repository that has a release.toml."""
    repository = GitFolder(tmp_path / "configured")
    gate = b'\n[gate]\nblock = ["HIGH"]\n'
    repository.commit(CLASHES | FILES | {"release.toml": (FILES["release.toml"] or b"") + gate}, "feat: begin")
    return repository


def test_the_wheel_has_every_file_of_its_packages_and_no_other(wheel: Path) -> None:
    """Locks, trivy's recipe, linters and stand-ins are data, and data is easily forgotten."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", *PACKAGES]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    names = set(zipfile.ZipFile(wheel).namelist())
    home = "release/adoption/home/"
    called = {name for name in names if name.startswith(home)}
    ours = {name for name in names if ".dist-info/" not in name} - called
    assert ours - {"release/adapters/provenance.json"} == {name for name in files if (ROOT / name).exists()}
    others = sorted(str(path.relative_to(ROOT)) for path in (ROOT / ".github").rglob("*") if path.is_file())
    wanted = [name for name in others if name.startswith((".github/workflows/", ".github/actions/"))]
    assert {name.removeprefix(home) for name in called} == {*wanted, "requirements/release.txt"}
    with zipfile.ZipFile(wheel) as archive:
        assert all(archive.read(f"{home}{name}") == (ROOT / name).read_bytes() for name in wanted)
    for needed in (
        "release/adapters/provenance.json",
        "release/adapters/locks/sam.txt",
        "release/adapters/trivy/recipe/go.sum",
        "rehearsal/locks/act.txt",
        "rehearsal/github/actions/checkout/action.yml",
        "workflowlint/linters/node/package-lock.json",
    ):
        assert needed in names


def test_the_wheel_says_what_it_is_and_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [facts] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = message_from_bytes(archive.read(facts))
    assert metadata["Name"] == "lambda-image-release"
    assert metadata["Version"] == installed.described(ROOT)
    assert metadata["Version"] != installed.UNKNOWN
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    needs = metadata.get_all("Requires-Dist") or []
    assert any(need.startswith("boto3>=") for need in needs)
    assert any(need.startswith("rich>=") and "extra == 'rehearsal'" in need for need in needs)


def test_two_builds_of_the_wheel_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_it_says_its_version_under_both_of_its_names(plain: Environment, foreign: GitFolder) -> None:
    told = plain.release("--version", at=foreign.folder)
    assert (told.returncode, told.stdout) == (0, f"release {installed.described(ROOT)}\n")
    assert plain.run("lambda-image-release", "--version", at=foreign.folder).stdout == told.stdout


SERVICE: dict[str, bytes | None] = {
    "template.yaml": b"Transform: AWS::Serverless-2016-10-31\nResources:\n  Work:\n"
    b"    Type: AWS::Serverless::Function\n    Properties: {PackageType: Image}\n"
    b"    Metadata: {Dockerfile: Dockerfile, DockerContext: .}\n",
    "Dockerfile": b"FROM public.ecr.aws/lambda/python:3.13\nCOPY app.py ./\n",
}


def test_init_and_upgrade_in_another_team_s_repository_call_the_commit_that_the_wheel_is_of(
    plain: Environment, foreign: GitFolder, tmp_path: Path
) -> None:
    foreign.commit(SERVICE, "feat: a service")
    cache = cache_beside(tmp_path / "cache")
    done = plain.run("lambda-image-release", "init", "--yes", at=foreign.folder, cache=cache.root)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Found:"), done.stderr
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    workflow = (foreign.folder / ".github" / "workflows" / "check.yml").read_text()
    assert f".github/workflows/check.yml@{commit.strip()} # v{installed.described(ROOT)}\n" in workflow
    again = plain.run("release", "upgrade", "--check", at=foreign.folder, cache=cache.root)
    assert (again.returncode, again.stdout) == (
        0,
        f"everything is what release {installed.described(ROOT)} generates\n",
    )


def test_the_wheel_that_init_vendors_is_this_command_and_installs(
    plain: Environment, foreign: GitFolder, tmp_path: Path
) -> None:
    foreign.commit(SERVICE, "feat: a service")
    cache = cache_beside(tmp_path / "cache")
    done = plain.run("release", "init", "--yes", "--vendored", at=foreign.folder, cache=cache.root)
    assert done.returncode == 0, done.stderr
    [packed] = (foreign.folder / ".github" / "release").glob("*.whl")
    again = environment(tmp_path / "again", str(packed))
    assert again.release("--version", at=foreign.folder).stdout == f"release {installed.described(ROOT)}\n"
    told = again.run("release", "upgrade", "--check", at=foreign.folder, cache=cache.root)
    assert told.returncode == 0, told.stdout + told.stderr
    action = foreign.folder / ".github" / "actions" / "setup" / "install"
    runner = {"PATH": os.environ["PATH"], "GITHUB_PATH": str(tmp_path / "path"), "RUNNER_TEMP": str(tmp_path / "temp")}
    runner["RELEASE_PYTHON"] = str(again.folder / "bin" / "python")
    subprocess.run([action], env=runner, cwd=foreign.folder, check=True, timeout=60)
    told = subprocess.run(
        [tmp_path / "temp" / "bin" / "release", "--version"],
        cwd=foreign.folder,
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout == f"release {installed.described(ROOT)}\n"


def test_versions_and_plans_of_another_team_s_repository(plain: Environment, foreign: GitFolder) -> None:
    assert plain.release("version", at=foreign.folder).stdout == "1.1.0\n"
    planned = plain.release("plan", at=foreign.folder)
    assert (planned.returncode, planned.stdout.splitlines()[0].split()[0]) == (0, "1.1.0")
    told = plain.release("check-tag", "v1.0.1", at=foreign.folder)
    assert (told.returncode, told.stderr) == (0, ""), told.stderr
    assert told.stdout.startswith("v1.0.1 may be released: version 1.0.1 of commit ")
    assert plain.release("check-tag", "v7", at=foreign.folder).returncode == 2


@pytest.mark.parametrize("name", commands.NAMES)
def test_every_command_has_its_help(plain: Environment, tmp_path: Path, name: str) -> None:
    told = plain.release(name, "--help", at=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"usage: release {name}")


@pytest.mark.parametrize("arguments", [["version"], ["plan"], ["check-tag", "v1.0.0"], ["prepare"], ["changelog"]])
def test_outside_any_repository_it_says_so(plain: Environment, tmp_path: Path, arguments: list[str]) -> None:
    told = plain.release(*arguments, at=tmp_path)
    assert (told.returncode, told.stdout) == (5, "")
    assert f"release: {tmp_path} cannot be read as a git repository" in told.stderr
    assert "release: next: run this inside a clone, or name one with -C" in told.stderr


NEED_A_FILE = (
    ["build"],
    ["start"],
    ["scan"],
    ["publish"],
    ["deploy", "staging", "--version", "1.0.0"],
    ["smoke", "staging"],
    ["promote", "v1.0.1"],
    ["rollback", "staging"],
    ["status"],
    ["history", "staging"],
)


@pytest.mark.parametrize("arguments", NEED_A_FILE, ids=[words[0] for words in NEED_A_FILE])
def test_without_a_release_toml_it_says_that_there_is_none(
    plain: Environment, foreign: GitFolder, arguments: list[str]
) -> None:
    told = plain.release(*arguments, at=foreign.folder)
    assert (told.returncode, told.stdout) == (2, "")
    assert "release: there is no release.toml in " in told.stderr
    assert "release: next: " in told.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["build", "--offline"], 7, "docker"),
        (["scan"], 5, "no image of this commit is built here"),
        (["publish", "--version", "1.0.0"], 7, "there are no valid AWS credentials"),
        (["deploy", "staging", "--version", "1.0.0"], 7, "there are no valid AWS credentials"),
        (["status"], 7, "there are no valid AWS credentials"),
        (["rehearse"], 7, "pip install 'lambda-image-release[rehearsal]'"),
    ],
)
def test_what_this_machine_lacks_is_named(
    plain: Environment, configured: GitFolder, arguments: list[str], code: int, words: str
) -> None:
    told = plain.release(*arguments, at=configured.folder)
    assert told.returncode == code, told.stderr
    assert words in told.stderr
    assert "release: next: " in told.stderr


def test_a_file_for_a_newer_command_is_refused_with_the_one_to_install(
    plain: Environment, configured: GitFolder
) -> None:
    text = (FILES["release.toml"] or b"").decode()
    (configured.folder / "release.toml").write_text(f'required-version = ">=99"\n[of-version-99]\n{text}')
    told = plain.release("status", at=configured.folder)
    assert told.returncode == 7
    assert f"asks for lambda-image-release >=99; this command is {installed.described(ROOT)}" in told.stderr
    assert "release: next: pip install 'lambda-image-release>=99'" in told.stderr


def test_with_its_extra_the_rehearsal_starts_and_knows_a_repository_that_is_not_its_own(
    wheel: Path, configured: GitFolder, tmp_path: Path
) -> None:
    with_extra = environment(tmp_path / "with-extra", f"{wheel}[rehearsal]")
    told = with_extra.release("rehearse", at=configured.folder)
    assert told.returncode == 2
    assert "release: next: release init, then commit what it wrote and run this again" in told.stderr
    assert with_extra.release("rehearse", "--stop", at=configured.folder).stdout == "rehearsals stopped: 0\n"


def test_the_linters_of_workflow_files_name_what_is_not_installed(plain: Environment, tmp_path: Path) -> None:
    told = plain.run("python", "-P", "-m", "workflowlint", at=tmp_path)
    assert told.returncode == 7
    assert "release: next: " in told.stdout


FROM_THE_WHEEL = """
import os, sys
from release.adapters.toolbox import LOCKS, Cache, Toolbox
toolbox = Toolbox(Cache.of(os.environ), (LOCKS,), print)
assert toolbox.lock_file("sam").is_relative_to(sys.prefix), toolbox.lock_file("sam")
toolbox.pip(["--version"])
from rehearsal.machine.tools import LOCKS as more
from release.adapters.trivy.binary import RECIPE
from rehearsal.github import standins
assert (RECIPE / "go.mod").is_file() and (more / "base.txt").is_file() and len(standins.stand_ins()) >= 6
programs = standins.FOLDER.parent / "programs"
started = {path.name for path in programs.iterdir() if path.is_file() and os.access(path, os.X_OK)}
assert started == {"ask-github", "gh"}, started
"""


@pytest.mark.skipif(find_spec("ensurepip") is None, reason="Debian's python3 without python3-venv cannot make a pip")
def test_tools_come_from_the_locks_in_the_wheel_with_a_pip_of_the_cache_s_own(
    plain: Environment, foreign: GitFolder
) -> None:
    """uv makes environments without pip, and so does the environment of this test."""
    done = plain.run("python", "-P", "-c", FROM_THE_WHEEL, at=foreign.folder)
    assert done.returncode == 0, done.stderr
    assert list((plain.home / ".cache" / "lambda-image-release" / "venvs").glob("pip-*"))
