"""The error codes of Ground Truth, and its messages as far as they are known or inferred.

The module path must not start with "moto": moto would read an error's service from the path and respond with 500.
"""

# ruff: noqa: N818 - the names are AWS's
from __future__ import annotations

from moto.core.exceptions import ServiceException


class GroundTruthError(ServiceException):
    """Any error of the service."""


class ValidationException(GroundTruthError):
    """The request is well formed but invalid."""

    code = "ValidationException"


class ResourceInUse(GroundTruthError):
    """The name is taken, or another resource needs this one."""

    code = "ResourceInUse"


class ResourceNotFound(GroundTruthError):
    """The resource does not exist."""

    code = "ResourceNotFound"


class ResourceLimitExceeded(GroundTruthError):
    """An account quota is exhausted."""

    code = "ResourceLimitExceeded"


class AccessDeniedException(GroundTruthError):
    """The account may not use the service."""

    code = "AccessDeniedException"


class ProtocolError(GroundTruthError):
    """The request is not a well-formed call of an operation."""

    status = 400


class SerializationException(ProtocolError):
    """The body is not JSON, or a member has a JSON type that its shape does not allow."""

    code = "SerializationException"


class UnknownOperationException(ProtocolError):
    """The service has no such operation."""

    code = "UnknownOperationException"
    status = 404


class RequestEntityTooLarge(ProtocolError):
    """The body is too long."""

    code = "RequestEntityTooLargeException"
    status = 413


def name_in_use(kind: str, arn: str) -> ResourceInUse:
    """Return the error for a taken name; worded as SageMaker's error for training jobs (inferred)."""
    return ResourceInUse(
        f"{kind} names must be unique within an AWS account and region, "
        f"and a {kind.lower()} with this name already exists ({arn})"
    )


def unknown_job(code: str) -> GroundTruthError:
    """Return the error for an unknown labeling job; the code that AWS uses is unknown, so a setting chooses it."""
    return GroundTruthError(code, "Requested resource not found.")


def unknown_workforce(name: str) -> ValidationException:
    """Return the error for an unknown workforce; Terraform's provider looks for "No workforce"."""
    return ValidationException(f"No workforce found for name: {name}")


def unknown_workteam(name: str) -> ValidationException:
    """Return the error for an unknown work team; Terraform's provider looks for "The work team"."""
    return ValidationException(f"The work team {name} does not exist.")
