"""Reads reports of S3 Inventory: a manifest.json, and files of compressed CSV that list the objects of a bucket. GT708."""

from __future__ import annotations

import csv
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from groundctl.domain.canonical_json import parse_json_object
from groundctl.domain.clips.stored_object import StoredObject
from groundctl.domain.declarations.diagnostics import Diagnostic

MANIFEST = "manifest.json"
# Without them, an empty or archived clip would be bought.
_NEEDED = ("Key", "Size", "LastModifiedDate", "StorageClass")
_REPORT = re.compile(r"/([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}Z)/manifest\.json\Z")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BLOCK = 1 << 18  # bytes
_MAX_ROW = 1 << 16  # bytes; a key has at most 3,072 after encoding
_SIZE = re.compile(r"[0-9]{1,18}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_GZIP = 31  # zlib's number for a stream in the format of gzip


class InventoryFault(Exception):  # noqa: N818 - carries what a plan says about a report
    """A report that cannot be used."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic(rule="GT708", pointer="/input/inventory/report", message=message, hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """A file of compressed CSV."""

    uri: str
    size: int
    md5: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as its manifest.json describes it: of which bucket, from when, with which columns in which files."""

    uri: str
    bucket: str
    created: datetime
    columns: tuple[str, ...]
    files: tuple[ReportFile, ...]


def newest_report(uris: Iterable[str]) -> str | None:
    """Return the URI of the newest report in a folder; S3 names the folder of each by its time."""
    found = ((match[1], uri) for uri in uris if (match := _REPORT.search(uri)))
    return max(found, default=("", None))[1]


def read_report(uri: str, raw: bytes, prefix: str) -> Report:
    """Read a manifest.json, for a prefix that it must cover."""
    try:
        content = parse_json_object(raw)
        report, file_format = _report(uri, content), str(content["fileFormat"])
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, OSError):
        message, hint = (
            f"{uri} is not a manifest.json of S3 Inventory",
            "name the manifest.json of a report, or its folder",
        )
        raise InventoryFault(message, hint) from None
    if file_format.upper() != "CSV":
        message = f"{uri} lists objects as {file_format}; only CSV can be read"
        raise InventoryFault(message, "choose CSV in the inventory configuration, and wait for the next report")
    bucket = prefix.removeprefix("s3://").partition("/")[0]
    if report.bucket != bucket:
        message = f"{uri} lists the objects of {report.bucket}, and the prefix is in {bucket}"
        raise InventoryFault(message, f"name a report about {bucket}")
    needed = (*_NEEDED, *(("IsLatest",) if "VersionId" in report.columns else ()))
    if missing := [name for name in needed if name not in report.columns]:
        message = f"{uri} has no column {', '.join(missing)}"
        raise InventoryFault(message, "add them to the inventory configuration, and wait for the next report")
    return report


def _report(uri: str, content: dict[str, Any]) -> Report:
    destination = content["destinationBucket"].rpartition(":")[2]
    files = (
        ReportFile(uri=f"s3://{destination}/{each['key']}", size=int(each["size"]), md5=each["MD5checksum"].lower())
        for each in content["files"]
    )
    return Report(
        uri=uri,
        bucket=content["sourceBucket"],
        created=datetime.fromtimestamp(int(content["creationTimestamp"]) // 1000, UTC),
        columns=tuple(name.strip() for name in content["fileSchema"].split(",")),
        files=tuple(files),
    )


def objects_in(chunks: Iterable[bytes] | None, file: ReportFile, report: Report, prefix: str) -> Iterator[StoredObject]:
    """Yield the objects under a prefix, as their newest version is; chunks are the content of the compressed file.

    Memory is constant. The file's digest is known only after its last object.
    """
    if chunks is None:
        hint = "end the destination prefix of the inventory without a slash: with one, S3 names files that do not exist"
        raise InventoryFault(f"{report.uri} names {file.uri}, which does not exist", hint)
    place = {name: number for number, name in enumerate(report.columns)}
    optional = {name: place.get(name) for name in ("IsLatest", "IsDeleteMarker", "ETag")}
    wanted = prefix.removeprefix("s3://").partition("/")[2]
    for row in _rows(chunks, file):
        if len(row) != len(report.columns):
            _damaged(file, f"a row has {len(row)} fields instead of {len(report.columns)}")
        if _is(row, optional["IsLatest"], "false") or _is(row, optional["IsDeleteMarker"], "true"):
            continue
        key = _decoded(row[place["Key"]], file)
        if key.startswith(wanted):
            yield _object(f"s3://{report.bucket}/{key}", row, place, file)


def _is(row: Sequence[str], column: int | None, value: str) -> bool:
    return column is not None and row[column].lower() == value


def _object(uri: str, row: Sequence[str], place: dict[str, int], file: ReportFile) -> StoredObject:
    size, etag = row[place["Size"]], place.get("ETag")
    if not _SIZE.fullmatch(size):
        _damaged(file, f"the size of {uri} is not a number of bytes")
    if not _TIME.match(row[place["LastModifiedDate"]]):
        _damaged(file, f"the date of {uri} is not a time")
    return StoredObject(
        uri,
        int(size),
        row[place["LastModifiedDate"]],
        storage_class=row[place["StorageClass"]] or "STANDARD",
        etag=row[etag] if etag is not None else "",
    )


def _decoded(key: str, file: ReportFile) -> str:
    """Decode a key, which S3 writes like a form field: a plus sign stands for a blank."""
    if "%" not in key and "+" not in key:
        return key
    try:
        return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), key.replace("+", " ").encode()).decode()
    except UnicodeDecodeError:
        _damaged(file, f"the key {key} is not UTF-8")


def _rows(chunks: Iterable[bytes], file: ReportFile) -> Iterator[list[str]]:
    """Yield the rows of a compressed file, and check at its end that it is whole."""
    rest = b""
    try:
        for block in _inflated(chunks, file):
            head, _, rest = (rest + block).rpartition(b"\n")
            if len(rest) > _MAX_ROW:
                _damaged(file, "a row is too long")
            if len(head) > _MAX_ROW and head.isspace():
                _damaged(file, "it has blank rows only")
            yield from filter(None, csv.reader(head.decode().split("\n"), strict=True))
        yield from filter(None, csv.reader(rest.decode().split("\n"), strict=True))
    except (zlib.error, csv.Error, UnicodeDecodeError) as error:
        _damaged(file, str(error))


def _inflated(chunks: Iterable[bytes], file: ReportFile) -> Iterator[bytes]:
    digest, size, is_whole = hashlib.md5(usedforsecurity=False), 0, False
    stream = zlib.decompressobj(_GZIP)
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        while chunk:
            yield stream.decompress(chunk, _BLOCK)
            chunk, is_whole = stream.unconsumed_tail, stream.eof
            if is_whole:  # another stream may follow in the same file
                chunk, stream = stream.unused_data, zlib.decompressobj(_GZIP)
    if digest.hexdigest() != file.md5 or size != file.size:
        _damaged(file, "it has another MD5 digest or size than the report says")
    if not is_whole:
        yield stream.flush()
        if not stream.eof:
            _damaged(file, "it ends too early")


def _damaged(file: ReportFile, why: str) -> NoReturn:
    raise InventoryFault(f"{file.uri} is damaged: {why}", "name an earlier report, or wait for the next one")
