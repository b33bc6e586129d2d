"""A CodeBuilder that copies the sources and adds a package as sam does, with byte code and records among it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from release.errors import RemoteError
from release.settings.codebuilds import CodeBuild


@dataclass
class FakeCodeBuilder:
    """Strict: the sources must be there and hold nothing that another build made.

    Attributes:
        built: the logical ids, in order.
        fails: the one whose build fails.
    """

    built: list[str] = field(default_factory=list)
    fails: str = ""

    def build(self, tree: Path, wanted: CodeBuild, target: Path) -> None:
        """See :class:`release.releases.ports.CodeBuilder`."""
        assert not target.exists()
        assert target.parent.is_dir()
        assert not list(tree.rglob("built-by-sam"))
        if wanted.logical_id == self.fails:
            raise RemoteError(f"sam build of {wanted.logical_id} failed", untouched="everything", next_step="sam build")
        shutil.copytree(tree / wanted.folder, target)
        records = target / "idna-3.7.dist-info"
        cached = target / "idna" / "__pycache__"
        for folder in (records, cached):
            folder.mkdir(parents=True)
        (target / "idna" / "core.py").write_text("x = 1\n")
        (cached / "core.cpython-313.pyc").write_bytes(str(len(self.built)).encode())
        for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
            (records / name).write_text(str(len(self.built)))
        (records / "METADATA").write_text("Name: idna\nVersion: 3.7\n")
        self.built.append(wanted.logical_id)
