"""Dependabot's entries for what a release pins: the workflows' commit, and the images that Dockerfiles build on.

Source: docs.github.com, "Dependabot options reference": ``updates`` is a list; ``directory`` or ``directories`` (which
take patterns) say where; one entry per ecosystem, folder and branch. A file that is there keeps every line of its own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import yaml

from release.completion.document import end as end_of
from release.errors import UsageError

PATH = ".github/dependabot.yml"
PATHS = (PATH, ".github/dependabot.yaml")
_HEAD = """\
# Updates wait a week: most malicious releases are found and withdrawn within days. Security updates do not wait.
version: 2
updates:
"""
_HAND = "add the entries by hand (release init shows them), then run the same command again"


@dataclass(frozen=True)
class Updates:
    """Folders of one ecosystem. ``prefix``: how the subject of its commits begins."""

    ecosystem: str
    folders: tuple[str, ...]
    prefix: str

    def entry(self, indent: str) -> str:
        """Its entry, each line behind ``indent``."""
        listed = ", ".join(self.folders)
        lines = [
            f"- package-ecosystem: {self.ecosystem}",
            f"  directories: [{listed}]",
            "  schedule: {interval: weekly}",
            "  cooldown: {default-days: 7}",
            f"  commit-message: {{prefix: {self.prefix}}}",
            "  groups:",
            f'    {self.ecosystem}: {{patterns: ["*"]}}',
        ]
        return "".join(f"{indent}{line}\n" for line in lines)


def wanted(dockerfiles: Iterable[str], actions: Sequence[str] = ()) -> tuple[Updates, ...]:
    """The entries of a repository with these Dockerfiles; another base image is another image, so at least a patch.

    Args:
        actions: folders of actions beside the workflows.
    """
    folders = sorted({"/" + posixpath.dirname(path) for path in dockerfiles})
    found = [Updates("github-actions", ("/", *actions), "ci")]
    return (*found, Updates("docker", tuple(map(_quoted, folders)), "fix")) if folders else tuple(found)


def _quoted(folder: str) -> str:
    return folder if re.fullmatch(r"[\w./-]+", folder) else '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def completed(written: str | None, every: Sequence[Updates], where: str = PATH) -> str:
    """Dependabot's file with the entries that it lacks.

    Raises:
        UsageError: it is no YAML, no file of Dependabot's second version, or written in a way that takes no lines.
    """
    if written is None or not written.strip():
        return _HEAD + "".join(each.entry("  ") for each in every)
    document, root = _read(written, where)
    lacks = [each for one in every for each in _lacking(one, document.get("updates") or [])]
    if not lacks:
        return written
    newline = "\r\n" if "\r\n" in written else "\n"
    place, indent, before = _place(written, root, where)
    entries = before + "".join(each.entry(indent) for each in lacks)
    head = written[:place]
    if head and not head.endswith("\n"):
        head += newline
    return head + entries.replace("\n", newline) + written[place:]


def _read(written: str, where: str) -> tuple[dict[str, Any], yaml.MappingNode]:
    try:
        document, root = yaml.load(written, yaml.BaseLoader), yaml.compose(written, yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise _refused(where, " ".join(str(error).split())[:200]) from error
    if not isinstance(document, dict) or not isinstance(root, yaml.MappingNode) or document.get("version") != "2":
        raise _refused(where, "it is no file of Dependabot's version 2")
    if not isinstance(document.get("updates") or [], list):
        raise _refused(where, "its updates are no list")
    return document, root


def _lacking(one: Updates, updates: list[Any]) -> Iterator[Updates]:
    """``one`` with the folders that no entry covers; nothing when all are."""
    covered = [pattern for each in updates if isinstance(each, dict) for pattern in _folders(each, one.ecosystem)]
    open_ = tuple(each for each in one.folders if not any(_covers(pattern, each.strip('"')) for pattern in covered))
    if open_:
        yield Updates(one.ecosystem, open_, one.prefix)


def _folders(entry: dict[str, Any], ecosystem: str) -> list[str]:
    if entry.get("package-ecosystem") != ecosystem:
        return []
    listed = entry.get("directories")
    return [str(each) for each in (listed if isinstance(listed, list) else [entry.get("directory", "")])]


def _covers(pattern: str, folder: str) -> bool:
    plain = "/" + pattern.strip("/")
    return fnmatchcase(folder, plain) or (plain.endswith("/**") and (folder + "/").startswith(plain[:-2]))


def _place(written: str, root: yaml.MappingNode, where: str) -> tuple[int, str, str]:
    """Where entries go, their indent, and what stands before them."""
    pair = next(((key, value) for key, value in root.value if key.value == "updates"), None)
    if pair is None:
        return len(written), "  ", "updates:\n"
    key, value = pair
    if isinstance(value, yaml.SequenceNode) and not value.flow_style and value.value:
        return _line_end(written, end_of(value)), " " * value.start_mark.column, ""
    if isinstance(value, yaml.ScalarNode) and not value.value:  # "updates:" alone
        return _line_end(written, key.end_mark.index), "  ", ""
    raise _refused(where, f"its updates (line {key.start_mark.line + 1}) stand in brackets")


def _line_end(written: str, index: int) -> int:
    found = written.find("\n", index)
    return len(written) if found < 0 else found + 1


def _refused(where: str, problem: str) -> UsageError:
    return UsageError(f"{where} cannot be completed: {problem}", untouched="everything", next_step=_HAND)
