"""What CreateLabelingJob refuses beyond its model: references and combinations. Each rule is one function.

The table in the package's docstring says which rules AWS documents and which are inferred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from groundtruth_simulator.exceptions import ValidationException
from groundtruth_simulator.validation.documented_values import builtin_lambdas, classification_prices, task_type

PUBLIC_TEAM = ":394669845002:workteam/public-crowd/"
PUBLIC_AVAILABILITY = 43_200  # HumanTaskConfig: 12 hours
PRIVATE_AVAILABILITY = 2_592_000  # HumanTaskConfig: 30 days, "for most users"
SUPPORTED_TASK_TYPE = "VideoMultiClass"  # the only task type that the simulator supports

Request = Mapping[str, Any]
Rule = Callable[[Request, "ValidationContext"], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationContext:
    """The Region, and the lookups that a rule may use."""

    region: str
    has_workteam: Callable[[str], bool]
    can_assume: Callable[[str], bool]
    public_workforce_is_closed: bool


def check_labeling_job(request: Request, context: ValidationContext) -> None:
    """Raise ValidationException for the first rule that the request violates."""
    for rule in RULES:
        if message := rule(request, context):
            raise ValidationException(message)


def is_public(workteam_arn: str) -> bool:
    """Return whether a team is the public workforce."""
    return PUBLIC_TEAM in workteam_arn


def role_refusal(role: str) -> str:
    """Return SageMaker's message for a role that it cannot assume (observed for training jobs)."""
    return (
        f"Could not assume role {role}. Please ensure that the role exists and allows principal "
        "'sagemaker.amazonaws.com' to assume the role."
    )


def tag_fault(tags: Iterable[Mapping[str, str]]) -> str | None:
    """Return what is wrong with tags: a key occurs more than once, or is one of AWS's own."""
    keys = [tag["Key"] for tag in tags]
    if duplicates := [key for key, count in Counter(keys).items() if count > 1]:
        return f"Duplicate tag keys found: {', '.join(duplicates)}"
    return own_key_fault(keys)


def own_key_fault(keys: Iterable[str]) -> str | None:
    """Return why keys cannot be set or deleted: AWS keeps the prefix aws:, in any case, for itself (other services' words)."""
    if any(key.lower().startswith("aws:") for key in keys):
        return "aws: prefixed tag key names are not allowed for external use."
    return None


def exactly_one_ui_is_given(request: Request, _: ValidationContext) -> str | None:
    ui = request["HumanTaskConfig"]["UiConfig"]
    if len([name for name in ("UiTemplateS3Uri", "HumanTaskUiArn") if name in ui]) != 1:
        return "Exactly one of UiTemplateS3Uri and HumanTaskUiArn must be provided in UiConfig."
    if "HumanTaskUiArn" in ui:
        return "HumanTaskUiArn can not be used with this task type. Use UiTemplateS3Uri."
    return None


def data_source_is_given(request: Request, _: ValidationContext) -> str | None:
    source = request["InputConfig"]["DataSource"]
    if not source.keys() & {"S3DataSource", "SnsDataSource"}:
        return "At least one of S3DataSource and SnsDataSource must be provided in DataSource."
    return None


def label_attribute_is_free(request: Request, _: ValidationContext) -> str | None:
    name = request["LabelAttributeName"]
    if name.endswith("-metadata") or name in ("source", "source-ref"):
        return f"The label attribute name {name} is reserved."
    if name.endswith("-ref"):
        return f"The label attribute name {name} can not end in -ref for this task type."
    return None


def tags_are_valid(request: Request, _: ValidationContext) -> str | None:
    return tag_fault(request.get("Tags", []))


def arns_are_in_the_region(request: Request, context: ValidationContext) -> str | None:
    task = request["HumanTaskConfig"]
    arns = (
        task["WorkteamArn"],
        task.get("PreHumanTaskLambdaArn"),
        task.get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn"),
        request["InputConfig"]["DataSource"].get("SnsDataSource", {}).get("SnsTopicArn"),
        request["OutputConfig"].get("SnsTopicArn"),
    )
    for arn in filter(None, arns):
        if arn.split(":")[3] != context.region:
            return f"{arn} is not in the Region of the labeling job, {context.region}."
    return None


def lambdas_are_a_built_in_pair(request: Request, context: ValidationContext) -> str | None:
    task = request["HumanTaskConfig"]
    pre = task.get("PreHumanTaskLambdaArn")
    acs = task.get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn")
    if pre is None or acs is None:
        return "PreHumanTaskLambdaArn and AnnotationConsolidationLambdaArn are both needed for a built-in task type."
    for arn, role in ((pre, "PRE"), (acs, "ACS")):
        if arn not in builtin_lambdas()[role]:
            return f"{arn} is not a built-in {role} Lambda function of Ground Truth in {context.region}."
    if task_type(pre) != task_type(acs):
        return f"{pre} and {acs} belong to different task types."
    if task_type(pre) != SUPPORTED_TASK_TYPE:
        return f"The simulator supports {SUPPORTED_TASK_TYPE} only, not {task_type(pre)}."
    return None


def labels_are_given(request: Request, _: ValidationContext) -> str | None:
    return (
        None if request.get("LabelCategoryConfigS3Uri") else "LabelCategoryConfigS3Uri is required for this task type."
    )


def automated_labeling_is_absent(request: Request, _: ValidationContext) -> str | None:
    if "LabelingJobAlgorithmsConfig" in request:
        return "Automated data labeling is not supported for this task type."
    return None


def workteam_exists(request: Request, context: ValidationContext) -> str | None:
    team = request["HumanTaskConfig"]["WorkteamArn"]
    return None if context.has_workteam(team) else f"Work team {team} was not found."


def public_workforce_is_open(request: Request, context: ValidationContext) -> str | None:
    if is_public(request["HumanTaskConfig"]["WorkteamArn"]) and context.public_workforce_is_closed:
        return "The public workforce (Amazon Mechanical Turk) is closed since 30 September 2026."
    return None


def price_fits_the_workforce(request: Request, _: ValidationContext) -> str | None:
    task = request["HumanTaskConfig"]
    price = task.get("PublicWorkforceTaskPrice", {}).get("AmountInUsd")
    if not is_public(task["WorkteamArn"]):
        return "PublicWorkforceTaskPrice is for the public workforce only." if price is not None else None
    if price is None:
        return "PublicWorkforceTaskPrice is required for the public workforce."
    mills = price.get("Dollars", 0) * 1000 + price.get("Cents", 0) * 10 + price.get("TenthFractionsOfACent", 0)
    amount = Decimal(mills) / 1000
    return None if amount in classification_prices() else f"{amount:.3f} USD is not a price for this task type."


def availability_is_within_the_limit(request: Request, _: ValidationContext) -> str | None:
    task = request["HumanTaskConfig"]
    limit = PUBLIC_AVAILABILITY if is_public(task["WorkteamArn"]) else PRIVATE_AVAILABILITY
    if task.get("TaskAvailabilityLifetimeInSeconds", 0) > limit:
        return f"TaskAvailabilityLifetimeInSeconds must not be greater than {limit} for this workforce."
    return None


def role_can_be_assumed(request: Request, context: ValidationContext) -> str | None:
    role = request["RoleArn"]
    return None if context.can_assume(role) else role_refusal(role)


RULES: tuple[Rule, ...] = (
    exactly_one_ui_is_given,
    data_source_is_given,
    label_attribute_is_free,
    tags_are_valid,
    arns_are_in_the_region,
    lambdas_are_a_built_in_pair,
    labels_are_given,
    automated_labeling_is_absent,
    workteam_exists,
    public_workforce_is_open,
    price_fits_the_workforce,
    availability_is_within_the_limit,
    role_can_be_assumed,
)
