"""What a real engine's build sees of a context with a .dockerignore is what inputs hold of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from release.images import contextfiles
from release.images.inputs import EPOCH
from release.images.model import BuildRequest
from release.settings.config import parse
from tests.contract.test_resolved_builds import TOML, Builds
from tests.fakes.bases import FakeBases
from tests.rehearsed import Rehearsed

pytestmark = pytest.mark.engine

FILES = (
    *("app.py", "README.md", "a.c", "a|b", "keep.py", "tests/test_app.py", "tests/data/x.json", "tests/keep.py"),
    *("src/app.py", "src/README.md", "src/tests/test_b.py", "src/deep/er/c.py", "src/deep/er/c.md", "docs/a.md", "x*y"),
    *("node_modules/m/index.js", "src/node_modules/n.js", "mytests/z.py", ".env", "src/.env", "{a}"),
)
DOCKERFILE = "FROM scratch\nCOPY . /seen/\n"
RULES = {
    "a folder": "tests/\n",
    "at any depth": "**/tests\n**/node_modules\n**/.env\n",
    "only the top": "/tests\n*.md\n*/*.md\n",
    "all but": "*\n!src\n!keep.py\n",
    "all but at any depth": "**\n!**/*.py\n",
    "but again": "**/*.md\n!README.md\n!src/README.md\nsrc/README.m?\n",
    "within": "src\n!src/deep/**\n",
    "letters": "[a-c].c\nx\\*y\n{a*\na|b*\n",
    "its own files": "Dockerfile\n.dockerignore\n",
    "odd": "\ufeff# no\r\n  ./tests//data/ \r\n! tests/keep.py\r\n..\n.\n",
}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("place", [".dockerignore", "Dockerfile.dockerignore"])
def test_a_build_sees_exactly_its_inputs(rules: str, place: str, rehearsal: Rehearsed, tmp_path: Path) -> None:
    """Once as we hand the context on, once as it lies there, so that the engine alone decides."""
    builds, lying = Builds(rehearsal, tmp_path), tmp_path / "lying"
    files = {"Dockerfile": DOCKERFILE.encode(), place: rules.encode(), **{name: name.encode() for name in FILES}}
    for name, content in files.items():
        (lying / name).parent.mkdir(parents=True, exist_ok=True)
        (lying / name).write_bytes(content)
    commit = builds.repository.commit({f"app/{name}": content for name, content in files.items()})
    image = parse(TOML).images["api"]
    ignoring = contextfiles.seen([image], builds.repository.git, commit)["api"].ignoring
    assert ignoring is not None
    sees = contextfiles.seen_by(image, ignoring)
    inputs = {name for name in files if sees(f"app/{name}")}
    theirs = builds.built(BuildRequest("api", lying, "Dockerfile", "", "linux/amd64", epoch=EPOCH))
    assert {name.removeprefix("seen/") for name in theirs} == inputs
    assert builds.build(FakeBases())[1] == theirs
