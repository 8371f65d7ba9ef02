"""Terraform's output as a value: the buckets, role, teams, and topics of one account and Region."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.environments import Environment
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.jobs.ledger.records import JobIdentity, job_identity


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTeam:
    """A work team; kind is private, vendor or public."""

    arn: str
    kind: str = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Infrastructure:
    """The long-lived resources that jobs use; teams and topics are keyed by the names that declarations use."""

    environment: str
    account_id: str
    region: str
    artifact_bucket: str
    output_bucket: str
    ledger_bucket: str
    execution_role_arn: str
    ledger_id: str | None = None
    input_buckets: tuple[str, ...] = ()
    kms_key_arn: str | None = None
    work_teams: Mapping[str, WorkTeam] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    apply_role_arn: str | None = None

    @property
    def target(self) -> str:
        """Return the account and Region."""
        return f"{self.environment} ({self.account_id}, {self.region})"

    def identity_of(self, name: str) -> JobIdentity:
        """Identify a job of this account and Region by its name."""
        return job_identity(account=self.account_id, region=self.region, name=name)

    def contains(self, job: JobIdentity) -> bool:
        """Return whether a job is in this account and Region."""
        return job.is_in(self.account_id, self.region)


def parse_infrastructure(data: JsonObject) -> Infrastructure:
    """Parse an object that fits the infrastructure schema."""
    return Infrastructure(
        environment=data["environment"],
        account_id=data["account_id"],
        region=data["region"],
        artifact_bucket=data["artifact_bucket"],
        output_bucket=data["output_bucket"],
        ledger_bucket=data["ledger_bucket"],
        ledger_id=data["ledger_id"],
        execution_role_arn=data["execution_role_arn"],
        input_buckets=tuple(data["input_buckets"]),
        kms_key_arn=data["kms_key_arn"],
        work_teams={name: WorkTeam(arn=team["arn"], kind=team["kind"]) for name, team in data["work_teams"].items()},
        # The schema allows these two to be omitted.
        topics=dict(data.get("topics", {})),
        apply_role_arn=data.get("apply_role_arn"),
    )


def example_for(spec: JobSpec) -> Infrastructure:
    """Create an example infrastructure with everything that a declaration names, to show it offline."""
    region, account = spec.region or "us-east-1", "111122223333"
    topics = [topic for topic in (spec.input_topic, spec.output_topic) if topic]
    arn = f"arn:aws:sagemaker:{region}:{account}:workteam/private-crowd/{spec.team}"
    location = (spec.output_location or "s3://example-outputs/").removeprefix("s3://")
    return Infrastructure(
        environment="example",
        account_id=account,
        region=region,
        artifact_bucket="example-artifacts",
        output_bucket=location.split("/", 1)[0],
        ledger_bucket="example-artifacts",
        execution_role_arn=f"arn:aws:iam::{account}:role/example-labeling",
        work_teams={spec.team: WorkTeam(arn=arn)} if spec.team else {},
        topics={topic: f"arn:aws:sns:{region}:{account}:{topic}" for topic in topics},
    )


def is_same_place(environment: Environment, infrastructure: Infrastructure) -> bool:
    """Return whether an infrastructure is an environment's."""
    found = (infrastructure.environment, infrastructure.account_id, infrastructure.region)
    return found == (environment.terraform_name, *environment.place)
