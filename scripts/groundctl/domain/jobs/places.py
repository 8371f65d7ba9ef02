"""What AWS shows about the place of a job before it is created: buckets, keys, work teams, and the execution role.

Everything that could not be looked at is a NotSeen, which is neither good nor bad.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSeen:
    """Something that could not be looked at, and why; the reason follows "because"."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Something that AWS says does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorsRule:
    """A rule of a bucket about the web pages that may load its objects."""

    methods: tuple[str, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketSettings:
    """The settings of a bucket that decide whether workers see its clips.

    default_key is the KMS key that encrypts new objects, as the bucket names it; None if it is S3's own key.
    """

    cors: tuple[CorsRule, ...] | NotSeen
    requester_pays: bool | NotSeen
    default_key: str | NotSeen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsKey:
    """A KMS key: its ARN, its state and its usage in AWS's words."""

    arn: str
    state: str = "Enabled"
    usage: str = "ENCRYPT_DECRYPT"
    is_symmetric: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """How many members of a work team can sign in, and how many of them have done so; counting stops at a few."""

    active: int
    signed_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A work team that exists; a vendor's members are not visible to its customers."""

    members: Members | NotSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role that exists."""

    trusts_sagemaker: bool


# The Region of a bucket that exists.
BucketRegion = str | Absent | NotSeen
KeyAnswer = KmsKey | Absent | NotSeen
TeamAnswer = Team | Absent | NotSeen
RoleAnswer = Role | Absent | NotSeen


class Right(StrEnum):
    """A right that a job depends on."""

    PASSING = "iam:PassRole"
    DECRYPT = "kms:Decrypt"
    ENCRYPT = "kms:GenerateDataKey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A right on a resource; principal is the ARN of who would have it, None for the credentials in use."""

    right: Right
    resource: str
    principal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesSeen:
    """What was looked at, by its name; what is in no mapping was not asked about."""

    regions: Mapping[str, BucketRegion] = field(default_factory=dict)
    settings: Mapping[str, BucketSettings] = field(default_factory=dict)
    keys: Mapping[str, KeyAnswer] = field(default_factory=dict)
    teams: Mapping[str, TeamAnswer] = field(default_factory=dict)
    roles: Mapping[str, RoleAnswer] = field(default_factory=dict)
    grants: Mapping[Grant, bool | NotSeen] = field(default_factory=dict)


# Nothing was asked: offline, or because nothing is to be bought.
NOTHING_SEEN = PlacesSeen()
