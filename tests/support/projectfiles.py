"""A working tree in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from release.errors import NotFoundError


@dataclass
class MemoryFiles:
    """Files by their path."""

    files: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise NotFoundError(f"{path} cannot be read", untouched="everything", next_step=f"write {path}")
        return self.files[path].encode()

    def write(self, path: str, text: str) -> None:
        self.files[path] = text

    def with_files(self, more: Mapping[str, str]) -> MemoryFiles:
        return MemoryFiles({**self.files, **more})
