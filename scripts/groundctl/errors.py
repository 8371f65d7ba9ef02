"""The few exceptions: external failures and wrong usage. A fault in a declaration is a value, a Diagnostic."""

from groundctl.exit_codes import ExitCode


class GroundctlError(Exception):
    """A failure with a message that says what happened and a hint that says what to do next."""

    exit_code = ExitCode.EXTERNAL_FAILURE

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ExternalError(GroundctlError):
    """Credentials, the network, AWS, GitHub, or Terraform did not do what the command needs."""


class RefusedByAws(ExternalError):  # noqa: N818 - reads as what happened
    """AWS refused one request: a bucket, an object, or a permission is missing."""


class UnclearFromAws(ExternalError):  # noqa: N818 - reads as what happened
    """AWS did not answer, or its answer does not show whether it did what was asked."""


class RefusedByGitHub(ExternalError):  # noqa: N818 - reads as what happened
    """GitHub refused a request; status is the HTTP status."""

    def __init__(self, message: str, *, hint: str, status: int) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UnclearFromGitHub(ExternalError):  # noqa: N818 - reads as what happened
    """GitHub's response does not show whether it did what was asked."""


class UsageError(GroundctlError):
    """The command was given something that it cannot work with."""

    exit_code = ExitCode.USAGE


class DeclarationsRefusedError(GroundctlError):
    """The declarations have problems, which were shown."""

    exit_code = ExitCode.PROBLEMS
