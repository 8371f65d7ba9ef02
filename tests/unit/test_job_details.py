"""The details of a job in a comment say where its clips come from."""

from __future__ import annotations

from typing import Any

import pytest

from groundctl.domain.jobs.observed import Status
from groundctl.domain.planning.plan import Create
from groundctl.domain.planning.planner import make_plan
from groundctl.domain.planning.purchase import Subject, Unknown
from groundctl.presentation.markdown.job_details import job_details
from groundctl.presentation.markdown.plan_comment import plan_markdown
from groundctl.presentation.plan_summary import money_of
from support.builders import a_declaration, an_observed_job, some_inputs

UNKNOWN = Unknown(about=Subject.CLIPS, sentence="clips were not looked up")


def details(source: dict[str, Any]) -> str:
    declaration = a_declaration(input=source, output={"label_attribute": "second-look"})
    before = an_observed_job(
        a_declaration(name="first-job"),
        status=Status.COMPLETED,
        output_manifest="s3://outputs/first-job/output.manifest",
    )
    inputs = some_inputs(declaration, observed=(before,), manifests={declaration.spec.key: UNKNOWN})
    [create] = (change for change in make_plan(inputs).changes if isinstance(change, Create))
    return job_details(create)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ({"prefix": "s3://clips/rallies/"}, "- clips: from `s3://clips/rallies/`"),
        (
            {"inventory": {"report": "s3://clips/inventory/", "prefix": "s3://clips/rallies/"}},
            "- clips: from `s3://clips/rallies/`, as an inventory report lists them",
        ),
        ({"manifest": "s3://clips/rallies.manifest"}, "- clips: listed in `s3://clips/rallies.manifest`"),
        ({"from_job": "first-job"}, "- clips: left unlabeled by `first-job`"),
        (
            {"from_job": "first-job", "only": {"labels": ["error"]}},
            "- clips: chosen by the labels of `first-job`",
        ),
    ],
)
def test_the_details_of_a_job_say_where_its_clips_come_from(source: dict[str, Any], line: str):
    assert line in details(source).splitlines()


@pytest.mark.parametrize(
    ("budgets", "words"),
    [
        ([0.5], "The cost of this merge is at most <span>$</span>0.50**, by the budget of its job:"),
        ([0.5, 1], "The cost of this merge is at most <span>$</span>1.50**, by the budgets of its jobs:"),
        ([0.5, None], "The cost of this merge is open-ended:**"),
    ],
)
def test_a_plan_of_unknown_cost_names_the_bound_that_budgets_set(budgets: list[float | None], words: str):
    declarations = []
    for number, usd in enumerate(budgets):
        money: dict[str, Any] = {"budget": {"usd": usd}} if usd else {}
        declarations.append(a_declaration(name=f"job-{number}", input={"prefix": "s3://clips/rallies/"}, **money))
    inputs = some_inputs(*declarations, manifests={each.spec.key: UNKNOWN for each in declarations})
    plan = make_plan(inputs)

    assert words in plan_markdown(plan, inputs.policy)
    bounded = None not in budgets
    assert ("open-ended" in money_of(plan, inputs.policy)) is not bounded
    assert ("at most $" in money_of(plan, inputs.policy)) is bounded
