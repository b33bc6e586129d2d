"""What a rehearsal shows: progress while it works, and at the end a table of what really ran."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rehearsal.github.results import StepResult
from release.errors import ReleaseError

_WAYS = ("for real", "stand-in", "not run")


@dataclass
class StepReport:
    """One step: its title, what really ran, seconds, and how it ended."""

    step: str
    ran: str = ""
    seconds: float = 0.0
    result: str = "not run"


class Reporter:
    """Steps in order. On a terminal the present one shows a spinner; elsewhere each prints plain lines."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self.rows: list[StepReport] = []
        self.folder: Path | None = None
        self.stand_ins: list[str] = []
        self.steps: list[StepResult] = []
        self.began = time.monotonic()

    def say(self, text: str) -> None:
        """One line below the present step."""
        self.console.print(f"  {text}", markup=False, soft_wrap=True)

    def begin(self, stand_ins: Sequence[str]) -> None:
        """Say what this rehearsal will not show, before it starts; the table at the end says it again."""
        self.stand_ins = list(stand_ins)
        self.console.print("[bold]==[/bold] what this rehearsal does not show")
        for line in self.stand_ins:
            self.say(line)

    @contextmanager
    def step(self, title: str, ran: str = "") -> Iterator[StepReport]:
        """Time one step. Whatever is raised inside is its result, and goes on up."""
        row = StepReport(title, ran)
        self.rows.append(row)
        began = time.monotonic()
        self.console.print(f"[bold]==[/bold] {title}")
        try:
            if self.console.is_terminal:
                with self.console.status(title):
                    yield row
            else:
                yield row
            row.result = "ok" if row.result == "not run" else row.result
        except BaseException as error:
            row.result = f"FAILED: {error.message if isinstance(error, ReleaseError) else type(error).__name__}"
            raise
        finally:
            row.seconds = time.monotonic() - began

    def skipped(self, title: str, why: str) -> None:
        """A step that is not played."""
        self.rows.append(StepReport(title, "-", result=why))

    def table(self) -> str:
        """The closing table and the list of stand-ins, as plain text of at most 150 columns."""
        table = Table(title="the rehearsal", title_justify="left")
        for name in ("step", "what really ran", "time", "result"):
            table.add_column(name, justify="right" if name == "time" else "left", overflow="fold")
        for row in self.rows:
            table.add_row(row.step, row.ran, f"{row.seconds:.1f} s", row.result)
        table.add_row("total", "", f"{time.monotonic() - self.began:.1f} s", "")
        console = Console(width=150, highlight=False)
        with console.capture() as captured:
            console.print(table)
        steps = self._steps()
        stand_ins = "\n".join(f"  - {line}" for line in self.stand_ins)
        return f"{captured.get()}\n{steps}\nstand-ins, so not shown by this rehearsal:\n{stand_ins}"

    def _steps(self) -> str:
        """Per step of every workflow: in how many runs for real, as a stand-in or not at all; and its time in all."""
        if not self.steps:
            return ""
        counted: dict[tuple[str, str, str], Counter[str]] = {}
        seconds: dict[tuple[str, str, str], float] = {}
        for step in self.steps:
            key = (step.workflow, step.job, step.step)
            counted.setdefault(key, Counter())[step.how] += 1
            seconds[key] = seconds.get(key, 0.0) + step.seconds
        table = Table(title="the steps of the workflows", title_justify="left")
        for name in ("workflow", "job", "step", *_WAYS, "time"):
            table.add_column(name, justify="left" if name in ("workflow", "job", "step") else "right", overflow="fold")
        for key, ways in counted.items():
            table.add_row(*key, *(str(ways[how] or "") for how in _WAYS), f"{seconds[key]:.1f} s")
        console = Console(width=150, highlight=False)
        with console.capture() as captured:
            console.print(table)
        return captured.get()
