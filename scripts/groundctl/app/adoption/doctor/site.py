"""Looks at the parts of a set-up through the ports; what several checks need is looked at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from groundctl.app.kept_infrastructure import fault_of_infrastructure
from groundctl.app.validate import Validated
from groundctl.domain.adoption.doctor.aws import apply_again, connection_name, wrong_account
from groundctl.domain.adoption.doctor.setup import (
    ROLE_KINDS,
    BucketGuard,
    EnvironmentSetup,
    EventConnection,
    FilesSeen,
    GitHubRepository,
    Identity,
    RoleTrust,
    RulesSeen,
    Setup,
)
from groundctl.domain.approval.protection import EnvironmentProtection
from groundctl.domain.jobs.infrastructure import Infrastructure, parse_infrastructure
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.places import NOTHING_SEEN, Absent, KeyAnswer, NotSeen, PlacesSeen, TeamAnswer
from groundctl.domain.planning.place.questions import pass_role
from groundctl.errors import ExternalError
from groundctl.ports import JobPlaces, Ledger
from groundctl.setup_ports import AccountSetup, RepositorySettings

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPorts:
    """The ports to one Region, with the credentials of this process."""

    setup: AccountSetup
    places: JobPlaces
    open_ledger: Callable[[str], Ledger]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the programs of this machine say; has_drift plans with Terraform, and takes long."""

    is_terraform_initialized: Callable[[], bool]
    terraform_version: Callable[[], tuple[int, ...] | None]
    oldest_terraform: tuple[int, ...]
    has_drift: Callable[[str], bool]
    sdk_version: Callable[[], str]
    unknown_members: Callable[[tuple[str, ...]], tuple[str, ...]]


@dataclass(kw_only=True)
class Site:
    """Everything that can be looked at. given is an infrastructure from a file, which stands for Terraform's output."""

    setup: Setup
    files: FilesSeen
    validate: Callable[[], Validated]
    open_github: Callable[[], RepositorySettings]
    open_account: Callable[[str], AccountPorts]
    machine: Machine
    schema: Callable[[str], dict[str, Any]]
    given: Infrastructure | None = None
    _known: dict[tuple[str, ...], _Once] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # -- files and GitHub -------------------------------------------------------------------------

    def validated(self) -> Validated:
        """Return the problems of declarations and policy."""
        return self._once(("validated",), self.validate)

    def github(self) -> RepositorySettings:
        """Return the repository on GitHub."""
        return self._once(("github",), self.open_github)

    def repository(self) -> GitHubRepository:
        """Return the names and numbers of the repository."""
        return self._once(("repository",), lambda: self.github().repository())

    def rules(self) -> RulesSeen:
        """Return the rules of the default branch."""
        return self._once(("rules",), lambda: self.github().rules_of(self.repository().default_branch))

    def protections(self) -> Mapping[str, EnvironmentProtection | None]:
        """Return the protection of each of GitHub's environments; one that the policy accepts as it is, is not asked for."""
        accepted = self.setup.policy.unprotected_environments
        return {
            name: None if name in accepted else self.github().environment(name)
            for name in self.setup.protected_environments
        }

    # -- AWS --------------------------------------------------------------------------------------

    def region(self, region: str) -> AccountPorts:
        """Return the ports to a Region."""
        if not region:
            raise ExternalError("no Region is named", hint="name `region` in the .tfvars file")
        return self._once(("region", region), lambda: self.open_account(region))

    def identity(self, environment: EnvironmentSetup) -> Identity:
        """Return whose credentials these are."""
        region = environment.expected_region
        return self._once(("identity", region), lambda: self.region(region).setup.identity())

    def account(self, environment: EnvironmentSetup) -> AccountPorts:
        """Return the ports to an environment's account; raise ExternalError if the credentials are for another one."""
        identity, expected = self.identity(environment), environment.expected_account
        if expected and identity.account_id != expected:
            fact, fix = wrong_account(identity, environment)
            raise ExternalError(fact, hint=fix)
        return self.region(environment.expected_region)

    def infrastructure(self, environment: EnvironmentSetup) -> Infrastructure:
        """Return what Terraform has made for an environment, from its state or from the given file."""
        return self._once(("infrastructure", environment.name), lambda: self._infrastructure(environment))

    def _infrastructure(self, environment: EnvironmentSetup) -> Infrastructure:
        self.account(environment)
        if self.given is not None:
            return self.given
        bucket, key = environment.state("bucket"), environment.state("key")
        if not bucket or not key:
            hint = f"write terraform/environments/{environment.name}.s3.tfbackend, or give --infrastructure FILE"
            raise ExternalError(f"the place of the state of {environment.name} is not known", hint=hint)
        region = environment.state("region") or environment.expected_region
        found = self.region(region).setup.terraform_output(bucket, key)
        apply = apply_again(environment)
        if isinstance(found, Absent):
            raise ExternalError(f"Terraform has not made anything for {environment.name} yet", hint=apply)
        if isinstance(found, NotSeen):
            fact = f"the state s3://{bucket}/{key} could not be read, because {found.reason}"
            raise ExternalError(
                fact, hint="give --infrastructure FILE, as `terraform output -json infrastructure` writes it"
            )
        if fault := fault_of_infrastructure(self.schema("infrastructure"), found):
            raise ExternalError(f"Terraform's output of {environment.name} cannot be used: {fault}", hint=apply)
        return parse_infrastructure(found)

    def _made(self, environment: EnvironmentSetup) -> Infrastructure:
        """Return what Terraform has made; raise ExternalError if it is of another place, where nothing is to be judged."""
        found = self.infrastructure(environment)
        place, expected = (found.account_id, found.region), (environment.expected_account, environment.expected_region)
        if any(wanted and wanted != given for given, wanted in zip(place, expected, strict=True)):
            fact = f"Terraform's output is of {found.target}, and not of {environment.name}"
            raise ExternalError(fact, hint="groundctl doctor aws-infrastructure")
        return found

    def state_guard(self, environment: EnvironmentSetup) -> BucketGuard:
        """Look at the bucket of an environment's state."""
        self.account(environment)
        region = environment.state("region") or environment.expected_region
        if not environment.state("bucket"):
            raise ExternalError(f"the place of the state of {environment.name} is not known", hint="groundctl init")
        return self.region(region).setup.guard_of(environment.state("bucket"))

    def own_places(self, environment: EnvironmentSetup) -> tuple[PlacesSeen, Infrastructure]:
        """Look at the Regions of the buckets that Terraform made."""
        made, ports = self._made(environment), self.account(environment)
        names = dict.fromkeys((made.artifact_bucket, made.output_bucket, made.ledger_bucket))
        return PlacesSeen(regions={name: ports.places.region_of(name) for name in names}), made

    def clip_places(self, environment: EnvironmentSetup) -> tuple[PlacesSeen, Infrastructure]:
        """Look at the buckets of clips."""
        made, ports = self._made(environment), self.account(environment)
        regions = {name: ports.places.region_of(name) for name in made.input_buckets}
        exist = [name for name, region in regions.items() if not isinstance(region, Absent)]
        return PlacesSeen(regions=regions, settings={name: ports.places.settings_of(name) for name in exist}), made

    def guards(self, environment: EnvironmentSetup) -> Mapping[str, BucketGuard]:
        """Look at what keeps strangers from the buckets that Terraform made and that exist."""
        seen, _ = self.own_places(environment)
        ports = self.account(environment)
        exist = [name for name, region in seen.regions.items() if not isinstance(region, Absent)]
        return {name: ports.setup.guard_of(name) for name in exist}

    def key(self, environment: EnvironmentSetup) -> tuple[KeyAnswer | None, Infrastructure]:
        """Look at the key that encrypts labels."""
        made, ports = self._made(environment), self.account(environment)
        return (ports.places.key(made.kms_key_arn) if made.kms_key_arn else None), made

    def execution_role(self, environment: EnvironmentSetup) -> tuple[PlacesSeen, Infrastructure]:
        """Look at the execution role, and at who may hand it over."""
        made, ports = self._made(environment), self.account(environment)
        role, grant = made.execution_role_arn, pass_role(made)
        grants = {grant: ports.places.has(grant)} if made.apply_role_arn else NOTHING_SEEN.grants
        return PlacesSeen(roles={role: ports.places.role(role)}, grants=grants), made

    def roles(self, environment: EnvironmentSetup) -> Mapping[str, RoleTrust | Absent | NotSeen]:
        """Look at the roles of the workflows; none if the environment's settings ask for none."""
        if environment.setting("github") is None:
            return {}
        ports = self.account(environment)
        return {arn: ports.setup.trust_of(arn) for arn in map(environment.role_arn, ROLE_KINDS)}

    def teams(self, environment: EnvironmentSetup) -> tuple[Mapping[str, TeamAnswer], Infrastructure]:
        """Look at every work team."""
        made, ports = self._made(environment), self.account(environment)
        asked = [team.arn for team in made.work_teams.values() if team.kind != "public"]
        return {arn: ports.places.team(arn) for arn in asked}, made

    def ledger(self, environment: EnvironmentSetup) -> tuple[Purchases, Infrastructure]:
        """Read the purchase ledger."""
        made, ports = self._made(environment), self.account(environment)
        return Purchases.of(ports.open_ledger(made.ledger_bucket).read()), made

    def connection(self, environment: EnvironmentSetup) -> EventConnection | Absent | NotSeen | None:
        """Look at the connection through which events reach GitHub; None if the settings ask for none."""
        if environment.setting("events", "github") is None:
            return None
        return self.account(environment).setup.connection(connection_name(environment))

    def drift(self, environment: EnvironmentSetup) -> bool:
        """Return whether Terraform would change something."""
        self.account(environment)
        return self.machine.has_drift(environment.name)

    def _once(self, name: tuple[str, ...], look: Callable[[], Value]) -> Value:
        with self._lock:
            known = self._known.setdefault(name, _Once())
        return cast("Value", known.get(look))


class _Once:
    """A look that happens once; others wait for it, and get its answer or its error."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answer: list[object] = []
        self._error: Exception | None = None

    def get(self, look: Callable[[], object]) -> object:
        with self._lock:
            if self._error is not None:
                raise self._error
            if not self._answer:
                try:
                    self._answer.append(look())
                except Exception as error:
                    self._error = error
                    raise
        return self._answer[0]
