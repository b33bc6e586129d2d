"""Which pages are made from the code, and their text as of now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.pages import cli, faults, records, releasetoml, schema, stackstatuses
from tools.pages.settingskeys import EVERY_KEY, LEAST, keys_of

ROOT = Path(__file__).resolve().parents[2]


def pages() -> Mapping[str, str]:
    """Path in the repository -> what must stand in the file."""
    every = EVERY_KEY.read_text()
    keys = keys_of(every)
    written = (ROOT / "docs/faults.md").read_text()
    return {
        "docs/faults.md": faults.page(written, faults.collect(ROOT / "tests")),
        "docs/cli.md": cli.page(),
        "docs/stack-statuses.md": stackstatuses.page(),
        "docs/release-toml.md": releasetoml.page(keys, LEAST.read_text(), every),
        "docs/release-toml.schema.json": schema.of(keys),
        "docs/records.md": records.page(),
        **records.schemas(),
    }
