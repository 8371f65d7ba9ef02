"""Resources that are stored as requested: workforces, work teams, worker task templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from groundtruth_simulator.exceptions import ValidationException
from groundtruth_simulator.models.pagination import matches, paginate
from groundtruth_simulator.validation.labeling_job_rules import tag_fault

Params = Mapping[str, Any]


class Resource:
    """A resource that is stored as it was requested."""

    def __init__(self, name: str, arn: str, request: Params, created: datetime) -> None:
        """Store a request; raise ValidationException for tags that cannot be set."""
        if fault := tag_fault(request.get("Tags", [])):
            raise ValidationException(fault)
        self.name, self.arn = name, arn
        self.request = dict(request)
        self.tags: list[dict[str, str]] = list(request.get("Tags", []))
        self.created = self.modified = created

    def update(self, changes: Params, now: datetime) -> None:
        """Replace the given members as a whole."""
        self.request |= changes
        self.modified = now


def registry_page(registry: dict[str, Resource], params: Params) -> tuple[list[Resource], dict[str, str]]:
    """Return one page of a registry, by creation date unless the request names another order, and the next token."""
    by_name = params.get("SortBy", "CreateDate") == "Name"

    def key(resource: Resource) -> tuple[Any, ...]:
        return (resource.name,) if by_name else (resource.created.timestamp(), resource.name)

    return paginate([resource for resource in registry.values() if matches(resource, params)], key, params)
