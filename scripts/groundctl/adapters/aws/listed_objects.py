"""Reads the objects of a ListObjectsV2 response without botocore's parser, which takes twenty times as long for each.

Only entries in exactly the form that S3 writes are read here, and botocore still reads the rest of such a response. In any
other form, botocore reads all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import unquote_plus

from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

# Not a name that S3's model has, so botocore does nothing with it.
_READ_HERE = "groundctl.Objects"
# Elements without attributes, children, references, or blanks around them. S3 encodes all other characters of a key.
_ENTRY = re.compile(
    r"<Contents><Key>([!-%'-;=?-~]+)</Key>"
    r"<LastModified>([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z)</LastModified>"
    r'<ETag>(?:&quot;|")([0-9A-Za-z-]+)(?:&quot;|")</ETag>'
    r"(?:<ChecksumAlgorithm>[0-9A-Z]+</ChecksumAlgorithm>)*(?:<ChecksumType>[A-Z_]+</ChecksumType>)?"
    r"<Size>([0-9]{1,15})</Size><StorageClass>([A-Z0-9_]+)</StorageClass></Contents>"
)
# What precedes the entries: the root, and elements that are closed. So the entries are children of the root.
_HEAD = re.compile(r"(?:<\?xml [^<>]*\?>)?\s*<\w+[^<>]*>(?:\s*<\w+>[^<]*</\w+>|\s*<\w+ ?/>)*")
_OTHER_ENTRY = re.compile(r"[<:]Contents\b")


class ListedObject(NamedTuple):
    """An entry of a list as S3 writes it; modified is empty if S3 left it out."""

    key: str
    size: int
    modified: str
    storage_class: str
    etag: str


def read_objects_quickly(client: S3Client) -> None:
    """Let a client read the objects of each list here."""
    # With this wildcard it comes before botocore's own handlers for S3, one of which parses the body to find an error in it.
    client.meta.events.register("before-parse.*.ListObjectsV2", _before_parse)


def objects_of(page: Mapping[str, Any]) -> Sequence[ListedObject]:
    """Return the objects of a page, read here or by botocore."""
    read_here: Sequence[ListedObject] | None = page.get(_READ_HERE)
    if read_here is None:
        return [_from_botocore(entry) for entry in page.get("Contents", ())]
    # botocore asks S3 for encoded keys, and decodes only those that it has read.
    if page.get("EncodingType") == "url":
        return [each._replace(key=unquote_plus(each.key)) if _is_encoded(each.key) else each for each in read_here]
    return read_here


def _is_encoded(key: str) -> bool:
    return "%" in key or "+" in key


def _from_botocore(entry: Mapping[str, Any]) -> ListedObject:
    if not isinstance(entry.get("Size"), int):
        raise ResponseParserError("no Size in it")
    modified = entry.get("LastModified")
    found = ListedObject(
        key=entry["Key"],
        size=entry["Size"],
        modified=_in_form_of_s3(modified) if isinstance(modified, datetime) else "",
        storage_class=entry.get("StorageClass", "STANDARD"),
        etag=entry.get("ETag", ""),
    )
    # botocore gives the elements themselves for a member that comes twice.
    if not all(isinstance(text, str) for text in (found.key, found.storage_class, found.etag)):
        raise ResponseParserError("a member of an entry comes twice")
    return found


def _in_form_of_s3(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _before_parse(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Take the objects out of a response before botocore reads it."""
    if response_dict["status_code"] != 200:
        return
    try:
        body = cast("bytes", response_dict["body"]).decode()
    except UnicodeDecodeError:
        return
    start = body.find("<Contents>")
    if start < 0:
        return
    objects, end = _read(body, start)
    rest = body[:start], body[end:]
    if _HEAD.fullmatch(rest[0]) and not any(map(_OTHER_ENTRY.search, rest)) and _are_dates(objects):
        response_dict["body"] = "".join(rest).encode()
        customized_response_dict[_READ_HERE] = objects


def _read(body: str, start: int) -> tuple[list[ListedObject], int]:
    """Read the entries that follow each other from here; return the end of the last one, too."""
    objects: list[ListedObject] = []
    end = start
    for found in _ENTRY.finditer(body, start):
        if found.start() != end:
            break
        end = found.end()
        key, modified, etag, size, storage_class = found.groups()
        objects.append(ListedObject(key, int(size), modified, storage_class, f'"{etag}"'))
    return objects, end


def _are_dates(objects: Sequence[ListedObject]) -> bool:
    try:
        for day in {each.modified[:10] for each in objects}:
            date.fromisoformat(day)
    except ValueError:
        return False
    return True
