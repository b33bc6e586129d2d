"""How much memory is left: the kernel's word, or a control group's that is tighter."""

from __future__ import annotations

from pathlib import Path

from release.adapters.memory import available

GB = 1024**3


def machine(root: Path, meminfo: str = "", most: str = "", used: str = "") -> Path:
    for name, text in {
        "proc/meminfo": meminfo,
        "sys/fs/cgroup/memory.max": most,
        "sys/fs/cgroup/memory.current": used,
    }.items():
        if text:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="ascii")
    return root


MEMINFO = f"MemTotal:       {16 * 1024**2} kB\nMemAvailable:   {8 * 1024**2} kB\n"


def test_the_kernel_says_what_is_available(tmp_path: Path) -> None:
    assert available(machine(tmp_path, MEMINFO)) == 8 * GB


def test_a_control_group_that_leaves_less_counts(tmp_path: Path) -> None:
    assert available(machine(tmp_path, MEMINFO, f"{4 * GB}\n", f"{3 * GB}\n")) == GB
    assert available(machine(tmp_path, MEMINFO, f"{4 * GB}\n", f"{5 * GB}\n")) == 0


def test_one_without_a_limit_does_not(tmp_path: Path) -> None:
    assert available(machine(tmp_path, MEMINFO, "max\n", f"{GB}\n")) == 8 * GB


def test_where_nothing_tells_nothing_is_made_up(tmp_path: Path) -> None:
    assert available(tmp_path) is None
