"""Every key of release.toml, as its readers describe it: they read a file with every key, and note what they read."""

from __future__ import annotations

import tomllib
from pathlib import Path

from release.settings.config import parse_table
from release.toml import Table
from release.tomlkeys import Keys

#: A release.toml with every key, and the least that works; the readers refuse them when they are wrong.
EVERY_KEY = Path(__file__).parent / "every-key.toml"
LEAST = Path(__file__).parent / "least.toml"


def keys_of(text: str) -> Keys:
    """What the readers note while they read ``text``. Raises UsageError as they do."""
    keys = Keys()
    parse_table(Table(text, "", tomllib.loads(text), keys=keys))
    return keys
