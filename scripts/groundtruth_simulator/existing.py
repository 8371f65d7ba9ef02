"""What an account has before a program meets it: buckets, keys, topics, a workforce and teams, under names and ids that are given.

The API of AWS chooses the ids of keys and user pools. A program whose settings name one that exists needs exactly that one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.cognitoidp.models import cognitoidp_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sagemaker.models import sagemaker_backends
from moto.sns.models import sns_backends

from groundtruth_simulator.models.workforce import WorkforceRegistry
from groundtruth_simulator.simulator import Simulator

_PARTITION = "aws"
# What the owner of a bucket sets so that clips play on the workers' page.
_CORS = {"AllowedMethod": ["GET"], "AllowedOrigin": ["*"], "AllowedHeader": ["*"]}


def make_existing(simulator: Simulator, params: Mapping[str, Any]) -> None:
    """Make what does not exist yet of the things that are named; raise ValueError for one that cannot be made.

    account and region are texts; buckets and log_buckets are lists of names; keys, topics and teams are lists of ARNs;
    workforce is {"name", "user_pool_id", "client_id"}, the last two if Cognito authenticates its workers.
    """
    account, region = params["account"], params["region"]
    with simulator.lock:
        _make_buckets(account, region, params.get("buckets", ()))
        _make_log_buckets(account, region, params.get("log_buckets", ()))
        for arn in params.get("keys", ()):
            _make_key(*_parts(arn, "kms", "key/"))
        for arn in params.get("topics", ()):
            _make_topic(*_parts(arn, "sns", ""))
        # moto makes one backend for each account and Region, and the simulator keeps its own in it.
        registry = simulator.backend_of(sagemaker_backends[account][region]).workforces
        if workforce := params.get("workforce"):
            _make_workforce(registry, account, region, workforce)
        for arn in params.get("teams", ()):
            _make_team(registry, account, region, arn)
    if vendors := [arn for arn in params.get("teams", ()) if ":workteam/vendor-crowd/" in arn]:
        known = {each.arn: each.as_json() for each in simulator.subscriptions}
        simulator.subscribe(*known.values(), *(arn for arn in dict.fromkeys(vendors) if arn not in known))


def _make_buckets(account: str, region: str, names: Iterable[str]) -> None:
    backend = s3_backends[account][_PARTITION]
    for name in names:
        if name not in backend.buckets:
            backend.create_bucket(name, region)
            backend.put_bucket_cors(name, [_CORS])


def _make_log_buckets(account: str, region: str, names: Iterable[str]) -> None:
    _make_buckets(account, region, names)
    for name in names:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"arn:{_PARTITION}:s3:::{name}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        s3_backends[account][_PARTITION].put_bucket_policy(name, json.dumps(policy).encode())


def _make_key(account: str, region: str, key_id: str) -> None:
    backend = kms_backends[account][region]
    if key_id in backend.keys:
        return
    key = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [])
    del backend.keys[key.id]
    key.id, key.arn = key_id, f"arn:{_PARTITION}:kms:{region}:{account}:key/{key_id}"
    backend.keys[key_id] = key


def _make_topic(account: str, region: str, name: str) -> None:
    backend = sns_backends[account][region]
    if f"arn:{_PARTITION}:sns:{region}:{account}:{name}" not in backend.topics:
        backend.create_topic(name)


def _make_workforce(registry: WorkforceRegistry, account: str, region: str, workforce: Mapping[str, Any]) -> None:
    name, pool_id, client_id = (str(workforce.get(key) or "") for key in ("name", "user_pool_id", "client_id"))
    if any(known["WorkforceName"] == name for known in registry.list_workforces({})["Workforces"]):
        return
    if not pool_id:
        registry.create_workforce({"WorkforceName": name, "OidcConfig": _OIDC})
        return
    _make_user_pool(account, region, pool_id, client_id)
    registry.create_workforce({"WorkforceName": name, "CognitoConfig": {"UserPool": pool_id, "ClientId": client_id}})


_OIDC = {
    "ClientId": "existing",
    "ClientSecret": "existing",
    **{
        name: f"https://identity.example.com/{name}"
        for name in (
            "Issuer",
            "AuthorizationEndpoint",
            "TokenEndpoint",
            "UserInfoEndpoint",
            "LogoutEndpoint",
            "JwksUri",
        )
    },
}


def _make_user_pool(account: str, region: str, pool_id: str, client_id: str) -> None:
    backend = cognitoidp_backends[account][region]
    if pool_id in backend.user_pools:
        return
    pool = backend.create_user_pool("existing", {})
    del backend.user_pools[pool.id]
    pool.id, pool.arn = pool_id, f"arn:{_PARTITION}:cognito-idp:{region}:{account}:userpool/{pool_id}"
    backend.user_pools[pool_id] = pool
    backend.create_user_pool_domain(pool_id, f"existing-{account}", {})
    client = backend.create_user_pool_client(pool_id, True, {"ClientName": "existing"})
    del pool.clients[client.id]
    client.id = client_id
    pool.clients[client_id] = client


def _make_team(registry: WorkforceRegistry, account: str, region: str, arn: str) -> None:
    kind, _, name = arn.partition(":workteam/")[2].partition("/")
    if kind != "private-crowd" or registry.find_by_arn(arn):
        return
    if not registry.list_workforces({})["Workforces"]:
        _make_workforce(registry, account, region, {"name": "existing"})
    [workforce] = registry.list_workforces({})["Workforces"]
    member: dict[str, Any] = {"OidcMemberDefinition": {"Groups": [name]}}
    if cognito := workforce.get("CognitoConfig"):
        cognitoidp_backends[account][region].create_group(cognito["UserPool"], name, name, "", 0)
        group = {**cognito, "UserGroup": name}
        member = {"CognitoMemberDefinition": group}
    registry.create_workteam(
        {
            "WorkteamName": name,
            "WorkforceName": workforce["WorkforceName"],
            "Description": name,
            "MemberDefinitions": [member],
        }
    )


def _parts(arn: str, service: str, kind: str) -> tuple[str, str, str]:
    """Return account, Region and name of an ARN."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != service or not parts[5].startswith(kind):
        raise ValueError(f"{arn!r} is not the ARN of {service}:{kind or 'topic'}")
    return parts[4], parts[3], parts[5].removeprefix(kind)
