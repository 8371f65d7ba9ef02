"""Every broken set-up is named with its way out, over real HTTP, and looking at it changes nothing on GitHub or in AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from doctor.table import ROWS, UPGRADE
from doctor.table_of_aws import AWS
from doctor.world import ENVIRONMENT, POLICY, Row, World
from github_emulator.emulator import GitHubEmulator
from groundctl.app.adoption.doctor.check import Need
from groundctl.app.adoption.doctor.table import CHECKS
from groundctl.cli.main import main
from groundctl.presentation.machine.doctor_json import read_doctor_json
from groundctl.presentation.markdown.doctor import doctor_markdown
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator
from support.builders import ACCOUNT, CHECKOUT, REGION

# moto has no quotas of SageMaker, and drift takes a plan of Terraform: that has a test of its own.
NOT_SEEN_HERE = {"aws-quotas"}
WITHOUT_ACCOUNT = tuple(check.id for check in CHECKS if check.needs is not Need.AWS)
SECRETS = ("secret-in-url", "secret-in-state", "Bearer entered", "testing")


@pytest.fixture(scope="module")
def aws() -> Iterator[Simulator]:
    """One simulated AWS for all rows."""
    with pytest.MonkeyPatch.context() as patch, SimulatorServer(seed=7, frozen=True) as simulator:
        for name in (
            "AWS_PROFILE",
            "AWS_SESSION_TOKEN",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "GROUNDCTL_INFRASTRUCTURE",
        ):
            patch.delenv(name, raising=False)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, "/dev/null")
        patch.setenv("AWS_ENDPOINT_URL", simulator.url or "")
        yield simulator


@pytest.fixture
def world(aws: Simulator, emulator: GitHubEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    aws.reset()
    built = World(root=tmp_path, emulator=emulator, simulator=aws)
    built.build()
    for name in ("GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GH_TOKEN", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_API_URL", emulator.url)
    monkeypatch.setenv("GITHUB_TOKEN", built.token)
    monkeypatch.chdir(tmp_path)
    return built


Examine = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def examine(world: World, capsys: pytest.CaptureFixture[str]) -> Examine:
    """Run doctor, and see that it has changed nothing and kept every secret to itself."""

    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        world.simulator.clear_requests()
        before = len(world.emulator.requests(mutating=True))
        code = main(["doctor", "--format", "json", *arguments])
        out = capsys.readouterr().out
        assert [call for call in world.simulator.requests() if call["mutating"]] == []
        assert len(world.emulator.requests(mutating=True)) == before == 0
        assert [secret for secret in (*SECRETS, world.token) if secret in out] == []
        found: dict[str, Any] = json.loads(out)
        jsonschema.validate(found, CHECKOUT.schema("doctor"))
        return code, found

    return run


def states(found: dict[str, Any]) -> dict[str, str]:
    return {each["check"]: each["state"] for each in found["results"]}


def test_a_whole_setup_has_no_fault(world: World, examine: Examine) -> None:
    world.build_account()

    code, found = examine()

    assert {check: state for check, state in states(found).items() if state != "ok"} == dict.fromkeys(
        NOT_SEEN_HERE, "cannot see"
    ), json.dumps([each for each in found["results"] if each["state"] != "ok"], indent=1)
    assert code == 0
    assert found["environments"] == [ENVIRONMENT]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_broken_setup_is_named_with_its_way_out(row: Row, world: World, examine: Examine) -> None:
    # Opening an account takes seconds, so it is looked at only where it is what is broken.
    if row in AWS:
        world.build_account()
    row.breaks(world)

    code, found = examine(*(() if row in AWS else WITHOUT_ACCOUNT))

    [result] = [each for each in found["results"] if each["check"] == row.check]
    assert result["state"] == row.state, result
    shown = [each for each in result["findings"] if each["state"] == row.state]
    assert [words for words in row.says if not any(words in each["fact"] for each in shown)] == [], shown
    assert any((each["fix"] or "").startswith(row.fix) for each in shown), shown
    others = {
        check
        for check, state in states(found).items()
        if state in {"wrong", "warning", "crashed"} and check not in {row.check, *row.also}
    }
    assert others == set(), found
    assert code == (1 if any(each["state"] == "wrong" for each in found["results"]) else 0)


def test_there_are_more_than_15_broken_setups_of_different_names() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) > 40


def test_without_credentials_nothing_is_seen_and_the_way_out_is_named_once(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    code = main(["doctor", "aws-teams", "aws-buckets", "aws-account"])

    out = capsys.readouterr().out
    assert code == 4
    assert out.count("no AWS credentials") == 1
    assert out.splitlines()[-1] == "0 of 3 checks passed: 3 not seen."
    assert world.simulator.requests("GetCallerIdentity") == []


def test_an_expired_token_is_not_seen_and_never_a_fault(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.emulator.expire_token(world.emulator.gateway.tokens.find(f"Bearer {world.token}"))  # type: ignore[arg-type]

    code = main(["doctor", "github-reviews", "policy"])

    out = capsys.readouterr().out
    assert code == 0
    assert "gh auth login" in out
    assert world.token not in out


RECORDS = {"contents": "read", "pull_requests": "write", "checks": "write", "statuses": "write"}


@pytest.fixture
def in_run(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Be a step of a workflow run whose token has some permissions; return the file of its summary."""

    def begin(**permissions: str) -> Path:
        summary = tmp_path / "summary.md"
        for name, value in {
            "GITHUB_TOKEN": world.emulator.token(**permissions).value,
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_REPOSITORY": "acme/labels",
        }.items():
            monkeypatch.setenv(name, value)
        world.simulator.clear_requests()
        return summary

    return begin


def on_the_comment(file: str = "set-up.json") -> list[str]:
    """Return the lines of the comment's section that a file makes."""
    found = read_doctor_json(Path(file).read_text())
    assert found is not None
    return [line for line in doctor_markdown(found).splitlines() if line.startswith("- ")]


def test_the_token_of_a_workflow_sees_what_it_may_and_hides_nothing_behind_it(
    world: World, in_run: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    summary = in_run(actions="read", contents="read", pull_requests="write")
    world.emulator.protect_environment("groundctl-apply", reviewers=())

    code = main(["ci", "doctor"])

    out, written = capsys.readouterr().out, summary.read_text()
    assert code == 0
    assert "groundctl-apply asks for no review" in out
    assert "administrator of the repository" in out
    assert [line for line in written.splitlines() if line.startswith("- ")] == [
        "- wrong: `github-environments`: environment groundctl-apply asks for no review: any writer may start its jobs"
        " → [this page](https://github.com/acme/labels/settings/environments)"
    ]
    assert world.simulator.requests() == []


def test_what_the_job_that_records_may_not_see_is_no_line_of_the_comment(
    world: World, in_run: Callable[..., Path]
) -> None:
    summary = in_run(**RECORDS)
    world.emulator.protect_environment("groundctl-apply", reviewers=())
    world.emulator.settings.required_checks = ()

    assert main(["ci", "doctor", "--out", "set-up.json"]) == 0

    assert on_the_comment() == []
    assert not summary.exists()
    assert world.simulator.requests() == []
    assert world.emulator.requests(mutating=True) == []


def test_what_the_job_that_records_sees_is_on_the_comment_with_its_way_out(
    world: World, in_run: Callable[..., Path]
) -> None:
    in_run(**RECORDS)
    world.edit(world.settings, f'repository_id = "{world.number}"', 'repository_id = "7"')
    world.edit(".groundctl/lock.json", "0.1.0", "0.0.9")
    # What validate reports on its line is not reported a second time.
    world.write("jobs/policy.yaml", f"{POLICY}reviews: many\n")

    assert main(["ci", "doctor", "--out", "set-up.json"]) == 0

    [wrong, warning] = on_the_comment()
    assert wrong.startswith("- wrong: `github-repository`: ")
    assert f'→ `write repository_id = "{world.number}" into {world.settings}, then apply Terraform`' in wrong
    assert (warning.startswith("- warning: `lock`: "), warning.endswith(f"→ `{UPGRADE}`")) == (True, True)


def test_each_of_several_environments_reports_its_own_files_and_the_first_what_all_share(
    world: World, in_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_run(**RECORDS)
    east, west = ENVIRONMENT, "staging.eu-west-1"
    places = {east: REGION, west: "eu-west-1"}
    environments = {name: {"account_id": ACCOUNT, "region": region} for name, region in places.items()}
    environments[east]["folders"] = ["sports"]  # type: ignore[assignment]
    world.write("jobs/policy.yaml", f"{POLICY}environments: {json.dumps(environments)}\n")
    world.remove(".github/CODEOWNERS")
    found = {}
    for name in places:
        monkeypatch.setenv("GROUNDCTL_ENVIRONMENT", name)
        before = len(world.emulator.requests())
        assert main(["ci", "doctor", "--out", f"{name}.json"]) == 0
        checks = [line.split("`")[1] for line in on_the_comment(f"{name}.json")]
        found[name] = (checks, len(world.emulator.requests()) > before)

    assert found == {east: (["codeowners"], True), west: (["environment-files"] * 2, False)}


def breaks(*_: object, **__: object) -> None:
    raise KeyError("::error::a bug")


@pytest.mark.parametrize("arguments", [["--checkout", "nowhere"], ["--out", "no/such/folder/x.json"], []])
def test_neither_a_wrong_place_nor_a_bug_fails_the_run_of_a_pull_request(
    arguments: list[str],
    world: World,
    in_run: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    in_run(**RECORDS)
    if not arguments:
        monkeypatch.setattr("groundctl.cli.ci.doctor.examine", breaks)

    assert main(["ci", "doctor", *arguments]) == 0

    printed = "".join(capsys.readouterr())
    assert not any(line.lstrip().startswith("::") for line in printed.splitlines())
    assert ("KeyError" in printed) == (not arguments), printed
    assert world.token


def test_drift_is_planned_in_a_copy_and_this_folder_stays_as_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, examine: Examine
) -> None:
    folder = tmp_path_factory.mktemp("program")
    program, log = folder / "terraform", folder / "log"
    program.write_text(f'#!/bin/sh\necho "$PWD $*" >> {log}\n[ "$1" != plan ] || exit 2\n')
    program.chmod(0o755)
    monkeypatch.setenv("GROUNDCTL_TERRAFORM", str(program))
    before = sorted(path for path in world.root.rglob("*") if ".git" not in path.parts)

    code, found = examine("terraform-drift")

    [result] = found["results"]
    assert (code, result["state"]) == (0, "warning")
    assert sorted(path for path in world.root.rglob("*") if ".git" not in path.parts) == before
    calls = log.read_text().splitlines()
    assert [call.split()[1] for call in calls] == ["init", "plan"]
    assert not any(call.startswith(str(world.root)) for call in calls)
    assert "-lock=false" in calls[1]


def test_an_unknown_environment_is_wrong_usage_with_a_near_name(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--environment", "test.us-east-2", "--offline"]) == 2

    assert world.settings.rpartition("/")[2].removesuffix(".tfvars") in capsys.readouterr().err


def test_a_folder_without_anything_is_named_and_breaks_nothing(
    world: World, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, examine: Examine
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))

    code, found = examine("checkout", "policy", "environments", "workflows", "github-repository")

    assert code == 1
    assert {each["state"] for each in found["results"]} == {"wrong", "cannot see"}
    assert found["repository"] is None
    assert world.token
