"""The error codes Ground Truth answers with, and the words it is known or thought to use.

The class path must not start with "moto": moto reads an error's service out of it and answers 500 otherwise.
"""

# ruff: noqa: N818 - the names are AWS's
from __future__ import annotations

from moto.core.exceptions import ServiceException


class GroundTruthError(ServiceException):
    """Any answer of the service that is an error."""


class ValidationException(GroundTruthError):
    """The request is well formed but not acceptable."""

    code = "ValidationException"


class ResourceInUse(GroundTruthError):
    """The name is taken, or the thing is needed by another."""

    code = "ResourceInUse"


class ResourceNotFound(GroundTruthError):
    """There is no such thing."""

    code = "ResourceNotFound"


class ResourceLimitExceeded(GroundTruthError):
    """An account quota is used up."""

    code = "ResourceLimitExceeded"


class SerializationException(GroundTruthError):
    """A member has a JSON type that its shape does not allow."""

    code = "SerializationException"


def name_in_use(kind: str, arn: str) -> ResourceInUse:
    """Say that a name is taken; words after SageMaker's answer for training jobs (inferred)."""
    return ResourceInUse(
        f"{kind} names must be unique within an AWS account and region, "
        f"and a {kind.lower()} with this name already exists ({arn})"
    )


def unknown_job(code: str) -> GroundTruthError:
    """Say that there is no such labeling job; which code AWS uses is unknown, so the caller of the simulator chooses."""
    return GroundTruthError(code, "Requested resource not found.")


def unknown_workforce(name: str) -> ValidationException:
    """Say that there is no such workforce; Terraform's provider looks for the words "No workforce"."""
    return ValidationException(f"No workforce found for name: {name}")


def unknown_workteam(name: str) -> ValidationException:
    """Say that there is no such work team; Terraform's provider looks for the words "The work team"."""
    return ValidationException(f"The work team {name} does not exist.")
