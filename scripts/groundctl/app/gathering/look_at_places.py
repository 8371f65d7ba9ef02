"""Looks at the place of every job that a plan would buy: each bucket, key, team, and role once, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from groundctl.app.concurrency import map_threads
from groundctl.domain.jobs.places import NOTHING_SEEN, PlacesSeen
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.place.faults import not_looked_at
from groundctl.domain.planning.place.questions import PlaceQuestions, questions
from groundctl.ports import JobPlaces


def with_places(inputs: PlanInputs, places: JobPlaces) -> PlanInputs:
    """Add what AWS shows about the place of the jobs whose clips were selected."""
    seen = NOTHING_SEEN
    # An answer can raise a question: a bucket names its key, and a key is one that a role may use or not.
    while asked := questions(inputs, seen):
        seen = _ask(asked, seen, places)
    unseen = not_looked_at(seen, inputs.infrastructure)
    return replace(inputs, places=seen, assumed=(*inputs.assumed, *unseen))


def _ask(asked: PlaceQuestions, seen: PlacesSeen, places: JobPlaces) -> PlacesSeen:
    calls = (
        *_calls("regions", places.region_of, asked.regions),
        *_calls("settings", places.settings_of, asked.settings),
        *_calls("keys", places.key, asked.keys),
        *_calls("teams", places.team, asked.teams),
        *_calls("roles", places.role, asked.roles),
        *_calls("grants", places.has, asked.grants),
    )
    answers = map_threads(lambda call: call[2](), calls)
    found: dict[str, dict[Any, Any]] = {kind: dict(getattr(seen, kind)) for kind, *_ in calls}
    for (kind, name, _), answer in zip(calls, answers, strict=True):
        found[kind][name] = answer
    return replace(seen, **found)


def _calls(kind: str, ask: Callable[[Any], Any], names: Iterable[Any]) -> Iterable[tuple[str, Any, Callable[[], Any]]]:
    return ((kind, name, partial(ask, name)) for name in names)
