"""Histories in which one run creates many jobs, so that several hands send at once, with faults in the middle of it."""

from __future__ import annotations

from random import Random

from chaos import faults
from chaos.faults import Fault, FaultKind
from chaos.history import Apply, Declare, History, Job, Race, Step, TimePasses

KINDS = tuple(dict.fromkeys(faults.POSSIBLE[faults.CREATE][1]))


def history_of_several_hands(seed: int) -> History:
    """Make the history of a seed: six jobs or more that ask some of the same clips, and one or two runs with faults."""
    random = Random(seed)
    checkouts = (0,) if seed % 2 else (0, 1)
    steps: list[Step] = []
    for checkout in checkouts:
        for number in range(6):
            # Each clip is asked by one job at least, so that most of them can be bought.
            others = (f"g0/{random.randint(1, 6)}",) if random.random() < 0.4 else ()
            clips = tuple(sorted({f"g0/{number + 1}", *others}))
            job = Job(name=f"job-{checkout}-{number + 1}", kind="objects", clips=clips, only_new=random.random() < 0.7)
            steps.append(Declare(checkout=checkout, job=job))
    runs = tuple(Apply(checkout=checkout, place=0, faults=_faults(random)) for checkout in checkouts)
    steps.append(Race(runs=runs, chance=seed) if len(runs) > 1 else runs[0])
    if random.random() < 0.3:
        steps.append(TimePasses(seconds=600.0))
        steps.append(Apply(checkout=0, place=0, faults=_faults(random)))
    return History(seed=seed, is_short=True, steps=tuple(steps))


def _faults(random: Random) -> tuple[Fault, ...]:
    found = []
    for _ in range(random.choice((1, 1, 2, 3))):
        operation = random.choice((faults.CREATE, faults.CREATE, faults.PUT, faults.DESCRIBE))
        kind = random.choice(KINDS if operation == faults.CREATE else faults.POSSIBLE[operation][1])
        is_after = random.random() < 0.6
        if kind in faults.ALWAYS_AFTER | faults.ALWAYS_BEFORE:
            is_after = kind in faults.ALWAYS_AFTER
        number = random.randint(1, 40 if operation == faults.PUT else 6)
        chance = random.getrandbits(32)
        found.append(Fault(kind=FaultKind(kind), operation=operation, number=number, is_after=is_after, chance=chance))
    return tuple(found)
