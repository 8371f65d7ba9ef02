"""Odd clips, as data: what lies in the simulated S3, and what a plan must say of it before anything is bought."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clips.filming import a_clip, a_sound, an_ogg_theora, boxes_of, with_duration

GOOD = "good.mp4"


def good() -> bytes:
    return a_clip(flags="faststart")


@dataclass(frozen=True, kw_only=True)
class Row:
    """Objects by key, with the arguments of the upload, beside a good clip; a part of a plan's text, or of none."""

    name: str
    files: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    put: Mapping[str, Any] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    refused: bool = False
    prepare: Callable[[Any, str], None] | None = None
    task_time_limit: str = "15m"


def one(
    name: str, file: Callable[[], bytes], *says: str, key: str = "odd.mp4", refused: bool = False, **more: Any
) -> Row:
    return Row(name=name, files={key: file}, says=says, refused=refused, **more)


def archived(storage_class: str) -> dict[str, Any]:
    return {"StorageClass": storage_class}


def deny(s3: Any, folder: str) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::clips/{folder}odd.mp4",
    }
    s3.put_bucket_policy(Bucket="clips", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def restore(s3: Any, folder: str) -> None:
    s3.restore_object(Bucket="clips", Key=f"{folder}odd.mp4", RestoreRequest={"Days": 3})


def a_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("clip.mp4", bytes(900))
    return file.getvalue()


def without(kind: bytes, clip: bytes) -> bytes:
    return b"".join(box for name, box in boxes_of(clip) if name != kind)


def a_hostile_index() -> bytes:
    """Count two thousand million samples of one size in an index of some hundred bytes."""
    clip = bytearray(good())
    at = clip.find(b"stsz")
    clip[at + 8 : at + 16] = (1).to_bytes(4) + (2**31 - 1).to_bytes(4)
    return bytes(clip)


def with_size(width: int, height: int) -> bytes:
    clip = bytearray(good())
    at = clip.find(b"avc1") + 28
    clip[at : at + 4] = width.to_bytes(2) + height.to_bytes(2)
    return bytes(clip)


def deep_boxes() -> bytes:
    """Put boxes into boxes, five thousand deep."""
    inner = b""
    for _ in range(5_000):
        inner = (len(inner) + 8).to_bytes(4) + b"trak" + inner
    ftyp = dict(boxes_of(good()))[b"ftyp"]
    return ftyp + (len(inner) + 8).to_bytes(4) + b"moov" + inner


def a_playlist() -> bytes:
    return b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n" + b"#\n" * 300


def many(number: int, put: Callable[[], bytes] = good) -> dict[str, Callable[[], bytes]]:
    return {f"many-{each:03}.mp4": put for each in range(number)}


MEDIA = (
    Row(
        name="a good clip",
        says=(
            "1 to create",
            "opened the only clip: it plays in browsers, 1 s long",
            "watching alone takes about 3 s, 1 s for each of 3 workers (without `workforce.seconds_per_clip`",
        ),
        silent=("GT71",),
    ),
    one("an index at the end", a_clip, "GT717", "has its index at the end", "-movflags +faststart"),
    one(
        "a fragmented mp4", lambda: a_clip(flags="frag_keyframe+empty_moov"), "all 2 clips: all play", silent=("GT71",)
    ),
    one(
        "HEVC",
        lambda: a_clip("libx265"),
        "GT715",
        "HEVC (H.265)",
        "opened all 2 clips: 1 plays in browsers, 1 does not (see GT715)",
    ),
    one(
        "MPEG-4 Part 2",
        lambda: a_clip("mpeg4"),
        "GT715",
        "encoded with mpeg4, which browsers do not play",
        refused=True,
    ),
    one("MPEG-2 video", lambda: a_clip("mpeg2video"), "encoded with mpeg2video", refused=True),
    one("ProRes", lambda: a_clip("prores_ks", "mov", pixels="yuv422p10le"), "encoded with prores", refused=True),
    one("Motion JPEG", lambda: a_clip("mjpeg", "mov", pixels="yuvj420p"), "encoded with mjpeg", refused=True),
    one("H.263", lambda: a_clip("h263", "mov", width=176, height=144), "encoded with h263", refused=True),
    one("VP9 in WebM", lambda: a_clip("libvpx-vp9", "webm"), "all 2 clips: all play", key="odd.webm", silent=("GT71",)),
    one("VP8 in WebM", lambda: a_clip("libvpx", "webm"), "all 2 clips: all play", key="odd.webm", silent=("GT71",)),
    one("AV1 in MP4", lambda: a_clip("libsvtav1", flags="faststart"), "all 2 clips: all play", silent=("GT71",)),
    one("VP9 in MP4", lambda: a_clip("libvpx-vp9", flags="faststart"), "all 2 clips: all play", silent=("GT71",)),
    one("WebM named .mp4", lambda: a_clip("libvpx", "webm"), "another format than its name says (webm)"),
    one("MP4 named .webm", good, "another format than its name says (mp4)", key="odd.webm"),
    one("Matroska named .webm", lambda: a_clip("libx264", "matroska"), "is Matroska (MKV)", key="odd.webm"),
    one("H.264 with 10 bits", lambda: a_clip(pixels="yuv420p10le"), "a kind for studios (yuv420p10le)"),
    one("H.264 with 4:4:4", lambda: a_clip(pixels="yuv444p"), "a kind for studios (yuv444p)"),
    one("Ogg Theora", an_ogg_theora, "is Ogg Theora, which current browsers do not play", key="odd.ogg", refused=True),
    one("Ogg with sound", lambda: a_sound("ogg", "libopus"), "it has sound at most", key="odd.ogg", refused=True),
    one("sound in MP4", a_sound, "has sound and no pictures", refused=True),
    one("sound in WebM", lambda: a_sound("webm", "libopus"), "sound and no pictures", key="odd.webm", refused=True),
    one("cut off with its index", lambda: good()[:1_500], "GT715", "is cut off", refused=True),
    one("cut off before its index", lambda: a_clip()[:700], "is cut off before its index (moov)", refused=True),
    one("without an index", lambda: without(b"moov", a_clip()), "has no index (moov)", refused=True),
    one("a WebM that is cut off", lambda: a_clip("libvpx", "webm")[:600], "is cut off", key="odd.webm", refused=True),
    one("no length", lambda: with_duration(good(), 0), "GT716", "lasts less than a tenth of a second"),
    one(
        "longer than the limit",
        lambda: a_clip(seconds=60, flags="faststart"),
        "GT716",
        "longer than the task_time_limit",
        task_time_limit="30s",
    ),
    one("more than 4K", lambda: a_clip(flags="faststart", width=4096, height=2304), "more than 4K"),
    one("another size in the index than in the pictures", lambda: with_size(65_535, 65_535), "all 2 clips: all play"),
    one("an index without tracks", lambda: good().replace(b"trak", b"free"), "has no pictures", refused=True),
    one("an index with damage", lambda: good().replace(b"stsd", b"xxxx"), "GT715", refused=True),
    one("two thousand million samples in an index", a_hostile_index, "opened all 2 clips: all play"),
    one("boxes in boxes", deep_boxes, "GT715", refused=True),
    one("a playlist", a_playlist, "is a text file", refused=True),
    one("text", lambda: b"a clip was here\n" * 60, "is a text file", refused=True),
    one("text with a BOM", lambda: "\ufeffein Zettel, über dies\n".encode() * 60, "is a text file", refused=True),
    one("HTML", lambda: b"<!doctype html><title>404</title>" + b" " * 900, "is a page of HTML or XML", refused=True),
    one(
        "an error of S3",
        lambda: b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>' * 9,
        "HTML or XML",
        refused=True,
    ),
    one(
        "a Git LFS pointer",
        lambda: b"version https://git-lfs.github.com/spec/v1\n" + b"o" * 600,
        "Git LFS pointer",
        refused=True,
    ),
    one("JPEG", lambda: b"\xff\xd8\xff\xe0" + bytes(900), "is a JPEG picture", refused=True),
    one("PNG", lambda: b"\x89PNG\r\n\x1a\n" + bytes(900), "is a PNG picture", refused=True),
    one("GIF", lambda: b"GIF89a" + bytes(900), "is a GIF picture", refused=True),
    one("ZIP", a_zip, "is a ZIP archive", refused=True),
    one("PDF", lambda: b"%PDF-1.7" + bytes(900), "is a PDF", refused=True),
    one("AVI", lambda: a_clip("mpeg4", "avi"), "is AVI", refused=True),
    one("an MPEG transport stream", lambda: a_clip("libx264", "mpegts"), "MPEG transport stream", refused=True),
    one("Flash", lambda: a_clip("libx264", "flv"), "is Flash video", refused=True),
    one("random bytes", lambda: random.Random(7).randbytes(4_000), "cannot be read as a video", refused=True),
    one("zeros", lambda: bytes(4_000), "cannot be read as a video", refused=True),
    one("a few bytes", lambda: b"\0\0\0\x18ftyp", "GT715", refused=True),
    Row(
        name="many alike are one",
        files=many(12, lambda: b"no clip\n" * 90),
        says=("12 of its 13 clips are a text file", "and 9 more"),
        refused=True,
    ),
)

STATES = (
    one(
        "GLACIER, listed",
        good,
        "GT712",
        "is archived (GLACIER): workers would see an error",
        put=archived("GLACIER"),
        refused=True,
    ),
    one(
        "DEEP_ARCHIVE, listed",
        good,
        "is archived (DEEP_ARCHIVE)",
        "input.exclude",
        put=archived("DEEP_ARCHIVE"),
        refused=True,
    ),
    one(
        "GLACIER, named",
        good,
        "is archived (GLACIER)",
        put=archived("GLACIER"),
        named=(GOOD, "odd.mp4"),
        refused=True,
    ),
    one("GLACIER_IR", good, "all 2 clips: all play", put=archived("GLACIER_IR"), silent=("GT71",)),
    one("STANDARD_IA", good, "all 2 clips: all play", put=archived("STANDARD_IA"), silent=("GT71",)),
    one(
        "restored",
        good,
        "GT712",
        "restored from an archive (GLACIER) for some days",
        put=archived("GLACIER"),
        prepare=restore,
    ),
    Row(
        name="twelve archived",
        files=many(12),
        put=archived("GLACIER"),
        says=("12 of its 13 clips are archived (GLACIER)", "/many-000.mp4", "and 9 more"),
        refused=True,
    ),
    Row(
        name="missing",
        named=(GOOD, "there-is-none.mp4"),
        says=("GT711", "1 of its 2 clips does not exist", "1 of 2 is missing", "/there-is-none.mp4"),
        refused=True,
    ),
    Row(name="missing by case", named=("Good.mp4",), says=("does not exist", "with case"), refused=True),
    one("empty, named", lambda: b"", "GT713", "is empty (0 bytes)", named=(GOOD, "odd.mp4"), refused=True),
    one("denied", good, "GT711", "S3 denies access", named=(GOOD, "odd.mp4"), prepare=deny),
    one("text/plain", good, "GT718", "content type text/plain", put={"ContentType": "text/plain"}),
    one("text/html", good, "content type text/html", put={"ContentType": "text/html; charset=utf-8"}),
    one(
        "application/octet-stream",
        good,
        "all 2 clips: all play",
        put={"ContentType": "application/octet-stream"},
        silent=("GT71",),
    ),
    one("video/mp4", good, "all 2 clips: all play", put={"ContentType": "video/mp4"}, silent=("GT71",)),
    one("gzip as a coding", good, "content encoding gzip", put={"ContentEncoding": "gzip"}),
    one("smaller than a video", lambda: b"\0\0\0\x18ftypmp42", "GT715", refused=True),
)


def odd_key(name: str, key: str, *says: str, **more: Any) -> Row:
    return one(name, good, *says, key=key, **more)


KEYS = (
    odd_key("an ordinary key with blanks and brackets", "a b/clip (1), v2.mp4", silent=("GT71",)),
    odd_key("an accented key", "größe.mp4", silent=("GT71",)),
    odd_key("Japanese", "試合/一.mp4", silent=("GT71",)),
    odd_key("an emoji", "\U0001f3be.mp4", silent=("GT71",)),
    odd_key("a zero-width space", "rally\u200b-1.mp4", "GT719", "invisible characters", "rally\\u200b-1.mp4"),
    odd_key("a soft hyphen", "ral\u00adly.mp4", "GT719", "\\xad"),
    odd_key("a right-to-left override", "rally\u202e4pm.mp4", "GT719", "\\u202e"),
    odd_key("a BOM", "\ufeffrally.mp4", "GT719", "\\ufeff"),
    odd_key("a no-break space", "rally\u00a01.mp4", "GT719", "a blank that is not a space"),
    odd_key("a blank at the end of a folder", "rallies /1.mp4", "GT719", "at the beginning or end"),
    odd_key("a blank at the start", "a/ 1.mp4", "GT719", "at the beginning or end"),
    odd_key("a blank before the ending", "1 .mp4", "GT719", "at the beginning or end"),
    odd_key("%20", "rally%201.mp4", "GT719", "%20"),
    odd_key("%2F", "rallies%2F1.mp4", "GT719", "encoded address"),
    odd_key("a percent sign alone", "50% done.mp4", silent=("GT71",)),
    odd_key("a plus sign", "2026-11-02T09:00+02:00.mp4", "GT719", "plus sign"),
    odd_key("an empty part", "a//1.mp4", "GT719", "(//)"),
    odd_key("a slash at the start", "/1.mp4", "GT719", "(//)"),
    odd_key("a backslash", "a\\1.mp4", "GT719", "backslash"),
    odd_key("an accent on its own", "gro\u0308ße.mp4", "GT719", "NFD"),
    Row(
        name="two that look alike",
        files={"ü.mp4": good, "u\u0308.mp4": good},
        says=("GT719", "look the same", "2 of its 3 clips"),
    ),
    Row(
        name="two dots, named",
        named=(GOOD, "a/../good.mp4"),
        says=("GT719", "browsers remove"),
        refused=True,
    ),
    Row(name="one dot, named", named=(GOOD, "./good.mp4"), says=("GT719", "browsers remove"), refused=True),
)

GROUPS = (MEDIA, STATES, KEYS)
ROWS = tuple(row for group in GROUPS for row in group)
