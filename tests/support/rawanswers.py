"""An answer of AWS as bytes, for a client's ``before-send`` event: what a proxy hands over that lost the rest."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders


class _Raw:
    """What urllib3 would have read."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.content


def answered(url: str, body: bytes) -> AWSResponse:
    """``body`` with status 200."""
    return AWSResponse(url, 200, HTTPHeaders.from_dict({"content-type": "text/xml"}), _Raw(body))
