"""A starter that reads the handler's code instead of running it, as far as the tests' handlers go."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from release.errors import MachineError
from release.images.model import Archive
from release.images.ports import Starter
from release.images.startrecord import Started, StartRequest
from tests.support import ociimage

KNOWN = frozenset({"os", "time", "sys"})


class FakeStarter(Starter):
    """Starts ``app.py`` of an image, or what the command of the function names.

    Attributes:
        answers: False is an engine that is not running.
        seconds, memory: what a start that goes well takes.
        requests: the starts so far.
        known: the names that the engine knows now -> digest.
    """

    def __init__(self) -> None:
        self.answers, self.seconds = True, 0.5
        self.memory: int | None = 40_000_000
        self.requests: list[StartRequest] = []
        self.known: dict[str, str] = {}

    @contextmanager
    def loaded(self, archive: Archive, platform: str) -> Iterator[Callable[[StartRequest], Started]]:
        if not self.answers:
            raise MachineError("no container engine answers", untouched="everything", next_step="start Docker")
        open_ = [archive.digest]

        def run(request: StartRequest) -> Started:
            assert open_, "the engine has forgotten the image"
            assert (request.archive.digest, request.platform) == (archive.digest, platform)
            self.requests.append(request)
            return self._started(request, _files(archive))

        yield run
        open_.clear()

    @contextmanager
    def named(self, archive: Archive, platform: str) -> Iterator[str]:
        if not self.answers:
            raise MachineError("no container engine answers", untouched="everything", next_step="start Docker")
        assert platform == archive.manifest.platform
        name = f"here/{archive.image}:{len(self.known)}"
        self.known[name] = archive.digest
        try:
            yield name
        finally:
            del self.known[name]

    def _started(self, request: StartRequest, files: dict[str, str]) -> Started:
        module = (request.settings.command or ("app.handler",))[0].rpartition(".")[0]
        path = next((name for name in files if name.endswith(f"{module}.py")), "")
        if not path:
            return Started(None, None, f"Runtime.ImportModuleError: Unable to import module '{module}'")
        for line in files[path].splitlines():
            if (named := re.match(r"import (\w+)", line)) and named[1] not in KNOWN:
                why = f"Unable to import module '{module}': No module named '{named[1]}'"
                return Started(None, None, f"Runtime.ImportModuleError: {why}")
            if code := re.match(r"os\._exit\((\d+)\)", line):
                return Started(None, None, f"the process ended (exit code {code[1]}); its last words: (none)")
            if line.startswith("time.sleep("):
                return Started(None, None, "it asked for no event within 5 s")
            if (wanted := re.match(r'os\.environ\["(\w+)"\]', line)) and wanted[1] not in request.env:
                return Started(None, None, f"Runtime.Unknown: '{wanted[1]}'")
        return Started(self.seconds, self.memory)


def _files(archive: Archive) -> dict[str, str]:
    blobs, found = ociimage.read_blobs(archive.path), {}
    for layer in archive.manifest.layers:
        with tarfile.open(fileobj=io.BytesIO(blobs[layer.digest])) as tar:
            for member in tar:
                if member.name.endswith(".py") and (content := tar.extractfile(member)):
                    found[member.name] = content.read().decode()
    return found
