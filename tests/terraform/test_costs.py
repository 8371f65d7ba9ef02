"""The cost page covers every type of resource, and every number in it that depends on the code is right."""

from __future__ import annotations

import re

from terraform.infrastructure import SOURCE

NOTE = (SOURCE / "COSTS.md").read_text()
CODE = "".join(file.read_text() for file in SOURCE.rglob("*.tf"))
KINDS = set(re.findall(r'^resource "(\w+)"', CODE, re.MULTILINE))
# Types with a monthly cost of their own. A new type must be added here or below, and priced on the page.
PRICED = {"aws_budgets_budget", "aws_cloudwatch_metric_alarm", "aws_kms_key", "aws_sfn_state_machine"}
# Types without a monthly cost: rights, settings, names, and usage-based ones (see "What grows with use").
FREE = re.compile(
    r"aws_(iam|s3|sagemaker|cognito|glue|athena|sns|sqs)_\w+"
    r"|aws_kms_alias|aws_cloudwatch_event_(rule|target|connection|api_destination)"
)


def test_every_resource_type_is_priced_or_free() -> None:
    assert {kind for kind in KINDS if not FREE.fullmatch(kind)} == PRICED
    for kind in PRICED:
        assert f"`{kind}`" in NOTE


def test_keys_and_alarms_are_counted() -> None:
    made = re.findall(r'^resource "(aws_kms_key|aws_cloudwatch_metric_alarm)"', CODE, re.MULTILINE)

    assert (made.count("aws_kms_key"), made.count("aws_cloudwatch_metric_alarm")) == (2, 4)
    assert "| KMS key (`aws_kms_key`) | labeling-data | 1;" in NOTE
    assert "| KMS key | labeling-events | 1 |" in NOTE
    assert "| Alarm (`aws_cloudwatch_metric_alarm`) | labeling-events | 4 |" in NOTE


def test_every_reference_is_listed() -> None:
    text, _, sources = NOTE.partition("## How reliable these figures are")

    assert set(re.findall(r"\[(\d+)\]", text)) == set(re.findall(r"^(\d+)\. ", sources, re.MULTILINE))
