"""What CreateLabelingJob refuses beyond its model, what it accepts, and when names are taken."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from groundtruth_simulator.validation.documented_values import builtin_lambdas, classification_prices
from simulator.world import ACS, PRE, PUBLIC, World, changed


def refusal(world: World, request: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        world.sagemaker.create_labeling_job(**request)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def public_request(world: World, **task: Any) -> dict[str, Any]:
    """Return a request for the public workforce, with the PII classifier and price that it requires."""
    world.simulator.change_settings(closing_dates=False)
    price = {"AmountInUsd": {"Dollars": 0, "Cents": 3, "TenthFractionsOfACent": 6}}
    request = world.request(**{"WorkteamArn": PUBLIC, "PublicWorkforceTaskPrice": price, **task})
    return changed(
        request, "InputConfig.DataAttributes", {"ContentClassifiers": ["FreeOfPersonallyIdentifiableInformation"]}
    )


def test_create_returns_an_arn_in_lower_case(either_world: World) -> None:
    answer = either_world.sagemaker.create_labeling_job(**either_world.request("Shots-07"))

    assert answer["LabelingJobArn"] == "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/shots-07"


def test_describe_returns_the_request(world: World) -> None:
    request = world.request()
    world.sagemaker.create_labeling_job(**request, Tags=[{"Key": "team", "Value": "sport"}])

    found = world.describe()

    assert {name: found[name] for name in request if name != "OutputConfig"} == {
        name: value for name, value in request.items() if name != "OutputConfig"
    }
    assert found["OutputConfig"] == {"S3OutputPath": "s3://acme-clips/out/", "KmsKeyId": ""}
    assert found["Tags"] == [{"Key": "team", "Value": "sport"}]
    assert found["JobReferenceCode"].startswith("123456789012")
    assert "LabelingJobOutput" not in found
    assert "FailureReason" not in found


def test_a_name_is_unique_ignoring_case(either_world: World) -> None:
    either_world.create("Shots-07")

    assert refusal(either_world, either_world.request("SHOTS-07")) == (
        "ResourceInUse",
        "Labeling job names must be unique within an AWS account and region, and a labeling job with this name "
        "already exists (arn:aws:sagemaker:us-east-1:123456789012:labeling-job/shots-07)",
    )


def test_a_name_stays_taken_after_the_job_failed(world: World) -> None:
    broken = changed(world.request(), "LabelCategoryConfigS3Uri", "s3://acme-clips/nothing.json")
    assert world.finished(broken)["LabelingJobStatus"] == "Failed"

    assert refusal(world, world.request())[0] == "ResourceInUse"


def test_a_name_stays_taken_after_the_job_was_stopped(world: World) -> None:
    world.create()
    world.sagemaker.stop_labeling_job(LabelingJobName="Shots-07")
    world.simulator.advance_until_idle()
    assert world.status() == "Stopped"

    assert refusal(world, world.request())[0] == "ResourceInUse"


def test_describe_finds_a_name_in_any_case(world: World) -> None:
    world.create("Shots-07")

    assert world.describe("sHOTS-07")["LabelingJobName"] == "Shots-07"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "HumanTaskConfig.UiConfig",
            {},
            "Exactly one of UiTemplateS3Uri and HumanTaskUiArn must be provided in UiConfig.",
        ),
        (
            "HumanTaskConfig.UiConfig.HumanTaskUiArn",
            "arn:aws:sagemaker:us-east-1:123456789012:human-task-ui/page",
            "Exactly one of UiTemplateS3Uri and HumanTaskUiArn must be provided in UiConfig.",
        ),
        (
            "HumanTaskConfig.UiConfig",
            {"HumanTaskUiArn": "arn:aws:sagemaker:us-east-1:123456789012:human-task-ui/page"},
            "HumanTaskUiArn can not be used with this task type. Use UiTemplateS3Uri.",
        ),
        (
            "InputConfig.DataSource",
            {},
            "At least one of S3DataSource and SnsDataSource must be provided in DataSource.",
        ),
        ("LabelAttributeName", "source-ref", "The label attribute name source-ref is reserved."),
        ("LabelAttributeName", "shot-metadata", "The label attribute name shot-metadata is reserved."),
        (
            "LabelAttributeName",
            "shot-ref",
            "The label attribute name shot-ref can not end in -ref for this task type.",
        ),
        ("LabelCategoryConfigS3Uri", None, "LabelCategoryConfigS3Uri is required for this task type."),
        (
            "LabelingJobAlgorithmsConfig.LabelingJobAlgorithmSpecificationArn",
            "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/image-classification",
            "Automated data labeling is not supported for this task type.",
        ),
        (
            "Tags",
            [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}],
            "Duplicate tag keys found: a",
        ),
        (
            "HumanTaskConfig.WorkteamArn",
            "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/missing",
            "Work team arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/missing was not found.",
        ),
        (
            "HumanTaskConfig.WorkteamArn",
            "arn:aws:sagemaker:eu-west-1:123456789012:workteam/private-crowd/reviewers",
            "arn:aws:sagemaker:eu-west-1:123456789012:workteam/private-crowd/reviewers is not in the Region of the "
            "labeling job, us-east-1.",
        ),
        (
            "OutputConfig.SnsTopicArn",
            "arn:aws:sns:eu-west-1:123456789012:labels",
            "arn:aws:sns:eu-west-1:123456789012:labels is not in the Region of the labeling job, us-east-1.",
        ),
        (
            "RoleArn",
            "arn:aws:iam::123456789012:role/missing",
            "Could not assume role arn:aws:iam::123456789012:role/missing. Please ensure that the role exists and "
            "allows principal 'sagemaker.amazonaws.com' to assume the role.",
        ),
        (
            "HumanTaskConfig.PublicWorkforceTaskPrice",
            {"AmountInUsd": {"Dollars": 0, "Cents": 3, "TenthFractionsOfACent": 6}},
            "PublicWorkforceTaskPrice is for the public workforce only.",
        ),
        (
            "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds",
            2_592_001,
            "TaskAvailabilityLifetimeInSeconds must not be greater than 2592000 for this workforce.",
        ),
    ],
)
def test_a_request_with_invalid_references_or_combinations_is_refused(
    world: World, path: str, value: Any, message: str
) -> None:
    assert refusal(world, changed(world.request(), path, value)) == ("ValidationException", message)


def test_a_role_that_does_not_trust_sagemaker_is_refused(world: World) -> None:
    trust = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
    role = world.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=trust)["Role"]["Arn"]

    code, message = refusal(world, changed(world.request(), "RoleArn", role))

    assert code == "ValidationException"
    assert message.startswith(f"Could not assume role {role}.")


@pytest.mark.parametrize(
    ("pre", "acs", "message"),
    [
        (None, ACS, "PreHumanTaskLambdaArn and AnnotationConsolidationLambdaArn are both needed"),
        (PRE, None, "PreHumanTaskLambdaArn and AnnotationConsolidationLambdaArn are both needed"),
        (
            PRE.replace("VideoMultiClass", "VideoClassification"),
            ACS,
            "arn:aws:lambda:us-east-1:432418664414:function:PRE-VideoClassification is not a built-in PRE Lambda",
        ),
        (
            PRE.replace("432418664414", "266458841044"),
            ACS,
            "arn:aws:lambda:us-east-1:266458841044:function:PRE-VideoMultiClass is not a built-in PRE Lambda function",
        ),
        (
            PRE.replace("us-east-1:432418664414", "us-east-2:266458841044"),
            ACS,
            "arn:aws:lambda:us-east-2:266458841044:function:PRE-VideoMultiClass is not in the Region",
        ),
        (PRE, ACS.replace("Video", "Image"), f"{PRE} and {ACS.replace('Video', 'Image')} belong to different task"),
        (
            PRE.replace("Video", "Image"),
            ACS.replace("Video", "Image"),
            "The simulator supports VideoMultiClass only, not ImageMultiClass.",
        ),
    ],
)
def test_the_lambdas_must_be_the_built_in_pair_of_the_region_for_video_classification(
    world: World, pre: str | None, acs: str | None, message: str
) -> None:
    request = changed(world.request(), "HumanTaskConfig.PreHumanTaskLambdaArn", pre)
    consolidation = {"AnnotationConsolidationLambdaArn": acs} if acs else None
    request = changed(request, "HumanTaskConfig.AnnotationConsolidationConfig", consolidation)

    code, said = refusal(world, request)

    assert (code, said[: len(message)]) == ("ValidationException", message)


def test_documented_values_are_parsed_from_botocore() -> None:
    assert {"PRE", "ACS"} == set(builtin_lambdas())
    for role, arns in builtin_lambdas().items():
        video = [arn for arn in arns if arn.endswith(f"{role}-VideoMultiClass")]
        assert len(video) == 12, f"one {role} in each of the twelve Regions"
    assert {str(price) for price in classification_prices()} >= {"0.012", "0.036", "1.200"}


def test_the_public_workforce_works_for_a_documented_price(world: World) -> None:
    found = world.finished(public_request(world))

    assert found["LabelingJobStatus"] == "Completed"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "HumanTaskConfig.PublicWorkforceTaskPrice",
            None,
            "PublicWorkforceTaskPrice is required for the public workforce.",
        ),
        (
            "HumanTaskConfig.PublicWorkforceTaskPrice.AmountInUsd",
            {"Dollars": 0, "Cents": 3, "TenthFractionsOfACent": 5},
            "0.035 USD is not a price for this task type.",
        ),
        (
            "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds",
            43_201,
            "TaskAvailabilityLifetimeInSeconds must not be greater than 43200 for this workforce.",
        ),
    ],
)
def test_the_public_workforce_has_its_own_rules(world: World, path: str, value: Any, message: str) -> None:
    assert refusal(world, changed(public_request(world), path, value)) == ("ValidationException", message)


def test_a_public_job_without_the_pii_classifier_fails_later(world: World) -> None:
    found = world.finished(changed(public_request(world), "InputConfig.DataAttributes", None))

    assert (found["LabelingJobStatus"], found["FailureReason"]) == (
        "Failed",
        "ClientError: The public workforce needs the content classifier FreeOfPersonallyIdentifiableInformation.",
    )


def test_a_vendor_team_needs_no_private_workforce(world: World) -> None:
    vendor = "arn:aws:sagemaker:us-east-1:999988887777:workteam/vendor-crowd/labelers"
    world.simulator.subscribe(vendor)

    assert world.finished(world.request(WorkteamArn=vendor))["LabelingJobStatus"] == "Completed"


def test_reference_checks_can_be_turned_off() -> None:
    from simulator.world import in_process

    with in_process(check_references=False) as world:
        world.sagemaker.create_labeling_job(**changed(world.request(), "RoleArn", "arn:aws:iam::123456789012:role/any"))

        assert world.status() == "Initializing"


@pytest.mark.parametrize("code", ["ResourceNotFound", "ValidationException"])
@pytest.mark.parametrize("operation", ["describe_labeling_job", "stop_labeling_job"])
def test_the_error_code_for_an_unknown_job_is_a_setting(world: World, code: str, operation: str) -> None:
    world.simulator.change_settings(unknown_job=code)

    with pytest.raises(ClientError) as caught:
        getattr(world.sagemaker, operation)(LabelingJobName="missing")

    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["Error"]["Message"] == "Requested resource not found."
