"""An example, released by the two commands from nothing: what somebody sees who copied it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.examples import EXAMPLES, adopt

pytestmark = pytest.mark.rehearsal


def test_two_services_and_their_library_are_released_by_two_commands(tmp_path: Path) -> None:
    adopted = adopt(EXAMPLES / "psn", tmp_path, ["--quick"])
    log = tmp_path / "psn-rehearse.log"
    assert adopted.ended_well, adopted.result + "\n" + (log.read_text()[-8000:] if log.exists() else "")
    assert adopted.files == 8, "release.toml, which its team has edited, stays as it is"
