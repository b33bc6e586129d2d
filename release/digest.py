"""Digests: how content is named, everywhere in this pipeline (OCI image specification 1.1, "Digests")."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_DIGEST_RX = re.compile(r"sha256:[0-9a-f]{64}\Z")


def sha256(content: bytes) -> str:
    """``sha256:…`` of ``content``."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """``sha256:…`` of a file's content."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def is_digest(text: str) -> bool:
    """Whether ``text`` is a sha256 digest in its canonical form."""
    return bool(_DIGEST_RX.match(text))
