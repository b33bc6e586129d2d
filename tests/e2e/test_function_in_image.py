"""The function's own tests, run by the Python of its image against the code and libraries in its image."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from release.adapters.distribution import Distribution
from release.deployments.packagediff import packages
from tests.rehearsed import REPOSITORY, Rehearsed

pytestmark = pytest.mark.rehearsal
LOCK = REPOSITORY / "requirements" / "function-tests.txt"


@pytest.fixture(scope="module")
def references(rehearsal: Rehearsed) -> dict[str, str]:
    """Image name -> what the engine pulls: the digest that was proven in production."""
    status = json.loads(rehearsal.release("status", "production", "--json").stdout)["environments"]["production"]
    registry = rehearsal.env["RELEASE_REGISTRY"]
    digests = status["recorded"]["digests"]
    return {image: f"{registry}/member-reporting/{image}@{digest}" for image, digest in digests.items()}


@pytest.fixture(scope="module")
def test_packages(rehearsal: Rehearsed, references: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tests need beside the image's own libraries, installed by the image's Python."""
    folder = tmp_path_factory.mktemp("packages") / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:8]
    folder.mkdir()
    pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--target",
        "/packages",
        "-r",
        "/lock.txt",
    ]
    certificates = next((rehearsal.env[key] for key in ("PIP_CERT", "SSL_CERT_FILE") if rehearsal.env.get(key)), "")
    trust = ["-v", f"{certificates}:/ca.pem:ro", "-e", "PIP_CERT=/ca.pem"] if certificates else []
    volumes = ["-v", f"{folder}:/packages", "-v", f"{LOCK}:/lock.txt:ro"]
    command = ["run", "--rm", "--network", "host", "--entrypoint", "python3", *volumes, *trust, references["export"]]
    done = rehearsal.docker(*command, *pip)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("image", ["export", "report"])
def test_the_bill_of_materials_names_every_package_although_the_image_holds_a_part_of_it(
    rehearsal: Rehearsed, image: str
) -> None:
    status = json.loads(rehearsal.release("status", "production", "--json").stdout)["environments"]["production"]
    recorded = json.loads(rehearsal.release("show", status["recorded"]["version"], "--json").stdout)["images"][image]
    content = Distribution(rehearsal.env["RELEASE_REGISTRY"]).blob(recorded["repository"], recorded["sbom"])
    named = packages(content, f"the bill of materials of {image}")
    lock = (REPOSITORY / "function" / "requirements" / f"{image}.txt").read_text()
    assert {f"pypi/{name}" for name in re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)} <= set(named)


@pytest.mark.parametrize("image", ["export", "report"])
def test_the_functions_tests_pass_on_python_3_13_in_image(
    rehearsal: Rehearsed, references: dict[str, str], test_packages: Path, image: str
) -> None:
    tests = REPOSITORY / "tests" / "function"
    volumes = ["-v", f"{test_packages}:/packages:ro", "-v", f"{tests}:/tests/function:ro"]
    env = [
        "-e",
        "PYTHONPATH=/var/task:/packages",
        "-e",
        "PYTHONDONTWRITEBYTECODE=1",
        "-e",
        "AWS_EC2_METADATA_DISABLED=true",
    ]
    done = rehearsal.docker(
        "run", "--rm", "--network", "none", "--entrypoint", "python3", *volumes, *env, "--workdir", "/tmp",
        references[image], "-c",
        "import sys, pytest; assert sys.version_info[:2] == (3, 13); "
        "sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', '--rootdir=/tests', '/tests/function']))",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
