"""Makes small real clips with PyAV: 64 by 64 pixels, some frames; each kind is made once in a session."""

from __future__ import annotations

import io
import struct
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cache
from typing import cast

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

FRAMES_A_SECOND = 8


@cache
def a_clip(
    codec: str = "libx264",
    container: str = "mp4",
    *,
    seconds: int = 1,
    flags: str = "",
    pixels: str = "yuv420p",
    width: int = 64,
    height: int = 64,
) -> bytes:
    """Film a gray picture that gets lighter; flags are those of the muxer, such as faststart."""
    if flags == "faststart":
        return _index_first(a_clip(codec, container, seconds=seconds, pixels=pixels, width=width, height=height))
    # In a thread of its own: for root, the AV1 encoder gives the thread that opens it a real-time priority, which this process and
    # everything that it starts would keep. Terraform would then take the whole machine.
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(_film, codec, container, seconds, flags, pixels, width, height).result()


def _film(codec: str, container: str, seconds: int, flags: str, pixels: str, width: int, height: int) -> bytes:
    file = io.BytesIO()
    options = {"movflags": flags} if flags else {}
    with av.open(file, "w", format=container, options=options) as output:
        stream = cast(VideoStream, output.add_stream(codec, rate=FRAMES_A_SECOND))
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.time_base = Fraction(1, FRAMES_A_SECOND)
        for number in range(seconds * FRAMES_A_SECOND):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([100 + number % 50]) * plane.buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
            output.mux(stream.encode(frame.reformat(format=pixels)))
        output.mux(stream.encode(None))
    return file.getvalue()


@cache
def a_sound(container: str = "mp4", codec: str = "aac") -> bytes:
    """Record a second of silence."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = cast(AudioStream, output.add_stream(codec, rate=48000, layout="mono"))
        frame = av.AudioFrame(format="fltp" if codec == "aac" else "s16", layout="mono", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = 48000
        for number in range(46):
            frame.pts = number * 1024
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def _index_first(clip: bytes) -> bytes:
    """Move the index of an mp4 before its pictures, as faststart does; FFmpeg does that to files on a disk only."""
    boxes = dict(boxes_of(clip))
    index, at = bytearray(boxes[b"moov"]), 0
    while (at := index.find(b"stco", at)) >= 0:
        (count,) = struct.unpack_from(">I", index, at + 8)
        for entry in range(at + 12, at + 12 + 4 * count, 4):
            struct.pack_into(">I", index, entry, struct.unpack_from(">I", index, entry)[0] + len(index))
        at += 4
    return (
        boxes[b"ftyp"] + bytes(index) + b"".join(box for kind, box in boxes_of(clip) if kind not in {b"ftyp", b"moov"})
    )


def boxes_of(clip: bytes) -> list[tuple[bytes, bytes]]:
    """Split an mp4 into its outermost boxes, by kind."""
    found, at = [], 0
    while at < len(clip):
        (size,) = struct.unpack_from(">I", clip, at)
        found.append((clip[at + 4 : at + 8], clip[at : at + size]))
        at += size
    return found


def an_ogg_theora() -> bytes:
    """Write the first pages of Ogg Theora by hand: FFmpeg has a decoder for it and no encoder."""
    ident = b"\x80theora\x03\x02\x01" + struct.pack(">HH", 4, 4) + bytes.fromhex("0000400000400000")
    ident += struct.pack(">II", 8, 1) + bytes.fromhex("000001000001") + b"\x00" + bytes.fromhex("0000000000c0")
    comment = b"\x81theora" + bytes(8)
    return _ogg_page(ident[:42].ljust(42, b"\0"), 2, 0) + _ogg_page(comment, 0, 1)


def _ogg_page(packet: bytes, flags: int, number: int) -> bytes:
    page = b"OggS" + struct.pack("<BBqIII", 0, flags, 0, 7, number, 0) + bytes([1, len(packet)]) + packet
    checksum = 0
    for byte in page:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = (checksum << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if checksum & 0x80000000 else checksum << 1
    return page[:22] + struct.pack("<I", checksum) + page[26:]


def with_duration(clip: bytes, seconds: int) -> bytes:
    """Write another duration into the index of an mp4."""
    changed = bytearray(clip)
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        at = changed.find(kind) + 4
        scale_at, length_at = {b"mvhd": (12, 16), b"tkhd": (0, 20), b"mdhd": (12, 16)}[kind]
        scale = 1000 if kind == b"tkhd" else struct.unpack_from(">I", changed, at + scale_at)[0]
        struct.pack_into(">I", changed, at + length_at, seconds * scale)
    return bytes(changed)
