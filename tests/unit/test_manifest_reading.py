"""A manifest with more lines than a job may have is refused at the first one too many, and read no further."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from groundctl.domain.clips.input_manifest import MAX_LINES
from groundctl.domain.clips.selection import choose_from_manifest
from groundctl.domain.declarations.sources import TAKE_ALL, Selection

LINE = b'{"source-ref":"s3://clips/a.mp4"}\n'


def endless(read: list[int], blank_every: int = 0) -> Iterator[bytes]:
    """Yield lines without an end, and count those that were asked for."""
    while True:
        read[0] += 1
        yield b"\n" if blank_every and read[0] % blank_every == 0 else LINE


def test_line_100_001_ends_the_reading():
    read = [0]

    chosen = choose_from_manifest(endless(read), TAKE_ALL)

    assert read == [MAX_LINES + 1]
    assert (chosen.count, chosen.is_cut) == (MAX_LINES + 1, True)


def test_blank_lines_do_not_count():
    read = [0]

    assert choose_from_manifest(endless(read, blank_every=2), TAKE_ALL, most=10).is_cut
    assert read == [21]


@pytest.mark.parametrize("lines", [[], [LINE], [LINE] * 10, [LINE] * 9 + [LINE[:-1]]])
def test_a_manifest_with_no_more_lines_than_allowed_is_kept_byte_by_byte(lines: list[bytes]):
    chosen = choose_from_manifest(iter(lines), TAKE_ALL, most=10)

    assert (chosen.manifest, chosen.count, chosen.is_cut) == (b"".join(lines), len(lines), False)


def test_a_selection_that_leaves_some_out_reads_on():
    lines = iter([LINE] * 12)

    assert choose_from_manifest(lines, Selection(limit=5), most=10).count == 5
    assert next(lines, None) is None
