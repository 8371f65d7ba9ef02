"""Explores a scenario: every interleaving breadth first, or some at random."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

from ledger_model.protocol import Protocol
from ledger_model.recovery import check_recovery
from ledger_model.world import Actor, State, Step, Violation


@dataclass(frozen=True)
class Explored:
    """What a search has seen. path leads to the first violation, if there is one."""

    states: int
    steps: int
    recoveries: int
    is_exhausted: bool
    violation: str = ""
    path: tuple[State, ...] = ()


def explore(protocol: Protocol, start: State, *, most_states: int, recover: bool = True) -> Explored:
    """Visit every state that can be reached, nearest first, up to a number of states."""
    came_from: dict[State, State | None] = {start: None}
    queue, steps, recovered = deque([start]), 0, _Recovered(protocol)
    while queue:
        state = queue.popleft()
        try:
            if recover:
                recovered.check(state)
            for after in protocol.after(state):
                steps += 1
                if after not in came_from:
                    came_from[after] = state
                    queue.append(after)
        except Violation as violation:
            path = _path(came_from, state)
            return Explored(len(came_from), steps, recovered.count, False, str(violation), path)
        if len(came_from) > most_states:
            return Explored(len(came_from), steps, recovered.count, False)
    return Explored(len(came_from), steps, recovered.count, True)


def wander(protocol: Protocol, start: State, *, histories: int, seed: int) -> Explored:
    """Follow some histories to their ends, choosing each step at random."""
    chance, steps, recovered = random.Random(seed), 0, _Recovered(protocol)
    for _ in range(histories):
        path = [start]
        try:
            while following := list(protocol.after(path[-1])):
                path.append(chance.choice(following))
                steps += 1
            recovered.check(path[-1])
        except Violation as violation:
            return Explored(histories, steps, recovered.count, False, str(violation), tuple(path))
    return Explored(histories, steps, recovered.count, True)


class _Recovered:
    """Checks the recovery of each state where all actors are done, once for what recovery depends on."""

    def __init__(self, protocol: Protocol) -> None:
        self.count = 0
        self._protocol = protocol
        self._seen: set[State] = set()

    def check(self, state: State) -> None:
        if any(actor.step is not Step.DONE for actor in state.actors):
            return
        alike = state._replace(actors=(Actor(),) * len(state.actors), faults=0)
        if alike not in self._seen:
            self._seen.add(alike)
            self.count += check_recovery(self._protocol, alike)


def _path(came_from: dict[State, State | None], end: State) -> tuple[State, ...]:
    path = []
    state: State | None = end
    while state is not None:
        path.append(state)
        state = came_from[state]
    return tuple(reversed(path))
