"""What ``make rehearse-examples`` calls well ended, with a command that stands for ``release``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.examples import Adopted, adopt

COMMAND = """
import pathlib, sys
text = pathlib.Path("release.toml")
if sys.argv[1] == "init":
    {init}
elif sys.argv[1] == "rehearse":
    print("a step", file=sys.stderr)
    {rehearse}
"""
WRITES = 'text.write_text("one\\ntwo\\n")'
HOLDS = """print('{"steps": [1, 2, 3]}')"""


@pytest.fixture
def adopted(tmp_path: Path) -> Callable[..., Adopted]:
    """Adopts a system of one file with a ``release`` that does this."""

    def run(init: str = WRITES, rehearse: str = HOLDS) -> Adopted:
        source, results = tmp_path / "system", tmp_path / "results"
        (source / ".venv").mkdir(parents=True)
        (source / ".venv" / "large").touch()
        (source / "template.yaml").touch()
        results.mkdir()
        command = tmp_path / "release.py"
        command.write_text(COMMAND.replace("{init}", init).replace("{rehearse}", rehearse))
        return adopt(source, results, ["--quick"], [sys.executable, str(command)])

    return run


def test_what_init_wrote_is_counted_and_every_step_of_the_rehearsal(
    adopted: Callable[..., Adopted], tmp_path: Path
) -> None:
    found = adopted()
    assert (found.name, found.files, found.lines) == ("system", 1, 2)
    assert (found.result, found.ended_well) == ("3 steps held", True)
    assert "a step" in (tmp_path / "results" / "system-rehearse.log").read_text()


def test_an_init_that_writes_again_is_not_well(adopted: Callable[..., Adopted]) -> None:
    found = adopted(init='text.write_text(str(text.exists()) + "\\n")')
    assert (found.result, found.ended_well) == ("a second release init changes release.toml", False)


@pytest.mark.parametrize("failing", [{"init": "sys.exit(2)"}, {"rehearse": "sys.exit(1)"}])
def test_a_command_that_fails_is_named_with_where_its_words_are(
    adopted: Callable[..., Adopted], failing: dict[str, str], tmp_path: Path
) -> None:
    found = adopted(**failing)
    (name,) = failing
    assert not found.ended_well
    assert f"release {name} " in found.result
    assert str(tmp_path / "results" / f"system-{name}.log") in found.result
