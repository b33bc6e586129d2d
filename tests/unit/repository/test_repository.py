"""Facts about this repository that stand in two places, or must stand in none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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


def test_every_file_of_the_commands_is_a_command_of_the_command_line() -> None:
    files = {path.stem for path in (ROOT / "release/commands").glob("*.py")} - {"__init__", "shared"}
    assert {name.replace("-", "_") for name in commands.NAMES} == files
