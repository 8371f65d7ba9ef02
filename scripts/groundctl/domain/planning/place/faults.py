"""Decides from what AWS shows about a job's place whether its workers will see clips and its labels can be written.

Clear faults refuse the job, doubtful ones are warnings. GT611 to GT618. What could not be looked at is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic, Severity
from groundctl.domain.declarations.sources import ChainedInput, InventoryInput, ManifestInput, ObjectsInput, PrefixInput
from groundctl.domain.declarations.spec import input_uris
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.places import (
    Absent,
    BucketSettings,
    KeyAnswer,
    KmsKey,
    NotSeen,
    PlacesSeen,
    Right,
    Role,
    Team,
    TeamAnswer,
)
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.place.questions import (
    clip_buckets,
    default_key,
    output_key,
    pass_role,
    role_on_key,
    team_arn,
)
from groundctl.domain.planning.plan import AlreadyAsked, Change, Create, Refused, with_findings
from groundctl.domain.planning.purchase import Subject, Unknown

_KMS = "/output/kms_key"
_TEAM = "/workforce/team"
_ANY_ORIGIN = "*"
_NAMED = 3


def with_place(change: Change, declaration: Declaration, inputs: PlanInputs) -> Change:
    """Refuse a purchase whose place is at fault, and add warnings about a doubtful one."""
    if not isinstance(change, Create | Refused | AlreadyAsked):
        return change
    return with_findings(change, tuple(_check_place(declaration, _buckets(change, declaration, inputs), inputs)))


def _buckets(change: Create | Refused | AlreadyAsked, declaration: Declaration, inputs: PlanInputs) -> frozenset[str]:
    """Return the buckets of the clips that a job would buy: `only_new` may leave out all clips of one."""
    wanted = change.purchase.wanted if isinstance(change, Create) else None
    if wanted is None or wanted.input is None:
        return clip_buckets(declaration, inputs)
    return wanted.input.buckets


def _check_place(declaration: Declaration, buckets: frozenset[str], inputs: PlanInputs) -> Iterator[Diagnostic]:
    for bucket in sorted(buckets):
        yield from _check_clip_bucket(bucket, declaration, inputs)
    yield from own_bucket_faults(inputs.infrastructure, inputs.places)
    yield from _check_output_key(declaration, inputs)
    if arn := team_arn(declaration, inputs.infrastructure):
        found = inputs.places.teams.get(arn)
        yield from team_faults(declaration.spec.team or "", arn, found, inputs.infrastructure.region)
    yield from role_faults(inputs.infrastructure, inputs.places)


# --- buckets -------------------------------------------------------------------------------------------------------------


def _check_clip_bucket(bucket: str, declaration: Declaration, inputs: PlanInputs) -> Iterator[Diagnostic]:
    pointer = _input_pointer(bucket, declaration)
    yield from clip_bucket_faults(bucket, pointer, inputs.infrastructure, inputs.places)
    key = default_key(bucket, inputs.places)
    if key and not isinstance(inputs.places.regions.get(bucket), Absent):
        yield from _check_clip_key(bucket, key, pointer, inputs)


def clip_bucket_faults(
    bucket: str, pointer: str, infrastructure: Infrastructure, places: PlacesSeen
) -> Iterator[Diagnostic]:
    """Report what keeps workers from seeing the clips of a bucket, apart from its encryption."""
    region, job_region = places.regions.get(bucket), infrastructure.region
    if isinstance(region, Absent):
        message = f"the bucket {bucket} does not exist, so no worker would see its clips"
        yield _refusal("GT611", pointer, message, "check the spelling of the bucket in this file")
        return
    if isinstance(region, str) and region != job_region:
        message = f"the bucket {bucket} is in {region} and the job in {job_region}: no worker would see its clips"
        hint = f"copy the clips to a bucket in {job_region}, or plan with an infrastructure in {region}"
        yield _refusal("GT611", pointer, message, hint)
    if settings := places.settings.get(bucket):
        yield from _check_cors(bucket, settings, pointer)
        yield from _check_payment(bucket, settings, pointer)


def _check_cors(bucket: str, settings: BucketSettings, pointer: str) -> Iterator[Diagnostic]:
    if isinstance(settings.cors, NotSeen):
        return
    origins = {origin for rule in settings.cors if "GET" in rule.methods for origin in rule.origins}
    hint = f"ask the owner of {bucket} for a CORS rule with AllowedMethods GET and AllowedOrigins *"
    if not origins:
        message = (
            f"the bucket {bucket} has no CORS rule for GET: browsers would not load its clips, and every task fails"
        )
        yield _refusal("GT612", pointer, message, hint)
    elif _ANY_ORIGIN not in origins:
        message = f"the bucket {bucket} lets only pages of {_some(origins)} load its clips: tasks fail on a worker page of another address"
        yield _warning("GT612", pointer, message, hint)


def _check_payment(bucket: str, settings: BucketSettings, pointer: str) -> Iterator[Diagnostic]:
    if settings.requester_pays is True:
        message = f"the bucket {bucket} lets the reader pay (requester pays), which Ground Truth does not do: no worker would see its clips"
        hint = f"ask the owner of {bucket} to turn requester pays off, or copy the clips to a bucket of your own"
        yield _refusal("GT613", pointer, message, hint)


def _check_clip_key(bucket: str, key: str, pointer: str, inputs: PlanInputs) -> Iterator[Diagnostic]:
    found, clips = inputs.places.keys.get(key), f"the bucket {bucket} encrypts new clips with the KMS key {key}"
    hint = (
        f"give the execution role kms:Decrypt on that key, or ask the owner of {bucket} for another default encryption"
    )
    if isinstance(found, Absent):
        yield _warning("GT614", pointer, f"{clips}, which does not exist: workers would not see such clips", hint)
    elif isinstance(found, KmsKey):
        if found.state != "Enabled":
            message = f"{clips}, which is {_words(found.state)}: workers would not see such clips"
            yield _warning("GT614", pointer, message, f"enable the key, or ask the owner of {bucket} for another one")
        grant = role_on_key(Right.DECRYPT, key, inputs)
        if grant and inputs.places.grants.get(grant) is False:
            message = (
                f"{clips}, which the execution role may not use by its own policies: workers may not see such clips"
            )
            yield _warning("GT614", pointer, message, hint)


def own_bucket_faults(infrastructure: Infrastructure, places: PlacesSeen) -> Iterator[Diagnostic]:
    """Check the buckets that Terraform made: they hold what Ground Truth reads and writes."""
    owned = {infrastructure.artifact_bucket: "of the jobs' files", infrastructure.output_bucket: "of labels"}
    for bucket, use in owned.items():
        region = places.regions.get(bucket)
        hint = "use the infrastructure as Terraform applied it: `terraform output -json infrastructure`"
        if isinstance(region, Absent):
            yield _refusal("GT611", "", f"the bucket {use}, {bucket}, does not exist: AWS fails the job", hint)
        elif isinstance(region, str) and region != infrastructure.region:
            message = (
                f"the bucket {use}, {bucket}, is in {region} and the job in {infrastructure.region}: AWS fails the job"
            )
            yield _refusal("GT611", "", message, hint)


def _input_pointer(bucket: str, declaration: Declaration) -> str:
    """Point at what brings a bucket into a job: the clip, the prefix, or the list of clips."""
    match declaration.spec.source:
        case ObjectsInput() | PrefixInput() | InventoryInput():
            named = (pointer for pointer, uri in input_uris(declaration.spec) if uri.startswith(f"s3://{bucket}/"))
            return next(named, "/input")
        case ManifestInput():
            return "/input/manifest"
        case ChainedInput():
            return "/input/from_job"
        case _:
            return "/input"


# --- the key of the labels -----------------------------------------------------------------------------------------------


def _check_output_key(declaration: Declaration, inputs: PlanInputs) -> Iterator[Diagnostic]:
    key, ours = output_key(declaration, inputs.infrastructure), inputs.infrastructure.kms_key_arn
    found = inputs.places.keys.get(key or "")
    pointer = _KMS if declaration.spec.kms_key else ""
    leave_out = f"leave out output.kms_key: {ours or 'the key that AWS manages for S3'} is used then"
    hint = leave_out if declaration.spec.kms_key else "correct the key in Terraform, and apply it"
    yield from key_faults(key or "", found, inputs.infrastructure.region, pointer=pointer, hint=hint)
    if not isinstance(found, KmsKey) or _cannot_encrypt(found):
        return
    if ours and found.arn != ours and ours.startswith("arn:") and ":key/" in ours:
        message = f"the KMS key {key} is {found.arn}, which the execution role may not use: no label could be written"
        yield _refusal("GT606", pointer, message, hint)
    elif (grant := role_on_key(Right.ENCRYPT, key or "", inputs)) and inputs.places.grants.get(grant) is False:
        message = f"the execution role may not use the KMS key {key} by its own policies: labels may not be written"
        yield _warning(
            "GT615", pointer, message, f"make sure that the key's policy names the execution role, or {hint}"
        )


def key_faults(key: str, found: KeyAnswer | None, region: str, *, pointer: str = "", hint: str) -> Iterator[Diagnostic]:
    """Report a key of labels that cannot encrypt them."""
    if isinstance(found, Absent):
        message = f"the KMS key {key} does not exist in {region}: no label could be written"
        yield _refusal("GT615", pointer, message, hint)
    if not isinstance(found, KmsKey):
        return
    if found.state != "Enabled":
        message = f"the KMS key {key} is {_words(found.state)}: no label could be written"
        yield _refusal("GT615", pointer, message, f"ask the key's owner to enable it, or {hint}")
    if _cannot_encrypt(found):
        message = f"the KMS key {key} is not a symmetric key for encryption, which S3 needs: no label could be written"
        yield _refusal("GT615", pointer, message, hint)


def _cannot_encrypt(key: KmsKey) -> bool:
    return key.usage != "ENCRYPT_DECRYPT" or not key.is_symmetric


# --- people and roles ----------------------------------------------------------------------------------------------------


def team_faults(name: str, arn: str, found: TeamAnswer | None, region: str) -> Iterator[Diagnostic]:
    """Report a work team that does not exist, or has no member who can work."""
    if isinstance(found, Absent):
        message = f"the work team {name} does not exist in {region}: AWS has no team {arn}"
        yield _refusal("GT616", _TEAM, message, "name another team, or make this one again with Terraform")
    if not isinstance(found, Team) or isinstance(found.members, NotSeen):
        return
    if not found.members.active:
        message = f"the work team {name} has no member who can sign in: no clip would be labeled"
        hint = "add people to the team before you merge, or name another team"
        yield _warning("GT617", _TEAM, message, hint)
    elif not found.members.signed_in:
        message = f"the work team {name} has no member who has signed in so far: no clip may be labeled"
        yield _warning("GT617", _TEAM, message, "ask its members whether they have got their invitations")


def role_faults(infrastructure: Infrastructure, places: PlacesSeen) -> Iterator[Diagnostic]:
    """Report an execution role that Ground Truth cannot use, or that the role that creates jobs may not hand over."""
    role = infrastructure.execution_role_arn
    found = places.roles.get(role)
    hint = "apply Terraform again: it makes the execution role"
    if isinstance(found, Absent):
        yield _refusal("GT618", "", f"the execution role {role} does not exist: AWS refuses the job", hint)
    elif isinstance(found, Role) and not found.trusts_sagemaker:
        message = (
            f"the execution role {role} does not let Ground Truth use it (sagemaker.amazonaws.com): AWS refuses the job"
        )
        yield _refusal("GT618", "", message, hint)
    handing = pass_role(infrastructure)
    if handing.principal and places.grants.get(handing) is False:
        message = (
            f"the role that creates jobs, {handing.principal}, may not hand {role} to Ground Truth: AWS refuses the job"
        )
        yield _refusal("GT618", "", message, "give it iam:PassRole on that role: Terraform does, if you apply it again")


# --- what was not looked at ----------------------------------------------------------------------------------------------


def not_looked_at(seen: PlacesSeen, infrastructure: Infrastructure) -> tuple[Unknown, ...]:
    """List what could not be looked at, each kind with its reason once."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for what, name, answer in _answers(seen, infrastructure):
        if isinstance(answer, NotSeen):
            reasons.setdefault((what, answer.reason), []).append(name)
    return tuple(
        Unknown(about=Subject.PLACES, sentence=f"{what.format(_some(names))} not looked at, because {reason}")
        for (what, reason), names in reasons.items()
    )


def _answers(seen: PlacesSeen, infrastructure: Infrastructure) -> Iterator[tuple[str, str, object]]:
    """Yield each answer, with what it is about and the name of the thing."""
    for bucket, region in seen.regions.items():
        yield "the Regions of {} were", bucket, region
    for bucket, settings in seen.settings.items():
        # Of a bucket that does not exist, or was not seen at all, the settings are no news.
        if isinstance(seen.regions.get(bucket), str):
            yield "the CORS rules of {} were", bucket, settings.cors
            yield "whether the reader pays for {} was", bucket, settings.requester_pays
            yield "the default encryption of {} was", bucket, settings.default_key
    for key, found in seen.keys.items():
        yield "the KMS key {} was", key, found
    names = {team.arn: name for name, team in infrastructure.work_teams.items()}
    for arn, team in seen.teams.items():
        yield "the work team {} was", names.get(arn, arn), team
        if isinstance(team, Team):
            yield "whether the work team {} has members was", names.get(arn, arn), team.members
    for role, answer in seen.roles.items():
        yield "the execution role {} was", role, answer
    for grant, has in seen.grants.items():
        if grant != pass_role(infrastructure):
            yield "whether the execution role may use the KMS key {} was", grant.resource, has
        elif has is False and grant.principal is None:
            mine = NotSeen(reason="the credentials of this plan may not do so themselves, and others may apply it")
            yield "whether {} may be handed to Ground Truth was", grant.resource, mine
        else:
            yield "whether {} may be handed to Ground Truth was", grant.resource, has


def _some(names: Iterable[str]) -> str:
    """Name the first few, and count the others."""
    each = sorted(names)
    more = [f"{len(each) - _NAMED:,} more"] if len(each) > _NAMED else []
    shown = [*each[:_NAMED], *more]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _words(state: str) -> str:
    """Write a state of AWS, such as PendingDeletion, as people write it."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in state).strip()


def _refusal(rule: str, pointer: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(rule=rule, pointer=pointer, message=message, hint=hint)


def _warning(rule: str, pointer: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(rule=rule, pointer=pointer, message=message, hint=hint, severity=Severity.WARNING)
