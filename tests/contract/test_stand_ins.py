"""Stand-ins built upon and started by a real engine: what the images that they stand in for allow works in them."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from rehearsal.cloud import emulator
from rehearsal.machine import base_image
from rehearsal.machine.engine import engine
from rehearsal.machine.engine_handle import EngineHandle, ensure_builder
from rehearsal.machine.standin import StandIn, stand_in
from rehearsal.machine.tools import tools
from release.adapters.toolbox import Cache, Toolbox

pytestmark = pytest.mark.engine

HANDLER = "import os\ndef handler(event, context):\n    return {'got': event, 'root': os.getcwd()}\n"
INSTALLS = """\
FROM {base} AS build
RUN pip install --no-cache-dir idna && python -c 'import idna' && python -m pip --version
RUN --mount=type=cache,target=/var/cache/pip python -m pip install -t /deps attrs
RUN python -m venv /opt/venv && /opt/venv/bin/python -c 'import sys; assert sys.prefix == "/opt/venv"'
RUN useradd --create-home app && id app
"""
LAMBDA = """\
RUN test "$LAMBDA_TASK_ROOT" = /var/task && test "$(which python3)" = /var/lang/bin/python3
RUN test -d /var/lang/lib/python{python}/site-packages/idna && python -c 'import boto3'
RUN pip install -t ${{LAMBDA_TASK_ROOT}} six && test -f /var/task/six.py
RUN dnf install -y libffi-devel && microdnf clean all && ! yum install -y nobody-knows-this
FROM {base}
COPY --from=build /deps ${{LAMBDA_TASK_ROOT}}
COPY app.py ${{LAMBDA_TASK_ROOT}}/
CMD ["app.handler"]
"""
SLIM = """\
RUN apt-get update && apt-get install -y --no-install-recommends libffi-dev && rm -rf /var/lib/apt/lists/*
RUN test -d /usr/local/lib/python{python}/site-packages/idna
RUN pip install --no-cache-dir --target /deps awslambdaric
FROM {base}
WORKDIR /app
COPY --from=build /deps .
COPY app.py .
USER 1000
ENTRYPOINT ["python", "-m", "awslambdaric"]
CMD ["app.handler"]
"""


@dataclass(frozen=True)
class Machine:
    """An engine, and the emulated AWS in front of it."""

    handle: EngineHandle
    aws: emulator.Emulator
    toolbox: Toolbox

    def build(self, folder: Path, base: str, dockerfile: str) -> str:
        """Build with the stand-in of ``base``; the image's name."""
        wanted = stand_in(base)
        assert isinstance(wanted, StandIn)
        made = base_image.make(base, wanted, self.toolbox.cache, self.toolbox)
        (folder / "Dockerfile").write_text(dockerfile)
        (folder / "app.py").write_text(HANDLER)
        name = f"stand-in-test:{uuid.uuid4().hex[:8]}"
        context = f"{base}=oci-layout://{made.layout}@{made.digest}"
        options = ["--load", "--network", "host", "--provenance=false", "--tag", name, "--build-context", context]
        self.handle.run("buildx", "build", *options, str(folder), timeout=600)
        return name

    def client(self, service: str) -> Any:
        session = boto3.Session("test", "test", region_name=emulator.REGION)
        return session.client(service, endpoint_url=self.aws.endpoint)  # type: ignore[call-overload]

    def invoked(self, image: str) -> Any:
        """What the image answers as a function of the emulated AWS."""
        name = f"f-{uuid.uuid4().hex[:8]}"
        role = "arn:aws:iam::000000000000:role/any"
        self.client("lambda").create_function(
            FunctionName=name, PackageType="Image", Code={"ImageUri": image}, Role=role, Timeout=60
        )
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"a": 1}))
        return json.load(answer["Payload"])


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The machine's engine, or one of our own, and an emulated AWS."""
    cache = Cache.of(os.environ)
    toolbox = tools(cache, print)
    runtimes = emulator.runtime_emulators(toolbox.venv("sam"))
    with engine(cache, print) as handle:
        ensure_builder(handle)
        folder = tmp_path_factory.mktemp("aws")
        with emulator.emulator(toolbox.venv("emulator"), handle, folder, runtimes=runtimes) as aws:
            yield Machine(handle, aws, toolbox)


@pytest.mark.parametrize("python", ["3.13", "3.12"])
def test_awss_base_installs_into_the_system_and_starts_its_handler(
    machine: Machine, tmp_path: Path, python: str
) -> None:
    base = f"public.ecr.aws/lambda/python:{python}"
    image = machine.build(tmp_path, base, (INSTALLS + LAMBDA).format(base=base, python=python))
    assert machine.invoked(image) == {"got": {"a": 1}, "root": "/var/task"}
    machine.handle.run("rmi", "--force", image)


@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_an_image_on_another_base_gets_its_emulator_from_outside(machine: Machine, tmp_path: Path, python: str) -> None:
    base = f"python:{python}-slim"
    image = machine.build(tmp_path, base, (INSTALLS + SLIM).format(base=base, python=python))
    assert machine.invoked(image) == {"got": {"a": 1}, "root": "/app"}
    machine.handle.run("rmi", "--force", image)
