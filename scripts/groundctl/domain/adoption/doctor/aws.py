"""Judges what AWS shows of an environment: account, buckets, key, roles, ledger, teams, quotas, and the connection to GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from groundctl.domain.adoption.doctor.finding import Finding, cannot_see, ok, problems_or, warning, wrong
from groundctl.domain.adoption.doctor.setup import BucketGuard, EnvironmentSetup, EventConnection, Identity, Quota
from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS
from groundctl.domain.declarations.diagnostics import Diagnostic, Severity
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.findings import AnotherLedger, NotOpen, find_blockers
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.places import Absent, KeyAnswer, KmsKey, Members, NotSeen, PlacesSeen, Team, TeamAnswer
from groundctl.domain.planning.place.faults import (
    clip_bucket_faults,
    key_faults,
    own_bucket_faults,
    role_faults,
    team_faults,
)
from groundctl.domain.planning.place.questions import pass_role

_LEDGER = "groundctl ledger check"
# What puts a key right, by its state.
_KEY_COMMANDS = {"Disabled": "enable-key", "PendingDeletion": "cancel-key-deletion"}
AUTHORIZED = "AUTHORIZED"
# A quota of labeling jobs below this stops a team of a few people.
FEW_JOBS = 5


def judge_account(found: Identity, environment: EnvironmentSetup) -> Sequence[Finding]:
    """Judge whether the credentials are for the environment's account."""
    expected = environment.expected_account
    if not expected:
        return (cannot_see(f"{environment.name} names no account_id; these credentials are for {found.account_id}"),)
    if found.account_id == expected:
        return (ok(f"{found.arn} in {found.account_id}"),)
    return (cannot_see(*wrong_account(found, environment)),)


def wrong_account(found: Identity, environment: EnvironmentSetup) -> tuple[str, str]:
    """Say that the credentials are for another account: nothing of this one can be looked at."""
    fact = f"these credentials are for account {found.account_id}, and {environment.name} is in {environment.expected_account}"
    return fact, f"AWS_PROFILE={environment.name} groundctl doctor --environment {environment.name}"


def judge_region(environment: EnvironmentSetup) -> Sequence[Finding]:
    """Judge whether the Region supports video classification."""
    region = environment.expected_region
    if region in BUILT_IN_LAMBDA_ACCOUNTS:
        return (ok(f"{region} supports video classification"),)
    named = f"{region} does not support" if region else "no Region is named, and not every Region supports"
    fact = f"{named} video classification; {', '.join(sorted(BUILT_IN_LAMBDA_ACCOUNTS))} do"
    return (wrong(fact, f"edit terraform/environments/{environment.name}.tfvars"),)


def judge_infrastructure(found: Infrastructure, environment: EnvironmentSetup) -> Sequence[Finding]:
    """Judge whether Terraform's output is that of the environment."""
    fix = apply_again(environment)
    wanted = (
        ("account", found.account_id, environment.expected_account),
        ("Region", found.region, environment.expected_region),
        ("environment", found.environment, environment.terraform_name),
    )
    problems = [
        wrong(f"Terraform's output is of {what} {given}, and {environment.name} is of {expected}", fix)
        for what, given, expected in wanted
        if expected and given != expected
    ]
    return problems_or(problems, f"Terraform has made {found.target}")


def judge_buckets(seen: PlacesSeen, infrastructure: Infrastructure) -> Sequence[Finding]:
    """Judge whether the buckets that Terraform made exist in the Region."""
    problems: list[Finding] = []
    for fault in own_bucket_faults(infrastructure, seen):
        named = next((name for name in seen.regions if f" {name}," in fault.message), infrastructure.artifact_bucket)
        problems += _from_diagnostics([fault], _list_buckets(named))
    ledger = seen.regions.get(infrastructure.ledger_bucket)
    if isinstance(ledger, Absent) and infrastructure.ledger_bucket != infrastructure.artifact_bucket:
        fact = f"the bucket of the ledger, {infrastructure.ledger_bucket}, does not exist: nothing can be bought"
        problems.append(wrong(fact, _list_buckets(infrastructure.ledger_bucket)))
    problems += _unseen(("the Region of", name, region) for name, region in seen.regions.items())
    return problems_or(problems, f"{', '.join(sorted(seen.regions))} are in {infrastructure.region}")


def judge_clips(seen: PlacesSeen, infrastructure: Infrastructure) -> Sequence[Finding]:
    """Judge whether workers would see the clips of each bucket."""
    problems: list[Finding] = []
    for bucket in infrastructure.input_buckets:
        faults = clip_bucket_faults(bucket, "", infrastructure, seen)
        for fault in faults:
            fix = _OPEN.format(bucket=bucket) if fault.rule == "GT612" else _list_buckets(bucket)
            problems += _from_diagnostics([fault], fix)
        settings = seen.settings.get(bucket)
        if settings and isinstance(seen.regions.get(bucket), str):
            problems += _unseen([("the CORS rules of", bucket, settings.cors)])
    return problems_or(
        problems, f"worker pages can load the clips of {', '.join(infrastructure.input_buckets) or 'no bucket'}"
    )


_OPEN = (
    "aws s3api put-bucket-cors --bucket {bucket} --cors-configuration"
    ' \'{{"CORSRules":[{{"AllowedMethods":["GET"],"AllowedOrigins":["*"]}}]}}\''
)


def _list_buckets(bucket: str) -> str:
    return f"aws s3api get-bucket-location --bucket {bucket}"


def judge_guards(found: Mapping[str, BucketGuard]) -> Sequence[Finding]:
    """Judge whether the buckets that Terraform made are closed to the public, and encrypted."""
    problems: list[Finding] = []
    for bucket, guard in found.items():
        problems += _unseen([("the public access block of", bucket, guard.blocks_public)])
        if guard.blocks_public is False:
            closed = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
            fact = f"the bucket {bucket} does not block public access: its clips or labels can be opened to the world"
            fix = f"aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration {closed}"
            problems.append(wrong(fact, fix))
        if guard.is_encrypted is False:
            problems.append(
                warning(
                    f"the bucket {bucket} has no default encryption",
                    f"aws s3api get-bucket-encryption --bucket {bucket}",
                )
            )
    return problems_or(problems, f"{', '.join(found)}: closed to the public, and encrypted")


def judge_key(found: KeyAnswer | None, infrastructure: Infrastructure) -> Sequence[Finding]:
    """Judge whether the key of labels can encrypt."""
    key = infrastructure.kms_key_arn
    if key is None or found is None:
        return (ok("S3's own key encrypts labels"),)
    command = _KEY_COMMANDS.get(found.state, "describe-key") if isinstance(found, KmsKey) else "describe-key"
    fix = f"aws kms {command} --key-id {key}"
    problems = _from_diagnostics(key_faults(key, found, infrastructure.region, hint=""), fix)
    return problems_or([*problems, *_unseen([("the KMS key", key, found)])], f"{key} encrypts labels")


def judge_execution_role(
    seen: PlacesSeen, infrastructure: Infrastructure, environment: EnvironmentSetup
) -> Sequence[Finding]:
    """Judge whether Ground Truth can use the execution role, and whether the apply role may hand it over."""
    role = infrastructure.execution_role_arn
    problems = _from_diagnostics(role_faults(infrastructure, seen), apply_again(environment))
    problems += _unseen([("the execution role", role, seen.roles.get(role))])
    if infrastructure.apply_role_arn:
        granted = seen.grants.get(pass_role(infrastructure))
        problems += _unseen([("the right of the apply role to pass", role, granted)])
    return problems_or(problems, f"Ground Truth can use {role}")


def judge_teams(found: Mapping[str, TeamAnswer], infrastructure: Infrastructure) -> Sequence[Finding]:
    """Judge whether every work team exists, and has a member who works."""
    problems: list[Finding] = []
    for name, team in sorted(infrastructure.work_teams.items()):
        answer = found.get(team.arn)
        if team.kind == "public":
            continue
        faults = team_faults(name, team.arn, answer, infrastructure.region)
        problems += _from_diagnostics(faults, _describe_team(team.arn, infrastructure.region))
        problems += _unseen([("the work team", name, answer)])
        # A vendor does not show its members, and neither does a company's own identity provider: that is no fault.
        if isinstance(answer, Team) and isinstance(answer.members, NotSeen) and "right" in answer.members.reason:
            problems += _unseen([("the members of the work team", name, answer.members)])
    if not infrastructure.work_teams:
        problems.append(warning("there is no work team, so no job can be declared", "edit teams in the .tfvars file"))
    return problems_or(problems, f"{', '.join(_sizes(found, infrastructure))}")


def _describe_team(arn: str, region: str) -> str:
    if ":workteam/vendor-crowd/" in arn:
        return f"aws sagemaker list-subscribed-workteams --region {region}"
    return f"https://{region}.console.aws.amazon.com/sagemaker/groundtruth#/labeling-workforces/private"


def _sizes(found: Mapping[str, TeamAnswer], infrastructure: Infrastructure) -> Iterator[str]:
    for name, team in sorted(infrastructure.work_teams.items()):
        answer = found.get(team.arn)
        can_be_seen = isinstance(answer, Team) and isinstance(answer.members, Members)
        yield f"{name} has members" if can_be_seen else name


def judge_ledger(found: Purchases, infrastructure: Infrastructure) -> Sequence[Finding]:
    """Judge whether the purchase ledger is open, whole, and the one that the environment names."""
    blockers = find_blockers(found, pinned=infrastructure.ledger_id)
    problems = [_ledger_problem(each, infrastructure.ledger_bucket) for each in blockers]
    return problems_or(
        problems, f"the ledger in {infrastructure.ledger_bucket} is open, and ends at entry {found.end:,}"
    )


def _ledger_problem(blocker: object, bucket: str) -> Finding:
    match blocker:
        case NotOpen(pinned=None):
            return warning(f"the ledger in {bucket} is not open yet; the first apply opens it", "groundctl ledger open")
        case NotOpen(pinned=pinned):
            return wrong(f"the ledger in {bucket} is empty, and Terraform names {pinned}: nothing is bought", _LEDGER)
        case AnotherLedger(found=found, pinned=pinned):
            return wrong(f"{bucket} holds the ledger {found}, and Terraform names {pinned}: nothing is bought", _LEDGER)
        case _:
            fact = f"the ledger in {bucket} has what cannot be read as an entry: nothing is bought until it is settled"
            return wrong(fact, _LEDGER)


def judge_quotas(found: Sequence[Quota] | NotSeen, environment: EnvironmentSetup) -> Sequence[Finding]:
    """Judge the account's quotas of labeling jobs; AWS documents no numbers, so a small one is a warning only."""
    page = f"https://{environment.expected_region}.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas"
    if isinstance(found, NotSeen):
        return tuple(_unseen([("the quotas of", "SageMaker", found)]))
    if not found:
        return (cannot_see("Service Quotas names no quota of labeling jobs for SageMaker", page),)
    problems = [
        warning(f"{quota.name}: {quota.value:g}; more jobs than that fail at the create call", page)
        for quota in found
        if quota.value < FEW_JOBS
    ]
    return problems_or(problems, "; ".join(f"{quota.name}: {quota.value:g}" for quota in found))


def judge_events(found: EventConnection | Absent | NotSeen | None, environment: EnvironmentSetup) -> Sequence[Finding]:
    """Judge whether EventBridge can tell GitHub that a job has ended."""
    if found is None:
        return (ok("events do not notify GitHub here; `status` looks every three hours"),)
    name = connection_name(environment)
    region = environment.expected_region
    page = f"https://{region}.console.aws.amazon.com/events/home?region={region}#/apidestinations/connections/{name}"
    if isinstance(found, Absent):
        fact = f"the connection {name} does not exist, although `events.github` is set: apply Terraform"
        return (wrong(fact, apply_again(environment)),)
    if isinstance(found, NotSeen):
        return tuple(_unseen([("the connection", name, found)]))
    if found.state != AUTHORIZED:
        fact = f"the connection {name} is {found.state}: GitHub is not notified when a job ends"
        return (wrong(fact, page),)
    if not found.was_updated:
        fact = f"no token was entered into the connection {name} since Terraform made it: GitHub refuses its events"
        return (warning(fact, page),)
    return (ok(f"the connection {name} is authorized"),)


def apply_again(environment: EnvironmentSetup) -> str:
    """Return the command that makes what Terraform's code describes."""
    return f"terraform -chdir=terraform apply -var-file=environments/{environment.name}.tfvars"


def connection_name(environment: EnvironmentSetup) -> str:
    """Return the name of the EventBridge connection that Terraform makes."""
    return f"groundctl-{environment.terraform_name}-github"


def judge_state_bucket(found: BucketGuard, environment: EnvironmentSetup) -> Sequence[Finding]:
    """Judge the bucket of Terraform's state."""
    bucket = environment.state("bucket")
    problems: list[Finding] = []
    if found.blocks_public is False:
        fact = f"the bucket of the state, {bucket}, does not block public access"
        problems.append(wrong(fact, f"groundctl-bootstrap {environment.name}"))
    if found.is_versioned is False:
        fact = f"the bucket of the state, {bucket}, keeps no versions: a lost state cannot be restored"
        problems.append(
            warning(
                fact, f"aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled"
            )
        )
    for what, answer in (("the public access block of", found.blocks_public), ("the versions of", found.is_versioned)):
        problems += _unseen([(what, bucket, answer)])
    return problems_or(problems, f"the state is in {bucket}, closed to the public and with versions")


def _from_diagnostics(found: Iterable[Diagnostic], fix: str) -> list[Finding]:
    """Turn what a plan would say into findings; the hint of a plan speaks to an author of a declaration."""
    return [
        wrong(each.message, fix) if each.severity is Severity.ERROR else warning(each.message, fix) for each in found
    ]


def _unseen(answers: Iterable[tuple[str, str, object]]) -> list[Finding]:
    return [
        cannot_see(f"{what} {name} could not be looked at, because {answer.reason}")
        for what, name, answer in answers
        if isinstance(answer, NotSeen)
    ]
