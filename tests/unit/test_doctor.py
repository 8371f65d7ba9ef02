"""Checks run side by side, and one that breaks, hangs, or may not look stops no other; secrets stay out of the report."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from groundctl.app.adoption.doctor.check import Case, Check, Need
from groundctl.app.adoption.doctor.diagnose import Selection, diagnose, select_checks
from groundctl.app.adoption.doctor.table import CHECKS
from groundctl.cli.main import main
from groundctl.cli.set_up.doctor import exit_code
from groundctl.domain.adoption.doctor.finding import CheckResult, Diagnosis, Finding, Section, State, ok, warning, wrong
from groundctl.domain.adoption.doctor.setup import EnvironmentSetup, Setup
from groundctl.errors import ExternalError, RefusedByGitHub, UsageError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.adoption.doctor_text import doctor_text
from groundctl.presentation.markdown.doctor import doctor_markdown
from support.setup_fakes import FakeAccountSetup, FakeSettings, a_site, an_environment, protection


def a_check(name: str, look: Callable[[], object], **members: Any) -> Check[Any]:
    return Check(
        id=name,
        section=Section.HERE,
        title=name,
        needs=Need.FILES,
        look=lambda _site, _environment: look(),
        judge=lambda case: (ok(str(case.seen)),),
        **members,
    )


def fails(error: Exception) -> Callable[[], object]:
    def look() -> object:
        raise error

    return look


def a_diagnosis(*states: State) -> Diagnosis:
    return Diagnosis(
        results=tuple(
            CheckResult(
                check=f"check-{number}",
                section=Section.AWS,
                title="it works",
                findings=(
                    Finding(state=state, fact=f"fact {number}", fix="" if state is State.OK else f"do {number}"),
                ),
            )
            for number, state in enumerate(states)
        )
    )


def test_a_check_that_breaks_stops_no_other():
    checks = [a_check("first", fails(KeyError("gone"))), a_check("second", lambda: "seen")]

    diagnosis = diagnose(a_site(), checks)

    first, second = diagnosis.results
    assert (first.state, second.state) == (State.CRASHED, State.OK)
    assert "KeyError" in first.findings[0].fact
    assert first.findings[0].fix == "groundctl doctor first"


def test_nothing_waits_for_a_check_that_hangs():
    never = threading.Event()
    checks = [a_check("hangs", never.wait, seconds=0.05), a_check("second", lambda: "seen")]

    diagnosis = diagnose(a_site(), checks)

    never.set()
    assert [each.state for each in diagnosis.results] == [State.CANNOT_SEE, State.OK]
    assert "within 0.05 s" in diagnosis.results[0].findings[0].fact


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        (ExternalError("no AWS credentials", hint="log in"), "log in"),
        (
            RefusedByGitHub("403", hint="see", status=403),
            "groundctl doctor rights, as an administrator of the repository",
        ),
        (RefusedByGitHub("401", hint="see", status=401), "gh auth login"),
    ],
    ids=["credentials", "rights", "token"],
)
def test_what_may_not_be_seen_is_no_fault(error: Exception, fix: str):
    diagnosis = diagnose(a_site(), [a_check("rights", fails(error))])

    [finding] = diagnosis.results[0].findings
    assert (finding.state, finding.fix) == (State.CANNOT_SEE, fix)


def test_a_secret_is_in_no_fact_and_in_no_way_out():
    checks = [
        a_check("crashes", fails(ValueError("Bearer ghp_secret"))),
        a_check("refused", fails(ExternalError("ghp_secret", hint="not ghp_secret"))),
    ]

    diagnosis = diagnose(a_site(), checks, secrets=["ghp_secret", ""])

    assert "ghp_secret" not in doctor_text(diagnosis, verbose=True)
    assert "***" in doctor_text(diagnosis, verbose=True)


def test_what_several_checks_need_is_looked_at_once():
    asked: list[str] = []

    class Counted(FakeAccountSetup):
        def identity(self) -> Any:
            asked.append("identity")
            return super().identity()

    site = a_site()
    ports = site.open_account("us-east-1")
    site.open_account = lambda _: replace(ports, setup=Counted(states=ports.setup.states))  # type: ignore[attr-defined]

    diagnose(site, [check for check in CHECKS if check.needs is Need.AWS and not check.is_asked_for])

    assert asked == ["identity"]


def test_a_healthy_setup_passes_every_check_of_the_account_that_it_can_see():
    diagnosis = diagnose(a_site(), [check for check in CHECKS if check.section is Section.AWS])

    assert {each.check for each in diagnosis.results if each.state is not State.OK} == {"aws-quotas"}


def test_credentials_of_another_account_are_named_once_and_judge_nothing():
    site = a_site()
    other = replace(site.open_account("us-east-1"), setup=FakeAccountSetup(account_id="999999999999"))
    site.open_account = lambda _: other

    diagnosis = diagnose(site, [check for check in CHECKS if check.needs is Need.AWS and not check.is_asked_for])

    assert {each.state for each in diagnosis.results} <= {State.CANNOT_SEE, State.OK}
    text = doctor_text(diagnosis)
    assert text.count("these credentials are for account 999999999999") == 1


def test_an_environment_that_the_policy_accepts_is_not_asked_for():
    setup = Setup(version="0.1.0", repository="acme/labels", environments=(an_environment(),))
    accepted = replace(setup.policy, unprotected_environments=("groundctl-apply",))
    fake = FakeSettings()
    fake.environments["groundctl-apply"] = protection("groundctl-apply", reviewers=0)
    site = a_site(replace(setup, policy=accepted), open_github=lambda: fake)

    diagnosis = diagnose(site, select_checks(Selection(ids=("github-environments",))))

    assert diagnosis.results[0].state is State.OK
    assert "accepts groundctl-apply" in diagnosis.results[0].findings[0].fact


def test_the_worst_come_first_and_each_state_in_the_order_of_the_table():
    diagnosis = a_diagnosis(State.OK, State.WARNING, State.WRONG, State.CANNOT_SEE, State.WRONG, State.CRASHED)

    order = [each.check for each in diagnosis.worst_first()]

    assert order == ["check-2", "check-4", "check-5", "check-1", "check-3", "check-0"]


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ((State.OK, State.WARNING), ExitCode.OK),
        ((State.OK, State.CANNOT_SEE, State.CRASHED), ExitCode.OK),
        ((State.OK, State.WRONG), ExitCode.PROBLEMS),
        ((State.CANNOT_SEE, State.WRONG), ExitCode.PROBLEMS),
        ((State.CANNOT_SEE, State.CRASHED), ExitCode.SOMETHING_TO_CREATE),
    ],
    ids=str,
)
def test_only_what_is_wrong_fails_and_seeing_nothing_has_a_code_of_its_own(states: tuple[State, ...], code: ExitCode):
    assert exit_code(a_diagnosis(*states)) is code


def test_the_screen_fits_80_columns_and_counts_what_passed():
    long = Finding(state=State.WRONG, fact="word " * 60, fix="a command that is copied " * 6)
    result = CheckResult(check="aws-clips", section=Section.AWS, title="t", environment="test", findings=(long,))

    text = doctor_text(Diagnosis(results=(result, *a_diagnosis(State.OK, State.OK).results)))

    lines = text.splitlines()
    assert lines[0] == "wrong      AWS · aws-clips (test)"
    assert all(len(line) <= 80 for line in lines if "→" not in line)
    assert lines[-1] == "2 of 3 checks passed: 1 wrong."
    assert "\x1b" not in text


def test_colors_come_only_if_they_are_wanted_and_text_of_others_makes_none():
    found = CheckResult(
        check="policy", section=Section.HERE, title="t", findings=(wrong("\x1b[31m::error::x", "do \x1b[0m"),)
    )

    plain = doctor_text(Diagnosis(results=(found,)))
    colored = doctor_text(Diagnosis(results=(found,)), colored=True)

    assert "\x1b" not in plain
    assert colored.count("\x1b") == 2
    assert not any(line.lstrip().startswith("::") for line in plain.splitlines())


def test_a_comment_shows_only_what_to_change_and_nothing_if_all_is_well():
    text = doctor_markdown(a_diagnosis(State.OK, State.CANNOT_SEE, State.WARNING, State.WRONG))

    assert [line[:8] for line in text.splitlines() if line.startswith("- ")] == ["- wrong:", "- warnin"]
    assert "do 3" in text
    assert doctor_markdown(a_diagnosis(State.OK, State.CANNOT_SEE)) == ""


def test_a_comment_names_ten_at_most_and_no_text_of_others_is_markup():
    many = Diagnosis(
        results=tuple(
            CheckResult(check=f"c-{n}", section=Section.HERE, title="t", findings=(warning("@everyone <img>", "do"),))
            for n in range(12)
        )
    )

    text = doctor_markdown(many)

    assert "and 2 more" in text
    assert "<img>" not in text
    assert "@everyone" not in text


def test_an_unknown_check_is_wrong_usage_with_a_near_name():
    with pytest.raises(UsageError) as raised:
        select_checks(Selection(ids=("github-enviroments",)))

    assert "github-environments" in raised.value.hint


def test_offline_checks_need_no_network_and_the_quick_ones_no_account():
    offline, cheap = select_checks(Selection(offline=True)), select_checks(Selection(only_cheap=True))

    assert offline
    assert {check.needs for check in offline} <= {Need.FILES, Need.MACHINE}
    assert cheap
    assert Need.AWS not in {check.needs for check in cheap}


def test_drift_is_looked_at_only_if_it_is_asked_for():
    assert "terraform-drift" not in {check.id for check in select_checks(Selection())}
    assert "terraform-drift" in {check.id for check in select_checks(Selection(drift=True))}
    assert [check.id for check in select_checks(Selection(ids=("terraform-drift",)))] == ["terraform-drift"]


def test_drift_is_a_warning_with_a_command():
    site = a_site()
    site.machine = replace(site.machine, has_drift=lambda name: name == "test.us-east-1")

    diagnosis = diagnose(site, select_checks(Selection(ids=("terraform-drift",))))

    [finding] = diagnosis.results[0].findings
    assert (finding.state, finding.fix) == (
        State.WARNING,
        "groundctl ci terraform plan --environment test.us-east-1",
    )


def test_each_check_has_a_name_of_its_own_and_stands_in_its_section():
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert [check.section for check in CHECKS] == sorted((check.section for check in CHECKS), key=list(Section).index)


@pytest.mark.parametrize(
    "line",
    ["--list --verbose", "policy --list", "--offline --drift", "policy --drift", "--verbose --format json"],
)
def test_a_flag_without_effect_is_wrong_usage(line: str):
    assert main(["doctor", *line.split()]) == ExitCode.USAGE


def test_a_case_has_what_was_seen_the_setup_and_the_environment():
    seen: list[Case[Any]] = []

    def judge(case: Case[Any]) -> tuple[Finding, ...]:
        seen.append(case)
        return ()

    diagnose(a_site(), [replace(a_check("policy", lambda: "text"), each_environment=True, judge=judge)])

    [case] = seen
    assert isinstance(case.environment, EnvironmentSetup)
    assert (case.seen, case.environment.name) == ("text", "test.us-east-1")
