"""Packs: a hundred entries in one object, so that reading a long ledger takes few calls.

A pack is a cache. Pack 7 holds entries 700 to 799 and nothing else, so every writer of it writes the same bytes. The
header lines come first, then the clip indexes. Nothing is compressed: hashes do not shrink, and two versions of zlib
may write different bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from groundctl.domain.jobs.ledger.entries import LedgerLog

ENTRIES_PER_PACK = 100


def numbers_in(pack: int) -> range:
    """List the numbers of a pack's entries. There is no entry 0, so pack 0 has 99."""
    return range(max(pack * ENTRIES_PER_PACK, 1), (pack + 1) * ENTRIES_PER_PACK)


def due_packs(log: LedgerLog) -> range:
    """List the packs that can be written and are not there: their entries exist, and the next one as well."""
    return range(log.packs, max(log.packs, log.end // ENTRIES_PER_PACK))


def write_pack(pack: int, log: LedgerLog) -> bytes | None:
    """Write a pack; None if the log does not have the content of each of its entries."""
    wanted = numbers_in(pack)
    contents = {each.number: each.content for each in log.entries if each.number in wanted}
    if len(contents) != len(wanted):
        return None
    headers, indexes = [], []
    for content in contents.values():
        if content is None:
            return None
        end = content.find(b"\n") + 1 or len(content)
        headers.append(content[:end])
        indexes.append(content[end:])
    sizes = tuple((len(header), len(index)) for header, index in zip(headers, indexes, strict=True))
    return b"".join((_ENCODER.encode(_PackHeader(pack=pack, sizes=sizes)), b"\n", *headers, *indexes))


def parse_pack(pack: int, content: bytes) -> Mapping[int, bytes] | None:
    """Read the contents of a pack's entries; None if it is not a whole pack of this number."""
    end = content.find(b"\n")
    try:
        header = _DECODER.decode(content[: max(end, 0)])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    wanted, start = numbers_in(pack), end + 1
    total = sum(size for sizes in header.sizes for size in sizes)
    if header.pack != pack or len(header.sizes) != len(wanted) or start + total != len(content):
        return None
    if any(size < 0 for sizes in header.sizes for size in sizes):
        return None
    contents, index_start = {}, start + sum(size for size, _ in header.sizes)
    for number, (header_size, index_size) in zip(wanted, header.sizes, strict=True):
        contents[number] = content[start : start + header_size] + content[index_start : index_start + index_size]
        start, index_start = start + header_size, index_start + index_size
    return contents


class _PackHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line of a pack: for each entry the bytes of its header line, and those of its clip indexes."""

    format: Literal[1] = 1
    pack: int
    sizes: tuple[tuple[int, int], ...]


_DECODER = msgspec.json.Decoder(_PackHeader)
_ENCODER = msgspec.json.Encoder(order="sorted")
