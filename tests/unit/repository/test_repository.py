"""Facts about this repository that stand in two places, or must stand in none."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from rehearsal.github import trust
from release import commands
from release.settings import config

ROOT = Path(__file__).parents[3]
LOCKED = ("requirements", "function/requirements", "release/adapters/locks", "rehearsal/locks")
LOCKS = sorted(path for folder in LOCKED for path in (ROOT / folder).glob("*.txt"))


def test_the_dockerfile_and_release_toml_name_one_base() -> None:
    named = re.search(r"^ARG BASE_IMAGE=(\S+)$", (ROOT / "function/Dockerfile").read_text(), re.MULTILINE)
    assert named is not None
    assert named[1] == config.parse((ROOT / "release.toml").read_text()).base


@pytest.mark.parametrize("lock", LOCKS, ids=[str(lock.relative_to(ROOT)) for lock in LOCKS])
def test_a_lock_file_has_a_hash_for_every_package_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    packages = re.findall(r"^[a-z0-9][^\n]*?==[^\n]*(?:\n {4}[^\n]*)*", text, re.MULTILINE | re.IGNORECASE)
    assert packages
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in text
    assert "--index-url" not in text


def asked(name: str) -> set[str]:
    """The packages that ``requirements/<name>.in`` asks for itself."""
    lines = (ROOT / "requirements" / f"{name}.in").read_text().splitlines()
    words = [line.partition("#")[0].strip() for line in lines]
    return {Requirement(word).name for word in words if word and not word.startswith("-r")}


def locked(name: str) -> dict[str, str]:
    """Package -> version of ``requirements/<name>.txt``."""
    found = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / f"requirements/{name}.txt").read_text(), re.M
    )
    return {package.lower(): version for package, version in found}


@pytest.mark.parametrize("name", ["release", "rehearsal"])
def test_what_the_wheel_declares_is_what_is_locked_and_tested(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["dependencies"] if name == "release" else project["optional-dependencies"][name]
    needs = [Requirement(each) for each in declared]
    assert {need.name for need in needs} == asked(name)
    for need in needs:
        assert need.specifier.contains(locked(name)[need.name.lower()]), need


def test_every_lock_file_of_the_command_names_the_same_versions() -> None:
    assert locked("release").items() <= locked("rehearsal").items()
    assert locked("rehearsal").items() <= locked("dev").items()


def test_every_folder_with_lock_files_is_kept_up_to_date() -> None:
    folders = (ROOT / ".github/dependabot.yml").read_text()
    for folder in LOCKED:
        assert re.search(rf"directories: \[.*/{folder}[,\]]", folders), folder


def test_every_file_of_the_commands_is_a_command_of_the_command_line() -> None:
    files = {path.stem for path in (ROOT / "release/commands").glob("*.py")} - {"__init__"}
    assert {name.replace("-", "_") for name in commands.NAMES} == files


def test_the_smoke_users_secret_has_one_name_in_release_toml_the_setup_and_the_role() -> None:
    settings = config.parse((ROOT / "release.toml").read_text())
    named = {name: each.smoke_secret for name, each in settings.environments.items() if each.smoke_secret}
    assert named == {"staging": f"{settings.project}/staging/smoke-user"}

    made = re.findall(r'create-secret .*--name "([^"]+)"', (ROOT / "docs/setup.md").read_text())
    assert [name.replace("$PROJECT", settings.project) for name in made] == list(named.values())

    policies = trust.template(ROOT / "pipeline.yaml")["Resources"].values()
    statements = [
        statement
        for policy in policies
        for statement in policy["Properties"].get("PolicyDocument", {}).get("Statement", [])
        if statement.get("Action") == "secretsmanager:GetSecretValue"
    ]
    assert len(statements) == 1
    pattern = statements[0]["Resource"]["Fn::Sub"].rpartition(":secret:")[2].replace("${Project}", settings.project)
    for environment, secret in named.items():  # Secrets Manager adds a hyphen and six characters to the name
        its_pattern = pattern.replace("${!aws:PrincipalTag/environment}", environment)
        assert fnmatch.fnmatchcase(f"{secret}-AbCdEf", its_pattern), f"the role may read {its_pattern}, not {secret}"
