"""The ledger against plain sets: who holds what, what is bought, and that hashing changes nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundctl.domain.clips.clip_index import ClipIndex, HashedClips
from groundctl.domain.jobs.ledger.decisions import Buy, LookFirst, NothingLeft, Overlap, decide_purchase
from groundctl.domain.jobs.ledger.entries import Entry, LedgerLog, Unreadable, extend_log, parse_entry
from groundctl.domain.jobs.ledger.packs import parse_pack, write_pack
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.question import question
from support.ledger import (
    NOW,
    Indexed,
    a_log,
    a_purchase,
    a_want,
    an_adopted_job,
    an_attempt,
    clips,
    created,
    ended,
    refused,
    void,
)

LETTERS = "abcdefgh"
LABEL_SETS = (("no", "yes"), ("YES", " no"), ("no", "yes", "unsure"))
NAMES = (None, None, "foul", "net")

Letters = st.sets(st.sampled_from(LETTERS), min_size=1).map(lambda chosen: "".join(sorted(chosen)))


@dataclass
class Plainly:
    """One purchase, kept with plain sets."""

    job: str
    asked: frozenset[str]
    name: str | None
    labels: frozenset[str]
    attempts: set[int]
    refused: set[int] = field(default_factory=set)
    is_created: bool = False
    is_void: bool = False
    freed: frozenset[str] | None = None

    @property
    def is_live(self) -> bool:
        if self.is_created or self.freed is not None:
            return True
        return not self.is_void and bool(self.attempts - self.refused)

    @property
    def holds(self) -> frozenset[str]:
        return self.asked - (self.freed or frozenset()) if self.is_live else frozenset()

    def conflicts(self, name: str | None, labels: frozenset[str]) -> bool:
        if self.name and name:
            return self.name == name
        return self.labels == labels


Action = tuple[str, Any]
ACTIONS = st.one_of(
    st.tuples(
        st.sampled_from(("purchase", "purchase", "adopted")),
        st.tuples(st.sampled_from("pqrs"), Letters, st.sampled_from(NAMES), st.sampled_from(LABEL_SETS)),
    ),
    st.tuples(st.sampled_from(("attempt", "refused", "created", "void")), st.integers(0, 30)),
    st.tuples(st.just("ended"), st.tuples(st.integers(0, 30), Letters)),
)


def play(actions: Sequence[Action]) -> tuple[list[Indexed], dict[int, Plainly]]:
    """Write actions as records, and keep what they come to beside them. Numbers choose among what there is."""
    records: list[Indexed] = []
    bought: dict[int, Plainly] = {}
    attempts: dict[int, int] = {}
    for kind, value in actions:
        number = len(records) + 2
        if kind in ("purchase", "adopted"):
            job, asked, name, labels = value
            write = a_purchase if kind == "purchase" else an_adopted_job
            records.append(write(job, asked, question=name, labels=labels))
            folded = frozenset(label.strip().lower() for label in labels)
            own = {number} if kind == "purchase" else set()
            bought[number] = Plainly(job, frozenset(asked), name, folded, own, is_created=kind == "adopted")
            attempts.update(dict.fromkeys(own, number))
        elif bought:
            records.extend(_about(kind, value, number, bought, attempts))
    return records, bought


def _about(
    kind: str, value: Any, number: int, bought: dict[int, Plainly], attempts: dict[int, int]
) -> Sequence[Indexed]:
    """Write a record about one of the purchases."""
    chosen = sorted(bought)[(value[0] if kind == "ended" else value) % len(bought)]
    purchase = bought[chosen]
    match kind:
        case "attempt":
            purchase.attempts.add(number)
            attempts[number] = chosen
            return [an_attempt(chosen)]
        case "refused" if attempts:
            attempt = sorted(attempts)[value % len(attempts)]
            bought[attempts[attempt]].refused.add(attempt)
            return [refused(attempt)]
        case "created":
            purchase.is_created = True
            return [created(chosen)]
        case "void":
            purchase.is_void = True
            return [void(chosen)]
        case "ended":
            purchase.freed = frozenset(value[1]) if purchase.freed is None else purchase.freed
            return [ended(chosen, value[1])]
    return []


def uris(letters: frozenset[str]) -> frozenset[str]:
    return frozenset(clips("".join(letters)).uris)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(ACTIONS, max_size=14), st.sampled_from("pqrst"), Letters, st.sampled_from(NAMES),
    st.sampled_from(LABEL_SETS), st.booleans(),
)  # fmt: skip
def test_what_is_bought_is_what_plain_sets_say(
    actions: list[Action], job: str, asked: str, name: str | None, labels: tuple[str, ...], only_new: bool
) -> None:
    records, bought = play(actions)
    want = a_want(job, asked, question=question(name=name, labels=labels, title="T"), only_new=only_new)

    found = decide_purchase(want, Purchases.of(a_log(*records)))

    own = [each for each in bought.values() if each.job == job and each.is_live]
    folded = frozenset(label.strip().lower() for label in labels)
    held = {
        number: each.holds & frozenset(asked)
        for number, each in bought.items()
        if each.conflicts(name, folded) and each.holds & frozenset(asked)
    }
    if own:
        was_seen = own[-1].is_created or own[-1].freed is not None
        assert isinstance(found, LookFirst) is not was_seen
        return
    left = frozenset(asked).difference(*held.values())
    if held and not only_new:
        assert isinstance(found, Overlap)
        assert {each.purchase.id.entry: frozenset(each.clips) for each in found.held} == {
            number: uris(shared) for number, shared in held.items()
        }
        assert found.clips == len(frozenset(asked) - left)
    elif left:
        assert isinstance(found, Buy)
        assert frozenset(found.clips.uris) == uris(left)
    else:
        assert isinstance(found, NothingLeft)


@settings(max_examples=200, deadline=None)
@given(st.sets(st.text(max_size=12)), st.sets(st.text(max_size=12)))
def test_hashed_clips_meet_as_their_names_do(mine: set[str], theirs: set[str]) -> None:
    hashed = HashedClips.of(sorted(mine))

    shared = hashed.shared_with(HashedClips.of(theirs).index())

    assert set(hashed.named(shared)) == mine & theirs
    assert set(hashed.without(shared).uris) == mine - theirs
    assert hashed.without(shared).distinct == HashedClips.of(mine - theirs).distinct


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1)))
def test_an_index_has_one_form(hashes: list[int]) -> None:
    index = ClipIndex.of(hashes)

    assert index.hashes() == sorted(set(hashes))
    assert index == ClipIndex.of(reversed(hashes))
    assert index.is_canonical
    assert not ClipIndex(index.raw + bytes(8)).is_canonical or not hashes


def test_two_hundred_thousand_clips_meet_exactly() -> None:
    chance = random.Random(5)
    names = [f"s3://clips/{number:06}.mp4" for number in range(200_000)]
    mine, theirs = chance.sample(names, 100_000), chance.sample(names, 100_000)
    hashed = HashedClips.of(mine)

    shared = hashed.shared_with(HashedClips.of(theirs).index())

    assert set(hashed.named(shared)) == set(mine) & set(theirs)


@settings(max_examples=100, deadline=None)
@given(st.lists(ACTIONS, max_size=10), st.data())
def test_a_damaged_entry_is_a_value_and_stops_purchases(actions: list[Action], data: st.DataObject) -> None:
    records, _ = play(actions)
    log = a_log(*records)
    contents = {each.number: each.content or b"" for each in log.entries}
    number = data.draw(st.sampled_from(sorted(contents)[:-1] or [1]))
    content = bytearray(contents[number])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))

    damaged = extend_log(LedgerLog(aws_time=NOW), contents | {number: bytes(content)})

    # The last entry has none after it that names it; a change that leaves it a good entry cannot be seen yet.
    if number < log.end:
        assert any(isinstance(each, Unreadable) for each in damaged.entries)
        assert Purchases.of(damaged).faults
    assert isinstance(parse_entry(number, bytes(content)), Entry | Unreadable)


@settings(max_examples=30, deadline=None)
@given(st.lists(ACTIONS, min_size=1, max_size=10), st.integers(1, 3), st.integers(0, 99))
def test_a_pack_does_not_depend_on_its_writer_and_returns_its_entries(
    actions: list[Action], packs: int, more: int
) -> None:
    records, _ = play([("purchase", ("p", "ab", None, ("no",))), *actions])
    log = a_log(*(records * 400)[: packs * 100 + more])
    short = LedgerLog(entries=log.entries[: packs * 100], end=packs * 100)

    pack = packs - 1
    written = write_pack(pack, log)

    assert written is not None
    assert written == write_pack(pack, short)
    contents = parse_pack(pack, written)
    assert contents is not None
    wanted = {each.number: each.content for each in log.entries if each.number in contents}
    assert contents == wanted


@pytest.mark.parametrize("minutes", [0, 59, 60, 61])
def test_an_attempt_closes_on_the_hour_by_awss_clock(minutes: int) -> None:
    ledger = Purchases.of(a_log(a_purchase(signed_until=NOW - timedelta(minutes=minutes))))

    [purchase] = ledger.live()

    assert bool(purchase.open_attempts(NOW)) is (minutes <= 60)
