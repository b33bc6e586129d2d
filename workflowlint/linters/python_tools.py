"""The linters that come as Python packages: zizmor, check-jsonschema, shellcheck."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from release.adapters import process
from release.errors import MachineError
from workflowlint.linters.tool import LinterFinding, answer, tool, workflows


def zizmor(folders: Sequence[Path]) -> list[LinterFinding]:
    reports = []
    for folder in folders:
        command: list[str | Path] = [tool("zizmor"), "--offline", "--persona=pedantic", "--no-exit-codes"]
        config = folder / ".github" / "zizmor.yml"
        command += ["--config", config] if config.exists() else []
        command += ["--format=json-v1", folder / ".github"]
        try:
            said = answer(command, codes=(0,))
        except MachineError as error:  # a file that it cannot read as a workflow
            reports.append(LinterFinding(folder, "", "zizmor", error.message))
            continue
        for each in said:
            place = next(x for x in each["locations"] if x["symbolic"]["kind"] == "Primary")
            file = Path(place["symbolic"]["key"]["Local"]["verbatim_path"]).name
            line = place["concrete"]["location"]["start_point"]["row"] + 1
            reports.append(LinterFinding(folder, file, "zizmor", f"{line}: {each['desc']} [{each['ident']}]"))
    return reports


def jsonschema(folders: Sequence[Path]) -> list[LinterFinding]:
    reports = []
    for schema, pattern in (
        ("vendor.github-workflows", "workflows/*.yml"),
        ("vendor.github-actions", "actions/*/action.yml"),
        ("vendor.dependabot", "dependabot.yml"),
    ):
        files = {str(path): folder for folder in folders for path in sorted((folder / ".github").glob(pattern))}
        command: list[str | Path] = [
            tool("check-jsonschema"),
            "--builtin-schema",
            schema,
            "--output-format=json",
            *files,
        ]
        said = answer(command, codes=(0, 1)) if files else {"errors": []}
        for each in [*said["errors"], *said.get("parse_errors", ())]:
            name = each["filename"]
            text = f"{each.get('path', '')}: {each['message'][:300]}"
            reports.append(LinterFinding(files[name], Path(name).name, "check-jsonschema", text))
    return reports


def shellcheck(folders: Sequence[Path]) -> list[LinterFinding]:
    reports = []
    said: dict[str, list[str]] = {}
    for folder in folders:
        for name, each in workflows(folder).items():
            for job, step in ((j, s) for j in each.jobs.values() for s in j.steps if s.run):
                if step.run not in said:
                    said[step.run] = _shellcheck_one(step.run)
                reports += [
                    LinterFinding(folder, name, "shellcheck", f"{job.id}, {step.title}: {text}")
                    for text in said[step.run]
                ]
    return reports


def _shellcheck_one(script: str) -> list[str]:
    command: list[str | Path] = [tool("shellcheck"), "--shell=bash", "--format=json", "-"]
    ended = process.run(command, stdin=script.encode(), check=False)
    if ended.code not in (0, 1):
        raise MachineError(
            f"shellcheck failed: {ended.stderr.strip()[-2000:]}",
            untouched="everything",
            next_step="make setup, which installs it as it is locked, then make check",
        )
    return [f"{found['message']} [SC{found['code']}]" for found in json.loads(ended.stdout)]
