"""Whole processes, measured from outside: wall time and the largest memory of any process in the tree."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One finished process: seconds by the clock and of processor time (its children's too), peak memory in MB, what it
    printed; ``code`` is None when it was cut off.
    """

    seconds: float
    cpu: float
    memory: float
    output: str
    code: int | None


@dataclass(frozen=True)
class Figure:
    """Several runs of one command."""

    runs: tuple[Run, ...]

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def memory(self) -> float:
        """The median of the peaks, in MB."""
        return statistics.median(run.memory for run in self.runs)

    @property
    def finished(self) -> bool:
        """Whether every run came to its end with exit code 0."""
        return all(run.code == 0 for run in self.runs)

    @property
    def answer(self) -> str:
        """The first word of the output's last line."""
        lines = self.runs[-1].output.strip().splitlines()
        return lines[-1].split()[0] if lines and lines[-1].split() else "-"

    def __str__(self) -> str:
        if not self.finished:
            return f"over {self.seconds:.0f} s" if self.runs[-1].code is None else f"exit code {self.runs[-1].code}"
        return shown(self.seconds)


def run(command: Sequence[str | Path], folder: Path, limit: float) -> Run:
    """Run ``command`` in ``folder``; after ``limit`` seconds it is ended.

    Python may keep the modules it compiled: an installed tool has them.
    """
    env = {**os.environ, "NO_COLOR": "1", "GIT_TERMINAL_PROMPT": "0", "GH_TOKEN": "none"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as output:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.monotonic()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        memory, cut_off = 0.0, False
        while process.poll() is None:
            memory = max(memory, _peak(process.pid))
            if time.monotonic() - started > limit:
                process.kill()
                cut_off = True
            time.sleep(0.002)
        seconds = time.monotonic() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        output.seek(0)
        text = output.read().decode(errors="replace")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu, memory, text, None if cut_off else process.returncode)


def _peak(pid: int) -> float:
    """The most memory the process itself has held so far, in MB; 0 when it has just ended.

    Not the kernel's figure for ended children: that begins with what the measuring process holds.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)


def shown(seconds: float) -> str:
    """``123 ms`` or ``12 s``."""
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.0f} s"


def measure(command: Sequence[str | Path], folder: Path, *, runs: int, limit: float, budget: float) -> Figure:
    """Run ``command`` up to ``runs`` times, at least once, until ``budget`` seconds are used."""
    done: list[Run] = []
    while not done or (len(done) < runs and sum(one.seconds for one in done) < budget and done[-1].code == 0):
        done.append(run(command, folder, limit))
    return Figure(tuple(done))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plain aligned table."""
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (header, *rows)]
    return "\n".join(line.rstrip() for line in [lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
