"""What `groundctl init` has to know, as a value. schemas/init-answers.schema.json states its form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from groundctl.domain.canonical_json import JsonObject

TOOL_REPOSITORY = "groundctl/groundctl"
DEFAULT_BRANCH = "main"
GATE = "groundctl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One account and Region; its name is that of its files in terraform/environments/."""

    name: str
    account_id: str
    region: str
    state_bucket: str
    creates_provider: bool
    """Whether its Terraform creates GitHub's OIDC provider, of which an account has one."""
    gate: str
    """How the names of its protected environments on GitHub begin: who approves for one label does not for another."""

    @property
    def label(self) -> str:
        """Return the part of the name that is in the name of every resource."""
        return self.name.partition(".")[0]

    @property
    def new_clips_bucket(self) -> str:
        """Return the bucket that Terraform creates for clips, where none exists."""
        return f"groundctl-{self.label}-inputs-{self.account_id}-{self.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A work team: with an ARN or an existing name it is there already, else Terraform creates it."""

    name: str
    description: str
    members: tuple[str, ...] = ()
    arn: str | None = None
    existing: str | None = None

    @property
    def is_created(self) -> bool:
        """Return whether Terraform creates it."""
        return self.arn is None and self.existing is None

    @property
    def is_vendor(self) -> bool:
        """Return whether its workers belong to a company under contract."""
        return ":workteam/vendor-crowd/" in (self.arn or "")

    def works_in(self, environment: Environment) -> bool:
        """Return whether an environment can use it: a team belongs to one Region, and a private one to one account."""
        if self.arn is None:
            return True
        _, _, _, region, account_id, _ = self.arn.split(":", 5)
        return region == environment.region and (self.is_vendor or account_id == environment.account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clips:
    """An S3 prefix with clips that exist, and the environments that may read it."""

    prefix: str
    environments: tuple[str, ...]
    kms_key_arn: str | None = None

    @property
    def bucket(self) -> str:
        """Return the bucket's name."""
        return self.prefix.removeprefix("s3://").partition("/")[0]

    @property
    def key(self) -> str:
        """Return the prefix inside the bucket; empty for all of it."""
        return self.prefix.removeprefix("s3://").partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder under jobs/: who approves its declarations, and what they may use."""

    name: str
    owners: tuple[str, ...]
    environment: Environment
    teams: tuple[Team, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything that the files of a new repository are made from, besides the version of groundctl."""

    repository: str
    repository_id: str | None
    owner_id: str | None
    default_branch: str
    tool_repository: str
    environments: tuple[Environment, ...]
    teams: tuple[Team, ...]
    clips: tuple[Clips, ...]
    folders: tuple[Folder, ...]
    reviewers: tuple[str, ...]

    @property
    def has_ids(self) -> bool:
        """Return whether the numbers that the trust of the AWS roles needs are known."""
        return self.repository_id is not None

    def teams_in(self, environment: Environment) -> tuple[Team, ...]:
        """List the teams that an environment can use."""
        return tuple(team for team in self.teams if team.works_in(environment))

    @property
    def gates(self) -> tuple[str, ...]:
        """Return how the names of the protected environments begin, each once."""
        return tuple(dict.fromkeys(each.gate for each in self.environments))

    def clips_in(self, environment: Environment) -> tuple[Clips, ...]:
        """List the prefixes that an environment may read."""
        return tuple(clips for clips in self.clips if environment.name in clips.environments)

    def buckets_in(self, environment: Environment) -> tuple[tuple[str, tuple[Clips, ...]], ...]:
        """List the buckets with clips that an environment may read, each with its prefixes."""
        buckets: dict[str, tuple[Clips, ...]] = {}
        for clips in self.clips_in(environment):
            buckets[clips.bucket] = (*buckets.get(clips.bucket, ()), clips)
        return tuple(buckets.items())


def parse_answers(data: JsonObject) -> Answers:
    """Build the answers from data in which no fault was found."""
    environments = tuple(_environments(data["environments"]))
    teams = tuple(_team(name, each) for name, each in data["teams"].items())
    only = [environments[0].name] if len(environments) == 1 else []
    clips = tuple(
        Clips(prefix=prefix, environments=tuple(each.get("environments", only)), kms_key_arn=each.get("kms_key_arn"))
        for prefix, each in data.get("clips", {}).items()
    )
    reviewers = _people(data["reviewers"])
    folders = data.get("folders") or {
        default_folder(name, data["environments"], data["teams"]): {"environment": name}
        for name in data["environments"]
    }
    return Answers(
        repository=data["repository"],
        repository_id=data.get("repository_id"),
        owner_id=data.get("owner_id"),
        default_branch=data.get("default_branch", DEFAULT_BRANCH),
        tool_repository=data.get("tool", {}).get("repository", TOOL_REPOSITORY),
        environments=environments,
        teams=teams,
        clips=clips,
        folders=tuple(_folder(name, each, environments, teams, clips, reviewers) for name, each in folders.items()),
        reviewers=reviewers,
    )


def default_folder(environment: str, environments: Iterable[str], teams: Iterable[str]) -> str:
    """Name the folder of an environment: after the first team, or, if there are several environments, after itself."""
    return next(iter(teams)) if len([*environments]) == 1 else environment.replace(".", "-")


def _environments(data: JsonObject) -> Iterator[Environment]:
    seen: Counter[str] = Counter()
    first, _, _ = next(iter(data)).partition(".")
    for name, each in data.items():
        label, _, _ = name.partition(".")
        account_id, region = each["account_id"], each["region"]
        exists = each.get("github_provider_exists", seen[account_id] > 0)
        seen[account_id] += 1
        yield Environment(
            name=name,
            account_id=account_id,
            region=region,
            # The account and the Region make it unlikely that another company has the name.
            state_bucket=each.get("state_bucket", f"groundctl-state-{account_id}-{region}"),
            creates_provider=not exists,
            # The first has the names that every other part of groundctl assumes, so that one more later changes nothing here.
            gate=GATE if label == first else f"{GATE}-{label}",
        )


def _team(name: str, data: JsonObject) -> Team:
    return Team(
        name=name,
        description=data.get("description", f"Workers of {name}"),
        members=tuple(data.get("members", ())),
        arn=data.get("arn"),
        existing=data.get("existing"),
    )


def _folder(
    name: str,
    data: JsonObject,
    environments: tuple[Environment, ...],
    teams: tuple[Team, ...],
    clips: tuple[Clips, ...],
    reviewers: tuple[str, ...],
) -> Folder:
    chosen = data.get("environment", environments[0].name)
    environment = next(each for each in environments if each.name == chosen)
    usable = [team for team in teams if team.works_in(environment)]
    readable = [each.prefix for each in clips if environment.name in each.environments]
    own = [f"s3://{environment.new_clips_bucket}/{name}/"]
    return Folder(
        name=name,
        owners=_people(data["owners"]) if "owners" in data else reviewers,
        environment=environment,
        teams=tuple(team for team in usable if team.name in data.get("teams", [each.name for each in usable])),
        inputs=tuple(data.get("clips", ())) or tuple(readable or own),
    )


def _people(names: Any) -> tuple[str, ...]:
    return tuple(name if name.startswith("@") else f"@{name}" for name in names)
