"""The front: looks at each request as GitHub would, answers itself or lets emulate answer, and holds both against the description."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from github_emulator.description import BODY, Description, Operation, Violation
from github_emulator.desks.actions import Actions
from github_emulator.desks.checks import Checks
from github_emulator.desks.comments import Comments
from github_emulator.desks.pulls import Pulls
from github_emulator.desks.statuses import Statuses
from github_emulator.exchange import Answer, Asked, Incoming, refusal
from github_emulator.faults import BREAKING, Fault, Faults, Kind, NoAnswerError
from github_emulator.identity import NEEDS, Token, Tokens
from github_emulator.traffic import RequestLog, Seen
from github_emulator.world import World

HOUR = 3600


@dataclass(slots=True, kw_only=True)
class Budget:
    """How many requests the repository's tokens have left this hour; GitHub gives workflows 1,000."""

    limit: int = 1_000
    remaining: int = 1_000
    reset_at: float = field(default_factory=lambda: time.time() + HOUR)

    def headers(self) -> dict[str, str]:
        """Return what every answer tells."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Used": str(self.limit - self.remaining),
            "X-RateLimit-Reset": str(int(self.reset_at)),
            "X-RateLimit-Resource": "core",
        }


class Front:
    """Decides on answers. Knows no sockets."""

    def __init__(self, world: World, description: Description) -> None:
        """Stand before a world."""
        self.world = world
        self.description = description
        self.log = RequestLog()
        self.faults = Faults()
        self.tokens = Tokens()
        self.budget = Budget()
        self.violations: list[Violation] = []
        self.actions = Actions(world)
        self._lock = threading.Lock()
        desks = (Comments(world), Checks(world), Pulls(world), Statuses(world), self.actions)
        self._answers: dict[str, Callable[[Asked], Answer]] = {"repos/get": world.pass_on}
        for desk in desks:
            self._answers.update(desk.answers)

    def answer(self, incoming: Incoming) -> Answer:
        """Answer a request, or raise NoAnswerError; either way it is in the log."""
        found = self.description.find(incoming.method, incoming.path)
        token = self.tokens.find(incoming.authorization)
        if found is None:
            self._violate(Violation(operation="", where="request", what=f"{incoming.method} {incoming.path}: unknown"))
            return self._seen(incoming, "", token, refusal(404, "Not Found"), fault="")
        operation, parameters = found
        self.faults.happen(operation.name)
        fault = self.faults.take(operation.name)
        if fault and fault.when == "before":
            return self._broken(incoming, operation, token, fault)
        answer = self._considered(incoming, operation, parameters, token)
        if fault:
            return self._broken(incoming, operation, token, fault)
        self._violate(*self.description.check_answer(operation, answer.status, answer.body))
        return self._seen(incoming, operation.name, token, answer, fault="")

    def look(self, incoming: Incoming) -> Answer:
        """Answer without a trace in the log."""
        operation, parameters = self.description.find(incoming.method, incoming.path) or (None, {})
        if operation is None:
            return refusal(404, "Not Found")
        return self._considered(incoming, operation, parameters, self.tokens.find(incoming.authorization))

    def _considered(
        self, incoming: Incoming, operation: Operation, parameters: Mapping[str, str], token: Token | None
    ) -> Answer:
        """Go through GitHub's questions in its order: who, how often, may they, is it there, is it well-formed."""
        if token is None:
            return refusal(401, "Bad credentials" if incoming.authorization else "Requires authentication")
        if refused := self._spent(token):
            return refused
        if not token.may(operation.name):
            names, level = NEEDS[operation.name]
            wanted = {"X-Accepted-GitHub-Permissions": "; ".join(f"{each.replace('-', '_')}={level}" for each in names)}
            return refusal(403, "Resource not accessible by integration", headers=wanted)
        faults = list(self.description.check_request(operation, parameters, incoming.query, incoming.raw))
        self._violate(*faults)
        if bad := [each.what.partition(": ")[2] for each in faults if each.what.startswith(BODY)]:
            return refusal(422, "Invalid request.\n\n" + "\n".join(bad))
        said = json.loads(incoming.raw) if incoming.raw else {}
        asked = Asked(
            operation=operation.name,
            method=incoming.method,
            path=incoming.path,
            parameters=parameters,
            query=incoming.query,
            raw=incoming.raw,
            token=token,
            json=said if isinstance(said, dict) else {},
        )
        return self._answers[operation.name](asked)

    def _spent(self, token: Token) -> Answer | None:
        if token.permissions is None:
            return None
        with self._lock:
            if time.time() >= self.budget.reset_at:
                self.budget = Budget(limit=self.budget.limit, remaining=self.budget.limit)
            if self.budget.remaining:
                self.budget.remaining -= 1
                return None
        return refusal(403, "API rate limit exceeded for installation.")

    def _broken(self, incoming: Incoming, operation: Operation, token: Token | None, fault: Fault) -> Answer:
        if fault.kind in (Kind.TIMEOUT, Kind.RESET):
            self._note(incoming, operation.name, token, None, fault.kind.value)
            raise NoAnswerError(fault)
        answer = fault.answer()
        if fault.kind not in BREAKING:
            self._violate(*self.description.check_answer(operation, answer.status, answer.body))
        return self._seen(incoming, operation.name, token, answer, fault=fault.kind.value)

    def _seen(self, incoming: Incoming, operation: str, token: Token | None, answer: Answer, *, fault: str) -> Answer:
        self._note(incoming, operation, token, answer.status, fault)
        headers = {**self.budget.headers(), **answer.headers}
        return Answer(status=answer.status, body=answer.body, headers=headers)

    def _note(self, incoming: Incoming, operation: str, token: Token | None, status: int | None, fault: str) -> None:
        self.log.add(
            Seen(
                operation=operation,
                method=incoming.method,
                path=incoming.path,
                query=incoming.query,
                body=_readable(incoming.raw),
                token=incoming.authorization.partition(" ")[2],
                login=token.login if token else "",
                job=token.job if token else "",
                run=token.run if token else 0,
                status=status,
                fault=fault,
            )
        )

    def _violate(self, *violations: Violation) -> None:
        with self._lock:
            self.violations.extend(violations)


def _readable(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode(errors="replace")
