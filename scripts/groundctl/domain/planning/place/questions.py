"""What to look at before jobs are bought: their buckets, keys, work teams, and the execution role, each once a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from groundctl.domain.aws.s3_layout import bucket_of
from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.spec import input_uris
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.places import Grant, KmsKey, PlacesSeen, Right
from groundctl.domain.planning.inputs import PlanInputs

Name = TypeVar("Name")

# Keys that AWS manages: every role of the account may use them through S3.
_OF_AWS = "alias/aws/"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceQuestions:
    """What to ask next; settings are asked of buckets of clips only."""

    regions: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()

    def __bool__(self) -> bool:
        return any((self.regions, self.settings, self.keys, self.teams, self.roles, self.grants))


def questions(inputs: PlanInputs, seen: PlacesSeen) -> PlaceQuestions:
    """Return what to ask next, given what was seen; nothing if nothing is to be bought, or if everything was asked."""
    buying = [each for each in inputs.declarations if each.spec.key in inputs.frozen]
    if not buying:
        return PlaceQuestions()
    infrastructure = inputs.infrastructure
    role = infrastructure.execution_role_arn
    clips = {bucket for each in buying for bucket in clip_buckets(each, inputs)}
    return PlaceQuestions(
        regions=_new({*clips, infrastructure.artifact_bucket, infrastructure.output_bucket}, seen.regions),
        settings=_new(clips, seen.settings),
        keys=_new(
            (*(key for each in buying if (key := output_key(each, infrastructure))), *_default_keys(seen)),
            seen.keys,
        ),
        teams=_new((team for each in buying if (team := team_arn(each, infrastructure))), seen.teams),
        roles=_new((role,), seen.roles),
        grants=_new((pass_role(infrastructure), *_key_grants(buying, inputs, seen)), seen.grants),
    )


def clip_buckets(declaration: Declaration, inputs: PlanInputs) -> frozenset[str]:
    """Return the buckets of a job's clips; those that the declaration names, if the clips are not known."""
    clips = inputs.frozen.get(declaration.spec.key)
    if isinstance(clips, FrozenInput):
        return clips.buckets
    return frozenset(bucket_of(uri) for _, uri in input_uris(declaration.spec))


def team_arn(declaration: Declaration, infrastructure: Infrastructure) -> str | None:
    """Return the ARN of a job's work team; None for the public workforce."""
    team = infrastructure.work_teams.get(declaration.spec.team or "")
    return team.arn if team else None


def output_key(declaration: Declaration, infrastructure: Infrastructure) -> str | None:
    """Return the key that encrypts a job's labels, as it is named; None for S3's own key."""
    return declaration.spec.kms_key or infrastructure.kms_key_arn


def pass_role(infrastructure: Infrastructure) -> Grant:
    """Return the right to hand the execution role to Ground Truth, of the role that applies or else of the caller."""
    return Grant(
        right=Right.PASSING, resource=infrastructure.execution_role_arn, principal=infrastructure.apply_role_arn
    )


def role_on_key(right: Right, key: str, inputs: PlanInputs) -> Grant | None:
    """Return the execution role's right on a key; None if Terraform has given it, or if AWS manages the key."""
    found = inputs.places.keys.get(key)
    return _role_on_key(right, key, found if isinstance(found, KmsKey) else None, inputs.infrastructure)


def default_key(bucket: str, seen: PlacesSeen) -> str | None:
    """Return the key of its owner with which a bucket encrypts new objects; None if it uses one of AWS."""
    settings = seen.settings.get(bucket)
    key = settings.default_key if settings else None
    return key if isinstance(key, str) and _OF_AWS not in key else None


def _default_keys(seen: PlacesSeen) -> Iterator[str]:
    for bucket in seen.settings:
        if key := default_key(bucket, seen):
            yield key


def _key_grants(buying: Iterable[Declaration], inputs: PlanInputs, seen: PlacesSeen) -> Iterator[Grant]:
    """Yield the rights of the execution role on the keys that were found."""
    wanted = [(Right.DECRYPT, key) for key in _default_keys(seen)]
    wanted += [(Right.ENCRYPT, key) for each in buying if (key := output_key(each, inputs.infrastructure))]
    for right, key in wanted:
        found = seen.keys.get(key)
        if isinstance(found, KmsKey) and (grant := _role_on_key(right, key, found, inputs.infrastructure)):
            yield grant


def _role_on_key(right: Right, key: str, found: KmsKey | None, infrastructure: Infrastructure) -> Grant | None:
    if found is None or _OF_AWS in key or found.arn == infrastructure.kms_key_arn:
        return None
    return Grant(right=right, resource=found.arn, principal=infrastructure.execution_role_arn)


def _new(names: Iterable[Name], seen: Mapping[Name, object]) -> tuple[Name, ...]:
    """Keep each name that was not asked about, once, in an order that does not depend on the process."""
    return tuple(sorted((name for name in set(names) if name not in seen), key=str))
