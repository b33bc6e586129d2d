"""release start of images without AWS's runtime client: what it asks of an image is the Runtime API and nothing more.

Each runtime here is a few lines in the language that its base has. Sources: AWS Lambda developer guide, "Using the
Lambda runtime API for custom runtimes" (next invocation, initialization error) and, for the entry script of an image
that carries the emulator, "Deploy Python Lambda functions with container images", "Using an alternative base image".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rehearsal.machine.base_image import make
from rehearsal.machine.engine import engine
from rehearsal.machine.engine_handle import ensure_builder
from rehearsal.machine.standin import StandIn, stand_in
from rehearsal.machine.tools import tools
from release.adapters.docker import Docker
from release.adapters.layout import read_layout
from release.adapters.starter import DockerStarter
from release.adapters.toolbox import Cache
from release.images.model import Archive, BuildRequest
from release.images.starting import environment
from release.images.startrecord import Started, StartRequest
from release.settings.functionenv import StartSettings
from release.settings.start import StartRules

pytestmark = pytest.mark.engine

#: Seconds after which a start is given up here.
PATIENCE = 5.0
IN_SHELL = r"""
ask() {  # method, path, body: over bash's own sockets, so that the image needs no program for HTTP
    exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API%:*}/${AWS_LAMBDA_RUNTIME_API##*:}"
    printf '%s /2018-06-01/runtime%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' \
        "$1" "$2" "$AWS_LAMBDA_RUNTIME_API" "${#3}" "$3" >&3
    cat <&3
}
case "$1" in
loads) ;;
refuses)
    ask POST /init/error '{"errorType": "Shop.NoTable", "errorMessage": "no table is named", "stackTrace": ["line 3"]}'
    exit 1 ;;
mutters) ask POST /init/error "this is no JSON"; exit 1 ;;
ends) echo "the settings are not there" >&2; exit 7 ;;
hangs) sleep 3600 ;;
esac
while true; do ask GET /invocation/next ""; done
"""
IN_PYTHON = """
import json, os, sys, urllib.request
API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
try:
    __import__(sys.argv[1])
except ImportError as error:
    told = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": []}).encode()
    urllib.request.urlopen(f"{API}/init/error", data=told)
    sys.exit(1)
while True:
    urllib.request.urlopen(f"{API}/invocation/next").read()
"""
ENTRY = """#!/bin/bash
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
    exec /usr/local/bin/aws-lambda-rie /bin/bash /runtime.sh "$@"
else
    exec /bin/bash /runtime.sh "$@"
fi
"""
EMULATOR = "#!/bin/bash\necho 'the emulator was started'\nexit 9\n"
SHELL_IMAGE = """FROM base
COPY runtime.sh /runtime.sh
COPY --chmod=755 entry.sh /entry.sh
COPY --chmod=755 emulator.sh /usr/local/bin/aws-lambda-rie
ENTRYPOINT ["/bin/bash", "/runtime.sh"]
CMD ["loads"]
"""
PYTHON_IMAGE = """FROM base
COPY client.py /client.py
ENTRYPOINT ["python", "/client.py"]
CMD ["json"]
"""
FILES = {"runtime.sh": IN_SHELL, "entry.sh": ENTRY, "emulator.sh": EMULATOR, "client.py": IN_PYTHON}

Start = Callable[..., Started]


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], Start]]:
    """Builds an image from a base and a Dockerfile, and answers what starts it, once for each command."""
    cache = Cache.of(os.environ)
    with engine(cache, print) as handle:
        ensure_builder(handle)
        env = handle.environment()
        docker = Docker(handle.docker, env, builder=handle.builder)
        starter = DockerStarter(handle.docker, env, builder=handle.builder, limit=PATIENCE)

        def built(name: str, dockerfile: str) -> Start:
            wanted = stand_in(name)
            assert isinstance(wanted, StandIn)
            base = make(name, wanted, cache, tools(cache, print))
            archive = _build(docker, tmp_path_factory.mktemp("image"), dockerfile, f"{base.layout}@{base.digest}")

            def start(*command: str, entry: tuple[str, ...] = ()) -> Started:
                settings = StartSettings("F", memory=256, command=command, entry_point=entry)
                env = environment(settings, StartRules(), "eu-west-1")
                with starter.loaded(archive, "linux/amd64") as run:
                    return run(StartRequest(archive, "linux/amd64", settings, env))

            return start

        yield built


def _build(docker: Docker, folder: Path, dockerfile: str, base: str) -> Archive:
    context, path = folder / "context", folder / "image.oci"
    context.mkdir()
    for name, text in {**FILES, "Dockerfile": dockerfile}.items():
        (context / name).write_text(text)
    named = {"base": f"oci-layout://{base}"}
    docker.build(
        {path: BuildRequest("export", context, "Dockerfile", "", "linux/amd64", named_contexts=named, epoch=10**9)}
    )
    return Archive("export", "0" * 16, path, read_layout(path))


@pytest.fixture(scope="module")
def in_shell(starts: Callable[[str, str], Start]) -> Start:
    """An image on Debian alone, which has no Python: its runtime is a shell script."""
    return starts("docker.io/library/debian:trixie-slim", SHELL_IMAGE)


@pytest.fixture(scope="module")
def in_python(starts: Callable[[str, str], Start]) -> Start:
    """An image with Python and without AWS's runtime client: its runtime is a few lines of its own."""
    return starts("docker.io/library/python:3.13-slim", PYTHON_IMAGE)


def test_a_runtime_in_a_shell_that_asks_for_its_first_event_has_started(in_shell: Start) -> None:
    one = in_shell()
    assert one.problem == ""
    assert one.seconds is not None
    assert 0 < one.seconds < PATIENCE


def test_its_own_error_is_told_in_its_own_words(in_shell: Start) -> None:
    """faults.md, 64."""
    one = in_shell("refuses")
    assert (one.seconds, one.problem) == (None, "Shop.NoTable: no table is named\nline 3")


def test_an_error_that_is_no_json_is_told_as_it_is(in_shell: Start) -> None:
    one = in_shell("mutters")
    assert (one.seconds, one.problem) == (None, "this is no JSON")


def test_its_end_is_told_with_exit_code_and_last_words(in_shell: Start) -> None:
    """faults.md, 64."""
    one = in_shell("ends")
    assert one.seconds is None
    assert "exit code 7" in one.problem
    assert "the settings are not there" in one.problem


def test_a_runtime_that_never_speaks_is_given_up_and_said_to_have_been_silent(in_shell: Start) -> None:
    one = in_shell("hangs")
    assert one.seconds is None
    assert "asked for no event within 5 s, and it never spoke to the runtime interface" in one.problem


def test_an_entry_script_with_the_emulator_in_the_image_runs_the_runtime_and_not_the_emulator(in_shell: Start) -> None:
    """AWS's entry script starts the emulator only where no Runtime API is given."""
    assert in_shell("loads", entry=("/entry.sh",)).problem == ""
    assert in_shell("refuses", entry=("/entry.sh",)).problem.startswith("Shop.NoTable")
    ended = in_shell("loads", entry=("/usr/local/bin/aws-lambda-rie",))
    assert "the emulator was started" in ended.problem, "it is in the image, and would be heard"


def test_what_is_no_program_is_told_as_such(in_shell: Start) -> None:
    one = in_shell("loads", entry=("/nowhere",))
    assert (one.seconds, "its entry point cannot be run" in one.problem) == (None, True), one


def test_a_client_in_python_without_awss_own_package_starts_and_tells_what_it_lacks(in_python: Start) -> None:
    assert in_python().problem == ""
    assert in_python("awslambdaric").problem == "ModuleNotFoundError: No module named 'awslambdaric'"
