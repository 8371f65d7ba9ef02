"""The few exceptions: external failures and wrong usage. A fault in a declaration is a value, a Diagnostic."""

import errno

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


# What a file system says of any path that a person can give, wherever it is looked at first.
_OF_PATHS = frozenset({errno.ENAMETOOLONG, errno.ENOTDIR, errno.ELOOP, errno.EACCES, errno.EPERM, errno.EROFS})
_OF_DISKS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE})


def error_of_file_system(error: OSError) -> GroundctlError | None:
    """Return in words what a file system refuses; None for an error that may be a fault of groundctl."""
    if error.filename is None:
        return None
    message = f"{error.filename}: {error.strerror}"
    if error.errno in _OF_PATHS:
        return UsageError(message, hint="check the path and its permissions, then run it again")
    if error.errno in _OF_DISKS:
        return ExternalError(message, hint="free what is used up, then run it again")
    return None
