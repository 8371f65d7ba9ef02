"""What `doctor` says of files, settings of Terraform, branch rules, and trust policies: own values, and one way out each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundctl.domain.adoption.doctor.aws import judge_events, judge_quotas
from groundctl.domain.adoption.doctor.finding import State
from groundctl.domain.adoption.doctor.github import (
    judge_codeowners,
    judge_forks,
    judge_required_check,
    judge_review_rules,
    judge_reviews,
    judge_variables,
)
from groundctl.domain.adoption.doctor.here import called_workflows, judge_folders, judge_lock, judge_workflows
from groundctl.domain.adoption.doctor.setup import (
    BranchRules,
    EnvironmentSetup,
    EventConnection,
    FilesSeen,
    ForkRules,
    Quota,
    RequiredCheck,
    RulesSeen,
    Setup,
    environments_here,
    repository_of,
)
from groundctl.domain.adoption.doctor.trust import trust_faults
from groundctl.domain.adoption.doctor.versions import SENT_MEMBERS, judge_terraform
from groundctl.domain.adoption.tfvars import Unreadable, read_tfvars
from groundctl.domain.declarations.environments import Environment, Role
from groundctl.domain.declarations.policy import FolderPolicy, Policy
from groundctl.domain.jobs.places import Absent, NotSeen
from groundctl.domain.jobs.request import compile_job
from support.builders import a_declaration, an_infrastructure, clips_of
from support.setup_fakes import GOOD_RULES

SETUP = Setup(version="0.1.0", repository="acme/labels")
ISSUER = "token.actions.githubusercontent.com"
WORKFLOW = "acme/labels/.github/workflows/apply.yml@refs/heads/main"
APPLY = ".github/workflows/apply.yml"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a = "x" # said\n', {"a": "x"}),
        ("a = [1, 2.5, true,\n null] // said\n/* b = 1 */", {"a": [1, 2.5, True, None]}),
        ('a = {\n b = "1"\n "c d": 2, e = {} }', {"a": {"b": "1", "c d": 2, "e": {}}}),
        ("a = <<-END\n  text\n  END\n", {"a": "  text\n"}),
        ('a = "$${not} a template"', {"a": "${not} a template"}),
        ('a = "\\u00e9 \\" \\n"', {"a": 'é " \n'}),
        ("a = (1)", {"a": 1}),
        ("", {}),
    ],
    ids=str,
)
def test_settings_of_terraform_are_read(text: str, value: dict[str, Any]):
    assert read_tfvars(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = upper(b)", "upper"),
        ('a = "${b}"', "template"),
        ("a = 1\na = 2", "set twice"),
        ("a =", "the end"),
        ("a = [1", "the end"),
        ("a", "no value"),
        ("= 1", "no name"),
        ("a = ?", "line 1"),
        ("a = " + "[" * 100, "deep"),
    ],
    ids=str,
)
def test_what_is_no_literal_is_said_and_not_guessed(text: str, why: str):
    found = read_tfvars(text.encode())

    assert isinstance(found, Unreadable)
    assert why in found.why


@given(st.binary(max_size=60) | st.text(alphabet='a={}[]()"\\\n,:#/*$<- 1', max_size=60).map(str.encode))
def test_no_settings_file_breaks_the_reader(raw: bytes):
    assert isinstance(read_tfvars(raw), dict | Unreadable)


@pytest.mark.parametrize(
    ("remote", "named"),
    [
        ("https://github.com/acme/labels.git", ("github.com", "acme/labels")),
        ("https://github.com/acme/labels/", ("github.com", "acme/labels")),
        ("git@github.com:acme/labels.git", ("github.com", "acme/labels")),
        ("ssh://git@git.acme.example:2222/acme/labels", ("git.acme.example", "acme/labels")),
        ("/srv/git/labels.git", ("", "")),
        ("", ("", "")),
    ],
    ids=str,
)
def test_a_remote_names_a_repository(remote: str, named: tuple[str, str]):
    assert repository_of(remote) == named


FILES = {"terraform/environments/a.tfvars": "", "terraform/environments/a.s3.tfbackend": "", "terraform/b.tf": ""}


def test_environments_are_those_with_both_files_unless_the_policy_names_them():
    files = FilesSeen(texts={**FILES, "terraform/environments/demo.tfvars": "x = 1"})
    named = Policy(environments=(Environment(name="demo", account_id="1", region="us-east-1", role_path="/x/"),))

    assert [each.name for each in environments_here(files, Policy())] == ["a"]
    [demo] = environments_here(files, named)
    assert (demo.settings, demo.backend) == ({"x": 1}, None)
    assert demo.role_arn(Role.STOP) == "arn:aws:iam::1:role/x/groundctl-demo-github-stop-us-east-1"


def test_a_folder_without_an_environment_is_named():
    environments = (Environment(name="a", account_id="1", region="us-east-1", folders=("sports",)),)
    policy = Policy(folders={"sports": FolderPolicy(), "docks": FolderPolicy()}, environments=environments)
    files = FilesSeen(texts={}, declarations=("jobs/sports/x.yaml", "jobs/docks/y.yaml"))

    facts = [finding.fact for finding in judge_folders(files, replace(SETUP, policy=policy))]

    assert facts == ["no environment in jobs/policy.yaml has jobs/docks, so its jobs are never created"]


def test_with_environments_in_the_policy_no_variable_is_needed():
    environments = (Environment(name="a", account_id="1", region="us-east-1"),)

    [finding] = judge_variables({}, replace(SETUP, policy=Policy(environments=environments)))

    assert finding.state is State.OK


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"version": 1}', "\ud800"], ids=repr)
def test_a_broken_lock_is_a_sentence(text: str):
    [finding] = judge_lock(FilesSeen(texts={".groundctl/lock.json": text}), SETUP)

    assert finding.state is State.WRONG


def test_a_newer_version_elsewhere_is_never_a_fault():
    call = "uses: groundctl/groundctl/.github/workflows/reusable-plan.yml@v9.0.0"
    files = FilesSeen(
        texts=dict.fromkeys((APPLY, APPLY.replace("apply", "plan"), APPLY.replace("apply", "status")), call)
    )

    assert {finding.state for finding in judge_workflows(files, SETUP)} == {State.WARNING}


def test_a_call_of_another_repository_at_no_version_is_named_and_one_at_a_commit_is_not():
    call = "uses: acme/old/.github/workflows/recorded-plan.yml@main"
    files = FilesSeen(texts={APPLY: call})

    assert called_workflows(files) == {("acme/old", "main")}
    assert any("acme/old at main" in finding.fact for finding in judge_workflows(files, SETUP))
    pinned = FilesSeen(texts={APPLY: call.replace("main", "a" * 40)})
    assert not any("acme/old" in finding.fact for finding in judge_workflows(pinned, SETUP))


def test_what_only_administrators_see_is_neither_good_nor_bad():
    seen = RulesSeen(rules=BranchRules(), hidden="it is hidden")

    judged = [*judge_required_check(seen, SETUP), *judge_reviews(seen, SETUP), *judge_review_rules(seen, SETUP)]

    assert {finding.state for finding in judged} == {State.CANNOT_SEE}
    assert all("it is hidden" in finding.fact for finding in judged)


def test_rules_that_do_not_show_who_may_pass_them_are_not_said_to_hold_for_everyone():
    [one] = judge_review_rules(RulesSeen(rules=GOOD_RULES, hidden_exemptions=1), SETUP)
    [two] = judge_review_rules(RulesSeen(rules=GOOD_RULES, hidden_exemptions=2), SETUP)

    assert (one.state, two.state) == (State.CANNOT_SEE, State.CANNOT_SEE)
    assert one.fact.startswith("a ruleset does not show who may merge past the rules")
    assert two.fact.startswith("2 rulesets do not show who")


def test_a_codeowners_file_that_github_does_not_show_is_not_understood():
    [hidden] = judge_codeowners(None, SETUP)
    [fine] = judge_codeowners((), SETUP)

    assert (hidden.state, fine.state) == (State.CANNOT_SEE, State.OK)


def test_rules_of_several_sources_add_up():
    rules = BranchRules(reviews=1, checks=(RequiredCheck(name="a"),)).with_those(
        BranchRules(reviews=2, asks_owners=True, exempt=("writers",))
    )

    assert (rules.reviews, rules.asks_owners, rules.exempt) == (2, True, ("writers",))
    assert BranchRules().with_those(BranchRules()).reviews is None


def test_a_branch_that_is_not_up_to_date_is_a_warning():
    [finding] = judge_required_check(RulesSeen(rules=replace(GOOD_RULES, is_strict=False)), SETUP)

    assert (finding.state, finding.fix) == (State.WARNING, "https://github.com/acme/labels/settings/rules")


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (None, State.OK),
        (EventConnection(state="AUTHORIZED", was_updated=True), State.OK),
        (EventConnection(state="AUTHORIZED", was_updated=False), State.WARNING),
        (EventConnection(state="DEAUTHORIZED", was_updated=True), State.WRONG),
        (Absent(), State.WRONG),
        (NotSeen(reason="of rights"), State.CANNOT_SEE),
    ],
    ids=str,
)
def test_a_connection_to_github_is_authorized_and_has_its_token(
    found: EventConnection | Absent | NotSeen | None, state: State
):
    assert [finding.state for finding in judge_events(found, ENVIRONMENT)] == [state]


def test_a_quota_of_few_jobs_is_a_warning_and_one_that_is_not_named_is_not_seen():
    few = judge_quotas((Quota(name="Labeling jobs", value=2),), ENVIRONMENT)
    many = judge_quotas((Quota(name="Labeling jobs", value=200),), ENVIRONMENT)

    assert [finding.state for finding in (*few, *many)] == [State.WARNING, State.OK]
    assert "Labeling jobs: 2" in few[0].fact
    assert judge_quotas((), ENVIRONMENT)[0].state is State.CANNOT_SEE


def test_forks_get_neither_a_token_that_writes_nor_secrets():
    judged = judge_forks(ForkRules(waits_for="nothing", gets_write_token=True, gets_secrets=True), SETUP)

    assert [finding.state for finding in judged] == [State.WRONG, State.WRONG, State.WARNING]


def a_trust(without: str = "", **claims: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "sub": ["repo:acme/labels:environment:x", "repo:acme@2/labels@1:environment:x"],
        "repository_id": "1",
        "job_workflow_ref": WORKFLOW,
        **claims,
    }
    asked = {f"{ISSUER}:{name}": value for name, value in given.items() if name != without}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::1:oidc-provider/{ISSUER}"},
        "Condition": {"StringEquals": asked},
    }
    return {"Statement": statement}


ENVIRONMENT = EnvironmentSetup(name="a", settings={"github": {"repository_id": "1"}})


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (a_trust(), ""),
        (a_trust("sub"), "every repository"),
        (a_trust(sub="repo:acme/*:*"), "acme/*"),
        (a_trust(sub=["repo:acme/labels:x", "repo:evil/labels:x"]), "evil/labels"),
        (a_trust(repository_id="7"), "trusts repository 7"),
        (a_trust("job_workflow_ref"), "any workflow file"),
        (a_trust(job_workflow_ref=WORKFLOW.replace("main", "old")), "at refs/heads/old"),
        (a_trust(job_workflow_ref="evil/tool/.github/workflows/x.yml@refs/heads/main"), "evil/tool"),
        (a_trust(job_workflow_ref="*"), "no workflow file"),
        ({"Statement": []}, "no workflow of GitHub Actions"),
        ({}, "no workflow of GitHub Actions"),
        ({"Statement": [None, {"Effect": "Allow", "Principal": "*"}]}, "no workflow of GitHub Actions"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_role_trusts_this_repositorys_workflows_only(policy: dict[str, Any], says: str):
    faults = list(trust_faults(policy, ENVIRONMENT, SETUP, FilesSeen(texts={})))

    assert any(says in fault for fault in faults) if says else faults == []


@pytest.mark.parametrize(
    ("version", "state"),
    [(None, State.WARNING), ((1, 9), State.WRONG), ((1, 10), State.OK), ((2, 0), State.OK)],
    ids=str,
)
def test_terraform_is_new_enough(version: tuple[int, ...] | None, state: State):
    assert judge_terraform(version, (1, 10))[0].state is state


def test_a_role_may_trust_two_versions_of_the_tool_if_the_called_one_is_among_them():
    call = "uses: groundctl/groundctl/.github/workflows/reusable-apply.yml@v0.1.0"
    files = FilesSeen(texts={APPLY: call})
    at = "groundctl/groundctl/.github/workflows/reusable-apply.yml@refs/tags/{}"

    both = a_trust(job_workflow_ref=[at.format("v0.0.9"), at.format("v0.1.0")])
    old = a_trust(job_workflow_ref=at.format("v0.0.9"))

    assert list(trust_faults(both, ENVIRONMENT, SETUP, files)) == []
    assert list(trust_faults(old, ENVIRONMENT, SETUP, files)) == [
        "trusts groundctl/groundctl at v0.0.9, and the workflows call it at v0.1.0"
    ]


def test_every_member_of_a_request_is_one_that_the_sdk_is_asked_about():
    declaration = a_declaration()
    request = compile_job(
        declaration, an_infrastructure(kms_key_arn="arn:aws:kms:us-east-1:1:key/1"), clips_of(declaration)
    )

    assert set(_paths(request.request)) <= set(SENT_MEMBERS)


def _paths(value: Any, before: str = "") -> list[str]:
    if not isinstance(value, dict):
        return [before]
    return [path for name, each in value.items() for path in _paths(each, f"{before}.{name}" if before else name)]
