"""Which sam runs."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from release.adapters import samtool
from release.adapters.toolbox import LOCKS, Cache, Toolbox
from release.errors import MachineError, ReleaseError
from tests.support.tool import Tool


@pytest.fixture
def on_path(tmp_path: Path) -> Tool:
    """A sam on PATH, of a version that nobody locked."""
    tool = Tool(tmp_path / "bin", "sam")
    tool.behave("echo 'SAM CLI, version 1.165.0'")
    return tool


def cache_with_sam(root: Path) -> Path:
    """The locked sam, as an earlier run has installed it; the executable."""
    box = Toolbox(Cache(root), (LOCKS,), print)
    folder = box.cache.folder("venvs") / f"sam-{box.key(LOCKS / 'sam.txt')}"
    tool = Tool(folder / "bin", "sam")
    (folder / ".complete").write_text("1 s")
    return tool.path


def test_a_sam_on_path_is_not_used_and_not_even_started(
    tmp_path: Path, on_path: Tool, caplog: pytest.LogCaptureFixture
) -> None:
    """faults.md, 74"""
    caplog.set_level(logging.INFO)
    locked = cache_with_sam(tmp_path / "cache")
    env = {"PATH": f"{on_path.folder}:/usr/bin:/bin", "RELEASE_CACHE": str(tmp_path / "cache")}
    assert samtool.find(env) == locked
    assert not (on_path.folder / "arguments").exists()
    assert re.search(r"sam \d+\.\d+\.\d+, as locked", caplog.text)


@pytest.mark.parametrize("named", ["sam", "whole path"])
def test_a_person_may_name_another_and_its_version_is_said(
    tmp_path: Path, on_path: Tool, named: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    env = {"PATH": f"{on_path.folder}:/usr/bin:/bin", "RELEASE_CACHE": str(tmp_path / "cache")}
    env["RELEASE_SAM"] = "sam" if named == "sam" else str(on_path.path)
    assert samtool.find(env) == on_path.path
    assert f"sam: SAM CLI, version 1.165.0 ({on_path.path}, which RELEASE_SAM names)" in caplog.text
    assert not (tmp_path / "cache").exists(), "nothing was installed"


@pytest.mark.parametrize(
    ("script", "says"), [(None, "is not on this machine"), ("exit 3", "does not tell its version")]
)
def test_one_that_is_named_and_does_not_work_is_refused_and_nothing_else_taken(
    tmp_path: Path, on_path: Tool, script: str | None, says: str
) -> None:
    on_path.behave(script or "")
    named = on_path.path if script else tmp_path / "nowhere/sam"
    with pytest.raises(MachineError, match=says) as caught:
        samtool.find({"PATH": "/usr/bin:/bin", "RELEASE_CACHE": str(tmp_path / "cache"), "RELEASE_SAM": str(named)})
    assert "or unset it: then the locked one is installed" in caught.value.next_step


def test_where_the_locked_one_cannot_be_had_the_refusal_says_that_another_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ReleaseError) as caught:
        samtool.find({"PATH": "/usr/bin:/bin", "RELEASE_CACHE": str(tmp_path / "file")})
    assert caught.value.next_step.endswith("; or name a sam of your own in RELEASE_SAM")
