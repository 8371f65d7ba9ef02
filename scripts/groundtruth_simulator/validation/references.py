"""Lookups in other services: roles in IAM, user pools in Cognito, keys in KMS, topics in SNS."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.cognitoidp.models import cognitoidp_backends
from moto.core.exceptions import ServiceException
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.sns.models import sns_backends
from werkzeug.exceptions import HTTPException

KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):(?:key/)?(?P<name>.+)")
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


def key_fault(account: str, region: str, key: str) -> str | None:
    """Return why a KMS key cannot encrypt or decrypt objects; None if it can.

    A key is named by its id or alias in this account, or by the ARN of either, in any account.
    """
    named = KEY_ARN.fullmatch(key)
    if key.startswith("arn:") and named is None:
        return f"{key} is not the ARN of a KMS key."
    if named and named["region"] != region:
        return f"The KMS key {key} is not in {region}."
    backend = kms_backends[named["account"] if named else account][region]
    name = named["name"] if named else key
    if name.startswith("alias/aws/"):
        return None  # AWS makes its own keys when they are first used
    found = backend.keys.get(str(backend.get_key_id_from_alias(name)) if name.startswith("alias/") else name)
    if found is None:
        return f"The KMS key {key} does not exist."
    if found.key_state != "Enabled":
        return f"The KMS key {key} is {found.key_state}."
    return None if found.key_spec == "SYMMETRIC_DEFAULT" else f"The KMS key {key} is not a symmetric encryption key."


def topic_fault(region: str, arn: str) -> str | None:
    """Return why an SNS topic cannot be used: it is in another Region, or does not exist."""
    _, _, _, place, account, _ = arn.split(":", 5)
    if place != region:
        return f"The SNS topic {arn} is not in {region}."
    return None if arn in sns_backends[account][region].topics else f"The SNS topic {arn} does not exist."


def topic_key_fault(region: str, arn: str) -> str | None:
    """Return why the service cannot publish to an encrypted topic: the default key's policy lets no other service in."""
    account = arn.split(":")[4]
    key = sns_backends[account][region].topics[arn].kms_master_key_id
    if not key:
        return None
    if key.endswith("alias/aws/sns"):
        return f"The SNS topic {arn} is encrypted with the key alias/aws/sns. Use a customer managed key."
    return key_fault(account, region, key)


def _trusts_sagemaker(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = _as_list(principal.get("Service", [])) if isinstance(principal, Mapping) else []
    return statement.get("Effect") == "Allow" and SERVICE in services


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def sign_in_people(account: str, region: str, group: Mapping[str, str], number: int) -> None:
    """Add people to a group of a user pool, as if each had changed the password of the invitation."""
    cognito = cognitoidp_backends[account][region]
    for index in range(1, number + 1):
        pool, name = group["UserPool"], f"{group['UserGroup']}-{index}@example.com"
        if name not in cognito.user_pools[pool].users:
            user = cognito.admin_create_user(pool, name, "SUPPRESS", "", [])
            user.status = "CONFIRMED"
        cognito.admin_add_user_to_group(pool, group["UserGroup"], name)
