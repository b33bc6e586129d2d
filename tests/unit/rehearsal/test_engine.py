"""Finding an engine, and what is done about one of our own that was left in any state."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

import pytest

from rehearsal.machine import bridge, debian, own_engine
from rehearsal.machine.bridge import is_local
from rehearsal.machine.engine_handle import BUILDER, EngineHandle, builder_for, ensure_builder, find
from rehearsal.machine.engine_state import processes_of
from release.adapters.toolbox import Cache
from release.errors import MachineError, RemoteError

ANSWERS = {
    "version": "27.3.1",
    "buildx": "github.com/docker/buildx v0.17.1",
    "context": "unix:///home/somebody/.docker/run/docker.sock",
    "info": '[["driver-type","io.containerd.snapshotter.v1"]]',
    "network": "127.0.0.1",
}


def client(folder: Path, answers: dict[str, str]) -> dict[str, str]:
    """A docker client that knows these subcommands and refuses all others; the environment to find it by."""
    cases = "".join(f"{name}) printf '%s\\n' '{text}' ;;\n" for name, text in answers.items())
    script = folder / "docker"
    script.write_text(f'#!/bin/sh\necho "$*" >> "{folder}/calls"\ncase "$1" in\n{cases}*) exit 1 ;;\nesac\n')
    script.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def handle(folder: Path, answers: dict[str, str], *, builder: str = "default", started: bool = False) -> EngineHandle:
    client(folder, answers)
    return EngineHandle({}, folder / "docker", started, "27.3.1", builder, "")


def without(*names: str) -> dict[str, str]:
    return {name: text for name, text in ANSWERS.items() if name not in names}


def test_no_client_is_no_engine(tmp_path: Path) -> None:
    assert find({"PATH": str(tmp_path)}) is None


def test_a_client_without_a_server_is_no_engine(tmp_path: Path) -> None:
    assert find(client(tmp_path, without("version"))) is None


def test_an_engine_without_buildx_is_refused_with_the_plugin_to_install(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="has no buildx") as refusal:
        find(client(tmp_path, without("buildx")))
    assert "buildx" in refusal.value.next_step


def test_the_machines_engine_is_found_by_the_clients_context(tmp_path: Path) -> None:
    found = find(client(tmp_path, ANSWERS))
    assert found == EngineHandle(
        env={"DOCKER_HOST": "unix:///home/somebody/.docker/run/docker.sock"},
        docker=tmp_path / "docker",
        started=False,
        version="27.3.1",
        builder="default",
        gateway="127.0.0.1",
    )


def test_docker_host_wins_over_the_context(tmp_path: Path) -> None:
    found = find({**client(tmp_path, ANSWERS), "DOCKER_HOST": "tcp://127.0.0.1:2375"})
    assert found is not None
    assert found.env == {"DOCKER_HOST": "tcp://127.0.0.1:2375"}


def test_a_gateway_inside_a_virtual_machine_is_none_of_this_machine(tmp_path: Path) -> None:
    found = find(client(tmp_path, {**ANSWERS, "network": "192.0.2.77"}))
    assert found is not None
    assert found.gateway == ""


@pytest.mark.parametrize(
    ("version", "containerd_store", "builder"),
    [
        ("26.1.5+dfsg1", True, "default"),
        ("29.0.0", True, "default"),
        ("25.0.3", True, BUILDER),
        ("29.0.0", False, BUILDER),
        ("dev", True, BUILDER),
    ],
)
def test_the_engines_own_builder_is_used_only_where_it_can_rewrite_timestamps(
    version: str, containerd_store: bool, builder: str
) -> None:
    assert builder_for(version, containerd_store=containerd_store) == builder


def test_the_default_builder_needs_no_step(tmp_path: Path) -> None:
    ensure_builder(handle(tmp_path, ANSWERS))
    assert not (tmp_path / "calls").exists()


def test_a_builder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RemoteError):
        ensure_builder(handle(tmp_path, without("buildx"), builder=BUILDER))
    assert "buildx create --name lambda-image-release" in (tmp_path / "calls").read_text()


def test_an_engine_that_died_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="stopped answering") as refusal:
        handle(tmp_path, without("version")).require()
    assert "start Docker" in refusal.value.next_step
    handle(tmp_path, ANSWERS).require()


def test_an_engine_of_ours_that_died_is_started_again_by_the_next_run(tmp_path: Path) -> None:
    with pytest.raises(MachineError) as refusal:
        handle(tmp_path, without("version"), started=True).require()
    assert refusal.value.next_step == "run the command again"


def test_an_address_of_another_machine_is_not_local() -> None:
    assert is_local("127.0.0.1")
    assert not is_local("192.0.2.77")
    assert not is_local("")


def test_processes_of_an_engine_are_those_whose_command_line_names_its_state_folder(tmp_path: Path) -> None:
    state = tmp_path / "state"
    commands = {
        "11": ["dockerd", "--config-file", f"{state}/daemon.json"],
        "12": ["containerd-shim-runc-v2", "-address", f"{state}/exec/containerd/containerd.sock"],
        "13": ["dockerd", "--config-file", f"{state}-of-another/daemon.json"],
        "14": ["vi", "notes"],
        "self": [f"{state}/daemon.json"],
        str(os.getpid()): [f"{state}/daemon.json"],
    }
    for pid, arguments in commands.items():
        (tmp_path / "proc" / pid).mkdir(parents=True)
        (tmp_path / "proc" / pid / "cmdline").write_bytes("\0".join(arguments).encode())
    assert processes_of(state, tmp_path / "proc") == [11, 12]


def test_stopping_an_engine_that_never_ran_is_no_error(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    own_engine.stop(cache)
    assert not own_engine.kept(cache)


def test_a_full_disk_is_refused_before_the_engine_starts() -> None:
    with pytest.raises(MachineError, match=r"1\.9 GB are free at /cache; a container engine needs 2 GB") as refusal:
        own_engine.require_space(Path("/cache"), 1_900_000_000)
    assert "RELEASE_CACHE" in refusal.value.next_step
    own_engine.require_space(Path("/cache"), 2_000_000_000)


DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n'


@pytest.mark.parametrize(
    ("os_release", "suite"),
    [
        (DEBIAN, "bookworm"),
        (DEBIAN.replace("bookworm", "trixie"), "trixie"),
        ("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n", None),
        ("ID=debian\n", None),
        ("", None),
    ],
)
def test_only_debian_has_a_suite(os_release: str, suite: str | None) -> None:
    assert debian.codename(os_release) == suite


TARGETS = "http://one/debian\tbookworm-updates\tmain\nhttp://two/debian/\tbookworm\tcontrib\nhttp://three/debian/\tbookworm\tmain\n"


def test_the_mirror_is_the_one_that_serves_the_machines_suite() -> None:
    assert debian.choose_mirror(TARGETS, "bookworm") == debian.Mirror("http://three/debian", "bookworm")


def test_a_suite_that_no_source_serves_has_no_mirror() -> None:
    assert debian.choose_mirror(TARGETS, "trixie") is None
    assert debian.choose_mirror("", "bookworm") is None


def test_a_machine_that_is_no_debian_is_refused(tmp_path: Path) -> None:
    (tmp_path / "os-release").write_text("ID=fedora\n")
    with pytest.raises(MachineError, match="not a Debian machine"):
        debian.machine_mirror(tmp_path / "os-release")


ROUTES = (
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n"
    "docker0\t00611FAC\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"
)


def test_routes_are_read_without_the_default_route() -> None:
    assert bridge.routes(ROUTES) == [ipaddress.IPv4Network("172.31.97.0/24")]


def test_the_bridge_gets_a_network_that_no_route_leads_to() -> None:
    assert bridge.free_network([]) == ipaddress.IPv4Network("172.31.97.0/24")
    assert bridge.free_network(bridge.routes(ROUTES)) == ipaddress.IPv4Network("172.31.197.0/24")
    assert bridge.free_network([ipaddress.IPv4Network("172.31.0.0/16")]) == ipaddress.IPv4Network("172.30.97.0/24")


def test_a_machine_whose_private_networks_are_all_taken_is_refused() -> None:
    with pytest.raises(MachineError, match="no free private network"):
        bridge.free_network([ipaddress.IPv4Network("172.16.0.0/12")])
