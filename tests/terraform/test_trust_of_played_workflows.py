"""Which role AWS would give to each job of the workflow files: real identities of real runs, against the trust of a real plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from github_emulator.actors import FULL_NAME
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Runner
from groundtruth_simulator.server import SimulatorServer
from support.aws.iam_policies import Policy, Request, Verdict
from support.github.oidc_tokens import ISSUER, PROVIDER, SEEN_BY_AWS
from support.terraform.plan import Plan
from terraform.github_access import GITHUB, texts
from terraform.infrastructure import QUIET
from workflows.played import PLAN, RECORDED, a_runner, answers
from workflows.reading import our_files
from workflows.rules import PLAN_AT_MAIN, REUSABLE_PLAN

pytestmark = QUIET


@pytest.fixture(scope="module")
def aws_url() -> Iterator[str]:
    """Start a simulated AWS, which accepts every identity."""
    with SimulatorServer(seed=7, frozen=True) as simulator:
        yield str(simulator.url)


@pytest.fixture(params=[False, True], ids=["names", "names and numbers"])
def runner(emulator: GitHubEmulator, tmp_path: Path, aws_url: str, request: pytest.FixtureRequest) -> Runner:
    """Give a repository with our workflow files, with each form of the subject."""
    runner = a_runner(emulator, tmp_path, aws_url)
    runner.immutable_subjects = request.param
    return runner


@pytest.fixture
def trusts(emulator: GitHubEmulator, roles_plan: Plan) -> Mapping[str, Policy]:
    """Give each role's trust, for the emulated repository."""
    repository = emulator.state.repository()
    replaced = {
        GITHUB["repository"]: FULL_NAME,
        "/labeling@": f"/{FULL_NAME.partition('/')[2]}@",
        GITHUB["repository_id"]: str(repository["id"]),
        GITHUB["owner_id"]: str(repository["owner"]["id"]),
    }
    found = texts(roles_plan, "aws_iam_role", "assume_role_policy")
    for old, new in replaced.items():
        found = {kind: text.replace(old, new) for kind, text in found.items()}
    return {kind: Policy.read(text) for kind, text in found.items()}


def given(runner: Runner, trusts: Mapping[str, Policy]) -> list[tuple[str, list[str]]]:
    """Return the roles that AWS would give for each identity so far, with the file that contains the job."""
    found = []
    for claims in runner.emulator.control_api.issuer.signed:
        context = {f"{ISSUER}:{name}": str(claims[name]) for name in SEEN_BY_AWS if name in claims}
        request = Request(action="sts:AssumeRoleWithWebIdentity", principal={"Federated": PROVIDER}, context=context)
        file = str(claims["job_workflow_ref"]).removeprefix(f"{FULL_NAME}/.github/workflows/")
        found.append((file, [kind for kind, trust in trusts.items() if trust.weigh(request) is Verdict.ALLOWED]))
    return sorted(found)


def test_a_pull_request_gets_the_plan_role_and_the_recorded_plan_of_main_the_record_role(
    runner: Runner, trusts: Mapping[str, Policy]
) -> None:
    pull = runner.repository.open_pull({"jobs/a.yaml": "b\n"})
    runner.deliver_one(pull.opened())

    assert given(runner, trusts) == [
        ("recorded-plan.yml@refs/heads/main", ["record"]),
        ("reusable-plan.yml@refs/heads/main", ["plan"]),
    ]


@pytest.mark.parametrize("ref", ["", "topic", "main"], ids=["its own file", "its own branch", "a tag named main"])
def test_a_branch_that_calls_another_recorded_plan_gets_no_role_there(
    runner: Runner, trusts: Mapping[str, Policy], ref: str
) -> None:
    uses = PLAN_AT_MAIN.replace("@main", f"@{ref}") if ref else f"./.github/{REUSABLE_PLAN}"
    caller = our_files()["workflows/plan.yml"].text.replace(PLAN_AT_MAIN, uses)
    mine = our_files()["workflows/recorded-plan.yml"].text.replace("ci plan --record", "ci plan --record --and-more")
    pull = runner.repository.open_pull({PLAN: caller, RECORDED: mine})
    if ref == "main":
        runner.repository.tag("main", pull.head_sha)
    run = runner.deliver_one(pull.opened())

    assert "--and-more" in run.jobs["plan/plan/record"].text, run
    assert {tuple(roles) for _, roles in given(runner, trusts)} == {()}


def test_each_job_after_the_merge_gets_its_own_role(runner: Runner, trusts: Mapping[str, Policy]) -> None:
    everything = {
        "ci terraform plan": {"outputs": {"changes": "true"}},
        "ci apply --only create": {"outputs": {"stop": "1"}},
    }
    run = runner.deliver_one(runner.repository.push(answers(**everything)))

    assert set(run.results.values()) - {"skipped"} == {"success"}, run
    assert given(runner, trusts) == [
        ("reusable-apply-environment.yml@refs/heads/main", [kind])
        for kind in ("apply", "plan", "plan", "stop", "terraform")
    ]


def test_the_report_gets_the_plan_role_and_what_it_resumes_the_roles_of_apply(
    runner: Runner, trusts: Mapping[str, Policy]
) -> None:
    runner.repository.commit(answers(ci_report={"outputs": {"left": "1"}}), "Something is left")
    run = runner.deliver_one(runner.repository.schedule())

    assert run.results["status/environment/resume/apply"] == "success", run
    assert given(runner, trusts) == [
        ("reusable-apply-environment.yml@refs/heads/main", ["apply"]),
        ("reusable-apply-environment.yml@refs/heads/main", ["plan"]),
        ("reusable-status-environment.yml@refs/heads/main", ["plan"]),
    ]
