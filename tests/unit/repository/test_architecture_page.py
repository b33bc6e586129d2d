"""The page on the architecture has the rooms that are there and the imports that are allowed."""

from __future__ import annotations

import re
import tomllib

from tests.support.files import ROOT, texts

PAGE = texts()["docs/architecture.md"]
LAYERS = tomllib.loads(texts()["pyproject.toml"])["tool"]["importlinter"]["contracts"][0]["layers"]


def section(heading: str) -> str:
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_every_room_is_in_the_layout_and_every_place_in_the_layout_is_there() -> None:
    first_cells = " ".join(re.findall(r"^\| (.+?) \|", section("The layout"), re.MULTILINE))
    places = set(re.findall(r"`([\w./-]+)`", first_cells))
    rooms = {
        f"{package}/{path.parent.name}/"
        for package in ("release", "rehearsal")
        for path in (ROOT / package).glob("*/__init__.py")
    }
    assert len(rooms) > 10
    assert rooms <= places
    assert [place for place in sorted(places) if not (ROOT / place).exists()] == []
    tops = {name.partition("/")[0] + "/" for name in texts() if "/" in name}
    assert tops <= places


def test_the_imports_that_are_drawn_are_those_that_are_checked() -> None:
    chain = re.search(r"^  (cli --> .*)$", section("Imports"), re.MULTILINE)
    assert chain is not None
    drawn = [re.sub(r'^\w+\["(.*)"\]$', r"\1", part) for part in chain[1].split(" --> ")]
    assert drawn[-1] == "ground"
    ground = [layer for layer in LAYERS if "text" in layer.split(" | ") or "semver" in layer.split(" | ")]
    assert drawn[:-1] == LAYERS[LAYERS.index("cli") : LAYERS.index(ground[0])]
