"""A bench's rows, as a table for a terminal, as markdown and as JSON; each beside its goal."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.measure import table

HEADER = ("measure", "ours", "baseline", "ours/baseline", "goal", "", "spread, ours", "spread, baseline")


@dataclass(frozen=True)
class Row:
    """One measure of both. ``goal`` is the largest ratio of the medians that is good, None where there is no goal."""

    what: str
    goal: float | None
    unit: str
    ours: Sequence[float]
    baseline: Sequence[float]

    @property
    def ratio(self) -> float:
        """Of the medians."""
        return statistics.median(self.ours) / statistics.median(self.baseline)

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        return None if self.goal is None else self.ratio <= self.goal

    def cells(self) -> tuple[str, ...]:
        """Its cells of the table, in the order of :data:`HEADER`."""
        verdict = {None: "", True: "met", False: "missed"}[self.met]
        spread = [f"{self._shown(min(values))} to {self._shown(max(values))}" for values in (self.ours, self.baseline)]
        medians = [self._shown(statistics.median(values)) for values in (self.ours, self.baseline)]
        return (self.what, *medians, _ratio(self.ratio), _ratio(self.goal) if self.goal else "", verdict, *spread)

    def _shown(self, value: float) -> str:
        if self.unit == "s":
            return f"{value * 1000:.0f} ms" if value < 10 else f"{value:.1f} s"
        return f"{value:,.0f} {self.unit}"

    def content(self) -> Mapping[str, object]:
        """For the JSON."""
        values = {"ours": list(self.ours), "baseline": list(self.baseline)}
        return {"what": self.what, "unit": self.unit, **values, "ratio": self.ratio, "goal": self.goal, "met": self.met}


def _ratio(value: float) -> str:
    return f"1/{1 / value:.1f}" if value < 0.3 else f"{value:.2f}x"


def machine(packages: Sequence[str]) -> dict[str, str]:
    """Where and beside what it was measured."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "on": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{os.cpu_count()} cores ({names[0] if names else platform.machine()}), {memory / 2**20:.0f} GB",
        "load when it began": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "python": platform.python_version(),
        "baseline": ", ".join(f"{name} {version(name)}" for name in packages),
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def told(rows: Sequence[Row], where: Mapping[str, str]) -> str:
    """For a terminal."""
    return table(HEADER, [row.cells() for row in rows]) + "\n" + "\n".join(f"{k}: {v}" for k, v in where.items())


def write(folder: Path, name: str, rows: Sequence[Row], where: Mapping[str, str]) -> None:
    """``name``.md and ``name``.json in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [HEADER, ["---"] * len(HEADER), *(row.cells() for row in rows)]
    shown = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    (folder / f"{name}.md").write_text(shown + "\n\n" + "".join(f"- {key}: {value}\n" for key, value in where.items()))
    content = {"where": where, "rows": [row.content() for row in rows]}
    (folder / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")
