"""Evaluates IAM policies as AWS documents it, for the elements that ours use; it refuses unknown elements.

A matching Deny wins, a matching Allow is required, and a permissions boundary must allow as well.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any

Statement = Mapping[str, Any]
Values = tuple[str, ...]
Test = Callable[[str, str], bool]  # the request's value, the policy's
NO_CONTEXT: Mapping[str, str | Values] = MappingProxyType({})


class Verdict(Enum):
    """A policy's verdict on a request."""

    ALLOWED = "allowed"
    DENIED = "denied"  # by a Deny, which nothing can undo
    SILENT = "not allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to AWS. `context` contains condition keys: a text, or several for a multivalued key."""

    action: str
    resource: str = "*"
    principal: Mapping[str, str] | None = None  # as a trust policy writes it; None for an identity policy
    context: Mapping[str, str | Values] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document's statements."""

    statements: tuple[Statement, ...]

    @classmethod
    def read(cls, document: str) -> Policy:
        """Read a policy from its JSON."""
        parsed = json.loads(document)
        _refuse_unknown(parsed, {"Version", "Statement"}, "policy")
        if parsed["Version"] != "2012-10-17":
            raise ValueError("variables and wildcards mean something else in the older version of the language")
        statements = parsed["Statement"]
        return cls(tuple(statements if isinstance(statements, list) else [statements]))

    def weigh(self, request: Request) -> Verdict:
        """Return this policy's own verdict on a request."""
        effects = {statement["Effect"] for statement in self.statements if fits(statement, request)}
        if "Deny" in effects:
            return Verdict.DENIED
        return Verdict.ALLOWED if "Allow" in effects else Verdict.SILENT

    def may_ever(self, action: str) -> bool:
        """Report whether this policy alone could allow an action for any resource under any condition."""
        never = any(
            statement["Effect"] == "Deny"
            and _fits_action(statement, action)
            and values(statement.get("Resource")) == ("*",)
            and "Condition" not in statement
            for statement in self.statements
        )
        return not never and any(
            statement["Effect"] == "Allow" and _fits_action(statement, action) for statement in self.statements
        )


# Instead of a role's policy or boundary, it shows what the other one alone denies.
EVERYTHING = Policy(({"Effect": "Allow", "Action": "*", "Resource": "*"},))


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role's own policy and its permissions boundary."""

    policy: Policy
    boundary: Policy

    def weigh(self, request: Request) -> Verdict:
        """Return the verdict: both must allow, and neither deny."""
        verdicts = {self.policy.weigh(request), self.boundary.weigh(request)}
        if Verdict.DENIED in verdicts:
            return Verdict.DENIED
        return Verdict.ALLOWED if verdicts == {Verdict.ALLOWED} else Verdict.SILENT

    def may(self, action: str, resource: str = "*", context: Mapping[str, str | Values] = NO_CONTEXT) -> bool:
        """Report whether the role may do this."""
        return self.weigh(Request(action=action, resource=resource, context=context)) is Verdict.ALLOWED

    def may_at_another_account(self, resource_policy: Policy, request: Request) -> bool:
        """Report whether the role may do this to a resource of another account: both accounts must allow it."""
        own = replace(request, principal=None)
        return self.weigh(own) is Verdict.ALLOWED and resource_policy.weigh(request) is Verdict.ALLOWED

    def unbounded(self) -> Role:
        """Return the role as if its own policy allowed everything."""
        return Role(policy=EVERYTHING, boundary=self.boundary)

    def uncapped(self) -> Role:
        """Return the role as if it had no permissions boundary."""
        return Role(policy=self.policy, boundary=EVERYTHING)


def fits(statement: Statement, request: Request) -> bool:
    """Report whether a statement applies to this request."""
    _refuse_unknown(statement, _ELEMENTS, "statement")
    return (
        _fits_principal(statement, request)
        and _fits_action(statement, request.action)
        and _fits_resource(statement, request)
        and meets(statement.get("Condition", {}), request.context)
    )


def meets(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str | Values]) -> bool:
    """Report whether a request's context meets every test of a condition."""
    known = {key.lower(): values(value) for key, value in context.items()}
    return all(
        _passes(operator, values(wanted), known.get(key.lower()))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def values(element: Any) -> Values:
    """Return one value or several, as a policy may write both, as several."""
    if element is None:
        return ()
    return (str(element),) if isinstance(element, str | bool) else tuple(str(value) for value in element)


_ELEMENTS = {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}


def _refuse_unknown(part: Mapping[str, Any], known: set[str], name: str) -> None:
    if unknown := set(part) - known:
        raise ValueError(f"this {name} has {', '.join(sorted(unknown))}, which is not weighed here")


def _fits_principal(statement: Statement, request: Request) -> bool:
    principal = statement.get("Principal")
    if (principal is None) != (request.principal is None):
        raise ValueError("a trust policy is weighed for a principal, a role's own policy for none")
    if principal is None or principal == "*":
        return True
    asked = request.principal or {}
    return any(asked.get(kind) in values(names) or values(names) == ("*",) for kind, names in principal.items())


def _fits_action(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not any(_like(action.lower(), pattern.lower()) for pattern in values(statement["NotAction"]))
    return any(_like(action.lower(), pattern.lower()) for pattern in values(statement["Action"]))


def _fits_resource(statement: Statement, request: Request) -> bool:
    if "Principal" in statement and "Resource" not in statement:
        return True  # a trust policy applies to the role that has it
    if "NotResource" in statement:
        return not any(_like(request.resource, pattern) for pattern in values(statement["NotResource"]))
    return any(_like(request.resource, pattern) for pattern in values(statement["Resource"]))


def _passes(operator: str, wanted: Values, actual: Values | None) -> bool:
    quantifier, _, rest = operator.rpartition(":")
    name = rest.removesuffix("IfExists")
    if name == "Null":
        return (actual is None) is (wanted == ("true",))
    if name not in _TESTS or quantifier not in ("", "ForAnyValue", "ForAllValues"):
        raise ValueError(f"the operator {operator} is not weighed here")
    if actual is None:
        # What is not there differs from everything; and of no value at all, everything is true.
        return rest != name or quantifier == "ForAllValues" or (name in _NEGATED and not quantifier)
    if len(actual) != 1 and not quantifier:
        raise ValueError(f"{operator} is asked of a key with {len(actual)} values")
    test, negated = _TESTS[name], name in _NEGATED
    matched = [any(test(value, pattern) for pattern in wanted) is not negated for value in actual]
    return all(matched) if quantifier == "ForAllValues" else any(matched)


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


def _like(value: str, pattern: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


def _bool(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


def _less(value: str, limit: str) -> bool:
    return float(value) < float(limit)


def _arn_like(value: str, pattern: str) -> bool:
    """Compare part by part: a wildcard does not reach over a colon, but in the last part."""
    parts, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) == 6 and all(map(_like, parts, patterns))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    if "${" in pattern:
        raise ValueError(f"the variable in {pattern} is not weighed here")
    return re.compile("".join(_WILDCARDS.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)


_WILDCARDS = {"*": ".*", "?": "."}
_TESTS: Mapping[str, Test] = {
    "StringEquals": _equal,
    "StringNotEquals": _equal,
    "StringLike": _like,
    "StringNotLike": _like,
    "ArnEquals": _arn_like,  # AWS treats the two alike
    "ArnLike": _arn_like,
    "ArnNotLike": _arn_like,
    "Bool": _bool,
    "NumericLessThan": _less,
}
_NEGATED = {"StringNotEquals", "StringNotLike", "ArnNotLike"}
