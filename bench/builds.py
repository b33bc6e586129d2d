"""What does a change cost, as a share of a clean build? Builds and pushes of this repository's own images.

    python -m bench.builds [--rewrite]

Everything happens in a scratch clone, with the release command as a process: a clean build, then one changed line, then
nothing changed. The registry is on this machine and counts what reaches it; ECR's API is emulated. A clean build begins
with an engine without any cache, so this runs with an engine of our own alone: a person's cache is not ours to clear.
``--rewrite`` measures the changed line with BuildKit's own way of fixing times, too.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

from bench.measure import shown, table
from rehearsal.machine import base_image, engine, tools
from rehearsal.machine.engine_handle import EngineHandle
from rehearsal.story.scratch import Scratch
from rehearsal.story.settings import NOT_A_PERSONS
from release.adapters.ecr import Ecr
from release.adapters.layout import read_layout
from release.adapters.toolbox import Cache
from release.images.inputs import inputs_tag
from release.images.model import Archive
from release.settings import config as config_file
from release.tables import size
from tests.support.httpregistry import HttpRegistry

ROOT = Path(__file__).resolve().parent.parent
CHANGED = "function/report/__init__.py"
KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true"}


@dataclass
class Bench:
    """A clone whose images are built and pushed."""

    scratch: Scratch
    engine: EngineHandle
    ecr: Ecr
    server: HttpRegistry
    clean: float = 0

    def build(self, what: str, *arguments: str) -> Sequence[str]:
        """``release build``, then a push of what it built, as a row of the table."""
        started = time.monotonic()
        images = self.scratch.json("build", *arguments)["images"]
        seconds = time.monotonic() - started
        self.clean = self.clean or seconds
        asked = len(self.server.seen)
        self.push(images)
        built = [name for name, image in images.items() if image["source"] == "build"]
        share = f"{100 * seconds / self.clean:.1f} %"
        sent = size(sum(self.server.received.values()))
        requests = f"{asked} + {len(self.server.seen) - asked}"
        self.server.seen.clear()
        self.server.received.clear()
        return (what, shown(seconds), share, " ".join(built) or "nothing", sent, requests)

    def push(self, images: Mapping[str, Mapping[str, str]]) -> None:
        """What publish does with an image that the registry lacks: its layers, and the name of its inputs."""
        config = config_file.parse((self.scratch.folder / "release.toml").read_text())
        for name, image in images.items():
            if image["source"] == "build":
                path = self.scratch.folder / "dist" / f"{name}-{image['inputs']}.oci"
                self.ecr.push(config.images[name].repository, Archive(name, image["inputs"], path, read_layout(path)))
                self.ecr.tag(config.images[name].repository, image["digest"], inputs_tag(image["inputs"]))

    def clear(self) -> None:
        """No image, no layer and no download is left from before."""
        self.engine.run("buildx", "prune", "--all", "--force", timeout=300)

    def change(self, number: int) -> None:
        """Commit one more line in the code of one image."""
        text = (self.scratch.folder / CHANGED).read_text()
        self.scratch.commit(CHANGED, text, f"{text.rstrip()}\nEDITION = {number}\n", f"feat(report): edition {number}")


@contextmanager
def bench(folder: Path) -> Iterator[Bench | None]:
    """A clone with an empty registry; None when the engine here is a person's own."""
    cache = Cache.of(os.environ)
    config = config_file.parse((ROOT / "release.toml").read_text())
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it would print every request
    api = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    repositories = [image.repository for image in config.images.values()]
    with engine.engine(cache, _say) as running, HttpRegistry(*repositories) as server:
        if not running.started:
            yield None
            return
        (image,) = base_image.find_or_make(
            [config.base], running.docker, running.environment(), cache, tools.tools(cache, _say)
        )
        api.start()
        host, port = api.get_host_and_port()
        env = {key: value for key, value in os.environ.items() if not key.startswith(NOT_A_PERSONS)}
        env |= {**running.env, **KEYS, "AWS_ENDPOINT_URL": f"http://{host}:{port}", "RELEASE_REGISTRY": server.host}
        env |= {"PATH": f"{running.docker.parent}:{env['PATH']}", "RELEASE_BUILD_NETWORK": "host"}
        if image.layout:
            env["RELEASE_BASE"] = f"oci-layout://{image.layout}@{image.digest}"
        session = boto3.Session("x", "x", region_name=config.registry_region)
        client = session.client("ecr", endpoint_url=env["AWS_ENDPOINT_URL"])
        for repository in repositories:
            client.create_repository(repositoryName=repository, imageTagMutability="IMMUTABLE")
        try:
            scratch = Scratch.clone(ROOT, folder / "clone", env, _say)
            yield Bench(scratch, running, Ecr(client, server.host), server)
        finally:
            api.stop()


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rewrite", action="store_true", help="the changed line with BuildKit's rewriting, too")
    args = arguments.parse_args(argv)
    with tempfile.TemporaryDirectory() as name, bench(Path(name)) as found:
        if found is None:
            print("\nBuilds: not measured, the container engine here is yours, and a clean build would clear its cache")
            return
        found.clear()
        rows = [found.build("clean")]
        found.change(1)
        rows.append(found.build("one line of report"))
        rows += [found.build("nothing, registry"), found.build("nothing, dist/", "--offline")]
        if args.rewrite:
            rows += _rewriting(found)
    header = ("changed", "release build", "of clean", "built", "sent", "requests: build + push")
    print(f"\nBuilding and pushing {json.dumps(sorted(found.server.repositories))}\n\n{table(header, rows)}")


def _rewriting(found: Bench) -> list[Sequence[str]]:
    found.scratch.commit("release.toml", "[build]\n", '[build]\nreproducible = "rewrite"\n', "build: rewrite")
    rows = [found.build("rewriting begins")]
    found.change(2)
    return [*rows, found.build("one line, rewriting")]


if __name__ == "__main__":
    main()
