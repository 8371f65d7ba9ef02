"""The runner and the repository with a sample workflow: guarantees of GitHub Actions that act alone does not give."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from github_emulator.actors import ACTIONS_BOT, STRANGER
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner.act_runner import Runner
from github_emulator.runner.repository import GitError, Repository
from github_emulator.runner.workflow_file import WorkflowError
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator

WORKFLOWS = Path(__file__).parent / "workflows"
ROLE = "arn:aws:iam::123456789012:role/groundctl-plan"
HELLO = {
    ".github/workflows/hello.yml": (WORKFLOWS / "hello.yml").read_text(),
    ".github/actions/setup/action.yml": (WORKFLOWS / "setup.yml").read_text(),
    "say.py": (WORKFLOWS / "say.py").read_text(),
    "jobs/a.yaml": "name: a\n",
}


def a_runner(emulator: GitHubEmulator, folder: Path, files: dict[str, str], **settings: str) -> Runner:
    """Return a runner for a repository of some files."""
    return Runner(
        emulator=emulator, repository=Repository.of(emulator, folder / "repository", files), environment=settings
    )


def a_workflow(name: str, steps: str, *, on: str = "push", job: str = "") -> dict[str, str]:
    """Return a repository with one workflow of one job, given its steps."""
    lines = [f"name: {name}", f"on: {on}", "jobs:", "  only:", "    runs-on: ubuntu-latest"]
    lines += [f"    {line}" for line in [*job.splitlines(), "steps:", *(f"  {line}" for line in steps.splitlines())]]
    return {f".github/workflows/{name}.yml": "\n".join(lines) + "\n"}


@pytest.fixture(scope="module")
def simulated_aws() -> Iterator[Simulator]:
    """Start a simulated AWS."""
    with SimulatorServer(seed=7, frozen=True) as simulator:
        yield simulator


@pytest.fixture
def hello(emulator: GitHubEmulator, tmp_path: Path, simulated_aws: Simulator) -> Runner:
    """Give a repository with the small workflow."""
    runner = a_runner(
        emulator, tmp_path, HELLO, AWS_ENDPOINT_URL=str(simulated_aws.url), AWS_EC2_METADATA_DISABLED="true"
    )
    runner.variables["ROLE"] = ROLE
    return runner


def test_a_pull_request_runs_its_workflow_from_the_trial_merge(hello: Runner, emulator: GitHubEmulator) -> None:
    pull = hello.repository.open_pull({"jobs/b.yaml": "name: b\n"})

    run = hello.deliver_one(pull.opened())

    assert run.results == {"look": "success", "speak": "success", "groundctl": "success"}, run
    assert run.jobs["look"].step("diff").lines[0].strip() == "jobs/b.yaml"
    assert run.jobs["look"].step("diff").outputs == {"touched": "true"}
    assert run.summary == "### looked\n"
    [annotation] = run.annotations
    assert (annotation.name, annotation.text) == ("error", "a bad line")
    assert annotation.properties == {"file": "jobs/a.yaml", "line": "3", "title": "GT101"}
    [comment] = emulator.comments(pull.number)
    assert (comment["body"], comment["user"]["login"]) == ("hello from speak with credentials", ACTIONS_BOT)


def test_a_run_is_known_to_github_with_the_head_of_the_pull_request(hello: Runner, emulator: GitHubEmulator) -> None:
    pull = hello.repository.open_pull({"jobs/b.yaml": "name: b\n"})
    opened = hello.deliver_one(pull.opened())
    first = pull.head_sha
    pushed = hello.deliver_one(pull.push({"jobs/b.yaml": "name: c\n"}))

    assert [(each.head_sha, each.number, each.conclusion) for each in emulator.runs] == [
        (first, 1, "success"),
        (pull.head_sha, 2, "success"),
    ]
    assert [each.record.id for each in (opened, pushed)] == [each.id for each in emulator.runs]
    [artifact] = emulator.artifacts(pushed.record.id)
    with zipfile.ZipFile(io.BytesIO(artifact.content)) as archive:
        assert archive.namelist() == ["said.json"]


def test_a_job_shows_aws_an_identity_and_gets_its_credentials_from_there(
    hello: Runner, emulator: GitHubEmulator
) -> None:
    pull = hello.repository.open_pull({"jobs/b.yaml": "name: b\n"})
    hello.deliver(pull.opened())

    [signed] = emulator.control_api.issuer.signed

    assert signed["sub"] == "repo:acme/labels:pull_request"
    assert (signed["aud"], signed["event_name"]) == ("sts.amazonaws.com", "pull_request")


def test_code_of_a_fork_gets_no_identity_no_variables_and_no_write_permissions(
    hello: Runner, emulator: GitHubEmulator
) -> None:
    hello.secrets["KEY"] = "a-secret"
    pull = hello.repository.open_pull({"jobs/b.yaml": "name: b\n"}, fork=True)

    run = hello.deliver_one(pull.opened())

    assert run.results == {"look": "success", "speak": "failure", "groundctl": "failure"}
    assert "Did you mean to set the `id-token` permission?" in run.jobs["speak"].text
    assert emulator.control_api.issuer.signed == []
    assert emulator.requests(mutating=True) == []
    assert (run.record.actor, run.record.pulls) == (STRANGER, ())


def test_each_job_has_exactly_the_permissions_that_it_requests(emulator: GitHubEmulator, tmp_path: Path) -> None:
    files = a_workflow(
        "ask",
        """\
- id: comment
  env:
    GITHUB_TOKEN: ${{ github.token }}
  run: |
    code() { curl --silent --output /dev/null --write-out '%{http_code}' -H "Authorization: Bearer $GITHUB_TOKEN" "$@"; }
    api=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY
    echo "read=$(code $api/pulls/1)" >> "$GITHUB_OUTPUT"
    echo "write=$(code -d '{"body": "x"}' $api/issues/1/comments)" >> "$GITHUB_OUTPUT"
    echo "${GITHUB_TOKEN:0:4}"
""",
        on="pull_request",
        job="permissions: {pull-requests: read}",
    )
    runner = a_runner(emulator, tmp_path, files)

    run = runner.deliver_one(runner.repository.open_pull({"a": "b"}).opened())

    assert run.jobs["only"].outputs == {"read": "200", "write": "403"}, run
    assert [each.job for each in emulator.requests("issues/create-comment")] == ["only"]


def test_a_token_is_masked_in_the_log(emulator: GitHubEmulator, tmp_path: Path) -> None:
    files = a_workflow("mask", '- env: {TOKEN: "${{ github.token }}"}\n  run: echo "it is $TOKEN"')
    runner = a_runner(emulator, tmp_path, files)

    run = runner.deliver_one(runner.repository.push({"a": "b"}))

    assert run.text == "it is ***\n", run


def test_a_job_without_the_right_to_read_contents_cannot_check_out(emulator: GitHubEmulator, tmp_path: Path) -> None:
    files = a_workflow("blind", "- uses: actions/checkout@v5", job="permissions: {}")
    runner = a_runner(emulator, tmp_path, files)

    run = runner.deliver_one(runner.repository.push({"a": "b"}))

    assert run.conclusion == "failure"
    assert "not found" in run.text


def test_a_checkout_is_shallow_by_default(emulator: GitHubEmulator, tmp_path: Path) -> None:
    count = "run: git rev-list --count HEAD"
    files = a_workflow("deep", f"- uses: actions/checkout@v5\n- {count}")
    runner = a_runner(emulator, tmp_path, files)

    run = runner.deliver_one(runner.repository.push({"a": "b"}))

    assert run.text == "1\n", run


def test_a_checkout_can_take_a_branch_or_a_commit_into_a_folder(emulator: GitHubEmulator, tmp_path: Path) -> None:
    steps = """\
- uses: actions/checkout@v5
  with: {ref: refs/heads/main}
- uses: actions/checkout@v5
  with: {ref: "${{ github.sha }}", path: proposed/here, fetch-depth: 0}
- run: cat a proposed/here/a; git -C proposed/here rev-parse HEAD; git branch --show-current; git rev-list --count HEAD
"""
    files = a_workflow("two", steps, on="pull_request") | {"a": "main's\n"}
    runner = a_runner(emulator, tmp_path, files)
    pull = runner.repository.open_pull({"a": "the branch's\n"})

    run = runner.deliver_one(pull.opened())

    assert run.text == f"main's\nthe branch's\n{pull.merge_sha}\nmain\n1\n", run


def test_a_checkout_outside_the_workspace_fails(emulator: GitHubEmulator, tmp_path: Path) -> None:
    files = a_workflow("out", "- uses: actions/checkout@v5\n  with: {path: ../out}")
    runner = a_runner(emulator, tmp_path, files)

    run = runner.deliver_one(runner.repository.push({"a": "b"}))

    assert run.conclusion == "failure"
    assert "is not under" in run.text


def test_the_event_of_a_pull_request_names_the_repositories_by_number(emulator: GitHubEmulator, tmp_path: Path) -> None:
    repository = Repository.of(emulator, tmp_path / "repository", {"a": "1"})
    ours, fork = (
        repository.open_pull({"a": "2"}, branch=name, fork=name == "fork").opened().payload
        for name in ("topic", "fork")
    )

    number = ours["repository"]["id"]
    assert ours["repository"]["default_branch"] == "main"
    for payload in (ours, fork):
        base = payload["pull_request"]["base"]
        assert (base["ref"], base["repo"]["id"]) == ("main", number)
    assert ours["pull_request"]["head"]["repo"]["id"] == number
    assert fork["pull_request"]["head"]["repo"]["id"] != number


def test_an_action_without_a_stub_is_an_error(emulator: GitHubEmulator, tmp_path: Path) -> None:
    runner = a_runner(emulator, tmp_path, a_workflow("new", "- uses: acme/unknown@v1"))

    with pytest.raises(WorkflowError, match="there is no stub for acme/unknown@v1"):
        runner.deliver(runner.repository.push({"a": "b"}))


def test_steps_have_no_terminal(emulator: GitHubEmulator, tmp_path: Path) -> None:
    runner = a_runner(emulator, tmp_path, a_workflow("tty", "- run: test -t 1 && echo terminal || echo pipe"))

    run = runner.deliver_one(runner.repository.push({"a": "b"}))

    assert run.text == "pipe\n", run


def test_an_event_without_a_matching_workflow_runs_nothing(hello: Runner) -> None:
    pull = hello.repository.open_pull({"jobs/b.yaml": "name: b\n"})

    assert hello.deliver(pull.close()) == []
    assert hello.deliver(hello.repository.schedule()) == []


@pytest.mark.parametrize("method", ["merge", "squash"])
def test_a_merge_is_the_same_for_git_and_github(emulator: GitHubEmulator, tmp_path: Path, method: str) -> None:
    repository = Repository.of(emulator, tmp_path / "repository", {"a": "1"})
    pull = repository.open_pull({"b": "2"})
    repository.commit({"c": "3"}, "Meanwhile")

    merged = pull.merge(method)

    shown = emulator.pull(pull.number)
    assert (shown["merged"], shown["merge_commit_sha"]) == (True, merged.sha)
    assert repository.git("rev-parse", "main", at=repository.origin) == merged.sha
    assert repository.git("ls-tree", "--name-only", merged.sha).split() == ["a", "b", "c"]
    assert len(emulator.state.commits[merged.sha].parents) == (2 if method == "merge" else 1)
    assert merged.pushed.payload["after"] == merged.sha
    assert merged.closed.payload["pull_request"]["merged"] is True


def test_a_conflict_has_no_trial_merge(emulator: GitHubEmulator, tmp_path: Path) -> None:
    repository = Repository.of(emulator, tmp_path / "repository", {"a": "1"})
    pull = repository.open_pull({"a": "2"})
    repository.commit({"a": "3"}, "Meanwhile")
    repository.point(pull)

    assert pull.merge_sha is None
    with pytest.raises(GitError, match="does not merge"):
        pull.merge()


def test_a_called_workflow_runs_with_the_rights_of_its_caller_at_most(emulator: GitHubEmulator, tmp_path: Path) -> None:
    called = a_workflow(
        "called", "- run: echo $GITHUB_WORKFLOW", on="workflow_call", job="permissions: {contents: read}"
    )
    caller = {
        ".github/workflows/caller.yml": (
            "name: caller\non: repository_dispatch\npermissions: {}\n"
            "jobs:\n  go:\n    permissions: {contents: read}\n    uses: ./.github/workflows/called.yml\n"
        )
    }
    runner = a_runner(emulator, tmp_path, {**called, **caller})
    run = runner.deliver_one(
        runner.repository.repository_dispatch("groundctl-labeling-job", job="a", status="Completed")
    )

    assert run.results == {"go/only": "success"}
    assert run.text == "caller\n"  # as on GitHub, where act says "called"

    runner.repository.commit(
        {".github/workflows/caller.yml": caller[".github/workflows/caller.yml"].replace("read}", "none}")}, "Take away"
    )
    with pytest.raises(WorkflowError, match="is requesting 'contents: read', but is only allowed 'contents: none'"):
        runner.deliver(runner.repository.repository_dispatch("groundctl-labeling-job"))


def test_a_reviewer_can_reject_an_environment(emulator: GitHubEmulator, tmp_path: Path) -> None:
    runner = a_runner(emulator, tmp_path, a_workflow("apply", "- run: echo done", job="environment: groundctl-apply"))

    assert runner.deliver_one(runner.repository.push({"a": "1"})).text == "done\n"
    runner.rejected.add("groundctl-apply")
    run = runner.deliver_one(runner.repository.push({"a": "2"}))

    assert run.conclusion == "failure"
    assert "done" not in run.text


def test_an_environment_can_be_an_expression(emulator: GitHubEmulator, tmp_path: Path) -> None:
    job = "environment: ${{ vars.PLACE || 'none' }}\npermissions: {id-token: write}"
    ask = 'curl --silent -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL" >&2'
    runner = a_runner(emulator, tmp_path, a_workflow("apply", f"- run: |\n    {ask}", job=job))
    runner.variables["PLACE"] = "groundctl-apply"

    runner.deliver(runner.repository.push({"a": "1"}))

    [signed] = emulator.control_api.issuer.signed
    assert signed["environment"] == "groundctl-apply"
    assert signed["sub"] == "repo:acme/labels:environment:groundctl-apply"


def test_each_leg_of_a_matrix_has_its_own_log(emulator: GitHubEmulator, tmp_path: Path) -> None:
    job = "strategy: {fail-fast: false, matrix: {place: [east, west], size: [1]}}"
    steps = '- id: say\n  env: {PLACE: "${{ matrix.place }}"}\n  run: echo "$PLACE"; test "$PLACE" = east'
    runner = a_runner(emulator, tmp_path, a_workflow("legs", steps, job=job))

    run = runner.deliver_one(runner.repository.push({"a": "1"}))

    legs = run.jobs["only"].legs
    assert {name: (leg.result, leg.step("say").text) for name, leg in legs.items()} == {
        "east, 1": ("success", "east\n"),
        "west, 1": ("failure", "west\n"),
    }
    assert run.results == {"only": "failure"}
    assert len(run.jobs["only"].steps) == 2


def test_a_run_can_be_repeated_under_its_number(emulator: GitHubEmulator, tmp_path: Path) -> None:
    runner = a_runner(emulator, tmp_path, a_workflow("again", "- run: echo $GITHUB_RUN_ID $GITHUB_RUN_ATTEMPT"))
    event = runner.repository.push({"a": "1"})
    first = runner.run("again.yml", event)
    second = runner.rerun_all(first)

    number = first.record.id
    assert (first.text, second.text) == (f"{number} 1\n", f"{number} 2\n")
    assert [(each.id, each.attempt) for each in emulator.runs] == [(number, 2)]


def test_this_checkout_is_set_up_in_a_workspace_without_installing_anything(
    emulator: GitHubEmulator, tmp_path: Path
) -> None:
    files = a_workflow(
        "ours",
        """\
- uses: actions/checkout@v5
- uses: actions/setup-python@v6
- run: make setup
- run: .venv/bin/python -c 'import groundctl; print(groundctl.__file__)'; pwd
- run: .venv/bin/groundctl validate
- run: git status --porcelain
""",
    )
    repository = Repository.of_this_checkout(
        emulator, tmp_path / "repository", {"jobs/README.md": "none yet\n", **files}
    )
    runner = Runner(emulator=emulator, repository=repository)

    run = runner.run("ours.yml", repository.push({"a": "b"}))

    assert run.conclusion == "success", run
    found, workspace = run.jobs["only"].steps[3].text.split()
    assert found == f"{workspace}/scripts/groundctl/__init__.py"
    assert "pip" not in run.jobs["only"].steps[2].text
    assert run.jobs["only"].steps[5].text == ""
