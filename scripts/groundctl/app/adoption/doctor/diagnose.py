"""Runs checks side by side, each with a limit of time; one that breaks stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from groundctl.app.adoption.doctor.check import AnyCheck, Case
from groundctl.app.adoption.doctor.site import Site
from groundctl.app.adoption.doctor.table import CHECKS
from groundctl.app.concurrency import run_side_by_side
from groundctl.domain.adoption.doctor.finding import CheckResult, Diagnosis, Finding, State, cannot_see
from groundctl.domain.adoption.doctor.setup import EnvironmentSetup
from groundctl.domain.near_names import did_you_mean
from groundctl.errors import GroundctlError, RefusedByGitHub, UsageError

_MAX_FACT = 500
_REDACTED = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which checks to run: by their ids, or all; offline leaves out those that need the network."""

    ids: tuple[str, ...] = ()
    offline: bool = False
    drift: bool = False
    only_cheap: bool = False


def select_checks(selection: Selection, checks: Sequence[AnyCheck] = CHECKS) -> tuple[AnyCheck, ...]:
    """Return the checks to run, in the order of the table."""
    known = {check.id: check for check in checks}
    for name in selection.ids:
        if name not in known:
            hint = f"{did_you_mean(name, known)}`groundctl doctor --list` shows all of them"
            raise UsageError(f"there is no check {name}", hint=hint)
    if selection.ids:
        return tuple(check for check in checks if check.id in selection.ids)
    return tuple(
        check
        for check in checks
        if not (selection.offline and not check.needs.is_offline)
        and not (selection.only_cheap and not check.is_cheap)
        and not (check.is_asked_for and not selection.drift)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One check, for one environment."""

    check: AnyCheck
    environment: EnvironmentSetup
    name: str  # of the environment; empty for a check of the whole repository


def diagnose(site: Site, checks: Iterable[AnyCheck], *, secrets: Iterable[str] = ()) -> Diagnosis:
    """Run the checks, and return what each found; no secret is in it."""
    runs = [run for check in checks for run in _runs(check, site)]
    work: list[Callable[[], Sequence[Finding]]] = [_work(run, site) for run in runs]
    answers = run_side_by_side(work, [run.check.seconds for run in runs])
    found = (_result(run, answer) for run, answer in zip(runs, answers, strict=True))
    hidden = tuple(secret for secret in secrets if secret)
    return Diagnosis(results=tuple(_without(hidden, result) for result in found))


def _runs(check: AnyCheck, site: Site) -> Iterable[_Run]:
    if check.each_environment:
        return [_Run(check=check, environment=each, name=each.name) for each in site.setup.environments]
    return [_Run(check=check, environment=EnvironmentSetup(name=""), name="")]


def _work(run: _Run, site: Site) -> Callable[[], Sequence[Finding]]:
    def work() -> Sequence[Finding]:
        seen = run.check.look(site, run.environment)
        return run.check.judge(Case(seen=seen, setup=site.setup, environment=run.environment))

    return work


def _result(run: _Run, answer: Sequence[Finding] | Exception | None) -> CheckResult:
    return CheckResult(
        check=run.check.id,
        section=run.check.section,
        title=run.check.title,
        environment=run.name,
        findings=_findings(run, answer),
    )


def _findings(run: _Run, answer: Sequence[Finding] | Exception | None) -> tuple[Finding, ...]:
    again = f"groundctl doctor {run.check.id}"
    match answer:
        case None:
            return (cannot_see(f"there was no answer within {run.check.seconds:g} s", again),)
        case RefusedByGitHub(status=401):
            return (
                cannot_see(
                    "GitHub does not accept the token: it has expired, or is not one of GitHub", "gh auth login"
                ),
            )
        case RefusedByGitHub():
            return (cannot_see(answer.message, f"{again}, as an administrator of the repository"),)
        case GroundctlError():
            return (cannot_see(answer.message, answer.hint),)
        case Exception():
            fact = f"the check itself failed: {type(answer).__name__}: {answer}"
            return (Finding(state=State.CRASHED, fact=fact[:_MAX_FACT], fix=again),)
        case _:
            return tuple(answer)


def _without(secrets: Sequence[str], result: CheckResult) -> CheckResult:
    def clean(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, _REDACTED)
        return text

    findings = (replace(each, fact=clean(each.fact), fix=clean(each.fix)) for each in result.findings)
    return replace(result, findings=tuple(findings))
