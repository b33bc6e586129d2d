"""sam's own linter (cfn-lint, with SAM's transform) finds nothing in a copy that it does not find in theirs."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from release.adapters.toolbox import LOCKS, Cache, Toolbox
from release.completion import tree
from release.completion.inferred import with_images
from release.errors import NotFoundError
from release.releases import bundling
from release.settings import config as config_file
from tests.support import foreign, templates
from tests.support.files import ROOT

#: `sam validate --lint` in one process for all: starting sam takes longer than linting.
LINTS = """
import json, os, sys
from click.testing import CliRunner
from samcli.cli.main import cli
said = {}
for path in json.load(sys.stdin):
    done = CliRunner().invoke(cli, ["validate", "--lint", "--template-file", path, "--region", "eu-west-1"])
    said[path] = [done.exit_code, done.output]
json.dump(said, sys.stdout)
"""
EXAMPLES = ("anomaly", "commerce", "members-web", "psn")
SETTINGS = '[project]\nname = "app"\n[environments.staging]\nstack = "app-staging"\nregion = "eu-west-1"\n'
#: Images that only release.toml knows.
BY_PARAMETER = {"parameter": "Image", "SHARED": "ImageUri", "BESIDE": "ImageUri", "CHOICE": "Image"}
SMALL = {**templates.TEMPLATES, **{n: getattr(foreign, n) for n in ("SHARED", "BUILT", "BESIDE", "CHOICE", "MERGED")}}
SMALL["RAW"] = foreign.RAW
_BROKEN = re.compile(r"\[([EWI]\d{4}:[^\]]*\] \(.*?\)) matched \d+")
DOCKERFILE = b"FROM public.ecr.aws/lambda/python:3.13 AS serve\nFROM serve AS two\nCOPY . .\n"


def _image(parameter: str) -> str:
    return (
        f'[images.app]\nrepository = "app/app"\ncontext = "."\ndockerfile = "Dockerfile"\ninputs = ["."]\n'
        f'parameter = "{parameter}"\n'
    )


def _small(name: str, alias: str) -> tuple[str, str, Callable[[str], bytes]]:
    settings = SETTINGS.replace('name = "app"', f'name = "app"\nalias = "{alias}"')
    settings += _image(BY_PARAMETER[name]) if name in BY_PARAMETER else ""

    def read(path: str) -> bytes:
        return SMALL[name].encode() if path == "template.yaml" else DOCKERFILE

    return f"{name}-{alias}", settings, read


def _of_folder(folder: Path) -> tuple[str, str, Callable[[str], bytes]]:
    def read(path: str) -> bytes:
        try:
            return (folder / path).read_bytes()
        except OSError as error:
            raise NotFoundError(f"{path} is not there", untouched="x", next_step="x") from error

    return folder.name, (folder / "release.toml").read_text(encoding="utf-8"), read


def _cases() -> Iterator[tuple[str, str, Callable[[str], bytes]]]:
    yield from (_small(name, "live") for name in SMALL)
    yield from (_small(name, "none") for name in ("metadata", "CHOICE"))
    yield from (_of_folder(ROOT / "examples" / name) for name in EXAMPLES)


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Case and template -> what is found in theirs, and in the copy."""
    folder = tmp_path_factory.mktemp("lint")
    written: dict[str, list[str]] = {}
    for name, settings, read in _cases():
        config = config_file.parse(with_images(settings, read))
        for path, copy in tree.copies(config.template, read, bundling.wanted(config)).items():
            pair = [folder / f"{name}-{path.replace('/', '-')}-{of}{Path(path).suffix}" for of in ("theirs", "copy")]
            pair[0].write_bytes(read(path))
            pair[1].write_bytes(copy)
            written[f"{name} {path}"] = [str(each) for each in pair]
    sam = Toolbox(Cache.of(os.environ), (LOCKS,), print).venv("sam")
    done = subprocess.run(
        [sam.python, "-c", LINTS],
        input=json.dumps([path for pair in written.values() for path in pair]),
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    said = json.loads(done.stdout)
    return {case: (_found(*said[theirs]), _found(*said[copy])) for case, (theirs, copy) in written.items()}


def _found(code: int, output: str) -> frozenset[str]:
    """The rules that are broken, each with its reason; lines change with every line that is added."""
    found = frozenset(_BROKEN.findall(output))
    assert (code == 0) == (not found), output
    return found


def test_no_copy_breaks_a_rule_that_theirs_does_not(
    linted: Mapping[str, tuple[frozenset[str], frozenset[str]]],
) -> None:
    assert len(linted) >= len(SMALL) + 2 + len(EXAMPLES)
    assert {case: copy - theirs for case, (theirs, copy) in linted.items() if copy - theirs} == {}


def test_the_linter_looks_at_what_is_wrong(linted: Mapping[str, tuple[frozenset[str], frozenset[str]]]) -> None:
    """A role without statements, on purpose: a linter that says nothing of it would say nothing of a copy either."""
    theirs, copy = linted["parameter-live template.yaml"]
    assert any("E3530" in each for each in theirs)
    assert theirs == copy
