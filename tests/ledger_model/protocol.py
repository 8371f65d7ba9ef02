"""The protocol as steps: from one state to every state that can follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from ledger_model.flaws import Assumption, Flaw, Missing
from ledger_model.world import (
    NONE,
    Actor,
    Answer,
    Entry,
    Job,
    Kind,
    Request,
    Role,
    Script,
    State,
    Step,
    View,
    Violation,
    view,
)


class Fault(Enum):
    """What can go wrong around the protocol."""

    CRASH = auto()
    ANSWER_LOST = auto()
    REFUSAL = auto()
    STALE_DESCRIBE = auto()
    WRITE_UNCLEAR = auto()
    WRITE_LATE = auto()


EVERY_FAULT = frozenset(Fault)


@dataclass(frozen=True)
class Protocol:
    """The rules of one scenario: its actors, the clips that ended jobs leave without a label, and what is missing."""

    scripts: tuple[Script, ...]
    unlabeled: dict[str, int] = field(default_factory=dict)
    faults: frozenset[Fault] = EVERY_FAULT
    missing: Missing = frozenset()

    def after(self, state: State) -> Iterator[State]:
        """Yield every state that can follow."""
        yield from self._late_writes(state)
        for request in sorted(state.sent):
            yield from self._delivered(state, request)
        yield from self._time_passes(state)
        yield from self._jobs_end(state)
        for number, actor in enumerate(state.actors):
            if actor.step is Step.DONE:
                continue
            if self._may(state, Fault.CRASH) and actor.step is not Step.READ:
                yield _one_fault_less(state).with_actor(number, _done("crashed"))
            yield from self.act(state, number)

    def act(self, state: State, number: int) -> Iterator[State]:
        """Yield every state that the next step of one actor can lead to."""
        actor = state.actors[number]
        if actor.step is Step.READ:
            yield state.with_actor(number, self._has_read(state))
            return
        match self.scripts[number].role:
            case Role.APPLY:
                yield from _APPLY[actor.step](self, state, number)
            case Role.VOID:
                yield from self._void(state, number)
            case Role.END:
                yield from self._end(state, number)
            case Role.PACK:
                named = len(state.log) if Flaw.PACK_NAMED_WHEN_WRITTEN in self.missing else actor.end
                yield state._replace(pack=(named, actor.end)).with_actor(number, _done("packed"))

    # --- AWS

    def _late_writes(self, state: State) -> Iterator[State]:
        for number, entry in sorted(state.late_writes, key=lambda write: write[0]):
            left = state._replace(late_writes=state.late_writes - {(number, entry)})
            yield left._replace(log=(*state.log, entry)) if len(state.log) == number else left

    def _delivered(self, state: State, request: Request) -> Iterator[State]:
        """AWS gets a request, accepts it or does not, and answers who still waits."""
        left = state._replace(sent=state.sent - {request})

        def answered(after: State, answer: Answer) -> State:
            actor = after.actors[request.actor]
            if actor.step is not Step.WAIT or actor.attempt != request.attempt:
                return after
            return after.with_actor(request.actor, actor._replace(step=Step.ANSWER, answer=answer))

        is_expired = request.attempt in state.closed and not request.is_late
        if is_expired and Assumption.SIGNATURES_EXPIRE not in self.missing:
            yield answered(left, Answer.REFUSED)
        elif state.job(request.job):
            yield answered(left, Answer.NAME_TAKEN)
        else:
            yield answered(self.accept(left, request), Answer.ACCEPTED)
            if self._may(state, Fault.REFUSAL):
                yield answered(_one_fault_less(left), Answer.REFUSED)

    def accept(self, state: State, request: Request) -> State:
        """Make a job of a request, unless that breaks an invariant."""
        script = self.scripts[request.actor]
        if beyond := request.clips & ~script.clips:
            raise Violation(f"{request.job} buys {beyond:b}, which its run had not reviewed")
        if not any(
            entry.kind is Kind.PURCHASE and entry.job == request.job and not request.clips & ~entry.clips
            for entry in state.log
        ):
            raise Violation(f"{request.job} is created without a purchase that lists its clips")
        for job in state.jobs:
            twice = request.clips & job.clips & (~job.unlabeled if job.unlabeled != NONE else -1)
            if job.key != request.job and twice and job.key != request.rerun and job.rerun != request.job:
                raise Violation(f"clips {twice:b} are bought by {job.key} and {request.job}")
        made = Job(request.job, request.attempt, request.clips, request.rerun)
        return state._replace(jobs=tuple(sorted((*state.jobs, made))))

    def _time_passes(self, state: State) -> Iterator[State]:
        """An attempt's window ends; whatever it has created is seen from then on."""
        for number, entry in enumerate(state.log):
            if entry.kind in (Kind.PURCHASE, Kind.ATTEMPT) and number not in state.closed:
                yield self.close(state, number)

    def close(self, state: State, attempt: int) -> State:
        """End the window of an attempt."""
        jobs = state.jobs
        if Assumption.READS_CATCH_UP not in self.missing:
            jobs = tuple(job._replace(is_visible=True) if job.attempt == attempt else job for job in jobs)
        return state._replace(closed=state.closed | {attempt}, jobs=jobs)

    def _jobs_end(self, state: State) -> Iterator[State]:
        for job in state.jobs:
            if job.unlabeled == NONE and job.key in self.unlabeled:
                ended = job._replace(is_visible=True, unlabeled=self.unlabeled[job.key] & job.clips)
                yield state._replace(jobs=tuple(ended if each is job else each for each in state.jobs))

    def _describe(self, state: State, key: str) -> Iterator[tuple[Job | None, State]]:
        job = state.job(key)
        yield job, state
        if job and not job.is_visible and self._may(state, Fault.STALE_DESCRIBE):
            yield None, _one_fault_less(state)

    def _put(
        self, state: State, number: int, entry: Entry, won: Callable[[int], Actor], lost: Actor
    ) -> Iterator[State]:
        """Write an entry at the end that the actor knows, with every answer that S3 can give."""
        end = state.actors[number].end
        is_free = len(state.log) == end
        written = state._replace(log=(*state.log, entry))
        # Where an entry was deleted, If-None-Match finds nothing.
        if end < len(state.log) and (Flaw.WRITES_BLIND in self.missing or state.log[end].kind is Kind.GONE):
            log = (*state.log[:end], entry, *state.log[end + 1 :])
            yield state._replace(log=log).with_actor(number, won(end))
            return
        if is_free:
            yield written.with_actor(number, won(end))
        else:
            yield state.with_actor(number, won(end) if Flaw.TAKEN_IS_WON in self.missing else lost)
        after = won(end) if Flaw.UNCLEAR_IS_WON in self.missing else lost
        if self._may(state, Fault.WRITE_UNCLEAR):
            if is_free:
                yield _one_fault_less(written).with_actor(number, after)
            yield _one_fault_less(state).with_actor(number, after)
        if is_free and self._may(state, Fault.WRITE_LATE):
            late = state.late_writes | {(end, entry)}
            yield _one_fault_less(state)._replace(late_writes=late).with_actor(number, after)

    # --- apply

    def _has_read(self, state: State) -> Actor:
        """Read to the end, by way of the pack if there is one."""
        end = len(state.log)
        if Flaw.GAP_IS_END in self.missing:
            end = next((n for n, entry in enumerate(state.log) if entry.kind is Kind.GONE), end)
        named, covered = state.pack or (0, 0)
        return Actor(step=Step.DECIDE, end=end, hidden=(covered, named))

    def _view(self, state: State, actor: Actor) -> View:
        return view(state.log[: actor.end], actor.hidden, self.missing)

    def _decide(self, state: State, number: int) -> Iterator[State]:
        actor, script = state.actors[number], self.scripts[number]
        seen = self._view(state, actor)
        if seen.is_damaged:
            yield state.with_actor(number, _done("damaged"))
            return
        own = seen.own(script.job)
        if own is not None:
            yield state.with_actor(number, self._about_own(state, actor, number, seen, own))
            return
        held = seen.holders(script)
        clips = script.clips
        for each in held.values() if script.only_new else ():
            clips &= ~each
        if not clips or (held and not script.only_new):
            yield state.with_actor(number, _done("held", held_by=tuple(sorted(held))))
        elif Flaw.CREATES_FIRST in self.missing:
            request = Request(actor.end, number, script.job, clips, script.rerun)
            waiting = actor._replace(step=Step.WAIT, attempt=actor.end, purchase=actor.end)
            yield state._replace(sent=state.sent | {request}).with_actor(number, waiting)
        else:
            entry = Entry(Kind.PURCHASE, job=script.job, clips=clips, rerun=script.rerun, by=number)
            yield from self._put(
                state,
                number,
                entry,
                lambda at: actor._replace(step=Step.SEND, purchase=at, attempt=at, hidden=(0, 0)),
                Actor(),
            )

    def _about_own(self, state: State, actor: Actor, number: int, seen: View, own: int) -> Actor:
        """Go on with an open purchase of the same job, under an attempt that this run wrote and has not sent."""
        if own in seen.created:
            return _done("exists")
        mine = [
            attempt
            for attempt in seen.attempts[own]
            if state.log[attempt].by == number and attempt not in seen.refused and attempt not in state.closed
        ]
        return actor._replace(step=Step.LOOK, purchase=own, attempt=max(mine, default=NONE))

    def _look(self, state: State, number: int) -> Iterator[State]:
        for job, after in self._describe(state, self.scripts[number].job):
            if job:
                yield after.with_actor(number, after.actors[number]._replace(step=Step.WRITE_CREATED))
            else:
                yield from self._go_on(after, number)

    def _go_on(self, state: State, number: int) -> Iterator[State]:
        """The job of an open purchase does not exist: send its request again, wait, or void it."""
        actor, script = state.actors[number], self.scripts[number]
        bought = state.log[actor.purchase].clips
        fits = not bought & ~script.clips if script.only_new else bought == script.clips
        if not fits and Flaw.CONTINUES_WITH_NEW_CLIPS not in self.missing:
            settled = self._view(state, actor).is_settled(actor.purchase, state.closed)
            yield state.with_actor(number, actor._replace(step=Step.VOID_OWN) if settled else _done("pending"))
        elif actor.attempt != NONE:
            yield state.with_actor(number, actor._replace(step=Step.SEND))
        elif Flaw.CONTINUES_UNLOGGED in self.missing:
            yield state.with_actor(number, actor._replace(step=Step.SEND, attempt=actor.purchase))
        else:
            entry = Entry(Kind.ATTEMPT, about=actor.purchase, by=number)
            yield from self._put(state, number, entry, lambda at: actor._replace(step=Step.SEND, attempt=at), Actor())

    def _void_own(self, state: State, number: int) -> Iterator[State]:
        entry = Entry(Kind.VOID, about=state.actors[number].purchase)
        yield from self._put(state, number, entry, lambda _: Actor(), Actor())

    def _send(self, state: State, number: int) -> Iterator[State]:
        actor, script = state.actors[number], self.scripts[number]
        is_late = actor.attempt in state.closed
        if is_late and Flaw.SENDS_LATE not in self.missing:
            yield state.with_actor(number, _done("too late"))
            return
        recorded = state.log[actor.purchase] if actor.purchase < len(state.log) else None
        is_own = recorded is not None and recorded.kind is Kind.PURCHASE
        frozen = recorded.clips if recorded and is_own else script.clips
        clips = script.clips if Flaw.CONTINUES_WITH_NEW_CLIPS in self.missing else frozen
        request = Request(actor.attempt, number, script.job, clips, script.rerun, is_late)
        yield state._replace(sent=state.sent | {request}).with_actor(number, actor._replace(step=Step.WAIT))

    def _wait(self, state: State, number: int) -> Iterator[State]:
        if self._may(state, Fault.ANSWER_LOST):
            actor = state.actors[number]._replace(step=Step.LOOK_AFTERWARDS, answer=Answer.LOST)
            yield _one_fault_less(state).with_actor(number, actor)

    def _answered(self, state: State, number: int) -> Iterator[State]:
        actor = state.actors[number]
        follows = {Answer.ACCEPTED: Step.WRITE_CREATED, Answer.REFUSED: Step.WRITE_REFUSED}
        step = follows.get(actor.answer or Answer.LOST, Step.LOOK_AFTERWARDS)
        yield state.with_actor(number, actor._replace(step=step))

    def _look_afterwards(self, state: State, number: int) -> Iterator[State]:
        for job, after in self._describe(state, self.scripts[number].job):
            actor = after.actors[number]
            if job:
                yield after.with_actor(number, actor._replace(step=Step.WRITE_CREATED))
            elif Flaw.VOIDS_WHEN_ABSENT in self.missing:
                yield after.with_actor(number, actor._replace(step=Step.WRITE_VOID))
            else:
                yield after.with_actor(number, _done("unknown"))

    def _write_down(self, state: State, number: int) -> Iterator[State]:
        """Append what was seen, at the end as it is now."""
        actor = state.actors[number]._replace(end=len(state.log))
        match actor.step:
            case Step.WRITE_CREATED:
                entry, outcome = Entry(Kind.CREATED, about=actor.purchase), "created"
            case Step.WRITE_REFUSED if Flaw.REFUSAL_VOIDS not in self.missing:
                entry, outcome = Entry(Kind.REFUSED, about=actor.attempt), "refused"
            case _:
                entry, outcome = Entry(Kind.VOID, about=actor.purchase), "refused"
        if entry in state.log:
            yield state.with_actor(number, _done(outcome))
        else:
            at_end = state.with_actor(number, actor)
            yield from self._put(at_end, number, entry, lambda _: _done(outcome), actor)

    # --- a person voids, and a run looks at an ended job

    def _void(self, state: State, number: int) -> Iterator[State]:
        actor, script = state.actors[number], self.scripts[number]
        seen = view(state.log[: actor.end], actor.hidden)
        own = seen.own(script.job)
        if seen.is_damaged or own is None or own in seen.created:
            yield state.with_actor(number, _done("nothing to void"))
        elif actor.step is Step.DECIDE:
            if not seen.is_settled(own, state.closed) and Flaw.VOIDS_WITHOUT_WAITING not in self.missing:
                yield state.with_actor(number, _done("not yet"))
                return
            for job, after in self._describe(state, script.job):
                is_seen = job is not None and Flaw.VOIDS_WITHOUT_LOOKING not in self.missing
                follows = _done("it exists") if is_seen else after.actors[number]._replace(step=Step.WRITE)
                yield after.with_actor(number, follows)
        else:
            if Flaw.VOIDS_WITHOUT_REREADING in self.missing:
                state = state.with_actor(number, actor._replace(end=len(state.log)))
            yield from self._put(state, number, Entry(Kind.VOID, about=own), lambda _: _done("voided"), Actor())

    def _end(self, state: State, number: int) -> Iterator[State]:
        actor, script = state.actors[number], self.scripts[number]
        seen, job = view(state.log[: actor.end]), state.job(script.job)
        own = seen.own(script.job)
        if own is None or own in seen.freed or job is None:
            yield state.with_actor(number, _done("nothing"))
        elif actor.step is Step.DECIDE:
            is_running = job.unlabeled == NONE and Flaw.FREES_EARLY not in self.missing
            yield state.with_actor(number, _done("runs") if is_running else actor._replace(step=Step.WRITE))
        else:
            freed = job.unlabeled if job.unlabeled != NONE else self.unlabeled[script.job] & job.clips
            entry = Entry(Kind.ENDED, about=own, clips=freed)
            yield from self._put(state, number, entry, lambda _: _done("ended"), Actor())

    def _may(self, state: State, fault: Fault) -> bool:
        return state.faults > 0 and fault in self.faults


_APPLY: dict[Step, Callable[[Protocol, State, int], Iterator[State]]] = {
    Step.DECIDE: Protocol._decide,
    Step.LOOK: Protocol._look,
    Step.VOID_OWN: Protocol._void_own,
    Step.SEND: Protocol._send,
    Step.WAIT: Protocol._wait,
    Step.ANSWER: Protocol._answered,
    Step.LOOK_AFTERWARDS: Protocol._look_afterwards,
    Step.WRITE_CREATED: Protocol._write_down,
    Step.WRITE_REFUSED: Protocol._write_down,
    Step.WRITE_VOID: Protocol._write_down,
}


def _done(outcome: str, *, held_by: tuple[int, ...] = ()) -> Actor:
    return Actor(step=Step.DONE, outcome=outcome, held_by=held_by)


def _one_fault_less(state: State) -> State:
    return state._replace(faults=state.faults - 1)
