"""One pace for all hands: few calls are throttled, little time is lost, and the rate is learned from AWS's answers alone."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from groundctl.app.hands.pacer import IN_FLIGHT_AT_FIRST, LONGEST_PAUSE, Pacer, Turn
from groundctl.domain.jobs.creation import Accepted, CreateResponse, NotSent, Rejected, Result, Throttled
from support.fakes import FakeClock

ACCEPTED, THROTTLED = Accepted(arn="arn"), Throttled(message="slow down")


class Account:
    """An account that takes so many calls in each second, or in each period of another length."""

    def __init__(self, rate: int, period: float = 1.0) -> None:
        self.rate, self.period = rate, period
        self.taken: deque[float] = deque()
        self.calls = self.created = 0

    def answer(self, now: float) -> CreateResponse:
        self.calls += 1
        if not self._takes(now):
            return THROTTLED
        self.created += 1
        return ACCEPTED

    def _takes(self, now: float) -> bool:
        while self.taken and self.taken[0] <= now - self.period:
            self.taken.popleft()
        if len(self.taken) >= self.rate:
            return False
        self.taken.append(now)
        return True


class Simulation:
    """Hands as events in simulated time: no thread, and the same every time."""

    def __init__(self, account: Account, hands: int, latency: Callable[[int], float]) -> None:
        self.account, self.hands, self.latency = account, hands, latency
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:  # noqa: ARG002 - the port's
        raise AssertionError("the simulation asks how long to wait, and does so itself")

    def create(self, number: int) -> float:
        """Create so many jobs; return how long it took."""
        pacer: Any = Pacer(self)
        left, busy = number, 0
        events: list[tuple[float, int, Any]] = []  # when answers come
        while left or events:
            while left and busy < self.hands and pacer._in_flight < pacer._most_in_flight:
                if (wait := pacer._seconds_from(self.now)) > 0:
                    if events and events[0][0] <= self.now + wait:
                        break
                    self.now += wait
                    continue
                turn = _begin(pacer, self.now)
                latency = self.latency(self.account.calls)
                turn.answer = self.account.answer(self.now + latency / 2)
                heapq.heappush(events, (self.now + latency, self.account.calls, turn))
                left, busy = left - 1, busy + 1
            self.now, _, turn = heapq.heappop(events)
            busy -= 1
            pacer._in_flight -= 1
            pacer._learn(turn)
            left += isinstance(turn.answer, Throttled)
        return self.now


def _begin(pacer: Any, now: float) -> Turn:
    pacer._in_flight += 1
    return Turn(begun=now)


def steady(_: int) -> float:
    return 0.03


def uneven(call: int) -> float:
    """Return latencies from 30 to 90 ms, in an order that looks random and is always the same."""
    return 0.03 + (call * 7919 % 61) / 1000


@pytest.mark.parametrize("latency", [steady, uneven])
@pytest.mark.parametrize(("rate", "longer"), [(20, 1.1), (10, 1.1), (5, 1.2), (1, 1.1)])
def test_three_hundred_creates_take_what_the_account_allows_and_few_calls_more(
    rate: int, longer: float, latency: Callable[[int], float]
):
    account = Account(rate)

    seconds = Simulation(account, 8, latency).create(300)

    assert account.created == 300
    assert account.calls <= 300 * 1.02
    assert seconds <= 300 / rate * longer


def test_an_account_without_a_limit_is_not_slowed_down():
    account = Account(10_000)

    seconds = Simulation(account, 8, steady).create(1_000)

    assert account.calls == 1_000
    assert seconds < 1_000 * 0.03 / 8 * 1.5


@pytest.mark.parametrize(("rate", "period"), [(1, 5.0), (2, 10.0)])
def test_a_slow_account_is_found_by_waiting_longer(rate: int, period: float):
    account = Account(rate, period)

    seconds = Simulation(account, 8, steady).create(60)

    assert account.created == 60
    assert account.calls <= 60 * 2.5
    assert seconds <= 60 / rate * period * 2.5


def test_a_rate_that_falls_while_hands_work_is_followed():
    account = Account(40)

    def latency(call: int) -> float:
        account.rate = 40 if call < 200 else 10
        return 0.03

    seconds = Simulation(account, 8, latency).create(300)

    assert account.calls <= 300 + 30
    assert seconds <= 200 / 40 + 100 / 10 * 1.5


# --- with a clock


def turns(pacer: Pacer, *answers: CreateResponse) -> None:
    for answer in answers:
        with pacer.turn() as turn:
            turn.answer = answer


def test_throttles_one_after_the_other_wait_ever_longer_and_never_too_long():
    clock = FakeClock()

    turns(Pacer(clock), *[THROTTLED] * 9)

    assert clock.slept[:6] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    assert max(clock.slept) == LONGEST_PAUSE


def test_a_refusal_is_taken_too_and_counts_like_a_create():
    clock = FakeClock()

    refused = Rejected(code="AccessDenied", message="no")

    turns(Pacer(clock), *(ACCEPTED, refused) * 5, THROTTLED, *[ACCEPTED] * 10)

    assert clock.slept == [pytest.approx(1.02)]


def test_what_was_not_sent_teaches_nothing():
    clock = FakeClock()
    pacer = Pacer(clock)

    turns(pacer, *[NotSent(message="moved on", hint="", result=Result.SUPERSEDED)] * 200, ACCEPTED, THROTTLED, ACCEPTED)

    assert clock.slept == [pytest.approx(1.02)]


def test_an_error_while_a_call_is_sent_gives_the_turn_back():
    pacer = Pacer(FakeClock())

    for _ in range(IN_FLIGHT_AT_FIRST + 1):
        with pytest.raises(ZeroDivisionError), pacer.turn():
            raise ZeroDivisionError


def test_hands_wait_together_and_one_of_them_sleeps():
    class Sleeping(FakeClock):
        def sleep(self, seconds: float) -> None:
            sleepers.append(threading.current_thread().name)
            assert len(asleep) == 0
            asleep.add(1)
            super().sleep(seconds)
            asleep.clear()

    sleepers: list[str] = []
    asleep: set[int] = set()
    pacer = Pacer(Sleeping())
    turns(pacer, ACCEPTED, ACCEPTED, THROTTLED)

    hands = [threading.Thread(target=turns, args=(pacer, ACCEPTED)) for _ in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(5)

    assert not any(hand.is_alive() for hand in hands)
    assert len(sleepers) == 3  # six calls, two of which fit into a window
