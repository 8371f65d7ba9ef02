"""Odd buckets of clips, as rows of the table, and their keys."""

from __future__ import annotations

from places.making import ELSEWHERE, NEITHER_WORD, Row, disabled, leaving, usable, with_members
from support.aws import prerequisites
from support.builders import REGION

OF_CLIPS = (
    Row(name="nothing odd", make=lambda _: None, silent=(*NEITHER_WORD, "Not known")),
    # --- buckets of clips
    Row(
        name="the bucket of a clip does not exist",
        make=lambda place: place.clips_in("clips", "clisp"),
        refused=True,
        says=("GT611 the bucket clisp does not exist, so no worker would see its clips", "check the spelling"),
        silent=("not looked at",),
    ),
    Row(
        name="the bucket of a prefix does not exist",
        make=lambda place: (
            place.declared.update(input={"prefix": "s3://clisp/"}) or with_members(input_buckets=())(place)
        ),
        refused=True,
        says=("GT611 the bucket clisp does not exist", "GT702"),
    ),
    Row(
        name="clips in another Region",
        make=lambda place: place.clips_in(place.bucket("clips-eu", region=ELSEWHERE)),
        refused=True,
        says=(f"the bucket clips-eu is in {ELSEWHERE} and the job in {REGION}: no worker would see its clips", "copy"),
    ),
    Row(
        name="a bucket without CORS",
        make=lambda place: place.client("s3").delete_bucket_cors(Bucket="clips"),
        refused=True,
        says=(
            "GT612 the bucket clips has no CORS rule for GET",
            "every task fails",
            "AllowedMethods GET and AllowedOrigins *",
        ),
    ),
    Row(
        name="CORS for uploads only",
        make=lambda place: place.client("s3").put_bucket_cors(
            Bucket="clips", CORSConfiguration={"CORSRules": [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}]}
        ),
        refused=True,
        says=("GT612 the bucket clips has no CORS rule for GET",),
    ),
    Row(
        name="CORS for one page only",
        make=lambda _: prerequisites.open_to_browsers("clips", "https://acme.example"),
        says=("GT612 the bucket clips lets only pages of https://acme.example load its clips",),
    ),
    Row(
        name="CORS in two rules, the second of which is open",
        make=lambda _: prerequisites.open_to_browsers("clips", "https://acme.example", "*"),
        silent=NEITHER_WORD,
    ),
    Row(
        name="requester pays",
        make=lambda place: place.client("s3").put_bucket_request_payment(
            Bucket="clips", RequestPaymentConfiguration={"Payer": "Requester"}
        ),
        refused=True,
        says=("GT613 the bucket clips lets the reader pay", "no worker would see its clips"),
    ),
    Row(
        name="two buckets, one of them without CORS",
        make=lambda place: place.clips_in("clips", place.bucket("closed", cors=False)),
        refused=True,
        says=("the bucket closed has no CORS rule",),
        silent=("the bucket clips",),
    ),
    # --- the key of clips
    Row(
        name="clips under a disabled key",
        make=lambda place: place.encrypts_clips(disabled(place, place.key())),
        says=("GT614 the bucket clips encrypts new clips with the KMS key", "which is disabled"),
    ),
    Row(
        name="clips under a key that is about to be deleted",
        make=lambda place: place.encrypts_clips(leaving(place, place.key())),
        says=("GT614", "which is pending deletion"),
    ),
    Row(
        name="clips under a key that does not exist",
        make=lambda place: place.encrypts_clips("alias/gone"),
        says=("GT614", "the KMS key alias/gone, which does not exist"),
    ),
    Row(
        name="clips under a key that the execution role may not use",
        make=lambda place: place.encrypts_clips(place.key()["Arn"]),
        says=("GT614", "which the execution role may not use by its own policies", "kms:Decrypt"),
    ),
    Row(
        name="clips under a key that the execution role may use",
        make=lambda place: place.encrypts_clips(usable(place)),
        silent=NEITHER_WORD,
    ),
    Row(
        name="clips under the key that AWS manages", make=lambda place: place.encrypts_clips(None), silent=NEITHER_WORD
    ),
    Row(
        name="clips under AWS's key by its alias",
        make=lambda place: place.encrypts_clips("alias/aws/s3"),
        silent=NEITHER_WORD,
    ),
)
