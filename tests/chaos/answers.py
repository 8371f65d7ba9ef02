"""Answers to requests: the errors that AWS gives, and lists in another order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from random import Random


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response. It announces more than it holds if it is cut."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cut: bool = False
    length: int | None = None  # of a body that is not sent


class Form(StrEnum):
    """How a service writes errors."""

    JSON = "json"
    XML = "xml"  # S3
    QUERY = "query"  # STS


def an_error(form: Form, status: int, code: str) -> Answer:
    """Write an error as AWS does."""
    message = f"An injected error: {code}."
    if form is Form.JSON:
        headers = (("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-errortype", code))
        return Answer(status, headers, json.dumps({"__type": code, "message": message}).encode())
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    body = error if form is Form.XML else f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>"
    return Answer(status, (("Content-Type", "application/xml"),), f"<?xml version='1.0'?>{body}".encode())


def reordered(answer: Answer, random: Random) -> Answer:
    """Change the order of the jobs in a list."""
    listed = json.loads(answer.body)
    random.shuffle(listed.get("LabelingJobSummaryList", []))
    return Answer(answer.status, answer.headers, json.dumps(listed).encode())
