"""Checks of the buckets, the key and the roles in a Terraform plan.

Scanners are silent where it matters here: none that we know looks at CORS or at write-once prefixes, and checkov's rule on TLS
does not see a bucket policy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from support.aws.iam_policies import values
from support.terraform.plan import Plan, Resource, lets_anybody_in, resources

Statement = Mapping[str, Any]
Faults = Iterator[str]

WRITTEN_ONCE = ("jobs/", "ledger/", "plans/")
# As AWS's page on CORS for Ground Truth has it, and nothing more.
WORKERS_PAGE = {
    "allowed_headers": [],
    "allowed_methods": ["GET"],
    "allowed_origins": ["*"],
    "expose_headers": ["Access-Control-Allow-Origin"],
    "id": None,
    "max_age_seconds": None,
}
KEY_USE = {"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}


def faults(plan: Plan) -> list[str]:
    """List what is wrong with a plan; each fault begins with the rule that is broken."""
    return [fault for rule in RULES for fault in rule(plan)]


def statements(document: str) -> list[Statement]:
    """Return a policy's statements."""
    found: list[Statement] = json.loads(document)["Statement"]
    return found


def _tls(plan: Plan) -> Faults:
    for name in _buckets(plan):
        denials = [each for each in _policy(plan, name) if _denies_everyone(each, "s3:*", [name, f"{name}/*"])]
        conditions = [each.get("Condition") for each in denials]
        if {"Bool": {"aws:SecureTransport": "false"}} not in conditions:
            yield f"tls: {name} can be reached without TLS"
        if {"NumericLessThan": {"s3:TlsVersion": "1.2"}} not in conditions:
            yield f"tls: {name} can be reached with old TLS"


def _public_access(plan: Plan) -> Faults:
    for name in _buckets(plan):
        block = _of_bucket(plan, "aws_s3_bucket_public_access_block", name)
        for part in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
            if block.get(part) is not True:
                yield f"public access: {name} lacks {part}"


def _ownership(plan: Plan) -> Faults:
    for name in _buckets(plan):
        controls = _of_bucket(plan, "aws_s3_bucket_ownership_controls", name)
        if controls.get("rule") != [{"object_ownership": "BucketOwnerEnforced"}]:
            yield f"ownership: {name} may contain objects of other owners, or have ACLs"
    yield from (f"ownership: {each['address']} is an ACL" for each in resources(plan, "aws_s3_bucket_acl"))


def _versioning(plan: Plan) -> Faults:
    for name in _buckets(plan):
        configurations = _of_bucket(plan, "aws_s3_bucket_versioning", name).get("versioning_configuration", [])
        if [each["status"] for each in configurations] != ["Enabled"]:
            yield f"versioning: {name} keeps no old versions"


def _encryption(plan: Plan) -> Faults:
    logs = _log_buckets(plan)
    for name in _buckets(plan):
        rules = _of_bucket(plan, "aws_s3_bucket_server_side_encryption_configuration", name).get("rule", [])
        algorithms = [each["apply_server_side_encryption_by_default"][0]["sse_algorithm"] for each in rules]
        if algorithms != (["AES256"] if name in logs else ["aws:kms"]):
            yield f"encryption: {name} is encrypted with {algorithms}"


def _key(plan: Plan) -> Faults:
    roles = [role["values"]["name"] for role in _execution_roles(plan)]
    for key in resources(plan, "aws_kms_key"):
        if key["values"]["enable_key_rotation"] is not True:
            yield f"key: {key['address']} is never rotated"
        used_by = [
            each["Principal"]["AWS"]
            for each in statements(key["values"]["policy"])
            if each["Effect"] == "Allow" and set(values(each["Action"])) >= KEY_USE
        ]
        if not any(principal.endswith(f":role/{role}") for principal in used_by for role in roles):
            yield f"key: {key['address']} does not admit Ground Truth"


def _cors(plan: Plan) -> Faults:
    for name in _buckets(plan):
        expected = [WORKERS_PAGE] if "-inputs-" in name else []
        found = _of_bucket(plan, "aws_s3_bucket_cors_configuration", name).get("cors_rule", [])
        # What a rule leaves out and what it has empty is the same to AWS.
        if [
            {**WORKERS_PAGE, **_given(each), "allowed_headers": each["allowed_headers"] or []} for each in found
        ] != expected:
            yield f"cors: {name} has {found}"


def _principals(plan: Plan) -> Faults:
    policies = (("aws_s3_bucket_policy", "policy"), ("aws_kms_key", "policy"), ("aws_iam_role", "assume_role_policy"))
    for kind, attribute in policies:
        for each in resources(plan, kind):
            for statement in statements(each["values"][attribute]):
                if statement["Effect"] == "Allow" and lets_anybody_in(statement.get("Principal", "*")):
                    yield f"principal: {each['address']} admits any principal"


def _write_once(plan: Plan) -> Faults:
    for name in _buckets(plan, "artifacts"):
        places = [f"{name}/{prefix}*" for prefix in WRITTEN_ONCE]
        unconditional = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
        denials = _policy(plan, name)
        if not any(
            _denies_everyone(e, "s3:PutObject", places) and e.get("Condition") == unconditional for e in denials
        ):
            yield f"write-once: {name} allows overwriting job files, the ledger or recorded plans"
        for action in ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateDelete", "s3:ReplicateObject"):
            if not any(_denies_everyone(each, action, places) and "Condition" not in each for each in denials):
                yield f"write-once: {name} allows {action} of job files, the ledger or recorded plans"


def _recorded_plans(plan: Plan) -> Faults:
    recorders = {"StringNotEquals": {"aws:PrincipalArn": _recorders(plan)}}
    for name in _buckets(plan, "artifacts"):
        denials = [each for each in _policy(plan, name) if _denies_everyone(each, "s3:PutObject", [f"{name}/plans/*"])]
        if not any(each.get("Condition") in (None, recorders) for each in denials):
            yield f"recorded plans: {name} lets others write plans"


def _recorders(plan: Plan) -> list[str]:
    account = plan["variables"]["account_id"]["value"]
    names = [role["values"]["name"] for role in resources(plan, "aws_iam_role")]
    return [f"arn:aws:iam::{account}:role/{name}" for name in names if "-github-record-" in name]


def _access_logs(plan: Plan) -> Faults:
    logs = _log_buckets(plan)
    for name in _buckets(plan):
        if name not in logs and not _of_bucket(plan, "aws_s3_bucket_logging", name):
            yield f"access logs: reads of {name} are not logged"


def _trust(plan: Plan) -> Faults:
    account = plan["variables"]["account_id"]["value"]
    for role in resources(plan, "aws_iam_role"):
        for statement in statements(role["values"]["assume_role_policy"]):
            source = statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount")
            if "Federated" not in statement["Principal"] and source != account:
                yield f"trust: {role['address']} can be assumed for other accounts"


def _destroy(plan: Plan) -> Faults:
    for each in resources(plan, "aws_s3_bucket"):
        if each["values"]["force_destroy"] is not False:
            yield f"destroy: {each['values']['bucket']} is destroyed with its content"


RULES: tuple[Callable[[Plan], Faults], ...] = (
    _tls,
    _public_access,
    _ownership,
    _versioning,
    _encryption,
    _key,
    _cors,
    _principals,
    _write_once,
    _recorded_plans,
    _access_logs,
    _trust,
    _destroy,
)


def _buckets(plan: Plan, role: str = "") -> list[str]:
    names = [each["values"]["bucket"] for each in resources(plan, "aws_s3_bucket")]
    return [name for name in names if f"-{role}-" in name or not role]


def _log_buckets(plan: Plan) -> set[str]:
    return {each["values"]["target_bucket"] for each in resources(plan, "aws_s3_bucket_logging")}


def _execution_roles(plan: Plan) -> Iterator[Resource]:
    for role in resources(plan, "aws_iam_role"):
        if "sagemaker.amazonaws.com" in role["values"]["assume_role_policy"]:
            yield role


def _of_bucket(plan: Plan, kind: str, bucket: str) -> Mapping[str, Any]:
    return next((each["values"] for each in resources(plan, kind) if each["values"].get("bucket") == bucket), {})


def _policy(plan: Plan, bucket: str) -> list[Statement]:
    policy = _of_bucket(plan, "aws_s3_bucket_policy", bucket)
    return statements(policy["policy"]) if policy else []


def _denies_everyone(statement: Statement, action: str, places: list[str]) -> bool:
    return (
        statement["Effect"] == "Deny"
        and statement.get("Principal") == "*"
        and action in values(statement.get("Action"))
        and {f"arn:aws:s3:::{place}" for place in places} <= set(values(statement.get("Resource")))
    )


def _given(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if value not in (None, "", 0)}
