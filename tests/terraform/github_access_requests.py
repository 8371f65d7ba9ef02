"""What each of GitHub's roles must be able to do, and what it must never be able to do."""

from collections.abc import Iterator

from support.aws.actions import MODELS, changing_actions
from support.aws.iam_policies import Policy, Role
from support.github.oidc_tokens import KINDS
from support.terraform.plan import Plan
from terraform.github_access import (
    ACCOUNT,
    ARTIFACTS,
    DATA_KEY,
    EXECUTION_ROLE,
    FOR_TEAM,
    FOREIGN_KEY,
    IAM,
    IF_NONE_MATCH,
    INPUTS,
    JOB,
    LEDGER,
    NAME,
    OF_ANOTHER_ENVIRONMENT,
    OTHER_TEAM,
    OURS,
    OUTPUTS,
    PUBLIC_WORKFORCE,
    SAGEMAKER,
    SERVICE_BOUNDARY,
    STATE,
    STATE_KEY,
    STUCK_JOBS,
    TEAM,
    THROUGH_S3,
    TO_SAGEMAKER,
    UNDER_BOUNDARY,
    VENDOR,
    Asked,
    Context,
    Right,
    boundary_of,
    github_role,
    of_s3,
    roles,
    s3,
)
from terraform.github_access_objects import readable_clips


def denied(role: Role, requests: list[Asked]) -> list[Asked]:
    """List the requests that a role should allow and does not."""
    return [request for request in requests if not role.may(*request)]


def allowed(role: Role, requests: list[Asked]) -> list[Asked]:
    """List the requests that a role should not allow and does."""
    return [request for request in requests if role.may(*request)]


# plans/REPOSITORY_ID/PR/HEAD_SHA/RUN-ATTEMPT.json, and the clips of plans by their digest.
RECORDED = f"{ARTIFACTS}/plans/987654321/12/{'0123456789abcdef' * 2}01234567/4711-2.json"
RECORDED_CLIPS = f"{ARTIFACTS}/plans/987654321/clips/{'0123456789abcdef' * 4}.jsonl.gz"

READ_JOBS: list[Asked] = [
    ("sagemaker:ListLabelingJobs", "*", {}),
    ("sagemaker:DescribeLabelingJob", JOB, {}),
    *[("s3:ListBucket", bucket, {}) for bucket in s3(INPUTS, "acme-clips", ARTIFACTS, OUTPUTS, LEDGER, "acme-terraform-state")],
    *[
        ("s3:GetObject", each, {})
        for each in s3(
            f"{ARTIFACTS}/jobs/rally/1-2/input-3.manifest", f"{ARTIFACTS}/jobs/rally/1-2/declaration.json",
            f"{ARTIFACTS}/jobs/rally/1-2/request-4.json",
            f"{INPUTS}/rallies/one.manifest", "acme-clips/lists/two.jsonl", f"{OUTPUTS}/rally/manifests/output/output.manifest", STATE,
            f"{LEDGER}/ledger/entries/000000000042", f"{LEDGER}/ledger/packs/00000000", RECORDED, RECORDED_CLIPS, f"{INPUTS}/inventory/1.csv.gz",
        )
    ],
    *[("kms:Decrypt", key, THROUGH_S3) for key in (DATA_KEY, FOREIGN_KEY, STATE_KEY)],
    # The place of a job that is to be bought.
    *[(f"s3:Get{of}", each, {}) for of in ("BucketCORS", "BucketRequestPayment", "EncryptionConfiguration") for each in s3(INPUTS)],
    *[("kms:DescribeKey", key, {}) for key in (DATA_KEY, FOREIGN_KEY)],
    ("sagemaker:DescribeWorkteam", TEAM, {}),
    ("sagemaker:DescribeSubscribedWorkteam", VENDOR, {}),
    ("aws-marketplace:ViewSubscriptions", "*", {}),
    ("cognito-idp:ListUsersInGroup", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_A", OURS),
    *[(f"iam:{look}", EXECUTION_ROLE, {}) for look in ("GetRole", "SimulatePrincipalPolicy")],
    ("iam:SimulatePrincipalPolicy", github_role("apply"), {}),
]  # fmt: skip

LISTED = ("plan", "record", "apply", "stop")

READ_INFRASTRUCTURE: list[Asked] = [
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

CREATE: list[Asked] = [
    ("sagemaker:CreateLabelingJob", JOB, FOR_TEAM),
    ("sagemaker:CreateLabelingJob", JOB, {"sagemaker:WorkteamArn": VENDOR, "sagemaker:WorkteamType": "vendor-crowd"}),
    ("sagemaker:AddTags", JOB, {}),
    ("iam:PassRole", EXECUTION_ROLE, TO_SAGEMAKER),
    *[
        ("s3:PutObject", each, IF_NONE_MATCH)
        for each in s3(
            f"{ARTIFACTS}/jobs/rally/1-2/provenance.json",
            f"{ARTIFACTS}/jobs/rally/1-2/request-4.json",
            f"{LEDGER}/ledger/entries/000000000042",
            f"{LEDGER}/ledger/packs/00000000",
        )
    ],
    ("kms:GenerateDataKey", DATA_KEY, THROUGH_S3),
]

RECORD: list[Asked] = [
    *[("s3:PutObject", each, IF_NONE_MATCH) for each in s3(RECORDED, RECORDED_CLIPS)],
    ("kms:GenerateDataKey", DATA_KEY, THROUGH_S3),
]

CHANGE_INFRASTRUCTURE: list[Asked] = [
    *[("s3:PutObject", each, {}) for each in s3(STATE, f"{STATE}.tflock")],
    ("s3:DeleteObject", of_s3(f"{STATE}.tflock"), {}),
    ("kms:GenerateDataKey", STATE_KEY, THROUGH_S3),
    # A bucket that is added later: created, and protected in the same apply.
    *[
        (f"s3:{action}", of_s3(f"{NAME}-{bucket}-{ACCOUNT}-us-east-1"), {})
        for bucket in ("query-results", "logs")
        for action in ("CreateBucket", "PutBucketPolicy", "PutBucketPublicAccessBlock", "PutLifecycleConfiguration")
    ],
    *[
        (f"s3:{action}", of_s3(OUTPUTS), {})
        for action in ("PutBucketNotification", "PutBucketTagging", "PutBucketLogging")
    ],
    ("sagemaker:CreateWorkteam", OTHER_TEAM, {}),
    ("cognito-idp:CreateGroup", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_A", OURS),
    ("events:PutRule", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{NAME}-job-ended", {}),
    ("states:UpdateStateMachine", f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{NAME}-stuck-jobs", {}),
    ("iam:PassRole", STUCK_JOBS, {"iam:PassedToService": "states.amazonaws.com"}),
    *[("iam:PutRolePolicy", github_role(kind), boundary_of(kind)) for kind in LISTED],
]

LOOK_AT_CLIPS: list[Asked] = [
    ("s3:GetObject", each, {})
    for each in s3(f"{INPUTS}/rallies/one.mp4", f"{INPUTS}/ONE.MP4", "acme-clips/two.webm", "acme-clips/3.ogg")
]

NEEDED: dict[str, list[Asked]] = {
    "plan": READ_JOBS + READ_INFRASTRUCTURE,
    "record": READ_JOBS + READ_INFRASTRUCTURE + RECORD + LOOK_AT_CLIPS,
    "apply": READ_JOBS + CREATE + LOOK_AT_CLIPS,
    "stop": [*READ_JOBS, ("sagemaker:StopLabelingJob", JOB, {})],
    "terraform": [*READ_INFRASTRUCTURE, *CHANGE_INFRASTRUCTURE, ("s3:GetObject", of_s3(STATE), {})],
}


def reachable_changes(policy: Policy) -> list[str]:
    """List the changing actions of SageMaker, S3 and IAM that a policy could allow for any resource under any condition."""
    return sorted(action for service in MODELS for action in changing_actions(service) if policy.may_ever(action))


CHANGES: dict[str, list[str]] = {
    "plan": [],
    "record": ["s3:PutObject"],
    "apply": ["iam:PassRole", "s3:PutObject", "sagemaker:AddTags", "sagemaker:CreateLabelingJob"],
    "stop": ["sagemaker:StopLabelingJob"],
}


# The permissions boundary alone denies these, whatever the policy allows.
NEVER_OF_APPLY: list[Asked] = [
    ("iam:PassRole", f"{IAM}:role/admin", TO_SAGEMAKER),
    ("iam:PassRole", github_role("terraform"), TO_SAGEMAKER),
    ("iam:PassRole", EXECUTION_ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:PassRole", EXECUTION_ROLE, {}),
    (
        "sagemaker:CreateLabelingJob",
        JOB,
        {"sagemaker:WorkteamArn": PUBLIC_WORKFORCE, "sagemaker:WorkteamType": "public-crowd"},
    ),
    ("sagemaker:CreateLabelingJob", JOB, {"sagemaker:WorkteamArn": TEAM, "sagemaker:WorkteamType": "public-crowd"}),
    ("sagemaker:CreateLabelingJob", JOB, {"sagemaker:WorkteamArn": PUBLIC_WORKFORCE}),
    ("sagemaker:CreateLabelingJob", JOB, {}),
    ("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/x", {}),
    ("sagemaker:AddTags", TEAM, {}),
    ("sagemaker:StopLabelingJob", JOB, {}),
    *[
        ("s3:PutObject", each, {})
        for each in s3(
            f"{ARTIFACTS}/jobs/rally/1-2/input.manifest",
            f"{ARTIFACTS}/jobs/rally/1-2/request-4.json",
            f"{LEDGER}/ledger/entries/000000000042",
        )
    ],
    *[
        ("s3:PutObject", each, IF_NONE_MATCH)
        for each in s3(
            f"{ARTIFACTS}/other/file",
            f"{ARTIFACTS}/claims/1/first",
            RECORDED,
            f"{INPUTS}/clip.mp4",
            f"{OUTPUTS}/rally/x",
            STATE,
            f"{LEDGER}/ledger/other/1",
        )
    ],
    *[
        (action, of_s3(f"{LEDGER}/ledger/entries/000000000042"), {})
        for action in ("s3:DeleteObject", "s3:DeleteObjectVersion")
    ],
    ("s3:PutObject", of_s3(f"{ARTIFACTS}/jobs/rally/1-2/input.manifest"), {"s3:if-match": "etag"}),
    ("s3:DeleteObject", of_s3(f"{ARTIFACTS}/jobs/rally/1-2/request-4.json"), {}),
    ("s3:DeleteObjectVersion", of_s3(f"{ARTIFACTS}/jobs/rally/1-2/request-4.json"), {}),
    ("s3:PutObjectAcl", of_s3(f"{ARTIFACTS}/jobs/rally/1-2/input.manifest"), IF_NONE_MATCH),
    ("kms:GenerateDataKey", DATA_KEY, {}),
    ("sts:AssumeRole", github_role("terraform"), {}),
]

# The boundary of the record role alone denies these.
NEVER_OF_RECORD: list[Asked] = [
    *[("s3:PutObject", each, {}) for each in s3(RECORDED, RECORDED_CLIPS)],
    ("s3:PutObject", of_s3(RECORDED), {"s3:if-match": "etag"}),
    *[
        ("s3:PutObject", each, IF_NONE_MATCH)
        for each in s3(
            # Of another repository, and of none.
            f"{ARTIFACTS}/plans/555/12/abc/4711-1.json", f"{ARTIFACTS}/plans/9876543210/12/abc/4711-1.json",
            f"{ARTIFACTS}/plans/clips/abc.jsonl.gz", f"{ARTIFACTS}/plans/987654321", f"{ARTIFACTS}/plans-2/987654321/x",
            f"{ARTIFACTS}/jobs/rally/1-2/declaration.json", f"{LEDGER}/ledger/entries/000000000042", f"{LEDGER}/plans/987654321/x",
            f"{INPUTS}/clip.mp4", f"{OUTPUTS}/plans/987654321/x", STATE,
        )
    ],
    *[
        (f"s3:{action}", of_s3(RECORDED), IF_NONE_MATCH)
        for action in ("DeleteObject", "DeleteObjectVersion", "PutObjectAcl", "PutObjectTagging", "RestoreObject")
    ],
    ("sagemaker:CreateLabelingJob", JOB, FOR_TEAM),
    ("sagemaker:AddTags", JOB, {}),
    ("sagemaker:StopLabelingJob", JOB, {}),
    ("iam:PassRole", EXECUTION_ROLE, TO_SAGEMAKER),
    ("kms:GenerateDataKey", DATA_KEY, {}),
    ("sts:AssumeRole", github_role("apply"), {}),
]  # fmt: skip

NEVER_UNDER_THE_POLICY: list[Asked] = [
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
    ("s3:ListBucket", of_s3("another-owners"), {}),
    ("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/other", THROUGH_S3),
]


def reachable_rights(role: Role) -> set[Right]:
    """Return the ways in which a role could change the rights of any principal, including its own."""
    resources = [
        *map(github_role, KINDS),
        *[f"{IAM}:policy/{NAME}-github-{kind}-us-east-1" for kind in KINDS],
        f"{IAM}:oidc-provider/token.actions.githubusercontent.com",
        f"{IAM}:oidc-provider/evil.example",
        EXECUTION_ROLE,
        STUCK_JOBS,
        f"{IAM}:role/admin",
        f"{IAM}:role/{NAME}-made-up-us-east-1",
        f"{IAM}:role/groundctl-production-eu-github-terraform-eu-west-1",
        f"{IAM}:user/someone",
        SERVICE_BOUNDARY,
        "*",
    ]
    return {
        (action, resource, frozen(context))
        for action in changing_actions("iam") - {"iam:PassRole"}
        if role.policy.may_ever(action) and role.boundary.may_ever(action)
        for resource in resources
        for context in (
            {},
            *map(boundary_of, KINDS),
            UNDER_BOUNDARY,
            {"iam:PermissionsBoundary": f"{IAM}:policy/other"},
        )
        if role.may(action, resource, context)
    }


def frozen(context: Context) -> tuple[tuple[str, str], ...]:
    """Return a context that a set can hold."""
    return tuple(context.items())


MAY_LIST: set[Right] = {
    ("iam:PutRolePolicy", github_role(kind), frozen(boundary_of(other))) for kind in LISTED for other in LISTED
}


def raises_rights(role: Role) -> bool:
    """Report whether the terraform role can change more rights than to list teams and buckets under a boundary."""
    reached = reachable_rights(role.unbounded())
    # With every right in its own policy it still reaches only roles under the four other boundaries.
    return (
        reachable_rights(role.uncapped()) != MAY_LIST
        or {action for action, _, _ in reached} != {"iam:PutRolePolicy"}
        or {context for _, _, context in reached} != {frozen(boundary_of(kind)) for kind in LISTED}
    )


NEVER_OF_TERRAFORM: list[Asked] = [
    ("iam:PassRole", EXECUTION_ROLE, TO_SAGEMAKER),
    ("iam:PassRole", f"{IAM}:role/admin", {"iam:PassedToService": "states.amazonaws.com"}),
    ("iam:PassRole", STUCK_JOBS, {"iam:PassedToService": "lambda.amazonaws.com"}),
    ("sagemaker:CreateLabelingJob", JOB, FOR_TEAM),
    ("sagemaker:StopLabelingJob", JOB, {}),
    ("s3:DeleteBucket", of_s3(INPUTS), {}),
    ("s3:DeleteObject", of_s3(f"{ARTIFACTS}/jobs/rally/1-2/request-4.json"), {}),
    ("s3:PutObject", of_s3(f"{ARTIFACTS}/jobs/rally/1-2/request-4.json"), IF_NONE_MATCH),
    ("s3:PutObject", of_s3(RECORDED), IF_NONE_MATCH),
    ("s3:DeleteObject", of_s3(RECORDED), {}),
    ("kms:ScheduleKeyDeletion", DATA_KEY, OURS),
    ("cognito-idp:DeleteUserPool", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_A", OURS),
    ("sts:AssumeRole", f"{IAM}:role/admin", {}),
]

KEPT_BUCKETS = s3(ARTIFACTS, OUTPUTS, INPUTS, LEDGER, STATE.partition("/")[0])
# The boundary of the terraform role alone denies these.
WEAKER_BUCKETS: list[Asked] = [
    *[
        (f"s3:{action}", bucket, {})
        for bucket in KEPT_BUCKETS
        for action in (
            "DeleteBucketPolicy", "PutBucketPolicy", "PutBucketPublicAccessBlock", "PutBucketAcl", "PutBucketOwnershipControls",
            "PutBucketVersioning", "PutLifecycleConfiguration", "PutReplicationConfiguration", "PutBucketObjectLockConfiguration",
        )
    ],
    ("s3:DeleteBucketPolicy", of_s3(f"{NAME}-logs-{ACCOUNT}-us-east-1"), {}),
    ("s3:PutAccountPublicAccessBlock", "*", {}),
]  # fmt: skip

ON_RESOURCES_OF_OTHERS: list[Asked] = [
    ("s3:PutBucketPolicy", of_s3("acme-clips"), {}),
    ("s3:PutBucketPolicy", of_s3("acme-terraform-state"), {}),
    ("kms:TagResource", FOREIGN_KEY, {}),
    ("kms:PutKeyPolicy", DATA_KEY, OURS),
    ("kms:Decrypt", DATA_KEY, THROUGH_S3),
    ("s3:DeleteObject", of_s3(STATE), {}),
    ("cognito-idp:UpdateUserPool", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_B", {}),
    ("cognito-idp:AdminGetUser", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_B", OF_ANOTHER_ENVIRONMENT),
    ("events:PutRule", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/billing", {}),
    ("events:UpdateConnection", f"arn:aws:events:us-east-1:{ACCOUNT}:connection/{NAME}-github", {}),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:events!connection/{NAME}-github/1", {}),
]  # fmt: skip


def broken_guarantees(plan: Plan) -> Iterator[str]:
    """Name each guarantee on rights that a plan would break."""
    made = roles(plan)
    for kind, role in made.items():
        if denied(role, NEEDED[kind]):
            yield f"{kind} cannot work"
        if readable_clips(role, kind):
            yield f"{kind} reads clips"
    for kind, changing in CHANGES.items():
        if any(reachable_changes(policy) != changing for policy in (made[kind].policy, made[kind].boundary)):
            yield f"{kind} changes more"
    apply, terraform = made["apply"], made["terraform"]
    if allowed(apply.uncapped(), NEVER_OF_APPLY + NEVER_UNDER_THE_POLICY) or allowed(apply.unbounded(), NEVER_OF_APPLY):
        yield "apply exceeds its limits"
    if allowed(terraform.uncapped(), NEVER_OF_TERRAFORM + ON_RESOURCES_OF_OTHERS) or allowed(
        terraform.unbounded(), NEVER_OF_TERRAFORM + WEAKER_BUCKETS
    ):
        yield "terraform exceeds its limits"
    if allowed(made["record"].uncapped(), NEVER_OF_RECORD) or allowed(made["record"].unbounded(), NEVER_OF_RECORD):
        yield "record exceeds its limits"
    if raises_rights(terraform):
        yield "terraform raises rights"
