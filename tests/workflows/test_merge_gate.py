"""The one check that branch protection requires: green only where it was shown that all is well."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

import pytest

from github_emulator.runner.expressions import Value, fill
from workflows.playing import FORKS, OURS, Scenario, all_endings, context_of, play
from workflows.reading import Files, our_files
from workflows.rules import REUSABLE_PLAN as PLAN

FILES = our_files()
RESULTS = ("success", "failure", "cancelled", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """How the jobs before the gate ended, and what they handed on."""

    validate: str = "success"
    terraform: str = "success"
    plan: str = "success"
    changed: str = "true"
    recorded: str = "true"

    @property
    def ends(self) -> dict[str, str]:
        """Give the results by job."""
        ends = {"validate": self.validate, "terraform": self.terraform, "plan": self.plan}
        return {**ends, "environments": "success"}

    @property
    def outputs(self) -> dict[str, dict[str, str]]:
        """Give the outputs by job."""
        return {"validate": {"changed": self.changed}, "plan": {"recorded": self.recorded}}


EVERY_RESULT = [
    Results(validate=validate, terraform=terraform, plan=plan, changed=changed, recorded=recorded)
    for validate, terraform, plan, changed, recorded in product(
        RESULTS, RESULTS, RESULTS, ("true", "false", ""), ("true", "")
    )
]


@cache
def exits_with_zero(command: str, passed: str) -> bool:
    """Run the gate's own step in a shell; the same step with the same word is run once."""
    ran = subprocess.run(["bash", "-eo", "pipefail", "-c", command], env={"PASSED": passed}, check=False)
    return ran.returncode == 0


def passes(files: Files, passed: str) -> bool:
    """Run the gate's own step in a shell, with a word of ours for its verdict."""
    [step] = files[PLAN].jobs["groundctl"]["steps"]
    return exits_with_zero(step["run"], passed)


def is_green(files: Files, results: Results, github: Mapping[str, Value]) -> bool:
    """Run the gate's own step with what GitHub would put into its environment."""
    gate = files[PLAN].jobs["groundctl"]
    [step] = gate["steps"]
    context = context_of(gate, results.ends, Scenario(github=github, outputs=results.outputs))
    return passes(files, fill(step["env"]["PASSED"], context, {}))


def should_be_green(results: Results, github: Mapping[str, Value]) -> bool:
    """Say it in other words than the workflow does."""
    if results.validate != "success":
        return False
    if github is not OURS and (results.terraform, results.plan) == ("skipped", "skipped"):
        return True
    nothing_to_show = results.terraform == "skipped" and results.changed == "false"
    recorded = results.plan == "success" and results.recorded == "true"
    return recorded and (results.terraform == "success" or nothing_to_show)


def wrong_verdicts(files: Files) -> Iterator[str]:
    """Give every combination of results at which the gate says the wrong thing, or nothing."""
    for results, github in product(EVERY_RESULT, (OURS, *FORKS)):
        if is_green(files, results, github) != should_be_green(results, github):
            yield f"{results}, {github['event']}"
    for github, cancelled in product((OURS, *FORKS), (True, False)):
        for ends in all_endings(files[PLAN]):
            if play(files[PLAN], Scenario(github=github, ends=ends, cancelled=cancelled))["groundctl"] == "skipped":
                yield f"skipped: {ends}, {cancelled}"


def test_the_gate_is_correct_for_every_combination_of_results():
    assert list(wrong_verdicts(FILES)) == []


def test_only_successful_endings_are_green():
    green = {(r.terraform, r.plan, r.changed) for r in EVERY_RESULT if is_green(FILES, r, OURS)}
    green_for_a_fork = {(r.terraform, r.plan) for r in EVERY_RESULT if is_green(FILES, r, FORKS[0])} - {
        (terraform, plan) for terraform, plan, _ in green
    }

    changes = ("true", "false", "")
    assert green == {*(("success", "success", changed) for changed in changes), ("skipped", "success", "false")}
    assert green_for_a_fork == {("skipped", "skipped")}


def test_a_call_whose_job_was_skipped_is_not_green_whatever_github_calls_its_result():
    assert is_green(FILES, Results(), OURS)
    for result in RESULTS:
        assert not is_green(FILES, Results(plan=result, recorded=""), OURS)


def test_an_unknown_result_fails_the_check():
    assert not is_green(FILES, Results(plan="neutral"), OURS)
    assert not is_green(FILES, Results(validate="", plan="", terraform=""), FORKS[0])


def test_the_gate_waits_for_every_other_job():
    jobs = FILES[PLAN].jobs

    assert set(jobs["groundctl"]["needs"]) == jobs.keys() - {"groundctl"}
    assert jobs["groundctl"]["name"] == "groundctl"


@pytest.mark.parametrize("word", ["", "false", "TRUE", "true false", "success"])
def test_the_gate_is_red_for_every_word_but_one(word: str):
    assert passes(FILES, "true")
    assert not passes(FILES, word)


A_FORK = "github.event.pull_request.head.repo.full_name != github.repository"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    if: always()\n", "    if: success()\n"),
        ("    if: always()\n", "    if: ${{ !cancelled() }}\n"),
        ("    if: always()\n", ""),
        ("needs.validate.result == 'success' && (", "needs.validate.result != 'failure' && ("),
        ("needs.plan.result == 'success' &&", "needs.plan.result != 'failure' &&"),
        (" && needs.plan.outputs.recorded == 'true'", ""),
        ("needs.plan.outputs.recorded == 'true'", "needs.plan.outputs.recorded != 'false'"),
        ("(needs.terraform.result == 'success' ||", "(needs.terraform.result != 'failure' ||"),
        ("needs.terraform.result == 'skipped' && needs.validate", "needs.validate"),
        ("needs.validate.outputs.changed == 'false'", "needs.validate.outputs.changed != 'true'"),
        ("needs.plan.result == 'skipped' && ", "needs.plan.result != 'failure' && "),
        ("needs.plan.result == 'skipped' && ", ""),
        ("needs.terraform.result == 'skipped' &&\n            github", "github"),
        (f"{A_FORK}) }}}}", "true) }}"),
        (A_FORK, A_FORK.replace("!=", "==")),
        ('test "$PASSED" = true', "true"),
    ],
)
def test_a_weaker_gate_is_found(old: str, new: str):
    assert list(wrong_verdicts(FILES.with_text(PLAN, old, new))) != []
