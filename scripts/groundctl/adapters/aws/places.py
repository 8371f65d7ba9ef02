"""Looks at the place of jobs: buckets, KMS keys, work teams, roles, and rights. Every call reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from botocore import exceptions as aws

from groundctl.adapters.aws.principals import caller_as_principal, trusts_sagemaker
from groundctl.adapters.aws.responses import error_code, error_message, expect, malformed_as_parser_error
from groundctl.adapters.aws.session import AwsSession, in_plain_words
from groundctl.domain.jobs.places import (
    Absent,
    BucketRegion,
    BucketSettings,
    CorsRule,
    Grant,
    KeyAnswer,
    KmsKey,
    Members,
    NotSeen,
    Right,
    Role,
    RoleAnswer,
    Team,
    TeamAnswer,
)
from groundctl.errors import ExternalError

Seen = TypeVar("Seen")

_DENIED = {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"}
_NO_SETTING = {"NoSuchCORSConfiguration", "ServerSideEncryptionConfigurationNotFoundError"}
_NOT_FOUND = ("not found", "could not find", "does not exist")
# A team is not counted to its end: one member who has signed in is enough.
_PAGES_OF_MEMBERS = 5
_OIDC = "its members are groups of your own identity provider, which AWS does not show"
_VENDOR = "a vendor does not show its members"


class AwsPlaces:
    """The place of jobs, in one account and Region."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    # -- buckets ----------------------------------------------------------------------------------

    def region_of(self, bucket: str) -> BucketRegion:
        """Return the Region of a bucket, also of one that may not be listed."""

        def ask() -> BucketRegion:
            try:
                response = self._session.looking("s3").head_bucket(Bucket=bucket)
            except aws.ClientError as error:
                if error_code(error) in {"404", "NoSuchBucket"}:
                    return Absent()
                if region := _headers(error.response).get("x-amz-bucket-region"):
                    return region
                raise
            region = response.get("BucketRegion") or _headers(response).get("x-amz-bucket-region")
            expect({"BucketRegion": region}, "BucketRegion")
            return str(region)

        return self._look(f"the bucket {bucket}", "s3:ListBucket", ask)

    def settings_of(self, bucket: str) -> BucketSettings:
        """Read the settings of a bucket of clips."""
        s3, name = self._session.looking("s3"), f"the bucket {bucket}"
        return BucketSettings(
            cors=self._look(name, "s3:GetBucketCORS", lambda: _cors(s3, bucket)),
            requester_pays=self._look(name, "s3:GetBucketRequestPayment", lambda: _requester_pays(s3, bucket)),
            default_key=self._look(name, "s3:GetEncryptionConfiguration", lambda: _default_key(s3, bucket)),
        )

    # -- keys -------------------------------------------------------------------------------------

    def key(self, name: str) -> KeyAnswer:
        """Look up a KMS key by its ID, its ARN, or an alias."""

        def ask() -> KeyAnswer:
            try:
                response = self._session.looking("kms").describe_key(KeyId=name)
            except aws.ClientError as error:
                if error_code(error) in {"NotFoundException", "InvalidArnException"}:
                    return Absent()
                raise
            expect(response, "KeyMetadata")
            found = response["KeyMetadata"]
            expect(found, "Arn", "KeyState")
            spec = found.get("KeySpec") or found.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
            return KmsKey(
                arn=found["Arn"],
                state=found["KeyState"],
                usage=found.get("KeyUsage") or "ENCRYPT_DECRYPT",
                is_symmetric=spec == "SYMMETRIC_DEFAULT",
            )

        return self._look(f"the KMS key {name}", "kms:DescribeKey", ask)

    # -- work teams -------------------------------------------------------------------------------

    def team(self, arn: str) -> TeamAnswer:
        """Look up a work team, and count its members."""
        if ":workteam/vendor-crowd/" in arn:
            return self._look(f"the work team {arn}", "sagemaker:DescribeSubscribedWorkteam", lambda: self._vendor(arn))
        found: tuple[Mapping[str, Any], ...] | Absent | NotSeen
        found = self._look(f"the work team {arn}", "sagemaker:DescribeWorkteam", lambda: self._private(arn))
        return Team(members=self._members(found)) if isinstance(found, tuple) else found

    def _vendor(self, arn: str) -> TeamAnswer:
        try:
            response = self._session.looking("sagemaker").describe_subscribed_workteam(WorkteamArn=arn)
        except aws.ClientError as error:
            if _is_absent(error):
                return Absent()
            raise
        expect(response, "SubscribedWorkteam")
        return Team(members=NotSeen(reason=_VENDOR))

    def _private(self, arn: str) -> tuple[Mapping[str, Any], ...] | Absent:
        """Return the definitions of a private team's members."""
        try:
            response = self._session.looking("sagemaker").describe_workteam(WorkteamName=arn.rpartition("/")[2])
        except aws.ClientError as error:
            if _is_absent(error):
                return Absent()
            raise
        expect(response, "Workteam")
        expect(response["Workteam"], "WorkteamArn", "MemberDefinitions")
        # A name alone can be that of another account's team.
        return (
            tuple(response["Workteam"]["MemberDefinitions"]) if response["Workteam"]["WorkteamArn"] == arn else Absent()
        )

    def _members(self, definitions: Iterable[Mapping[str, Any]]) -> Members | NotSeen:
        groups = [definition.get("CognitoMemberDefinition") for definition in definitions]
        if not all(groups):
            return NotSeen(reason=_OIDC)

        def ask() -> Members:
            active = signed_in = 0
            for user in (user for group in groups if group for user in self._users(group)):
                active += 1
                # Until the first sign-in, the invitation's password is still to be changed.
                signed_in += user.get("UserStatus") != "FORCE_CHANGE_PASSWORD"
                if signed_in:
                    break
            return Members(active=active, signed_in=signed_in)

        return self._look("the members of a work team", "cognito-idp:ListUsersInGroup", ask)

    def _users(self, group: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """Yield the users of a group who can sign in; who they are is not kept."""
        more: dict[str, str] = {}
        for _ in range(_PAGES_OF_MEMBERS):
            response = self._session.looking("cognito-idp").list_users_in_group(
                UserPoolId=group["UserPool"], GroupName=group["UserGroup"], **more
            )
            expect({"Users": None if response.get("Users") is None else "given"}, "Users")
            yield from (user for user in response["Users"] if user.get("Enabled", True))
            if not response.get("NextToken"):
                return
            more = {"NextToken": response["NextToken"]}

    # -- roles and rights -------------------------------------------------------------------------

    def role(self, arn: str) -> RoleAnswer:
        """Look up an IAM role."""

        def ask() -> RoleAnswer:
            try:
                response = self._session.looking("iam").get_role(RoleName=arn.rpartition("/")[2])
            except aws.ClientError as error:
                if error_code(error) in {"NoSuchEntity", "NoSuchEntityException"}:
                    return Absent()
                raise
            expect(response, "Role")
            expect(response["Role"], "Arn", "AssumeRolePolicyDocument")
            if response["Role"]["Arn"] != arn:
                return Absent()
            return Role(trusts_sagemaker=trusts_sagemaker(response["Role"]["AssumeRolePolicyDocument"]))

        return self._look(f"the role {arn}", "iam:GetRole", ask)

    def has(self, grant: Grant) -> bool | NotSeen:
        """Return whether IAM policies grant a right."""

        def ask() -> bool | NotSeen:
            principal = grant.principal or self._caller()
            if isinstance(principal, NotSeen):
                return principal
            if principal.endswith(":root"):
                return True
            response = self._session.looking("iam").simulate_principal_policy(
                PolicySourceArn=principal,
                ActionNames=[str(grant.right)],
                ResourceArns=[grant.resource],
                ContextEntries=[_context(grant.right, self._session.region)],
            )
            expect(response, "EvaluationResults")
            [result] = response["EvaluationResults"]
            expect(result, "EvalDecision")
            allowed: bool = result["EvalDecision"] == "allowed"
            if not allowed and (missing := result.get("MissingContextValues")):
                return NotSeen(
                    reason=f"a policy decides by {', '.join(missing)}, which is not known before the job exists"
                )
            return allowed

        return self._look(f"what {grant.principal or 'the caller'} may do", "iam:SimulatePrincipalPolicy", ask)

    def _caller(self) -> str | NotSeen:
        response = self._session.looking("sts").get_caller_identity()
        expect(response, "Arn")
        return caller_as_principal(response["Arn"]) or NotSeen(reason=f"IAM cannot say what {response['Arn']} may do")

    def _look(self, what: str, right: str, ask: Callable[[], Seen | NotSeen]) -> Seen | NotSeen:
        return look_at(self._session, what, right, ask)


def look_at(session: AwsSession, what: str, right: str, ask: Callable[[], Seen | NotSeen]) -> Seen | NotSeen:
    """Ask AWS; return why there is no answer, if there is none."""
    try:
        with in_plain_words(f"looking at {what}", session.region), malformed_as_parser_error():
            return ask()
    except ExternalError as error:
        cause = error.__cause__
        if isinstance(cause, aws.ClientError) and error_code(cause) in _DENIED:
            return NotSeen(reason=f"these credentials lack the right {right}")
        return NotSeen(reason=error.message)


def _headers(response: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return found


def _cors(s3: Any, bucket: str) -> tuple[CorsRule, ...]:
    response = _setting(lambda: s3.get_bucket_cors(Bucket=bucket))
    if response is None:
        return ()
    # Without this, an empty answer would look like a bucket without rules.
    expect(response, "CORSRules")
    return tuple(
        CorsRule(methods=tuple(rule["AllowedMethods"]), origins=tuple(rule["AllowedOrigins"]))
        for rule in response["CORSRules"]
    )


def _requester_pays(s3: Any, bucket: str) -> bool:
    response = s3.get_bucket_request_payment(Bucket=bucket)
    expect(response, "Payer")
    is_requester: bool = response["Payer"] == "Requester"
    return is_requester


def _default_key(s3: Any, bucket: str) -> str | None:
    response = _setting(lambda: s3.get_bucket_encryption(Bucket=bucket))
    if response is None:
        return None
    expect(response, "ServerSideEncryptionConfiguration")
    expect(response["ServerSideEncryptionConfiguration"], "Rules")
    for rule in response["ServerSideEncryptionConfiguration"]["Rules"]:
        default = rule.get("ApplyServerSideEncryptionByDefault", {})
        if str(default.get("SSEAlgorithm", "")).startswith("aws:kms"):
            # Without a key of its own, the bucket uses AWS's key for S3, with which every role of the account can read.
            key: str | None = default.get("KMSMasterKeyID")
            return key
    return None


def _setting(ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Read a setting of a bucket; None if the bucket has none, which S3 reports as an error."""
    try:
        return ask()
    except aws.ClientError as error:
        if error_code(error) in _NO_SETTING:
            return None
        raise


def _is_absent(error: aws.ClientError) -> bool:
    code, message = error_code(error), error_message(error).lower()
    invalid = code == "ValidationException" and any(words in message for words in _NOT_FOUND)
    return code in {"ResourceNotFound", "ResourceNotFoundException"} or invalid


def _context(right: Right, region: str) -> Any:
    """Return the condition key by which policies limit a right."""
    key, value = (
        ("iam:PassedToService", "sagemaker.amazonaws.com")
        if right is Right.PASSING
        else ("kms:ViaService", f"s3.{region}.amazonaws.com")
    )
    return {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
