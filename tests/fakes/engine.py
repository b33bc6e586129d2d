"""An engine that builds for real, as far as its Dockerfile goes: the context becomes a layer on the base's."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from release.errors import MachineError, ReleaseError, RemoteError
from release.images.model import BuildRequest
from release.images.ports import Engine
from tests.fakes.journal import Journal
from tests.support import ociimage


class FakeEngine(Engine):
    """Equal requests give equal bytes.

    Attributes:
        answers: False is an engine that is not running.
        fails: images whose build fails.
        attests: writes an index with an attestation, as an engine does by default.
        architecture: what it builds for, whatever was asked.
        clock: the time that the Dockerfile's own steps leave on files; 0: they set a fixed one.
        built: the images built so far.
        requests: how they were asked for.
        asked: the last request for each image; ``dockerfiles``: the text of its Dockerfile; ``beside``: the names of
            the files in that file's folder; ``contexts``: the files of its context.
        unsteady: a step of the Dockerfile gives other bytes each time.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.answers = True
        self.fails: set[str] = set()
        self.attests = False
        self.architecture = ""
        self.clock = 0
        self.built: list[str] = []
        self.requests: list[BuildRequest] = []
        self.asked: dict[str, BuildRequest] = {}
        self.dockerfiles: dict[str, str] = {}
        self.beside: dict[str, set[str]] = {}
        self.contexts: dict[str, set[str]] = {}
        self.unsteady = False

    def build(self, requests: Mapping[Path, BuildRequest]) -> None:
        failures = []
        for destination, request in requests.items():
            try:
                self._build(request, destination)
            except ReleaseError as error:
                shutil.rmtree(destination, ignore_errors=True)
                failures.append(error)
        if failures:
            raise failures[0]

    def _build(self, request: BuildRequest, destination: Path) -> None:
        if not self.answers:
            raise MachineError("no container engine answers", next_step="start Docker")
        if request.image in self.fails:
            raise RemoteError(f"building image {request.image} failed", next_step="look at the log")
        assert (request.context / request.dockerfile).is_file(), "the Dockerfile is not in the context"
        assert request.epoch >= 315532800, "zip files know no date before 1980"
        with self.journal.change(f"build {request.image}"):
            self.built.append(request.image)
            self._note(request)
            files = {
                str(path.relative_to(request.context)): path.read_bytes()
                for path in request.context.rglob("*")
                if path.is_file()
            }
            self.contexts[request.image] = set(files)
            files[".dockerfile"] = self.dockerfiles[request.image].encode(errors="surrogateescape")
            files |= {".date": str(len(self.built)).encode()} if self.unsteady else {}
            files[".target"] = f"{request.target} {dict(request.build_args)} {dict(request.named_contexts)}".encode()
            if self.attests:
                ociimage.write_attested(destination)
            else:
                architecture = self.architecture or request.platform.partition("/")[2]
                time = 0 if request.rewrite else self.clock
                ociimage.write_image(destination, files, architecture=architecture, time=time)

    def _note(self, request: BuildRequest) -> None:
        file = request.context / request.dockerfile
        self.requests.append(request)
        self.asked[request.image] = request
        self.dockerfiles[request.image] = file.read_bytes().decode(errors="surrogateescape")
        self.beside[request.image] = {each.name for each in file.parent.iterdir() if each.is_file()}
