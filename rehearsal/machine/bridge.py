"""The network bridge of an engine we start: an interface of its own, made and removed through the kernel's own calls.

The machine may lack iproute2, and the engine's default ``docker0`` would stay behind and collide with another engine's.
Source: netdevice(7), and the bridge calls of linux/sockios.h.
"""

from __future__ import annotations

import errno
import fcntl
import ipaddress
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from release.errors import MachineError

SIOCBRADDBR, SIOCBRDELBR = 0x89A0, 0x89A1
SIOCSIFADDR, SIOCSIFNETMASK = 0x8916, 0x891C
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1

TURN = "\0lambda-image-release/bridges"
TURN_SECONDS = 60.0


@contextmanager
def turn(name: str = TURN, *, wait: float = TURN_SECONDS) -> Iterator[None]:
    """Hold the machine's one turn to change bridges: two engines that start at once must not choose the same network.

    The lock is an abstract socket address (unix(7)): it belongs to one process of a network namespace, is given back
    however that process ends, and leaves no file.

    Raises MachineError after ``wait`` seconds.
    """
    deadline = time.monotonic() + wait
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as held:
        while True:
            try:
                held.bind(name)
                break
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            if time.monotonic() > deadline:
                raise MachineError(
                    f"another run has been changing the machine's bridges for {wait:.0f} s",
                    untouched="everything",
                    next_step="wait for the other run, or end it, and run the command again",
                )
            time.sleep(0.05)
        yield


def routes(table: str) -> list[ipaddress.IPv4Network]:
    """The networks in the text of /proc/net/route, whose numbers are little-endian hex."""
    networks = []
    for line in table.splitlines()[1:]:
        fields = line.split()
        address, mask = (socket.inet_ntoa(struct.pack("<L", int(fields[at], 16))) for at in (1, 7))
        networks.append(ipaddress.IPv4Network(f"{address}/{mask}", strict=False))
    return [network for network in networks if network.prefixlen > 0]


def free_network(taken: list[ipaddress.IPv4Network]) -> ipaddress.IPv4Network:
    """A private /24 that no route leads to. Raises MachineError when there is none."""
    for second in range(31, 15, -1):
        for third in (97, 197):
            candidate = ipaddress.IPv4Network(f"172.{second}.{third}.0/24")
            if not any(candidate.overlaps(network) for network in taken):
                return candidate
    raise MachineError(
        "no free private network for the engine's bridge",
        untouched="everything",
        next_step="free a network in 172.16.0.0/12, or start a container engine yourself",
    )


def is_local(address: str) -> bool:
    """Whether this machine can listen on ``address``."""
    if not address:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def create(name: str) -> str:
    """Make the bridge ``name`` (at most 15 characters) and bring it up; its address. The caller has the ``turn``.

    Raises MachineError when the kernel refuses.
    """
    remove(name)
    network = free_network(routes(Path("/proc/net/route").read_text()))
    address, mask = str(network[1]), str(network.netmask)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            fcntl.ioctl(control, SIOCBRADDBR, name.encode() + b"\0")
            fcntl.ioctl(control, SIOCSIFADDR, _request(name, _sockaddr(address)))
            fcntl.ioctl(control, SIOCSIFNETMASK, _request(name, _sockaddr(mask)))
            _set_up(control, name, up=True)
    except OSError as error:
        remove(name)
        raise MachineError(
            f"the bridge {name} cannot be made: {error.strerror}",
            untouched="the machine's network",
            next_step="run as root on a kernel with bridges, or start a container engine yourself",
        ) from error
    return address


def remove(name: str) -> None:
    """Remove the bridge ``name``; nothing happens when there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control, suppress(OSError):
        _set_up(control, name, up=False)
        fcntl.ioctl(control, SIOCBRDELBR, name.encode() + b"\0")


def _set_up(control: socket.socket, name: str, *, up: bool) -> None:
    answer = fcntl.ioctl(control, SIOCGIFFLAGS, _request(name, b""))
    (flags,) = struct.unpack_from("H", answer, 16)
    flags = flags | IFF_UP if up else flags & ~IFF_UP
    fcntl.ioctl(control, SIOCSIFFLAGS, _request(name, struct.pack("H", flags)))


def _request(name: str, value: bytes) -> bytes:
    return struct.pack("16s24s", name.encode(), value)


def _sockaddr(address: str) -> bytes:
    return struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))
