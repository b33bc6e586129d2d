"""The rehearsal is told of any application: nothing in it knows this repository's sample."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]

SAMPLES = re.compile(
    r"member-reporting|MembersTable|\bmembers\b|parquet|user.?pool|(Export|Report)Function|image (export|report)\b"
    r"|[\"'](export|report)[\"']|\(export\)|\(report\)",
    re.IGNORECASE,
)


def test_no_file_of_the_rehearsal_names_members_export_or_report() -> None:
    found = []
    for path in sorted((ROOT / "rehearsal").rglob("*")):
        if path.suffix in (".py", ".yml", ".sh", "") and path.is_file():
            lines = path.read_text(errors="replace").splitlines()
            found += [f"{path.name}:{number}: {line}" for number, line in enumerate(lines, 1) if SAMPLES.search(line)]
    assert found == []
