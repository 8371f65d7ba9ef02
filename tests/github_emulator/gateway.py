"""The gateway: authenticates, limits and validates each request, then passes it to a handler or to emulate."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from github_emulator.api_description import BODY, Description, Operation, Violation
from github_emulator.faults import BREAKING, Fault, Faults, Kind, NoResponseError
from github_emulator.handlers.actions import ActionsHandler
from github_emulator.handlers.checks import ChecksHandler
from github_emulator.handlers.comments import CommentsHandler
from github_emulator.handlers.environments import EnvironmentsHandler
from github_emulator.handlers.git_data import GitDataHandler
from github_emulator.handlers.pull_requests import PullRequestsHandler
from github_emulator.handlers.reviews import ReviewsHandler
from github_emulator.handlers.settings import SettingsHandler
from github_emulator.handlers.statuses import StatusesHandler
from github_emulator.http_messages import ApiRequest, ApiResponse, IncomingRequest, refusal
from github_emulator.request_log import LoggedRequest, RequestLog
from github_emulator.state import State
from github_emulator.tokens import NEEDS, Token, Tokens

HOUR = 3600


@dataclass(slots=True, kw_only=True)
class RateLimit:
    """The requests left in this hour; GitHub gives workflows 1,000."""

    limit: int = 1_000
    remaining: int = 1_000
    reset_at: float = field(default_factory=lambda: time.time() + HOUR)

    def headers(self) -> dict[str, str]:
        """Return the rate limit headers of a response."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Used": str(self.limit - self.remaining),
            "X-RateLimit-Reset": str(int(self.reset_at)),
            "X-RateLimit-Resource": "core",
        }


class Gateway:
    """Turns a request into a response, without sockets."""

    def __init__(self, state: State, description: Description) -> None:
        """Serve a state."""
        self.state = state
        self.description = description
        self.log = RequestLog()
        self.faults = Faults()
        self.tokens = Tokens()
        self.rate_limit = RateLimit()
        self.violations: list[Violation] = []
        self.actions = ActionsHandler(state)
        self.settings = SettingsHandler(state)
        self._lock = threading.Lock()
        handlers = (
            CommentsHandler(state),
            ChecksHandler(state),
            PullRequestsHandler(state),
            StatusesHandler(state),
            ReviewsHandler(state),
            EnvironmentsHandler(state),
            GitDataHandler(state),
            self.actions,
            self.settings,
        )
        self._operations: dict[str, Callable[[ApiRequest], ApiResponse]] = {"repos/get": state.forward}
        for handler in handlers:
            self._operations.update(handler.operations)

    def answer(self, incoming: IncomingRequest) -> ApiResponse:
        """Return the response to a request, or raise NoResponseError; log it in both cases."""
        found = self.description.find(incoming.method, incoming.path)
        token = self.tokens.find(incoming.authorization)
        if found is None:
            self._add_violations(
                Violation(operation="", where="request", what=f"{incoming.method} {incoming.path}: unknown")
            )
            return self._seen(incoming, "", token, refusal(404, "Not Found"), fault="")
        operation, parameters = found
        self.faults.run_interruptions(operation.name)
        fault = self.faults.take(operation.name)
        if fault and fault.when == "before":
            return self._faulty_response(incoming, operation, token, fault)
        response = self._authorized_response(incoming, operation, parameters, token)
        if fault:
            return self._faulty_response(incoming, operation, token, fault, response)
        self._add_violations(*self.description.check_answer(operation, response.status, response.body))
        return self._seen(incoming, operation.name, token, response, fault="")

    def look(self, incoming: IncomingRequest) -> ApiResponse:
        """Return a response without a log entry."""
        operation, parameters = self.description.find(incoming.method, incoming.path) or (None, {})
        if operation is None:
            return refusal(404, "Not Found")
        return self._authorized_response(incoming, operation, parameters, self.tokens.find(incoming.authorization))

    def _authorized_response(
        self, incoming: IncomingRequest, operation: Operation, parameters: Mapping[str, str], token: Token | None
    ) -> ApiResponse:
        """Check in GitHub's order: authentication, rate limit, permission, schema; then call the handler."""
        if token is None:
            return refusal(401, "Bad credentials" if incoming.authorization else "Requires authentication")
        if refused := self._count_request(token):
            return refused
        if not token.may(operation.name):
            names, level = NEEDS[operation.name]
            wanted = {"X-Accepted-GitHub-Permissions": "; ".join(f"{each.replace('-', '_')}={level}" for each in names)}
            return refusal(403, "Resource not accessible by integration", headers=wanted)
        faults = list(self.description.check_request(operation, parameters, incoming.query, incoming.raw))
        self._add_violations(*faults)
        if bad := [each.what.partition(": ")[2] for each in faults if each.what.startswith(BODY)]:
            return refusal(422, "Invalid request.\n\n" + "\n".join(bad))
        body = json.loads(incoming.raw) if incoming.raw else {}
        request = ApiRequest(
            operation=operation.name,
            method=incoming.method,
            path=incoming.path,
            parameters=parameters,
            query=incoming.query,
            raw=incoming.raw,
            token=token,
            json=body if isinstance(body, dict) else {},
        )
        return self._operations[operation.name](request)

    def _count_request(self, token: Token) -> ApiResponse | None:
        if token.permissions is None:
            return None
        with self._lock:
            if time.time() >= self.rate_limit.reset_at:
                self.rate_limit = RateLimit(limit=self.rate_limit.limit, remaining=self.rate_limit.limit)
            if self.rate_limit.remaining:
                self.rate_limit.remaining -= 1
                return None
        return refusal(403, "API rate limit exceeded for installation.")

    def _faulty_response(
        self,
        incoming: IncomingRequest,
        operation: Operation,
        token: Token | None,
        fault: Fault,
        true: ApiResponse | None = None,
    ) -> ApiResponse:
        if fault.kind in (Kind.TIMEOUT, Kind.RESET):
            self._note(incoming, operation.name, token, None, fault.kind.value)
            raise NoResponseError(fault)
        response = fault.answer(true)
        if fault.kind not in BREAKING:
            self._add_violations(*self.description.check_answer(operation, response.status, response.body))
        return self._seen(incoming, operation.name, token, response, fault=fault.kind.value)

    def _seen(
        self, incoming: IncomingRequest, operation: str, token: Token | None, response: ApiResponse, *, fault: str
    ) -> ApiResponse:
        self._note(incoming, operation, token, response.status, fault)
        headers = {**self.rate_limit.headers(), **response.headers}
        return ApiResponse(status=response.status, body=response.body, headers=headers)

    def _note(
        self, incoming: IncomingRequest, operation: str, token: Token | None, status: int | None, fault: str
    ) -> None:
        self.log.add(
            LoggedRequest(
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

    def _add_violations(self, *violations: Violation) -> None:
        with self._lock:
            self.violations.extend(violations)


def _readable(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode(errors="replace")
