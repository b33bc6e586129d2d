"""A DynamoDB table as the wire shows it: a real client's requests get bodies as the service writes them."""

import io
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from shared.dynamodb_json import dumps

Item = dict[str, Any]


class _Raw(io.BytesIO):
    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: ARG002
        while piece := self.read(amt):
            yield piece


@dataclass
class WireTable:
    """`segments` are pages of items; `damage` may change an answer's body before it leaves, its checksum staying.

    Strict: a scan that asks for another number of segments, or goes on from a key that no page ended with, fails.
    The silent segment answers nothing until `silence` is over.
    """

    segments: Sequence[Sequence[Sequence[Item]]]
    size: int
    damage: Callable[[int, bytes], bytes] = lambda _, body: body
    requests: Counter[str] = field(default_factory=Counter)
    busy_segment: int | None = None
    silent_segment: int | None = None
    silence: Event = field(default_factory=Event)

    def attach(self, client: Any) -> None:
        """Answers `client`'s requests from here on; nothing of them leaves the process."""
        client.meta.events.register_first("before-send.dynamodb", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        action = request.headers["X-Amz-Target"]
        action = (action.decode() if isinstance(action, bytes) else action).partition(".")[2]
        self.requests[action] += 1
        asked = json.loads(request.body)
        if action == "DescribeTable":
            return _response(request.url, 200, dumps({"Table": {"TableSizeBytes": self.size}}).encode())
        assert action == "Scan"
        assert asked.get("TotalSegments", 1) == len(self.segments)
        number = asked.get("Segment", 0)
        if number == self.silent_segment:
            self.silence.wait(30)
        if number == self.busy_segment:
            return _response(request.url, 400, b'{"__type":"x#ProvisionedThroughputExceededException"}')
        place = int(asked["ExclusiveStartKey"]["page"]["N"]) if "ExclusiveStartKey" in asked else 0
        pages = self.segments[number]
        body: dict[str, Any] = {"Items": pages[place], "Count": len(pages[place])}
        if place + 1 < len(pages):
            body["LastEvaluatedKey"] = {"page": {"N": str(place + 1)}}
        whole = dumps(body).encode()
        return _response(request.url, 200, self.damage(self.requests["Scan"], whole), zlib.crc32(whole))


def _response(url: str, status: int, body: bytes, checksum: int | None = None) -> AWSResponse:
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    if checksum is not None:
        headers["x-amz-crc32"] = str(checksum)
    return AWSResponse(url, status, headers, _Raw(body))
