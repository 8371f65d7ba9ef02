"""What an account has already, by the settings of an environment and by what its Terraform hands over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.sources import InventoryInput, ManifestInput
from groundctl.domain.declarations.spec import JobSpec, input_uris
from groundctl.domain.jobs.infrastructure import Infrastructure

# The variables of Terraform's root that name things that exist, or that a rehearsal sets itself.
SETTINGS = (
    "account_id",
    "region",
    "data",
    "workforce",
    "teams",
    "existing_teams",
    "topics",
    "ledger",
    "github",
)
ACCOUNT, REGION = "123456789012", "us-east-1"
# The environment that is written for demos. What it lacks gets a substitute.
DEMO = "demo"
# Created in seconds: the provider waits for a key and for lifecycle rules.
_EXAMPLE: JsonObject = {
    "environment": DEMO,
    "disposable": True,
    "data": {"encryption": {"kms": False}, "access_logs": {"enabled": False}},
    "workforce": {"new": {}},
}
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment to rehearse in: its name, its Terraform settings with their file, and the Region of its state."""

    name: str
    settings: JsonObject
    state_region: str | None = None
    file: str | None = None

    @property
    def is_for_demos(self) -> bool:
        """Return whether teams, topics and buckets that it lacks get substitutes."""
        return self.name == DEMO or self.file is None

    @property
    def account_id(self) -> str:
        """Return the account of the settings; one for demos if they do not say it."""
        return _fitting(_ACCOUNT, self.settings.get("account_id")) or ACCOUNT

    def region(self, declared: Iterable[str | None] = ()) -> str:
        """Return the Region of the settings, else that of the state, else one that a declaration names."""
        said = (self.settings.get("region"), self.state_region, *declared, REGION)
        return next(region for each in said if (region := _fitting(_REGION, each)))


def example_environment(name: str = DEMO, *, account_id: str | None = None, region: str | None = None) -> Environment:
    """Return an environment without a settings file."""
    where = {"account_id": account_id or ACCOUNT, "region": region}
    return Environment(name=name, settings={**_EXAMPLE, **where, "environment": name.partition(".")[0]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitutes:
    """The names that declarations use and an environment lacks: substitutes take their place."""

    teams: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()


def find_substitutes(environment: Environment, declarations: Sequence[Declaration]) -> Substitutes:
    """Find what an environment that may be completed lacks; nothing for one that stands for a real account."""
    if not environment.is_for_demos:
        return Substitutes()
    settings, specs = environment.settings, [each.spec for each in declarations]
    region = environment.region(spec.region for spec in specs)
    prefix = f"groundctl-{settings.get('environment') or environment.name}"
    own = {f"{prefix}-{role}-{environment.account_id}-{region}" for role in ("inputs", "artifacts", "outputs")}
    return Substitutes(
        teams=missing(_teams(specs), {*_part(settings, "teams"), *_part(settings, "existing_teams")}),
        topics=missing(_topics(specs), _part(settings, "topics")),
        buckets=missing(_buckets(specs), {*own, *_part(_part(settings, "data"), "existing_input_buckets")}),
    )


def existing_things(environment: Environment, substitutes: Substitutes, region: str) -> JsonObject:
    """List what the settings say exists, in the form that the simulator takes."""
    settings = environment.settings
    data, teams = _part(settings, "data"), _part(settings, "teams")
    buckets = [
        *_part(data, "existing_input_buckets"),
        *substitutes.buckets,
        _part(settings, "ledger").get("bucket"),
    ]
    keys = [
        _part(data, "encryption").get("key_arn"),
        *(
            _part(data["existing_input_buckets"], name).get("kms_key_arn")
            for name in _part(data, "existing_input_buckets")
        ),
    ]
    topics = [
        *_part(settings, "topics").values(),
        *(f"arn:aws:sns:{region}:{environment.account_id}:{topic}" for topic in substitutes.topics),
        *(_part(teams, name).get("notification_topic_arn") for name in teams),
    ]
    return {
        "buckets": _texts(buckets),
        "log_buckets": _texts([_part(data, "access_logs").get("bucket")]),
        "keys": _texts(keys, ":key/"),
        "topics": _texts(topics, ":sns:"),
        "teams": list(_team_arns(environment, region)),
        "workforce": _part(_part(settings, "workforce"), "existing") or None,
    }


def handed_over(infrastructure: Infrastructure) -> JsonObject:
    """List what must exist for jobs, by what Terraform hands over: a team's own Terraform code may name it in any way."""
    return {
        "buckets": [*infrastructure.input_buckets, infrastructure.ledger_bucket],
        "keys": _texts([infrastructure.kms_key_arn], ":key/"),
        "topics": _texts(infrastructure.topics.values(), ":sns:"),
        "teams": [team.arn for team in infrastructure.work_teams.values()],
    }


def changed_settings(environment: Environment, substitutes: Substitutes, region: str) -> JsonObject:
    """Return the settings that a rehearsal changes: no lifecycle rules, and substitutes.

    Terraform's provider waits a minute for lifecycle rules.
    """
    settings = environment.settings
    data = _part(settings, "data")
    changed = {**data, "lifecycle": {**_part(data, "lifecycle"), "enabled": False}}
    if not environment.is_for_demos:
        return {"data": changed}
    existing = {**_part(data, "existing_input_buckets"), **{name: {} for name in substitutes.buckets}}
    teams = {team: {"description": "Stand-in team"} for team in substitutes.teams}
    topics = {topic: f"arn:aws:sns:{region}:{environment.account_id}:{topic}" for topic in substitutes.topics}
    return {
        **{name: value for name in ("environment", "disposable") if (value := settings.get(name)) is not None},
        "data": {**changed, **({"existing_input_buckets": existing} if existing else {})},
        "teams": {**_part(settings, "teams"), **teams},
        "topics": {**_part(settings, "topics"), **topics},
        "workforce": _part(settings, "workforce") or {"new": {}},
    }


def missing(names: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are not known, each once."""
    have = set(known)
    return tuple(name for name in dict.fromkeys(names) if name not in have)


def _teams(specs: Iterable[JobSpec]) -> Iterator[str]:
    yield from (spec.team for spec in specs if spec.team)


def _topics(specs: Iterable[JobSpec]) -> Iterator[str]:
    yield from (topic for spec in specs for topic in (spec.input_topic, spec.output_topic) if topic)


def _buckets(specs: Iterable[JobSpec]) -> Iterator[str]:
    yield from (uri.removeprefix("s3://").partition("/")[0] for spec in specs for uri in uris_of(spec))


def uris_of(spec: JobSpec) -> Iterator[str]:
    """Yield every place on S3 that a declaration reads: clips, manifests and reports."""
    yield from (uri for _, uri in input_uris(spec))
    match spec.source:
        case InventoryInput(report=report):
            yield report
        case ManifestInput(uri=uri) as manifest if not manifest.is_file:
            yield uri


def _team_arns(environment: Environment, region: str) -> Iterator[str]:
    teams = _part(environment.settings, "existing_teams")
    for name in teams:
        team = _part(teams, name)
        if isinstance(arn := team.get("arn"), str):
            yield arn
        elif isinstance(team.get("name"), str):
            yield f"arn:aws:sagemaker:{region}:{environment.account_id}:workteam/private-crowd/{team['name']}"


def _part(settings: Mapping[str, Any], name: str) -> JsonObject:
    """Return a part of settings; empty if it is missing, or of another form, which Terraform reports."""
    part = settings.get(name)
    return dict(part) if isinstance(part, Mapping) else {}


def _texts(values: Iterable[object], part: str = "") -> list[str]:
    return [each for each in values if isinstance(each, str) and part in each]


def _fitting(form: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None
