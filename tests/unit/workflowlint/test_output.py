"""The linters' output into a pipe that nobody reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.files import ROOT


def test_a_reader_that_goes_away_gets_no_traceback(tmp_path: Path) -> None:
    """A repository whose release.toml is refused: what is said of it goes nowhere."""
    (tmp_path / "release.toml").write_text('[versions]\ntag-prefix = "-v"\n')
    command = f"({sys.executable} -m workflowlint {tmp_path} 2>err; echo $? >code) | true"
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "RELEASE_CACHE": str(tmp_path)}
    subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, env=env, check=True, timeout=120)
    assert "Traceback" not in (tmp_path / "err").read_text()
    assert "BrokenPipe" not in (tmp_path / "err").read_text()
    assert (tmp_path / "code").read_text().strip() != "0"
