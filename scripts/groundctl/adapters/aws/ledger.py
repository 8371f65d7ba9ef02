"""The purchase ledger on S3: one object for each entry, written once, and packs of a hundred entries to read from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from groundctl.adapters.aws.aws_time import time_of
from groundctl.adapters.aws.responses import get_object, list_pages, put_object
from groundctl.adapters.aws.session import WITHOUT_CREDENTIALS, AwsSession, in_plain_words
from groundctl.domain.jobs.ledger.entries import (
    Appended,
    AppendResult,
    AppendUnclear,
    LedgerLog,
    NumberTaken,
    Unreadable,
    extend_log,
)
from groundctl.domain.jobs.ledger.packs import due_packs, numbers_in, parse_pack, write_pack
from groundctl.errors import ExternalError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

ENTRIES, PACKS = "ledger/entries/", "ledger/packs/"
_ENTRY_KEY = re.compile(rf"{ENTRIES}([0-9]{{12}})")
_PACK_KEY = re.compile(rf"{PACKS}([0-9]{{8}})")
_MEDIA_TYPE = "application/octet-stream"
_READS_AT_ONCE = 8
# Answers after which the entry may be there, be another's, or arrive later: 412, 409 and all faults of the service.
_LOOK_AFTER_STATUS = {408, 409, 412, 499}
_LOOK_AFTER_CODES = {"PreconditionFailed", "ConditionalRequestConflict", "OperationAborted", "RequestTimeout"}
# The object that a listing showed is gone, or has other content: no listing of a write-once prefix can say that.
_NO_SUCH_KEY = {"NoSuchKey", "404"}


@dataclass(frozen=True, slots=True)
class _Listed:
    """One page after the other of a prefix: keys with sizes, and AWS's time of the first page."""

    sizes: Mapping[str, int]
    aws_time: datetime | None


class S3Ledger:
    """The ledger in one bucket."""

    def __init__(self, session: AwsSession, bucket: str) -> None:
        self._session = session
        self._bucket = bucket

    @property
    def _client(self) -> S3Client:
        return self._session.s3()

    def read(self, known: LedgerLog | None = None) -> LedgerLog:
        """Read the ledger to its end, or what follows the part that is known."""
        with in_plain_words(f"reading the ledger in {self._bucket}", self._session.region):
            return self._from_start() if known is None else self._from(known, {}, packs=known.packs)

    def read_unpacked(self) -> LedgerLog:
        """Read every entry from its own object."""
        with in_plain_words(f"reading the ledger in {self._bucket}", self._session.region):
            return self._from(LedgerLog(), {}, packs=0)

    def read_packs(self) -> Mapping[str, bytes | None]:
        """Read every pack by its name."""
        with in_plain_words(f"reading the ledger in {self._bucket}", self._session.region):
            sizes = self._list(PACKS, "").sizes
            contents = zip(sizes, self._read_all(sizes, sizes), strict=True)
            return {key.removeprefix(PACKS): content for key, content in contents}

    def append(self, number: int, content: bytes) -> AppendResult:
        """Write an entry under the number after the end, unless there is one.

        A repeated send cannot write twice, so the SDK may repeat it; an answer other than success says nothing until
        the number was read.
        """
        key = entry_key(number)
        with in_plain_words(f"writing {key} in {self._bucket}", self._session.region):
            try:
                is_sure = self._put(key, content)
            except WITHOUT_CREDENTIALS:
                raise
            except aws.ClientError as error:
                if not _leaves_open(error):
                    raise
                return self._look(number, content, str(error))
            except aws.BotoCoreError as error:
                return self._look(number, content, str(error))
        return Appended(number=number) if is_sure else self._look(number, content, "the response has no ETag")

    def write_packs(self, log: LedgerLog) -> LedgerLog:
        """Write the packs that are due. A pack that cannot be written is left to the next appender."""
        for pack in due_packs(log):
            content = write_pack(pack, log)
            if content is None:
                break
            try:
                if not self._put(_pack_key(pack), content):
                    break
            except aws.ClientError as error:
                if error.response.get("Error", {}).get("Code") != "PreconditionFailed":
                    break
            except aws.BotoCoreError:
                break
            log = replace(log, packs=pack + 1)
        return log

    def _put(self, key: str, content: bytes) -> bool:
        request = {"Bucket": self._bucket, "Key": key, "Body": content, "ContentType": _MEDIA_TYPE}
        return put_object(self._client, **request, IfNoneMatch="*")

    def _look(self, number: int, content: bytes, message: str) -> AppendResult:
        """Find out whose entry has the number. The nonce makes the content of every entry one of a kind."""
        try:
            with in_plain_words(f"reading {entry_key(number)} in {self._bucket}", self._session.region):
                found = self._get(entry_key(number))
        except ExternalError as error:
            return AppendUnclear(number=number, message=f"{message}; then {error.message}")
        if found is None:
            return AppendUnclear(number=number, message=message)
        return Appended(number=number) if found == content else NumberTaken(number=number)

    def _from_start(self) -> LedgerLog:
        listed = self._list(PACKS, "")
        numbers = {int(match[1]) for key in listed.sizes if (match := _PACK_KEY.fullmatch(key))}
        packs = next(number for number in range(len(numbers) + 1) if number not in numbers)
        packed = self._read_packs(packs, listed.sizes)
        log = self._from(LedgerLog(), packed, packs=packs)
        return self._without_damaged_copies(log, packed)

    def _from(self, known: LedgerLog, packed: Mapping[int, bytes], *, packs: int) -> LedgerLog:
        """List and read the entries after those that are known or packed."""
        start = max((known.end, *packed))
        listed = self._list(ENTRIES, entry_key(start) if start else "")
        keys = {int(match[1]): key for key in listed.sizes if (match := _ENTRY_KEY.fullmatch(key)) and int(match[1])}
        strange = sorted(listed.sizes.keys() - keys.values())
        contents = dict(zip(keys, self._read_all(keys.values(), listed.sizes), strict=True))
        return extend_log(
            known,
            {**packed, **contents},
            packs=packs,
            strange_keys=sorted({*known.strange_keys, *strange}),
            aws_time=listed.aws_time,
        )

    def _read_packs(self, packs: int, sizes: Mapping[str, int]) -> dict[int, bytes]:
        """Read the entries of all packs; those of a damaged pack one by one."""
        contents: dict[int, bytes] = {}
        keys = [_pack_key(pack) for pack in range(packs)]
        for pack, content in enumerate(self._read_all(keys, sizes)):
            found = None if content is None else parse_pack(pack, content)
            contents.update(self._read_entries(numbers_in(pack)) if found is None else found)
        return contents

    def _without_damaged_copies(self, log: LedgerLog, packed: Mapping[int, bytes]) -> LedgerLog:
        """Read again, one by one, the packed entries that are not to be believed: the pack may be what is damaged."""
        doubted = {each.number + step for each in log.entries if isinstance(each, Unreadable) for step in (0, 1)}
        originals = self._read_entries(number for number in sorted(doubted) if number in packed)
        if all(packed[number] == content for number, content in originals.items()):
            return log
        contents = {each.number: each.content for each in log.entries}
        return extend_log(
            LedgerLog(),
            {**contents, **originals},
            packs=log.packs,
            strange_keys=log.strange_keys,
            aws_time=log.aws_time,
        )

    def _read_entries(self, numbers: Iterable[int]) -> dict[int, bytes]:
        wanted = list(numbers)
        found = zip(wanted, self._read_all([entry_key(number) for number in wanted], {}), strict=True)
        return {number: content for number, content in found if content is not None}

    def _read_all(self, keys: Iterable[str], sizes: Mapping[str, int]) -> list[bytes | None]:
        """Read objects, several at a time, in the order of their keys."""
        wanted = list(keys)
        if not wanted:
            return []
        with ThreadPoolExecutor(min(_READS_AT_ONCE, len(wanted))) as pool:
            contents = list(pool.map(self._get, wanted))
        for key, content in zip(wanted, contents, strict=True):
            if content is not None and len(content) != sizes.get(key, len(content)):
                raise ResponseParserError(f"{key} has {len(content)} bytes, and was listed with {sizes[key]}")
        return contents

    def _get(self, key: str) -> bytes | None:
        try:
            return get_object(self._client, self._bucket, key).read()
        except aws.ClientError as error:
            if error.response.get("Error", {}).get("Code") in _NO_SUCH_KEY:
                return None
            raise

    def _list(self, prefix: str, after: str) -> _Listed:
        sizes: dict[str, int] = {}
        aws_time: datetime | None = None
        for page in list_pages(self._client, self._bucket, prefix, after=after):
            sizes.update((each.key, each.size) for each in page.objects)
            aws_time = aws_time or time_of(page.response)
        return _Listed(sizes, aws_time)


def entry_key(number: int) -> str:
    """Name an entry's object."""
    return f"{ENTRIES}{number:012d}"


def _pack_key(pack: int) -> str:
    return f"{PACKS}{pack:08d}"


def _leaves_open(error: aws.ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    code = error.response.get("Error", {}).get("Code", "")
    return status >= 500 or status in _LOOK_AFTER_STATUS or code in _LOOK_AFTER_CODES
