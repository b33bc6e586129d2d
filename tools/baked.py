"""What the build writes into a wheel beside its files: the commit that it is of, and the repository's name on GitHub.

Source: hatchling's "Build hooks", "Custom". A wheel that is built from a source distribution keeps what that one has.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """See the module."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file, where git knows what stands in it."""
        del version
        sys.path.insert(0, self.root)
        from release.adapters import provenance

        found = provenance.of_checkout(Path(self.root), "")
        if found.commit:
            self._folder = tempfile.TemporaryDirectory()
            written = Path(self._folder.name) / provenance.NAME
            written.write_text(provenance.as_json(found), encoding="utf-8")
            build_data["force_include"][str(written)] = f"release/adapters/{provenance.NAME}"
