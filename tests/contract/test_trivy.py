"""Real trivy on real archives: what it must find, and the cases where it is silent by itself and we are not.

The sample database is served from a registry in this process, so trivy's real download path is used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rehearsal.cloud import sample_database
from rehearsal.cloud.advisories import ADVISORIES
from release.adapters.clock import SystemClock
from release.adapters.distribution import Distribution
from release.adapters.toolbox import Cache
from release.adapters.trivy.binary import RECIPE, Binary, Installer
from release.adapters.trivy.database import PAUSES, TrivyDatabase
from release.adapters.trivy.scanner import Trivy
from release.errors import GateError, MachineError, ReleaseError, RemoteError
from release.gate.findings import FindingKind, ImageScan, Package, Severity
from release.gate.judging import judge
from release.gate.policy import GatePolicy
from release.gate.verdict import Decision, GateOutcome, Verdict
from release.gate.vex import ImageName
from release.oci import Manifest
from tests.fakes.standingclock import StandingClock
from tests.support import databaseregistry as registries
from tests.support.findings import DATABASE, DIGEST, read_policy
from tests.support.layeredimage import (
    Image,
    Step,
    debian,
    deleted,
    layer_digest,
    pip_install,
    python_package,
)

pytestmark = pytest.mark.scanner

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "token = ghp_" + "a1B2" * 9 + "\n"  # the form of a GitHub token; issued by nobody
GOOD = [debian(), pip_install("PyJWT", "2.13.0")]


@pytest.fixture(scope="session")
def binary() -> Binary:
    return Installer(Cache.of(os.environ).root, RECIPE, os.environ, print).binary()


@pytest.fixture(scope="session")
def served() -> Iterator[registries.Registry]:
    with registries.running() as registry:
        publish(registry)
        yield registry


def publish(registry: registries.Registry, **changes: object) -> None:
    item = sample_database.artifact(datetime.now(UTC) - timedelta(minutes=1), **changes)  # type: ignore[arg-type]
    Distribution(registry.host).push_artifact("trivy-db", item, "2")


@pytest.fixture(scope="session")
def trivy(binary: Binary, served: registries.Registry, tmp_path_factory: pytest.TempPathFactory) -> Trivy:
    cache = tmp_path_factory.mktemp("scanner")
    source = TrivyDatabase(cache, f"{served.host}/trivy-db:2", SystemClock())
    return Trivy(binary, source, cache / "scratch", os.environ, analyses=cache / "analyses")


@dataclass
class Gate:
    """Scan an image and judge it, as the stage does."""

    trivy: Trivy
    folder: Path

    def scan(self, *steps: Step, **changes: object) -> ImageScan:
        archive = self.folder / "image.oci"
        Image(steps, **changes).write(archive)  # type: ignore[arg-type]
        self.trivy.database()
        return self.trivy.archive(archive)

    def verdict(self, *steps: Step, **changes: object) -> Verdict:
        scan = self.scan(*steps, **changes)
        database = self.trivy.database()
        return judge(scan.report, policy(), database, datetime.now(UTC).date(), image=ImageName("export", scan.digest))


def policy(**changes: object) -> GatePolicy:
    return read_policy({"block": ["HIGH", "CRITICAL"]} | changes, datetime.now(UTC).date())


@pytest.fixture
def gate(trivy: Trivy, tmp_path: Path) -> Gate:
    return Gate(trivy, tmp_path)


def test_a_kept_analysis_gives_the_report_that_a_first_look_gives(trivy: Trivy, tmp_path: Path) -> None:
    """With layers read before, in another image and at another time, nothing is added and nothing is lost."""
    steps = [debian(packages={"openssl": "3.5.1-1"}), pip_install("PyJWT", "2.8.0"), Step({"a": TOKEN}, "COPY a a")]
    first = Gate(replace(trivy, analyses=None), tmp_path).scan(*steps)
    assert trivy.analyses is not None
    for _ in range(2):
        assert Gate(trivy, tmp_path).scan(*steps).report == first.report
    assert list((trivy.analyses / trivy.binary.sha256[:16]).iterdir())
    assert len(first.report.findings) >= 4


def test_an_advisory_published_later_is_found_in_a_layer_read_before(trivy: Trivy, tmp_path: Path) -> None:
    """An analysis holds packages, no advisories: those are looked up at each scan."""
    known = tuple(each for each in ADVISORIES if each.package != "pyjwt")
    steps = [debian(), pip_install("PyJWT", "2.8.0")]
    with registries.running() as registry:
        reports = []
        for tag, advisories in (("before", known), ("after", ADVISORIES)):
            content = sample_database.database_file(advisories)
            item = sample_database.artifact(datetime.now(UTC) - timedelta(minutes=1), content=content)
            Distribution(registry.host).push_artifact("trivy-db", item, tag)
            source = TrivyDatabase(tmp_path, f"{registry.host}/trivy-db:{tag}", SystemClock())
            reports.append(Gate(replace(trivy, source=source), tmp_path).scan(*steps).report)
    assert [len(report.findings) for report in reports] == [0, 3]


# what it must find


def test_a_vulnerable_python_package_blocks_with_its_fix_and_layer(gate: Gate) -> None:
    vulnerable = pip_install("PyJWT", "2.8.0")
    verdict = gate.verdict(debian(), vulnerable)
    assert verdict.outcome is GateOutcome.BLOCK
    found = {judged.finding.id: judged.finding for judged in verdict.of(Decision.BLOCKS)}
    assert set(found) == {"CVE-2026-32597", "CVE-2026-48526"}
    assert found["CVE-2026-48526"].origin.layer == layer_digest(vulnerable.files)
    assert found["CVE-2026-48526"].origin.created_by == "RUN pip install PyJWT==2.8.0"
    assert verdict.remedies == ("pip: raise PyJWT to 2.13.0",)


def test_the_fixed_version_passes(gate: Gate) -> None:
    verdict = gate.verdict(*GOOD)
    assert (verdict.outcome, verdict.doubts, verdict.judged) == (GateOutcome.PASS, (), ())


def test_a_vulnerable_package_of_the_distribution_is_found(gate: Gate) -> None:
    report = gate.scan(debian(packages={"openssl": "3.5.1-1", "tar": "1.35+dfsg-3.1"}), *GOOD[1:]).report
    found = {finding.id: finding for finding in report.findings}
    assert found["CVE-2025-9230"].fixed == ("3.5.1-1+deb13u1",)
    assert found["CVE-2005-2541"].fixed == ()
    assert report.doubts == ()


def test_a_secret_in_a_deleted_file_blocks(gate: Gate) -> None:
    """faults.md, 10."""
    planted = Step({"var/task/credentials": TOKEN}, "COPY . .")
    verdict = gate.verdict(*GOOD, planted, deleted("var/task/credentials"))
    (judged,) = verdict.of(Decision.BLOCKS)
    assert (judged.finding.kind, judged.finding.where) == (FindingKind.SECRET, "/var/task/credentials")
    assert judged.finding.origin.layer == layer_digest(planted.files)


@pytest.mark.parametrize(
    "path",
    [
        "var/task/tests/config.txt",
        "var/task/notes.md",
        "var/task/vendor/x/settings.ini",
        "usr/share/app/settings.ini",
        "var/task/.git/config",
        "var/task/data.bin",
        "opt/locale/en/x.txt",
    ],
)
def test_a_secret_blocks_where_the_scanner_by_itself_does_not_look(gate: Gate, path: str) -> None:
    """faults.md, 10."""
    verdict = gate.verdict(*GOOD, Step({path: TOKEN}, "COPY . ."))
    assert [judged.finding.where for judged in verdict.of(Decision.BLOCKS)] == [f"/{path}"]


def test_a_secret_in_the_images_environment_blocks(gate: Gate) -> None:
    """faults.md, 10."""
    verdict = gate.verdict(*GOOD, env=[f"GH_TOKEN={TOKEN[8:].strip()}"])
    (judged,) = verdict.of(Decision.BLOCKS)
    assert judged.finding.kind is FindingKind.SECRET
    assert "configuration" in judged.finding.where


def test_a_report_never_holds_the_secret_itself(gate: Gate) -> None:
    verdict = gate.verdict(*GOOD, Step({"var/task/x": TOKEN}, "COPY . ."))
    assert "ghp_" not in repr(verdict)


# where it is silent


def test_an_image_without_package_metadata_cannot_be_told(gate: Gate) -> None:
    """faults.md, 36."""
    verdict = gate.verdict(Step({"var/task/app.py": "print(1)\n"}, "COPY . ."))
    assert verdict.outcome is GateOutcome.CANNOT_TELL
    assert any("no operating system" in doubt for doubt in verdict.doubts)
    assert any("no package of kind python-pkg" in doubt for doubt in verdict.doubts)


def test_a_distribution_without_packages_cannot_be_told(gate: Gate) -> None:
    """faults.md, 36."""
    verdict = gate.verdict(debian(packages={}), *GOOD[1:])
    assert any("no package of the operating system debian" in doubt for doubt in verdict.doubts)


def test_an_unsupported_distribution_cannot_be_told(gate: Gate) -> None:
    """faults.md, 36."""
    system = Step(
        {"etc/os-release": 'ID=fedora\nVERSION_ID="43"\n', "etc/fedora-release": "Fedora release 43\n"}, "FROM"
    )
    verdict = gate.verdict(system, *GOOD[1:])
    assert verdict.outcome is GateOutcome.CANNOT_TELL


def test_a_distribution_past_its_end_of_life_cannot_be_told(gate: Gate) -> None:
    """faults.md, 36."""
    verdict = gate.verdict(debian("8"), *GOOD[1:])
    assert any("past its end of life" in doubt for doubt in verdict.doubts)


def test_a_distribution_nobody_has_heard_of_cannot_be_told(gate: Gate) -> None:
    """faults.md, 36."""
    verdict = gate.verdict(debian("99"), *GOOD[1:])
    assert any("holds no advisories for debian 99" in doubt for doubt in verdict.doubts)
    assert any("not on the EOL list" in doubt for doubt in verdict.doubts)


def test_a_python_version_that_cannot_be_compared_cannot_be_told(gate: Gate) -> None:
    verdict = gate.verdict(*GOOD, pip_install("requests", "unknown"))
    assert any("'unknown' of requests" in doubt for doubt in verdict.doubts)


def test_a_distribution_version_that_cannot_be_compared_cannot_be_told(gate: Gate) -> None:
    verdict = gate.verdict(debian(packages={"base-files": "13", "openssl": "not:a:version"}), *GOOD[1:])
    assert any("Invalid version" in doubt for doubt in verdict.doubts)


def test_a_package_whose_metadata_cannot_be_read_cannot_be_told(gate: Gate) -> None:
    broken = Step({"var/task/evil-1.dist-info/METADATA": "Metadata-Version: 2.1\n"}, "COPY . .")
    verdict = gate.verdict(*GOOD, broken)
    assert any("evil-1.dist-info/METADATA declares a package" in doubt for doubt in verdict.doubts)


def test_a_package_deleted_by_a_later_layer_is_no_doubt(gate: Gate) -> None:
    verdict = gate.verdict(*GOOD, pip_install("requests", "2.19.0"), deleted("var/task/requests-2.19.0.dist-info"))
    assert verdict.outcome is GateOutcome.PASS


def test_a_vulnerability_without_a_severity_record_is_unknown_and_the_policy_decides(
    binary: Binary, tmp_path: Path
) -> None:
    """faults.md, 37."""
    unrated = replace(ADVISORIES[2], severity="UNKNOWN")
    debian_ones = [item for item in ADVISORIES if item.bucket.startswith("debian")]
    with registries.running() as registry:
        publish(registry, content=sample_database.database_file((unrated, *debian_ones)))
        scanner = Trivy(
            binary,
            TrivyDatabase(tmp_path, f"{registry.host}/trivy-db:2", SystemClock()),
            tmp_path / "scratch",
            os.environ,
        )
        scan = Gate(scanner, tmp_path).scan(debian(), pip_install("PyJWT", "2.8.0"))
        database = scanner.database()
    assert [finding.severity for finding in scan.report.findings] == [Severity.UNKNOWN]
    today = datetime.now(UTC).date()
    outcomes = {
        choice: judge(scan.report, policy(unknown=choice), database, today, image=ImageName("x", scan.digest)).outcome
        for choice in ("block", "report")
    }
    assert outcomes == {"block": GateOutcome.BLOCK, "report": GateOutcome.PASS}


def test_an_ignore_file_and_variables_around_us_change_nothing(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".trivyignore").write_text("CVE-2026-32597\nCVE-2026-48526\n")
    (tmp_path / "trivy.yaml").write_text("severity: [LOW]\n")
    monkeypatch.chdir(tmp_path)
    loud = replace(gate.trivy, env={**os.environ, "TRIVY_SEVERITY": "LOW", "TRIVY_IGNORE_UNFIXED": "true"})
    verdict = Gate(loud, tmp_path).verdict(debian(), pip_install("PyJWT", "2.8.0"))
    assert len(verdict.of(Decision.BLOCKS)) == 2


# files


def test_misconfigurations_of_dockerfile_and_template_are_found(trivy: Trivy, tmp_path: Path) -> None:
    report = trivy.files(*write_files(tmp_path, "FROM debian:13\nRUN true\n"))
    assert {(finding.id, finding.where) for finding in report.findings} >= {
        ("DS-0002", "function/Dockerfile"),
        ("AWS-0086", "template.yaml"),
    }
    assert report.doubts == ()


PLAIN = {
    "python": """\
FROM public.ecr.aws/lambda/python:3.13
COPY requirements.txt ${LAMBDA_TASK_ROOT}
RUN pip install -r requirements.txt
COPY lambda_function.py ${LAMBDA_TASK_ROOT}
CMD [ "lambda_function.handler" ]
""",
    "node": """\
FROM public.ecr.aws/lambda/nodejs:22
COPY index.js ${LAMBDA_TASK_ROOT}
CMD [ "index.handler" ]
""",
    "root at the end": """\
FROM public.ecr.aws/lambda/nodejs:22
USER root
COPY index.js ${LAMBDA_TASK_ROOT}
CMD [ "index.handler" ]
""",
    "ours": (ROOT / "function/Dockerfile").read_text(),
}


@pytest.mark.parametrize("dockerfile", PLAIN.values(), ids=PLAIN)
def test_the_policy_that_a_refusal_names_passes_on_a_plain_dockerfile(
    trivy: Trivy, tmp_path: Path, dockerfile: str
) -> None:
    """AWS Lambda developer guide, "Deploy Python Lambda functions with container images", and the one for Node.js."""
    root, _ = write_files(tmp_path, dockerfile)
    report = trivy.files(root, ["function/Dockerfile"])
    seen = replace(report, os_family="debian", os_name="13", packages=(Package("PyJWT", "2.13.0", "python-pkg"),))
    verdict = judge(seen, policy(), DATABASE, DATABASE.updated.date(), image=ImageName("export", DIGEST))
    assert (verdict.outcome, verdict.doubts) == (GateOutcome.PASS, ())
    assert [item.finding.id for item in verdict.of(Decision.ACCEPTED)] == ["DS-0002"], "trivy's name of the rule"


def test_an_inline_ignore_comment_accepts_nothing(trivy: Trivy, tmp_path: Path) -> None:
    root, files = write_files(tmp_path, "FROM debian:13\n")
    template = root / "template.yaml"
    plain = {finding.id for finding in trivy.files(root, files).findings}
    lines = template.read_text().splitlines()
    at = lines.index("  Bucket:")
    template.write_text("\n".join([*lines[:at], "  #trivy:ignore:AWS-0086", *lines[at:]]) + "\n")
    assert "AWS-0086" in plain
    assert {finding.id for finding in trivy.files(root, files).findings} == plain


def test_a_template_that_no_check_applies_to_cannot_be_told(trivy: Trivy, tmp_path: Path) -> None:
    root, files = write_files(tmp_path, "FROM debian:13\n")
    (root / "template.yaml").write_text("a: [\n")
    assert trivy.files(root, files).doubts == ("no check of the scanner applied to template.yaml",)


def write_files(folder: Path, dockerfile: str) -> tuple[Path, list[str]]:
    (folder / "function").mkdir()
    (folder / "function" / "Dockerfile").write_text(dockerfile)
    (folder / "template.yaml").write_text(
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Bucket:\n    Type: AWS::S3::Bucket\n"
    )
    return folder, ["function/Dockerfile", "template.yaml"]


# by digest, and what comes beside the report


def test_the_result_names_the_digest_of_the_very_bytes(gate: Gate, tmp_path: Path) -> None:
    digest = Image(GOOD).write(tmp_path / "again.oci")
    assert gate.scan(*GOOD).digest == digest


def test_the_sbom_is_cyclonedx_and_names_every_package(gate: Gate) -> None:
    sbom = json.loads(gate.scan(*GOOD, Step(python_package("requests", "2.32.4"), "COPY")).sbom)
    assert sbom["bomFormat"] == "CycloneDX"
    purls = {component.get("purl", "").partition("?")[0] for component in sbom["components"]}
    assert {"pkg:pypi/pyjwt@2.13.0", "pkg:pypi/requests@2.32.4", "pkg:deb/debian/base-files@13.8"} <= purls


def test_an_image_in_a_registry_is_scanned_by_its_digest(
    trivy: Trivy, served: registries.Registry, tmp_path: Path
) -> None:
    manifest = upload(served, [debian(), pip_install("PyJWT", "2.8.0")], tmp_path)
    trivy.database()
    scan = trivy.remote(f"{served.host}/export@{manifest.digest}", manifest)
    assert scan.digest == manifest.digest
    assert "CVE-2026-48526" in {finding.id for finding in scan.report.findings}


def test_an_image_named_by_a_tag_is_not_scanned(trivy: Trivy, served: registries.Registry, tmp_path: Path) -> None:
    manifest = upload(served, GOOD, tmp_path)
    with pytest.raises(GateError, match="not named by its digest"):
        trivy.remote(f"{served.host}/export:latest", manifest)


def upload(registry: registries.Registry, steps: list[Step], folder: Path) -> Manifest:
    from release.adapters.layout import blob_path, read_layout

    layout = folder / "upload.oci"
    digest = Image(steps).write(layout)
    manifest = read_layout(layout)
    for blob in (manifest.config, *manifest.layers):
        registry.blobs[blob.digest] = blob_path(layout, blob.digest).read_bytes()
    registry.manifests["export", digest] = blob_path(layout, digest).read_bytes()
    return manifest


# the database


def fetching(
    binary: Binary, host: str, folder: Path, clock: StandingClock, limit: float = 60, pauses: tuple[float, ...] = (2.0,)
) -> Trivy:
    source = TrivyDatabase(folder, f"{host}/trivy-db:2", clock, limit, pauses)
    return Trivy(binary, source, folder / "scratch", os.environ)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(datetime.now(UTC))


def test_a_registry_that_answers_429_is_asked_again(binary: Binary, tmp_path: Path, clock: StandingClock) -> None:
    """faults.md, 34."""
    with registries.running() as registry:
        publish(registry)
        registry.refuse = 1000  # trivy itself asks a few times within one attempt
        clock.on_sleep = lambda: setattr(registry, "refuse", 0)
        assert fetching(binary, registry.host, tmp_path, clock).database().version == 2
    assert clock.slept == [2.0]


def test_a_registry_that_goes_on_answering_429_blocks(binary: Binary, tmp_path: Path, clock: StandingClock) -> None:
    """faults.md, 34."""
    with registries.running() as registry:
        publish(registry)
        registry.refuse = 1000
        with pytest.raises(GateError, match=r"cannot be fetched, after 2 attempts.*429"):
            fetching(binary, registry.host, tmp_path, clock).database()
    assert clock.slept == [2.0]


def test_a_download_cut_off_once_is_repeated(binary: Binary, tmp_path: Path, clock: StandingClock) -> None:
    """faults.md, 34."""
    with registries.running() as registry:
        publish(registry)
        registry.cut_off = 1
        assert fetching(binary, registry.host, tmp_path, clock).database().version == 2


def test_a_registry_that_hangs_blocks(binary: Binary, tmp_path: Path, clock: StandingClock) -> None:
    """faults.md, 34."""
    with registries.running() as registry:
        publish(registry)
        registry.hang = True
        with pytest.raises(GateError, match="after 4 attempts: trivy did not finish within"):
            fetching(binary, registry.host, tmp_path, clock, limit=0.5, pauses=PAUSES).database()
    assert clock.slept == [2.0, 10.0, 45.0]


def test_a_registry_that_is_not_there_blocks(binary: Binary, tmp_path: Path, clock: StandingClock) -> None:
    """faults.md, 34."""
    with registries.running() as registry:
        host = registry.host
    with pytest.raises(GateError, match="cannot be fetched"):
        fetching(binary, host, tmp_path, clock).database()


def test_a_database_that_is_no_database_blocks(binary: Binary, tmp_path: Path, clock: StandingClock) -> None:
    """faults.md, 33."""
    with registries.running() as registry:
        publish(registry, content=sample_database.database_file()[:6000])
        with pytest.raises(GateError, match="corrupt"):
            fetching(binary, registry.host, tmp_path, clock).database()


def test_a_current_database_is_not_fetched_again(binary: Binary, tmp_path: Path, clock: StandingClock) -> None:
    with registries.running() as registry:
        publish(registry)
        scanner = fetching(binary, registry.host, tmp_path, clock)
        first = scanner.database()
        asked = registry.manifests_asked
        assert scanner.database() == first
        assert registry.manifests_asked == asked


def test_a_newer_database_that_is_due_and_cannot_be_fetched_blocks(
    binary: Binary, tmp_path: Path, clock: StandingClock
) -> None:
    """faults.md, 33."""
    with registries.running() as registry:
        publish(registry)
        scanner = fetching(binary, registry.host, tmp_path, clock)
        scanner.database()
    clock.time += timedelta(hours=25)
    with pytest.raises(GateError, match="cannot be fetched"):
        scanner.database()


def test_a_damaged_database_in_the_cache_is_fetched_again(binary: Binary, tmp_path: Path, clock: StandingClock) -> None:
    """faults.md, 33."""
    with registries.running() as registry:
        publish(registry)
        scanner = fetching(binary, registry.host, tmp_path, clock)
        first = scanner.database()
        (scanner.source.folder / "db" / "trivy.db").write_bytes(b"garbage")
        assert scanner.database().sources == first.sources


# the scanner itself


def script(folder: Path, text: str) -> Binary:
    path = folder / "trivy"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    from release.adapters.trivy.binary import sha256_of

    return Binary(path, sha256_of(path), "made by a test")


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("kill -SEGV $$", "failed with exit code"),
        ("exit 1", "failed with exit code 1"),
        ("exit 0", "printed nothing"),
        ('echo "{\\"SchemaVersion\\": 2, \\"Resu"', "not whole JSON"),
        ("echo '{\"SchemaVersion\": 3}'", "schema version 3"),
        ("echo '[]'", "not a JSON object"),
        ('echo \'{"SchemaVersion": 2, "ArtifactType": "container_image"}\'', "about image None"),
        ("sleep 60", "did not finish within"),
    ],
)
def test_a_scanner_that_fails_blocks(trivy: Trivy, tmp_path: Path, behaviour: str, message: str) -> None:
    """faults.md, 35."""
    archive = tmp_path / "image.oci"
    Image(GOOD).write(archive)
    # The time limit is the scan's own plus ten seconds for trivy to end by itself.
    broken = replace(trivy, binary=script(tmp_path, behaviour), limit=-9.5)
    with pytest.raises(ReleaseError, match=message) as caught:
        broken.archive(archive)
    assert isinstance(caught.value, GateError | RemoteError)


def test_a_scanner_with_another_checksum_is_not_run(trivy: Trivy, tmp_path: Path) -> None:
    """faults.md, 3."""
    ran = tmp_path / "ran"
    good = script(tmp_path, "exit 0")
    good.path.write_text(f"#!/bin/sh\ntouch {ran}\n")
    archive = tmp_path / "image.oci"
    Image(GOOD).write(archive)
    with pytest.raises(MachineError, match="was not run"):
        replace(trivy, binary=good).archive(archive)
    assert not ran.exists()
