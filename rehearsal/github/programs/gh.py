"""Stand-in of GitHub's command line in a rehearsal: releases, issues and labels in a file. It knows only the calls that
the workflows make, refuses every other one, and refuses what the job's token may not do."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
from typing import Any, NoReturn

# GITHUB_REPOSITORY's state outlives the run: the driver shares one store among all runs of a rehearsal.
STORE = pathlib.Path(os.environ["REHEARSAL_GITHUB"])


def fail(text: str) -> NoReturn:
    print(f"[stand-in] gh: {text}", file=sys.stderr)
    sys.exit(1)


def needs(scope: str) -> None:
    """The job's token must have write on ``scope``."""
    command = ["ask-github", "granted", f"scope={scope}", "level"]
    level = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    if level != "write":
        fail(f"HTTP 403: Resource not accessible by integration ({scope}: {level})")


def parsed(
    arguments: list[str], positional: int | str, *options: str, flags: tuple[str, ...] = ()
) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gh", allow_abbrev=False)
    parser.add_argument("name", nargs=positional)
    for each in options:
        parser.add_argument(each)
    for each in flags:
        parser.add_argument(each, action="store_true")
    return parser.parse_intermixed_args(arguments)


def release(verb: str, arguments: list[str], state: dict[str, Any]) -> None:
    releases = state.setdefault("releases", {})
    if verb == "view":
        if parsed(arguments, 1).name[0] not in releases:
            fail("release not found")
        return
    needs("contents")
    if verb == "create":
        given = parsed(arguments, 1, "--title", "--notes-file", flags=("--verify-tag",))
        tag = given.name[0]
        if tag in releases:
            fail(f"HTTP 422: Validation Failed: Release.tag_name already exists ({tag})")
        releases[tag] = {"title": given.title, "notes": pathlib.Path(given.notes_file).read_text(), "assets": []}
    elif verb == "edit":
        given = parsed(arguments, 1, "--notes-file")
        releases[given.name[0]]["notes"] = pathlib.Path(given.notes_file).read_text()
    elif verb == "upload":
        given = parsed(arguments, "+", flags=("--clobber",))
        tag, *files = given.name
        releases[tag]["assets"] = sorted({*releases[tag]["assets"], *(pathlib.Path(file).name for file in files)})
    else:
        fail(f"release {verb} is not rehearsed")


def issue(verb: str, arguments: list[str], state: dict[str, Any]) -> None:
    issues = state.setdefault("issues", [])
    needs("issues")
    if verb == "list":
        given = parsed(arguments, "*", "--label", "--state", "--limit", "--json", "--jq")
        print("\n".join(str(i["number"]) for i in issues if i["state"] == given.state and i["label"] == given.label))
    elif verb == "create":
        given = parsed(arguments, "*", "--label", "--title", "--body-file")
        if given.label not in state.get("labels", []):
            fail(f"could not add label: '{given.label}' not found")
        body = pathlib.Path(given.body_file).read_text()
        issues.append(
            {"number": len(issues) + 1, "state": "open", "label": given.label, "title": given.title, "body": body}
        )
    elif verb == "edit":
        given = parsed(arguments, 1, "--body-file")
        issues[int(given.name[0]) - 1]["body"] = pathlib.Path(given.body_file).read_text()
    elif verb == "close":
        given = parsed(arguments, 1, "--comment")
        issues[int(given.name[0]) - 1]["state"] = "closed"
    else:
        fail(f"issue {verb} is not rehearsed")


def label(verb: str, arguments: list[str], state: dict[str, Any]) -> None:
    if verb != "create":
        fail(f"label {verb} is not rehearsed")
    needs("issues")
    given = parsed(arguments, 1, "--description", flags=("--force",))
    state["labels"] = sorted({*state.get("labels", []), given.name[0]})


def main() -> None:
    if not os.environ.get("GH_TOKEN") or not os.environ.get("GH_REPO"):
        fail("set GH_TOKEN and GH_REPO")
    noun, verb, *arguments = sys.argv[1:]
    state = json.loads(STORE.read_text()) if STORE.exists() else {}
    # stderr: standard output may be captured by the step; the driver still sees a stand-in.
    print(f"[stand-in] gh {noun} {verb}", file=sys.stderr)
    {"release": release, "issue": issue, "label": label}[noun](verb, arguments, state)
    STORE.write_text(json.dumps(state, indent=2))


if __name__ == "__main__":
    main()
