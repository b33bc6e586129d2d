"""The full workflows in a team's own repository: the same jobs, the team's own triggers, the command from the wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adoption.vendoredfiles import vendored
from release.adoption.workflowfiles import CALLED, callers
from release.errors import UsageError
from tests.support.files import ROOT
from workflowlint import actions, workflow
from workflowlint.rules import check

WHEEL, DIGEST = "lambda_image_release-1.2.0-py3-none-any.whl", "d" * 64
FILES = {str(path.relative_to(ROOT)): path for path in (ROOT / ".github").rglob("*") if path.suffix in (".yml", "")}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in FILES.items() if path.is_file()} | {
    "requirements/release.txt": (ROOT / "requirements" / "release.txt").read_text(encoding="utf-8")
}
TEAM = {"branch": "trunk", "tags": "app-v*", "schedule": "5 6 * * *"}


@pytest.mark.parametrize("name", CALLED)
def test_it_starts_on_what_the_teams_caller_would_and_does_what_ours_does(name: str) -> None:
    path = f".github/workflows/{name}"
    caller = callers("o/r", "0" * 40, "v1", ["one", "two"], **TEAM)[path]
    found = workflow.parse(Path(name), vendored(TEXTS, WHEEL, DIGEST, ["one", "two"], **TEAM)[path])
    assert found.on == workflow.parse(Path(name), caller).on
    assert found.jobs == workflow.load(ROOT / path).jobs
    assert (found.permissions, found.concurrency) == ({}, workflow.load(ROOT / path).concurrency)


def test_they_pass_the_rules_and_name_no_other_repository_but_the_pinned_actions() -> None:
    texts = vendored(TEXTS, WHEEL, DIGEST, ["one", "two"])
    files = {Path(name).name: workflow.parse(Path(name), text) for name, text in texts.items() if "workflows/" in name}
    own = {name: text for name, text in texts.items() if name.endswith("action.yml")}
    assert check(files, actions.known(), own, "v*", ["one", "two"], workflow.load_all(ROOT)) == []


def test_the_action_takes_the_wheel_of_that_digest_and_the_locked_packages() -> None:
    texts = vendored(TEXTS, WHEEL, DIGEST, ["one"])
    install = texts[".github/actions/setup/install"]
    assert f'echo "{DIGEST}  $home/{WHEEL}" | sha256sum --check' in install
    assert "<" + "wheel>" not in install
    assert "--hash=sha256:" in texts[".github/release/requirements.txt"]


@pytest.mark.parametrize(("wheel", "digest"), [("x.tar.gz", DIGEST), (WHEEL, "d" * 40), ("a b.whl", DIGEST)])
def test_what_is_no_wheel_is_refused(wheel: str, digest: str) -> None:
    with pytest.raises(UsageError, match="is no wheel with its SHA-256"):
        vendored(TEXTS, wheel, digest, ["one"])
