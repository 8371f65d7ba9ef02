"""Checks that a response with status 200 is whole and answers the call that was made.

botocore reads an empty body as a response without members. Used as it is, such a response ends a list early, or says
that there is nothing. Every check raises ResponseParserError, which in_plain_words reports as no answer of AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from groundctl.adapters.aws.listed_objects import ListedObject, objects_of

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from types_boto3_s3.client import S3Client

# What botocore's model marks as required, or, for S3, where the model marks nothing, what AWS documents as always there.
DESCRIBED_JOB = (
    "LabelingJobName",
    "LabelingJobArn",
    "LabelingJobStatus",
    "LabelCounters",
    "CreationTime",
    "LastModifiedTime",
    "JobReferenceCode",
    "InputConfig",
    "OutputConfig",
    "RoleArn",
    "HumanTaskConfig",
)
LISTED_JOB = (
    "LabelingJobName",
    "LabelingJobArn",
    "LabelingJobStatus",
    "LabelCounters",
    "CreationTime",
    "LastModifiedTime",
    "WorkteamArn",
)
LISTED_PAGE = ("KeyCount", "IsTruncated", "Name")
OBJECT_READ = ("ContentLength", "ETag", "Body")
OBJECT_WRITTEN = ("ETag",)
# Access points answer with a name that need not be the alias that was asked for.
_ALIASES = ("-s3alias", "--ol-s3")


def expect(response: Mapping[str, Any] | None, *members: str) -> None:
    """Refuse a response that lacks what AWS always gives."""
    if not isinstance(response, Mapping):
        raise ResponseParserError("no members in it")
    for member in members:
        if response.get(member) in (None, ""):
            raise ResponseParserError(f"no {member} in it")


def error_code(error: aws.ClientError) -> str:
    """Return the code of an error; empty if what came back is not AWS's form of an error."""
    return str(_error(error).get("Code", ""))


def error_message(error: aws.ClientError) -> str:
    """Return the message of an error; empty if there is none."""
    return str(_error(error).get("Message", ""))


def _error(error: aws.ClientError) -> Mapping[str, Any]:
    found = error.response.get("Error")
    return found if isinstance(found, Mapping) else {}


@contextmanager
def malformed_as_parser_error() -> Iterator[None]:
    """Report members of the wrong type, on which botocore's parsers and ours stumble, as a response that is not AWS's."""
    try:
        yield
    except (aws.BotoCoreError, aws.ClientError):
        raise
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError, OSError) as error:
        raise ResponseParserError(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page of a list of objects, and the response that it came in."""

    objects: Sequence[ListedObject]
    response: Mapping[str, Any]


def list_pages(client: S3Client, bucket: str, prefix: str, *, after: str = "") -> Iterator[ListedPage]:
    """Read every page of a list of objects, and refuse pages that cannot be a part of it."""
    more: dict[str, Any] = {"StartAfter": after} if after else {}
    pages = iter(client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, **more))
    tokens: set[str] = set()
    last = after
    while True:
        with malformed_as_parser_error():
            page = next(pages, None)
            if page is None:
                return
            _check_page(page, bucket)
            objects = objects_of(page)
            last = _check_objects(objects, page["KeyCount"], prefix, last)
            token = page.get("NextContinuationToken")
            if token in tokens:
                raise ResponseParserError("the same token came twice")
            if token:
                tokens.add(token)
        yield ListedPage(objects, page)


def _check_page(page: Mapping[str, Any], bucket: str) -> None:
    expect(page, *LISTED_PAGE)
    if page["Name"] != bucket and not bucket.endswith(_ALIASES):
        raise ResponseParserError("a list of another bucket")
    if page["IsTruncated"] != bool(page.get("NextContinuationToken")):
        raise ResponseParserError("it does not say whether and where the list goes on")


def _check_objects(objects: Sequence[ListedObject], count: int, prefix: str, last: str) -> str:
    """Check the objects of one page; return its last key."""
    if count != len(objects):
        raise ResponseParserError(f"it counts {count} keys and has {len(objects)}")
    for each in objects:
        key = each.key
        # S3 lists in the order of UTF-8 bytes, which is Python's order of strings.
        if not key.startswith(prefix) or key <= last:
            raise ResponseParserError("a key that does not belong there")
        last = key
    return last


def get_object(client: S3Client, bucket: str, key: str) -> StreamingBody:
    """Start to read an object; its body raises if it ends before ContentLength."""
    with malformed_as_parser_error():
        response = client.get_object(Bucket=bucket, Key=key)
        expect(response, *OBJECT_READ)
        return response["Body"]


def put_object(client: S3Client, **request: Any) -> bool:
    """Write an object; return False if the response does not show whether it was written."""
    response: Mapping[str, Any] = client.put_object(**request)
    return isinstance(response, Mapping) and all(response.get(member) for member in OBJECT_WRITTEN)


def is_from_aws(response: Mapping[str, Any]) -> bool:
    """Say whether a response without members, as that of a stop, comes from AWS: AWS gives each a request ID."""
    return bool(isinstance(response, Mapping) and response.get("ResponseMetadata", {}).get("RequestId"))
