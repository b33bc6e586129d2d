"""What does an export cost, beside the usual way of writing one? The same members, the same double of AWS.

    python -m bench.exports [--large]

The baseline is boto3's resource, pandas, every value as text, snappy (:mod:`bench.export_run`). Medians of three; each
run is a process of its own; ``--large`` adds a million members, which takes minutes and gigabytes for the baseline.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bench.measure import Run, run, shown, table

ROOT = Path(__file__).resolve().parent.parent
RUNS = 3
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
            os.environ.setdefault("PYTHONPATH", str(ROOT))
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


def exported(which: str, *, warm: int = 0, group: Path | None = None) -> Run:
    """One process that exports once, and ``warm`` times more."""
    words = [sys.executable, "-m", "bench.export_run", which, "--warm", str(warm)]
    if group is not None:
        words = ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh", *words]
    done = run(words, ROOT, 1800)
    if done.code != 0:
        raise SystemExit(f"{which} did not end well")
    return done


def compared(runs: int, group: Path | None = None, warm: int = 0) -> dict[str, list[Run]]:
    """Both, taking turns."""
    found: dict[str, list[Run]] = {"ours": [], "reference": []}
    for _ in range(runs):
        for which, done in found.items():
            done.append(exported(which, warm=warm, group=group))
    return found


def _row(what: str, goal: str, ours: Sequence[float], reference: Sequence[float], unit: str = "s") -> Sequence[str]:
    mine, theirs = statistics.median(ours), statistics.median(reference)
    told = shown if unit == "s" else (lambda value: f"{value:,.0f} {unit}")
    spread = f"{min(ours):.3g}-{max(ours):.3g}"
    return what, told(mine), told(theirs), f"{mine / theirs:.3f}x = 1/{theirs / mine:.1f}", goal, spread


def _told(runs: Sequence[Run], key: str) -> list[float]:
    return [float(json.loads(one.output)[key]) for one in runs]


def rows(large: bool) -> Iterator[Sequence[str]]:
    """Every row of the table."""
    with double(1_228):
        found = compared(RUNS, warm=5)
        yield _row("CPU, 1,228 members, warm", "<= 1/9", *(_told(done, "cpu") for done in found.values()))
        yield _row("file size, 1,228", "<= 0.75x", *(_told(done, "bytes") for done in found.values()), unit="bytes")
        with part_of_a_core() if os.access(_CGROUP, os.W_OK) else nullcontext() as group:
            found = compared(RUNS, group)
            label = f"start to file stored, 1,228, {CORE_SHARE if group else 'one'} core"
            yield _row(label, "<= 1/4.5", *([one.seconds for one in done] for done in found.values()))
    with double(100_000):
        found = compared(1, warm=1)
        yield _row("CPU, 100,000 members", "<= 1/12", *(_told(done, "cpu") for done in found.values()))
        found = compared(1)
        yield _row("peak memory, 100,000", "", *([one.memory for one in done] for done in found.values()), unit="MB")
    with double(100_000, 0.08):
        found = compared(1)
        yield _row("100,000, 80 ms a page, wall", "<= 1/5", *([one.seconds for one in done] for done in found.values()))
    if large:
        with double(1_000_000):
            found = compared(1)
            memory = ([one.memory for one in done] for done in found.values())
            yield _row("peak memory, 1,000,000", "<= 0.04x", *memory, unit="MB")


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="a million members, too")
    args = parser.parse_args(argv)
    header = ("measure", "ours", "baseline", "ratio", "goal", "ours, spread")
    print(table(header, list(rows(args.large))))


if __name__ == "__main__":
    main()
