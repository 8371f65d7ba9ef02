"""Whether a request meets the Condition of a bucket policy's Deny, which moto 5.2.5 cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Facts = Mapping[str, str]

# What is so of every request: the simulator speaks plain HTTP in the place of AWS's newest TLS.
ALWAYS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
_request: ContextVar[Facts] = ContextVar("_request", default=ALWAYS)


@contextmanager
def judging(method: str, headers: Mapping[str, str], query: str) -> Iterator[None]:
    """Let conditions be weighed against this request to S3, until it is answered."""
    token = _request.set({**ALWAYS, **_facts_of_a_write(method, headers, query)})
    try:
        yield
    finally:
        _request.reset(token)


def is_met(condition: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether the request under way meets a condition; one that asks for more than is known here counts as not met."""
    facts = _request.get()
    tests = [(operator, key, value) for operator, keys in condition.items() for key, value in keys.items()]
    return all(
        operator in _OPERATORS and key in _KNOWN and _OPERATORS[operator](facts.get(key), value)
        for operator, key, value in tests
    )


def _facts_of_a_write(method: str, headers: Mapping[str, str], query: str) -> Facts:
    if method != "PUT":
        return {}
    # A part of a multipart upload makes no object yet.
    facts = {"s3:ObjectCreationOperation": "false" if "partNumber=" in query else "true"}
    if (only_if := headers.get("If-None-Match")) is not None:
        facts["s3:if-none-match"] = only_if
    return facts


def _null(actual: str | None, wanted: Any) -> bool:
    return (actual is None) is (str(wanted).lower() == "true")


def _bool(actual: str | None, wanted: Any) -> bool:
    return actual is not None and actual == str(wanted).lower()


def _less(actual: str | None, wanted: Any) -> bool:
    return actual is not None and float(actual) < float(wanted)


_OPERATORS: Mapping[str, Callable[[str | None, Any], bool]] = {"Null": _null, "Bool": _bool, "NumericLessThan": _less}
_KNOWN = {*ALWAYS, "s3:ObjectCreationOperation", "s3:if-none-match"}
