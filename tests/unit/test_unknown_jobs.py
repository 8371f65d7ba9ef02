"""Jobs in AWS that the purchase ledger does not know: noted in a plan, and refused if the policy says so."""

import json
from dataclasses import replace

import jsonschema
import pytest

from groundctl.domain.approval.coverage import is_as_written
from groundctl.domain.jobs.observed import observed_job
from groundctl.domain.planning.plan import Action
from groundctl.presentation.machine.plan_json import plan_json
from support.builders import CHECKOUT, NOW, POLICY, a_declaration, a_plan, an_observed_job


def test_jobs_that_the_ledger_does_not_know_are_noted_and_refused_only_if_the_policy_says_so():
    elsewhere = an_observed_job(name="console-made", fingerprint=None)
    declaration = a_declaration()
    noted = a_plan(declaration, observed=(elsewhere,))
    refused = a_plan(declaration, observed=(elsewhere,), policy=replace(POLICY, refuse_unknown_jobs=True))

    assert [note.rule for note in noted.notes] == [note.rule for note in refused.notes] == ["P403"]
    assert "1 job in AWS is unknown to the purchase ledger: console-made" in noted.notes[0].message
    written = json.loads(plan_json(noted))
    assert (written["notes"][0]["rule"], is_as_written(written)) == ("P403", True)
    jsonschema.validate(written, CHECKOUT.schema("plan"))
    assert [change.action for change in noted.changes] == [Action.CREATE]
    [change] = refused.changes
    assert (change.action, [reason.rule for reason in change.reasons]) == (Action.REFUSED, ["P403"])


@pytest.mark.parametrize(
    ("function", "counts"),
    [
        ("arn:aws:lambda:us-east-1:432418664414:function:PRE-VideoMultiClass", True),
        ("arn:aws:lambda:us-east-1:432418664414:function:PRE-ImageMultiClass", False),
        ("arn:aws:lambda:us-east-1:432418664414:function:PRE-VideoMultiClassTracking", False),
        ("arn:aws:lambda:us-east-1:123456789012:function:our-own", True),
        (None, True),
    ],
)
def test_only_jobs_that_may_be_about_video_classification_are_noted(function: str | None, counts: bool):
    entry = {
        "LabelingJobName": "console-made",
        "LabelingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/console-made",
        "LabelingJobStatus": "InProgress",
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        **({"PreHumanTaskLambdaArn": function} if function else {}),
    }
    job = observed_job(entry)

    assert bool(a_plan(observed=(job,)).notes) is counts
    described = observed_job(
        {**entry, "PreHumanTaskLambdaArn": None, "HumanTaskConfig": {"PreHumanTaskLambdaArn": function or ""}}
    )
    assert described.is_video_classification is job.is_video_classification
