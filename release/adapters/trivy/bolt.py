"""Reading the names of a bbolt file's buckets: enough to know what an advisory database holds, and whether it is one.

The format is bbolt's (go.etcd.io/bbolt, ``internal/common``: page.go, meta.go, inode.go): pages with a 16 byte header,
two meta pages of which the valid one with the higher transaction number counts, and a B+tree of branch and leaf pages.
All numbers are little-endian on the machines that databases are published for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Protocol

MAGIC = 0xED0CDAED
VERSION = 2
BRANCH, LEAF, META = 0x01, 0x02, 0x04
BUCKET_FLAG = 0x01

PAGE_HEADER = struct.Struct("<QHHI")  # id, flags, count, overflow
META_BODY = struct.Struct("<IIIIQQQQQ")  # magic, version, page size, flags, root page, sequence, free list, pages, txid
LEAF_ELEMENT = struct.Struct("<IIII")  # flags, position, key size, value size
BRANCH_ELEMENT = struct.Struct("<IIQ")  # position, key size, page
BUCKET_HEADER = struct.Struct("<QQ")  # root page (0: the bucket is inline), sequence
_CHECKSUM = struct.Struct("<Q")


class Corrupt(ValueError):  # noqa: N818 - what the file is
    """The file is not a whole bbolt database."""


class Bytes(Protocol):
    """Random access to a file's content: ``bytes`` or a memory map."""

    def __getitem__(self, key: slice, /) -> bytes: ...

    def __len__(self) -> int: ...


def fnv64a(content: bytes) -> int:
    """FNV-1a, 64 bits: the checksum of a meta page."""
    value = 0xCBF29CE484222325
    for byte in content:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def filled_buckets(content: Bytes) -> frozenset[str]:
    """The names of the top-level buckets that hold something.

    Raises:
        Corrupt: no valid meta page, fewer pages than it tells of, or a page that is not what it should be.
    """
    size, root = _newest_meta(content)
    names = set()
    for flags, key, value in _elements(content, size, root):
        if not flags & BUCKET_FLAG or len(value) < BUCKET_HEADER.size:
            raise Corrupt("the root bucket holds something that is not a bucket")
        page, _ = BUCKET_HEADER.unpack(value[: BUCKET_HEADER.size])
        header = value[BUCKET_HEADER.size :] if page == 0 else content[page * size : page * size + PAGE_HEADER.size]
        if len(header) < PAGE_HEADER.size:
            raise Corrupt(f"bucket {key!r} points behind the end of the file")
        _, _, count, _ = PAGE_HEADER.unpack(header[: PAGE_HEADER.size])
        if count:
            names.add(key.decode(errors="replace"))
    return frozenset(names)


def _newest_meta(content: Bytes) -> tuple[int, int]:
    """Page size and root page from the meta page that counts."""
    candidates = []
    first = _meta(content, 0)
    # The second meta page stands one page further on; its place must be guessed when the first one is broken.
    for offset in (first[1],) if first else (4096, 8192, 16384, 65536):
        second = _meta(content, offset)
        if second:
            candidates.append(second)
            break
    if first:
        candidates.append(first)
    if not candidates:
        raise Corrupt("it has no valid meta page")
    _, size, root, pages = max(candidates)
    if len(content) < pages * size:
        raise Corrupt(f"it is cut off: {len(content)} of {pages * size} bytes")
    return size, root


def _meta(content: Bytes, offset: int) -> tuple[int, int, int, int] | None:
    """Transaction number, page size, root page and number of pages; None when the page is not valid."""
    start = offset + PAGE_HEADER.size
    body = content[start : start + META_BODY.size]
    checksum = content[start + META_BODY.size : start + META_BODY.size + _CHECKSUM.size]
    if len(checksum) < _CHECKSUM.size:
        return None
    magic, version, size, _, root, _, _, pages, txid = META_BODY.unpack(body)
    if magic != MAGIC or version != VERSION or _CHECKSUM.unpack(checksum)[0] != fnv64a(body):
        return None
    return txid, size, root, pages


def _elements(content: Bytes, size: int, page: int, depth: int = 0) -> Iterator[tuple[int, bytes, bytes]]:
    """(flags, key, value) of every leaf element below ``page``."""
    if depth > 20:
        raise Corrupt("its tree has a loop")
    header = content[page * size : page * size + PAGE_HEADER.size]
    if len(header) < PAGE_HEADER.size:
        raise Corrupt(f"page {page} is behind the end of the file")
    number, flags, count, overflow = PAGE_HEADER.unpack(header)
    if number != page or not flags & (BRANCH | LEAF):
        raise Corrupt(f"page {page} is not a page of the tree")
    body = content[page * size : (page + overflow + 1) * size]
    for index in range(count):
        at = PAGE_HEADER.size + 16 * index
        if flags & BRANCH:
            _, _, child = BRANCH_ELEMENT.unpack(body[at : at + 16])
            yield from _elements(content, size, child, depth + 1)
            continue
        kind, position, key_size, value_size = LEAF_ELEMENT.unpack(body[at : at + 16])
        start = at + position
        if start + key_size + value_size > len(body):
            raise Corrupt(f"an element of page {page} is cut off")
        yield kind, body[start : start + key_size], body[start + key_size : start + key_size + value_size]
