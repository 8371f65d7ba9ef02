"""Reads the lines of an input manifest: only JSON that every parser understands in the same way.

Most lines are plain, and msgspec reads many of them at once, ten times as fast as the standard library one after the other.
Where one of them is not plain, decode_strictly alone decides about each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.clips.line_faults import Kind, LineFault

_BLOCK = 1 << 16  # bytes; less than the longest line that is accepted
# Deep enough for any output manifest, and far from where one parser gives up before another.
_MAX_DEPTH = 100


class Surprise(Exception):  # noqa: N818 - names what a line contains
    """JSON that two parsers could interpret differently."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(detail)
        self.fault = LineFault(kind, detail)


def blocks_of(manifest: bytes) -> Iterator[bytes]:
    """Yield many whole lines at a time, or one longer line."""
    start = 0
    while start < len(manifest):
        end = manifest.rfind(b"\n", start, start + _BLOCK) + 1 or manifest.find(b"\n", start) + 1 or len(manifest)
        yield manifest[start:end]
        start = end


def split_lines(block: bytes) -> list[bytes]:
    """Return the lines of a block without their ends."""
    # AWS ends a line with \n or \r\n; Python's splitlines would also split at a lone \r.
    return [line.removesuffix(b"\r") for line in block.removesuffix(b"\n").split(b"\n")]


def decode_if_plain(block: bytes) -> Sequence[JsonObject] | None:
    r"""Return the object on each line of a block, if decode_strictly would certainly return the same for each of them.

    Each line begins and ends with a brace, and no value contains such a line break. No key comes twice: `":` stands at least
    once for each key, so that as many keys are left as were there. Only a colon after a blank would not be counted.
    """
    block = block.replace(b"\r\n", b"\n")
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    if (
        len(block) > _BLOCK
        or not block.startswith(b"{")
        or block.count(b"}\n{") != lines - 1
        or b"\r" in block
        or b" :" in block
        or b"\t:" in block
        or b"$" in block
        or b"\\u0024" in block
    ):
        return None
    try:
        objects = _decoder()(block)
        keys = sum(map(len, objects))
        if b"[" in block or block.count(b"{") != lines:
            keys += sum(_keys_below(each.values()) for each in objects)
    except (ValueError, RecursionError):
        return None
    return objects if len(objects) == lines and keys == block.count(b'":') else None


def _keys_below(values: Iterable[Any], depth: int = 1) -> int:
    if depth > _MAX_DEPTH:
        raise RecursionError
    count = 0
    for value in values:
        if isinstance(value, dict):
            count += len(value) + _keys_below(value.values(), depth + 1)
        elif isinstance(value, list):
            count += _keys_below(value, depth + 1)
    return count


@cache
def _decoder() -> Callable[[bytes], Sequence[dict[str, Any]]]:
    # Imported here because commands that read no manifest start without it.
    import msgspec

    return msgspec.json.Decoder(dict[str, Any]).decode_lines


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Surprise(Kind.TWICE, json.dumps(twice[:60]))
    return content


def _no_number(constant: str) -> Any:
    raise Surprise(Kind.NO_CONSTANT, constant)


# Created once, because json.loads would create a decoder for every line.
decode_strictly = json.JSONDecoder(object_pairs_hook=_without_repeats, parse_constant=_no_number).decode
