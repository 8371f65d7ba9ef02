"""Asks S3 about one object, and reads a part of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from groundctl.adapters.aws.responses import error_code, error_message, expect, malformed_as_parser_error
from groundctl.domain.clips.inspection.object_facts import Absence, HeadAnswer, ObjectFacts, Unavailable
from groundctl.errors import RefusedByAws

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

# Not a name that S3's model has, so botocore does nothing with it.
_SIGNED_FOR = "groundctl.Region"
_ABSENT = {403: Absence.DENIED, 404: Absence.MISSING, 301: Absence.OTHER_REGION}
_ABOUT_CREDENTIALS = {"ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed"}
_OUTSIDE = {"InvalidRange", "416"}


def note_region(client: S3Client) -> None:
    """Let each answer to HEAD say for which Region its request was signed: botocore follows a bucket to another one."""
    client.meta.events.register("after-call.s3.HeadObject", _note_region)


def _note_region(parsed: dict[str, Any], context: Mapping[str, Any], **_: Any) -> None:
    parsed[_SIGNED_FOR] = context.get("signing", {}).get("region")


def ask_about(client: S3Client, bucket: str, key: str, *, region: str) -> HeadAnswer:
    """Send HEAD for an object."""
    try:
        with malformed_as_parser_error():
            found: Mapping[str, Any] = client.head_object(Bucket=bucket, Key=key)
            return _facts(found, f"s3://{bucket}/{key}", region)
    except aws.ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if why := _ABSENT.get(status):
            return Unavailable(why=why)
        if status != 400:
            raise
    return _why_bad(client, bucket, key)


def _facts(found: Mapping[str, Any], uri: str, region: str) -> HeadAnswer:
    expect(found, "ETag", "LastModified")
    if found.get("ContentLength") is None:
        raise ResponseParserError("no ContentLength in it")
    if found.get(_SIGNED_FOR) not in {None, region}:
        return Unavailable(why=Absence.OTHER_REGION, detail=str(found[_SIGNED_FOR]))
    if found.get("SSECustomerAlgorithm"):
        return Unavailable(why=Absence.CUSTOMER_KEY)
    return ObjectFacts(
        uri=uri,
        size=found["ContentLength"],
        modified=f"{found['LastModified']:%Y-%m-%dT%H:%M:%SZ}",
        # S3 leaves the class out for STANDARD.
        storage_class=found.get("StorageClass") or "STANDARD",
        content_type=found.get("ContentType") or "",
        content_encoding=found.get("ContentEncoding") or "",
        archive_status=found.get("ArchiveStatus") or "",
        restore=found.get("Restore") or "",
        etag=found["ETag"],
        version=_version(found),
    )


def _version(found: Mapping[str, Any]) -> str:
    # An object that was written while the bucket kept no versions has the version "null", which the next such one replaces.
    version = found.get("VersionId") or ""
    return "" if version == "null" else version


def _why_bad(client: S3Client, bucket: str, key: str) -> Unavailable:
    """Ask once more for the reason that an answer to HEAD has no room for."""
    try:
        client.get_object(Bucket=bucket, Key=key, Range="bytes=0-0")
    except aws.ClientError as error:
        if error_code(error) in {"InvalidRequest", "InvalidArgument"}:
            return Unavailable(why=Absence.CUSTOMER_KEY, detail=error_message(error))
        raise
    raise ResponseParserError("HEAD is refused, and the object can be read")


def get_range(client: S3Client, bucket: str, key: str, start: int, length: int) -> bytes:
    """Read a part of an object."""
    try:
        with malformed_as_parser_error():
            found = client.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{start + length - 1}")
            expect(found, "Body")
            # A proxy that ignores the range would send the whole clip.
            content = found["Body"].read(length)
            if "ContentRange" not in found:
                raise ResponseParserError("the whole object instead of a part")
    except aws.ClientError as error:
        if error_code(error) in _OUTSIDE or error_code(error) in {"NoSuchKey", "404"}:
            return b""
        if is_denied(error):
            raise RefusedByAws(f"S3 denies to read it ({error_code(error)})", hint="play it in a browser") from error
        raise
    return content


def is_denied(error: aws.ClientError) -> bool:
    """Return whether this object is refused, and not the credentials."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status == 403 and error_code(error) not in _ABOUT_CREDENTIALS
