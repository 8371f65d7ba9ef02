"""Opens a repository on GitHub with PyGithub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from github import Auth, Github

if TYPE_CHECKING:
    from github.Repository import Repository

TIMEOUT = 30  # seconds
PER_PAGE = 100  # GitHub's limit


def open_repository(*, api: str, repository: str, token: str) -> Repository:
    """Open a repository, without a call; Retries repeats calls, so PyGithub does not."""
    # lazy: PyGithub makes no call for an object that is only needed to reach another one.
    github = Github(
        base_url=api,
        auth=Auth.Token(token),
        timeout=TIMEOUT,
        per_page=PER_PAGE,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )
    return github.get_repo(repository)
