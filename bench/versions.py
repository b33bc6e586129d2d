"""How long until the next version is known? ``release version`` beside git-cliff, commitizen, python-semantic-release.

    python -m bench.versions [--sizes 1000 10000 100000] [--repository DIR …]

Each tool runs as a whole process on the same repository, one after the other; medians. The generated histories have 500
release tags. Four tables: the size of the history grows; the commits since the last tag grow; thousands of release tags
lie beside the branch; long messages grow.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.measure import Figure, measure, run, shown, table
from release.adapters.toolbox import Cache, Toolbox
from release.versions.commits import parse_message

ROOT = Path(__file__).resolve().parent.parent
TAGS = 500
OFF = 2_500
_TYPES = ("feat", "fix", "docs", "chore", "refactor", "test", "ci", "perf")
_MADE_BY = 2  # raise this when generate() writes something else: the cache then makes the histories again


def generate(commits: int, since: int, tags: int = TAGS) -> Iterator[bytes]:
    """A history for ``git fast-import``: ``tags`` annotated releases, the last one ``since`` commits before the end."""
    released = {(commits - since) * number // tags for number in range(1, tags + 1)}
    major, minor, patch, features = 1, 0, 0, False
    for number in range(1, commits + 1):
        kind = _TYPES[number * 7 % len(_TYPES)]
        features |= kind == "feat"
        message = f"{kind}(part{number % 9}): change number {number}\n\nWhy it was made, in a line.\n".encode()
        when = 1_600_000_000 + number * 600
        yield b"commit refs/heads/main\nmark :%d\ncommitter A <a@example.org> %d +0000\n" % (number, when)
        yield b"data %d\n%s\nM 100644 inline file%d\ndata 6\n%06d\n" % (
            len(message),
            message,
            number % 50,
            number % 10**6,
        )
        if number in released:
            minor, patch, features = (minor + 1, 0, False) if features else (minor, patch + 1, False)
            yield b"tag v%d.%d.%d\nfrom :%d\n" % (major, minor, patch, number)
            yield b"tagger A <a@example.org> %d +0000\ndata 9\na release\n" % when


def beside(commits: int, tags: int) -> Iterator[bytes]:
    """``tags`` more releases for ``git fast-import``, from 2.0.0 on, each on a commit of its own beside the branch."""
    for number in range(tags):
        start, when = 1 + number * commits // tags, 1_600_000_000 + commits * 600 + number
        yield b"commit refs/heads/releases\nmark :%d\n" % (commits + 1 + number)
        yield b"committer A <a@example.org> %d +0000\ndata 7\nrelease\nfrom :%d\n" % (when, start)
        yield b"tag v2.%d.0\nfrom :%d\n" % (number, commits + 1 + number)
        yield b"tagger A <a@example.org> %d +0000\ndata 9\na release\n" % when


def repository(cache: Cache, commits: int, since: int, tags: int = TAGS, off: int = 0) -> Path:
    """The generated history as a repository in the cache, made once; ``off``: how many tags lie beside the branch."""
    folder = cache.folder("bench") / f"history-{_MADE_BY}-{commits}-{since}-{tags}-{off}"

    def make(new: Path) -> str:
        git = ["git", "-C", str(new)]
        subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
        source = b"".join([*generate(commits, since, tags), *beside(commits, off)])
        subprocess.run([*git, "fast-import", "--quiet"], input=source, check=True)
        subprocess.run([*git, "reset", "--quiet", "--hard"], check=True)
        subprocess.run([*git, "remote", "add", "origin", "https://github.com/owner/name.git"], check=True)
        return "made"

    cache.make_once(folder, make)
    return folder


def commands(cache: Cache) -> dict[str, list[str | Path]]:
    """Tool -> its command for "what is the next version?"."""
    venv = Toolbox(cache, (ROOT / "requirements",), lambda line: print(line, file=sys.stderr)).venv("bench")
    settings = cache.folder("bench") / "commitizen.toml"
    settings.write_text('[tool.commitizen]\nversion_provider = "scm"\ntag_format = "v$version"\n')
    return {
        "release version": [sys.executable, "-m", "release", "version"],
        "git-cliff": [venv.tool("git-cliff"), "--bumped-version"],
        "commitizen": [venv.tool("cz"), "--config", settings, "bump", "--get-next", "--yes"],
        "python-semantic-release": [venv.tool("semantic-release"), "--noop", "version", "--print"],
    }


def compare(name: str, folder: Path, tools: dict[str, list[str | Path]], limit: float) -> list[Sequence[str]]:
    """One row per tool, with its ratio to git-cliff in this same run."""
    figures: dict[str, Figure] = {}
    for tool, command in tools.items():
        if tool != "git-cliff":
            run(command, folder, limit)  # the first run of a Python tool compiles its modules
        figures[tool] = measure(command, folder, runs=11, limit=limit, budget=30)
        print(f"  {name}: {tool}: {figures[tool]}", file=sys.stderr)
    cliff = figures["git-cliff"]
    return [
        (
            name,
            tool,
            figure.answer if figure.finished else "-",
            str(figure),
            shown(figure.cpu),
            f"{cliff.seconds / figure.seconds:.1f} x" if figure.finished else "-",
            f"{figure.memory:.0f} MB",
            str(len(figure.runs)),
        )
        for tool, figure in figures.items()
    ]


def grown_messages() -> list[Sequence[str]]:
    """Processor time of reading one message, as its length doubles: linear means about twice."""
    shapes = {
        "one word": ("", "a"),
        "an open scope": ("feat(", "a"),
        "breaking changes": ("x\n\n", "BREAKING CHANGE: y\n"),
        "listed commits": ("x\n\n", "* feat: y\n\n"),
    }
    rows: list[Sequence[str]] = []
    for name, (start, part) in shapes.items():
        times = []
        for size in (100_000, 200_000, 400_000):
            message = start + part * (size // len(part))
            best = min(_timed(message) for _ in range(5))
            times.append(best * 1000)
        rows.append((name, *(f"{one:.1f} ms" for one in times), f"{times[2] / times[0]:.1f} x"))
    return rows


def _timed(message: str) -> float:
    started = time.process_time()
    parse_message(message, multiple_headers=True)
    return time.process_time() - started


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], metavar="COMMITS")
    arguments.add_argument(
        "--repository", type=Path, action="append", default=[], metavar="DIR", help="a real one, too"
    )
    arguments.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="for one run of one tool")
    args = arguments.parse_args(argv)
    os.environ["PYTHONPATH"] = str(ROOT)
    cache = Cache.of(os.environ)
    tools = commands(cache)
    rows: list[Sequence[str]] = []
    for size in args.sizes:
        rows += compare(f"{size:,} commits", repository(cache, size, 20), tools, args.limit)
    for folder in args.repository:
        rows += compare(folder.resolve().parent.name, folder.resolve(), tools, args.limit)
    header = ("history", "tool", "answer", "median", "processor", "git-cliff / it", "peak memory", "runs")
    print(f"\nNext version of a history with {TAGS} tags, 20 commits since the last\n\n{table(header, rows)}")

    own = tools["release version"]
    grown = []
    for since in (20, 200, 2_000):
        figure = measure(own, repository(cache, 10_000, since), runs=11, limit=args.limit, budget=30)
        grown.append((f"{since:,}", str(figure), shown(figure.cpu), f"{figure.memory:.0f} MB"))
    print(
        "\nrelease version, 10,000 commits\n\n"
        + table(("commits since the last tag", "median", "processor", "peak memory"), grown)
    )
    aside = []
    for size in (10_000, 100_000):
        for tags, what in ((1, "20 commits back"), (0, "nowhere")):
            folder = repository(cache, size, 20 if tags else size, tags, OFF)
            figure = measure(own, folder, runs=11, limit=args.limit, budget=30)
            aside.append(
                (f"{size:,} commits", what, figure.answer, str(figure), shown(figure.cpu), str(len(figure.runs)))
            )
    print(
        f"\nrelease version, {OFF:,} release tags beside the branch\n\n"
        + table(("history", "release on the branch", "answer", "median", "processor", "runs"), aside)
    )
    print("\nReading one message\n\n" + table(("of", "100 KB", "200 KB", "400 KB", "400 / 100"), grown_messages()))


if __name__ == "__main__":
    main()
