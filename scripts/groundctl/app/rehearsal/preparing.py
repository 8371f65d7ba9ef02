"""Prepares a rehearsal: the environment, the stand-in clips, and the order of the jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from groundctl.app.validate import Validated
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Policy, owner_of_path, team_folder
from groundctl.domain.rehearsal.rounds import LeftOut, Rounds, order_into_rounds
from groundctl.domain.rehearsal.stand_ins import StandIns, stand_ins_for
from groundctl.domain.rehearsal.surroundings import (
    DEMO,
    Environment,
    Substitutes,
    changed_settings,
    example_environment,
    find_substitutes,
)
from groundctl.errors import UsageError
from groundctl.rehearsal_ports import RehearsalFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What is rehearsed: the environment, the substitutes in it, the rounds, and each declaration's stand-ins by its path."""

    environment: Environment
    region: str
    substitutes: Substitutes
    rounds: Rounds
    stand_ins: Mapping[str, StandIns]

    @property
    def settings(self) -> JsonObject:
        """Return Terraform's settings that differ from those of the environment."""
        return changed_settings(self.environment, self.substitutes, self.region)


def prepare(
    validated: Validated,
    environments: Sequence[Environment],
    asked: str | None,
    files: RehearsalFiles,
    now: datetime,
) -> Rehearsal:
    """Choose the environment, the stand-ins, and the order of the jobs; nothing is started yet."""
    environment = _choose(validated, environments, asked)
    declarations, elsewhere = _of_environment(validated, environment.name)
    chosen = _choose_stand_ins(validated, declarations, files, now)
    possible = [each for each in declarations if not chosen[each.path].why_not]
    rounds = order_into_rounds(possible, most_jobs=validated.policy.plan_ceiling.jobs)
    without = tuple(LeftOut(path=path, why=each.why_not) for path, each in chosen.items() if each.why_not)
    return Rehearsal(
        environment=environment,
        region=environment.region(each.spec.region for each in declarations),
        substitutes=find_substitutes(environment, declarations),
        rounds=Rounds(rounds=rounds.rounds, left_out=(*without, *rounds.left_out, *elsewhere)),
        stand_ins=chosen,
    )


def _choose(validated: Validated, environments: Sequence[Environment], asked: str | None) -> Environment:
    """Return the environment that was asked for; else the one for demos, the first that has a declaration, or the first."""
    known = {each.name: each for each in environments}
    # The policy names environments, and says where they are; their settings may not be written yet.
    for each in validated.policy.environments:
        known.setdefault(each.name, example_environment(each.name, account_id=each.account_id, region=each.region))
    if asked is not None:
        if asked in known:
            return known[asked]
        hint = f"the environments here are: {', '.join(sorted(known))}" if known else "leave out --environment"
        message = f"there is no environment {asked}: terraform/environments/{asked}.tfvars does not exist"
        raise UsageError(message, hint=hint)
    used = [name for each in validated.declarations if (name := _environment_of(each, validated.policy))]
    if named := [each.name for each in validated.policy.environments if each.name in used]:
        return known[named[0]]
    if known:
        return known.get(DEMO) or known[min(known)]
    kept = validated.infrastructure
    return example_environment(account_id=kept.account_id, region=kept.region) if kept else example_environment()


def _of_environment(validated: Validated, name: str) -> tuple[list[Declaration], tuple[LeftOut, ...]]:
    """Split declarations into those of an environment, and the others."""
    own: list[Declaration] = []
    others: list[LeftOut] = []
    for each in validated.declarations:
        owner = _environment_of(each, validated.policy)
        if owner in {None, name}:
            own.append(each)
        else:
            why = f"its environment is {owner}: `groundctl demo --environment {owner}`"
            others.append(LeftOut(path=each.path, why=why))
    return own, tuple(others)


def _environment_of(declaration: Declaration, policy: Policy) -> str | None:
    owner = owner_of_path(declaration.path, policy)
    return owner.name if owner else None


def _choose_stand_ins(
    validated: Validated, declarations: Iterable[Declaration], files: RehearsalFiles, now: datetime
) -> dict[str, StandIns]:
    samples, policy, read = files.sample_clips(), validated.policy, validated.read_manifest
    assert read is not None  # noqa: S101 - validate() gives it
    return {
        each.path: stand_ins_for(
            each,
            samples,
            now,
            read,
            policy.allowed_on(team_folder(each.path), job=each.spec.key, today=now.date()).inputs,
        )
        for each in declarations
    }
