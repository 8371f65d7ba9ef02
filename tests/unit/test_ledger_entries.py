"""An entry is read as it was written, or is a value that says why not; nothing that an entry holds raises."""

from __future__ import annotations

import hashlib
import json
import random

import msgspec
import pytest

from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.clips.clip_index import ClipIndex, HashedClips
from groundctl.domain.jobs.ledger.entries import NO_ENTRY, Entry, LedgerLog, Unreadable, extend_log, parse_entry
from groundctl.domain.jobs.ledger.packs import due_packs, numbers_in, parse_pack, write_pack
from groundctl.domain.jobs.ledger.purchases import Purchases
from support.ledger import (
    NOW,
    Indexed,
    a_log,
    a_purchase,
    an_adopted_job,
    an_attempt,
    an_entry,
    clips,
    content_of,
    created,
    ended,
    opened,
    refused,
    void,
)

EVERY_KIND: tuple[Indexed, ...] = (
    a_purchase(),
    an_attempt(2),
    refused(3),
    created(2),
    ended(2, "a"),
    an_adopted_job("b"),
    void(2),
    void(unreadable=3),
)


def a_line(**changes: object) -> bytes:
    """The JSON line of a purchase's entry, with members changed, or taken away where they are None."""
    line = json.loads(content_of(a_log(a_purchase(asked="")), 2).split(b"\n")[0])
    changed = {name: value for name, value in (line | changes).items() if value is not None}
    return canonical_json(changed) + b"\n"


def why(content: bytes, number: int = 2) -> str:
    found = parse_entry(number, content)
    assert isinstance(found, Unreadable)
    return found.why


def test_an_entry_of_every_kind_is_read_as_it_was_written():
    log = a_log(*EVERY_KIND)

    records = [record for each in log.entries if isinstance(each, Entry) for _, record, _ in each.records()]

    assert records == [opened()[0], *(record for record, _ in EVERY_KIND)]


def test_the_line_is_canonical_json_and_the_index_follows():
    content = content_of(a_log(a_purchase(asked="abc")), 2)
    line, _, index = content.partition(b"\n")

    assert canonical_json(json.loads(line)) == line
    assert ClipIndex(index) == clips("abc").index()


def test_several_records_keep_their_own_clips():
    log = a_log((a_purchase("a", "ab"), a_purchase("b", "c")))

    [entry] = log.entries[1:]
    assert isinstance(entry, Entry)
    assert [index for _, _, index in entry.records()] == [clips("ab").index(), clips("c").index()]


def test_each_entry_names_the_one_before():
    log = a_log(a_purchase(), created(2))

    entries = [each for each in log.entries if isinstance(each, Entry)]
    assert [each.header.previous for each in entries] == [NO_ENTRY, *(each.digest for each in entries[:-1])]
    assert log.tip == entries[-1].digest


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "has no complete first line"),
        (b"\n", "is not a ledger entry"),
        (b"\xff\xfe\n", "is not a ledger entry"),
        (b"[" * 100_000 + b"\n", "is not a ledger entry"),
        (a_line(format=2), "has format 2; this version of groundctl reads format 1"),
        (a_line(format=None), "is not in canonical form"),
        (a_line(extra=1), "is damaged: Object contains unknown field `extra`"),
        (a_line(previous="0"), "is damaged: Expected `str` of length >= 64 - at `$.previous`"),
        (a_line(nonce="0" * 33), "is damaged: Expected `str` of length <= 32 - at `$.nonce`"),
        (a_line(records=[]), "is damaged: Expected `array` of length >= 1 - at `$.records`"),
        (a_line(records=[{"kind": "sold"}]), "is damaged: Invalid value 'sold' - at `$.records[0].kind`"),
        (a_line(at="2026-11-23T09:15:00"), "is damaged: Expected `datetime` with a timezone component - at `$.at`"),
        (a_line(at="2026-11-23T09:15:00.000Z"), "is not in canonical form"),
        (a_line().replace(b'","', b'", "'), "is not in canonical form"),
        (a_line().replace(b'"format":1', b'"format":1,"format":1'), "is not in canonical form"),
        (a_line() + b"12345678", "lists 0 clips, but 8 bytes of clip index follow"),
        (content_of(a_log(a_purchase(asked="a")), 2)[:-1], "lists 1 clips, but 7 bytes of clip index follow"),
        (a_line().replace(b'"rally-1"', b'"Rally-1"'), "is damaged: name has capital letters"),
    ],
)
def test_what_is_not_an_entry_says_why(content: bytes, reason: str):
    assert why(content).startswith(reason)


def test_a_void_record_names_one_thing():
    line = content_of(a_log(void(unreadable=9)), 2)

    assert "void names either a purchase or an unreadable entry" in why(
        line.replace(b'"unreadable":9', b'"unreadable":null')
    )


def test_only_entry_1_opens_the_ledger():
    assert why(content_of(a_log(), 1)) == "is `opened`, which only entry 1 may be"
    assert why(a_line(), number=1) == "is not `opened`, as entry 1 must be"


def test_an_entry_without_the_entry_it_was_written_upon_takes_that_one_out():
    log = a_log(a_purchase("a"), created(2))
    other = a_log(a_purchase("b"))
    changed = extend_log(other, {3: content_of(log, 3)})

    assert isinstance(changed.entries[1], Unreadable)
    assert changed.entries[1].why == "is not what entry 3 was written upon: one of the two was changed"


def test_a_gap_is_one_unreadable_entry_and_the_log_goes_on_after_it():
    log = a_log(a_purchase("a"), a_purchase("b"), a_purchase("c"))

    gapped = extend_log(LedgerLog(), {number: content_of(log, number) for number in (1, 4)})

    assert gapped.end == 4
    assert [(each.number, each.why) for each in gapped.entries if isinstance(each, Unreadable)] == [
        (2, "is missing, as all entries to 3 are")
    ]


def test_an_entry_that_is_listed_and_cannot_be_found_is_missing():
    log = extend_log(LedgerLog(), {1: content_of(a_log(), 1), 2: None})

    assert log.entries[1] == Unreadable(number=2, why="is missing")


def test_packs_hold_aligned_hundreds():
    assert numbers_in(0) == range(1, 100)
    assert numbers_in(7) == range(700, 800)


@pytest.mark.parametrize(
    ("end", "packs", "due"),
    [(0, 0, []), (99, 0, []), (100, 0, [0]), (100, 1, []), (399, 1, [1, 2]), (400, 1, [1, 2, 3])],
)
def test_a_pack_is_due_when_the_entry_after_it_exists(end: int, packs: int, due: list[int]):
    assert list(due_packs(LedgerLog(end=end, packs=packs))) == due


def test_a_pack_gives_back_the_bytes_of_its_entries_damaged_ones_included():
    contents = {number: b"line %d\n\x00" % number if number % 3 else b"no line end" for number in range(700, 800)}
    log = LedgerLog(
        entries=tuple(Unreadable(number=number, why="", content=content) for number, content in contents.items()),
        end=800,
    )

    pack = write_pack(7, log)

    assert pack is not None
    assert parse_pack(7, pack) == contents
    assert parse_pack(6, pack) is None
    for cut in range(0, len(pack), 97):
        assert parse_pack(7, pack[:cut]) is None


def test_a_pack_with_a_missing_entry_is_not_written():
    log = LedgerLog(entries=(Unreadable(number=1, why="is missing"),), end=100)

    assert write_pack(0, log) is None


def test_a_thousand_random_damages_raise_nothing():
    chance = random.Random(7)
    content = content_of(a_log((a_purchase(asked="abc"), created(2))), 2)
    for _ in range(1000):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        found = parse_entry(2, bytes(damaged))
        if isinstance(found, Entry):
            assert Purchases.of(LedgerLog(entries=(found,), end=2)) is not None


def test_a_clip_is_hashed_by_its_exact_uri():
    hashed = HashedClips.of(["s3://a/1.mp4"])

    assert hashed.index().raw == hashlib.sha256(b"s3://a/1.mp4").digest()[:8]
    assert not hashed.shared_with(HashedClips.of(["s3://a/1.MP4", "s3://a//1.mp4"]).index())


def test_an_entry_is_not_written_with_an_index_of_another_length():
    record, _ = a_purchase(asked="ab")

    with pytest.raises(ValueError, match="the record says 2 clips, its index has 1"):
        an_entry(a_log(), (record, clips("a").index()))


def test_an_entry_that_no_reader_would_accept_is_not_written():
    with pytest.raises(msgspec.ValidationError, match="timezone"):
        an_entry(a_log(), a_purchase(signed_until=NOW.replace(tzinfo=None)))
