"""The product decides as the explored model does: on every log of many random histories, for every job in them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from groundctl.domain.jobs.ledger.decisions import (
    AlreadyCreated,
    Buy,
    Claim,
    ContinueAttempt,
    LookFirst,
    NothingLeft,
    Overlap,
    StillPending,
    VoidFirst,
    decide_purchase,
)
from groundctl.domain.jobs.ledger.look import Absent
from groundctl.domain.jobs.ledger.purchases import SETTLING_TIME, SIGNING_TIME, Purchases
from groundctl.domain.jobs.ledger.records import JobIdentity, RecordId
from groundctl.domain.jobs.ledger.settlement import VoidAllowed, may_void
from ledger_model.scenarios import SCENARIOS, Scenario
from ledger_model.world import NONE, Entry, Kind, Role, Script, State, View, view
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

HISTORIES = 25
# Entry 1 of a real ledger is `opened`; the model's log begins with its entry 0.
OFFSET = 2
PAST = NOW - SETTLING_TIME - timedelta(seconds=1)


def job_of(key: str) -> JobIdentity:
    name, _, region = key.partition("@")
    return JobIdentity(account="123456789012", region=region, name=name)


def letters(bits: int) -> str:
    return "".join(letter for place, letter in enumerate("abc") if bits >> place & 1)


def record_of(number: int, entry: Entry, state: State) -> Indexed:
    """Write an entry of the model as a record. An attempt that the model calls closed was signed long ago."""
    signed_until = PAST if number in state.closed else NOW + SIGNING_TIME
    about = entry.about + OFFSET
    match entry.kind:
        case Kind.PURCHASE:
            rerun_of = rerun(entry.rerun, state)
            values = {"job": job_of(entry.job), "signed_until": signed_until, "rerun_of": rerun_of}
            return a_purchase(entry.job, letters(entry.clips), **values)
        case Kind.ADOPTED:
            return an_adopted_job(entry.job, letters(entry.clips), job=job_of(entry.job))
        case Kind.ATTEMPT:
            return an_attempt(about, signed_until=signed_until)
        case Kind.REFUSED:
            return refused(about)
        case Kind.CREATED:
            return created(about)
        case Kind.ENDED:
            return ended(about, letters(entry.clips))
    return void(about)


def ledger_of(state: State) -> Purchases:
    return Purchases.of(a_log(*(record_of(number, entry, state) for number, entry in enumerate(state.log))))


def rerun(key: str, state: State) -> RecordId | None:
    found = (number for number, entry in enumerate(state.log) if key and entry.job == key)
    return next((RecordId(entry=number + OFFSET) for number in found), None)


def want_of(script: Script, state: State) -> Claim:
    return a_want(
        script.job,
        letters(script.clips),
        job=job_of(script.job),
        only_new=script.only_new,
        rerun_of=rerun(script.rerun, state),
    )


def histories(scenario: Scenario, seed: int) -> Iterator[State]:
    """Yield the states of random histories with three faults, each log once."""
    chance, seen = random.Random(seed), set()
    protocol = scenario.protocol()
    for _ in range(HISTORIES):
        state = scenario.start(faults=3)
        while following := list(protocol.after(state)):
            state = chance.choice(following)
            if (state.log, state.closed) not in seen:
                seen.add((state.log, state.closed))
                yield state


def expected(script: Script, seen: View, state: State) -> tuple[type, ...]:
    """Say what the model makes of a log for one job: the decision, and the one after Describe has not found the job."""
    own = seen.own(script.job)
    if own is not None:
        if own in seen.created:
            return (AlreadyCreated, AlreadyCreated)
        bought = seen.purchases[own].clips
        if (not bought & ~script.clips) if script.only_new else bought == script.clips:
            return (LookFirst, ContinueAttempt)
        return (LookFirst, VoidFirst if seen.is_settled(own, state.closed) else StillPending)
    held = seen.holders(script)
    left = left_of(script, seen)
    if held and not script.only_new:
        return (Overlap, Overlap)
    return (Buy, Buy) if left else (NothingLeft, NothingLeft)


def left_of(script: Script, seen: View) -> int:
    left = script.clips
    for each in seen.holders(script).values():
        left &= ~each
    return left


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_product_decides_as_the_model_does(name: str) -> None:
    scenario = SCENARIOS[name]
    for state in histories(scenario, seed=3):
        ledger, seen = ledger_of(state), view(state.log)
        assert {each.id.entry - OFFSET for each in ledger.live()} == set(seen.live())
        for script in scenario.scripts:
            if script.role is Role.APPLY:
                want = want_of(script, state)
                first = decide_purchase(want, ledger)
                second = decide_purchase(want, ledger, look=Absent())
                assert (type(first), type(second)) == expected(script, seen, state), state.log
                if isinstance(first, Buy):
                    assert first.clips.uris == clips(letters(left_of(script, seen))).uris
                if isinstance(first, Overlap | NothingLeft):
                    held = {each.purchase.id.entry - OFFSET: each.clips for each in first.held}
                    in_model = seen.holders(script)
                    assert held == {number: clips(letters(bits)).uris for number, bits in in_model.items()}


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_product_lets_a_purchase_be_voided_when_the_model_does(name: str) -> None:
    for state in histories(SCENARIOS[name], seed=4):
        ledger, seen = ledger_of(state), view(state.log)
        for number, purchase in seen.purchases.items():
            may = may_void(RecordId(entry=number + OFFSET), ledger, look=Absent())
            is_open = number not in seen.created and number not in seen.void
            settled = purchase.kind is Kind.PURCHASE and seen.is_settled(number, state.closed)
            assert isinstance(may, VoidAllowed) is (is_open and settled)


def test_the_model_and_the_product_count_from_different_ends() -> None:
    assert NONE + OFFSET == 1  # no entry of the model becomes `opened`
