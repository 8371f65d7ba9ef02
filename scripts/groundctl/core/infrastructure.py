"""What Terraform hands over, as a value: buckets, role, teams and topics of one account and Region."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTeam:
    """A work team; kind is private, vendor or public."""

    arn: str
    kind: str = "private"
    portal_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Infrastructure:
    """The long-lived things that jobs are made from; teams and topics go by the names declarations use."""

    environment: str
    account_id: str
    region: str
    artifact_bucket: str
    output_bucket: str
    execution_role_arn: str
    partition: str = "aws"
    input_buckets: tuple[str, ...] = ()
    kms_key_arn: str | None = None
    work_teams: Mapping[str, WorkTeam] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Name the place jobs are created in."""
        return f"{self.environment} ({self.account_id}, {self.region})"


def parse_infrastructure(data: Mapping[str, Any]) -> Infrastructure:
    """Turn an object that fits the infrastructure schema into an Infrastructure."""
    return Infrastructure(
        environment=data["environment"],
        account_id=data["account_id"],
        region=data["region"],
        partition=data["partition"],
        artifact_bucket=data["artifact_bucket"],
        output_bucket=data["output_bucket"],
        execution_role_arn=data["execution_role_arn"],
        input_buckets=tuple(data["input_buckets"]),
        kms_key_arn=data["kms_key_arn"],
        work_teams={
            name: WorkTeam(arn=team["arn"], kind=team["kind"], portal_url=team["portal_url"])
            for name, team in data["work_teams"].items()
        },
        topics=dict(data["topics"]),
    )
