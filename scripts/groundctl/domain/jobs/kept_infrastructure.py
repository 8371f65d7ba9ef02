"""The infrastructure file that a repository may keep: with it, teams, topics, and buckets are known offline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from groundctl.domain.declarations.diagnostics import Diagnostic, Severity
from groundctl.domain.declarations.policy import INFRASTRUCTURE_PATH
from groundctl.domain.declarations.spec import AT_FAULT, JobSpec
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.infrastructure_rules import check_infrastructure, check_names
from groundctl.domain.near_names import STRICT, nearest

RENEW = f"terraform output -json infrastructure > ../{INFRASTRUCTURE_PATH}"


def check_kept_names(spec: JobSpec, kept: Infrastructure, *, is_sound: bool) -> Iterator[Diagnostic]:
    """Report what a declaration names that the kept file does not have.

    A name that is close to a known one is an error. Any other can be newer than the file, or that of a job that has ended,
    so it is a warning. Of a declaration that is not sound, only the names are checked.
    """
    found = check_infrastructure(spec, kept) if is_sound else check_names(_readable_names(spec), kept)
    for diagnostic in found:
        if _is_typo(diagnostic, spec, kept):
            yield diagnostic
        else:
            hint = f"{diagnostic.hint}; if {INFRASTRUCTURE_PATH} is out of date, renew it in terraform/: `{RENEW}`"
            yield replace(diagnostic, hint=hint, severity=Severity.WARNING)


def stale_note(kept: Infrastructure, used: Infrastructure) -> Diagnostic | None:
    """Compare the kept file with the infrastructure that a plan uses; None if they agree, or are of two environments."""
    if (kept.environment, kept.account_id, kept.region) != (used.environment, used.account_id, used.region):
        return None
    stale = tuple(_differences(kept, used))
    if not stale:
        return None
    message = (
        f"{INFRASTRUCTURE_PATH} is not what this plan uses: {'; '.join(stale)}. Checks without AWS go by that file"
    )
    return Diagnostic(rule="P406", message=message, hint=f"renew it in terraform/, and commit it: `{RENEW}`")


def _differences(kept: Infrastructure, used: Infrastructure) -> Iterator[str]:
    for member in (each.name for each in fields(Infrastructure)):
        before, now = getattr(kept, member), getattr(used, member)
        if before == now:
            continue
        if isinstance(now, str | None):
            yield f"{member} is {now or 'none'}, and {before or 'none'} there"
        else:
            lacks = sorted({*now} - {*before})
            gone = sorted({*before} - {*now})
            changed = sorted(name for name in {*now} & {*before} if isinstance(now, dict) and now[name] != before[name])
            parts = (("lacks", lacks), ("still has", gone), ("has another", changed))
            told = ", ".join(f"{verb} {', '.join(names)}" for verb, names in parts if names)
            yield f"{member} there {told or 'is in another order'}"


def _is_typo(diagnostic: Diagnostic, spec: JobSpec, kept: Infrastructure) -> bool:
    names: dict[str, tuple[Any, Any]] = {
        "/workforce/team": (spec.team, kept.work_teams),
        "/input/topic": (spec.input_topic, kept.topics),
        "/output/topic": (spec.output_topic, kept.topics),
    }
    name, known = names.get(diagnostic.pointer, (None, ()))
    return name is not None and name not in known and nearest(name, known, cutoff=STRICT) is not None


def _readable_names(spec: JobSpec) -> JobSpec:
    """Leave out the names that are at fault."""
    members = ("team", "input_topic", "output_topic")
    missing: dict[str, Any] = {name: None for name in members if getattr(spec, name) is AT_FAULT}
    return replace(spec, **missing)
