"""What the tests themselves leave in the job summary."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("content", "line"), [("pass", "✅ tests: 1 passed"), ("assert False", "⛔ tests: 1 failed")])
def test_the_job_summary_gets_one_line(tmp_path: Path, content: str, line: str) -> None:
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    {content}\n")
    command = [sys.executable, "-m", "pytest", "--quiet", "--rootdir", str(tmp_path), "-p", "tests.conftest"]
    env = {**os.environ, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, str(tmp_path)], cwd=tmp_path, env=env, capture_output=True, check=False, timeout=60)
    assert (tmp_path / "summary").read_text() == f"{line}\n\n"
