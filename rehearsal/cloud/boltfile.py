"""Writing a bbolt file: nested dictionaries of bytes become buckets and values.

Only what a database needs that is written once and then read: every bucket is one leaf page (with overflow), the free
list is empty, and both meta pages name the same root. The layout's constants are :mod:`release.adapters.trivy.bolt`'s.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from release.adapters.trivy.bolt import (
    BUCKET_FLAG,
    BUCKET_HEADER,
    LEAF,
    LEAF_ELEMENT,
    MAGIC,
    META,
    META_BODY,
    PAGE_HEADER,
    VERSION,
    fnv64a,
)

PAGE_SIZE = 4096
_FREELIST = 0x10

Bucket = Mapping[str, "Bucket | bytes"]


def bolt_file(root: Bucket) -> bytes:
    """The bytes of a database whose top-level buckets are ``root``."""
    pages: list[bytes] = []
    root_page = _write(root, pages)
    body = b"".join(pages)
    count = 3 + len(body) // PAGE_SIZE
    metas = [_meta(number, root_page, count) for number in (0, 1)]
    freelist = PAGE_HEADER.pack(2, _FREELIST, 0, 0).ljust(PAGE_SIZE, b"\0")
    return b"".join((*metas, freelist, body))


def _write(bucket: Bucket, pages: list[bytes]) -> int:
    """Append ``bucket`` and all below it; its page's number."""
    items: list[tuple[int, bytes, bytes]] = []
    for key in sorted(bucket, key=str.encode):
        value = bucket[key]
        if isinstance(value, bytes):
            items.append((0, key.encode(), value))
        else:
            items.append((BUCKET_FLAG, key.encode(), BUCKET_HEADER.pack(_write(value, pages), 0)))
    elements, data = b"", b""
    for index, (flags, name, content) in enumerate(items):
        # An element's position counts from the element itself to its key.
        position = LEAF_ELEMENT.size * (len(items) - index) + len(data)
        elements += LEAF_ELEMENT.pack(flags, position, len(name), len(content))
        data += name + content
    size = PAGE_HEADER.size + len(elements) + len(data)
    extra = (size - 1) // PAGE_SIZE
    number = 3 + sum(map(len, pages)) // PAGE_SIZE
    page = PAGE_HEADER.pack(number, LEAF, len(items), extra) + elements + data
    pages.append(page.ljust((extra + 1) * PAGE_SIZE, b"\0"))
    return number


def _meta(number: int, root: int, pages: int) -> bytes:
    body = META_BODY.pack(MAGIC, VERSION, PAGE_SIZE, 0, root, 0, 2, pages, number)
    return (PAGE_HEADER.pack(number, META, 0, 0) + body + struct.pack("<Q", fnv64a(body))).ljust(PAGE_SIZE, b"\0")
