"""The one check that branch protection requires: green only where it was shown that all is well."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from itertools import product

import pytest

from workflows.expressions import Value, fill
from workflows.playing import FORKS, OURS, Scenario, all_endings, context_of, play
from workflows.reading import Files, our_files

PLAN = "workflows/plan.yml"
FILES = our_files()
RESULTS = ("success", "failure", "cancelled", "skipped")


def passes(files: Files, passed: str) -> bool:
    """Run the gate's own step in a shell, with a word of ours for its verdict."""
    [step] = files[PLAN].jobs["groundctl"]["steps"]
    return (
        subprocess.run(["bash", "-eo", "pipefail", "-c", step["run"]], env={"PASSED": passed}, check=False).returncode
        == 0
    )


def is_green(files: Files, validate: str, plan: str, github: Mapping[str, Value]) -> bool:
    """Run the gate's own step with what GitHub would put into its environment."""
    gate = files[PLAN].jobs["groundctl"]
    [step] = gate["steps"]
    context = context_of(gate, {"validate": validate, "plan": plan}, Scenario(github=github))
    return passes(files, fill(step["env"]["PASSED"], context, {}))


def should_be_green(validate: str, plan: str, github: Mapping[str, Value]) -> bool:
    """Say it in other words than the workflow does."""
    return validate == "success" and plan in (("success",) if github is OURS else ("success", "skipped"))


def wrong_verdicts(files: Files) -> Iterator[str]:
    """Give every combination of results at which the gate says the wrong thing, or nothing."""
    for validate, plan, github in product(RESULTS, RESULTS, (OURS, *FORKS)):
        if is_green(files, validate, plan, github) != should_be_green(validate, plan, github):
            yield f"{validate}, {plan}, {github['event']}"
    for github, cancelled in product((OURS, *FORKS), (True, False)):
        for ends in all_endings(files[PLAN]):
            if play(files[PLAN], Scenario(github=github, ends=ends, cancelled=cancelled))["groundctl"] == "skipped":
                yield f"skipped: {ends}, {cancelled}"


def test_the_gate_is_correct_for_every_combination_of_results():
    assert list(wrong_verdicts(FILES)) == []


def test_only_successful_endings_are_green():
    green = {(v, p) for v, p in product(RESULTS, RESULTS) if is_green(FILES, v, p, OURS)}
    green_for_a_fork = {(v, p) for v, p in product(RESULTS, RESULTS) if is_green(FILES, v, p, FORKS[0])}

    assert green == {("success", "success")}
    assert green_for_a_fork == {("success", "success"), ("success", "skipped")}


def test_an_unknown_result_fails_the_check():
    assert not is_green(FILES, "success", "neutral", OURS)
    assert not is_green(FILES, "", "", FORKS[0])


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
        ("needs.plan.result == 'success' ||", "needs.plan.result != 'failure' ||"),
        ("needs.plan.result == 'skipped' && ", "needs.plan.result != 'failure' && "),
        (f"{A_FORK}) }}}}", "true) }}"),
        (A_FORK, A_FORK.replace("!=", "==")),
        ('test "$PASSED" = true', "true"),
    ],
)
def test_a_weaker_gate_is_found(old: str, new: str):
    assert list(wrong_verdicts(FILES.with_text(PLAN, old, new))) != []
