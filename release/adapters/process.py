"""The only module that starts processes.

Every command is echoed as ``+ cmd`` on the log, never goes through a shell, and always has a time limit, so a tool that
hangs becomes an error with a name instead of a job that runs into GitHub's six hours.
"""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from release.errors import MachineError, RemoteError

log = logging.getLogger("release.process")

#: The children in the background: only their parent can wait for them.
_outliving: dict[int, subprocess.Popen[bytes]] = {}
#: The children that some thread waits for.
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class ProcessResult:
    """What a finished process left. Bytes of ``stdout`` that are no UTF-8 are escaped as surrogates."""

    code: int
    stdout: str
    stderr: str


def find(tool: str, *, remedy: str, path: str | None = None) -> Path:
    """The executable ``tool`` on PATH (or on ``path``).

    Raises:
        MachineError: it is not there; ``remedy`` says how to get it.
    """
    found = shutil.which(tool, path=path)
    if found is None:
        raise MachineError(f"{tool} is not on this machine", untouched="everything", next_step=remedy)
    return Path(found)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    timeout: float = 600,
    check: bool = True,
    on_line: Callable[[str], None] | None = None,
    stdout: BinaryIO | None = None,
) -> ProcessResult:
    """Run ``command`` to its end and return its output.

    Args:
        env: the whole environment; ``None`` inherits this process's.
        stdin: bytes to feed; without it the process reads nothing, so it can never wait for a person.
        timeout: seconds; then the whole process group is killed.
        check: raise when the exit code is not 0.
        on_line: called with each line of combined output as it comes; stdout then holds both streams.
        stdout: an open file that takes the standard output, which may be larger than memory; the result's is then "".

    Raises:
        MachineError: the executable or the folder does not exist, or may not be used.
        RemoteError: exit code not 0 (with ``check``), or the time limit.
    """
    argv = [str(part) for part in command]
    log.debug("+ %s", shlex.join(argv))
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE if stdout is None else stdout,
            stderr=subprocess.STDOUT if on_line else subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise MachineError(
            f"{argv[0]} cannot be started: {error.strerror} ({error.filename})",
            untouched="everything",
            next_step="install it, then run the same command again",
        ) from error
    _running.add(process)
    with process:
        try:
            if on_line:
                out, err = _stream(process, timeout, on_line), b""
            else:
                out, err = process.communicate(input=stdin, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            _kill_group(process)
            raise RemoteError(f"{Path(argv[0]).name} did not finish within {timeout:.0f} s") from error
        except BaseException:
            _kill_group(process)
            raise
        finally:
            _running.discard(process)
    result = ProcessResult(
        process.returncode, (out or b"").decode(errors="surrogateescape"), err.decode(errors="replace")
    )
    return checked(argv[0], result) if check else result


def checked(tool: str, result: ProcessResult) -> ProcessResult:
    """``result`` when its exit code is 0. Raises RemoteError with the end of what ``tool`` said."""
    if result.code != 0:
        tail = "\n".join((result.stderr or result.stdout).strip().splitlines()[-15:])
        raise RemoteError(f"{Path(tool).name} failed with exit code {result.code}:\n{tail}")
    return result


@contextmanager
def ended_together() -> Iterator[None]:
    """Whatever is raised in this block ends every process that :func:`run` has started meanwhile, in any thread.

    An interruption reaches the main thread alone; without this the others would wait for their processes to their end.
    """
    before = set(_running)
    try:
        yield
    except BaseException:
        for process in _running - before:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        raise


def _stream(process: subprocess.Popen[bytes], timeout: float, on_line: Callable[[str], None]) -> bytes:
    """Everything the process printed, given on line by line. Raises TimeoutExpired, the process being ended then."""

    expired = threading.Event()

    def expire() -> None:
        expired.set()
        _kill_group(process)

    timer = threading.Timer(timeout, expire)
    timer.daemon = True
    timer.start()
    lines = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            on_line(line.decode(errors="replace").rstrip("\r\n"))
        process.wait()
    finally:
        timer.cancel()
    if expired.is_set():
        raise subprocess.TimeoutExpired(process.args, timeout)
    return b"".join(lines)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@dataclass(frozen=True)
class Background:
    """A process of ours that goes on in the background (an engine, an emulator)."""

    pid: int
    log: Path


def spawn(
    command: Sequence[str | Path],
    *,
    log_file: Path,
    env: Mapping[str, str],
    cwd: Path | None = None,
    descriptors: Sequence[int] = (),
) -> Background:
    """Start ``command`` in a session of its own, its output appended to ``log_file``.

    Args:
        descriptors: open files that it inherits under the same numbers, a listening socket for example.
    """
    argv = [str(part) for part in command]
    log.debug("+ %s &", shlex.join(argv))
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as sink:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
            pass_fds=descriptors,
        )
    _outliving[process.pid] = process
    return Background(process.pid, log_file)


def alive(pid: int) -> bool:
    """Whether a process with this id runs; one that ended and was not waited for does not."""
    if (child := _outliving.get(pid)) is not None:
        return child.poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return not Path("/proc/self").exists()
    return state != "Z"


def stop(pid: int, *, grace: float) -> None:
    """Ask a process to end, and after ``grace`` seconds end it and its group. One that ended already is no error.

    Raises MachineError when it does not end even then.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            if number is signal.SIGKILL:
                os.killpg(pid, number)
            os.kill(pid, number)
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline:
            if not alive(pid):
                return
            time.sleep(0.05)
    raise MachineError(f"process {pid} does not end", next_step=f"look at /proc/{pid}/stack, or restart the machine")
