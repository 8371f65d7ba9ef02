"""What a set-up consists of: its environments with their files, and what GitHub, AWS and this machine show of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from groundctl.domain.adoption.tfvars import Unreadable, read_tfvars
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.environments import Environment, GitHubEnvironments, Role
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.places import NotSeen

FOLDER, SETTINGS, BACKEND = "terraform/environments", ".tfvars", ".s3.tfbackend"
ROLE_KINDS = tuple(Role)
# GitHub's page for everything below a repository; a company's own server has another address.
GITHUB = "https://github.com"

# The settings of a file; None if there is no such file.
Settings = Mapping[str, Any] | Unreadable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSetup:
    """One environment: its name, what the policy says of it, and its two files under terraform/environments.

    protected are the environments of GitHub that its workflows enter.
    """

    name: str
    account_id: str = ""
    region: str = ""
    role_path: str = "/"
    protected: tuple[str, ...] = GitHubEnvironments().names
    settings: Settings = None
    backend: Settings = None

    @property
    def terraform_name(self) -> str:
        """Return the environment's name in Terraform: the part before the first dot."""
        return self.name.partition(".")[0]

    @property
    def expected_account(self) -> str:
        """Return the account that the policy names, or else the settings."""
        return self.account_id or str(self.setting("account_id") or "")

    @property
    def expected_region(self) -> str:
        """Return the Region that the policy names, or else the settings."""
        return self.region or str(self.setting("region") or "")

    def setting(self, *path: str) -> Any:  # any value of a settings file
        """Return a setting of the .tfvars file; None if it is not there."""
        return member_of(self.settings, *path)

    def state(self, name: str) -> str:
        """Return a setting of the state's backend; empty if it is not there."""
        return str(member_of(self.backend, name) or "")

    def role_arn(self, role: Role) -> str:
        """Return the ARN of a role that Terraform makes for GitHub's workflows."""
        path = self.role_path if self.role_path != "/" else str(self.setting("role_path") or "/")
        place = Environment(
            name=self.name, account_id=self.expected_account, region=self.expected_region, role_path=path
        )
        return place.role_arn(role)


def member_of(data: Any, *path: str) -> Any:  # any value of a settings file
    """Return what a path of names leads to in nested mappings; None if it leads nowhere."""
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What every judgment may compare with: the repository, its policy, its environments, and the installed version."""

    version: str
    repository: str = ""  # owner/name; empty if no remote names one
    server: str = GITHUB
    policy: Policy = field(default_factory=Policy)
    environments: tuple[EnvironmentSetup, ...] = ()

    @property
    def environments_are_in_policy(self) -> bool:
        """Return whether the policy names the environments, so that workflows need no variables."""
        return bool(self.policy.environments)

    def page(self, path: str) -> str:
        """Return the address of one of the repository's pages, such as settings/actions."""
        return f"{self.server}/{self.repository or 'OWNER/NAME'}/{path}"

    @property
    def default_branch(self) -> str:
        """Return the default branch that the environments' settings name."""
        named = (each.setting("github", "default_branch") for each in self.environments)
        return next((str(name) for name in named if name), "main")

    @property
    def protected_environments(self) -> tuple[str, ...]:
        """Return the environments of GitHub that any of the environments uses, each once."""
        used = (name for each in self.environments for name in each.protected)
        return tuple(dict.fromkeys(used)) or GitHubEnvironments().names

    @property
    def github_settings(self) -> Iterator[tuple[str, JsonObject]]:
        """Yield the name and the `github` settings of each environment that has some."""
        for each in self.environments:
            found = each.setting("github")
            if isinstance(found, Mapping):
                yield each.name, found


# --- what GitHub shows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubRepository:
    """A repository on GitHub; the numbers stay when it is renamed."""

    full_name: str
    number: str
    owner_number: str
    default_branch: str
    is_private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredCheck:
    """A check that a branch requires; app is the number of the app that must report it, None for any."""

    name: str
    app: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRules:
    """What GitHub asks before a pull request is merged into a branch, from rulesets or from classic protection.

    reviews is None if no pull request is asked for. exempt lists who may pass by, as far as it is shown.
    """

    reviews: int | None = None
    dismisses_stale: bool = False
    asks_owners: bool = False
    asks_for_last_push: bool = False
    checks: tuple[RequiredCheck, ...] = ()
    is_strict: bool = False
    exempt: tuple[str, ...] = ()

    def with_those(self, other: BranchRules) -> BranchRules:
        """Add other rules of the same branch: GitHub asks for all of them."""
        asked = [each.reviews for each in (self, other) if each.reviews is not None]
        return BranchRules(
            reviews=max(asked) if asked else None,
            dismisses_stale=self.dismisses_stale or other.dismisses_stale,
            asks_owners=self.asks_owners or other.asks_owners,
            asks_for_last_push=self.asks_for_last_push or other.asks_for_last_push,
            checks=(*self.checks, *other.checks),
            is_strict=self.is_strict or other.is_strict,
            exempt=(*self.exempt, *other.exempt),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesSeen:
    """The rules of a branch; hidden says why a part of them could not be seen, empty if all could.

    hidden_exemptions counts the rulesets that do not show who may pass them.
    """

    rules: BranchRules
    hidden: str = ""
    hidden_exemptions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowToken:
    """What workflows may do unless they say otherwise."""

    default_rights: str
    may_approve: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkRules:
    """What runs from forks wait for, and what they get."""

    waits_for: str  # GitHub's word, such as all_external_contributors
    gets_write_token: bool = False
    gets_secrets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeownersError:
    """A line of CODEOWNERS that GitHub cannot use."""

    line: int
    path: str
    message: str


# --- what AWS shows ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose credentials these are."""

    account_id: str
    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketGuard:
    """What keeps a bucket's objects from strangers, and from being lost."""

    blocks_public: bool | NotSeen
    is_encrypted: bool | NotSeen
    is_versioned: bool | NotSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTrust:
    """An IAM role that exists, with the policy that says who may assume it."""

    policy: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A service quota of the account."""

    name: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventConnection:
    """An EventBridge connection; was_updated says whether anything was entered after it was made."""

    state: str
    was_updated: bool


# --- what this machine shows ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesSeen:
    """The files that a set-up consists of, as far as they are here: text by path, and the paths of the declarations."""

    texts: Mapping[str, str]
    declarations: tuple[str, ...] = ()
    is_git: bool = True
    remote: str = ""

    def under(self, folder: str, ending: str) -> Iterator[tuple[str, str]]:
        """Yield name and text of the files directly in a folder, whose names end in some way."""
        for path, text in self.texts.items():
            name = path.removeprefix(f"{folder}/")
            if name != path and "/" not in name and name.endswith(ending):
                yield name, text


# What a remote's address ends in: owner and name.
_REMOTE = re.compile(
    r"(?:[\w+.-]+://)?(?:[^@/]*@)?(?P<host>[\w.-]+)(?::[0-9]+)?[:/](?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
)


def repository_of(remote: str) -> tuple[str, str]:
    """Return the host and owner/name of a Git remote; both empty if it names no repository of a server."""
    match = _REMOTE.fullmatch(remote.strip())
    return (match["host"], match["name"]) if match else ("", "")


def environments_here(files: FilesSeen, policy: Policy) -> tuple[EnvironmentSetup, ...]:
    """Return the environments that the policy names; if it names none, those with both files under terraform/environments."""
    settings = {name.removesuffix(SETTINGS): _read(text) for name, text in files.under(FOLDER, SETTINGS)}
    backends = {name.removesuffix(BACKEND): _read(text) for name, text in files.under(FOLDER, BACKEND)}
    if not policy.environments:
        both = sorted(settings.keys() & backends.keys())
        return tuple(EnvironmentSetup(name=name, settings=settings[name], backend=backends[name]) for name in both)
    return tuple(
        EnvironmentSetup(
            name=each.name,
            account_id=each.account_id,
            region=each.region,
            role_path=each.role_path,
            protected=each.github.names,
            settings=settings.get(each.name),
            backend=backends.get(each.name),
        )
        for each in policy.environments
    )


def describe_setup(files: FilesSeen, policy: Policy, *, version: str, repository: str, server: str) -> Setup:
    """Describe the set-up of a repository."""
    return Setup(
        version=version,
        repository=repository,
        server=server,
        policy=policy,
        environments=environments_here(files, policy),
    )


def _read(text: str) -> Settings:
    return read_tfvars(text.encode(errors="surrogateescape"))
