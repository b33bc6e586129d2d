"""The workflow files of a team's repository: five callers of about ten lines, all at one commit of one repository.

Their texts are package data (``callers/``); what is the team's own stands in them as ``<name>``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources

from release.errors import UsageError

FOLDER = ".github/workflows"

#: the files that are called, and so the callers
CALLED = ("check.yml", "release.yml", "production.yml", "rollback.yml", "watch.yml")

#: every morning
SCHEDULE = "23 4 * * *"

_HOME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+\Z")
_COMMIT = re.compile(r"[0-9a-f]{40}\Z")
_VERSION = re.compile(r"[A-Za-z0-9.+-]+\Z")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9/._-]*\Z")
#: five fields, as POSIX cron has them; GitHub knows no names such as @daily
_CRON = re.compile(r"[0-9A-Za-z*,/-]+(?: [0-9A-Za-z*,/-]+){4}\Z")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def callers(
    home: str,
    commit: str,
    version: str,
    environments: Sequence[str],
    *,
    branch: str = "main",
    tags: str = "v*",
    schedule: str = SCHEDULE,
) -> dict[str, str]:
    """The five files, by their path in the repository.

    Args:
        home: ``owner/name`` of the repository whose workflows are called.
        commit: 40 hex digits: the commit of ``home`` that is called, and whose command it is.
        version: what people call that commit, such as ``v1.2.0``; Dependabot reads and writes it.
        environments: of release.toml, in its order: what the form of a rollback offers.
        branch: the team's default branch, by its name.
        tags: the pattern of release tags (``release.versions.tags.tag_filter``).
        schedule: when the daily watch runs, as cron writes it, in UTC.

    Raises:
        UsageError: one of them is none.
    """
    _known("home", home, _HOME, "OWNER/REPOSITORY")
    _known("commit", commit, _COMMIT, "40 hexadecimal digits")
    _known("version", version, _VERSION, "a version, such as v1.2.0")
    _known("schedule", schedule, _CRON, "five fields of cron, such as 23 4 * * *")
    words = {
        "home": home,
        "commit": commit,
        "version": version,
        "branch": _word(re.sub(r"([+!*?\[\]\\])", r"\\\1", branch)),
        "tags": _word(tags),
        "environments": ", ".join(_word(each) for each in environments),
        "schedule": schedule,
    }
    return {f"{FOLDER}/{name}": _filled(_text(name), words) for name in CALLED}


def _known(what: str, value: str, form: re.Pattern[str], like: str) -> None:
    if not form.match(value):
        raise UsageError(
            f"the workflows cannot be written: {what} {value!r} is not {like}",
            untouched="every file",
            next_step="correct it and run the same command again",
        )


def _text(name: str) -> str:
    return (resources.files("release.adoption") / "callers" / name).read_text(encoding="utf-8")


def _filled(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"<([a-z]+)>", lambda match: words[match[1]], text)


def _word(text: str) -> str:
    """``text`` in a YAML list, in quotes where YAML would take it for something else."""
    return text if _PLAIN.match(text) and text.lower() not in _NOT_TEXT else json.dumps(text)
