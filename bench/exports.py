"""What does an export cost, beside the usual way of writing one? The same members, the same double of AWS.

    python -m bench.exports [--large] [--runs N] [--only WORD] [--out FOLDER]

The baseline is boto3's resource, pandas, every value as text, snappy (:mod:`bench.export_run`); ours is the image's
entry point with the image's packages (:mod:`bench.packages`), invoked directly. Each run is a process of its own, the
two take turns, medians count. ``--large`` adds a million members, for which the baseline needs more memory than most
machines have.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Run, run
from bench.packages import REFERENCE, size, size_of, slimmed
from bench.told import Row, machine, told, write

ROOT = Path(__file__).resolve().parent.parent
CORE_SHARE = 0.58
"""Of one core: what Lambda gives 1,024 MB ("Configure Lambda function memory": one vCPU at 1,769 MB)."""
_CGROUP = Path("/sys/fs/cgroup/cpu")


@contextmanager
def double(members: int, delay: float = 0.0) -> Iterator[None]:
    """The environment of what runs inside names the double."""
    command = [sys.executable, "-m", "bench.awsdouble", str(members), "--delay", str(delay)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "x")
            os.environ |= {**keys, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_DEFAULT_REGION": "eu-west-1"}
            yield
        finally:
            process.terminate()


@contextmanager
def part_of_a_core() -> Iterator[Path]:
    """A control group (version 1) that holds its processes to :data:`CORE_SHARE`; needs root."""
    group = _CGROUP / f"bench-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cpu.cfs_quota_us").write_text(str(int(CORE_SHARE * 100_000)))
        yield group
    finally:
        group.rmdir()


@dataclass(frozen=True)
class Bench:
    """``packages`` is the folder of the image's; ``runs`` of each."""

    packages: Path
    runs: int

    def exported(self, which: str, *, warm: int = 0, group: Path | None = None) -> Run:
        """One process that exports once, and ``warm`` times more."""
        python = (
            [sys.executable] if which == "reference" else ["env", f"PYTHONPATH={self.packages}", sys.executable, "-S"]
        )
        words = [*python, "-m", "bench.export_run", which, str(warm), str(time.monotonic())]
        if group is not None:
            words = ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh", *words]
        done = run(words, ROOT, 3600)
        if done.code != 0:
            raise SystemExit(f"did not end well: {' '.join(words)}")
        return done

    def compared(self, *, warm: int = 0, group: Path | None = None, runs: int = 0) -> tuple[list[Run], list[Run]]:
        """Ours and the baseline, taking turns."""
        pairs = [
            (self.exported("ours", warm=warm, group=group), self.exported("reference", warm=warm, group=group))
            for _ in range(runs or self.runs)
        ]
        return [ours for ours, _ in pairs], [reference for _, reference in pairs]


def _said(key: str) -> Callable[[Run], float]:
    return lambda one: float(json.loads(one.output.splitlines()[-1])[key])


def _memory(one: Run) -> float:
    return one.memory


def _row(
    what: str, goal: float | None, unit: str, found: tuple[list[Run], list[Run]], value: Callable[[Run], float]
) -> Row:
    ours, reference = ([value(one) for one in runs] for runs in found)
    return Row(what, goal, unit, ours, reference)


def small(bench: Bench) -> Iterator[Row]:
    """1,228 members."""
    with double(1_228):
        found = bench.compared(warm=7)
        yield _row("CPU, 1,228 members, warm", 1 / 9, "s", found, _said("cpu"))
        yield _row("file size, 1,228", 0.75, "bytes", found, _said("bytes"))
        with part_of_a_core() if os.access(_CGROUP, os.W_OK) else nullcontext() as group:
            found = bench.compared(group=group)
            share = f"{CORE_SHARE} core" if group else "no limit"
            yield _row(f"process start to file stored, 1,228, {share}", 1 / 4.5, "s", found, _said("stored"))
            yield _row("the same, CPU", None, "s", found, _said("cpu-stored"))


def middle(bench: Bench) -> Iterator[Row]:
    """100,000 members; the baseline takes minutes."""
    with double(100_000):
        found = bench.compared(warm=1, runs=1)
        yield _row("CPU, 100,000 members, warm", 1 / 12, "s", found, _said("cpu"))
        found = bench.compared(runs=1)
        yield _row("peak memory, 100,000", None, "MB", found, _memory)
    with double(100_000, 0.08):
        found = bench.compared(runs=1)
        yield _row("100,000 members, 80 ms a page, wall", 1 / 5, "s", found, _said("stored"))


def large(bench: Bench) -> Iterator[Row]:
    """A million members: ours beside its own at 100,000, and beside the baseline where that fits the machine."""
    with double(100_000):
        smaller = [bench.exported("ours") for _ in range(bench.runs)]
    with double(1_000_000):
        larger = [bench.exported("ours") for _ in range(bench.runs)]
        ours, own = ([one.memory for one in runs] for runs in (larger, smaller))
        yield Row("peak memory, 1,000,000, beside its own at 100,000", 1.3, "MB", ours, own)
        yield Row("peak memory, 1,000,000", 0.04, "MB", ours, [bench.exported("reference").memory])


def installed_size(bench: Bench) -> Iterator[Row]:
    """The packages, without byte code."""
    values = [size(bench.packages) / 1e6], [size_of(REFERENCE) / 1e6]
    yield Row("packages of the export's image, installed", 0.40, "MB", *values)


PARTS = {"small": small, "packages": installed_size, "middle": middle, "large": large}


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="a million members, too")
    parser.add_argument("--runs", type=int, default=5, help="of what is measured in seconds (default: 5)")
    parser.add_argument("--only", choices=PARTS, help="one part of the table")
    parser.add_argument("--out", type=Path, help="folder for the table as markdown and as JSON")
    args = parser.parse_args(argv)
    where = machine(["pandas", "pyarrow", "boto3"])
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(slimmed(Path(folder)), args.runs)
        parts = [args.only] if args.only else [name for name in PARTS if name != "large" or args.large]
        rows = [row for name in parts for row in PARTS[name](bench)]
    print(told(rows, where))
    if args.out:
        write(args.out, "exports", rows, where)


if __name__ == "__main__":
    main()
