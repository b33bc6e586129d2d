"""release doctor, typed in a repository: what it says where there is nothing, and that it changes nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from release import cli
from tests.fakes.forge import in_order
from tests.support.gitrepo import GitFolder
from tests.unit.adoption.test_doctor_local import FILES, SETTINGS

#: As gh answers, from a file of paths and answers; whatever is not GET is written down, and refused.
GH = """\
#!{python}
import json, sys
if sys.argv[1:3] == ["auth", "status"]:
    sys.exit(0)
assert sys.argv[1:4] == ["api", "--method", "GET"], sys.argv
found = json.load(open({answers!r})).get(sys.argv[-1].partition("?")[0])
if found is None:
    print("gh: Not Found (HTTP 404)", file=sys.stderr)
    sys.exit(1)
print(json.dumps(found))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name, text in {**FILES.files, "release.toml": SETTINGS}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    repository = GitFolder(folder)
    repository.run("remote", "add", "origin", "https://github.com/acme/orders.git")
    repository.run("add", "--all")
    repository.run("commit", "--quiet", "-m", "feat: work")
    empty = tmp_path / "bin"
    empty.mkdir()
    git = next(Path(each) for each in ("/usr/bin", "/bin") if (Path(each) / "git").exists()) / "git"
    (empty / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RELEASE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    return folder


def typed(project: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what was written to standard output."""
    code, out, _ = heard(project, capsys, *arguments)
    return code, out


def heard(project: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["-C", str(project), "doctor", *arguments])
    return int(ended.value.code or 0), *capsys.readouterr()


def states(out: str) -> dict[str, str]:
    return {each["subject"]: each["state"] for each in json.loads(out)["findings"]}


def test_without_gh_and_credentials_it_is_useful_and_changes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and ".git/" not in str(path)}
    code, out, progress = heard(project, capsys)
    assert code == 0
    assert "local:\n  ok         release.toml: app: 1 image, 2 environments" in out
    assert "  not known  acme/orders: gh is not on this machine\n             -> install GitHub's CLI" in out
    assert "  not known  credentials: there are none here" in out
    after = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and ".git/" not in str(path)}
    assert after == before
    said = [line for line in progress.splitlines() if line.startswith("looking at")]
    assert said == ["looking at the repository …", "looking at GitHub …"]


def test_github_is_asked_through_the_program(project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answers = in_order()
    answers["repos/acme/orders/rulesets"] = []
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    script = tmp_path / "bin/gh"
    script.write_text(GH.format(python=sys.executable, answers=str(tmp_path / "answers.json")))
    script.chmod(0o755)
    code, out = typed(project, capsys, "--json")
    found = states(out)
    assert code == 6
    assert found["rules of release tags"] == "wrong"
    assert found["who deploys to staging"] == "ok"
    assert found["variables of production"] == "ok"


def test_one_environment_leaves_the_others_lines_out(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = typed(project, capsys, "staging", "--json")
    assert "smoke tests of staging" in states(out)
    assert "smoke tests of production" not in states(out)
    code, _ = typed(project, capsys, "nowhere")
    assert code == 5


def test_without_a_release_toml_the_one_thing_to_do_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "release.toml").unlink()
    code, out = typed(project, capsys)
    assert (code, "  wrong      release.toml: there is no release.toml" in out) == (6, True)
    (project / "release.toml").write_text("[project]\n")
    code, out = typed(project, capsys)
    assert code == 6
    assert "  wrong      release.toml:" in out
