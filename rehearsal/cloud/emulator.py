"""The emulated AWS (ministack): one process on one port, run from its own virtual environment.

It listens on loopback, and on the engine's bridge because the Lambda containers call it there; nowhere else. Its state
is in memory, its files in a folder of the run, so that stopping it leaves nothing. Where it differs from AWS in what
templates ask for, ``inside/bridged`` takes the place of its parts.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import urllib3

from rehearsal.cloud.listeners import listening
from rehearsal.machine.engine_handle import EngineHandle
from release.adapters import process
from release.adapters.toolbox import Venv
from release.errors import MachineError, RemoteError

REGION = "eu-west-1"
ACCOUNT = "000000000000"  # ministack's default account
READY_SECONDS = 60.0
INSIDE = Path(__file__).with_name("inside")  # what runs in its process
INSTANCE_LABEL = "ministack.instance"  # on every container ministack starts: host name and port


@dataclass(frozen=True)
class Emulator:
    """A running emulator.

    Attributes:
        port: on loopback (and on the engine's bridge).
        pid: of its one process, which leads a process group of its own.
        log: what it prints.
        gateway: the engine's address of this machine, where there is one.
    """

    port: int
    pid: int
    log: Path
    gateway: str = ""

    @property
    def endpoint(self) -> str:
        """Base URL of every AWS service, for clients on this machine."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def registry(self) -> str:
        """``host:port`` of the registry as image references name it; engines take plain HTTP from localhost only."""
        return f"localhost:{self.port}"

    @property
    def container_endpoint(self) -> str:
        """The same for code inside a Lambda container; an address that is good on both sides where there is one."""
        return f"http://{self.gateway or 'host.docker.internal'}:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """What an AWS client or sam needs in its environment; the credentials open nothing."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",  # seconds; the default of 5 is kind to AWS and idle here
        }


@contextmanager
def emulator(
    venv: Venv,
    engine: EngineHandle,
    folder: Path,
    *,
    port: int | None = None,
    runtimes: Path | None = None,
    images: Mapping[str, str] | None = None,
) -> Iterator[Emulator]:
    """An emulated AWS for the time of the ``with`` block: see :func:`start`."""
    running = start(venv, engine, folder, port=port, runtimes=runtimes, images=images)
    try:
        yield running
    finally:
        stop(running, engine)


def start(
    venv: Venv,
    engine: EngineHandle,
    folder: Path,
    *,
    port: int | None = None,
    runtimes: Path | None = None,
    images: Mapping[str, str] | None = None,
) -> Emulator:
    """Start it and wait until it answers; :func:`stop` ends it.

    Args:
        folder: for its files and log; emptied by nobody but its owner.
        port: None takes a free one.
        runtimes: the folder with the runtime interface emulators (:func:`runtime_emulators`); without it only images
            that bring their own can be invoked.
        images: runtime of ZIP functions -> the engine's image that they run on; others run on AWS's own.

    Raises:
        MachineError: the port is taken, or it does not come up.
    """
    addresses = ["127.0.0.1", *([engine.gateway] if engine.gateway else [])]
    log = folder / "emulator.log"
    with listening(addresses, port) as sockets:
        for part in ("tmp", "state", "s3"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        chosen, descriptors = int(sockets[0].getsockname()[1]), [each.fileno() for each in sockets]
        # its own command listens on one address; the server below it takes several
        command: list[str | Path] = [venv.python, "-m", "hypercorn", "bridged.app:app"]
        command += ["--workers", "0", "--keep-alive", "75"]
        command += [word for number in descriptors for word in ("--bind", f"fd://{number}")]
        env = _environment(engine, folder, chosen) | {"BRIDGED_RUNTIMES": json.dumps(dict(images or {}))}
        env |= {"BRIDGED_RUNTIME_EMULATORS": str(runtimes)} if runtimes else {}
        background = process.spawn(command, log_file=log, env=env, cwd=folder, descriptors=descriptors)
    running = Emulator(chosen, background.pid, log, engine.gateway)
    try:
        _wait(running)
    except BaseException:
        stop(running, engine)
        raise
    return running


def stop(running: Emulator, engine: EngineHandle) -> None:
    """End it and remove the containers it started. One that ended already is no error."""
    process.stop(running.pid, grace=15)
    label = f"label={INSTANCE_LABEL}={instance(running.port)}"
    with suppress(RemoteError):  # an engine that is gone has no containers left
        if names := engine.run("ps", "--all", "--quiet", "--filter", label).split():
            engine.run("rm", "--force", "--volumes", *names)


def runtime_emulators(sam: Venv) -> Path:
    """The folder with AWS's runtime interface emulator for each architecture, which the SAM command brings."""
    return sam.site_packages / "samcli" / "local" / "rapid"


def instance(port: int) -> str:
    """The value of ministack's instance label."""
    return f"{socket.gethostname()}:{port}"


def _environment(engine: EngineHandle, folder: Path, port: int) -> dict[str, str]:
    """Only what it needs: the person's own AWS settings and proxies stay out of it."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(INSIDE),
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "LAMBDA_EXECUTOR": "docker",
        # Reached on the engine's own network: published ports would be numbered alike by every engine of this machine.
        **({"LAMBDA_DOCKER_NETWORK": "bridge"} if engine.gateway else {}),
        # What functions call, and so what is in the addresses that they sign: good on this machine too.
        **({"AWS_ENDPOINT_URL": f"http://{engine.gateway}:{port}"} if engine.gateway else {}),
        "LAMBDA_STRICT": "1",
        "PERSIST_STATE": "0",
        "IOT_MTLS_ENABLED": "0",  # would listen on every interface
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        **engine.env,
    }


def _wait(running: Emulator) -> None:
    http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=5))
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.alive(running.pid):
        with suppress(urllib3.exceptions.HTTPError):
            if http.request("GET", f"{running.endpoint}/_ministack/health").status == 200:
                return
        time.sleep(0.1)
    tail = "\n".join(running.log.read_text(errors="replace").splitlines()[-5:])
    raise MachineError(
        f"the emulated AWS did not come up:\n{tail}", untouched="everything", next_step="run the command again"
    )
