"""Each built image in Lambda's runtime emulator, as the base starts it: health, and a refusal without a token.

``release check images`` runs this on the images that it put into the engine, ``make check-images`` alone on the
archives in ``dist/``; ``make test`` on those of the kept rehearsal.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from release.adapters.layout import read_layout
from tests.rehearsed import REPOSITORY, Rehearsed

pytestmark = pytest.mark.rehearsal

SETTINGS = {
    **{"RELEASE_VERSION": "1.2.3-rc.4", "GIT_SHA": "c" * 40, "MEMBERS_TABLE": "members", "REPORTS_BUCKET": "reports"},
    **{"USER_POOL_ISSUER": "https://issuer.example.org/pool", "USER_POOL_CLIENT_ID": "client", "ALLOWED_ORIGIN": "*"},
    # Lambda sets both names of the region ("Using Lambda environment variables", reserved variables)
    **{
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    },
    "AWS_LAMBDA_FUNCTION_NAME": "under-test",
}
HEALTH = {"export": "/health", "report": "/report/health"}
GUARDED = {"export": "/members/parquet", "report": "/members/report"}


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest) -> tuple[Path, Mapping[str, str]]:
    """The folder of archives and the environment that reaches an engine."""
    if "IMAGES_DIST" in os.environ:
        return REPOSITORY / os.environ["IMAGES_DIST"], os.environ
    rehearsal: Rehearsed = request.getfixturevalue("rehearsal")
    done = rehearsal.release("build", "--offline")
    assert done.returncode == 0, done.stderr
    return rehearsal.folder / "dist", rehearsal.env


@dataclass(frozen=True)
class Loaded:
    """An image's name in release.toml and in the engine, and the engine's client."""

    image: str
    name: str
    docker: Callable[..., str]


@pytest.fixture(params=["export", "report"])
def loaded(request: pytest.FixtureRequest, place: tuple[Path, Mapping[str, str]]) -> Iterator[Loaded]:
    """An image in the engine."""
    dist, env = place
    image: str = request.param
    path = max(dist.glob(f"{image}-*.oci"), key=lambda path: path.stat().st_mtime)
    layout = f"oci-layout://{path.absolute()}@{read_layout(path).digest}"
    name = f"lambda-image-release/check-{image}:{uuid.uuid4().hex}"  # others may check images on the same engine

    def docker(*arguments: str, stdin: str | None = None) -> str:
        command = ["docker", *arguments]
        done = subprocess.run(command, env=dict(env), input=stdin, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    given = os.environ.get(f"RELEASE_IMAGE_{image.upper()}")  # release check images has it in the engine already
    load = ("buildx", "build", "--load", "--tag", name, "--build-context", f"image={layout}", "-")
    docker(*(("tag", given, name) if given else load), stdin=None if given else "FROM image\n")
    try:
        yield Loaded(image, name, docker)
    finally:
        docker("rmi", "--force", name)


@pytest.fixture
def emulator(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """An image's name, and the URL that invokes it in the runtime emulator."""
    variables = [word for key, value in SETTINGS.items() for word in ("--env", f"{key}={value}")]
    container = loaded.docker("run", "--detach", "--publish", "127.0.0.1::8080", *variables, loaded.name)
    try:
        address = loaded.docker("port", container, "8080/tcp").splitlines()[0]
        yield loaded.image, f"http://{address}/2015-03-31/functions/function/invocations"
    finally:
        loaded.docker("rm", "--force", container)


# What function/slim.py left in the image is what it needs: a member file written, and one read into figures.
USES_ITS_PACKAGES = {
    "export": """
import io, pyarrow as pa, pyarrow.parquet as pq
from export.columns import TableColumns
from export.itempages import PageReader
from export.shape import TableShape
page = PageReader().read(b'{"Items":[{"id":{"S":"a"},"fee":{"N":"1.5"},"tags":{"SS":["x","y"]}}],"Count":1}').items
shape, content = TableShape(), io.BytesIO()
shape.learn(page)
columns = TableColumns(shape)
with pq.ParquetWriter(content, columns.schema, compression="zstd") as writer:
    writer.write_batch(columns.batch(pa.RecordBatch.from_struct_array(page)))
print(pq.ParquetFile(pa.BufferReader(content.getvalue())).read().num_rows)
""",
    "report": """
import io, pyarrow as pa, pyarrow.parquet as pq
from datetime import date
from report.figures import all_figures
from report.members import read_members
content = io.BytesIO()
pq.write_table(pa.table({"region": ["Utrecht"], "joined_on": ["2020-01-31"]}), content, compression="zstd")
print(len(all_figures(read_members(content.getvalue()), date(2025, 1, 1))[0].rows))
""",
}


def invoke(url: str, path: str) -> tuple[int, dict[str, object]]:
    """One API Gateway event; the emulator needs a moment to listen."""
    event = {
        **{"httpMethod": "GET", "path": path, "resource": path, "headers": {}, "queryStringParameters": None},
        "requestContext": {"requestId": "r", "httpMethod": "GET", "path": path, "resourcePath": path},
    }
    http, waited = urllib3.PoolManager(retries=False, timeout=30), 0
    while True:
        try:
            answer = json.loads(http.request("POST", url, json=event).data)
            assert "statusCode" in answer, answer
            return answer["statusCode"], json.loads(answer["body"])
        except urllib3.exceptions.HTTPError:
            waited += 1
            assert waited < 40, "the runtime emulator does not answer"
            time.sleep(0.25)


def test_the_image_answers_its_health_as_the_version_it_is_told(emulator: tuple[str, str]) -> None:
    image, url = emulator
    status, body = invoke(url, HEALTH[image])
    assert (status, body["status"], body["version"], body["commit"]) == (200, "ok", "1.2.3-rc.4", "c" * 40)


def test_the_image_refuses_a_call_without_a_token(emulator: tuple[str, str]) -> None:
    image, url = emulator
    status, _ = invoke(url, GUARDED[image])
    assert status == 401


def test_the_image_holds_what_its_function_needs_of_its_packages(loaded: Loaded) -> None:
    script = USES_ITS_PACKAGES[loaded.image]
    alone = ("--rm", "--network", "none", "--workdir", "/var/task", "--entrypoint", "python3")
    assert loaded.docker("run", *alone, loaded.name, "-c", script) == "1"
