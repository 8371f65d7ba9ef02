"""Filters, order and pages of the list operations. Tokens are opaque and contain the position of the last item."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from groundtruth_simulator.exceptions import ValidationException

FILTERS = {"NameContains"} | {
    f"{event}Time{side}" for event in ("Creation", "LastModified") for side in ("After", "Before")
}
DEFAULT_PAGE_SIZE = 10  # inferred: AWS documents no default for ListLabelingJobs; other list operations use 10


class Listed(Protocol):
    """An item of a list operation."""

    @property
    def name(self) -> str:
        """Return the name that NameContains filters."""

    @property
    def created(self) -> datetime:
        """Return the time of creation."""

    @property
    def modified(self) -> datetime:
        """Return the time of the last change."""


Item = TypeVar("Item")
Key = Callable[[Item], tuple[Any, ...]]


def matches(item: Listed, params: Mapping[str, Any]) -> bool:
    """Return whether an item passes the name and time filters (names are case-sensitive: inferred)."""
    if not FILTERS & params.keys():
        return True
    return (
        params.get("NameContains", "") in item.name
        and _within(item.created, params.get("CreationTimeAfter"), params.get("CreationTimeBefore"))
        and _within(item.modified, params.get("LastModifiedTimeAfter"), params.get("LastModifiedTimeBefore"))
    )


def paginate(
    items: Iterable[Item], key: Key[Item], params: Mapping[str, Any], *, default_order: str = "Ascending"
) -> tuple[list[Item], dict[str, str]]:
    """Return one page of items and, if there are more, {"NextToken": ...}."""
    descending = params.get("SortOrder", default_order) == "Descending"
    ordered = sorted(items, key=key, reverse=descending)
    if token := params.get("NextToken"):
        last = _read_token(token, params)
        ordered = [item for item in ordered if (key(item) < last if descending else key(item) > last)]
    size = params.get("MaxResults", DEFAULT_PAGE_SIZE)
    items_on_page = ordered[:size]
    return items_on_page, {"NextToken": _token(key(items_on_page[-1]), params)} if len(ordered) > size else {}


def _within(moment: datetime, after: datetime | None, before: datetime | None) -> bool:
    return (after is None or moment > _aware(after)) and (before is None or moment < _aware(before))


def _aware(moment: datetime) -> datetime:
    # moto passes naive UTC times.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _fingerprint(params: Mapping[str, Any]) -> str:
    request = {name: str(value) for name, value in params.items() if name not in ("NextToken", "MaxResults")}
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:16]


def _token(last: tuple[Any, ...], params: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([_fingerprint(params), *last]).encode()).decode()


def _read_token(token: str, params: Mapping[str, Any]) -> tuple[Any, ...]:
    try:
        fingerprint, *last = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError) as error:
        raise ValidationException("Invalid pagination token.") from error
    if fingerprint != _fingerprint(params):
        raise ValidationException("The pagination token belongs to a request with other parameters.")
    return tuple(last)
