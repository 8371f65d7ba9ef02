"""Tags and subscribers of AWS Budgets."""

from __future__ import annotations

import json
from functools import wraps
from typing import Any

from moto.budgets.responses import BudgetsResponse

from groundtruth_simulator.moto_patches.methods import set_method

TAGS = "_budget_tags"  # in a moto backend's __dict__, which its reset() empties


def add_budget_tags() -> None:
    """Add the tag and subscriber operations that Terraform calls for every budget, and keep tags given at creation."""
    if hasattr(BudgetsResponse, "list_tags_for_resource"):
        return
    original = BudgetsResponse.create_budget

    @wraps(original)
    def create_budget(self: Any) -> Any:
        response = original(self)
        arn = f"arn:{self.partition}:budgets::{self._get_param('AccountId')}:budget/{self._get_param('Budget')['BudgetName']}"
        _budget_tags(self, arn).update(_as_mapping(self._get_param("ResourceTags")))
        return response

    set_method(BudgetsResponse, create_budget)
    set_method(BudgetsResponse, _list_tags_for_resource)
    set_method(BudgetsResponse, _tag_resource)
    set_method(BudgetsResponse, _untag_resource)
    set_method(BudgetsResponse, _describe_subscribers_for_notification)


def _budget_tags(response: Any, arn: str) -> dict[str, str]:
    tags: dict[str, str] = response.backend.__dict__.setdefault(TAGS, {}).setdefault(arn, {})
    return tags


def _as_mapping(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def _list_tags_for_resource(self: Any) -> str:
    tags = _budget_tags(self, self._get_param("ResourceARN"))
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def _tag_resource(self: Any) -> str:
    _budget_tags(self, self._get_param("ResourceARN")).update(_as_mapping(self._get_param("ResourceTags")))
    return "{}"


def _untag_resource(self: Any) -> str:
    tags = _budget_tags(self, self._get_param("ResourceARN"))
    for key in self._get_param("ResourceTagKeys"):
        tags.pop(key, None)
    return "{}"


def _describe_subscribers_for_notification(self: Any) -> str:
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
    notification = self._get_param("Notification")
    for candidate in budget.notifications:
        if all(candidate.details.get(name) == notification.get(name) for name in ("NotificationType", "Threshold")):
            return json.dumps({"Subscribers": candidate.subscribers})
    return json.dumps({"Subscribers": []})
