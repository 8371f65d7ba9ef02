"""The server: its address, the control API, concurrent clients, and a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from groundtruth_simulator.server import SimulatorServer, parse_arguments
from simulator.world import World, client, served


def ask(world: World, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Send a request to the control interface."""
    return ask_at(str(world.url), method, path, body)


def ask_at(url: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    reply = requests.request(method, f"{url}/groundtruth-simulator/{path}", json=body, timeout=10)
    return reply.status_code, reply.json()


def test_the_clock_can_be_read_and_advanced(served_world: World) -> None:
    clock = {"now": "2026-11-20T09:00:00+00:00", "frozen": True, "speed": 1.0}
    assert ask(served_world, "GET", "clock") == (200, clock)

    assert ask(served_world, "POST", "clock", {"advance": 90.5}) == (
        200,
        {**clock, "now": "2026-11-20T09:01:30.500000+00:00"},
    )


def test_the_clock_can_advance_until_every_job_has_ended(served_world: World) -> None:
    served_world.create("one")
    served_world.create("two", clips=9)

    status, clock = ask(served_world, "POST", "clock", {"until": "idle"})

    assert (served_world.status("one"), served_world.status("two")) == ("Completed", "Completed")
    ended = max(served_world.describe(name)["LastModifiedTime"] for name in ("one", "two"))
    assert (status, clock["now"][:19]) == (200, ended.isoformat()[:19])


def test_the_clock_can_run_and_be_frozen_again(served_world: World) -> None:
    _, before = ask(served_world, "GET", "clock")
    ask(served_world, "POST", "clock", {"frozen": False, "speed": 10_000_000})
    time.sleep(0.05)

    _, after = ask(served_world, "POST", "clock", {"frozen": True})

    assert after["now"][:10] > before["now"][:10]
    assert ask(served_world, "GET", "clock") == (200, after)


def test_correct_labels_can_be_set_and_read(served_world: World) -> None:
    ask(served_world, "POST", "correct-labels", {"0.mp4": "goal"})

    status, known = ask(served_world, "POST", "correct-labels", {"s3://acme-clips/clips/1.mp4": None})

    assert (status, known) == (200, {"0.mp4": "goal", "s3://acme-clips/clips/1.mp4": None})
    assert ask(served_world, "GET", "correct-labels") == (200, known)
    ask(served_world, "POST", "settings", {"accuracy": 1})
    served_world.finished(served_world.request(clips=2))
    assert [line.get("shot-outcome") for line in served_world.output()] == [0, None]


def test_logged_requests_can_be_read_and_cleared(served_world: World) -> None:
    served_world.create()

    status, shown = ask(served_world, "GET", "requests?operation=CreateLabelingJob")

    assert status == 200
    assert shown == {
        "requests": [
            {
                "time": "2026-11-20T09:00:00+00:00",
                "service": "sagemaker",
                "operation": "CreateLabelingJob",
                "mutating": True,
                "region": "us-east-1",
                "status": 200,
                "fault": None,
            }
        ]
    }
    assert len(ask(served_world, "GET", "requests")[1]["requests"]) > 5
    assert ask(served_world, "DELETE", "requests") == (200, {"requests": []})
    assert ask(served_world, "GET", "requests") == (200, {"requests": []})


def test_faults_can_be_added_read_and_removed(served_world: World) -> None:
    status, shown = ask(served_world, "POST", "faults", {"operation": "ListLabelingJobs", "kind": "throttle"})

    assert status == 200
    assert shown == {
        "faults": [
            {
                "operation": "ListLabelingJobs",
                "kind": "throttle",
                "when": "before",
                "times": 1,
                "seconds": 0.0,
                "code": None,
                "message": None,
                "status": None,
                "left": 1,
            }
        ]
    }
    with pytest.raises(ClientError, match="Rate exceeded"):
        served_world.sagemaker.list_labeling_jobs()
    ask(served_world, "POST", "faults", {"operation": "*", "kind": "reset", "times": 9})
    assert ask(served_world, "DELETE", "faults") == (200, {"faults": []})
    assert served_world.sagemaker.list_labeling_jobs()["LabelingJobSummaryList"] == []


def test_routes_can_be_added_and_read(served_world: World) -> None:
    emulator = {"https://api.github.com": "http://127.0.0.1:5642"}

    assert ask(served_world, "POST", "routes", emulator) == (200, emulator)
    assert ask(served_world, "POST", "routes", {"https://other.example/": "http://127.0.0.1:1/"}) == (
        200,
        {**emulator, "https://other.example": "http://127.0.0.1:1"},
    )
    assert ask(served_world, "GET", "routes")[1].keys() == {"https://api.github.com", "https://other.example"}


def test_settings_can_be_changed_and_read(served_world: World) -> None:
    status, settings = ask(served_world, "POST", "settings", {"unknown_job": "ValidationException", "accuracy": 0.5})

    assert (status, settings["unknown_job"], settings["accuracy"]) == (200, "ValidationException", 0.5)
    assert ask(served_world, "GET", "settings") == (200, settings)
    assert ask(served_world, "GET", "")[1]["settings"] == settings


def test_latency_delays_every_response(served_world: World) -> None:
    assert served_world.sagemaker.list_labeling_jobs()
    ask(served_world, "POST", "settings", {"latency": 0.2})

    begun = time.monotonic()
    served_world.sagemaker.list_labeling_jobs()

    assert time.monotonic() - begun >= 0.2


def test_reset_deletes_aws_resources_but_keeps_the_time(served_world: World) -> None:
    served_world.create()
    ask(served_world, "POST", "clock", {"advance": 60})
    ask(served_world, "POST", "faults", {"operation": "*", "kind": "reset"})

    assert ask(served_world, "POST", "reset") == (200, {"status": "ok"})

    assert served_world.sagemaker.list_labeling_jobs()["LabelingJobSummaryList"] == []
    assert served_world.s3.list_buckets()["Buckets"] == []
    assert ask(served_world, "GET", "clock")[1]["now"] == "2026-11-20T09:01:00+00:00"


def test_the_reset_of_moto_deletes_jobs_too(served_world: World) -> None:
    served_world.create()

    assert requests.post(f"{served_world.url}/moto-api/reset", timeout=10).status_code == 200

    assert served_world.sagemaker.list_labeling_jobs()["LabelingJobSummaryList"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        (
            "GET",
            "nothing",
            None,
            404,
            "unknown path; the paths are: clock, correct-labels, existing, faults, jobs, members, requests, reset,"
            " routes, settings, subscriptions",
        ),
        ("DELETE", "clock", None, 405, "DELETE is not allowed for clock"),
        ("POST", "clock", {"advance": -1}, 400, "time moves forward only"),
        (
            "POST",
            "clock",
            {"forward": 1},
            400,
            "unknown member forward; the members are: advance, until, frozen, speed",
        ),
        ("POST", "clock", {"until": "dawn"}, 400, "until can only be idle"),
        ("POST", "clock", [1], 400, "the body must be a JSON object"),
        (
            "POST",
            "correct-labels",
            {"a": 1},
            400,
            "a label must be a string, or null for a clip that every worker declines",
        ),
        ("POST", "faults", {"kind": "reset"}, 400, "missing member operation"),
        ("POST", "routes", {"https://a.example": 1}, 400, "a route leads to an http:// address"),
        (
            "POST",
            "routes",
            {"https://a.example": "https://b.example"},
            400,
            "a route leads to an http:// address, not to 'https://b.example'",
        ),
        ("POST", "clock", {"advance": 1e300}, 400, "time ends with the year 9999"),
        ("POST", "clock", {"speed": 1e300}, 400, "speed must be from 0 to 10,000,000, not 1e+300"),
        ("POST", "settings", {"accuracy": 2}, 400, "accuracy must be between 0 and 1"),
        ("POST", "settings", {"accuracy": "high"}, 400, "accuracy cannot be 'high'"),
        (
            "POST",
            "settings",
            {"unknown_job": "Nothing"},
            400,
            "unknown_job must be one of ResourceNotFound, ValidationException, not 'Nothing'",
        ),
    ],
)
def test_an_invalid_control_request_is_refused_with_a_reason(
    served_world: World, method: str, path: str, body: Any, status: int, error: str
) -> None:
    assert ask(served_world, method, path, body) == (status, {"error": error})


def test_concurrent_clients_create_a_job_once(served_world: World) -> None:
    request, sagemaker = served_world.request(), served_world.sagemaker

    def attempt(_: int) -> str:
        try:
            sagemaker.create_labeling_job(**request)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "created"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(16)))

    assert sorted(answers) == ["ResourceInUse"] * 15 + ["created"]


def test_a_running_clock_completes_a_job_without_any_request() -> None:
    with served(frozen=False, speed=3600) as world:
        world.create()
        for _ in range(600):
            if any(key.endswith("output.manifest") for key in world.files()):
                break
            time.sleep(0.05)

        assert len(world.output()) == 3


def test_a_region_does_not_list_the_jobs_of_another(served_world: World) -> None:
    served_world.create()
    elsewhere = served_world.client("sagemaker", region="eu-west-1")

    assert elsewhere.list_labeling_jobs()["LabelingJobSummaryList"] == []


def test_a_server_listens_only_on_the_loopback_address(served_world: World) -> None:
    assert str(served_world.url).startswith("http://127.0.0.1:")
    assert parse_arguments([]).host == "127.0.0.1"


def test_a_route_on_the_command_line_must_lead_to_an_http_url(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse_arguments(["--route", "https://a.example=http://127.0.0.1:1"]).route == [
        ("https://a.example", "http://127.0.0.1:1")
    ]
    for wrong in ("https://a.example", "https://a.example=https://b.example"):
        with pytest.raises(SystemExit):
            parse_arguments(["--route", wrong])
        assert "a route is ADDRESS=LOCAL-URL, and LOCAL-URL starts with http://" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "99999"], "a port is a number from 0 to 65535"),
        (["--port=-1"], "a port is a number from 0 to 65535"),
        (["--speed", "nan"], "speed must be from 0"),
        (["--speed=-1"], "speed must be from 0"),
        (["--accuracy", "2"], "accuracy must be between 0 and 1"),
        (["--accuracy", "nan"], "accuracy cannot be nan"),
        (["--region", "moon"], "region cannot be 'moon'"),
        (["--start", "today"], "a time is written as"),
    ],
)
def test_an_option_with_a_value_that_cannot_be_is_refused_before_anything_starts(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        parse_arguments(arguments)

    assert (end.value.code, words in capsys.readouterr().err) == (2, True)


def test_what_is_no_number_stops_no_clock(served_world: World) -> None:
    for body in (b'{"advance": NaN}', b'{"speed": NaN}', b'{"speed": Infinity}'):
        reply = requests.post(f"{served_world.url}/groundtruth-simulator/clock", data=body, timeout=10)
        assert reply.status_code == 400
    reply = requests.post(
        f"{served_world.url}/groundtruth-simulator/settings", data=b'{"latency": Infinity}', timeout=10
    )

    assert (reply.status_code, reply.json()) == (400, {"error": "latency cannot be inf"})
    assert ask(served_world, "GET", "clock")[1]["speed"] == 1.0


def test_a_process_runs_only_one_server(served_world: World) -> None:
    assert served_world.url

    with pytest.raises(RuntimeError, match="already running"):
        SimulatorServer().start()


def test_stopping_the_server_releases_a_request_without_a_response() -> None:
    with served() as world:
        world.simulator.add_fault(operation="ListLabelingJobs", kind="timeout")
        sagemaker = world.client("sagemaker")
        broken: list[Exception] = []

        def wait() -> None:
            try:
                sagemaker.list_labeling_jobs()
            except Exception as error:  # noqa: BLE001 - any error will do
                broken.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.1)

    waiting.join(30)  # a request that is not released waits 65 seconds
    assert not waiting.is_alive()
    assert broken


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_command_prints_its_url_and_ends_cleanly(ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "groundtruth_simulator.server", "--frozen", "--start", "2026-11-20", "--seed", "3"]
    environment = {**os.environ, "AWS_PROFILE": "somebodys-own", "AWS_REGION": "eu-west-1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = line.removeprefix("Ground Truth simulator ready at ").strip()
        assert ask_at(url, "GET", "clock")[1] == {"now": "2026-11-20T00:00:00+00:00", "frozen": True, "speed": 1.0}
        assert ask_at(url, "GET", "settings")[1]["seed"] == 3
        assert client("cognito-idp", url).create_user_pool(PoolName="workers")["UserPool"]["Name"] == "workers"
    finally:
        os.kill(process.pid, ending)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_the_service_says_which_clips_workers_get(served_world: World) -> None:
    served_world.create("season-1")

    code, answer = ask(served_world, "GET", "jobs")

    [job] = answer["jobs"]
    assert code == 200
    assert (job["name"], job["status"]) == ("season-1", "Initializing")
    assert {each["sent"] for each in job["objects"]} == {True}
    assert {each["labeled"] for each in job["objects"]} == {False}
    assert len(job["objects"]) == 3
