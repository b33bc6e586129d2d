"""Where a summary's "roll back" leads: the workflow of this repository that rolls back, whatever its file is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.adoption import generated, workflowfiles
from release.bootstrap import Wiring

ACTIONS = {"GITHUB_SERVER_URL": "https://github.test", "GITHUB_REPOSITORY": "team/app"}
USUAL = ".github/workflows/rollback.yml"


@pytest.mark.parametrize(
    ("taken", "file"), [({}, "rollback.yml"), ({USUAL: "on: workflow_dispatch\njobs: {}\n"}, "image-rollback.yml")]
)
def test_the_link_is_to_the_file_that_init_wrote(taken: dict[str, str], file: str, tmp_path: Path) -> None:
    texts = workflowfiles.callers("owner/lambda-image-release", "c" * 40, "v1", ["staging", "production"])
    ours = generated.compared({USUAL: texts[USUAL]}, taken)
    for path, text in {**taken, **{each.path: each.after for each in ours}}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert Wiring(tmp_path, ACTIONS).rollback_url == f"https://github.test/team/app/actions/workflows/{file}"


def test_where_there_are_no_files_the_link_has_the_usual_name(tmp_path: Path) -> None:
    assert Wiring(tmp_path, ACTIONS).rollback_url.endswith("/rollback.yml")
    assert Wiring(tmp_path, {}).rollback_url == ""
