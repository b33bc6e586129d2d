"""How much memory processes may still take here: the kernel's estimate, and what the control group leaves of it.

Sources: proc(5), ``MemAvailable`` of /proc/meminfo; the kernel's "Control Group v2", memory.max and memory.current.
"""

from __future__ import annotations

import re
from pathlib import Path

_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)


def available(root: Path = Path("/")) -> int | None:
    """Bytes; None where nothing tells (another system than Linux)."""
    found = _AVAILABLE.search(_read(root / "proc/meminfo"))
    told = [int(found[1]) * 1024] if found else []
    group = root / "sys/fs/cgroup"
    most, used = _read(group / "memory.max").strip(), _read(group / "memory.current").strip()
    if most.isdecimal() and used.isdecimal():
        told.append(max(int(most) - int(used), 0))
    return min(told, default=None)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
