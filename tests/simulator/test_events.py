"""State changes on EventBridge, and their delivery to targets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from simulator.world import World, changed

PATTERN = json.dumps({"source": ["aws.sagemaker"]})
RULE = "labeling"


def queue_for(world: World) -> tuple[Any, str, str]:
    sqs = world.client("sqs")
    url = sqs.create_queue(QueueName="states")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return sqs, url, arn


def subscribe(world: World, *targets: dict[str, Any]) -> None:
    events = world.client("events")
    events.put_rule(Name=RULE, EventPattern=PATTERN)
    events.put_targets(Rule=RULE, Targets=[{"Id": str(number), **target} for number, target in enumerate(targets)])


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def test_a_job_sends_one_event_when_it_ends_and_no_other(world: World) -> None:
    sqs, url, arn = queue_for(world)
    subscribe(world, {"Arn": arn})
    world.create("Done")
    world.sagemaker.create_labeling_job(
        **changed(world.request("Broken"), "LabelCategoryConfigS3Uri", "s3://acme-clips/nothing.json")
    )
    world.create("Ended", clips=30)
    world.sagemaker.stop_labeling_job(LabelingJobName="Ended")
    assert received(sqs, url) == []

    world.simulator.advance_until_idle()
    world.describe("Done")

    events_received = received(sqs, url)
    assert sorted(
        (event["resources"][0].rpartition("/")[2], event["detail"]["LabelingJobStatus"]) for event in events_received
    ) == [
        ("broken", "Failed"),
        ("done", "Completed"),
        ("ended", "Stopped"),
    ]
    assert {event["source"] for event in events_received} == {"aws.sagemaker"}
    assert {event["detail-type"] for event in events_received} == {"SageMaker Ground Truth Labeling Job State Change"}
    assert all(set(event["detail"]) == {"LabelingJobStatus"} for event in events_received)
    times = [event["time"] for event in events_received]
    assert times == sorted(times)


def test_a_topic_receives_the_event(world: World) -> None:
    sqs, url, queue = queue_for(world)
    sns = world.client("sns")
    topic = sns.create_topic(Name="states")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    subscribe(world, {"Arn": topic})

    world.finished(world.request())

    [message] = received(sqs, url)
    assert json.loads(message["Message"])["detail"] == {"LabelingJobStatus": "Completed"}


def a_state_machine(world: World) -> str:
    steps = json.dumps({"StartAt": "Look", "States": {"Look": {"Type": "Pass", "End": True}}})
    machines = world.client("stepfunctions")
    arn: str = machines.create_state_machine(name="look", definition=steps, roleArn=world.role)["stateMachineArn"]
    return arn


def runs(world: World, machine: str) -> list[dict[str, Any]]:
    machines = world.client("stepfunctions")
    found = machines.list_executions(stateMachineArn=machine)["executions"]
    return [json.loads(machines.describe_execution(executionArn=each["executionArn"])["input"]) for each in found]


def test_a_state_machine_is_started_with_the_event(world: World) -> None:
    machine = a_state_machine(world)
    subscribe(world, {"Arn": machine, "RoleArn": world.role})

    world.finished(world.request())

    [event] = runs(world, machine)
    assert event["detail"] == {"LabelingJobStatus": "Completed"}


def test_a_new_s3_object_starts_a_state_machine_if_its_key_matches(world: World) -> None:
    assert world.bucket
    machine, events = a_state_machine(world), world.client("events")
    pattern = {"source": ["aws.s3"], "detail": {"object": {"key": [{"wildcard": "*/annotations/worker-response/*"}]}}}
    events.put_rule(Name="answers", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="answers", Targets=[{"Id": "0", "Arn": machine, "RoleArn": world.role}])
    switch: dict[str, Any] = {"EventBridgeConfiguration": {}}
    world.s3.put_bucket_notification_configuration(Bucket="acme-clips", NotificationConfiguration=switch)

    for key in ("a/annotations/worker-response/iteration-1/0/x.json", "a/manifests/output/output.manifest"):
        world.s3.put_object(Bucket="acme-clips", Key=key, Body=b"{}")

    # A set: EventBridge promises each event at least once, and moto sends this one twice.
    assert {event["detail"]["object"]["key"] for event in runs(world, machine)} == {
        "a/annotations/worker-response/iteration-1/0/x.json"
    }


def test_a_rule_with_only_a_schedule_receives_no_event(world: World) -> None:
    machine, events = a_state_machine(world), world.client("events")
    events.put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="daily", Targets=[{"Id": "0", "Arn": machine, "RoleArn": world.role}])
    sqs, url, queue = queue_for(world)
    subscribe(world, {"Arn": queue})

    world.finished(world.request())

    assert runs(world, machine) == []
    assert len(received(sqs, url)) == 1


def test_an_api_destination_receives_body_and_api_key_and_can_call_the_simulator(served_world: World) -> None:
    with listening(served_world) as (address, got):
        destination = destination_at(served_world, address)
        shape = {
            "InputPathsMap": {"arn": "$.resources[0]", "status": "$.detail.LabelingJobStatus"},
            "InputTemplate": '{"event_type": "labeling-job", "client_payload": {"arn": "<arn>", "status": "<status>"}}',
        }
        subscribe(served_world, {"Arn": destination, "InputTransformer": shape})

        served_world.finished(served_world.request())

    [(key_given, body, seen)] = got
    assert key_given == "Bearer token"
    assert body == {
        "event_type": "labeling-job",
        "client_payload": {
            "arn": "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/shots-07",
            "status": "Completed",
        },
    }
    assert seen == "Completed"


def test_an_external_address_is_called_through_its_route(served_world: World) -> None:
    with listening(served_world) as (address, got):
        served_world.simulator.add_routes({"https://api.github.com/": address})
        subscribe(served_world, {"Arn": destination_at(served_world, "https://api.github.com/repos/acme/labels")})

        served_world.finished(served_world.request())

    [(_, body, _)] = got
    assert body["detail"] == {"LabelingJobStatus": "Completed"}


def test_an_external_address_without_a_route_is_not_called_and_the_event_is_dead_lettered(world: World) -> None:
    sqs, url, arn = queue_for(world)
    destination = destination_at(world, "https://api.github.com/repos/acme/labels/dispatches")
    subscribe(world, {"Arn": destination, "DeadLetterConfig": {"Arn": arn}})

    world.finished(world.request())

    [(event, said)] = buried(sqs, url)
    assert event["detail"] == {"LabelingJobStatus": "Completed"}
    assert said["ERROR_CODE"] == "NO_RESPONSE"
    assert said["TARGET_ARN"] == destination
    assert said["ERROR_MESSAGE"].startswith("no route leads to https://api.github.com/repos/acme/labels/dispatches")


def test_a_refused_delivery_is_dead_lettered_with_its_status(served_world: World) -> None:
    sqs, url, arn = queue_for(served_world)
    with listening(served_world, status=401) as (address, _):
        subscribe(served_world, {"Arn": destination_at(served_world, address), "DeadLetterConfig": {"Arn": arn}})

        served_world.finished(served_world.request())

    [(_, said)] = buried(sqs, url)
    assert (said["ERROR_CODE"], said["ERROR_MESSAGE"]) == ("HTTP_STATUS_CODE", f"401 from {address}")


def test_an_event_for_a_deleted_topic_is_dead_lettered(world: World) -> None:
    sqs, url, arn = queue_for(world)
    gone = "arn:aws:sns:us-east-1:123456789012:nothing"
    subscribe(world, {"Arn": gone, "DeadLetterConfig": {"Arn": arn}})

    world.finished(world.request())

    [(_, said)] = buried(sqs, url)
    assert (said["ERROR_CODE"], said["TARGET_ARN"]) == ("SDK_CLIENT_ERROR", gone)


def test_a_deleted_target_does_not_affect_the_job(world: World) -> None:
    subscribe(world, {"Arn": "arn:aws:sns:us-east-1:123456789012:nothing"}, {"Arn": "arn:aws:sqs:us-east-1:1:none"})

    assert world.finished(world.request())["LabelingJobStatus"] == "Completed"


def destination_at(world: World, address: str) -> str:
    """Make an API destination, and return its ARN."""
    events = world.client("events")
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "Authorization", "ApiKeyValue": "Bearer token"}}
    connection = events.create_connection(Name="emulator", AuthorizationType="API_KEY", AuthParameters=key)
    made = events.create_api_destination(
        Name="emulator", ConnectionArn=connection["ConnectionArn"], InvocationEndpoint=address, HttpMethod="POST"
    )
    return str(made["ApiDestinationArn"])


def buried(sqs: Any, url: str) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Return the events in a dead-letter queue, each with what EventBridge says of it."""
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])["Messages"]
    return [
        (
            json.loads(message["Body"]),
            {name: value["StringValue"] for name, value in message["MessageAttributes"].items()},
        )
        for message in messages
    ]


@contextmanager
def listening(world: World, status: int = 204) -> Iterator[tuple[str, list[tuple[str, Any, str]]]]:
    """Serve an HTTP endpoint whose handler describes the job immediately, from another thread."""
    got: list[tuple[str, Any, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append((self.headers["Authorization"], body, world.status()))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/dispatches", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
