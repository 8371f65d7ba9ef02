"""Reads GitHub's REST API where PyGithub has no call, or has one that hides what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from groundctl.adapters.github.answers import UnreadableAnswerError, checked, member, require_equal
from groundctl.adapters.github.connection import PER_PAGE
from groundctl.adapters.github.retries import Retries
from groundctl.errors import RefusedByGitHub

if TYPE_CHECKING:
    from github.Repository import Repository

# A list that is longer is not read to its end, and so is an error.
MAX_PAGES = 100

Value = TypeVar("Value")


class RestReads:
    """Reads of one repository; each is repeated as Retries describes, and so is one whose answer cannot be read.

    Nothing is cached: every call asks GitHub.
    """

    def __init__(self, repository: Repository, retries: Retries) -> None:
        self._repository = repository
        self._retries = retries

    def one(self, path: str, read: Callable[[object], Value], doing: str, **parameters: int) -> Value:
        """Read one answer."""
        return self._retries.repeat(lambda: read(self._answer(path, parameters)[1]), doing)

    def one_or_none(self, path: str, read: Callable[[object], Value], doing: str) -> Value | None:
        """Read one answer; None if there is no such thing."""
        try:
            return self.one(path, read, doing)
        except RefusedByGitHub as refusal:
            if refusal.status == 404:
                return None
            raise

    def every(
        self, path: str, read: Callable[[object], Value], doing: str, *, within: str | None = None
    ) -> list[Value]:
        """Read every page of a list, or of the list that is a member of the answer."""
        return self._retries.repeat(lambda: [read(each) for each in self._pages(path, within)], doing)

    def _pages(self, path: str, within: str | None) -> list[object]:
        found: list[object] = []
        for page in range(1, MAX_PAGES + 1):
            headers, answer = self._answer(path, {"per_page": PER_PAGE, "page": page})
            entries: list[object] = member(answer, within, list) if within else checked(answer, list, "the answer")
            found += entries
            # A full page without a link may still be followed by another one.
            if 'rel="next"' not in headers.get("link", "") and len(entries) < PER_PAGE:
                if within:
                    require_equal(len(found), member(answer, "total_count", int), "a list of the length")
                return found
        raise UnreadableAnswerError(f"there are more than {MAX_PAGES} pages")

    def _answer(self, path: str, parameters: Mapping[str, int]) -> tuple[Mapping[str, Any], object]:
        url = f"{self._repository.url}/{path}".rstrip("/")  # without a path, the repository itself
        return self._repository.requester.requestJsonAndCheck("GET", url, parameters=dict(parameters))
