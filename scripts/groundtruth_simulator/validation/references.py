"""Lookups in other services of the account: roles in IAM, user pools in Cognito."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.cognitoidp.models import cognitoidp_backends
from moto.core.exceptions import ServiceException
from moto.iam.models import iam_backends
from werkzeug.exceptions import HTTPException

SERVICE = "sagemaker.amazonaws.com"


def can_assume(account: str, partition: str, role_arn: str) -> bool:
    """Return whether the role exists and trusts SageMaker."""
    try:
        role = iam_backends[account][partition].get_role_by_arn(role_arn)
    except (ServiceException, HTTPException):
        return False
    document = role.assume_role_policy_document
    policy = json.loads(document) if isinstance(document, str) else document
    return any(_trusts_sagemaker(statement) for statement in _as_list(policy.get("Statement", [])))


def missing_member(account: str, region: str, member: Mapping[str, Any]) -> str | None:
    """Return the first part of a Cognito member definition that does not exist: a user pool, its client or a group."""
    pool = cognitoidp_backends[account][region].user_pools.get(member["UserPool"])
    if pool is None:
        return f"user pool {member['UserPool']}"
    if member["ClientId"] not in pool.clients:
        return f"user pool client {member['ClientId']}"
    if "UserGroup" in member and member["UserGroup"] not in pool.groups:
        return f"user group {member['UserGroup']}"
    return None


def _trusts_sagemaker(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = _as_list(principal.get("Service", [])) if isinstance(principal, Mapping) else []
    return statement.get("Effect") == "Allow" and SERVICE in services


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
