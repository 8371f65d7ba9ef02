"""The server: its address, its control interface, many clients at once, and a clean end."""

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


def test_the_clock_is_read_and_moved(served_world: World) -> None:
    stands = {"now": "2026-11-20T09:00:00+00:00", "frozen": True, "speed": 1.0}
    assert ask(served_world, "GET", "clock") == (200, stands)

    assert ask(served_world, "POST", "clock", {"advance": 90.5}) == (
        200,
        {**stands, "now": "2026-11-20T09:01:30.500000+00:00"},
    )


def test_time_runs_until_every_job_has_ended(served_world: World) -> None:
    served_world.create("one")
    served_world.create("two", clips=9)

    status, clock = ask(served_world, "POST", "clock", {"until": "idle"})

    assert (served_world.status("one"), served_world.status("two")) == ("Completed", "Completed")
    ended = max(served_world.describe(name)["LastModifiedTime"] for name in ("one", "two"))
    assert (status, clock["now"][:19]) == (200, ended.isoformat()[:19])


def test_time_can_be_let_go_and_stopped_again(served_world: World) -> None:
    _, before = ask(served_world, "GET", "clock")
    ask(served_world, "POST", "clock", {"frozen": False, "speed": 10_000_000})
    time.sleep(0.05)

    _, after = ask(served_world, "POST", "clock", {"frozen": True})

    assert after["now"][:10] > before["now"][:10]
    assert ask(served_world, "GET", "clock") == (200, after)


def test_truth_is_told_and_known(served_world: World) -> None:
    ask(served_world, "POST", "truth", {"0.mp4": "goal"})

    status, known = ask(served_world, "POST", "truth", {"s3://acme-clips/clips/1.mp4": None})

    assert (status, known) == (200, {"0.mp4": "goal", "s3://acme-clips/clips/1.mp4": None})
    assert ask(served_world, "GET", "truth") == (200, known)
    ask(served_world, "POST", "settings", {"accuracy": 1})
    served_world.finished(served_world.request(clips=2))
    assert [line.get("shot-outcome") for line in served_world.output()] == [0, None]


def test_requests_are_shown_and_forgotten(served_world: World) -> None:
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


def test_faults_are_ordered_shown_and_called_off(served_world: World) -> None:
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


def test_routes_are_added_and_shown(served_world: World) -> None:
    emulator = {"https://api.github.com": "http://127.0.0.1:5642"}

    assert ask(served_world, "POST", "routes", emulator) == (200, emulator)
    assert ask(served_world, "POST", "routes", {"https://other.example/": "http://127.0.0.1:1/"}) == (
        200,
        {**emulator, "https://other.example": "http://127.0.0.1:1"},
    )
    assert ask(served_world, "GET", "routes")[1].keys() == {"https://api.github.com", "https://other.example"}


def test_settings_are_changed_and_shown(served_world: World) -> None:
    status, settings = ask(served_world, "POST", "settings", {"unknown_job": "ValidationException", "accuracy": 0.5})

    assert (status, settings["unknown_job"], settings["accuracy"]) == (200, "ValidationException", 0.5)
    assert ask(served_world, "GET", "settings") == (200, settings)
    assert ask(served_world, "GET", "")[1]["settings"] == settings


def test_a_latency_holds_up_every_answer(served_world: World) -> None:
    assert served_world.sagemaker.list_labeling_jobs()
    ask(served_world, "POST", "settings", {"latency": 0.2})

    begun = time.monotonic()
    served_world.sagemaker.list_labeling_jobs()

    assert time.monotonic() - begun >= 0.2


def test_reset_forgets_what_is_in_aws_but_not_the_time(served_world: World) -> None:
    served_world.create()
    ask(served_world, "POST", "clock", {"advance": 60})
    ask(served_world, "POST", "faults", {"operation": "*", "kind": "reset"})

    assert ask(served_world, "POST", "reset") == (200, {"status": "ok"})

    assert served_world.sagemaker.list_labeling_jobs()["LabelingJobSummaryList"] == []
    assert served_world.s3.list_buckets()["Buckets"] == []
    assert ask(served_world, "GET", "clock")[1]["now"] == "2026-11-20T09:01:00+00:00"


def test_motos_own_reset_forgets_jobs_too(served_world: World) -> None:
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
            "no such path; there are: clock, faults, requests, reset, routes, settings, truth",
        ),
        ("DELETE", "clock", None, 405, "DELETE is not for clock"),
        ("POST", "clock", {"advance": -1}, 400, "time moves forward only"),
        ("POST", "clock", {"forward": 1}, 400, "unknown member forward; there are: advance, until, frozen, speed"),
        ("POST", "clock", {"until": "dawn"}, 400, "until can only be idle"),
        ("POST", "clock", [1], 400, "the body must be a JSON object"),
        ("POST", "truth", {"a": 1}, 400, "a label is a text, or null for a clip that everybody declines"),
        ("POST", "faults", {"kind": "reset"}, 400, "missing member operation"),
        ("POST", "routes", {"https://a.example": 1}, 400, "a route leads to an http:// address"),
        (
            "POST",
            "routes",
            {"https://a.example": "https://b.example"},
            400,
            "a route leads to an http:// address, not to 'https://b.example'",
        ),
        ("POST", "settings", {"accuracy": 2}, 400, "accuracy is a share between 0 and 1"),
        ("POST", "settings", {"accuracy": "high"}, 400, "accuracy can not be 'high'"),
        (
            "POST",
            "settings",
            {"unknown_job": "Nothing"},
            400,
            "unknown_job is one of ResourceNotFound, ValidationException, not 'Nothing'",
        ),
    ],
)
def test_a_control_request_that_makes_no_sense_says_why(
    served_world: World, method: str, path: str, body: Any, status: int, error: str
) -> None:
    assert ask(served_world, method, path, body) == (status, {"error": error})


def test_many_clients_at_once_buy_a_job_once(served_world: World) -> None:
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


def test_a_running_clock_brings_a_job_to_its_end_without_anybody_looking() -> None:
    with served(frozen=False, speed=3600) as world:
        world.create()
        for _ in range(100):
            if any(key.endswith("output.manifest") for key in world.files()):
                break
            time.sleep(0.05)

        assert len(world.output()) == 3


def test_a_region_knows_nothing_of_another_ones_jobs(served_world: World) -> None:
    served_world.create()
    elsewhere = served_world.client("sagemaker", region="eu-west-1")

    assert elsewhere.list_labeling_jobs()["LabelingJobSummaryList"] == []


def test_a_server_listens_on_this_machine_only(served_world: World) -> None:
    assert str(served_world.url).startswith("http://127.0.0.1:")
    assert parse_arguments([]).host == "127.0.0.1"


def test_a_route_on_the_command_line_leads_to_this_kind_of_address_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse_arguments(["--route", "https://a.example=http://127.0.0.1:1"]).route == [
        ("https://a.example", "http://127.0.0.1:1")
    ]
    for wrong in ("https://a.example", "https://a.example=https://b.example"):
        with pytest.raises(SystemExit):
            parse_arguments(["--route", wrong])
        assert "a route is ADDRESS=STAND-IN, and the stand-in begins with http://" in capsys.readouterr().err


def test_only_one_server_runs_in_a_process(served_world: World) -> None:
    assert served_world.url

    with pytest.raises(RuntimeError, match="already running"):
        SimulatorServer().start()


def test_a_stopped_server_lets_go_of_a_silent_request() -> None:
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
        begun = time.monotonic()

    waiting.join(5)
    assert time.monotonic() - begun < 5
    assert broken


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_is_and_ends_cleanly(ending: signal.Signals) -> None:
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
