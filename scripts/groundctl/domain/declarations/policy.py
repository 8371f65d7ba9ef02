"""The repository's policy: jobs/policy.yaml as a value. What it does not allow, it forbids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.aws.prices import Tier
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.document import Document, pointer_to
from groundctl.domain.declarations.environments import Environment, environment_of, parse_environments
from groundctl.domain.declarations.yaml_loader import load_document

# From the root of the repository.
POLICY_PATH = "jobs/policy.yaml"
# The infrastructure that a repository may keep beside it, as Terraform exports it.
INFRASTRUCTURE_PATH = "jobs/infrastructure.json"
# How many approvals a pull request needs before its jobs are created, unless the policy says otherwise.
DEFAULT_REVIEWS = 1
MAX_REVIEWS = 6  # as many as GitHub's branch protection can ask for
# In a list of work teams: every team of the infrastructure.
ANY_TEAM = "*"
PUBLIC = "public"
DEFAULT_WORKFORCES = ("private",)

Number = TypeVar("Number", int, Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Upper limits; None means no limit. Objects are clips, answers are clips times workers."""

    jobs: int | None = None
    objects: int | None = None
    answers: int | None = None
    usd: Decimal | None = None

    def replaced_by(self, own: Limit) -> Limit:
        """Return these limits, with those that another one states in their place."""
        return Limit(
            jobs=self.jobs if own.jobs is None else own.jobs,
            objects=self.objects if own.objects is None else own.objects,
            answers=self.answers if own.answers is None else own.answers,
            usd=self.usd if own.usd is None else own.usd,
        )

    def raised_by(self, other: Limit) -> Limit:
        """Return these limits, with those of another one where they are higher."""
        return Limit(
            jobs=_raised(self.jobs, other.jobs),
            objects=_raised(self.objects, other.objects),
            answers=_raised(self.answers, other.answers),
            usd=_raised(self.usd, other.usd),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What `groundctl new` writes into a file."""

    owner: str | None = None
    team: str | None = None
    prefix: str | None = None
    workers_per_object: int | None = None
    task_time_limit: str | None = None
    task_availability: str | None = None
    budget_usd: Decimal | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    notify: tuple[str, ...] = ()

    def replaced_by(self, own: Defaults) -> Defaults:
        """Return these defaults, with those that another one states in their place; tags are added."""
        stated = {name: getattr(own, name) for name in self.__slots__ if getattr(own, name)}
        return replace(self, **{**stated, "tags": {**self.tags, **own.tags}})


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPolicy:
    """What a folder's entry says, or what an exception adds to it; None where it says nothing."""

    inputs: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    workforces: tuple[str, ...] | None = None
    picture_hosts: tuple[str, ...] = ()
    required_tags: tuple[str, ...] = ()
    missing_tags: tuple[str, ...] = ()
    allow_streaming: bool | None = None
    max_workers_per_object: int | None = None
    job_ceiling: Limit = field(default_factory=Limit)
    month_ceiling: Limit = field(default_factory=Limit)
    defaults: Defaults = field(default_factory=Defaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyException:
    """What a job or a folder may do in addition, up to and including a day, and why."""

    job: str | None = None
    folder: str | None = None
    allow: FolderPolicy
    until: date
    reason: str
    approved_by: str | None = None

    @property
    def whom(self) -> str:
        """Return the job or the folder that it is for."""
        return self.job if self.job is not None else f"folder {self.folder}"

    def is_for(self, folder: str, job: JobKey | None) -> bool:
        """Return whether it is for a job of a folder."""
        if self.job is not None:
            return job_key(self.job) == job
        return self.folder == folder

    def has_ended(self, today: date | None) -> bool:
        """Return whether it no longer counts; one whose end cannot be known counts."""
        return today is not None and today > self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What a declaration may use: the repository's rules, its folder's entry, and exceptions taken together.

    is_listed says whether the folder has an entry, without which nothing may be used, and others_are_listed whether any
    folder has one. picture_hosts is None if the policy's
    list cannot be read.
    """

    folder: str
    is_listed: bool = False
    others_are_listed: bool = False
    inputs: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    workforces: tuple[str, ...] = DEFAULT_WORKFORCES
    picture_hosts: frozenset[str] | None = frozenset()
    required_tags: tuple[str, ...] = ()
    allow_streaming: bool = False
    max_workers_per_object: int | None = None
    job_ceiling: Limit = field(default_factory=Limit)
    month_ceiling: Limit = field(default_factory=Limit)

    def allows_team(self, name: str) -> bool:
        """Return whether the folder may use a work team."""
        return name in self.teams or ANY_TEAM in self.teams

    def with_entry(self, entry: FolderPolicy) -> Allowed:
        """Add what a folder's entry says: it names what may be used, and its numbers replace the repository's."""
        workforces = self.workforces if entry.workforces is None else entry.workforces
        return replace(self._with(entry), is_listed=True, workforces=workforces)

    def with_exception(self, exception: PolicyException) -> Allowed:
        """Add what an exception allows beside the rest; in whatever order several are added, none takes anything away."""
        added, most = exception.allow, exception.allow.max_workers_per_object
        return replace(
            self._with(added),
            allow_streaming=self.allow_streaming or bool(added.allow_streaming),
            max_workers_per_object=_raised(self.max_workers_per_object, most),
            job_ceiling=self.job_ceiling.raised_by(added.job_ceiling),
            month_ceiling=self.month_ceiling.raised_by(added.month_ceiling),
            is_listed=self.is_listed or bool(added.inputs or added.teams or added.workforces),
            workforces=(*self.workforces, *(added.workforces or ())),
            required_tags=tuple(key for key in self.required_tags if key not in added.missing_tags),
        )

    def _with(self, entry: FolderPolicy) -> Allowed:
        most = entry.max_workers_per_object
        return replace(
            self,
            inputs=(*self.inputs, *entry.inputs),
            teams=(*self.teams, *entry.teams),
            picture_hosts=None if self.picture_hosts is None else self.picture_hosts.union(entry.picture_hosts),
            required_tags=tuple(dict.fromkeys((*self.required_tags, *entry.required_tags))),
            allow_streaming=self.allow_streaming if entry.allow_streaming is None else entry.allow_streaming,
            max_workers_per_object=self.max_workers_per_object if most is None else most,
            job_ceiling=self.job_ceiling.replaced_by(entry.job_ceiling),
            month_ceiling=self.month_ceiling.replaced_by(entry.month_ceiling),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy of this repository; without a file, nothing may be used.

    Of a policy with problems, it holds the readable parts; unreadable lists the JSON Pointers of the others. picture_hosts
    is None if it cannot be read. each_month limits what each folder buys in a calendar month.
    """

    workforces: tuple[str, ...] = DEFAULT_WORKFORCES
    allow_streaming: bool = False
    refuse_unknown_jobs: bool = False
    reviews: int = DEFAULT_REVIEWS
    unprotected_environments: tuple[str, ...] = ()
    required_tags: tuple[str, ...] = ()
    max_workers_per_object: int | None = None
    picture_hosts: frozenset[str] | None = frozenset()
    platform_fee_usd: Decimal | None = None
    platform_fee_tiers: tuple[Tier, ...] = ()
    usd_per_answer: Mapping[str, Decimal] = field(default_factory=dict)
    usd_per_hour: Mapping[str, Decimal] = field(default_factory=dict)
    job_ceiling: Limit = field(default_factory=Limit)
    plan_ceiling: Limit = field(default_factory=Limit)
    pull_request_ceiling: Limit = field(default_factory=Limit)
    each_month: Limit = field(default_factory=Limit)
    defaults: Defaults = field(default_factory=Defaults)
    folders: Mapping[str, FolderPolicy] = field(default_factory=dict)
    exceptions: tuple[PolicyException, ...] = ()
    environments: tuple[Environment, ...] = ()
    unreadable: frozenset[str] = frozenset()

    def allowed(self, folder: str, exceptions: Iterable[PolicyException] = ()) -> Allowed:
        """Return what the declarations of a folder may use, with some exceptions."""
        allowed = Allowed(
            folder=folder,
            others_are_listed=bool(self.folders),
            workforces=self.workforces,
            picture_hosts=self.picture_hosts,
            required_tags=self.required_tags,
            allow_streaming=self.allow_streaming,
            max_workers_per_object=self.max_workers_per_object,
            job_ceiling=self.job_ceiling,
            month_ceiling=self.each_month,
        )
        if (entry := self.folders.get(folder)) is not None:
            allowed = allowed.with_entry(entry)
        for exception in exceptions:
            allowed = allowed.with_exception(exception)
        return allowed

    def can_tell(self, members: Iterable[str], folder: str) -> bool:
        """Return whether members can be read: the repository's, the folder's own, and the exceptions."""
        if not self.unreadable:
            return True
        read = ["/exceptions"]
        for member in members:
            read += [f"/{member}", f"/folders{pointer_to(folder)}/{member}"]
        return not any(_is_within(one, other) or _is_within(other, one) for one in read for other in self.unreadable)

    @property
    def environments_are_known(self) -> bool:
        """Return whether the environments can be read."""
        at = "/environments"
        return not any(_is_within(one, at) or _is_within(at, one) for one in self.unreadable)

    def exceptions_for(self, folder: str, job: JobKey | None) -> tuple[PolicyException, ...]:
        """List the exceptions for a job of a folder, or for the folder alone, whether or not they have ended."""
        return tuple(each for each in self.exceptions if each.is_for(folder, job))

    def allowed_on(self, folder: str, *, job: JobKey | None = None, today: date | None = None) -> Allowed:
        """Return what the declarations of a folder may use on a day, with the exceptions for a job that have not ended."""
        given = (each for each in self.exceptions_for(folder, job) if not each.has_ended(today))
        return self.allowed(folder, given)

    def month_ceiling(self, folder: str, *, job: JobKey | None = None, today: date | None = None) -> Limit:
        """Return the limits for what a folder's jobs buy in a calendar month, with the exceptions for a job that is next."""
        return self.allowed_on(folder, job=job, today=today).month_ceiling

    def defaults_for(self, folder: str) -> Defaults:
        """Return what `groundctl new` writes into a file of a folder."""
        own = self.folders.get(folder)
        return self.defaults.replaced_by(own.defaults) if own else self.defaults


def team_folder(path: str) -> str:
    """Return the team's folder: the one directly under jobs/, at any depth of the file; elsewhere, the file's folder."""
    folders = path.split("/")[:-1]
    return next(iter(folders[1:2] if folders[:1] == ["jobs"] else folders[-1:]), "")


def owner_of_path(path: str, policy: Policy) -> Environment | None:
    """Return the environment whose folders have a path; None if no environment has it, or the policy names none."""
    return environment_of(team_folder(path), policy.environments)


def parse_policy(data: JsonObject) -> Policy:
    """Parse data that fits the policy schema."""
    ceilings, rates = data.get("ceilings", {}), data.get("rates", {})
    return Policy(
        workforces=tuple(data.get("workforces", DEFAULT_WORKFORCES)),
        allow_streaming=data.get("allow_streaming", False),
        refuse_unknown_jobs=data.get("unknown_jobs") == "refuse",
        reviews=data.get("reviews", DEFAULT_REVIEWS),
        unprotected_environments=tuple(data.get("unprotected_environments", ())),
        required_tags=tuple(data.get("required_tags", ())),
        max_workers_per_object=data.get("max_workers_per_object"),
        picture_hosts=frozenset(data.get("picture_hosts", ())),
        platform_fee_usd=_usd(rates.get("platform_fee_usd")),
        platform_fee_tiers=tuple(_tiers(rates.get("platform_fee_tiers", ()))),
        usd_per_answer={team: Decimal(repr(rate)) for team, rate in rates.get("usd_per_answer", {}).items()},
        usd_per_hour={team: Decimal(repr(rate)) for team, rate in rates.get("usd_per_hour", {}).items()},
        job_ceiling=_limit(ceilings.get("job", {})),
        plan_ceiling=_limit(ceilings.get("plan", {})),
        pull_request_ceiling=_limit(ceilings.get("pull_request", {})),
        each_month=_limit(ceilings.get("month", {})),
        defaults=_defaults(data.get("defaults", {})),
        folders={name: _folder(folder) for name, folder in data.get("folders", {}).items()},
        exceptions=tuple(_exceptions(data.get("exceptions", ()))),
        environments=parse_environments(data.get("environments", {})),
    )


def reviews_asked(raw: bytes | None) -> int:
    """Return how many approvals a policy file asks for; the default if it does not say so, or there is none."""
    document = load_document(POLICY_PATH, raw) if raw is not None else None
    asked = document.data.get("reviews") if isinstance(document, Document) and isinstance(document.data, dict) else None
    if not isinstance(asked, int) or isinstance(asked, bool) or not 0 <= asked <= MAX_REVIEWS:
        return DEFAULT_REVIEWS
    return asked


def day(text: Any) -> date | None:  # any JSON value
    """Return the day that a text such as 2026-12-31 names; None if there is no such day."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == len("2026-12-31") else None
    except ValueError:
        return None


def _raised(limit: Number | None, other: Number | None) -> Number | None:
    """Return the higher limit; no limit stays none, and another one that states nothing raises nothing."""
    return limit if limit is None or other is None else max(limit, other)


def _is_within(pointer: str, other: str) -> bool:
    return pointer == other or pointer.startswith(f"{other}/")


def _folder(data: JsonObject) -> FolderPolicy:
    ceilings, workforces = data.get("ceilings", {}), data.get("workforces")
    return FolderPolicy(
        inputs=tuple(data.get("inputs", ())),
        teams=tuple(data.get("teams", ())),
        workforces=None if workforces is None else tuple(workforces),
        picture_hosts=tuple(data.get("picture_hosts", ())),
        required_tags=tuple(data.get("required_tags", ())),
        missing_tags=tuple(data.get("missing_tags", ())),
        allow_streaming=data.get("allow_streaming"),
        max_workers_per_object=data.get("max_workers_per_object"),
        job_ceiling=_limit(ceilings.get("job", {})),
        month_ceiling=_limit(ceilings.get("month", {})),
        defaults=_defaults(data.get("defaults", {})),
    )


def _exceptions(entries: Iterable[JsonObject]) -> Iterable[PolicyException]:
    """Yield the exceptions that can be read; one without a day or a job or folder allows nothing."""
    for entry in entries:
        until, whom = day(entry.get("until")), (entry.get("job"), entry.get("folder"))
        if until is not None and whom.count(None) == 1:
            yield PolicyException(
                job=entry.get("job"),
                folder=entry.get("folder"),
                allow=_folder(entry.get("allow", {})),
                until=until,
                reason=entry.get("reason", ""),
                approved_by=entry.get("approved_by"),
            )


def _defaults(data: JsonObject) -> Defaults:
    return Defaults(
        owner=data.get("owner"),
        team=data.get("team"),
        prefix=data.get("prefix"),
        workers_per_object=data.get("workers_per_object"),
        task_time_limit=data.get("task_time_limit"),
        task_availability=data.get("task_availability"),
        budget_usd=_usd(data.get("budget_usd")),
        tags=dict(data.get("tags", {})),
        notify=tuple(data.get("notify", ())),
    )


def _tiers(tiers: Iterable[JsonObject]) -> Iterator[Tier]:
    """Yield the tiers whose price can be read."""
    for tier in tiers:
        usd = _usd(tier.get("usd"))
        if usd is not None:
            yield Tier(up_to=tier.get("objects"), usd=usd)


def _limit(data: JsonObject) -> Limit:
    return Limit(
        jobs=data.get("jobs"), objects=data.get("objects"), answers=data.get("answers"), usd=_usd(data.get("usd"))
    )


def _usd(amount: int | float | None) -> Decimal | None:
    return None if amount is None else Decimal(repr(amount))
