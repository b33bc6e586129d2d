"""``make rehearse-examples``: each example as its team would have it released, from nothing, by the two commands.

``python -m tools.examples [--quick] [--results DIR] [NAME or FOLDER …]`` copies the system into a new git repository,
without the files that ``release init`` writes; runs ``release init --yes`` there, and once more, which may change
nothing; commits, runs ``release rehearse``, and prints a table at the end. What each command said is kept in DIR.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from release.tables import table

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
#: Without the folder where it is typed on the path: a module of the team's may be called as one of ours.
RELEASE = (sys.executable, "-P", "-m", "release")
#: What ``release init`` writes and nobody edits; release.toml is edited, so it stays.
WRITTEN = (".github", "pipeline.yaml", "CHANGELOG.md")
_CACHES = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".pytest_cache", ".aws-sam", "dist")
_PERSON = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A Person"), ("EMAIL", "person@example.org"))
}


class Failed(Exception):  # noqa: N818 - not an error of ours: the table says it
    """A command did not end well; says which and where its words are."""


@dataclass(frozen=True)
class Adopted:
    """What became of a system. ``lines`` and ``files`` are what init wrote, ``minutes`` what the rehearsal took."""

    name: str
    files: int
    lines: int
    init: float
    minutes: float
    result: str
    ended_well: bool

    @property
    def row(self) -> tuple[str, ...]:
        return (self.name, str(self.files), str(self.lines), f"{self.init:.1f} s", f"{self.minutes:.1f}", self.result)


class Team:
    """A repository in a temporary folder, and the command in it."""

    def __init__(self, source: Path, folder: Path, results: Path, command: Sequence[str]) -> None:
        self.name, self.folder, self._results, self._command = source.name, folder, results, command
        shutil.copytree(source, folder, ignore=_CACHES)
        for each in WRITTEN if source.parent == EXAMPLES else ():
            path = folder / each
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", f"https://github.com/owner/{self.name}.git")
        self.commit(f"feat: {self.name}, as it is")

    def git(self, *arguments: str) -> str:
        env = {**os.environ, **_PERSON}
        command = ["git", *arguments]
        return subprocess.run(command, cwd=self.folder, env=env, check=True, capture_output=True, text=True).stdout

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def release(self, *arguments: str) -> tuple[str, float]:
        """What ``release`` prints, and the seconds it takes. Raises Failed."""
        log = self._results / f"{self.name}-{arguments[0]}.log"
        started, env = time.monotonic(), {**os.environ, "PYTHONPATH": str(ROOT)}
        with log.open("a", encoding="utf-8") as said:
            command = [*self._command, *arguments]
            done = subprocess.run(command, cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=said, text=True)
            said.write(done.stdout)
        if done.returncode:
            raise Failed(f"release {' '.join(arguments)}: exit code {done.returncode}, see {log}")
        return done.stdout, time.monotonic() - started


def adopt(source: Path, results: Path, rehearse: Sequence[str], command: Sequence[str] = RELEASE) -> Adopted:
    """Release the system in ``source``, and say what became of it; never raises for what the commands say.

    Args:
        rehearse: options of ``release rehearse``.
        command: what stands for ``release``.
    """
    files, lines, init, minutes = 0, 0, 0.0, 0.0
    started, ended_well = time.monotonic(), False
    with tempfile.TemporaryDirectory(prefix="adopting-") as folder:
        try:
            team = Team(source, Path(folder) / source.name, results, command)
            _, init = team.release("init", "--yes")
            team.git("add", "--all")
            changed = [each.split("\t") for each in team.git("diff", "--cached", "--numstat").splitlines()]
            files, lines = len(changed), sum(int(added) for added, _, _ in changed)
            team.commit("ci: release by the pipeline")
            team.release("init", "--yes")
            if again := team.git("status", "--porcelain"):
                raise Failed(f"a second release init changes {again.split()[-1]}")
            started = time.monotonic()
            told, _ = team.release("rehearse", "--json", *rehearse)
            result = f"{len(json.loads(told)['steps'])} steps held"
            ended_well = True
        except Failed as failed:
            result = str(failed)
        minutes = (time.monotonic() - started) / 60
    return Adopted(source.name, files, lines, init, minutes, result, ended_well)


def main() -> int:
    """Exit code 1 when a command of any system did not end well."""
    every = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
    arguments = argparse.ArgumentParser(prog="python -m tools.examples", description=__doc__)
    arguments.add_argument("systems", nargs="*", default=every, metavar="NAME or FOLDER", help="default: every example")
    arguments.add_argument("--quick", action="store_true", help="one release and one rollback of each")
    arguments.add_argument("--results", type=Path, default=ROOT / "build" / "examples", help="where the logs go")
    given = arguments.parse_args()
    given.results.mkdir(parents=True, exist_ok=True)
    rows = []
    for system in given.systems:
        source = EXAMPLES / system if (EXAMPLES / system).is_dir() else Path(system).resolve()
        print(f"{source.name}: release init, release rehearse", file=sys.stderr)
        rows.append(adopt(source, given.results, ["--quick"] if given.quick else []))
    print(table(("system", "files", "lines", "init", "minutes", "result"), [each.row for each in rows]))
    return int(not all(each.ended_well for each in rows))


if __name__ == "__main__":
    sys.exit(main())
