"""Starting and stopping the emulated AWS, with a stand-in for its interpreter."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from rehearsal.cloud.emulator import Emulator, emulator, start
from rehearsal.machine.engine_handle import EngineHandle
from release.adapters import process
from release.adapters.toolbox import Venv
from release.errors import MachineError

SERVER = """
import http.server, os, socket, sys
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/_ministack/health" else 404)
        self.end_headers()
    def log_message(self, *arguments): pass
print(*sys.argv[1:])
print(sorted(name for name in os.environ if name.startswith("AWS_")), flush=True)
server = http.server.HTTPServer(("127.0.0.1", 0), Health, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[sys.argv.index("--bind") + 1].removeprefix("fd://")))
server.serve_forever()
"""


def venv(folder: Path, program: str) -> Venv:
    """An environment whose interpreter runs ``program`` whatever module it is asked for."""
    (folder / "bin").mkdir(parents=True)
    (folder / "program.py").write_text(program)
    (folder / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder}/program.py" "$@"\n')
    (folder / "bin" / "python").chmod(0o755)
    return Venv(folder)


@pytest.fixture
def engine(tmp_path: Path) -> EngineHandle:
    """An engine with two containers of the emulator on port 4566; it writes down what it is asked."""
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\necho "$*" >> "{tmp_path}/calls"\n[ "$1" = ps ] && echo "one two" || true\n')
    docker.chmod(0o755)
    return EngineHandle({"DOCKER_HOST": "unix:///x"}, docker, True, "26.1.5", "default", "")


def test_it_runs_for_the_time_of_the_block_and_its_containers_go_with_it(tmp_path: Path, engine: EngineHandle) -> None:
    with emulator(venv(tmp_path / "venv", SERVER), engine, tmp_path / "run") as aws:
        assert process.alive(aws.pid)
        assert "--bind fd://" in aws.log.read_text()
    assert not process.alive(aws.pid)
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == [
        f"ps --all --quiet --filter label=ministack.instance={socket.gethostname()}:{aws.port}",
        "rm --force --volumes one two",
    ]


def test_a_persons_own_aws_settings_do_not_reach_it(
    tmp_path: Path, engine: EngineHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "the-real-thing")
    with emulator(venv(tmp_path / "venv", SERVER), engine, tmp_path / "run") as aws:
        assert aws.log.read_text().splitlines()[-1] == "['AWS_DEFAULT_REGION']"


def test_a_port_in_use_is_refused_before_anything_starts(tmp_path: Path, engine: EngineHandle) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(MachineError, match=f"port {port} is in use"):
            start(venv(tmp_path / "venv", "raise SystemExit(9)"), engine, tmp_path / "run", port=port)
    assert not (tmp_path / "run").exists()


def test_one_that_ends_at_once_is_refused_with_its_last_words(tmp_path: Path, engine: EngineHandle) -> None:
    with pytest.raises(MachineError, match="No module named ministack"):
        start(venv(tmp_path / "venv", "raise SystemExit('No module named ministack')"), engine, tmp_path / "run")


def test_addresses_differ_for_this_machine_the_engine_and_its_containers() -> None:
    aws = Emulator(4566, 1, Path("log"))
    assert aws.endpoint == "http://127.0.0.1:4566"
    assert aws.registry == "localhost:4566"
    assert aws.container_endpoint == "http://host.docker.internal:4566"
    assert Emulator(4566, 1, Path("log"), "172.31.97.1").container_endpoint == "http://172.31.97.1:4566"
    assert aws.env["AWS_ENDPOINT_URL"] == aws.endpoint
