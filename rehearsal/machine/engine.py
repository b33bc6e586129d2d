"""A container engine with buildx: the machine's where one answers, else one of our own.

Asked is whether an engine answers, never whether a command exists: a machine can have the client alone. An engine of
our own belongs to the cache folder; runs that share the folder share the engine, and the last one out stops it.
"""

from __future__ import annotations

import fcntl
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

from rehearsal.machine import own_engine
from rehearsal.machine.engine_handle import EngineHandle, find
from release.adapters.toolbox import Cache, Progress
from release.errors import MachineError


@contextmanager
def engine(cache: Cache, progress: Progress) -> Iterator[EngineHandle]:
    """An engine for the time of the ``with`` block, and longer where :func:`keep` is called in it.

    Raises:
        MachineError: there is none and none can be started.
    """
    found = find(os.environ)
    if found is not None:
        progress(f"container engine {found.version}")
        yield found
        return
    _require_own_possible()
    with _user_of(cache) as users:
        with cache.lock("engine", busy=progress):
            running = own_engine.start(cache, progress)
        try:
            yield EngineHandle(running.env, running.docker, True, running.version, "default", running.gateway)
        finally:
            with cache.lock("engine"):
                if _last(users) and not own_engine.kept(cache):
                    own_engine.stop(cache)


def keep(cache: Cache, handle: EngineHandle) -> None:
    """Leave an engine of our own running when its runs have ended; ``stop_kept`` ends it."""
    if handle.started:
        own_engine.keep(cache)


def stop_kept(cache: Cache) -> bool:
    """Stop the engine that a run left with ``keep``; False when another run uses it. None running is no error."""
    with _user_of(cache) as users, cache.lock("engine"):
        own_engine.unkeep(cache)
        if not _last(users):
            return False
        own_engine.stop(cache)
        return True


def _require_own_possible() -> None:
    remedy = "start Docker Desktop, or install and start Docker, then run the command again"
    if platform.system() != "Linux":
        raise MachineError("no container engine answers", untouched="everything", next_step=remedy)
    if os.geteuid() != 0:
        raise MachineError(
            "no container engine answers, and one of our own needs root", untouched="everything", next_step=remedy
        )


@contextmanager
def _user_of(cache: Cache) -> Iterator[int]:
    """Counts this run among the engine's users; the kernel forgets it when the process ends, however it ends."""
    path = cache.folder("locks") / "engine-users.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield descriptor
    finally:
        os.close(descriptor)


def _last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
