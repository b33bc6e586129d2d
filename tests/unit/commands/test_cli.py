"""The command as a process: exit codes, what stands on which stream, and a release's first half with no account.

The engine is a script, the registry a server on this machine, ECR's API an emulation.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
import urllib3
from moto.server import ThreadedMotoServer

from release.adapters.ecr import Ecr
from release.adapters.ecr_store import EcrStore
from release.adapters.layout import read_layout
from release.adapters.scanstore import ScanStore
from release.adapters.startstore import StartStore
from release.deployments.claims import CLAIM_TYPE, OUTCOME_TYPE, claim_json, outcome_json
from release.gate.scanrecord import record_of
from release.images.startrecord import Started, StartRecord
from release.releases import recording
from release.releases.stored import Content
from release.settings import config as config_file
from tests.support import findings, ledgers, ociimage
from tests.support.gitrepo import GitFolder
from tests.support.httpregistry import HttpRegistry
from tests.support.tool import Tool
from tests.support.world import FILES

ROOT = Path(__file__).parents[3]


GATED = {"release.toml": (FILES["release.toml"] or b"") + b'\n[gate]\nblock = ["HIGH"]\n'}


@dataclass
class Shell:
    """A checked-out repository, and the command in it."""

    repository: GitFolder
    docker: Tool
    env: dict[str, str]

    def release(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        command = [sys.executable, "-m", "release", *arguments]
        return subprocess.run(
            command, cwd=self.repository.folder, env=self.env, capture_output=True, text=True, timeout=120, check=False
        )

    def into_nowhere(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run it to its end, its output into a pipe that nobody reads any more."""
        reader, writer = os.pipe()
        os.close(reader)
        try:
            return subprocess.run(
                [sys.executable, "-m", "release", *arguments],
                cwd=self.repository.folder,
                env={**self.env, **(env or {})},
                stdout=writer,
                stderr=subprocess.PIPE,
                text=True,
                timeout=120,
                check=False,
            )
        finally:
            os.close(writer)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A machine with git and an engine that answers, and without credentials."""
    repository = GitFolder(tmp_path / "repository")
    repository.commit(FILES)
    docker = Tool(tmp_path / "bin", "docker")
    ociimage.write_image(tmp_path / "prepared.oci")
    docker.behave(f'mkdir -p "$output" && cp -r \'{tmp_path}/prepared.oci/.\' "$output"')
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "tools").mkdir()
    for tool in (git, "/bin/sh", "/bin/cp", "/bin/mkdir", "/usr/bin/env", "/bin/sleep"):
        (tmp_path / "tools" / Path(tool).name).symlink_to(tool)
    env = {
        "PATH": f"{docker.folder}:{tmp_path / 'tools'}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return Shell(repository, docker, env)


def test_help_and_version_are_no_errors(shell: Shell) -> None:
    told = shell.release("--help")
    assert told.returncode == 0
    assert "release rehearse" in told.stdout
    assert shell.release("--version").stdout.startswith("release ")


@pytest.mark.parametrize("arguments", [["plan"], ["plan", "--json"], ["--help"], ["--version"], ["version", "--help"]])
def test_a_reader_that_goes_away_ends_the_command_as_it_ends_git(shell: Shell, arguments: list[str]) -> None:
    """``release plan | head -0``: no traceback, and what a shell shows for a program that SIGPIPE ended."""
    done = shell.into_nowhere(*arguments)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("line", ["version", "changelog", "prepare --dry-run", "build --offline --dry-run"])
def test_notes_still_reach_their_reader_when_that_of_the_output_goes_away(shell: Shell, line: str) -> None:
    done = shell.into_nowhere(*line.split())
    assert done.returncode == 141
    assert all(row.startswith("release: note: ") for row in done.stderr.splitlines()), done.stderr


def test_a_refusal_keeps_its_exit_code_and_its_words_when_nobody_reads_the_output(shell: Shell) -> None:
    done = shell.into_nowhere("history", "prod", env={"GITHUB_ACTIONS": "true"})
    assert done.returncode == 5
    assert "release: there is no environment 'prod' in release.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_whose_both_streams_nobody_reads_ends_in_silence(shell: Shell) -> None:
    command = f"({sys.executable} -m release history prod 2>&1; echo $? > code) | true"
    subprocess.run(["/bin/sh", "-c", command], cwd=shell.repository.folder, env=shell.env, check=True, timeout=60)
    assert (shell.repository.folder / "code").read_text() == "5\n"


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_a_file_of_the_runner_that_cannot_be_written_stops_the_command_before_it_begins(
    shell: Shell, tmp_path: Path, variable: str
) -> None:
    shell.env[variable] = str(tmp_path)
    done = shell.release("plan")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"release: {variable} names {tmp_path}, where no file can be written: Is a directory" in done.stderr
    shell.env[variable] = str(tmp_path / "missing/folder/file")
    assert shell.release("plan").returncode == 0
    assert (tmp_path / "missing/folder/file").read_text() != ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_full_disk_under_the_runner_s_outputs_is_no_success(shell: Shell) -> None:
    shell.env["GITHUB_OUTPUT"] = "/dev/full"
    done = shell.release("version")
    assert (done.returncode, bool(done.stdout)) == (7, True)
    assert "release: GITHUB_OUTPUT names /dev/full, which could not be written: No space left on device" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_full_disk_under_the_output_is_named(shell: Shell) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "release", "version", "--json"]
        done = subprocess.run(command, cwd=shell.repository.folder, env=shell.env, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 7
    assert done.stderr.decode() == "release: the output cannot be written: No space left on device\n"


def test_a_command_that_was_started_without_an_output_does_its_work(shell: Shell) -> None:
    command = f"exec {sys.executable} -m release version --json >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=shell.repository.folder, env=shell.env, stderr=subprocess.PIPE, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "the following arguments are required: COMMAND"),
        (["promote-everything"], 2, "invalid choice"),
        (["deploy", "staging"], 2, "required: --version"),
        (["publish", "--version", "v1.0.0"], 2, "release: 'v1.0.0' is not a version like 1.4.0"),
        (["publish", "--version", "1.0.0+1"], 2, "release: version '1.0.0+1' has build metadata"),
        (["deploy", "prod", "--version", "1.0.0"], 5, "release: there is no environment 'prod' in release.toml"),
        (["history", "--json", "prod"], 5, "(there are: staging, production)"),
        (["build", "--offline", "--commit", "--help"], 2, "expected one argument"),
        (["build", "--offline", "--commit=--help"], 5, "release: this repository has no commit '--help'"),
        (["-C", "/nowhere", "history", "staging"], 2, "there is no release.toml in /nowhere"),
        (["history", "staging"], 7, "release: there are no valid AWS credentials"),
    ],
)
def test_a_refusal_has_its_exit_code_and_stands_on_standard_error(
    shell: Shell, arguments: list[str], code: int, words: str
) -> None:
    """faults.md, 8 and 9."""
    told = shell.release(*arguments)
    assert (told.returncode, told.stdout) == (code, ""), told.stderr
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def test_a_mistake_in_release_toml_is_named_with_its_line_and_key_before_anything_runs(shell: Shell) -> None:
    path = shell.repository.folder / "release.toml"
    path.write_text(path.read_text().replace('context = "function"', 'contxt = "function"', 1))
    line = 1 + next(n for n, text in enumerate(path.read_text().splitlines()) if "contxt" in text)
    told = shell.release("build", "--offline")
    assert told.returncode == 2
    assert f"release: release.toml, line {line}: images.export.contxt is not a key that is known here" in told.stderr
    assert "release: left as it was: everything" in told.stderr
    assert not (shell.docker.folder / "arguments").exists()


def test_building_prints_each_digest_and_builds_nothing_twice(shell: Shell) -> None:
    first = shell.release("build", "--offline", "--json")
    assert first.returncode == 0, first.stderr
    images = json.loads(first.stdout)["images"]
    assert {image["source"] for image in images.values()} == {"build"}
    assert all(image["digest"].startswith("sha256:") for image in images.values())
    shell.docker.behave("exit 1")
    again = json.loads(shell.release("build", "--offline", "--json").stdout)["images"]
    assert {image["source"] for image in again.values()} == {"archive"}


def test_a_dry_run_builds_nothing(shell: Shell) -> None:
    told = shell.release("build", "--offline", "--dry-run")
    assert told.returncode == 0
    assert "build" in told.stdout
    assert not (shell.repository.folder / "dist").exists()


def test_what_is_not_committed_is_not_built_and_that_is_said(shell: Shell) -> None:
    (shell.repository.folder / "function/export/app.py").write_text("edited")
    assert "not committed, so not built: function/export/app.py" in shell.release("build", "--offline").stderr


def test_no_engine_is_exit_code_7_with_the_remedy(shell: Shell) -> None:
    shell.docker.behave("echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    told = shell.release("build", "--offline")
    assert told.returncode == 7
    assert "no container engine answers" in told.stderr
    assert "release: next: start Docker" in told.stderr
    shell.docker.path.unlink()
    told = shell.release("build", "--offline")
    assert told.returncode == 7
    assert "docker is not on this machine" in told.stderr


def test_what_a_tool_says_acts_neither_on_a_terminal_nor_on_a_runner(shell: Shell) -> None:
    """faults.md, 67: while it runs, and in the refusal that quotes it."""
    shell.docker.behave("printf '\\033[2J\\n::error::evil\\n##[group]evil\\n'; exit 1")
    told = shell.release("-v", "build", "--offline")
    assert told.returncode == 8
    assert "evil" in told.stderr
    for acts in ("\x1b", "\n::error", "##["):
        assert acts not in told.stderr + told.stdout


def test_under_actions_a_refusal_is_also_an_annotation(shell: Shell) -> None:
    shell.env["GITHUB_ACTIONS"] = "true"
    told = shell.release("deploy", "prod", "--version", "1.0.0")
    assert told.returncode == 5
    assert told.stdout.startswith("::error::there is no environment 'prod'")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_exit_code_130_and_leaves_no_half_archive(shell: Shell, number: signal.Signals) -> None:
    shell.docker.behave(
        'mkdir -p "$output" && echo half > "$output/half"; echo $$ >> "$folder/pids"; echo halfway; sleep 600'
    )
    command = [sys.executable, "-m", "release", "-v", "build", "--offline"]
    with subprocess.Popen(
        command, cwd=shell.repository.folder, env=shell.env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        waiting = {"export halfway\n", "report halfway\n"}
        while waiting:
            line = running.stderr.readline()
            assert line, "it ended by itself"
            waiting.discard(line)
        running.send_signal(number)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    pids = (shell.docker.folder / "pids").read_text().split()
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids), "the engine's client goes on"
    assert "run the same command again to go on" in told
    assert list((shell.repository.folder / "dist").iterdir()) == []


@pytest.fixture
def aws(shell: Shell) -> Iterator[HttpRegistry]:
    """ECR's API and its registry on this machine, named by the environment."""
    api = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    api.start()
    host, port = api.get_host_and_port()
    urllib3.request("POST", f"http://{host}:{port}/moto-api/reset")  # its state is the whole process's
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    client = boto3.client(
        "ecr", "eu-west-1", endpoint_url=f"http://{host}:{port}", aws_access_key_id="x", aws_secret_access_key="x"
    )
    releases = ("app/releases", "app/releases/staging", "app/releases/production")
    with HttpRegistry("app/export", "app/report", *releases) as server:
        for repository in server.repositories:
            client.create_repository(repositoryName=repository, imageTagMutability="IMMUTABLE")
        shell.env.update(keys, RELEASE_REGISTRY=server.host)
        yield server
    api.stop()


def scanned(shell: Shell) -> None:
    """What release scan and release start leave when every archive passes, dated now."""
    dist = shell.repository.folder / "dist"
    config = config_file.parse((shell.repository.folder / "release.toml").read_text())
    now = datetime.now(UTC)
    policy = config.gate
    assert policy is not None
    for archive in dist.glob("*.oci"):
        passed = findings.verdict(image=archive.name.split("-")[0], digest=read_layout(archive).digest, policy=policy)
        record = record_of(passed, time=now, database=now, policy=policy.hash, scanner="trivy", packages=2)
        ScanStore(dist).keep(record, b"{}")
        image, digest = archive.name.split("-")[0], read_layout(archive).digest
        functions = {f"{image.capitalize()}Function": Started(0.5, 40_000_000)}
        StartStore(dist).keep_start(StartRecord(image, digest, 10_000, functions))


def test_what_was_not_scanned_is_not_published(shell: Shell, aws: HttpRegistry) -> None:
    """docs/architecture.md, rule 3: without a policy, and without a scan, nothing is pushed."""
    assert shell.release("build").returncode == 0
    told = shell.release("publish", "--version", "0.1.0")
    assert (told.returncode, "no [gate]" in told.stderr) == (2, True)
    shell.repository.commit(GATED)
    told = shell.release("publish", "--version", "0.1.0")
    assert (told.returncode, "never scanned" in told.stderr, "next: release scan" in told.stderr) == (4, True, True)
    assert not aws.repositories["app/export"].manifests


def test_an_archive_that_is_not_the_one_handed_on_is_not_published(shell: Shell, aws: HttpRegistry) -> None:
    shell.repository.commit(GATED)
    digests = json.loads(shell.release("build", "--json").stdout)["images"]
    handed_on = " ".join(f"{image}={facts['digest']}" for image, facts in digests.items())
    other = handed_on[:-1] + ("0" if handed_on[-1] != "0" else "1")
    scanned(shell)
    told = shell.release("publish", "--version", "0.1.0", "--expect", other)
    assert (told.returncode, "handed on was" in told.stderr) == (6, True), told.stderr
    assert not aws.repositories["app/export"].manifests
    assert shell.release("publish", "--version", "0.1.0", "--expect", handed_on).returncode == 0


def test_a_version_is_published_once_and_never_moves(shell: Shell, aws: HttpRegistry, tmp_path: Path) -> None:
    """faults.md, 13 and 14, from the command line."""
    shell.repository.commit(GATED)
    output = tmp_path / "output"
    missing = shell.release("publish", "--version", "0.1.0")
    assert missing.returncode == 5
    assert "release: next: release build" in missing.stderr
    assert shell.release("build").returncode == 0
    scanned(shell)
    first = shell.release("publish", "--version", "0.1.0", "--json")
    assert first.returncode == 0, first.stderr
    assert all(image["pushed"] for image in json.loads(first.stdout)["images"].values())
    shell.env["GITHUB_OUTPUT"] = str(output)
    again = json.loads(shell.release("publish", "--version", "0.1.0", "--json").stdout)["images"]
    assert [(image["pushed"], image["tags"]) for image in again.values()] == [(False, []), (False, [])]
    assert "version<<" in output.read_text()
    assert len(aws.repositories["app/export"].manifests) == 2, "the image and its bill of materials"
    shell.repository.commit({"README.md": b"# App\n"})
    moved = shell.release("publish", "--version", "0.1.0")
    assert moved.returncode == 6
    assert "a name never moves" in moved.stderr
    assert json.loads(shell.release("history", "staging", "--json").stdout)["deployments"] == []


def test_the_command_starts_from_any_folder(shell: Shell) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "release", "-C", str(shell.repository.folder), "build", "--offline", "--dry-run"],
        cwd="/",
        env={**shell.env, "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8")},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr


@pytest.mark.usefixtures("aws")
def test_the_daily_look_at_a_new_repository_finds_nothing_and_ends_well(shell: Shell) -> None:
    shell.repository.commit(GATED)
    scan = shell.release("scan", "--live", "production")
    assert (scan.returncode, scan.stdout) == (0, "nothing was ever proven in production, so there is nothing to scan\n")
    assert shell.release("status", "--check").returncode == 0


def test_status_fails_on_drift_only_when_it_is_asked_to_check(shell: Shell, aws: HttpRegistry, tmp_path: Path) -> None:
    shell.repository.commit(GATED)
    assert shell.release("build").returncode == 0
    scanned(shell)
    assert shell.release("publish", "--version", "0.1.0").returncode == 0
    url = shell.env["AWS_ENDPOINT_URL"]
    client = boto3.client("ecr", "eu-west-1", endpoint_url=url, aws_access_key_id="x", aws_secret_access_key="x")
    store = EcrStore(Ecr(client, aws.host))
    digest, record = recording.recorded("0.1.0", store, "app/releases")
    made = replace(ledgers.claim(1, "0.1.0", digest), environment="staging", commit=record.commit)
    repository = "app/releases/staging"
    claim = store.put(repository, Content(CLAIM_TYPE, claim_json(made)))
    store.tag(repository, claim, made.tag)
    ended = store.put(repository, Content(OUTCOME_TYPE, outcome_json(ledgers.outcome(claim))))
    store.tag(repository, ended, "staging-1-proven")
    assert shell.release("status", "staging").returncode == 0
    shell.env["GITHUB_STEP_SUMMARY"] = str(tmp_path / "summary")
    told = shell.release("status", "--check")
    assert told.returncode == 6
    assert "release: staging: the ledger has deployments, but there is no stack" in told.stderr
    assert "next: release history staging" in told.stderr
    assert "production" in told.stdout, "the whole table is shown"
    summary = (tmp_path / "summary").read_text()
    assert summary.index("### Refused") < summary.index("### Status")


@pytest.mark.usefixtures("aws")
def test_what_a_first_deployment_would_change_is_told_in_an_empty_folder(shell: Shell, tmp_path: Path) -> None:
    """faults.md, 62."""
    shell.repository.commit(GATED)
    assert shell.release("build").returncode == 0
    scanned(shell)
    assert shell.release("publish", "--version", "0.1.0").returncode == 0
    (tmp_path / "empty").mkdir()
    asked = ("-C", str(tmp_path / "empty"), "diff", "staging", "--project", "app", "--region", "eu-west-1")
    shown = shell.release(*asked)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("staging: nothing is live -> v0.1.0\n")
    told = json.loads(shell.release(*asked, "--json").stdout)
    assert (told["live"], told["version"], told["alarms"]) == (None, "0.1.0", [])
    assert {name: each["is"] for name, each in told["images"].items()} == {"export": "added", "report": "added"}


@pytest.mark.usefixtures("aws")
def test_a_release_is_shown_and_an_empty_folder_with_the_projects_name_is_enough(shell: Shell, tmp_path: Path) -> None:
    """faults.md, 62."""
    shell.repository.commit(GATED)
    assert shell.release("build").returncode == 0
    scanned(shell)
    assert shell.release("publish", "--version", "0.1.0").returncode == 0
    commit = shell.repository.head
    told = json.loads(shell.release("show", "v0.1.0", "--json").stdout)
    assert (told["version"], told["commit"], set(told["images"])) == ("0.1.0", commit, {"export", "report"})
    assert told["names"] == ["0.1.0", f"sha-{commit}"]
    (tmp_path / "empty").mkdir()
    for name in ("0.1.0", commit, told["digest"]):
        asked = ("-C", str(tmp_path / "empty"), "show", name, "--project", "app", "--region", "eu-west-1")
        shown = shell.release(*asked)
        assert shown.returncode == 0, shown.stderr
        assert told["images"]["export"]["digest"] in shown.stdout
        assert "settings: release.toml" not in shown.stderr, "a release is shown without anybody's settings"
    empty = ("-C", str(tmp_path / "empty"))
    history = shell.release(*empty, "history", "production", "--project", "app", "--region", "eu-west-1")
    assert history.stdout == "nothing was ever deployed to production\n", history.stderr
    assert "settings: release.toml of v0.1.0 of app" in history.stderr
    unknown = shell.release(*empty, "rollback", "production", "--project", "apt", "--region", "eu-west-1")
    assert (unknown.returncode, "apt/releases" in unknown.stderr) == (5, True), unknown.stderr
    nowhere = shell.release(*empty, "status", "--project", "app")
    assert nowhere.returncode == 2
    assert "next: name it: --region eu-central-1, or set AWS_REGION" in nowhere.stderr


def test_prefix_alone_in_release_toml_is_followed_and_other_commands_say_what_is_missing(shell: Shell) -> None:
    repository = shell.repository
    repository.tag("release-1.2.0")
    repository.commit({"release.toml": b'[versions]\ntag-prefix = "release-"\n'}, "fix: a bug")
    told = shell.release("version", "--json")
    assert (json.loads(told.stdout)["version"], json.loads(told.stdout)["tag"]) == ("1.2.1", "release-1.2.1")
    assert shell.release("plan").stdout.startswith("1.2.1 (patch)")
    assert shell.release("prepare").returncode == 0
    told = shell.release("build", "--offline")
    assert (told.returncode, "release.toml: project is missing" in told.stderr) == (2, True)


def test_tags_that_are_not_counted_are_named_on_standard_error_and_the_version_alone_on_the_other(shell: Shell) -> None:
    """faults.md, 66"""
    (shell.repository.folder / "release.toml").unlink()
    shell.repository.tag("v1.21.4.1")
    told = shell.release("version")
    assert (told.returncode, told.stdout) == (0, "0.1.0\n")
    assert told.stderr.startswith("release: note: v1.21.4.1 is not counted")
    assert "v1.21.4.1 is not counted" in shell.release("plan").stdout
    assert "v1.21.4.1" in json.loads(shell.release("version", "--json").stdout)["notes"][0]


def test_an_image_over_its_budget_is_exit_code_4_with_the_table_and_stays_built(shell: Shell) -> None:
    text = (FILES["release.toml"] or b"").replace(b"[images.export]\n", b'[images.export]\nmax-size = "1 kB"\n')
    shell.repository.commit({"release.toml": text})
    told = shell.release("build", "--offline")
    assert (told.returncode, "its budget is 1.0 kB" in told.stderr) == (4, True), told.stderr
    assert "raise images.export.max-size in release.toml" in told.stderr
    assert "sha256:" in told.stdout
    again = shell.release("build", "--offline", "--json")
    assert again.returncode == 4
    assert {image["source"] for image in json.loads(again.stdout)["images"].values()} == {"archive"}


def test_a_layer_that_will_not_repeat_is_a_note_and_no_refusal(shell: Shell, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "prepared.oci")
    ociimage.write_image(tmp_path / "prepared.oci", time=1795573800)
    summary = tmp_path / "summary.md"
    shell.env["GITHUB_STEP_SUMMARY"] = str(summary)
    told = shell.release("build", "--offline")
    assert told.returncode == 0
    assert "note: image export, layer 2 (COPY . /) does not repeat: app.py holds a time of this build" in told.stdout
    assert "does not repeat" in summary.read_text()


def test_a_release_is_built_again_and_compared(shell: Shell, aws: HttpRegistry, tmp_path: Path) -> None:
    shell.repository.commit(GATED)
    assert shell.release("build").returncode == 0
    scanned(shell)
    assert shell.release("publish", "--version", "0.1.0").returncode == 0
    dist = sorted(path.name for path in (shell.repository.folder / "dist").iterdir())
    shell.repository.commit({"README.md": b"# a later commit\n"})
    told = shell.release("build", "--verify", "0.1.0", "--json")
    assert told.returncode == 0, told.stderr
    assert "--no-cache" in shell.docker.arguments
    assert [image["same"] for image in json.loads(told.stdout)["images"].values()] == [True, True]
    shutil.rmtree(tmp_path / "prepared.oci")
    ociimage.write_image(tmp_path / "prepared.oci", {"app.py": b"print(2)"})
    other = shell.release("build", "--verify", "0.1.0")
    assert other.returncode == 6
    assert "v0.1.0 is not what its commit gives here: export differs in layer 2 (COPY . /)" in other.stderr
    assert "layer 2 (COPY . /)" in other.stdout
    assert sorted(path.name for path in (shell.repository.folder / "dist").iterdir()) == dist
    assert shell.release("build", "--verify", "0.9.0").returncode == 5
    assert shell.release("build", "--verify", "0.1.0", "--offline").returncode == 2
    assert len(aws.repositories["app/export"].manifests) == 2, "the image and its bill of materials"


NASTY = "fix(\x1b[31m): \u202e<b>##[group] ::error::x \x9b2J (#1)"
FOOTER = "\n\nRelease-As: 1\x1b[2J\n\n::stop-commands::x\n::warning title=spoof::well\n"


@pytest.mark.parametrize("command", ["plan", "version", "version --json", "changelog --authors", "prepare"])
@pytest.mark.parametrize("footer", ["", FOOTER], ids=["answered", "refused"])
def test_what_git_says_reaches_log_summary_and_outputs_as_harmless_lines(
    shell: Shell, command: str, footer: str
) -> None:
    """faults.md, 67"""
    (shell.repository.folder / "release.toml").unlink()
    shell.repository.tag("v1.0.0")
    shell.repository.tag("release-1.0.0\u202e\u2028x")
    shell.repository.commit({"a": b"1"}, f"{NASTY}\n\nBREAKING CHANGES: \x1b]0;x\x07{footer}")
    files = {name: shell.repository.folder.parent / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    shell.env |= {name: str(path) for name, path in files.items()} | {"GITHUB_ACTIONS": "true"}
    told = shell.release(*command.split())
    assert told.returncode == (2 if footer else 0), told.stderr
    written = "".join(path.read_text() for path in files.values() if path.exists())
    shown = told.stdout + told.stderr + written
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")]
    assert "##[" not in shown
    commands = [row for row in shown.splitlines() if row.lstrip().startswith("::")]
    assert [row[:41] for row in commands] == (["::error::the footer 'Release-As: 1\\x1b[2J"] if footer else [])
