"""Judges Terraform, and the versions of programs and libraries on this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundctl.domain.adoption.doctor.finding import Finding, ok, problems_or, warning, wrong
from groundctl.domain.adoption.doctor.setup import FilesSeen, Setup

_REF = re.compile(r"source\s*=\s*\"git::[^\"]*[?&]ref=(?P<ref>[^\"&]+)")

# Every member that a create request of ours can have; a contract test compares it with the requests.
SENT_MEMBERS = (
    "HumanTaskConfig.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn",
    "HumanTaskConfig.MaxConcurrentTaskCount",
    "HumanTaskConfig.NumberOfHumanWorkersPerDataObject",
    "HumanTaskConfig.PreHumanTaskLambdaArn",
    "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd.Cents",
    "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd.Dollars",
    "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd.TenthFractionsOfACent",
    "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds",
    "HumanTaskConfig.TaskDescription",
    "HumanTaskConfig.TaskKeywords",
    "HumanTaskConfig.TaskTimeLimitInSeconds",
    "HumanTaskConfig.TaskTitle",
    "HumanTaskConfig.UiConfig.UiTemplateS3Uri",
    "HumanTaskConfig.WorkteamArn",
    "InputConfig.DataAttributes.ContentClassifiers",
    "InputConfig.DataSource.S3DataSource.ManifestS3Uri",
    "InputConfig.DataSource.SnsDataSource.SnsTopicArn",
    "LabelAttributeName",
    "LabelCategoryConfigS3Uri",
    "LabelingJobName",
    "OutputConfig.KmsKeyId",
    "OutputConfig.S3OutputPath",
    "OutputConfig.SnsTopicArn",
    "RoleArn",
    "StoppingConditions.MaxHumanLabeledObjectCount",
    "StoppingConditions.MaxPercentageOfInputDatasetLabeled",
    "Tags",
)


def judge_terraform(version: tuple[int, ...] | None, oldest: tuple[int, ...]) -> Sequence[Finding]:
    """Judge whether a Terraform is there that can read the code."""
    wanted = ".".join(map(str, oldest))
    if version is None:
        return (
            warning(
                f"there is no Terraform on this machine; {wanted} or newer is needed",
                "https://developer.hashicorp.com/terraform/install",
            ),
        )
    shown = ".".join(map(str, version))
    if version < oldest:
        return (
            wrong(
                f"Terraform {shown} is too old; {wanted} or newer is needed",
                "https://developer.hashicorp.com/terraform/install",
            ),
        )
    return (ok(f"Terraform {shown}"),)


def judge_module_versions(files: FilesSeen, setup: Setup) -> Sequence[Finding]:
    """Judge whether Terraform's root takes its modules from one version, the installed one."""
    refs = sorted({match["ref"] for _, text in files.under("terraform", ".tf") for match in _REF.finditer(text)})
    if not refs:
        return (ok("Terraform's code is in this repository"),)
    if len(refs) > 1:
        return (
            wrong(
                f"Terraform takes modules from {' and '.join(refs)}; all must be of one version",
                "groundctl init --upgrade",
            ),
        )
    if refs[0] != f"v{setup.version}":
        return (
            warning(
                f"Terraform takes modules from {refs[0]}, and {setup.version} is installed", "groundctl init --upgrade"
            ),
        )
    return (ok(f"Terraform takes its modules from {refs[0]}"),)


def judge_initialized(is_initialized: bool, setup: Setup) -> Sequence[Finding]:
    """Judge whether `terraform` commands work here; groundctl in a workflow initializes its own."""
    if is_initialized:
        return (ok("terraform/ is initialized"),)
    example = next((each.name for each in setup.environments), "NAME")
    fact = "terraform/ is not initialized here: `groundctl plan` and `apply` on this machine need --infrastructure"
    return (warning(fact, f"terraform -chdir=terraform init -backend-config=environments/{example}.s3.tfbackend"),)


def judge_drift(has_changes: bool, environment: str) -> Sequence[Finding]:
    """Judge whether AWS is as Terraform's code says."""
    if not has_changes:
        return (ok("Terraform would change nothing"),)
    return (
        warning("Terraform would change something in AWS", f"groundctl ci terraform plan --environment {environment}"),
    )


def judge_members(unknown: Sequence[str], version: str) -> Sequence[Finding]:
    """Judge whether the AWS SDK knows every member that a request may have."""
    fix = "pip install --upgrade boto3"
    problems = [
        wrong(f"boto3 {version} does not know {name}: a job that uses it cannot be created", fix) for name in unknown
    ]
    return problems_or(problems, f"boto3 {version} knows every member that groundctl sends")
