"""Bucket policies in S3: conditional Deny statements, and access logs."""

from __future__ import annotations

import json
from functools import wraps
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from groundtruth_simulator.moto_patches import s3_policy_conditions

# Typed as Any, because a type checker rightly forbids replacing a method.
_BUCKET: Any = FakeBucket
_STATEMENT: Any = IAMPolicyStatement
_RESPONSE: Any = S3Response


def evaluate_deny_conditions() -> None:
    """Evaluate the Condition of a Deny statement in a bucket policy.

    moto treats a condition that it cannot check as met, so the usual "deny without TLS" refuses every request. With this
    patch, a Deny applies only if its condition is known to be met, as for a write-once prefix.
    """
    deny = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    if IAMPolicyStatement(deny).is_action_permitted("s3:GetObject") is not PermissionResult.DENIED:
        return
    is_permitted, key_response_of = IAMPolicyStatement.is_action_permitted, S3Response._key_response

    @wraps(is_permitted)
    def is_action_permitted(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._statement["Effect"] == "Deny" and (condition := self._statement.get("Condition")):
            if not s3_policy_conditions.is_met(condition):
                return PermissionResult.NEUTRAL
            unconditional = {name: value for name, value in self._statement.items() if name != "Condition"}
            return is_permitted(IAMPolicyStatement(unconditional), *args, **kwargs)
        return is_permitted(self, *args, **kwargs)

    @wraps(key_response_of)
    def key_response(self: Any, request: Any, full_url: str) -> Any:
        with s3_policy_conditions.request_context(request.method, request.headers, urlsplit(full_url).query):
            if request.method == "HEAD" and _denies_reading(self, request, full_url):
                return 403, {}, ""
            return key_response_of(self, request, full_url)

    _STATEMENT.is_action_permitted = is_action_permitted
    _RESPONSE._key_response = key_response


def _denies_reading(responses: Any, request: Any, full_url: str) -> bool:
    """Return whether a bucket policy denies HEAD for an object, which needs the right to read it; moto asks for HeadObject."""
    name, key = responses.parse_bucket_name_from_url(request, full_url), responses.parse_key_name()
    bucket = responses.backend.buckets.get(name)
    if bucket is None or not bucket.policy:
        return False
    permission = bucket.get_permission("s3:GetObject", f"arn:aws:s3:::{name}/{key}")
    return bool(permission is PermissionResult.DENIED)


def allow_access_logs_beside_deny_statements() -> None:
    """Read the whole policy of a log bucket; moto fails on a statement for every principal, such as a Deny without TLS."""
    denial = SimpleNamespace(policy=b'{"Statement": [{"Effect": "Deny", "Principal": "*"}]}')
    try:
        _BUCKET._log_permissions_enabled_policy(denial, None)
    except AttributeError:
        _BUCKET._log_permissions_enabled_policy = staticmethod(_allows_access_logs)


def _allows_access_logs(target_bucket: Any, target_prefix: str | None) -> bool:
    arn, policy = target_bucket.arn, target_bucket.policy
    resources = {arn, f"{arn}/*", f"{arn}/{target_prefix or ''}*"}
    statements = json.loads(policy)["Statement"] if policy else []
    return any(
        statement["Effect"] == "Allow"
        and statement["Principal"] != "*"
        and "logging.s3.amazonaws.com" in _as_list(statement["Principal"].get("Service"))
        and "s3:PutObject" in _as_list(statement["Action"])
        and not resources.isdisjoint(_as_list(statement["Resource"]))
        for statement in statements
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
