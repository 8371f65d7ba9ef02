"""Our own rules for workflows: they hold here, and each one sees what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from github_emulator.actors import FULL_NAME, OWNER
from workflows.reading import ACTION, Files, our_files
from workflows.recorded import DEFAULT_BRANCH
from workflows.rights import RIGHTS
from workflows.rules import (
    APPLY,
    APPLY_CALLER,
    CI,
    PLAN_AT_MAIN,
    PLAN_CALLER,
    RECORDED_PLAN,
    RELEASE,
    RULES,
    STATUS,
    STATUS_CALLER,
    faults_of,
)
from workflows.rules import REUSABLE_PLAN as PLAN
from workflows.running import TRIGGERS

OURS = our_files()
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
A_SETUP = "      - uses: $/.github/actions/setup\n"
UPLOAD = "      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1\n"
A_PLAN = "groundctl ci plan --record --doctor set-up.json --checkout proposed"
NOT_FOR_FORKS = "github.event.pull_request.head.repo.full_name == github.repository"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One passage changed for the worse."""

    file: str
    old: str
    new: str
    seen_in: str = ""  # where another file than the changed one is at fault


MUTANTS: Mapping[str, list[Mutant]] = {
    "each_workflow_starts_only_as_agreed": [
        Mutant(PLAN_CALLER, "  pull_request:\n", "  pull_request_target:\n"),
        Mutant(APPLY_CALLER, "on:\n", "on:\n  workflow_run: {workflows: [plan]}\n"),
        Mutant(STATUS_CALLER, "on:\n", "on:\n  issue_comment:\n"),
        Mutant(APPLY, "on:\n", "on:\n  workflow_dispatch:\n"),
    ],
    "pushes_count_on_the_default_branch_only": [
        Mutant(APPLY_CALLER, "    branches: [main]\n", "    branches: ['**']\n"),
        Mutant(RELEASE, '    tags: ["v*"]\n', "    branches: [main]\n"),
        Mutant(RELEASE, '    tags: ["v*"]\n', "    tags: ['**']\n"),
    ],
    "the_required_check_has_no_filter_that_could_silence_it": [
        Mutant(PLAN_CALLER, "    branches: [main]\n", "    paths: [jobs/**]\n"),
        Mutant(PLAN_CALLER, "branches: [main]", "branches: [main]\n    types: [opened]"),
    ],
    "only_our_event_reaches_status": [
        Mutant(STATUS_CALLER, "    types: [groundctl-labeling-job]\n", ""),
    ],
    "each_action_is_pinned_by_commit_with_its_version_beside_it": [
        Mutant(CI, CHECKOUT, "actions/checkout@v7"),
        Mutant(CI, " # v7.0.1", ""),
        Mutant(CI, " # v7.0.1", " # latest"),
        Mutant(CI, CHECKOUT, '"actions/checkout@main"'),
        Mutant(CI, "./.github/actions/setup", "./.github/actions/other"),
        Mutant(STATUS, "uses: ./.github/workflows/", "uses: acme/x/.github/workflows/"),
        Mutant(PLAN_CALLER, PLAN_AT_MAIN, PLAN_AT_MAIN.replace("@main", "@v1")),
        Mutant(PLAN_CALLER, PLAN_AT_MAIN, PLAN_AT_MAIN.replace(OWNER, "evil")),
    ],
    "the_tool_is_that_of_the_workflow_files_own_version": [
        Mutant(APPLY, "uses: $/.github/actions/setup", "uses: ./.github/actions/setup"),
        Mutant(PLAN, "uses: $/.github/actions/setup", f"uses: {FULL_NAME}/.github/actions/setup@main"),
        Mutant(CI, "uses: ./.github/actions/setup", "uses: $/.github/actions/setup"),
    ],
    "an_action_has_one_version_everywhere": [
        Mutant(ACTION, "  steps:\n", "  steps:\n    - uses: actions/checkout@" + "0" * 40 + " # v6.0.0\n", APPLY),
    ],
    "each_step_is_one_make_target_or_one_groundctl_verb": [
        Mutant(CI, "- run: make check", "- run: make check && curl example.com"),
        Mutant(CI, "- run: make check", "- run: |\n          make check\n          make test"),
        Mutant(PLAN, "run: groundctl validate --format github", "run: python3 scripts/x.py"),
        Mutant(PLAN, 'test "$PASSED" = true', "true"),
        Mutant(APPLY, "groundctl ci report", "groundctl ci report; true"),
    ],
    "what_cannot_be_undone_receives_the_signal_of_a_cancelled_run": [
        Mutant(APPLY, "run: exec groundctl ci apply --only create", "run: groundctl ci apply --only create"),
        Mutant(APPLY, "run: exec groundctl ci apply --only stop", "run: groundctl ci apply --only stop"),
    ],
    "no_expression_stands_in_a_command": [
        Mutant(PLAN, '--base "$BASE"', "--base ${{ github.base_ref }}"),
    ],
    "workflows_jobs_and_steps_say_only_what_we_know": [
        Mutant(CI, "permissions: {}\n", "permissions: {}\ndefaults: {run: {working-directory: x}}\n"),
        Mutant(RECORDED_PLAN, "{{ matrix.environment }}\n", "{{ matrix.environment }}\n      PYTHONPATH: x\n"),
        Mutant(APPLY, "      - id: apply\n", "      - id: apply\n        continue-on-error: true\n"),
        Mutant(STATUS, "    uses: ./.github", "    secrets: inherit\n    uses: ./.github"),
        Mutant(PLAN_CALLER, f"    uses: {FULL_NAME}", f"    with: {{checkout: .}}\n    uses: {FULL_NAME}"),
        Mutant(RECORDED_PLAN, "${{ matrix.environment }}", "${{ github.base_ref }}"),
        Mutant(APPLY, "    name: stop\n", "    name: stop\n    env: {PYTHONPATH: x}\n"),
        Mutant(PLAN, "fail-fast: false", "fail-fast: true"),
        Mutant(RECORDED_PLAN, "${{ fromJSON(needs.environments.outputs.environments) }}", '["production"]'),
        Mutant(RECORDED_PLAN, "      - id: changed\n", "      - id: changed\n        working-directory: proposed\n"),
        Mutant(CI, "    name: test\n", "    name: test\n    container: node\n"),
    ],
    "each_job_runs_on_a_machine_of_githubs_own": [
        Mutant(CI, "runs-on: ubuntu-latest", "runs-on: self-hosted"),
        Mutant(RECORDED_PLAN, "runs-on: ubuntu-latest", "runs-on: ${{ vars.RUNNER }}"),
    ],
    "each_job_has_a_time_limit": [
        Mutant(PLAN, "    timeout-minutes: 30\n", ""),
        Mutant(RECORDED_PLAN, "timeout-minutes: 30", "timeout-minutes: 360"),
    ],
    "each_checkout_leaves_no_credentials_behind_and_takes_what_started_the_run": [
        Mutant(PLAN, "          persist-credentials: false\n", ""),
        Mutant(APPLY, "persist-credentials: false", "persist-credentials: true"),
        Mutant(APPLY, "fetch-depth: 0\n", "fetch-depth: 0\n          ref: ${{ inputs.approve }}\n"),
    ],
    "a_workflow_has_no_rights_of_its_own": [
        Mutant(PLAN_CALLER, "permissions: {}\n\nconcurrency", "permissions: read-all\n\nconcurrency"),
        Mutant(PLAN, "permissions: {}\n\njobs", "permissions: write-all\n\njobs"),
        Mutant(CI, "permissions: {}\n\n", ""),
    ],
    "each_job_has_exactly_the_rights_it_was_given_here": [
        Mutant(CI, "contents: read", "contents: write"),
        Mutant(APPLY, "checks: write", "checks: write\n      packages: write"),
        Mutant(CI, "    permissions:\n      contents: read # to check out\n", ""),
    ],
    "nothing_a_fork_starts_may_ask_for_a_role_or_write": [
        Mutant(CI, "contents: read", "contents: read\n      id-token: write"),
        Mutant(CI, "permissions:\n      contents: read # to check out", "permissions: write-all"),
        Mutant(PLAN, f"!cancelled() && {NOT_FOR_FORKS}", "!cancelled()"),
        Mutant(PLAN, f"!cancelled() && {NOT_FOR_FORKS}", f"always() || {NOT_FOR_FORKS}"),
        Mutant(PLAN, f"    if: {NOT_FOR_FORKS}\n", ""),
        Mutant(PLAN, NOT_FOR_FORKS, "github.event.pull_request.head.repo.full_name != 'x'"),
    ],
    "a_role_that_changes_things_is_asked_for_in_its_environment_only": [
        Mutant(APPLY, "    environment: ${{ needs.look.outputs.apply-environment || 'groundctl-apply' }}\n", ""),
        Mutant(APPLY, "outputs.stop-environment || 'groundctl-stop'", "outputs.apply-environment || 'groundctl-apply'"),
        Mutant(PLAN, "GROUNDCTL_PLAN_ROLE", "GROUNDCTL_APPLY_ROLE"),
        Mutant(STATUS, "vars.GROUNDCTL_PLAN_ROLE", "'arn:aws:iam::1:role/x'"),
        Mutant(APPLY, "steps.place.outputs.stop-role", "steps.place.outputs.apply-role"),
        Mutant(RECORDED_PLAN, "GROUNDCTL_RECORD_ROLE", "GROUNDCTL_APPLY_ROLE"),
        Mutant(RELEASE, "    environment: groundctl-release\n", ""),
        Mutant(RELEASE, "environment: groundctl-pypi", "environment: groundctl-apply"),
    ],
    "code_of_a_release_runs_where_nothing_can_be_signed_or_written": [
        Mutant(
            RELEASE,
            "      contents: read # to check out\n",
            "      contents: read # to check out\n      id-token: write\n",
        ),
        Mutant(RELEASE, "        run: make release-publish", "        run: make release-build"),
        Mutant(
            RELEASE,
            "        with:\n          subject-path",
            "      - uses: ./.github/actions/setup\n        with:\n          subject-path",
        ),
    ],
    "nothing_is_published_that_is_not_attested_nor_to_pypi_unless_switched_on": [
        Mutant(RELEASE, "    needs: attest\n", "    needs: build\n"),
        Mutant(RELEASE, "    needs: publish\n", "    needs: build\n"),
        Mutant(RELEASE, "    if: vars.GROUNDCTL_PUBLISH == 'pypi'\n", ""),
    ],
    "no_pull_request_reaches_an_environment": [
        Mutant(PLAN, "    name: terraform\n", "    name: terraform\n    environment: groundctl-apply\n"),
    ],
    "nobody_is_trusted_by_name": [
        Mutant(APPLY, "always() &&", "always() && github.actor != 'x' &&"),
        Mutant(PLAN, "!cancelled() && github", "github.event.pull_request.user.login == 'x' && github"),
        Mutant(RECORDED_PLAN, "github.event_name == 'pull_request'", "github.actor == 'x'"),
    ],
    "there_are_no_secrets_to_lose": [
        Mutant(APPLY, "${{ github.token }}", "${{ secrets.TOKEN }}"),
    ],
    "githubs_token_is_given_to_single_steps": [
        Mutant(APPLY, "\nenv:\n", "\nenv:\n  GITHUB_TOKEN: ${{ github.token }}\n"),
    ],
    "nothing_that_changes_aws_builds_on_a_cache": [
        Mutant(
            APPLY,
            "- uses: $/.github/actions/setup\n",
            '- uses: $/.github/actions/setup\n        with:\n          cache: "true"\n',
        ),
        Mutant(STATUS, CHECKOUT, "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0"),
        Mutant(RECORDED_PLAN, A_SETUP, f'{A_SETUP}        with:\n          cache: "true"\n'),
        Mutant(ACTION, 'default: "false"', 'default: "true"'),
        Mutant(ACTION, "cache: ${{ inputs.cache == 'true' && 'pip' || '' }}", "cache: pip"),
    ],
    "an_apply_is_never_cancelled_and_none_that_waits_is_lost": [
        Mutant(APPLY, "cancel-in-progress: false", "cancel-in-progress: true"),
        Mutant(APPLY, "  queue: max\n", ""),
        Mutant(STATUS, "      cancel-in-progress: false\n", ""),
    ],
    "no_run_waits_for_a_group_it_holds": [
        Mutant(STATUS, "groundctl-resume-", "groundctl-apply-"),
        Mutant(APPLY, "groundctl-apply-${{ inputs.environment }}", "x-${{ github.workflow }}", STATUS),
    ],
    "a_call_hands_on_all_the_rights_that_are_asked_for": [
        Mutant(PLAN, "      statuses: write # the commit status\n", ""),
        Mutant(STATUS, "      actions: read # how the environments are protected, and who let this run continue\n", ""),
    ],
    "the_recorded_plan_takes_nothing_from_its_caller": [
        Mutant(RECORDED_PLAN, "  workflow_call:\n", "  workflow_call:\n    inputs: {checkout: {type: string}}\n"),
        Mutant(RECORDED_PLAN, "  workflow_call:\n", "  workflow_call:\n    secrets: {key: {required: false}}\n"),
        Mutant(RECORDED_PLAN, "  workflow_call:\n", "  workflow_dispatch:\n  workflow_call:\n"),
        Mutant(RECORDED_PLAN, "ref: ${{ github.sha }}", "ref: ${{ inputs.commit }}"),
        Mutant(RECORDED_PLAN, "${{ github.token }}", "${{ secrets.TOKEN }}"),
        Mutant(RECORDED_PLAN, "  record:\n", "  before:\n    runs-on: ubuntu-latest\n  record:\n"),
        Mutant(RECORDED_PLAN, "    name: record\n", "    name: record\n    env: {X: '${{ inputs.x }}'}\n"),
    ],
    "the_recorded_plan_uses_no_cache_no_artifact_and_no_action_but_three": [
        Mutant(RECORDED_PLAN, A_SETUP, f'{A_SETUP}        with:\n          cache: "true"\n'),
        Mutant(RECORDED_PLAN, A_SETUP, A_SETUP + UPLOAD),
        Mutant(RECORDED_PLAN, A_SETUP, f"{A_SETUP}      - uses: actions/download-artifact@v5\n"),
        Mutant(RECORDED_PLAN, A_SETUP, f"{A_SETUP}      - uses: actions/cache@v5\n"),
        Mutant(RECORDED_PLAN, A_SETUP, f"{A_SETUP}      - uses: ./proposed/.github/actions/setup\n"),
    ],
    "the_recorded_plan_is_made_by_the_default_branch_of_today": [
        Mutant(RECORDED_PLAN, f"          ref: {DEFAULT_BRANCH}\n", ""),
        Mutant(RECORDED_PLAN, DEFAULT_BRANCH, "${{ github.event.repository.default_branch }}"),
        Mutant(RECORDED_PLAN, DEFAULT_BRANCH, "${{ job.workflow_sha }}"),
        Mutant(RECORDED_PLAN, DEFAULT_BRANCH, "${{ github.event.pull_request.base.sha }}"),
        Mutant(RECORDED_PLAN, DEFAULT_BRANCH, "${{ vars.BRANCH }}"),
        Mutant(RECORDED_PLAN, f"ref: {DEFAULT_BRANCH}\n", f"ref: {DEFAULT_BRANCH}\n          path: tool\n"),
        Mutant(RECORDED_PLAN, "          path: proposed\n", ""),
        Mutant(RECORDED_PLAN, "ref: ${{ github.sha }}", "ref: ${{ github.head_ref }}"),
        Mutant(RECORDED_PLAN, A_SETUP, f"      - uses: {CHECKOUT}\n{A_SETUP}"),
        Mutant(RECORDED_PLAN, "      - id: changed\n", f"      - uses: {CHECKOUT}\n      - id: changed\n"),
    ],
    "the_proposal_is_an_argument_and_nothing_else": [
        Mutant(RECORDED_PLAN, "      - id: changed\n", "      - id: changed\n        working-directory: proposed\n"),
        Mutant(RECORDED_PLAN, "run: groundctl ci report-unchanged", "run: make -C proposed check"),
        Mutant(RECORDED_PLAN, A_PLAN, "groundctl ci plan --infrastructure proposed/x --record --checkout proposed"),
        Mutant(RECORDED_PLAN, A_PLAN, f"{A_PLAN}/jobs"),
        Mutant(RECORDED_PLAN, A_SETUP, "      - uses: ./proposed/.github/actions/setup\n"),
        Mutant(RECORDED_PLAN, "          BASE: ", "          PYTHONPATH: proposed/scripts\n          BASE: "),
        Mutant(RECORDED_PLAN, "\njobs:\n", "\nenv:\n  PYTHONPATH: proposed/scripts\n\njobs:\n"),
        Mutant(RECORDED_PLAN, "\njobs:\n", "\ndefaults: {run: {working-directory: proposed}}\n\njobs:\n"),
    ],
    "the_recorded_plan_sets_three_variables_and_none_that_python_reads": [
        Mutant(
            RECORDED_PLAN, "          BASE: ", "          PYTHONPATH: ${{ github.workspace }}/*/x\n          BASE: "
        ),
        Mutant(RECORDED_PLAN, "\njobs:\n", "\nenv:\n  GROUNDCTL_INFRASTRUCTURE: x.json\n\njobs:\n"),
        Mutant(RECORDED_PLAN, "BASE: ${{ github.event.pull_request.base.sha }}", "BASE: ${{ github.head_ref }}"),
        Mutant(RECORDED_PLAN, "${{ vars.GROUNDCTL_ENVIRONMENT }}", "${{ github.base_ref }}"),
    ],
    "each_look_at_a_pull_request_in_the_recorded_plan_is_at_the_proposal": [
        Mutant(RECORDED_PLAN, A_PLAN, "groundctl ci plan --record"),
        Mutant(RECORDED_PLAN, '--base "$BASE" --checkout proposed', '--base "$BASE"'),
        Mutant(RECORDED_PLAN, "ci doctor --out set-up.json --checkout proposed", "ci doctor --out set-up.json"),
    ],
    "a_plan_is_recorded_for_branches_of_this_repository_to_the_default_branch_only": [
        Mutant(RECORDED_PLAN, "github.event_name == 'pull_request'", "github.event_name != 'push'"),
        Mutant(RECORDED_PLAN, "base.ref == github.event.repository.default_branch", "base.ref != ''"),
        Mutant(RECORDED_PLAN, "head.repo.id == github.event.repository.id", "head.repo.id != 0"),
        Mutant(RECORDED_PLAN, "head.repo.id ==", "base.repo.id =="),
        Mutant(RECORDED_PLAN, "github.event_name ==", "always() || github.event_name =="),
    ],
    "the_record_role_is_asked_for_in_one_file_only": [
        Mutant(PLAN, "GROUNDCTL_PLAN_ROLE", "GROUNDCTL_RECORD_ROLE"),
        Mutant(RECORDED_PLAN, "GROUNDCTL_RECORD_ROLE", "GROUNDCTL_PLAN_ROLE"),
    ],
    "pull_requests_call_the_recorded_plan_of_the_same_version": [
        Mutant(PLAN, f"./.github/{RECORDED_PLAN}", "./.github/workflows/reusable-apply.yml"),
        Mutant(STATUS, f"./.github/{APPLY}", f"./.github/{RECORDED_PLAN}", PLAN),
    ],
    "each_caller_calls_its_reusable_workflow_and_does_nothing_itself": [
        Mutant(PLAN_CALLER, PLAN_AT_MAIN, f"./.github/{PLAN}"),
        Mutant(PLAN_CALLER, PLAN_AT_MAIN, PLAN_AT_MAIN.replace("@main", f"@{'0' * 40}")),
        Mutant(PLAN_CALLER, PLAN_AT_MAIN, PLAN_AT_MAIN.replace("reusable-plan", "recorded-plan")),
        Mutant(STATUS_CALLER, "\njobs:\n", "\njobs:\n  before:\n    runs-on: ubuntu-latest\n"),
    ],
    "no_artifact_is_handed_on": [
        Mutant(PLAN, A_SETUP, UPLOAD + A_SETUP),
        Mutant(APPLY, A_SETUP, f"      - uses: actions/download-artifact@v5\n{A_SETUP}"),
    ],
    "only_a_run_that_is_shown_to_be_at_the_tip_acts": [
        Mutant(
            APPLY, "needs.look.outputs.current == 'true' && needs.look.outputs.changes", "needs.look.outputs.changes"
        ),
        Mutant(
            APPLY,
            "needs.look.result == 'success' && needs.look.outputs.current == 'true'",
            "needs.look.result == 'success'",
        ),
        Mutant(APPLY, "needs.look.outputs.current == 'true'", "needs.look.outputs.current != 'false'"),
    ],
    "what_acts_can_ask_for_the_tip_itself": [
        Mutant(
            APPLY,
            "          GITHUB_TOKEN: ${{ github.token }} # to ask whether the commit is still the tip\n",
            "          X: y\n",
        ),
        Mutant(
            APPLY,
            "GITHUB_TOKEN: ${{ github.token }}\n        run: groundctl ci tip",
            "X: y\n        run: groundctl ci tip",
        ),
    ],
}


def test_every_workflow_follows_every_rule():
    assert faults_of(OURS) == []


@pytest.mark.parametrize(
    ("rule", "mutant"), [(rule, mutant) for rule, mutants in MUTANTS.items() for mutant in mutants]
)
def test_a_harmful_change_is_found_by_its_rule(rule: str, mutant: Mutant):
    changed = OURS.with_text(mutant.file, mutant.old, mutant.new)

    assert (rule, mutant.seen_in or mutant.file) in {(fault.rule, fault.file) for fault in faults_of(changed)}


def test_a_workflow_that_is_not_listed_here_breaks_the_rules():
    stranger = OURS["workflows/ci.yml"].text

    faults = faults_of(OURS.with_file("workflows/new.yml", stranger))

    assert {fault.file for fault in faults} == {"workflows/new.yml"}
    assert {fault.rule for fault in faults} >= {
        "each_workflow_starts_only_as_agreed",
        "each_job_has_exactly_the_rights_it_was_given_here",
        "nothing_that_changes_aws_builds_on_a_cache",
    }


def test_every_rule_has_a_mutant():
    assert MUTANTS.keys() == RULES.keys()


def test_the_tables_contain_no_obsolete_entry():
    jobs = {(file.name, name) for file in OURS.workflows for name in file.jobs}

    assert RIGHTS.keys() == jobs
    assert {file.name: set(file.triggers) for file in OURS.workflows} == TRIGGERS


def test_every_permission_has_its_reason_beside_it():
    lines = [line for file in OURS.workflows for line in file.text.splitlines()]
    rights = [
        line
        for line in lines
        if line.strip().split(":")[0]
        in {"contents", "id-token", "actions", "pull-requests", "checks", "statuses", "attestations"}
    ]

    assert len(rights) == sum(len(rights) for rights in RIGHTS.values())
    assert [line for line in rights if len(line.partition("# ")[2].split()) < 2] == []


def test_every_notation_of_triggers_is_read():
    for on in ("on: pull_request_target", "on: [pull_request_target]", "on: {pull_request_target: {}}"):
        files = Files({**OURS.texts, "workflows/x.yml": f"{on}\npermissions: {{}}\njobs: {{}}\n"})

        assert ("each_workflow_starts_only_as_agreed", "workflows/x.yml") in {
            (f.rule, f.file) for f in faults_of(files)
        }
