"""The adapter to GitHub, opened on the emulator; waiting takes no time and is recorded."""

from __future__ import annotations

from typing import Final

from github_emulator.actors import FULL_NAME
from github_emulator.emulator import GitHubEmulator
from github_emulator.faults import Kind
from github_emulator.tokens import Token
from groundctl.adapters.github.approval_facts import GitHubApprovalFacts
from groundctl.adapters.github.client import GitHub

HEAD, BASE, MERGED = "a" * 40, "b" * 40, "c" * 40
# Faults of a rate limit, and the seconds that GitHub then asks for.
RATE_LIMITS: Final[tuple[tuple[Kind, dict[str, int], int], ...]] = (
    (Kind.SECONDARY_LIMIT, {"seconds": 7}, 7),
    (Kind.SECONDARY_LIMIT, {"seconds": 7, "status": 429}, 7),
    (Kind.SECONDARY_LIMIT, {}, 60),
    (Kind.PRIMARY_LIMIT, {"seconds": 9}, 9),
)
RUN_URL = "https://github.com/acme/labels/actions/runs/7"


class Waits:
    """A sleep that takes no time and is recorded."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


def a_token(emulator: GitHubEmulator) -> Token:
    return emulator.token(contents="read", pull_requests="write", checks="write", statuses="write", actions="read")


def an_adapter(emulator: GitHubEmulator, token: Token | None = None, waits: Waits | None = None) -> GitHub:
    value = (token or a_token(emulator)).value
    return GitHub(api=emulator.url, repository=FULL_NAME, token=value, sleep=waits or Waits())


def approval_facts(
    emulator: GitHubEmulator, token: Token | None = None, waits: Waits | None = None
) -> GitHubApprovalFacts:
    value = (token or emulator.token(contents="read", pull_requests="read", actions="read")).value
    return GitHubApprovalFacts(api=emulator.url, repository=FULL_NAME, token=value, sleep=waits or Waits())
