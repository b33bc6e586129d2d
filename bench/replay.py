"""Does the answer equal what was really released? A replay of public histories, beside git-cliff.

    python -m bench.replay DIR [DIR …] [--latest 60]

Each DIR is a clone (a bare one will do). For each of its latest release tags on the default branch, that tag and all
later ones are hidden, and both tools are asked at that tag's commit. The clones are only read; git-cliff gets a copy
with nothing but the release tags that are not hidden. A refusal counts as a miss: it is no answer, though it names no
wrong version either.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.measure import run, table
from bench.versions import ROOT
from release.adapters.git import GitRepository
from release.adapters.toolbox import Cache, Toolbox
from release.errors import ReleaseError
from release.versions.settings import VersionSettings
from release.versions.tags import ReleaseTag, release_tags
from release.versions.version import Observation


def ours(git: GitRepository, tag: ReleaseTag, hidden: Sequence[str]) -> tuple[str, bool]:
    """``(the version, whether a release was due)``; the refusal's first words instead of the version."""
    try:
        seen = Observation(git, VersionSettings(), f"refs/tags/{tag.name}", hidden=hidden)
        answer = seen.next_version(branch="")
    except ReleaseError as error:
        return f"refused: {error.message}", False
    return str(answer.version), answer.is_due


def theirs(cliff: Path, copy: Path, tag: ReleaseTag, hidden: Sequence[str]) -> str:
    """What git-cliff prints in ``copy``, from which ``hidden`` and whatever names no release are deleted for good."""
    present = subprocess.run(["git", "-C", copy, "tag"], check=True, capture_output=True, text=True).stdout.split()
    kept = {one.name for one in release_tags(present, ["v"])} - set(hidden)
    gone = [name for name in present if name not in kept]
    subprocess.run(["git", "-C", copy, "tag", "--delete", *gone], check=True, capture_output=True)
    subprocess.run(["git", "-C", copy, "update-ref", "--no-deref", "HEAD", tag.commit], check=True)
    printed = run([cliff, "--bumped-version"], copy, 300).output.strip()
    return printed.removeprefix("v") or "nothing"


def replay(folder: Path, cliff: Path, latest: int, scratch: Path) -> tuple[Sequence[str], list[str]]:
    """``(the row of the table, what either tool answered differently)``."""
    git = GitRepository(folder)
    names = git.tags()
    merged = git.merged_tags(names, git.checkout().commit)
    tags = [ReleaseTag(tag.name, tag.version, merged[tag.name]) for tag in release_tags(list(merged), ["v"])]
    every = release_tags(names, ["v"])
    copy = scratch / folder.resolve().parent.name
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", folder.resolve(), copy], check=True)
    right = due = cliff_right = 0
    differences = []
    for tag in tags[:latest]:
        hidden = [one.name for one in every if one.version.precedence >= tag.version.precedence]
        released = str(tag.version)
        answer, was_due = ours(git, tag, hidden)
        cliffs = theirs(cliff, copy, tag, hidden)
        right += answer == released
        due += was_due
        cliff_right += cliffs == released
        if (answer, cliffs) != (released, released):
            differences.append(f"  {copy.name} {tag.name}: release version: {answer}; git-cliff: {cliffs}")
    of = len(tags[:latest])
    return (copy.name, f"{right}/{of}", f"{cliff_right}/{of}", f"{due}/{of}"), differences


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table, and every answer that differs from what was released."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", type=Path, nargs="+", metavar="DIR")
    arguments.add_argument("--latest", type=int, default=60, metavar="TAGS")
    args = arguments.parse_args(argv)
    toolbox = Toolbox(Cache.of(os.environ), (ROOT / "requirements",), lambda line: print(line, file=sys.stderr))
    cliff = toolbox.venv("bench").tool("git-cliff")
    rows, differences = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for folder in args.folders:
            row, different = replay(folder, cliff, args.latest, Path(scratch))
            rows.append(row)
            differences += different
            print(" ".join(row), file=sys.stderr)
    print(table(("history", "release version", "git-cliff", "release was due"), rows))
    if differences:
        print("\nanswers that differ from what was released\n" + "\n".join(differences))


if __name__ == "__main__":
    main()
