"""Many lines of a manifest, read at once, come to the same as one after the other, whatever is on them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundctl.domain.clips.input_manifest import _Reading, freeze, input_digest, manifest_of_uris
from groundctl.domain.clips.line_faults import MAX_LINE, Origin
from groundctl.domain.clips.manifest_lines import (
    blocks_of,
    decode_if_plain,
    decode_strictly,
    split_lines,
)
from groundctl.domain.declarations.spec import Label

KNOWN = b'{"source-ref":"s3://clips/a.mp4"}\n'
PLAIN = b'{"source-ref":"s3://clips/b.mp4","camera":3,"note":"north: 12:30"}\n'
DONE = (
    b'{"source-ref":"s3://clips/c.webm","outcome":0,"outcome-metadata":{"class-name":"a","human":["b",{"c":null}]}}\n'
)
ODD = [
    *(
        b"",
        b" ",
        b"\t",
        b"\r",
        b"\n",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b"\\",
        b"$",
        b"0",
        b"-",
        b".",
        b"e9",
        b"NaN",
    ),
    *(
        b"Infinity",
        b"null",
        b"\x00",
        b"\x1f",
        b"\x7f",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        "é".encode(),
        b"\\u0024",
    ),
    *(
        b"\\ud800",
        b"\\n",
        b"\\u000a",
        b'"source":1',
        b'"source-ref":"s3://clips/b.mp4"',
        b'"a":1,"a":2',
        b'"a" :1,"a":2',
    ),
    *(
        b'"$":1',
        b'"\\u0024":1',
        b'"a":1',
        b'":"',
        b'\\":',
        b'"\\u0061":1,"a":1',
        b".mov",
        b".MP4",
        b".Mp4",
        b"s3://",
        b"/",
        b"https",
    ),
    *(
        b"1" * 5_000,
        b"1e999",
        b"9" * 400,
        b"[" * 99,
        b'{"a":' * 150,
        b"]" * 99,
        b"}" * 150,
        b"//",
        b"\x0b",
        b"\xe2\x80\xa8",
    ),
]
ANY = st.lists(st.sampled_from([KNOWN, PLAIN, DONE, PLAIN[:-1], KNOWN[:20], KNOWN[20:], *ODD]), max_size=8).map(
    b"".join
)


@st.composite
def changed_lines(draw: st.DrawFn) -> bytes:
    """Make good lines, and put something odd into them."""
    lines = b"".join(draw(st.lists(st.sampled_from([KNOWN, PLAIN, DONE]), min_size=1, max_size=4)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines)))
        lines = lines[:at] + draw(st.sampled_from(ODD)) + lines[at + draw(st.integers(0, 2)) :]
    return lines


def reading_of(block: bytes, *, one_by_one: bool) -> _Reading:
    reading = _Reading("outcome", (("s3://clips/",),), None, (), Origin())
    reading.take(KNOWN)
    if one_by_one:
        # No block that begins with a blank line is read at once.
        reading.lines -= 1
        block = b"\n" + block
    reading.take(block)
    reading.end()
    return reading


def state(reading: _Reading) -> dict[str, Any]:
    return {name: value for name, value in vars(reading).items() if name not in {"buckets", "bounds"}}


@given(st.one_of(changed_lines(), ANY).filter(bool))
@example(b'{"source-ref":"s3://clips/b.mp4",\n"a":1}{"source-ref":"s3://clips/b.mp4"}')
@example(b'{"source-ref":"s3://clips/b.mp4","a":{}\n{"b":1}}')
@example(b'{"source-ref":"s3://clips/b.mp4","a" :1,"a":2}\n')
@example(b'{"source-ref":"s3://clips/b.mp4","a":[' + b"[" * 200 + b"]" * 200 + b"]}\n")
@example(b'{"source-ref":"s3://clips/\\n.mp4"}\n')
def test_a_block_of_lines_comes_to_what_its_lines_come_to(block: bytes):
    assert state(reading_of(block, one_by_one=False)) == state(reading_of(block, one_by_one=True))


@given(st.one_of(changed_lines(), ANY).filter(bool))
def test_what_is_read_at_once_is_what_is_read_strictly(block: bytes):
    at_once = decode_if_plain(block)

    if at_once is not None:
        lines = split_lines(block)
        assert list(at_once) == [decode_strictly(line.decode()) for line in lines]
        assert not any(key.startswith("$") for each in at_once for key in each)
        assert all(len(line) <= MAX_LINE and b"\r" not in line for line in lines)


@pytest.mark.parametrize(
    "block", [KNOWN, PLAIN, DONE, KNOWN + PLAIN + DONE, PLAIN[:-1], KNOWN.replace(b"\n", b"\r\n") * 2]
)
def test_lines_as_programs_write_them_are_read_at_once(block: bytes):
    assert decode_if_plain(block) is not None


@given(st.lists(st.sampled_from([b"", b"\r", b"short", b"long" * 20_000]), max_size=9), st.booleans())
def test_blocks_are_whole_lines_and_together_the_manifest(lines: list[bytes], ends: bool):
    manifest = b"\n".join(lines) + (b"\n" if ends else b"")

    blocks = list(blocks_of(manifest))

    assert b"".join(blocks) == manifest
    assert all(block.endswith(b"\n") for block in blocks[:-1])
    found = [line for block in blocks for line in split_lines(block)]
    assert [line for line in found if line] == [line.removesuffix(b"\r") for line in lines if line.removesuffix(b"\r")]


def test_a_fault_has_its_number_in_every_block():
    lines = manifest_of_uris(f"s3://clips/{number:06}.mp4" for number in range(10_000)).split(b"\n")
    for number in (1, 1_500, 5_000, 9_999):
        lines[number] = lines[number].replace(b"s3:", b"http:")

    found = freeze(b"\n".join(lines), (Label(name="a"),), "outcome")

    assert isinstance(found, tuple)
    assert ": line 2, line 1501, line 5001 and 1 more" in found[0].message


@given(st.sets(st.text(min_size=1)), st.sets(st.text(min_size=1)))
def test_the_digest_is_that_of_the_sorted_clips_and_labels(uris: set[str], labels: set[str]):
    import hashlib

    uris = {uri.encode("utf-8", "replace").decode() for uri in uris}
    content = "\n".join([*sorted(uris), "", *sorted(labels)])

    assert (
        input_digest(uris, [Label(name=name) for name in labels]) == hashlib.sha256(content.encode()).hexdigest()[:32]
    )


def test_a_line_of_our_own_is_plain_for_any_key():
    uris = ["s3://clips/a.mp4", "s3://clips/é 🏆.mp4", 's3://clips/"quoted": .mp4']
    manifest = manifest_of_uris(uris)

    assert [json.loads(line)["source-ref"] for line in split_lines(manifest)] == uris
    assert decode_if_plain(manifest_of_uris(uris[:2])) is not None
