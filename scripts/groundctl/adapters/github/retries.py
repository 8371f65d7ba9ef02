"""Calls to GitHub: when one is repeated, how long it waits, and which of our errors a failure becomes."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import requests
from github import BadAttributeException, GithubException

from groundctl.adapters.github.answers import UnreadableAnswerError
from groundctl.errors import ExternalError, RefusedByGitHub, UnclearFromGitHub

MAX_ATTEMPTS = 5
# The longest that one call waits in all. GitHub's hourly limit may take longer, but a run is billed by the minute.
MAX_WAIT = 120.0  # seconds
DEFAULT_WAIT = 60.0  # seconds, where GitHub limits us and does not say for how long

# Silence, a broken connection, or a response that is not JSON or not GitHub's.
_NO_RESPONSE = (requests.RequestException, ValueError, BadAttributeException)
_RUN_AGAIN = "run it again: it checks first what is there"

Value = TypeVar("Value")


class Retries:
    """Repeats calls to GitHub; PyGithub's own retries are off, because they would also repeat a post."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def repeat(self, call: Callable[[], Value], doing: str) -> Value:
        """Repeat a call that GitHub did not answer or asks to delay: for calls that may safely happen twice."""
        return self._attempt(call, doing, repeatable=True)

    def once(self, call: Callable[[], Value], doing: str) -> Value:
        """Repeat a call only if GitHub said that it did nothing."""
        return self._attempt(call, doing, repeatable=False)

    def _attempt(self, call: Callable[[], Value], doing: str, *, repeatable: bool) -> Value:
        waited = 0.0
        for attempt in range(MAX_ATTEMPTS):
            try:
                return call()
            except GithubException as error:
                pause = _requested_wait(error)
                if pause is None and error.status < 500:
                    raise _refusal(error, doing) from error
                if pause is None and not repeatable:
                    raise UnclearFromGitHub(f"GitHub had a fault while {doing}", hint=_RUN_AGAIN) from error
                fault: Exception = error
            except _NO_RESPONSE as error:
                if not repeatable:
                    raise UnclearFromGitHub(f"GitHub did not answer while {doing}", hint=_RUN_AGAIN) from error
                pause, fault = None, error
            pause = 0.5 * 2**attempt if pause is None else pause
            waited += pause
            if attempt == MAX_ATTEMPTS - 1 or waited > MAX_WAIT:
                break
            self._sleep(pause)
        raise _gave_up(fault, doing) from fault


def _requested_wait(error: GithubException) -> float | None:
    """Read how many seconds GitHub asks us to wait; None if it does not ask."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if error.status not in {403, 429}:
        return None
    with suppress(ValueError, KeyError):
        if "retry-after" in headers:
            return float(headers["retry-after"])
        if headers.get("x-ratelimit-remaining") == "0":
            return max(float(headers["x-ratelimit-reset"]) - time.time(), 1.0)
    is_limited = error.status == 429 or "rate limit" in _message(error).lower()
    return DEFAULT_WAIT if is_limited else None


def _message(error: GithubException) -> str:
    return str(error.data.get("message", "")) if isinstance(error.data, dict) else ""


def _refusal(error: GithubException, doing: str) -> RefusedByGitHub:
    hints = {
        401: "the token is no longer valid: run the workflow again",
        403: "check the job's permissions in the workflow, and whether the pull request is locked or from a fork",
        404: "check that it still exists, and that this token may read it",
        422: "GitHub does not accept what was sent: see its message",
    }
    return RefusedByGitHub(
        f"GitHub refused {doing}: {error.status} {_message(error)}".rstrip(),
        hint=hints.get(error.status, "see GitHub's message"),
        status=error.status,
    )


def _gave_up(fault: Exception, doing: str) -> ExternalError:
    if isinstance(fault, GithubException) and _requested_wait(fault) is not None:
        return ExternalError(f"GitHub's rate limit was reached while {doing}", hint="run it again later")
    if isinstance(fault, UnreadableAnswerError):
        return ExternalError(
            f"GitHub's answer cannot be read while {doing}: {fault}",
            hint="see githubstatus.com, and run it again later",
        )
    return ExternalError(
        f"GitHub did not answer while {doing}: {fault}", hint="see githubstatus.com, and run it again later"
    )
