"""Requests to the gateway and its responses, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from github_emulator.tokens import Token

DOCUMENTATION = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingRequest:
    """A request as received."""

    method: str
    path: str
    query: Mapping[str, str]
    raw: bytes
    authorization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """An authenticated request for an operation of GitHub's API."""

    operation: str
    method: str
    path: str
    parameters: Mapping[str, str]  # from the path
    query: Mapping[str, str]
    raw: bytes
    token: Token
    json: Mapping[str, Any] = field(default_factory=dict)  # what the body says, if it is a JSON object

    @property
    def address(self) -> str:
        """Return path and query as one."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def number(self, name: str) -> int:
        """Return a number from the path."""
        return int(self.parameters[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResponse:
    """A response with a JSON value or raw bytes as its body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Return whether the request succeeded."""
        return self.status < 400


def refusal(status: int, message: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> ApiResponse:
    """Return an error in GitHub's format."""
    body = {"message": message, **more, "documentation_url": DOCUMENTATION, "status": str(status)}
    return ApiResponse(status=status, body=body, headers=headers or {})


def invalid(resource: str, field_name: str, message: str, *, code: str = "custom") -> ApiResponse:
    """Return a 422 validation error in GitHub's format."""
    fault = {"resource": resource, "code": code, "field": field_name, "message": message}
    return refusal(422, "Validation Failed", errors=[fault])
