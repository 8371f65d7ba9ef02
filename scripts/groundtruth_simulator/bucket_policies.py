"""Gaps of moto 5.2.5 around bucket policies; called from repairs.py."""

from __future__ import annotations

import json
from functools import wraps
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from groundtruth_simulator import policy_conditions

# As Any: to replace a method is what a type checker rightly forbids.
_BUCKET: Any = FakeBucket
_STATEMENT: Any = IAMPolicyStatement
_RESPONSE: Any = S3Response


def weigh_a_conditional_deny() -> None:
    """Weigh the Condition of a bucket policy's Deny.

    moto takes a condition that it can not check as met, so the usual "deny without TLS" refuses every request. Here a Deny
    stands if its condition is known to be met, as for a write-once prefix, and passes if not.
    """
    deny = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    if IAMPolicyStatement(deny).is_action_permitted("s3:GetObject") is not PermissionResult.DENIED:
        return
    permitted, answered = IAMPolicyStatement.is_action_permitted, S3Response._key_response

    @wraps(permitted)
    def is_action_permitted(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._statement["Effect"] == "Deny" and (condition := self._statement.get("Condition")):
            if not policy_conditions.is_met(condition):
                return PermissionResult.NEUTRAL
            unconditional = {name: value for name, value in self._statement.items() if name != "Condition"}
            return permitted(IAMPolicyStatement(unconditional), *args, **kwargs)
        return permitted(self, *args, **kwargs)

    @wraps(answered)
    def key_response(self: Any, request: Any, full_url: str) -> Any:
        with policy_conditions.judging(request.method, request.headers, urlsplit(full_url).query):
            return answered(self, request, full_url)

    _STATEMENT.is_action_permitted = is_action_permitted
    _RESPONSE._key_response = key_response


def let_access_logs_into_a_bucket_with_denials() -> None:
    """Read a log bucket's whole policy, where moto falls over a statement that is for everyone, such as a Deny without TLS."""
    denial = SimpleNamespace(policy=b'{"Statement": [{"Effect": "Deny", "Principal": "*"}]}')
    try:
        _BUCKET._log_permissions_enabled_policy(denial, None)
    except AttributeError:
        _BUCKET._log_permissions_enabled_policy = staticmethod(_lets_logs_in)


def _lets_logs_in(target_bucket: Any, target_prefix: str | None) -> bool:
    arn, policy = target_bucket.arn, target_bucket.policy
    places = {arn, f"{arn}/*", f"{arn}/{target_prefix or ''}*"}
    statements = json.loads(policy)["Statement"] if policy else []
    return any(
        statement["Effect"] == "Allow"
        and statement["Principal"] != "*"
        and "logging.s3.amazonaws.com" in _as_list(statement["Principal"].get("Service"))
        and "s3:PutObject" in _as_list(statement["Action"])
        and not places.isdisjoint(_as_list(statement["Resource"]))
        for statement in statements
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
