"""DynamoDB and S3 as far as an export uses them, answering at once (or after a delay): what is measured is the client.

    python -m bench.awsdouble MEMBERS [--delay SECONDS]

Prints its port. A process of its own, so that its work counts for nobody. A Scan's pages hold up to 1 MB (DynamoDB API
reference, "Scan"), made before the port is printed; segments share them out in contiguous runs. Objects are kept in
memory; the last one is served back.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "function"))

from boto3.dynamodb.types import TypeSerializer

from seeding.members import KEY, members
from shared.dynamodb_json import dumps

PAGE_BYTES = 1_000_000
DIFFERENT = 20_000
"""Members that are all different; beyond these they come again under other keys."""
_KEY = "members/current"


def items(count: int) -> Iterator[bytes]:
    """Each member's item as JSON text."""
    serialize = TypeSerializer().serialize
    made = []
    for number, member in enumerate(members(min(count, DIFFERENT)), start=1):
        item = {name: _plain(serialize(value)) for name, value in member.items()}
        text = dumps(item)
        made.append(text.replace(dumps(item[KEY]), '{"S":"M#######"}', 1))
        yield made[-1].replace("#######", f"{number:07d}").encode()
    for number in range(len(made), count):
        yield made[number % len(made)].replace("#######", f"{number + 1:07d}").encode()


def _plain(attribute: dict[str, Any]) -> dict[str, Any]:
    ((kind, content),) = attribute.items()
    if kind == "B":
        return {kind: bytes(content)}
    if kind == "BS":
        return {kind: [bytes(each) for each in content]}
    if kind == "M":
        return {kind: {name: _plain(each) for name, each in content.items()}}
    return {kind: [_plain(each) for each in content]} if kind == "L" else attribute


def pages(count: int) -> list[list[bytes]]:
    """The items of each page."""
    made: list[list[bytes]] = [[]]
    held = 0
    for item in items(count):
        if held + len(item) > PAGE_BYTES:
            made.append([])
            held = 0
        made[-1].append(item)
        held += len(item)
    return made


class Double:
    """Pages by number, and the objects that were stored."""

    def __init__(self, count: int) -> None:
        found = pages(count)
        self.size = sum(len(item) for page in found for item in page)
        self._pages = [
            b'{"Items":[' + b",".join(page) + b'],"Count":%d,"ScannedCount":%d' % (len(page), len(page))
            for page in found
        ]
        self.objects: dict[str, bytes] = {}
        self.parts: dict[int, bytes] = {}

    def scan(self, asked: dict[str, Any]) -> bytes:
        """One page of one segment; a segment's pages follow each other."""
        total, number = asked.get("TotalSegments", 1), asked.get("Segment", 0)
        first, end = (len(self._pages) * each // total for each in (number, number + 1))
        place = int(asked["ExclusiveStartKey"][KEY]["S"]) if "ExclusiveStartKey" in asked else first
        if place >= end:
            return b'{"Items":[],"Count":0,"ScannedCount":0}'
        more = b',"LastEvaluatedKey":{"%s":{"S":"%d"}}' % (KEY.encode(), place + 1) if place + 1 < end else b""
        return self._pages[place] + more + b"}"


def _handler(double: Double, delay: float) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _body(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                return _unframed(body) if "aws-chunked" in self.headers.get("Content-Encoding", "") else body
            whole = b""
            while size := int(self.rfile.readline().strip(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return _unframed(whole) if "aws-chunked" in self.headers.get("Content-Encoding", "") else whole

        def _answer(self, body: bytes = b"", headers: dict[str, str] | None = None, status: int = 200) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_POST(self) -> None:  # the name that the base class looks for
            body = self._body()
            action = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            if action == "DescribeTable":
                self._answer(json.dumps({"Table": {"TableSizeBytes": double.size}}).encode())
            elif action == "Scan":
                time.sleep(delay)
                page = double.scan(json.loads(body))
                self._answer(page, {"x-amz-crc32": str(zlib.crc32(page))})
            elif "uploads" in self.path:
                self._answer(b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")
            elif "delete" in self.path:
                self._answer(b"<DeleteResult/>")
            else:
                double.objects[_KEY] = b"".join(double.parts[number] for number in sorted(double.parts))
                double.parts.clear()
                self._answer(b"<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")

        def do_PUT(self) -> None:
            part = re.search(r"partNumber=(\d+)", self.path)
            if part:
                double.parts[int(part[1])] = self._body()
            else:
                double.objects[_KEY] = self._body()
            self._answer(headers={"ETag": '"x"'})

        def do_GET(self) -> None:
            if "list-type" in self.path:
                self._answer(b"<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>")
            else:
                self._answer(double.objects.get(_KEY, b""))

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _unframed(body: bytes) -> bytes:
    """The content of chunks as S3's clients send them: `<hex size>[;…]`, line end, content, line end, and so on."""
    whole, rest = b"", body
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not size:
            break
        whole, rest = whole + rest[:size], rest[size + 2 :]
    return whole


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("members", type=int)
    parser.add_argument("--delay", type=float, default=0.0, help="of each page (default: none)")
    args = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(Double(args.members), args.delay))
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
