"""Named queries of Athena."""

from __future__ import annotations

from typing import Any

from moto.athena.responses import AthenaResponse

from groundtruth_simulator.moto_patches.methods import set_method


def add_delete_named_query() -> None:
    """Add DeleteNamedQuery, the one operation on named queries that moto lacks."""
    if not hasattr(AthenaResponse, "delete_named_query"):
        set_method(AthenaResponse, _delete_named_query)


def _delete_named_query(self: Any) -> str:
    self.athena_backend.named_queries.pop(self._get_param("NamedQueryId"), None)
    return "{}"
