"""Clips as sorted 64-bit hashes: 8 bytes a clip, compared without reading a name.

A hash is the first 8 bytes of the SHA-256 of the exact s3:// URI. Two different clips with one hash are never bought
twice; at worst one clip is held back (5.4e-9 for 100,000 new clips against 1,000,000 earlier ones).
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import compress
from typing import Self

BYTES_PER_CLIP = 8
_UNSIGNED_64 = "Q"
_IS_BIG_ENDIAN = array("H", [1]).tobytes() == b"\x00\x01"


@dataclass(frozen=True, slots=True)
class ClipIndex:
    """The hashes of some clips: sorted, each once, 64 bits each, little-endian. Two indexes are equal if their clips are."""

    raw: bytes = b""

    @classmethod
    def of(cls, hashes: Iterable[int]) -> Self:
        """Write hashes in canonical form."""
        return cls(_little_endian(array(_UNSIGNED_64, sorted(set(hashes)))).tobytes())

    def __len__(self) -> int:
        return len(self.raw) // BYTES_PER_CLIP

    def __iter__(self) -> Iterator[int]:
        return iter(self.hashes())

    def hashes(self) -> list[int]:
        """List the hashes, in order."""
        hashes = array(_UNSIGNED_64)
        hashes.frombytes(self.raw)
        # A list is intersected with a set faster than an array is: measured, 101 ms against 134 ms for 1,000,000 clips.
        return _little_endian(hashes).tolist()

    @property
    def is_canonical(self) -> bool:
        """Say whether the bytes are whole, sorted hashes without repeats."""
        return len(self.raw) % BYTES_PER_CLIP == 0 and self.raw == ClipIndex.of(self.hashes()).raw


@dataclass(frozen=True, slots=True)
class HashedClips:
    """Clips by their URI, with their hashes: hashed once, then compared with any number of indexes."""

    uris: tuple[str, ...]
    hashes: tuple[int, ...]
    distinct: frozenset[int]

    @classmethod
    def of(cls, uris: Iterable[str]) -> Self:
        """Hash clips; a clip that is named twice counts once."""
        once = tuple(dict.fromkeys(uris))
        sha256 = hashlib.sha256
        hashes = array(_UNSIGNED_64)
        hashes.frombytes(b"".join([sha256(uri.encode()).digest()[:BYTES_PER_CLIP] for uri in once]))
        listed = tuple(_little_endian(hashes))
        return cls(once, listed, frozenset(listed))

    def __len__(self) -> int:
        return len(self.uris)

    def shared_with(self, index: ClipIndex) -> frozenset[int]:
        """Find the hashes that an index has as well."""
        return self.distinct.intersection(index.hashes())

    def named(self, hashes: AbstractSet[int]) -> tuple[str, ...]:
        """List the clips that have one of these hashes, in their own order."""
        return tuple(compress(self.uris, map(hashes.__contains__, self.hashes)))

    def without(self, hashes: AbstractSet[int]) -> HashedClips:
        """Leave out the clips that have one of these hashes."""
        if self.distinct.isdisjoint(hashes):
            return self
        kept = [(uri, number) for uri, number in zip(self.uris, self.hashes, strict=True) if number not in hashes]
        numbers = tuple(number for _, number in kept)
        return HashedClips(tuple(uri for uri, _ in kept), numbers, frozenset(numbers))

    def index(self) -> ClipIndex:
        """Write the hashes as an index."""
        return ClipIndex.of(self.distinct)


def _little_endian(numbers: array[int]) -> array[int]:
    if _IS_BIG_ENDIAN:
        numbers.byteswap()
    return numbers
