"""SimulatePrincipalPolicy of IAM, for the elements of policies that decide about roles, keys and jobs.

A caller without an IAM user or role may do everything here, as moto lets it. A condition is evaluated for the keys that the
request gives and for the operators below; any other condition counts as not met (simplified).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.responses import IamResponse
from werkzeug.exceptions import HTTPException

from groundtruth_simulator.moto_patches.methods import set_method

Statement = Mapping[str, Any]
Context = Mapping[str, tuple[str, ...]]

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
}
# Whom moto's STS names where credentials belong to no user.
_ANYBODY = ":user/moto"


def add_policy_simulation() -> None:
    """Add SimulatePrincipalPolicy, which moto lacks."""
    if not hasattr(IamResponse, "simulate_principal_policy"):
        set_method(IamResponse, _simulate_principal_policy)


def _simulate_principal_policy(self: Any) -> ActionResult:
    source = self._get_param("PolicySourceArn")
    entries = self._get_param("ContextEntries") or []
    context = {entry["ContextKeyName"].lower(): tuple(entry["ContextKeyValues"]) for entry in entries}
    layers = None if source.endswith(_ANYBODY) else list(_layers(self.backend, source))
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": _decide(layers, action, resource, context),
        }
        for action in self._get_param("ActionNames")
        for resource in self._get_param("ResourceArns") or ["*"]
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _layers(backend: Any, arn: str) -> Iterator[list[Statement]]:
    """Yield the statements of each layer that must allow: the principal's policies, and its boundary if it has one."""
    principal = _principal(backend, arn)
    documents = [*principal.policies.values(), *map(_document, principal.managed_policies.values())]
    yield [statement for document in documents for statement in _statements(document)]
    if boundary := getattr(principal, "permissions_boundary_arn", None):
        yield list(_statements(_document(backend.managed_policies[boundary])))


def _principal(backend: Any, arn: str) -> Any:
    try:
        if ":role/" in arn:
            return backend.get_role_by_arn(arn)
        return backend.get_user(arn.rpartition("/")[2])
    except (ServiceException, HTTPException) as error:
        raise NotFoundException(f"The entity {arn} cannot be found.") from error


def _document(policy: Any) -> str:
    document: str = next(version.document for version in policy.versions if version.is_default)
    return document


def _statements(document: Any) -> list[Statement]:
    parsed = json.loads(document) if isinstance(document, str) else document
    return list(_listed(parsed["Statement"]))


def _decide(layers: list[list[Statement]] | None, action: str, resource: str, context: Context) -> str:
    if layers is None:
        return "allowed"
    fitting = [{each["Effect"] for each in layer if _fits(each, action, resource, context)} for layer in layers]
    if any("Deny" in effects for effects in fitting):
        return "explicitDeny"
    return "allowed" if all("Allow" in effects for effects in fitting) else "implicitDeny"


def _fits(statement: Statement, action: str, resource: str, context: Context) -> bool:
    actions = [pattern.lower() for pattern in _listed(statement.get("Action", statement.get("NotAction")))]
    is_named = any(fnmatchcase(action.lower(), pattern) for pattern in actions)
    resources = _listed(statement.get("Resource", statement.get("NotResource")))
    is_there = any(fnmatchcase(resource, pattern) for pattern in resources)
    return (
        is_named is not ("NotAction" in statement)
        and is_there is not ("NotResource" in statement)
        and all(
            operator in _OPERATORS and _meets(_OPERATORS[operator], context.get(key.lower(), ()), _listed(wanted))
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _meets(compare: Callable[[str, str], bool], values: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return any(compare(value, each) for value in values for each in wanted)


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)
