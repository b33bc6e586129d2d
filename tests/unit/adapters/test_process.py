"""Processes, real ones: output, exit codes, the time limit, and nothing that waits for a person."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

import pytest

from release.adapters import process
from release.errors import MachineError, RemoteError

PYTHON = sys.executable


def test_both_streams_and_the_exit_code_are_kept_apart() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    result = process.run([PYTHON, "-c", code], check=False)
    assert (result.code, result.stdout, result.stderr) == (3, "out\n", "err\n")


def test_a_failure_names_the_tool_its_exit_code_and_the_end_of_its_output() -> None:
    code = "import sys; [print('line', n, file=sys.stderr) for n in range(40)]; sys.exit(2)"
    with pytest.raises(RemoteError, match=f"{Path(PYTHON).name} failed with exit code 2") as caught:
        process.run([PYTHON, "-c", code])
    assert "line 39" in caught.value.message
    assert "line 20" not in caught.value.message


def test_a_tool_that_is_not_there_is_the_machine_s_problem(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot be started: No such file") as caught:
        process.run([tmp_path / "no-such-tool"])
    assert caught.value.next_step
    with pytest.raises(MachineError, match="no-such-tool is not on this machine") as caught:
        process.find("no-such-tool", remedy="install it", path=str(tmp_path))
    assert caught.value.next_step == "install it"


def test_a_file_that_may_not_be_run_is_the_machine_s_problem(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    with pytest.raises(MachineError, match="cannot be started: Permission denied"):
        process.run([tmp_path / "tool"])


def test_a_tool_is_found_on_the_given_path(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    (tmp_path / "tool").chmod(0o755)
    assert process.find("tool", remedy="", path=str(tmp_path)) == tmp_path / "tool"


def test_arguments_are_data_and_never_reach_a_shell() -> None:
    """faults.md, 8."""
    odd = "$(touch /tmp/x); `id` | & > \n 'quote\""
    result = process.run([PYTHON, "-c", "import sys; print(sys.argv[1], end='')", odd])
    assert result.stdout == odd


def test_the_environment_is_exactly_the_one_given() -> None:
    code = "import os; print(os.environ.get('HOME'), os.environ.get('ONLY'))"
    assert process.run([PYTHON, "-c", code], env={"ONLY": "this"}).stdout == "None this\n"


def test_a_tool_that_asks_a_question_reads_nothing_and_so_cannot_wait() -> None:
    assert process.run([PYTHON, "-c", "import sys; print(repr(sys.stdin.read()))"]).stdout == "''\n"
    assert process.run([PYTHON, "-c", "print(input())"], stdin=b"yes\n").stdout == "yes\n"


def test_lines_are_given_on_as_they_come_and_both_streams_are_one() -> None:
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr, flush=True); sys.exit(1)"
    lines: list[str] = []
    result = process.run([PYTHON, "-c", code], on_line=lines.append, check=False)
    assert lines == ["out", "err"]
    assert (result.code, result.stdout) == (1, "out\nerr\n")
    with pytest.raises(RemoteError, match="exit code 1:\nout\nerr"):
        process.run([PYTHON, "-c", code], on_line=lines.append)


def test_bytes_that_are_no_text_survive() -> None:
    code = r"import sys; sys.stdout.buffer.write(b'\xff\x00')"
    result = process.run([PYTHON, "-c", code])
    assert result.stdout.encode("utf-8", "surrogateescape") == b"\xff\x00"


#: A tool with a child; it notes the child's process id in the file named by its first argument.
PARENT = ["/bin/sh", "-c", 'sleep 600 & echo $! > "$1"; echo started; wait', "sh"]


@pytest.mark.parametrize("streamed", [False, True])
def test_after_the_time_limit_the_tool_and_its_children_are_gone(tmp_path: Path, streamed: bool) -> None:
    note = tmp_path / "pid"
    with pytest.raises(RemoteError, match="did not finish within 1 s"):
        process.run([*PARENT, note], timeout=1, on_line=print if streamed else None)
    assert _ended(int(note.read_text()))


def test_an_interruption_ends_the_tool_and_its_children_too(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt):
        process.run([*PARENT, note], timeout=60, on_line=interrupt)
    assert _ended(int(note.read_text()))


def test_every_command_is_told_on_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="release.process"):
        process.run([PYTHON, "-c", "", "two words"])
    assert caplog.messages == [f"+ {PYTHON} -c '' 'two words'"]


def _ended(pid: int) -> bool:
    """Whether a process that is not our child ends, or is dead and not yet collected; a killed one takes a moment."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False
