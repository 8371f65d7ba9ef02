"""Every option applied once: notifications, teams, queries; and all of it is destroyed again."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
import yaml

from github_emulator.actors import MAINTAINER
from github_emulator.emulator import GitHubEmulator
from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from support.aws.client import aws_client
from support.aws.iam_policies import EVERYTHING, Policy, Role
from support.aws.state_machine import walk
from support.builders import some_data
from support.cli import groundctl
from support.fake_objects import A_CLIP
from support.terraform.kept_provider import kept_provider
from terraform.infrastructure import CHECKOUT, QUIET, SOURCE, Applied, a_simulator, apply_to, client
from workflows.reading import FOLDER, read

# One worker, one stack: the apply takes 30 seconds. The destroy comes last.
pytestmark = [
    pytest.mark.xdist_group("full-terraform"),
    QUIET,
]

TEAM = "court-side-reviewers"
# The lines and blocks of the root that name what the workforce module takes and gives.
OF_THE_WORKFORCE = (
    r"^ *(teams|workforce|oidc_client_secret) += var.*\n"
    r'|^(variable|output) "(teams|workforce|portals)" .*\n'
    r'|^variable "oidc_client_secret" \{\n(  .*\n)*\}\n'
)
OF_OTHERS = ("new-work", "new-clips")  # topics that the settings name
NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, code: Stack) -> Iterator[Applied]:
    """The full settings, applied to a separate simulator."""
    with (
        a_simulator(tmp_path_factory.mktemp("simulator")) as simulated,
        kept_provider(code.folder, simulated) as environment,
    ):
        for name in OF_OTHERS:
            aws_client("sns", environment["AWS_ENDPOINT_URL"], environment["AWS_REGION"]).create_topic(Name=name)
        folder = tmp_path_factory.mktemp("terraform") / "full"
        yield apply_to(environment, folder, Path("environments/full.tfvars"))


def control(applied: Applied, path: str, **body: Any) -> None:
    """Call the simulator's control API."""
    address = f"{applied.environment['AWS_ENDPOINT_URL']}/groundtruth-simulator/{path}"
    requests.post(address, json=body, timeout=60).raise_for_status()


def label(applied: Applied, folder: Path, infrastructure: dict[str, Any], job: str) -> None:
    """Declare a job, let groundctl create it with only Terraform's output, and let its workers finish."""
    bucket = infrastructure["input_buckets"][0]
    # A separate clip: groundctl does not buy the same labels twice.
    client(applied, "s3").put_object(Bucket=bucket, Key=f"{job}.mp4", Body=A_CLIP)
    declared = some_data(
        name=job,
        input={"objects": [f"s3://{bucket}/{job}.mp4"]},
        workforce={"team": TEAM, "workers_per_object": 1, "task_time_limit": "10m"},
    )
    (folder / "jobs/sports-data").mkdir(parents=True)
    entry = {"inputs": [f"s3://{bucket}/"], "teams": [TEAM]}
    (folder / "jobs/policy.yaml").write_text(yaml.safe_dump({"folders": {"sports-data": entry}}))
    (folder / f"jobs/sports-data/{job}.yaml").write_text(yaml.safe_dump(declared))
    (folder / "infrastructure.json").write_text(json.dumps(infrastructure))

    # Otherwise the simulator would advance on its own, and send the event while the test already reads.
    control(applied, "clock", frozen=True)
    arguments = ("apply", "--auto-approve", "--infrastructure", "infrastructure.json")
    ran = groundctl(*arguments, cwd=folder, settings=dict(applied.environment))

    assert ran.code == 0, ran.out + ran.err
    control(applied, "clock", until="idle")
    control(applied, "clock", frozen=False)


def put_token(applied: Applied, token: str) -> None:
    """Put GitHub's token into the connection, as modules/labeling-events/README.md describes."""
    client(applied, "events").update_connection(
        Name="groundctl-full-github",
        AuthorizationType="API_KEY",
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": f"Bearer {token}"}},
    )


def undelivered(applied: Applied) -> list[dict[str, Any]]:
    """Take the undelivered events out of their queue."""
    sqs = client(applied, "sqs")
    url = sqs.get_queue_url(QueueName="groundctl-full-undelivered")["QueueUrl"]
    messages: list[dict[str, Any]] = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return messages


def own_topic(applied: Applied) -> str:
    """Return the one topic that Terraform has made."""
    topics = [str(each["TopicArn"]) for each in client(applied, "sns").list_topics()["Topics"]]
    return next(arn for arn in topics if not arn.endswith(OF_OTHERS))


def people(applied: Applied) -> Any:
    """Subscribe a queue to the notification topic; each call takes out the messages since the last one."""
    sqs, sns = client(applied, "sqs"), client(applied, "sns")
    url = sqs.create_queue(QueueName="ears")["QueueUrl"]
    ears = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = own_topic(applied)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=ears)
    return lambda: [
        json.loads(message["Body"])["Message"]
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]


def test_groundctl_gets_exactly_what_it_needs(full: Applied) -> None:
    schema = json.loads((CHECKOUT / "schemas/infrastructure.schema.json").read_text())

    infrastructure = full.stack.outputs()

    jsonschema.validate(infrastructure, schema, cls=jsonschema.Draft202012Validator)
    assert set(infrastructure) == set(schema["properties"])
    assert {name: team["kind"] for name, team in infrastructure["work_teams"].items()} == {
        "acme-vendor": "vendor",
        TEAM: "private",
        "dock-watchers": "private",
    }
    assert infrastructure["topics"] == {"new-clips": "arn:aws:sns:us-east-1:123456789012:new-clips"}


def test_the_execution_role_can_serve_a_streaming_job_on_a_topic_that_is_known_and_on_no_other(full: Applied) -> None:
    infrastructure = full.stack.outputs()
    name = infrastructure["execution_role_arn"].rpartition("/")[2]
    document = client(full, "iam").get_role_policy(RoleName=name, PolicyName="labeling")["PolicyDocument"]
    role = Role(policy=Policy.read(json.dumps(document)), boundary=EVERYTHING)
    topic = infrastructure["topics"]["new-clips"]
    queue = "arn:aws:sqs:us-east-1:123456789012:GroundTruth-rally-outcome"
    subscribing = {"sns:Protocol": "sqs", "sns:Endpoint": queue}

    # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-permission-execution-role.html
    for action in (
        "CreateQueue",
        "SetQueueAttributes",
        "GetQueueUrl",
        "SendMessage",
        "ReceiveMessage",
        "DeleteMessage",
    ):
        assert role.may(f"sqs:{action}", queue)
        assert not role.may(f"sqs:{action}", "arn:aws:sqs:us-east-1:123456789012:orders")
    assert role.may("sns:Subscribe", topic, subscribing)
    assert role.may("sns:Publish", topic)
    assert role.may("sns:Unsubscribe", f"{topic}:0c6d5f9c-6f8b-4d3c-9f2a-1b2c3d4e5f60")
    assert not role.may("sns:Subscribe", topic, {"sns:Protocol": "email", "sns:Endpoint": "stranger@example.com"})
    assert not role.may(
        "sns:Subscribe", topic, {**subscribing, "sns:Endpoint": "arn:aws:sqs:us-east-1:999999999999:GroundTruth-x"}
    )
    assert not role.may("sns:Subscribe", f"{topic}-2", subscribing)
    assert not role.may("sns:Publish", "arn:aws:sns:us-east-1:123456789012:alarms")


def test_each_team_has_its_members_and_one_is_notified_of_new_work(full: Applied) -> None:
    cognito, sagemaker = client(full, "cognito-idp"), client(full, "sagemaker")
    [pool] = [each["Id"] for each in cognito.list_user_pools(MaxResults=10)["UserPools"]]

    members = {
        team: {
            attribute["Value"]
            for user in cognito.list_users_in_group(UserPoolId=pool, GroupName=team)["Users"]
            for attribute in user["Attributes"]
            if attribute["Name"] == "email"
        }
        for team in (TEAM, "dock-watchers")
    }
    teams = {team["WorkteamName"]: team for team in sagemaker.list_workteams()["Workteams"]}

    assert members == {TEAM: {"ann@example.com", "bo@example.com"}, "dock-watchers": {"bo@example.com"}}
    assert teams[TEAM]["NotificationConfiguration"] == {
        "NotificationTopicArn": "arn:aws:sns:us-east-1:123456789012:new-work"
    }
    assert not teams["dock-watchers"].get("NotificationConfiguration")


def test_only_the_given_addresses_can_reach_the_portal(full: Applied) -> None:
    [workforce] = client(full, "sagemaker").list_workforces()["Workforces"]

    assert workforce["SourceIpConfig"] == {"Cidrs": ["203.0.113.0/24"]}


def test_each_role_trusts_one_service_of_this_account(full: Applied) -> None:
    iam = client(full, "iam")
    sent_by = {
        "groundctl-full-calls-github-us-east-1": "arn:aws:events:us-east-1:123456789012:rule/groundctl-full-job-ended",
        "groundctl-full-stuck-jobs-us-east-1": "arn:aws:states:us-east-1:123456789012:stateMachine:groundctl-full-stuck-jobs",
        "groundctl-full-stuck-jobs-daily-us-east-1": "arn:aws:events:us-east-1:123456789012:rule/groundctl-full-stuck-jobs-daily",
    }

    for name, sender in sent_by.items():
        [statement] = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Condition"] == {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnEquals": {"aws:SourceArn": sender},
        }


def test_the_budget_notifies_before_and_after_it_is_spent(full: Applied) -> None:
    budgets = client(full, "budgets")
    about = {"AccountId": "123456789012", "BudgetName": "groundctl-full-labeling-us-east-1"}

    limit = budgets.describe_budget(**about)["Budget"]["BudgetLimit"]
    alerts = budgets.describe_notifications_for_budget(**about)["Notifications"]

    assert (float(limit["Amount"]), limit["Unit"]) == (2000, "USD")
    assert {(alert["NotificationType"], alert["Threshold"]) for alert in alerts} == {
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    }


def test_every_alarm_notifies_people(full: Applied) -> None:
    alarms = client(full, "cloudwatch").describe_alarms()["MetricAlarms"]
    topic = own_topic(full)

    assert {alarm["AlarmName"] for alarm in alarms} == {
        "groundctl-full-lost",
        "groundctl-full-stuck-jobs",
        "groundctl-full-stuck-jobs-unseen",
        "groundctl-full-undelivered",
    }
    assert all(alarm["AlarmActions"] == [topic] for alarm in alarms)


def test_the_daily_check_counts_overdue_jobs_on_every_page(full: Applied) -> None:
    machines = client(full, "stepfunctions")
    [arn] = [each["stateMachineArn"] for each in machines.list_state_machines()["stateMachines"]]
    machine = json.loads(machines.describe_state_machine(stateMachineArn=arn)["definition"])
    with_an_end = {"InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://clips/a.manifest"}}}}
    without = {"InputConfig": {"DataSource": {"SnsDataSource": {"SnsTopicArn": "arn:aws:sns:us-east-1:1:clips"}}}}
    pages: dict[str | None, dict[str, Any]] = {
        None: {"LabelingJobSummaryList": [with_an_end, without], "NextToken": "empty"},
        "empty": {"LabelingJobSummaryList": [], "NextToken": "last"},
        "last": {"LabelingJobSummaryList": [with_an_end, {}]},
    }
    asked: list[Mapping[str, Any]] = []
    metrics: list[Mapping[str, Any]] = []

    def list_labeling_jobs(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(arguments)
        return pages[arguments.get("NextToken")]

    def put_metric_data(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        metrics.append(arguments)
        return {}

    calls = {"sagemaker:listLabelingJobs": list_labeling_jobs, "cloudwatch:putMetricData": put_metric_data}
    way = walk(machine, calls, now=NOW)

    assert way == ["Begin", *["Look", "More"] * 3, "Tell"]
    assert {arguments["StatusEquals"] for arguments in asked} == {"InProgress"}
    [before] = {datetime.fromisoformat(arguments["CreationTimeBefore"]) for arguments in asked}
    assert before == NOW - timedelta(days=14)
    [alarm] = client(full, "cloudwatch").describe_alarms(AlarmNames=["groundctl-full-stuck-jobs"])["MetricAlarms"]
    [count] = metrics[0]["MetricData"]
    assert count["Value"] == 3 > alarm["Threshold"]
    assert (metrics[0]["Namespace"], count["MetricName"], count["Dimensions"]) == (
        alarm["Namespace"],
        alarm["MetricName"],
        alarm["Dimensions"],
    )


def test_an_event_that_github_refuses_is_kept_with_the_reason_and_people_are_notified(
    full: Applied, emulator: GitHubEmulator, tmp_path: Path
) -> None:
    infrastructure = full.stack.outputs()
    control(full, "routes", **{"https://api.github.com": emulator.url})
    heard = people(full)

    label(full, tmp_path, infrastructure, "before-the-token")

    [kept] = undelivered(full)
    assert json.loads(kept["Body"])["detail"] == {"LabelingJobStatus": "Completed"}
    assert kept["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "HTTP_STATUS_CODE"
    assert "401" in kept["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
    assert emulator.dispatches == []
    [words] = heard()
    assert "labeling-job/before-the-token has ended: Completed." in words


def test_the_end_of_a_job_starts_the_status_workflow(full: Applied, emulator: GitHubEmulator, tmp_path: Path) -> None:
    infrastructure = full.stack.outputs()
    control(full, "routes", **{"https://api.github.com": emulator.url})
    put_token(full, emulator.token(MAINTAINER).value)

    label(full, tmp_path, infrastructure, "after-the-token")

    # The emulator validates every request with GitHub's own description of its API.
    [sent] = emulator.dispatches
    file = FOLDER / "workflows/status.yml"
    assert sent.event_type in read(file.name, file.read_text()).triggers["repository_dispatch"]["types"]
    assert sent.client_payload == {
        "job": "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/after-the-token",
        "status": "Completed",
    }
    assert undelivered(full) == []


def test_the_tables_read_what_ground_truth_has_written(full: Applied) -> None:
    glue, s3 = client(full, "glue"), client(full, "s3")
    job = "after-the-token"  # the job of the previous test

    for table, suffix in {"output_manifests": "output.manifest", "worker_responses": ".json"}.items():
        found = glue.get_table(DatabaseName="groundctl_full", Name=table)["Table"]
        location = found["Parameters"]["storage.location.template"].replace("${job}", job)
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]

        assert keys
        assert all(key.endswith(suffix) for key in keys)


def test_a_query_is_stopped_at_the_limit(full: Applied) -> None:
    workgroup = client(full, "athena").get_work_group(WorkGroup="groundctl-full")["WorkGroup"]["Configuration"]

    assert workgroup["EnforceWorkGroupConfiguration"]
    assert workgroup["BytesScannedCutoffPerQuery"] == 10_000_000_000


def test_a_second_plan_is_empty_and_does_not_change_the_token(full: Applied) -> None:
    assert not full.stack.has_changes(var_file=full.var_file)


def test_teams_by_arn_work_without_the_workforce_module(full: Applied, tmp_path: Path) -> None:
    teams, ledger = (full.stack.outputs()[name] for name in ("work_teams", "ledger_bucket"))
    folder = make_working_copy(SOURCE, tmp_path / "terraform")
    take_the_workforce_module_away(folder)
    settings = {
        "environment": "elsewhere",
        "disposable": True,
        "data": {"encryption": {"kms": False}, "lifecycle": {"enabled": False}},
        # An account that has jobs of groundctl begins no second ledger by itself.
        "ledger": {"bucket": ledger},
        "existing_teams": {TEAM: {"arn": teams[TEAM]["arn"]}, "dock-watchers": {"name": "dock-watchers"}},
    }
    stack = Stack(folder, environment=full.environment)
    stack.init()

    stack.apply(variables=settings)

    infrastructure = stack.outputs()
    assert {name: team["arn"] for name, team in infrastructure["work_teams"].items()} == {
        name: teams[name]["arn"] for name in (TEAM, "dock-watchers")
    }
    (tmp_path / "checkout").mkdir()
    label(full, tmp_path / "checkout", infrastructure, "by-a-team-from-elsewhere")
    job = client(full, "sagemaker").describe_labeling_job(LabelingJobName="by-a-team-from-elsewhere")
    assert (job["LabelingJobStatus"], job["HumanTaskConfig"]["WorkteamArn"]) == ("Completed", teams[TEAM]["arn"])
    stack.destroy(variables=settings)


def take_the_workforce_module_away(folder: Path) -> None:
    """Remove the workforce module, as terraform/README.md describes."""
    (folder / "modules/environment/labeling-workforce.tf").unlink()
    (folder / "tests/labeling_workforce.tftest.hcl").unlink()
    shutil.rmtree(folder / "modules/labeling-workforce")
    teams = folder / "modules/environment/existing-teams.tf"
    code = teams.read_text()
    assert code.count("merge(local.made_teams, local.existing_teams)") == 1
    teams.write_text(code.replace("merge(local.made_teams, local.existing_teams)", "local.existing_teams"))
    for name in ("main.tf", "variables.tf", "outputs.tf"):
        root = folder / name
        root.write_text(re.sub(OF_THE_WORKFORCE, "", root.read_text(), flags=re.MULTILINE))


def test_destroy_removes_everything(full: Applied) -> None:
    full.stack.destroy(var_file=full.var_file)

    assert client(full, "s3").list_buckets()["Buckets"] == []
    assert client(full, "events").list_rules()["Rules"] == []
    assert client(full, "sagemaker").list_workteams()["Workteams"] == []
    assert client(full, "sagemaker").list_workforces()["Workforces"] == []
    assert client(full, "glue").get_databases()["DatabaseList"] == []
    assert client(full, "iam").list_roles()["Roles"] == []
