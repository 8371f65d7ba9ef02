"""The few exceptions: faults of the world and of usage. A fault in a declaration is a value, a Diagnostic."""


class GroundctlError(Exception):
    """A fault with a message that says what happened and a hint that says what to do now."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ExternalError(GroundctlError):
    """Credentials, network, AWS, GitHub or Terraform did not do what we need."""


class RefusedByAws(ExternalError):  # noqa: N818 - reads as what happened
    """AWS answered, and said no about one thing: a bucket, an object, a right."""


class RefusedByGitHub(ExternalError):  # noqa: N818 - reads as what happened
    """GitHub answered, and said no; status is HTTP's."""

    def __init__(self, message: str, *, hint: str, status: int) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UnclearFromGitHub(ExternalError):  # noqa: N818 - reads as what happened
    """GitHub's answer leaves open whether it did what was asked."""


class UsageError(GroundctlError):
    """The command was given something it cannot work with."""

    exit_code = 2
