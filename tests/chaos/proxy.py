"""A proxy between groundctl and the simulated AWS: passes requests on, one at a time, and injects the faults of each run."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from urllib.parse import urlsplit

from chaos import faults
from chaos.answers import Answer, Form, an_error, reordered
from chaos.faults import Fault, FaultKind
from chaos.processes import Process
from chaos.turns import Turns

ACCEPTED_FOR = timedelta(minutes=15)  # by which AWS's clock may differ from a signature's time
SLEPT = 2 * 3600.0  # seconds
OF_ONE_HOP = {"connection", "expect", "keep-alive", "transfer-encoding", "host"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, as the proxy received it."""

    run: str
    region: str
    operation: str
    target: str  # the job's name, or bucket and key
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    signed_at: datetime | None

    @property
    def is_json(self) -> bool:
        """Return whether the service speaks JSON; otherwise XML."""
        return self.form is Form.JSON

    @property
    def form(self) -> Form:
        """Return how the service writes errors."""
        if "X-Amz-Target" in self.headers:
            return Form.JSON
        return Form.QUERY if self.operation == faults.ACCOUNT else Form.XML


@dataclass(slots=True, kw_only=True)
class Delivery:
    """A request that has reached the simulator, and the status of its answer."""

    run: str
    region: str
    operation: str
    target: str
    status: int
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A create request that a run has sent, and whether the answer that it got was a clear no."""

    run: str
    name: str
    is_refused: bool


@dataclass
class Run:
    """A run of a command: its process, the faults still to come, and how often it asked for each operation."""

    name: str
    faults: list[Fault]
    process: Process | None = None
    is_started: threading.Event = field(default_factory=threading.Event)
    is_expired: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    hit: list[Fault] = field(default_factory=list)


@dataclass
class InAir:
    """A request that has been sent and not delivered yet."""

    request: Request
    random: Random
    passes: int  # requests that overtake it


@dataclass
class Proxy:
    """The proxy of one harness; the world sets runs and turns for each step."""

    aws: str  # the simulator's URL
    now: Callable[[], datetime]
    let_pass: Callable[[float], None]
    hide_next_job: Callable[[], None]
    url: str = ""
    runs: dict[str, Run] = field(default_factory=dict)
    turns: Turns = field(default_factory=lambda: Turns(Random(0)))
    deliveries: list[Delivery] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    in_air: list[InAir] = field(default_factory=list)
    lists: dict[bytes, list[Answer]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    _upstream: http.client.HTTPConnection | None = None

    def forget(self) -> None:
        """Forget the history so far."""
        for each in (self.runs, self.deliveries, self.sends, self.in_air, self.lists, self.failures):
            each.clear()

    # -- time -------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let time pass. What is in the air and would expire meanwhile arrives before, or never."""
        then = self.now() + timedelta(seconds=seconds)
        for each in list(self.in_air):
            if _expires(each.request) < then:
                self.in_air.remove(each)
                if each.random.random() < 0.7:
                    self.forward(each.request, is_late=True)
        self.let_pass(seconds)

    # -- one request ------------------------------------------------------------------------------

    def handle(self, request: Request) -> Answer | None:
        """Answer one request; None if the connection breaks."""
        run = self.runs.get(request.run)
        if run is None:
            return None
        if request.operation in faults.LOOKS_AT_A_PLACE:
            # A role without these rights: the plan says so, and goes on.
            return an_error(request.form, 403, "AccessDenied")
        run.is_started.wait(10)
        if run.process and run.process.ended.is_set():
            return None
        self._overtake()
        run.counts[request.operation] += 1
        answer = self._answer(run, request)
        if request.operation == faults.CREATE:
            is_refused = answer is not None and 400 <= answer.status < 500
            self.sends.append(Send(run=run.name, name=request.target.lower(), is_refused=is_refused))
        return answer

    def _answer(self, run: Run, request: Request) -> Answer | None:
        fault = self._due(run, request)
        if fault is not None:
            run.hit.append(fault)
            return self._with_fault(fault, run, request)
        if run.is_expired:
            return an_error(request.form, 400, "ExpiredTokenException" if request.is_json else "ExpiredToken")
        return self.forward(request)

    def wait(self, run_name: str, seconds: float) -> None:
        """Let a run wait."""
        run = self.runs.get(run_name)
        if run is None:
            return
        run.is_started.wait(10)
        run.counts[faults.SLEEP] += 1
        fault = next((each for each in run.faults if _is_at(each, faults.SLEEP, run)), None)
        if fault is not None:
            run.faults.remove(fault)
            run.hit.append(fault)
            self._signal(run, fault)
        self.advance(seconds)

    def forward(self, request: Request, *, is_late: bool = False) -> Answer:
        """Deliver a request to the simulator, unless AWS would not accept its signature any more."""
        if _expires(request) < self.now():
            code = "InvalidSignatureException" if request.is_json else "RequestTimeTooSkewed"
            return an_error(request.form, 403, code)
        answer = self._ask(request)
        self.deliveries.append(
            Delivery(
                run=request.run,
                region=request.region,
                operation=request.operation,
                target=request.target,
                status=answer.status,
                is_late=is_late,
            )
        )
        if request.operation == faults.LIST and answer.status == 200:
            self.lists.setdefault(_question(request), []).append(answer)
        return answer

    def deliver_all(self) -> None:
        """Deliver what is in the air."""
        for each in list(self.in_air):
            self.in_air.remove(each)
            self.forward(each.request, is_late=True)

    def _overtake(self) -> None:
        for each in list(self.in_air):
            each.passes -= 1
            if each.passes < 0:
                self.in_air.remove(each)
                self.forward(each.request, is_late=True)

    def _due(self, run: Run, request: Request) -> Fault | None:
        fault = next((each for each in run.faults if _is_at(each, request.operation, run)), None)
        if fault is None:
            return None
        run.faults.remove(fault)
        if fault.kind is FaultKind.CONFLICT and "If-None-Match" not in request.headers:
            return None
        return fault

    def _with_fault(self, fault: Fault, run: Run, request: Request) -> Answer | None:
        if fault.kind in faults.SIGNALS:
            return self._interrupt(fault, run, request)
        if fault.kind is FaultKind.LATE:
            self._keep_in_air(request, fault)
            return Random(fault.chance).choice((None, an_error(request.form, 504, "GatewayTimeout")))
        if fault.kind is FaultKind.EXPIRED:
            run.is_expired = True
            return an_error(request.form, 400, "ExpiredTokenException" if request.is_json else "ExpiredToken")
        if fault.kind is FaultKind.HIDDEN:
            self.hide_next_job()
        answer = self.forward(request) if fault.is_after else None
        if fault.kind is FaultKind.DUPLICATED:
            second = self.forward(request)
            return Random(fault.chance).choice((answer, second))
        if fault.kind is FaultKind.SLOW and answer:
            self.advance(SLEPT)
        return self._spoiled(fault, request, answer)

    def _spoiled(self, fault: Fault, request: Request, answer: Answer | None) -> Answer | None:
        """Give the answer that the client sees."""
        match fault.kind:
            case FaultKind.RESET:
                return None
            case FaultKind.ERROR_500:
                return an_error(request.form, 500, "InternalFailure" if request.is_json else "InternalError")
            case FaultKind.ERROR_503:
                return an_error(request.form, 503, "ServiceUnavailable")
            case FaultKind.THROTTLED:
                code, status = ("ThrottlingException", 400) if request.is_json else ("SlowDown", 503)
                return an_error(request.form, status, code)
            case FaultKind.CONFLICT:
                return an_error(request.form, 409, "ConditionalRequestConflict")
            case FaultKind.EMPTY:
                return Answer(200, (), b"")
            case FaultKind.TRUNCATED if answer:
                return Answer(answer.status, answer.headers, answer.body, cut=True)
            case FaultKind.STALE:
                return Random(fault.chance).choice(self.lists.get(_question(request)) or [answer])
            case FaultKind.REORDERED if answer:
                return reordered(answer, Random(fault.chance))
            case _:
                return answer

    def _interrupt(self, fault: Fault, run: Run, request: Request) -> Answer | None:
        """End the run at this request, which arrives all the same, arrives later, or is lost."""
        answer = self.forward(request) if fault.is_after else None
        self._signal(run, fault)
        if run.process and run.process.ended.is_set():
            if answer is None and Random(fault.chance).random() < 0.5:
                self._keep_in_air(request, fault)
            return None
        return answer or self.forward(request)

    def _keep_in_air(self, request: Request, fault: Fault) -> None:
        random = Random(fault.chance)
        self.in_air.append(InAir(request, random, passes=random.choice((0, 1, 2, 4, 9, 1000))))

    def _signal(self, run: Run, fault: Fault) -> None:
        assert run.process
        run.process.send_signal(faults.SIGNALS[fault.kind])
        # A run that has more to ask does not end at once: it gets its answer then.
        run.process.ended.wait(2.0)

    def _ask(self, request: Request) -> Answer:
        try:
            return self._ask_once(request)
        except (http.client.HTTPException, OSError):
            # The simulator closes connections that were idle. It has not received this request.
            self._upstream = None
            return self._ask_once(request)

    def _ask_once(self, request: Request) -> Answer:
        if self._upstream is None:
            self._upstream = http.client.HTTPConnection(urlsplit(self.aws).netloc, timeout=60)
        self._upstream.request(request.method, request.path, body=request.body, headers=request.headers)
        response = self._upstream.getresponse()
        body = response.read()
        kept = tuple((name, value) for name, value in response.getheaders() if name.lower() not in _DROPPED)
        date = format_datetime(self.now(), usegmt=True)
        return Answer(response.status, (*kept, ("Date", date)), body, length=_length(response, request))


_DROPPED = {*OF_ONE_HOP, "date", "content-length"}


def _length(response: http.client.HTTPResponse, request: Request) -> int | None:
    return int(response.getheader("Content-Length") or 0) if request.method == "HEAD" else None


def _question(request: Request) -> bytes:
    return request.region.encode() + request.body


def _expires(request: Request) -> datetime:
    return datetime.max.replace(tzinfo=UTC) if request.signed_at is None else request.signed_at + ACCEPTED_FOR


def _is_at(fault: Fault, operation: str, run: Run) -> bool:
    return fault.operation == operation and fault.number <= run.counts[operation]
