"""What GitHub's workflows can become on AWS, and what they can do then: the policies of a real plan, weighed as AWS weighs them.

Each check is shown to bite: with a policy made wrong on purpose it must find something.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.session import get_session

from groundctl.adapters.terraform.stack import Stack
from support.aws.actions import CHANGING, MODELS, READING, actions, changes, changing_actions, first_word
from support.aws.iam_policies import Policy, Request, Role, Verdict, values
from support.github.oidc_tokens import KINDS, right_tokens, wrong_tokens
from support.terraform.plan import Plan, resources
from support.terraform.policy_checks import faults_of_github_access
from terraform.ground import QUIET, a_module, plan_with

pytestmark = QUIET

ACCOUNT = "111122223333"
NAME = "groundctl-production"
IAM = f"arn:aws:iam::{ACCOUNT}"
SAGEMAKER = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
INPUTS, ARTIFACTS, OUTPUTS = (f"{NAME}-{role}-{ACCOUNT}-us-east-1" for role in ("inputs", "artifacts", "outputs"))
TEAM, OTHER_TEAM = (f"{SAGEMAKER}:workteam/private-crowd/{name}" for name in ("reviewers", "others"))
VENDOR = "arn:aws:sagemaker:us-east-1:999999999999:workteam/vendor-crowd/acme"
CROWD = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
DATA_KEY, FOREIGN_KEY, STATE_KEY = (
    f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{name}" for name in ("data", "foreign", "state")
)
EXECUTION_ROLE, STUCK_JOBS = f"{IAM}:role/{NAME}-labeling-us-east-1", f"{IAM}:role/{NAME}-stuck-jobs-us-east-1"
STATE = "acme-terraform-state/groundctl/production.tfstate"

SERVICE_BOUNDARY = f"{IAM}:policy/services-of-groundctl"

SETTINGS: dict[str, dict[str, Any]] = {
    "context": {"name": NAME, "account_id": ACCOUNT, "partition": "aws", "region": "us-east-1"},
    "github": {"repository": "acme/labeling", "repository_id": "987654321", "owner_id": "12345678"},
    "labeling": {
        "input_buckets": [INPUTS, "acme-clips"],
        "artifact_bucket": ARTIFACTS,
        "output_bucket": OUTPUTS,
        "execution_role_arn": EXECUTION_ROLE,
        "work_team_arns": [TEAM, VENDOR],
        "data_key": {"arn": DATA_KEY},
        "read_key_arns": [FOREIGN_KEY],
    },
    "ground": {
        "state": {"bucket": STATE.partition("/")[0], "key": STATE.partition("/")[2], "kms_key_arn": STATE_KEY},
        "tag": {"key": "groundctl:environment", "value": "production"},
        "service_role_arns": [STUCK_JOBS],
    },
}

JOB = f"{SAGEMAKER}:labeling-job/rally-outcome-2026-11"
OURS = {"aws:ResourceTag/groundctl:environment": "production"}
OF_ANOTHER = {"aws:ResourceTag/groundctl:environment": "staging"}
BY_S3 = {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
TO_SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}
IF_NONE_MATCH = {"s3:if-none-match": "*"}
FOR_TEAM = {"sagemaker:WorkteamArn": TEAM, "sagemaker:WorkteamType": "private-crowd"}

UNDER_BOUNDARY = {"iam:PermissionsBoundary": SERVICE_BOUNDARY}

Context = Mapping[str, str]
Wish = tuple[str, str, Context]  # action, resource, what is so of the request
Right = tuple[str, str, tuple[tuple[str, str], ...]]  # the same, for a set


def ceiling_of(kind: str) -> Context:
    """Say that a role has the permissions boundary of one of GitHub's."""
    return {"iam:PermissionsBoundary": f"{IAM}:policy/{NAME}-github-{kind}-us-east-1"}


def github_role(kind: str) -> str:
    """Return the ARN of one of GitHub's roles."""
    return f"{IAM}:role/{NAME}-github-{kind}-us-east-1"


def of_s3(name: str) -> str:
    """Return the ARN of a bucket or of an object in it."""
    return f"arn:aws:s3:::{name}"


def s3(*names: str) -> list[str]:
    """Return the ARNs of several."""
    return [of_s3(name) for name in names]


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory, simulated_aws: Mapping[str, str]) -> Stack:
    """The module by itself, ready to be planned."""
    return a_module("github-access", tmp_path_factory.mktemp("terraform") / "github-access", simulated_aws)


@pytest.fixture(scope="module")
def planned(module: Stack) -> Plan:
    """What Terraform would make of the module with a set of everything."""
    return plan_with(module, SETTINGS)


@pytest.fixture(scope="module")
def planned_with_boundary(module: Stack) -> Plan:
    """The same where a person has given a boundary for services' roles."""
    ground = {**SETTINGS["ground"], "service_role_boundary_arn": SERVICE_BOUNDARY}
    return plan_with(module, {**SETTINGS, "ground": ground})


def texts(plan: Plan, resource_type: str, attribute: str) -> dict[str, str]:
    """Return one attribute of the four resources of a type, by what the role is for."""
    return {each["index"]: each["values"][attribute] for each in resources(plan, resource_type) if "index" in each}


def trusts(plan: Plan) -> dict[str, Policy]:
    """Return each role's trust policy."""
    return {kind: Policy.read(text) for kind, text in texts(plan, "aws_iam_role", "assume_role_policy").items()}


def roles(plan: Plan) -> dict[str, Role]:
    """Return each role's rights."""
    policies, ceilings = texts(plan, "aws_iam_role_policy", "policy"), texts(plan, "aws_iam_policy", "policy")
    return {kind: Role(policy=Policy.read(policies[kind]), ceiling=Policy.read(ceilings[kind])) for kind in KINDS}


# Who becomes a role


def wrongly_accepted(kind: str, trust: Policy) -> list[str]:
    """List the tokens to which a role opens and should not."""
    return [name for name, token in wrong_tokens(kind) if trust.weigh(token.request()) is Verdict.ALLOWED]


def wrongly_refused(kind: str, trust: Policy) -> list[str]:
    """List the tokens to which a role should open and does not."""
    return [name for name, token in right_tokens(kind) if trust.weigh(token.request()) is not Verdict.ALLOWED]


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_opens_to_its_workflows_and_to_nobody_else(planned: Plan, kind: str) -> None:
    trust = trusts(planned)[kind]

    assert len({repr(token) for _, token in wrong_tokens(kind)}) >= 100
    assert wrongly_accepted(kind, trust) == []
    assert wrongly_refused(kind, trust) == []


def the_condition(trust: dict[str, Any]) -> dict[str, Any]:
    """Return what a trust policy asks of a token, to be changed."""
    condition: dict[str, Any] = trust["Statement"][0]["Condition"]
    return condition


def without_claim(claim: str) -> Callable[[dict[str, Any]], None]:
    """Return a change that no longer asks for a claim."""

    def change(trust: dict[str, Any]) -> None:
        for key in [key for key in the_condition(trust)["StringEquals"] if key.endswith(f":{claim}")]:
            del the_condition(trust)["StringEquals"][key]

    return change


def with_subjects(operator: str, *subjects: str) -> Callable[[dict[str, Any]], None]:
    """Return a change that asks for other subjects, by another operator."""

    def change(trust: dict[str, Any]) -> None:
        equals = the_condition(trust)["StringEquals"]
        key = next(key for key in equals if key.endswith(":sub"))
        the_condition(trust).setdefault(operator, {})[key] = list(subjects) or equals[key]
        if operator != "StringEquals":
            del equals[key]

    return change


def for_all_values(trust: dict[str, Any]) -> None:
    """Ask in the way that a missing claim passes."""
    trust["Statement"][0]["Condition"] = {"ForAllValues:StringEquals": the_condition(trust)["StringEquals"]}


def without_any_condition(trust: dict[str, Any]) -> None:
    """Trust all of GitHub."""
    del trust["Statement"][0]["Condition"]


def for_any_provider(trust: dict[str, Any]) -> None:
    """Trust whoever hands out tokens."""
    trust["Statement"][0]["Principal"] = {"Federated": "*"}


def for_anything(trust: dict[str, Any]) -> None:
    """Let a role in by every way there is."""
    trust["Statement"][0]["Action"] = "sts:*"


def with_a_second_door(trust: dict[str, Any]) -> None:
    """Let any branch of the repository in beside the rest."""
    second = copy.deepcopy(trust["Statement"][0])
    second["Condition"] = {
        "StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/labeling:ref:refs/heads/*"}
    }
    trust["Statement"].append(second)


WRONG_TRUSTS = {
    "no subject": ("apply", without_claim("sub")),
    "no audience": ("apply", without_claim("aud")),
    "no repository": ("apply", without_claim("repository_id")),
    "no repository, plan": ("plan", without_claim("repository_id")),
    "no branch": ("terraform", without_claim("ref")),
    "any moment": ("apply", with_subjects("StringLike", "repo:acme/labeling:*")),
    "any repository of the owner": ("plan", with_subjects("StringLike", "repo:acme*:pull_request")),
    "any environment": ("stop", with_subjects("StringLike", "repo:acme/labeling:environment:*")),
    "pull requests, too": (
        "apply",
        with_subjects("StringEquals", "repo:acme/labeling:environment:groundctl-apply", "repo:acme/labeling:pull_request"),
    ),
    "another role's environment": ("stop", with_subjects("StringEquals", "repo:acme/labeling:environment:groundctl-apply")),
    "the older form of the subject only": ("apply", with_subjects("StringEquals", "repo:acme/labeling:environment:groundctl-apply")),
    "a missing claim passes": ("apply", for_all_values),
    "a missing subject passes": ("plan", with_subjects("StringEqualsIfExists")),
    "no condition": ("terraform", without_any_condition),
    "any provider": ("apply", for_any_provider),
    "any way": ("apply", for_anything),
    "a second door": ("stop", with_a_second_door),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_TRUSTS)
def test_a_trust_made_wrong_is_found_by_the_tokens_and_by_the_plan(planned: Plan, name: str) -> None:
    kind, change = WRONG_TRUSTS[name]
    trust = json.loads(texts(planned, "aws_iam_role", "assume_role_policy")[kind])
    change(trust)
    wrong = with_text(planned, "aws_iam_role", kind, "assume_role_policy", json.dumps(trust))

    policy = Policy.read(json.dumps(trust))

    assert wrongly_accepted(kind, policy) or wrongly_refused(kind, policy)
    assert any(fault.startswith("trust: ") for fault in faults_of_github_access(wrong))


# What the plan shows


def with_text(plan: Plan, resource_type: str, kind: str, attribute: str, text: str | None) -> Plan:
    """Return a copy of a plan in which one resource has another text."""
    changed: Plan = copy.deepcopy(plan)
    for each in resources(changed):
        if each["type"] == resource_type and each.get("index") == kind:
            each["values"][attribute] = text
    return changed


def with_statement(
    plan: Plan, kind: str, statement: Mapping[str, Any], *, resource_type: str = "aws_iam_role_policy"
) -> Plan:
    """Return a copy of a plan in which a policy has one statement more."""
    policy = json.loads(texts(plan, resource_type, "policy")[kind])
    policy["Statement"].append({"Effect": "Allow", **statement})
    return with_text(plan, resource_type, kind, "policy", json.dumps(policy))


def test_the_plan_has_no_fault(planned: Plan) -> None:
    assert {each["type"] for each in resources(planned)} == {
        "aws_iam_openid_connect_provider",
        "aws_iam_policy",
        "aws_iam_role",
        "aws_iam_role_policy",
    }
    assert faults_of_github_access(planned) == []


PASSED = {"Action": "iam:PassRole", "Condition": {"StringEquals": TO_SAGEMAKER}}
WRONG_STATEMENTS: dict[str, tuple[Mapping[str, Any], str]] = {
    "any role passed on": ({**PASSED, "Resource": "*"}, "PassRole: "),
    "any role of a kind passed on": ({**PASSED, "Resource": [f"{IAM}:role/{NAME}-*"]}, "PassRole: "),
    "any role but one passed on": ({**PASSED, "NotResource": f"{IAM}:role/admin"}, "PassRole: "),
    "passed on to anybody": ({"Action": "iam:PassRole", "Resource": EXECUTION_ROLE}, "PassRole: "),
    "passed on by a pattern": ({"Action": ["iam:Pass*"], "Resource": "*"}, "PassRole: "),
    "a whole service": ({"Action": "sagemaker:*", "Resource": "*"}, "actions: "),
    "all but": ({"NotAction": "iam:CreateUser", "Resource": EXECUTION_ROLE}, "actions: "),
    "everything": ({"Action": "*", "Resource": "*"}, "actions: "),
}


@pytest.mark.parametrize("name", WRONG_STATEMENTS)
def test_a_statement_made_wrong_is_found_in_the_plan(planned: Plan, name: str) -> None:
    statement, rule = WRONG_STATEMENTS[name]

    found = faults_of_github_access(with_statement(planned, "apply", statement))

    assert any(fault.startswith(rule) for fault in found), found


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"Federated": ["*"]}, {"AWS": "arn:aws:iam::*:root"}])
def test_a_door_for_anybody_is_found_in_the_plan(planned: Plan, principal: object) -> None:
    trust = json.loads(texts(planned, "aws_iam_role", "assume_role_policy")["plan"])
    trust["Statement"][0]["Principal"] = principal

    found = faults_of_github_access(with_text(planned, "aws_iam_role", "plan", "assume_role_policy", json.dumps(trust)))

    assert any(fault.startswith("principal: ") for fault in found)


@pytest.mark.parametrize(
    "boundary", [None, f"{IAM}:policy/{NAME}-github-terraform-us-east-1", "arn:aws:iam::aws:policy/AdministratorAccess"]
)
def test_a_role_without_its_own_ceiling_is_found_in_the_plan(planned: Plan, boundary: str | None) -> None:
    found = faults_of_github_access(with_text(planned, "aws_iam_role", "plan", "permissions_boundary", boundary))

    assert found == ['boundary: aws_iam_role.this["plan"] has no ceiling of its own']


# What a role can do


def refused(role: Role, wishes: list[Wish]) -> list[Wish]:
    """List what a role should be able to do and is not."""
    return [wish for wish in wishes if not role.may(*wish)]


def granted(role: Role, wishes: list[Wish]) -> list[Wish]:
    """List what a role should not be able to do and is."""
    return [wish for wish in wishes if role.may(*wish)]


LOOK: list[Wish] = [
    ("sagemaker:ListLabelingJobs", "*", {}),
    ("sagemaker:DescribeLabelingJob", JOB, {}),
    *[("s3:ListBucket", bucket, {}) for bucket in s3(INPUTS, "acme-clips", ARTIFACTS, OUTPUTS, "acme-terraform-state")],
    *[
        ("s3:GetObject", each, {})
        for each in s3(
            f"{ARTIFACTS}/jobs/rally/1-2/input-3.manifest", f"{ARTIFACTS}/jobs/rally/1-2/declaration.json", f"{ARTIFACTS}/claims/1/first",
            f"{INPUTS}/rallies/one.manifest", "acme-clips/lists/two.jsonl", f"{OUTPUTS}/rally/manifests/output/output.manifest", STATE,
        )
    ],
    *[("kms:Decrypt", key, BY_S3) for key in (DATA_KEY, FOREIGN_KEY, STATE_KEY)],
]  # fmt: skip

READ_GROUND: list[Wish] = [
    *[("s3:GetBucketPolicy", bucket, {}) for bucket in s3(INPUTS, ARTIFACTS, OUTPUTS)],
    ("s3:GetLifecycleConfiguration", of_s3(INPUTS), {}),
    *[("iam:GetRole", role, {}) for role in (EXECUTION_ROLE, github_role("apply"), github_role("terraform"))],
    ("iam:GetPolicyVersion", f"{IAM}:policy/{NAME}-github-plan-us-east-1", {}),
    ("iam:GetOpenIDConnectProvider", f"{IAM}:oidc-provider/token.actions.githubusercontent.com", {}),
    ("kms:DescribeKey", DATA_KEY, OURS),
    ("cognito-idp:DescribeUserPool", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_A", OURS),
    ("sagemaker:DescribeWorkteam", TEAM, {}),
    ("events:DescribeRule", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{NAME}-job-ended", {}),
    ("glue:GetTable", f"arn:aws:glue:us-east-1:{ACCOUNT}:table/groundctl_production/output_manifests", {}),
    ("athena:GetWorkGroup", f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/{NAME}", {}),
]

CREATE: list[Wish] = [
    ("sagemaker:CreateLabelingJob", JOB, FOR_TEAM),
    ("sagemaker:CreateLabelingJob", JOB, {"sagemaker:WorkteamArn": VENDOR, "sagemaker:WorkteamType": "vendor-crowd"}),
    ("sagemaker:AddTags", JOB, {}),
    ("iam:PassRole", EXECUTION_ROLE, TO_SAGEMAKER),
    *[
        ("s3:PutObject", each, IF_NONE_MATCH)
        for each in s3(f"{ARTIFACTS}/jobs/rally/1-2/origin.json", f"{ARTIFACTS}/claims/1/first")
    ],
    ("kms:GenerateDataKey", DATA_KEY, BY_S3),
]

CHANGE_GROUND: list[Wish] = [
    *[("s3:PutObject", each, {}) for each in s3(STATE, f"{STATE}.tflock")],
    ("s3:DeleteObject", of_s3(f"{STATE}.tflock"), {}),
    ("kms:GenerateDataKey", STATE_KEY, BY_S3),
    ("s3:PutLifecycleConfiguration", of_s3(OUTPUTS), {}),
    ("sagemaker:CreateWorkteam", OTHER_TEAM, {}),
    ("cognito-idp:CreateGroup", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_A", OURS),
    ("events:PutRule", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{NAME}-job-ended", {}),
    ("states:UpdateStateMachine", f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{NAME}-stuck-jobs", {}),
    ("iam:PassRole", STUCK_JOBS, {"iam:PassedToService": "states.amazonaws.com"}),
    *[("iam:PutRolePolicy", github_role(kind), ceiling_of(kind)) for kind in ("plan", "apply", "stop")],
]

NEEDED: dict[str, list[Wish]] = {
    "plan": LOOK + READ_GROUND,
    "apply": LOOK + CREATE,
    "stop": [*LOOK, ("sagemaker:StopLabelingJob", JOB, {})],
    "terraform": [*READ_GROUND, *CHANGE_GROUND, ("s3:GetObject", of_s3(STATE), {})],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_can_do_what_it_is_for(planned: Plan, kind: str) -> None:
    assert refused(roles(planned)[kind], NEEDED[kind]) == []


def test_every_action_says_whether_it_reads_or_changes() -> None:
    words = {first_word(action) for service in MODELS for action in actions(service)}

    assert words - READING - CHANGING == set()
    assert {service: len(changing_actions(service)) > 100 for service in MODELS} == dict.fromkeys(MODELS, True)


def test_where_a_service_keeps_to_http_its_methods_say_the_same() -> None:
    session, otherwise = get_session(), set()
    for model in map(session.get_service_model, ("s3", "s3control")):
        for name in model.operation_names:
            sends = model.operation_model(name).http["method"] not in ("GET", "HEAD")
            if changes(f"s3:{name}") is not sends:
                otherwise.add(name)

    # The one hands out rights and counts as a change; the other sends its question.
    assert otherwise == {"CreateSession", "SelectObjectContent"}


def changes_within_reach(policy: Policy) -> list[str]:
    """List the actions of SageMaker, S3 and IAM that change something and that a policy could allow anywhere, in any way."""
    return sorted(action for service in MODELS for action in changing_actions(service) if policy.may_ever(action))


def test_the_plan_role_cannot_change_anything(planned: Plan) -> None:
    role = roles(planned)["plan"]

    # Neither by its policy nor by its ceiling, each taken alone.
    assert changes_within_reach(role.policy) == []
    assert changes_within_reach(role.ceiling) == []


def test_of_other_services_the_plan_role_has_only_what_reads(planned: Plan) -> None:
    allowed = {
        action for statement in roles(planned)["plan"].policy.statements for action in values(statement["Action"])
    }

    assert {action for action in allowed if changes(action)} == {"kms:Decrypt"}


CHANGES: dict[str, list[str]] = {
    "plan": [],
    "apply": ["iam:PassRole", "s3:PutObject", "sagemaker:AddTags", "sagemaker:CreateLabelingJob"],
    "stop": ["sagemaker:StopLabelingJob"],
}


@pytest.mark.parametrize("kind", ["apply", "stop"])
def test_apply_and_stop_change_what_they_are_for_and_nothing_else(planned: Plan, kind: str) -> None:
    role = roles(planned)[kind]

    assert changes_within_reach(role.policy) == CHANGES[kind]
    assert changes_within_reach(role.ceiling) == CHANGES[kind]


CLIPS_AND_ANSWERS = s3(
    f"{INPUTS}/rallies/one.mp4", "acme-clips/two.MOV", "acme-clips/manifests/three.mp4", "acme-clips/one.manifest/four.mp4",
    f"{OUTPUTS}/rally/annotations/worker-response/iteration-1/0/2026-11-01_00:00:00.json", f"{OUTPUTS}/one.mp4",
    f"{OUTPUTS}/rally/annotations/consolidated-annotation/consolidation-response/iteration-1/2026.json", f"{ARTIFACTS}/one.mp4",
    "somebody-elses/clip.mp4", "acme-terraform-state/other.tfstate",
)  # fmt: skip
READS_OF_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTorrent", "s3:GetObjectAttributes")


def readable_clips(role: Role) -> list[str]:
    """List the clips and answers that a role is not denied. Not allowed is not enough: a bucket's own policy could make up for it."""
    return [
        clip
        for clip in CLIPS_AND_ANSWERS
        if any(
            role.ceiling.weigh(Request(action=action, resource=clip)) is not Verdict.DENIED
            for action in READS_OF_OBJECTS
        )
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_role_reads_a_clip_or_a_workers_answer_even_where_a_bucket_would_let_it(planned: Plan, kind: str) -> None:
    assert readable_clips(roles(planned)[kind]) == []


# Whatever is in the policy, the ceiling alone holds these back.
NEVER_OF_APPLY: list[Wish] = [
    ("iam:PassRole", f"{IAM}:role/admin", TO_SAGEMAKER),
    ("iam:PassRole", github_role("terraform"), TO_SAGEMAKER),
    ("iam:PassRole", EXECUTION_ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:PassRole", EXECUTION_ROLE, {}),
    ("sagemaker:CreateLabelingJob", JOB, {"sagemaker:WorkteamArn": CROWD, "sagemaker:WorkteamType": "public-crowd"}),
    ("sagemaker:CreateLabelingJob", JOB, {"sagemaker:WorkteamArn": TEAM, "sagemaker:WorkteamType": "public-crowd"}),
    ("sagemaker:CreateLabelingJob", JOB, {"sagemaker:WorkteamArn": CROWD}),
    ("sagemaker:CreateLabelingJob", JOB, {}),
    ("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/x", {}),
    ("sagemaker:AddTags", TEAM, {}),
    ("sagemaker:StopLabelingJob", JOB, {}),
    *[
        ("s3:PutObject", each, {})
        for each in s3(f"{ARTIFACTS}/jobs/rally/1-2/input.manifest", f"{ARTIFACTS}/claims/1/first")
    ],
    *[
        ("s3:PutObject", each, IF_NONE_MATCH)
        for each in s3(f"{ARTIFACTS}/other/file", f"{INPUTS}/clip.mp4", f"{OUTPUTS}/rally/x", STATE)
    ],
    ("s3:PutObject", of_s3(f"{ARTIFACTS}/jobs/rally/1-2/input.manifest"), {"s3:if-match": "etag"}),
    ("s3:DeleteObject", of_s3(f"{ARTIFACTS}/claims/1/first"), {}),
    ("s3:DeleteObjectVersion", of_s3(f"{ARTIFACTS}/claims/1/first"), {}),
    ("s3:PutObjectAcl", of_s3(f"{ARTIFACTS}/jobs/rally/1-2/input.manifest"), IF_NONE_MATCH),
    ("kms:GenerateDataKey", DATA_KEY, {}),
    ("sts:AssumeRole", github_role("terraform"), {}),
]

NEVER_UNDER_THE_POLICY: list[Wish] = [
    (
        "sagemaker:CreateLabelingJob",
        JOB,
        {"sagemaker:WorkteamArn": OTHER_TEAM, "sagemaker:WorkteamType": "private-crowd"},
    ),
    (
        "sagemaker:CreateLabelingJob",
        JOB,
        {"sagemaker:WorkteamArn": f"{TEAM}-2", "sagemaker:WorkteamType": "private-crowd"},
    ),
    ("s3:ListBucket", of_s3("somebody-elses"), {}),
    ("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/other", BY_S3),
]


def test_the_apply_role_does_nothing_it_is_not_for(planned: Plan) -> None:
    role = roles(planned)["apply"]

    assert granted(role.uncapped(), NEVER_OF_APPLY + NEVER_UNDER_THE_POLICY) == []
    assert granted(role.unbounded(), NEVER_OF_APPLY) == []


def test_the_public_crowd_is_refused_by_policy_and_by_ceiling(planned: Plan) -> None:
    role = roles(planned)["apply"]
    crowd = {"sagemaker:WorkteamArn": TEAM, "sagemaker:WorkteamType": "public-crowd"}
    wish = Request(action="sagemaker:CreateLabelingJob", resource=JOB, context=crowd)

    assert role.policy.weigh(wish) is Verdict.DENIED
    assert role.ceiling.weigh(wish) is Verdict.DENIED


def rights_within_reach(role: Role) -> set[Right]:
    """Return the ways in which a role could change somebody's rights, its own among them."""
    things = [
        *map(github_role, KINDS),
        *[f"{IAM}:policy/{NAME}-github-{kind}-us-east-1" for kind in KINDS],
        f"{IAM}:oidc-provider/token.actions.githubusercontent.com",
        f"{IAM}:oidc-provider/evil.example",
        EXECUTION_ROLE,
        STUCK_JOBS,
        f"{IAM}:role/admin",
        f"{IAM}:role/{NAME}-made-up-us-east-1",
        f"{IAM}:role/groundctl-production-eu-github-terraform-eu-west-1",
        f"{IAM}:user/somebody",
        SERVICE_BOUNDARY,
        "*",
    ]
    return {
        (action, thing, frozen(about))
        for action in changing_actions("iam") - {"iam:PassRole"}
        if role.policy.may_ever(action) and role.ceiling.may_ever(action)
        for thing in things
        for about in ({}, *map(ceiling_of, KINDS), UNDER_BOUNDARY, {"iam:PermissionsBoundary": f"{IAM}:policy/other"})
        if role.may(action, thing, about)
    }


def frozen(context: Context) -> tuple[tuple[str, str], ...]:
    """Return a context that a set can hold."""
    return tuple(context.items())


LISTED = ("plan", "apply", "stop")
MAY_BE_LISTED: set[Right] = {
    ("iam:PutRolePolicy", github_role(kind), frozen(ceiling_of(other))) for kind in LISTED for other in LISTED
}


def rights_raised(role: Role) -> bool:
    """Tell whether the Terraform role can change more of anybody's rights than to list teams and buckets under a ceiling."""
    reached = rights_within_reach(role.unbounded())
    # With every right in its own policy it still reaches only roles under the three other ceilings.
    return (
        rights_within_reach(role.uncapped()) != MAY_BE_LISTED
        or {action for action, _, _ in reached} != {"iam:PutRolePolicy"}
        or {about for _, _, about in reached} != {frozen(ceiling_of(kind)) for kind in LISTED}
    )


def test_the_terraform_role_raises_neither_itself_nor_others(planned: Plan) -> None:
    assert not rights_raised(roles(planned)["terraform"])


def rights_on_service_roles() -> set[Right]:
    """Return what the Terraform role may do to services' roles: make them and their policies under the boundary, label and remove them."""
    abouts: list[Context] = [
        {},
        *map(ceiling_of, KINDS),
        UNDER_BOUNDARY,
        {"iam:PermissionsBoundary": f"{IAM}:policy/other"},
    ]
    return {
        *[
            (f"iam:{verb}", STUCK_JOBS, frozen(UNDER_BOUNDARY))
            for verb in ("CreateRole", "DeleteRolePolicy", "PutRolePolicy")
        ],
        *[
            (f"iam:{verb}", STUCK_JOBS, frozen(about))
            for verb in ("DeleteRole", "TagRole", "UntagRole", "UpdateRoleDescription")
            for about in abouts
        ],
    }


def test_under_a_boundary_the_terraform_role_makes_the_named_roles_and_no_other(planned_with_boundary: Plan) -> None:
    role = roles(planned_with_boundary)["terraform"]

    assert faults_of_github_access(planned_with_boundary) == []
    assert rights_within_reach(role) == MAY_BE_LISTED | rights_on_service_roles()
    assert rights_within_reach(role.uncapped()) == MAY_BE_LISTED | rights_on_service_roles()
    # By its ceiling alone: no role but the named ones is made, and none's policy is written but under a boundary that a person gave.
    by_ceiling = rights_within_reach(role.unbounded())
    assert {right for right in by_ceiling if right[0] != "iam:PutRolePolicy"} == {
        right for right in rights_on_service_roles() if right[0] != "iam:PutRolePolicy"
    }
    given = {frozen(UNDER_BOUNDARY), *[frozen(ceiling_of(kind)) for kind in LISTED]}
    assert {about for action, _, about in by_ceiling if action == "iam:PutRolePolicy"} == given


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "iam:CreateRole", "Resource": STUCK_JOBS},
        {"Action": "iam:CreateRole", "Resource": f"{IAM}:role/{NAME}-*", "Condition": {"StringEquals": UNDER_BOUNDARY}},
        {"Action": "iam:UpdateAssumeRolePolicy", "Resource": STUCK_JOBS},
        {"Action": "iam:DeleteRolePermissionsBoundary", "Resource": STUCK_JOBS},
        {"Action": "iam:CreatePolicyVersion", "Resource": SERVICE_BOUNDARY},
    ],
)
def test_a_way_around_the_boundary_is_found(planned_with_boundary: Plan, statement: Mapping[str, Any]) -> None:
    wrong = with_statement(planned_with_boundary, "terraform", statement)

    assert rights_within_reach(roles(wrong)["terraform"].uncapped()) != MAY_BE_LISTED | rights_on_service_roles()


NEVER_OF_TERRAFORM: list[Wish] = [
    ("iam:PassRole", EXECUTION_ROLE, TO_SAGEMAKER),
    ("iam:PassRole", f"{IAM}:role/admin", {"iam:PassedToService": "states.amazonaws.com"}),
    ("iam:PassRole", STUCK_JOBS, {"iam:PassedToService": "lambda.amazonaws.com"}),
    ("sagemaker:CreateLabelingJob", JOB, FOR_TEAM),
    ("sagemaker:StopLabelingJob", JOB, {}),
    ("s3:DeleteBucket", of_s3(INPUTS), {}),
    ("s3:DeleteObject", of_s3(f"{ARTIFACTS}/claims/1/first"), {}),
    ("s3:PutObject", of_s3(f"{ARTIFACTS}/claims/1/first"), IF_NONE_MATCH),
    ("kms:ScheduleKeyDeletion", DATA_KEY, OURS),
    ("cognito-idp:DeleteUserPool", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_A", OURS),
    ("sts:AssumeRole", f"{IAM}:role/admin", {}),
]

OF_OTHERS: list[Wish] = [
    ("s3:PutBucketPolicy", of_s3("acme-clips"), {}),
    ("s3:PutBucketPolicy", of_s3("acme-terraform-state"), {}),
    ("kms:TagResource", FOREIGN_KEY, {}),
    ("kms:PutKeyPolicy", DATA_KEY, OURS),
    ("kms:Decrypt", DATA_KEY, BY_S3),
    ("s3:DeleteObject", of_s3(STATE), {}),
    ("cognito-idp:UpdateUserPool", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_B", {}),
    ("cognito-idp:AdminGetUser", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_B", OF_ANOTHER),
    ("events:PutRule", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/billing", {}),
    ("events:UpdateConnection", f"arn:aws:events:us-east-1:{ACCOUNT}:connection/{NAME}-github", {}),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:events!connection/{NAME}-github/1", {}),
]  # fmt: skip


def test_the_terraform_role_keeps_to_its_ground(planned: Plan) -> None:
    role = roles(planned)["terraform"]

    assert granted(role.uncapped(), NEVER_OF_TERRAFORM + OF_OTHERS) == []
    assert granted(role.unbounded(), NEVER_OF_TERRAFORM) == []


# Each of these promises has to notice when it is broken


def broken_promises(plan: Plan) -> Iterator[str]:
    """Name each promise on rights that a plan would break."""
    made = roles(plan)
    for kind, role in made.items():
        if refused(role, NEEDED[kind]):
            yield f"{kind} cannot work"
        if readable_clips(role):
            yield f"{kind} reads clips"
    for kind, changing in CHANGES.items():
        if any(changes_within_reach(policy) != changing for policy in (made[kind].policy, made[kind].ceiling)):
            yield f"{kind} changes more"
    apply, terraform = made["apply"], made["terraform"]
    if granted(apply.uncapped(), NEVER_OF_APPLY + NEVER_UNDER_THE_POLICY) or granted(apply.unbounded(), NEVER_OF_APPLY):
        yield "apply strays"
    if granted(terraform.uncapped(), NEVER_OF_TERRAFORM + OF_OTHERS) or granted(
        terraform.unbounded(), NEVER_OF_TERRAFORM
    ):
        yield "terraform strays"
    if rights_raised(terraform):
        yield "terraform raises rights"


POLICY, CEILING = "aws_iam_role_policy", "aws_iam_policy"
MORE_RIGHTS: dict[str, tuple[str, str, str | list[str], str | list[str], str]] = {
    "plan writes by its policy": ("plan", POLICY, "s3:PutObject", s3(f"{ARTIFACTS}/jobs/*"), "plan changes more"),
    "plan writes by its ceiling": ("plan", CEILING, "s3:PutObject", s3(f"{ARTIFACTS}/jobs/*"), "plan changes more"),
    "plan tags jobs": ("plan", POLICY, "sagemaker:AddTags", JOB, "plan changes more"),
    "plan passes a role": ("plan", POLICY, "iam:PassRole", EXECUTION_ROLE, "plan changes more"),
    "plan has a whole service": ("plan", POLICY, "sagemaker:*", "*", "plan changes more"),
    "plan has a word of many": ("plan", POLICY, "iam:*RolePolicy", "*", "plan changes more"),
    "apply stops jobs": ("apply", POLICY, "sagemaker:StopLabelingJob", JOB, "apply changes more"),
    "apply takes files away": ("apply", CEILING, "s3:DeleteObject*", s3(f"{ARTIFACTS}/*"), "apply changes more"),
    "apply writes over files": ("apply", POLICY, "s3:PutObject", s3(f"{ARTIFACTS}/jobs/*"), "apply strays"),
    "apply gives any team work": ("apply", POLICY, "sagemaker:CreateLabelingJob", JOB, "apply strays"),
    "apply passes any role": ("apply", CEILING, "iam:PassRole", f"{IAM}:role/*", "apply strays"),
    "apply tags teams": ("apply", POLICY, "sagemaker:AddTags", f"{SAGEMAKER}:*", "apply strays"),
    "stop creates jobs": ("stop", POLICY, "sagemaker:CreateLabelingJob", JOB, "stop changes more"),
    "terraform makes roles": ("terraform", POLICY, "iam:CreateRole", f"{IAM}:role/{NAME}-*", "terraform raises rights"),
    "terraform opens a role": ("terraform", CEILING, "iam:UpdateAssumeRolePolicy", github_role("apply"), "terraform raises rights"),
    "terraform lifts a ceiling": ("terraform", CEILING, "iam:DeleteRolePermissionsBoundary", "*", "terraform raises rights"),
    "terraform rewrites a ceiling": ("terraform", POLICY, "iam:CreatePolicyVersion", f"{IAM}:policy/*", "terraform raises rights"),
    "terraform changes the provider": ("terraform", POLICY, "iam:*OpenIDConnectProvider*", "*", "terraform raises rights"),
    "terraform creates jobs": ("terraform", CEILING, "sagemaker:CreateLabelingJob", JOB, "terraform strays"),
    "terraform passes any role": ("terraform", CEILING, "iam:PassRole", "*", "terraform strays"),
    "terraform has others' buckets": ("terraform", POLICY, "s3:PutBucketPolicy", "*", "terraform strays"),
}  # fmt: skip


def test_a_plan_as_it_is_breaks_no_promise(planned: Plan) -> None:
    assert list(broken_promises(planned)) == []


@pytest.mark.parametrize("name", MORE_RIGHTS)
def test_a_right_too_many_is_found(planned: Plan, name: str) -> None:
    kind, resource_type, action, resource, promise = MORE_RIGHTS[name]
    wrong = with_statement(planned, kind, {"Action": action, "Resource": resource}, resource_type=resource_type)

    assert promise in set(broken_promises(wrong))


def without_statement(plan: Plan, kind: str, resource_type: str, sid: str) -> Plan:
    """Return a copy of a plan in which a policy lacks one statement."""
    policy = json.loads(texts(plan, resource_type, "policy")[kind])
    kept = [statement for statement in policy["Statement"] if statement["Sid"] != sid]
    assert len(kept) == len(policy["Statement"]) - 1
    return with_text(plan, resource_type, kind, "policy", json.dumps({**policy, "Statement": kept}))


@pytest.mark.parametrize(
    ("kind", "resource_type", "sid", "promise"),
    [
        *[(kind, CEILING, "NoOtherObjects", f"{kind} reads clips") for kind in ("plan", "apply", "stop")],
        ("terraform", CEILING, "NoObjectsButTheState", "terraform reads clips"),
        ("terraform", CEILING, "NoDestroying", "terraform strays"),
        ("terraform", CEILING, "NoPolicyButUnderACeiling", "terraform raises rights"),
        ("plan", POLICY, "Roles", "plan cannot work"),
        ("apply", CEILING, "PassTheExecutionRole", "apply cannot work"),
        ("stop", POLICY, "StopJobs", "stop cannot work"),
        ("terraform", POLICY, "KeepTheState", "terraform cannot work"),
    ],
)
def test_a_statement_too_few_is_found(planned: Plan, kind: str, resource_type: str, sid: str, promise: str) -> None:
    assert promise in set(broken_promises(without_statement(planned, kind, resource_type, sid)))
