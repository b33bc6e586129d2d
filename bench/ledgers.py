"""How long until one knows what runs? ``release history`` and ``release status`` as the number of deployments grows.

    python -m bench.ledgers [--sizes 100 1000 5000 10000] [--delay 0.05]

Each command runs as a whole process in an empty folder, against a registry on this machine that answers as Amazon ECR
does (API reference: "DescribeImages", 1,000 images a page; "BatchGetImage", 100 image ids), each answer after a delay.
A deployment is two artifacts, its claim and its outcome: 5,000 of them are 10,000 records. The first size is the
baseline of the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from bench.measure import measure, shown, table
from release.deployments.claims import Result
from release.releases import recording
from release.releases.record import RECORD_TYPE, ReleaseRecord, to_json
from release.releases.stored import Content
from tests.fakes.journal import Journal
from tests.fakes.store import FakeStore
from tests.support.ledgers import Shelf, claim, outcome
from tests.support.world import RELEASE_TOML, RELEASES

ROOT = Path(__file__).resolve().parent.parent
LEDGER = f"{RELEASES}/production"
_COMMANDS = ("history", "status")
_NO_STACK = (
    "<ErrorResponse><Error><Code>ValidationError</Code>"
    "<Message>Stack with id app-production does not exist</Message></Error></ErrorResponse>"
)


@dataclass
class Registry:
    """What the server answers from: repository -> its images in pages, and every manifest; requests are counted."""

    pages: Mapping[str, Sequence[Sequence[Mapping[str, Any]]]]
    manifests: Mapping[str, bytes]
    delay: float
    requests: Counter[str] = field(default_factory=Counter)

    def answer(self, action: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """One action of ECR's API."""
        if action == "DescribeRepositories":
            return {"repositories": [{"repositoryUri": f"registry.test/{name}"} for name in asked["repositoryNames"]]}
        if action == "DescribeImages":
            pages, page = self.pages[asked["repositoryName"]], int(asked.get("nextToken", "0"))
            more = {"nextToken": str(page + 1)} if page + 1 < len(pages) else {}
            return {"imageDetails": pages[page] if pages else [], **more}
        digests = [each["imageDigest"] for each in asked["imageIds"]]
        return {
            "images": [{"imageManifest": self.manifests[d].decode(), "imageId": {"imageDigest": d}} for d in digests]
        }


def registry(deployments: int, delay: float) -> Registry:
    """A registry with one release that was deployed so many times."""
    releases = FakeStore(Journal(), RELEASES)
    record = ReleaseRecord("app", "1.4.0", "a" * 40, "main", 1, "", "2026-01-01", "t", {}, {}, {}, RELEASE_TOML)
    digest = releases.put(RELEASES, Content(RECORD_TYPE, to_json(record)))
    for tag in (record.version, recording.commit_tag(record.commit)):
        releases.tag(RELEASES, digest, tag)
    shelf = Shelf()
    for number in range(1, deployments + 1):
        made = replace(claim(number, release=digest), digests={})
        shelf.end(made, outcome(shelf.claim(made), Result.PROVEN))
    pages = {name: _pages(store.named[name]) for store, name in ((releases, RELEASES), (shelf, LEDGER))}
    return Registry(pages, releases.blobs[RELEASES] | shelf.blobs[LEDGER], delay)


def _pages(tags: Mapping[str, str]) -> list[list[dict[str, Any]]]:
    images: dict[str, list[str]] = {}
    for tag, digest in tags.items():
        images.setdefault(digest, []).append(tag)
    details = [{"imageDigest": digest, "imageTags": names} for digest, names in images.items()]
    return [details[start : start + 1000] for start in range(0, len(details), 1000)]


@contextmanager
def served(found: Registry) -> Iterator[str]:
    """Serve ``found`` on loopback; the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body are two packets here: without this the second waits for the client's delayed acknowledgement.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:  # the name that the base class looks for
            time.sleep(found.delay)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            action = self.headers.get("X-Amz-Target", ".").rpartition(".")[2]
            found.requests[action or "CloudFormation"] += 1
            status, said = (200, json.dumps(found.answer(action, json.loads(body)))) if action else (400, _NO_STACK)
            content = said.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 5_000, 10_000], metavar="N")
    parser.add_argument("--delay", type=float, default=0.05, metavar="SECONDS", help="of each answer (default: 0.05)")
    args = parser.parse_args(arguments)
    rows, first = [], {}
    for size in args.sizes:
        found = registry(size, args.delay)
        with served(found) as address, tempfile.TemporaryDirectory() as empty:
            os.environ |= {
                **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "x"),
                "AWS_ENDPOINT_URL": address,
                "PYTHONPATH": str(ROOT),
            }
            for command in _COMMANDS:
                found.requests.clear()
                words = (
                    sys.executable,
                    "-m",
                    "release",
                    command,
                    "production",
                    "--project",
                    "app",
                    "--region",
                    "eu-west-1",
                )
                figure = measure(words, Path(empty), runs=3, limit=60, budget=30)
                first.setdefault(command, figure.seconds)
                requests = {name: count // len(figure.runs) for name, count in found.requests.items()}
                rows.append(
                    (
                        f"{size:,}",
                        f"{2 * size:,}",
                        f"release {command}",
                        str(figure),
                        f"{figure.seconds / first[command]:.1f}",
                        f"{figure.memory:.0f} MB",
                        f"{sum(requests.values())}: {', '.join(f'{count} {name}' for name, count in requests.items())}",
                    )
                )
    header = ("deployments", "records", "command", "median", "ratio", "memory", "requests")
    print(f"what runs, from the registry alone; each answer takes {shown(args.delay)}\n")
    print(table(header, rows))


if __name__ == "__main__":
    main()
