"""Listening sockets, opened here and handed to a server: no other process can take the port meanwhile."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from release.errors import MachineError

ATTEMPTS = 20
BACKLOG = 100


@contextmanager
def listening(addresses: Sequence[str], port: int | None = None) -> Iterator[list[socket.socket]]:
    """One socket for each of ``addresses``, all on one port, closed here at the end of the block.

    Args:
        port: None takes a free one.

    Raises:
        MachineError: ``port`` is taken, one of the addresses is not this machine's, or no port is free on all of them.
    """
    for _ in range(ATTEMPTS):
        with ExitStack() as opened:
            try:
                sockets = _open(addresses, port, opened)
            except _InUse as error:
                if port is None:
                    continue
                raise MachineError(
                    f"port {port} is in use on {error}",
                    untouched="everything",
                    next_step="end what listens there, or choose another port",
                ) from error
            yield sockets
            return
    raise MachineError(
        f"no port is free on {' and '.join(addresses)}", untouched="everything", next_step="run the command again"
    )


class _InUse(Exception):  # noqa: N818 - a try that failed; the message is the address
    pass


def _open(addresses: Sequence[str], port: int | None, opened: ExitStack) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    for address in addresses:
        sockets.append(opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM)))
        sockets[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was left a moment ago is free
        wanted = sockets[0].getsockname()[1] if len(sockets) > 1 else port or 0
        try:
            sockets[-1].bind((address, wanted))
            sockets[-1].listen(
                BACKLOG
            )  # Linux refuses a second listener here, not at bind, when both reuse the address
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise _InUse(address) from error
            raise MachineError(
                f"this machine cannot listen on {address}: {error.strerror}",
                untouched="everything",
                next_step="run the command again; where it stays so, stop the container engine and start it anew",
            ) from error
    return sockets
