"""What jobs/policy.yaml says about a job that does not exist: reasons to refuse it, and the exceptions that it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import chain, combinations

from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic, sentence
from groundctl.domain.declarations.policy import Allowed, Policy, team_folder
from groundctl.domain.declarations.rules.policy_findings import Judgment, findings, judge, template_findings
from groundctl.domain.jobs.infrastructure import Infrastructure

# With more tags, only one or all of them are tried: the number of combinations doubles with each.
_MAX_COMBINED = 8

OfPurchase = Callable[[Allowed], Iterable[Diagnostic]]


def judge_new_job(
    declaration: Declaration,
    infrastructure: Infrastructure,
    policy: Policy,
    today: date | None,
    of_purchase: OfPurchase = lambda _: (),
) -> Judgment[Diagnostic]:
    """Judge a declaration whose job does not exist; of_purchase finds what is wrong with what it buys."""

    def find(allowed: Allowed) -> Iterator[Diagnostic]:
        yield from findings(declaration.path, declaration.spec, declaration.texts, policy, allowed)
        yield from _of_template(declaration, allowed)
        yield from _of_workforce(declaration, infrastructure, allowed)
        yield from of_purchase(allowed)

    folder = team_folder(declaration.path)
    return judge(find, policy, folder=folder, job=declaration.spec.key, today=today)


def exception_remarks(judgment: Judgment[Diagnostic]) -> Iterator[Diagnostic]:
    """Show the exceptions that a new job uses."""
    for finding, exception in judgment.excepted:
        by = f", approved by {exception.approved_by}" if exception.approved_by else ""
        allows = f"an exception for {exception.whom} allows it until {exception.until}{by}"
        message = f"{sentence(finding)}; {allows}; its reason: {exception.reason.rstrip('.')}"
        hint = f"nothing to do; the exception ends on {exception.until}"
        yield Diagnostic(rule="P310", pointer=finding.pointer, message=message, hint=hint)


def tags_added_later(declaration: Declaration, created_from: str, policy: Policy) -> tuple[str, ...] | None:
    """Return the tags by which alone a file differs from the one that its job was created from, if the policy requires them.

    created_from is the digest of that file. A policy that requires another tag may be met in the files of existing jobs.
    """
    required = policy.allowed(team_folder(declaration.path)).required_tags
    added = [key for key, _ in declaration.spec.tags if key in required]
    sizes = range(1, len(added) + 1) if len(added) <= _MAX_COMBINED else (1, len(added))
    for some in chain.from_iterable(combinations(added, size) for size in sizes):
        if declaration.digest_without_tags(some) == created_from:
            return some
    return None


def added_tags_remark(tags: Iterable[str]) -> Diagnostic:
    """Say that the job of a file does not have all tags of the file."""
    names = " and ".join(f"`{tag}`" for tag in tags)
    message = f"its file has {names}, which jobs/policy.yaml requires now; the job was created without"
    hint = "nothing is changed in AWS; to tag the job there too, use AWS's console or `aws sagemaker add-tags`"
    return Diagnostic(rule="P311", pointer="/tags", message=message, hint=hint)


def _of_template(declaration: Declaration, allowed: Allowed) -> Iterator[Diagnostic]:
    name = declaration.spec.template
    for one in template_findings(name, declaration.texts[name], allowed) if name is not None else ():
        message = f"{name}:{one.line}: {one.message}"
        yield Diagnostic(rule=one.rule, pointer="/task/template", message=message, hint=one.hint)


def _of_workforce(declaration: Declaration, infrastructure: Infrastructure, allowed: Allowed) -> Iterator[Diagnostic]:
    team = infrastructure.work_teams.get(declaration.spec.team or "")
    # The public workforce is declared as such, and has a rule of its own.
    if team is None or not allowed.is_listed or team.kind in {*allowed.workforces, "public"}:
        return
    message = f"is a {team.kind} team, and jobs/policy.yaml allows {allowed.folder} only {_kinds(allowed.workforces)}"
    kinds = ", ".join((*dict.fromkeys(allowed.workforces), team.kind))
    hint = f"name another team, or propose `workforces: [{kinds}]` for folders.{allowed.folder} in jobs/policy.yaml"
    yield Diagnostic(rule="GT507", pointer="/workforce/team", message=message, hint=hint)


def _kinds(workforces: Iterable[str]) -> str:
    kinds = tuple(dict.fromkeys(workforces))
    return f"{' and '.join(kinds)} ones" if kinds else "no workforce"
