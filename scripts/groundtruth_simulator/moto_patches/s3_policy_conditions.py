"""Whether a request meets the Condition of a Deny statement in a bucket policy, which moto 5.2.5 cannot evaluate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

ContextKeys = Mapping[str, str]

# True for every request: the simulator's plain HTTP stands for AWS's newest TLS.
ALWAYS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
_request: ContextVar[ContextKeys] = ContextVar("_request", default=ALWAYS)


@contextmanager
def request_context(method: str, headers: Mapping[str, str], query: str) -> Iterator[None]:
    """Evaluate conditions against this request to S3 until it has its response."""
    token = _request.set({**ALWAYS, **_write_context(method, headers, query)})
    try:
        yield
    finally:
        _request.reset(token)


def is_met(condition: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether the current request meets a condition; a condition with unsupported keys or operators counts as not met."""
    context = _request.get()
    tests = [(operator, key, value) for operator, keys in condition.items() for key, value in keys.items()]
    return all(
        operator in _OPERATORS and key in _KNOWN and _OPERATORS[operator](context.get(key), value)
        for operator, key, value in tests
    )


def _write_context(method: str, headers: Mapping[str, str], query: str) -> ContextKeys:
    if method != "PUT":
        return {}
    # A part of a multipart upload does not create an object yet.
    context = {"s3:ObjectCreationOperation": "false" if "partNumber=" in query else "true"}
    if (if_none_match := headers.get("If-None-Match")) is not None:
        context["s3:if-none-match"] = if_none_match
    return context


def _null(actual: str | None, expected: Any) -> bool:
    return (actual is None) is (str(expected).lower() == "true")


def _bool(actual: str | None, expected: Any) -> bool:
    return actual is not None and actual == str(expected).lower()


def _less(actual: str | None, expected: Any) -> bool:
    return actual is not None and float(actual) < float(expected)


_OPERATORS: Mapping[str, Callable[[str | None, Any], bool]] = {"Null": _null, "Bool": _bool, "NumericLessThan": _less}
_KNOWN = {*ALWAYS, "s3:ObjectCreationOperation", "s3:if-none-match"}
