"""Chooses the values of a new declaration: the author's own, the policy's, those that leave no choice, or placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.environments import environment_of
from groundctl.domain.declarations.policy import ANY_TEAM, Allowed, Policy
from groundctl.domain.jobs.infrastructure import Infrastructure

DEFAULT_WORKERS, MAX_WORKERS = 3, 9
DEFAULT_BUDGET = Decimal(100)
MAX_TAGS = 40
# Ground Truth uses these itself, so no label attribute ends in them.
_RESERVED = re.compile(r".*-(ref|metadata)|source")


class Origin(Enum):
    """Where a value comes from: the author, the policy, the only choice, or a placeholder for the author to replace."""

    GIVEN = auto()
    POLICY = auto()
    CHOSEN = auto()
    PLACEHOLDER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value, where it comes from, and what stands for it if it cannot be used; None leaves the field out."""

    data: Any
    origin: Origin = Origin.CHOSEN
    instead: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the author states; None or empty where nothing is stated."""

    team: str | None = None
    prefix: str | None = None
    title: str | None = None
    labels: tuple[str, ...] = ()
    workers: int | None = None
    owner: str | None = None
    budget_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A new declaration: its values by JSON Pointer."""

    name: str
    schema: str | None = None
    environment: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)

    def without(self, pointer: str) -> Starter | None:
        """Return the declaration with what stands for a value; None if nothing does."""
        value = self.values.get(pointer)
        if value is None or value.origin in (Origin.GIVEN, Origin.PLACEHOLDER):
            return None
        rest = {name: one for name, one in self.values.items() if name != pointer}
        if value.instead is None:
            return replace(self, values=rest)
        return replace(self, values={**self.values, pointer: value.instead})

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Return the JSON Pointers of the values that the author has to replace."""
        return tuple(pointer for pointer, value in self.values.items() if value.origin is Origin.PLACEHOLDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is beside a new declaration: its folder, the policy, and the infrastructure if it is kept there."""

    folder: str
    policy: Policy = field(default_factory=Policy)
    infrastructure: Infrastructure | None = None

    @property
    def allowed(self) -> Allowed:
        """Return what the folder may use."""
        return self.policy.allowed(self.folder)

    @property
    def teams(self) -> tuple[str, ...]:
        """Return the work teams that the folder may use, as far as they are known."""
        named = tuple(team for team in self.allowed.teams if team != ANY_TEAM)
        if self.infrastructure is None:
            return named
        teams, kinds = self.infrastructure.work_teams, self.allowed.workforces
        return tuple(
            name
            for name, team in teams.items()
            if team.kind in kinds and team.kind != "public" and (name in named or ANY_TEAM in self.allowed.teams)
        )


def choose_values(name: str, given: Given, beside: Surroundings, *, schema: str | None = None) -> Starter:
    """Choose a value for each field of a new declaration."""
    environment = environment_of(beside.folder, beside.policy.environments)
    values = {
        **_about_the_job(given, beside),
        **_question(given),
        "/input/prefix": _prefix(given, beside),
        **_workforce(given, beside),
        "/output/label_attribute": Value(data=f"{name}-label" if _RESERVED.fullmatch(name) else name),
        **dict(_tags(beside)),
        "/budget/usd": _budget(given, beside),
    }
    if environment is not None:
        values["/region"] = Value(data=environment.region)
    named = environment.name if environment is not None else None
    return Starter(name=name, schema=schema, environment=named, values=values)


def _about_the_job(given: Given, beside: Surroundings) -> dict[str, Value]:
    defaults = beside.policy.defaults_for(beside.folder)
    nobody = Value(data="your-team", origin=Origin.PLACEHOLDER)
    owner = Value(data=beside.folder, instead=nobody) if beside.folder else nobody
    notify = {"/notify": Value(data=list(defaults.notify), origin=Origin.POLICY)} if defaults.notify else {}
    return {"/owner": _first(given.owner, defaults.owner, owner), **notify}


def _question(given: Given) -> dict[str, Value]:
    def own(data: Any, placeholder: Any) -> Value:
        return Value(data=data, origin=Origin.GIVEN) if data else Value(data=placeholder, origin=Origin.PLACEHOLDER)

    labels = ["first answer", "second answer", {"name": "cannot tell", "hint": "The clip does not show it."}]
    return {
        "/task/title": own(given.title, "What happens in this clip?"),
        "/task/description": own(None, "Watch the clip to its end and choose the one answer that fits."),
        "/task/labels": own(list(given.labels), labels),
        "/task/instructions": own(None, None),
    }


def _prefix(given: Given, beside: Surroundings) -> Value:
    inputs = beside.allowed.inputs
    placeholder = Value(data="s3://your-clips/folder/", origin=Origin.PLACEHOLDER)
    only = Value(data=inputs[0], instead=placeholder) if inputs else placeholder
    return _first(given.prefix, beside.policy.defaults_for(beside.folder).prefix, only)


def _workforce(given: Given, beside: Surroundings) -> dict[str, Value]:
    defaults, teams = beside.policy.defaults_for(beside.folder), beside.teams
    placeholder = Value(data="your-work-team", origin=Origin.PLACEHOLDER)
    # Of several teams, the author must choose.
    only = Value(data=teams[0], instead=placeholder) if len(teams) == 1 else placeholder
    most = beside.allowed.max_workers_per_object or MAX_WORKERS
    workers = min(defaults.workers_per_object or DEFAULT_WORKERS, most)
    return {
        "/workforce/team": _first(given.team, defaults.team, only),
        "/workforce/workers_per_object": _first(given.workers, None, Value(data=workers)),
        "/workforce/task_time_limit": _first(None, defaults.task_time_limit, Value(data="10m")),
        "/workforce/task_availability": _first(None, defaults.task_availability, Value(data="10d")),
    }


def _first(given: Any, by_policy: Any, otherwise: Value) -> Value:
    """Return what the author states, else what the policy states, else another value."""
    if given is not None:
        return Value(data=given, origin=Origin.GIVEN)
    return otherwise if by_policy is None else Value(data=by_policy, origin=Origin.POLICY, instead=otherwise)


def _tags(beside: Surroundings) -> Iterator[tuple[str, Value]]:
    required, stated = beside.allowed.required_tags, beside.policy.defaults_for(beside.folder).tags
    for key in list(dict.fromkeys((*required, *stated)))[:MAX_TAGS]:
        # Whose money it is, only the author knows.
        placeholder = Value(
            data=f"your-{re.sub(r'[^a-z0-9]+', '-', key.lower()).strip('-') or 'value'}", origin=Origin.PLACEHOLDER
        )
        absent = placeholder if key in required else None
        yield (
            pointer_to("tags", key),
            placeholder if key not in stated else Value(data=stated[key], origin=Origin.POLICY, instead=absent),
        )


def _budget(given: Given, beside: Surroundings) -> Value:
    if given.budget_usd is not None:
        return Value(data=given.budget_usd, origin=Origin.GIVEN)
    by_policy, limit = beside.policy.defaults_for(beside.folder).budget_usd, beside.allowed.job_ceiling.usd
    least = [
        min(each, limit) if limit is not None else each for each in (by_policy, DEFAULT_BUDGET) if each is not None
    ]
    values = [Value(data=each, origin=Origin.POLICY) for each in least]
    return replace(values[0], instead=values[1]) if len(values) > 1 else values[0]
