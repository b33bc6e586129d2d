"""Ports that are held from the moment they are chosen."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from rehearsal.cloud.listeners import listening
from release.errors import MachineError


def test_what_calls_before_a_server_runs_is_kept_waiting_and_not_refused() -> None:
    with listening(["127.0.0.1"]) as (opened,), socket.create_connection(opened.getsockname(), timeout=5) as call:
        accepted, peer = opened.accept()
        accepted.close()
        assert peer == call.getsockname()


def test_all_addresses_have_one_port() -> None:
    with listening(["127.0.0.1", "127.0.0.2"]) as opened:
        first, second = (each.getsockname() for each in opened)
    assert (first[0], second[0]) == ("127.0.0.1", "127.0.0.2")
    assert first[1] == second[1]


def test_many_at_once_never_share_a_port() -> None:
    with ExitStack() as stack:
        ports = [stack.enter_context(listening(["127.0.0.1"]))[0].getsockname()[1] for _ in range(200)]
    assert len(set(ports)) == 200


def test_a_port_in_use_on_the_second_address_is_named_with_it() -> None:
    with listening(["127.0.0.2"]) as (taken,):
        port = taken.getsockname()[1]
        with (
            pytest.raises(MachineError, match=rf"port {port} is in use on 127\.0\.0\.2"),
            listening(["127.0.0.1", "127.0.0.2"], port),
        ):
            raise AssertionError("listens where somebody else does")


def test_an_address_of_another_machine_is_not_taken_for_a_lack_of_ports() -> None:
    with pytest.raises(MachineError, match=r"cannot listen on 192\.0\.2\.77: Cannot assign"), listening(["192.0.2.77"]):
        raise AssertionError("listens on an address of somebody else")


def test_the_port_is_free_again_afterwards() -> None:
    with listening(["127.0.0.1"]) as (opened,):
        port = opened.getsockname()[1]
    with listening(["127.0.0.1"], port) as (again,):
        assert again.getsockname()[1] == port
