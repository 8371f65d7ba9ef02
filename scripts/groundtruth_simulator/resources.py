"""Things that are kept as they were asked for: workforces, work teams, worker task templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from groundtruth_simulator.listing import matches, page

Params = Mapping[str, Any]


class Resource:
    """A thing that is kept as it was asked for."""

    def __init__(self, name: str, arn: str, request: Params, created: datetime) -> None:
        """Keep a request."""
        self.name, self.arn = name, arn
        self.request = dict(request)
        self.tags: list[dict[str, str]] = list(request.get("Tags", []))
        self.created = self.modified = created

    def update(self, changes: Params, moment: datetime) -> None:
        """Replace the members given, whole."""
        self.request |= changes
        self.modified = moment


def page_of(register: dict[str, Resource], params: Params) -> tuple[list[Resource], dict[str, str]]:
    """Return one page of a register, by creation date unless asked otherwise, and the token for the next."""
    by_name = params.get("SortBy", "CreateDate") == "Name"

    def key(each: Resource) -> tuple[Any, ...]:
        return (each.name,) if by_name else (each.created.timestamp(), each.name)

    return page([each for each in register.values() if matches(each, params)], key, params)
