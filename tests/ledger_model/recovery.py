"""What happens when faults cease: every declared job is applied, and a person voids what the runs name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ledger_model.protocol import Protocol
from ledger_model.world import Actor, Entry, Job, Kind, Role, State, Step, Violation, view

ROUNDS = 3
MAX_STEPS = 60


def check_recovery(protocol: Protocol, state: State) -> int:
    """Check that a calm world comes to a good end, whether what is on its way arrives or not. Say how many were tried."""
    if any(entry.kind is Kind.GONE for entry in state.log):
        return 0  # a ledger with a gap stops every create until a person has looked at it
    endings = [state, state._replace(sent=frozenset())] if state.sent else [state]
    for ending in endings:
        _recover(replace(protocol, faults=frozenset()), ending)
    return len(endings)


def _recover(protocol: Protocol, state: State) -> None:
    state = _everything_arrives(protocol, state)
    for _ in range(ROUNDS):
        for number, script in enumerate(protocol.scripts):
            if script.role is Role.APPLY:
                state = _run(protocol, state, number)
        state = _all_closed(protocol, state)
        still_open = list(_open(state))
        if not still_open:
            break
        for purchase in still_open:
            state = _person_settles(state, purchase)
    else:
        raise Violation(f"purchases {still_open} stay open")
    _check_end(protocol, state)


def _everything_arrives(protocol: Protocol, state: State) -> State:
    for number, entry in sorted(state.late_writes, key=lambda write: write[0]):
        if len(state.log) == number:
            state = state._replace(log=(*state.log, entry))
    for request in sorted(state.sent):
        if request.attempt not in state.closed and not state.job(request.job):
            state = protocol.accept(state, request)
    return _all_closed(protocol, state._replace(late_writes=frozenset(), sent=frozenset(), faults=0))


def _all_closed(protocol: Protocol, state: State) -> State:
    for number in range(len(state.log)):
        state = protocol.close(state, number)
    return state._replace(jobs=tuple(job._replace(is_visible=True) for job in state.jobs))


def _run(protocol: Protocol, state: State, number: int) -> State:
    """Let one run go from its start to its end."""
    state = state.with_actor(number, Actor())
    for _ in range(MAX_STEPS):
        actor = state.actors[number]
        if actor.step is Step.DONE:
            return state
        state = _delivered(protocol, state, number) if actor.step is Step.WAIT else next(protocol.act(state, number))
    raise Violation(f"run {number} does not end")


def _delivered(protocol: Protocol, state: State, number: int) -> State:
    [request] = state.sent
    state = state._replace(sent=frozenset())
    if not state.job(request.job):
        state = protocol.accept(state, request)
    return state.with_actor(number, state.actors[number]._replace(step=Step.WRITE_CREATED))


def _open(state: State) -> Iterator[int]:
    seen = view(state.log)
    return (number for number in seen.live() if number not in seen.created)


def _person_settles(state: State, purchase: int) -> State:
    seen = view(state.log)
    if state.job(seen.purchases[purchase].job):
        return state._replace(log=(*state.log, Entry(Kind.CREATED, about=purchase)))
    if seen.is_settled(purchase, state.closed):
        return state._replace(log=(*state.log, Entry(Kind.VOID, about=purchase)))
    raise Violation(f"purchase {purchase} can neither be created nor voided")


def _check_end(protocol: Protocol, state: State) -> None:
    for number, (script, actor) in enumerate(zip(protocol.scripts, state.actors, strict=True)):
        if script.role is Role.APPLY and actor.outcome not in ("created", "exists", "held"):
            raise Violation(f"run {number} ends as {actor.outcome} in a calm world")
    for job in state.jobs:
        _check_is_known(job, state)


def _check_is_known(job: Job, state: State) -> None:
    seen = view(state.log)
    if not any(
        seen.purchases[number].job == job.key and not job.clips & ~seen.purchases[number].clips
        for number in seen.live()
    ):
        raise Violation(f"{job.key} exists, and no live purchase has its clips")
