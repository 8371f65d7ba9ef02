"""The state bucket: its required settings, its current ones, and the steps between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from groundctl_bootstrap.settings import Settings, UnfitSettingsError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

OLD_VERSIONS = 90  # days for which an overwritten state can be restored
SHUT = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
OWNED = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
_ABSENT = {
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
}

# Reads one current setting of the bucket.
Now = Callable[[Callable[..., Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """A change, and the words that announce it."""

    words: str
    do: Callable[[], object]


def steps_to(settings: Settings, *, account_id: str, partition: str, s3: S3Client) -> list[Step]:
    """List the changes that the bucket still needs; only calling a step changes anything."""
    bucket = settings.bucket
    there = _is_there(s3, settings, account_id)
    return [
        *([] if there else [Step(f"create the bucket {bucket} in {settings.region}", lambda: _make(s3, settings))]),
        *_missing(s3, settings, partition, there=there),
    ]


def _missing(s3: S3Client, settings: Settings, partition: str, *, there: bool) -> Iterator[Step]:
    bucket: Any = {"Bucket": settings.bucket}

    def now(read: Callable[..., Any]) -> dict[str, Any]:
        return _read(lambda: read(**bucket)) if there else {}

    yield from _missing_history(s3, bucket, now)
    yield from _missing_encryption(s3, bucket, now, settings)
    yield from _missing_privacy(s3, bucket, now)
    yield from _missing_denials(s3, bucket, now, _denials(settings.bucket, partition))
    yield from _missing_expiry(s3, bucket, now)


def _missing_history(s3: S3Client, bucket: Any, now: Now) -> Iterator[Step]:
    if now(s3.get_bucket_versioning).get("Status") != "Enabled":
        on: Any = {"Status": "Enabled"}
        yield Step(
            "keep old versions of the state", lambda: s3.put_bucket_versioning(**bucket, VersioningConfiguration=on)
        )


def _missing_encryption(s3: S3Client, bucket: Any, now: Now, settings: Settings) -> Iterator[Step]:
    encryption = _encryption(settings)
    if not _encrypts(now(s3.get_bucket_encryption), encryption):
        yield Step(
            f"encrypt it with {'the key ' + settings.kms_key_id if settings.kms_key_id else 'a key that S3 manages'}",
            lambda: s3.put_bucket_encryption(**bucket, ServerSideEncryptionConfiguration=encryption),
        )


def _missing_privacy(s3: S3Client, bucket: Any, now: Now) -> Iterator[Step]:
    if now(s3.get_public_access_block).get("PublicAccessBlockConfiguration") != SHUT:
        shut: Any = SHUT
        yield Step(
            "block public access", lambda: s3.put_public_access_block(**bucket, PublicAccessBlockConfiguration=shut)
        )

    if now(s3.get_bucket_ownership_controls).get("OwnershipControls") != OWNED:
        owned: Any = OWNED
        yield Step(
            "disable access lists: the account owns every object",
            lambda: s3.put_bucket_ownership_controls(**bucket, OwnershipControls=owned),
        )


def _missing_denials(s3: S3Client, bucket: Any, now: Now, denials: Any) -> Iterator[Step]:
    policy = json.loads(now(s3.get_bucket_policy).get("Policy", '{"Version": "2012-10-17", "Statement": []}'))
    # A policy of one statement may be written without a list.
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    if lacking := [denial for denial in denials if denial not in statements]:
        sids = {denial["Sid"] for denial in lacking}
        others = [statement for statement in statements if statement.get("Sid") not in sids]
        text = json.dumps({**policy, "Statement": others + lacking})
        yield Step("deny requests without TLS 1.2 or newer", lambda: s3.put_bucket_policy(**bucket, Policy=text))


def _missing_expiry(s3: S3Client, bucket: Any, now: Now) -> Iterator[Step]:
    if not now(s3.get_bucket_lifecycle_configuration).get("Rules"):
        rules: Any = {"Rules": [_tidy_up()]}
        yield Step(
            f"delete versions {OLD_VERSIONS} days after they were overwritten",
            lambda: s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration=rules),
        )


def _is_there(s3: S3Client, settings: Settings, account_id: str) -> bool:
    try:
        head = s3.head_bucket(Bucket=settings.bucket, ExpectedBucketOwner=account_id)
    except ClientError as error:
        match error.response["ResponseMetadata"]["HTTPStatusCode"]:
            case 404:
                return False
            case 403:
                raise UnfitSettingsError(
                    f"The bucket {settings.bucket} belongs to another account, or these credentials have no access to it. "
                    f"Bucket names are unique across all of AWS: choose another one in {settings.environment}.s3.tfbackend, "
                    "such as one that ends in the account's number."
                ) from error
            case 301 | 400:
                raise UnfitSettingsError(_elsewhere(settings, "another Region")) from error
        raise
    region = head.get("BucketRegion") or settings.region
    if region != settings.region:
        raise UnfitSettingsError(_elsewhere(settings, region))
    return True


def _elsewhere(settings: Settings, region: str) -> str:
    return (
        f"The bucket {settings.bucket} is in {region}, but {settings.environment}.s3.tfbackend names {settings.region}. "
        "Correct `region` there, or choose another bucket."
    )


def _make(s3: S3Client, settings: Settings) -> None:
    if settings.region == "us-east-1":  # S3 accepts no LocationConstraint for this Region
        s3.create_bucket(Bucket=settings.bucket)
    else:
        place: Any = {"LocationConstraint": settings.region}
        s3.create_bucket(Bucket=settings.bucket, CreateBucketConfiguration=place)


def _read(read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return read()
    except ClientError as error:
        if error.response["Error"].get("Code") in _ABSENT:
            return {}
        raise


def _encryption(settings: Settings) -> Any:
    default = {"SSEAlgorithm": "AES256"}
    if settings.kms_key_id:
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": settings.kms_key_id}
    return {
        "Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": settings.kms_key_id is not None}]
    }


def _encrypts(current: dict[str, Any], wanted: Any) -> bool:
    # AWS may add members to the rule, so only ours are compared.
    rules = current.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    by_default = "ApplyServerSideEncryptionByDefault"
    return bool(rules) and rules[0].get(by_default) == wanted["Rules"][0][by_default]


def _denials(bucket: str, partition: str) -> list[dict[str, Any]]:
    arn = f"arn:{partition}:s3:::{bucket}"
    return [
        {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": condition,
        }
        for sid, condition in (
            ("RefuseWithoutTls", {"Bool": {"aws:SecureTransport": "false"}}),
            ("RefuseOldTls", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
        )
    ]


def _tidy_up() -> dict[str, Any]:
    return {
        "ID": "tidy-up",
        "Status": "Enabled",
        "Filter": {},
        "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
