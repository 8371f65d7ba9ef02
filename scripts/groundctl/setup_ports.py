"""The interfaces of `doctor` and `init` to what a set-up consists of, implemented by adapters/ and by fakes in tests.

`doctor` only reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from groundctl.domain.adoption.doctor.setup import (
    BucketGuard,
    CodeownersError,
    EventConnection,
    FilesSeen,
    ForkRules,
    GitHubRepository,
    Identity,
    Quota,
    RoleTrust,
    RulesSeen,
    WorkflowToken,
)
from groundctl.domain.approval.protection import EnvironmentProtection
from groundctl.domain.jobs.places import Absent, NotSeen

if TYPE_CHECKING:
    # Only `init` needs these at run time.
    from groundctl.domain.adoption.repository.files import Present
    from groundctl.domain.adoption.repository.upgrade import Merge


class SetupFiles(Protocol):
    """The files of a repository that its set-up consists of."""

    def look(self) -> FilesSeen:
        """Read them all; a file that cannot be read counts as missing."""

    def is_terraform_initialized(self) -> bool:
        """Return whether `terraform init` was run here."""


class RepositorySettings(Protocol):
    """The settings of a repository on GitHub. Each method raises ExternalError if GitHub does not show the answer."""

    def repository(self) -> GitHubRepository:
        """Return its names and numbers."""

    def environment(self, name: str) -> EnvironmentProtection | None:
        """Read the protection of an environment; None if there is no such environment."""

    def rules_of(self, branch: str) -> RulesSeen:
        """Read what a branch asks for before a merge."""

    def workflow_token(self) -> WorkflowToken:
        """Read what workflows may do unless they say otherwise."""

    def forks(self, *, is_private: bool) -> ForkRules:
        """Read what runs from forks wait for, and what they get."""

    def variables(self) -> Mapping[str, str]:
        """Read the variables of Actions."""

    def codeowners_errors(self) -> tuple[CodeownersError, ...] | None:
        """List the lines of CODEOWNERS that GitHub cannot use."""


class AccountSetup(Protocol):
    """What an account holds for an environment beside the places of jobs. What cannot be looked at is NotSeen."""

    def identity(self) -> Identity:
        """Return whose credentials these are; raise ExternalError if there are none."""

    def terraform_output(self, bucket: str, key: str) -> Mapping[str, Any] | Absent | NotSeen:
        """Return the output `infrastructure` of a state."""

    def guard_of(self, bucket: str) -> BucketGuard:
        """Look at what keeps a bucket's objects from strangers, and from being lost."""

    def trust_of(self, arn: str) -> RoleTrust | Absent | NotSeen:
        """Look up a role, and who may assume it."""

    def quotas_of_labeling_jobs(self) -> tuple[Quota, ...] | NotSeen:
        """List the quotas of labeling jobs."""

    def connection(self, name: str) -> EventConnection | Absent | NotSeen:
        """Look up an EventBridge connection."""


class SetUpFolder(Protocol):
    """The folder that becomes a repository, or is one; paths are relative to it, and lead nowhere else."""

    def look(self, path: str) -> Present:
        """Return a file's bytes, None if nothing is there, or what is in the way of a file."""

    def find_above(self, name: str) -> str | None:
        """Return the nearest folder above this one that has a file or folder of this name."""

    def list_files(self, folder: str) -> tuple[str, ...]:
        """List the regular files in a folder and below it."""

    def write(self, path: str, content: bytes, *, replace: bool) -> None:
        """Write a whole file or nothing; without `replace`, a file that exists by now is an error."""

    def remove(self, path: str) -> None:
        """Remove a file if it is there, and its folder if that is empty then."""


class Merging(Protocol):
    """Merges two changes of one text."""

    def merge(self, step: Merge, *, written_by: str, new: str) -> bytes | None:
        """Return the merged text, with the conflicts in it as git marks them; None if git cannot merge such files."""
