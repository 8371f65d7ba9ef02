"""Reads IAM's names and policies of principals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ASSUMED_ROLE = re.compile(r"arn:(?P<partition>[^:]+):sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/.+")
_SAGEMAKER = "sagemaker.amazonaws.com"


def caller_as_principal(arn: str) -> str | None:
    """Return the IAM user or role behind the ARN of a caller; None if IAM has none.

    A session's ARN lacks the path of its role, so a role with a path is not found.
    """
    if session := _ASSUMED_ROLE.fullmatch(arn):
        return "arn:{partition}:iam::{account}:role/{role}".format(**session.groupdict())
    return arn if ":iam::" in arn or ":user/" in arn else None


def trusts_sagemaker(policy: Mapping[str, Any]) -> bool:
    """Return whether a trust policy lets SageMaker assume its role."""
    return any(
        statement.get("Effect") == "Allow" and _SAGEMAKER in _services(statement.get("Principal"))
        for statement in _listed(policy.get("Statement"))
    )


def _services(principal: Any) -> tuple[Any, ...]:
    if principal == "*":
        return (_SAGEMAKER,)
    return _listed(principal.get("Service")) if isinstance(principal, Mapping) else ()


def _listed(value: Any) -> tuple[Any, ...]:
    """Return what a policy may write alone or as a list, as several."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
