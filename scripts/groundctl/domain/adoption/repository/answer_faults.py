"""Finds everything that is wrong with the answers of `groundctl init`: in their form, and between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from groundctl.domain.adoption.repository.answers import default_folder
from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.texts.text_problems import INVISIBLE

RULE = "init"
# Cognito refuses these words in the sign-in domain, which has the environment's name in it.
_REFUSED_WORDS = ("aws", "amazon", "cognito")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
# jobs/approved/ holds the digests of plans that were released by hand.
_TAKEN_FOLDERS = ("approved",)
# Halves of characters have no form in a file, and YAML refuses the last two.
_UNWRITABLE = re.compile(f"{INVISIBLE.pattern}|[\r\ud800-\udfff\ufffe\uffff]")
_DEEPEST = 6  # deeper than any answer


def faults_of(data: Any, schema: SchemaCheck) -> tuple[Diagnostic, ...]:  # any JSON value
    """Return every fault of the answers; none means that they can be parsed."""
    misfits = schema.diagnostics(data)
    # What the schema refuses is reported once, and left out of the comparisons.
    wrong = {fault.pointer for fault in misfits}
    between = _between(data) if isinstance(data, dict) else ()
    return (*misfits, *(fault for fault in between if not any(_is_within(fault.pointer, at) for at in wrong)))


def _is_within(pointer: str, at: str) -> bool:
    return pointer == at or (at != "" and pointer.startswith(f"{at}/"))


def _between(data: JsonObject) -> Iterator[Diagnostic]:
    environments = _named(data, "environments")
    yield from _of_texts(data)
    yield from _of_environments(environments)
    yield from _of_shared_things(environments)
    yield from _of_teams(_named(data, "teams"), environments)
    yield from _of_clips(_named(data, "clips"), environments)
    yield from _of_buckets(_named(data, "clips"), environments)
    yield from _of_folders(data, environments)
    yield from _of_default_folders(data, environments)
    if ("repository_id" in data) != ("owner_id" in data):
        given, missing = ("repository_id", "owner_id") if "repository_id" in data else ("owner_id", "repository_id")
        hint = "`gh api repos/OWNER/NAME --jq '.owner.id, .id'` shows both"
        yield _fault(f"`{given}` is given without `{missing}`", f"{hint}; or leave both out", given)


def _of_texts(data: Any, *at: str) -> Iterator[Diagnostic]:
    """Report what a reader would not see in the files: `validate` refuses it there."""
    if isinstance(data, dict) and len(at) < _DEEPEST:
        for name, each in data.items():
            yield from _of_text(name, *at, name)
            yield from _of_texts(each, *at, name)
    elif isinstance(data, list) and len(at) < _DEEPEST:
        for number, each in enumerate(data):
            yield from _of_texts(each, *at, str(number))
    elif isinstance(data, str):
        yield from _of_text(data, *at)


def _of_text(text: str, *at: str) -> Iterator[Diagnostic]:
    if found := _UNWRITABLE.search(text):
        yield _fault(
            f"contains the invisible character U+{ord(found.group()):04X}", "remove it, or retype the text", *at
        )


def _of_environments(environments: Mapping[str, JsonObject]) -> Iterator[Diagnostic]:
    places: dict[tuple[object, object, object], str] = {}
    for name, each in environments.items():
        at = ("environments", name)
        label, _, suffix = name.partition(".")
        region = each.get("region")
        if isinstance(region, str) and region not in BUILT_IN_LAMBDA_ACCOUNTS:
            regions = ", ".join(sorted(BUILT_IN_LAMBDA_ACCOUNTS))
            message = f"`{region}` has no built-in functions for video classification"
            yield _fault(message, f"choose one of {regions}", *at, "region")
        if _REGION.fullmatch(suffix) and isinstance(region, str) and suffix != region:
            message = f"`{name}` names another Region than {region}"
            yield _fault(message, f"rename it to {label}.{region}, or change the Region", *at)
        if word := next((word for word in _REFUSED_WORDS if word in label), None):
            yield _fault(
                f"`{label}` contains {word!r}, which Cognito refuses", "choose another name, such as production", *at
            )
        place = (label, each.get("account_id"), region)
        if place in places:
            message = f"`{name}` and `{places[place]}` would create resources of the same names"
            yield _fault(message, "give them different names before the first dot, accounts, or Regions", *at)
        places.setdefault(place, name)


def _of_shared_things(environments: Mapping[str, JsonObject]) -> Iterator[Diagnostic]:
    """Report two environments that cannot both have what an account or a Region has once."""
    buckets: dict[str, tuple[str, tuple[object, object]]] = {}
    accounts: set[object] = set()
    for name, each in environments.items():
        at, place = ("environments", name), (each.get("account_id"), each.get("region"))
        if each.get("github_provider_exists") is False and place[0] in accounts:
            message = f"{place[0]} would get GitHub's OIDC provider twice, and an account has one"
            hint = "leave it out: the first environment of an account creates it"
            yield _fault(message, hint, *at, "github_provider_exists")
        accounts.add(place[0])
        bucket = each.get("state_bucket")
        if isinstance(bucket, str):
            other, where = buckets.setdefault(bucket, (name, place))
            if where != place:
                message = f"`{bucket}` has the state of `{other}` too, which is in another account or Region"
                yield _fault(message, "give each its own bucket, or leave both out", *at, "state_bucket")


def _of_teams(teams: Mapping[str, JsonObject], environments: Mapping[str, JsonObject]) -> Iterator[Diagnostic]:
    for name, each in teams.items():
        given = [member for member in ("members", "arn", "existing") if each.get(member)]
        if len(given) > 1:
            message = f"`{name}` has {' and '.join(given)}"
            yield _fault(
                message, "give arn or existing for a team that exists, members for one to create", "teams", name
            )
        arn = each.get("arn")
        if (
            isinstance(arn, str)
            and arn.count(":") >= 5
            and not any(_has_team(place, arn) for place in environments.values())
        ):
            region, account_id = arn.split(":")[3:5]
            whose = "Region" if "vendor-crowd" in arn else f"Region and account {account_id}"
            message = f"`{name}` is a team of {region}, and no environment is in that {whose}"
            yield _fault(message, "correct the ARN, or add the environment", "teams", name, "arn")


def _has_team(environment: JsonObject, arn: str) -> bool:
    region, account_id = arn.split(":")[3:5]
    return environment.get("region") == region and (
        "vendor-crowd" in arn or environment.get("account_id") == account_id
    )


def _of_clips(clips: Mapping[str, JsonObject], environments: Mapping[str, JsonObject]) -> Iterator[Diagnostic]:
    for prefix, each in clips.items():
        if "environments" not in each and len(environments) > 1:
            message = f"`{prefix}` names no environment, and there are {len(environments)}"
            first = next(iter(environments))
            hint = f"add environments, such as [{first}]; at a question or as --clips, write {prefix}={first}"
            yield _fault(message, hint, "clips", prefix)
        yield from _unknown(each.get("environments"), environments, "environment", "clips", prefix, "environments")


def _of_buckets(clips: Mapping[str, JsonObject], environments: Mapping[str, JsonObject]) -> Iterator[Diagnostic]:
    """Report a bucket that would be in two Regions, or have two keys; it has one of each."""
    regions: dict[str, str] = {}
    keys: dict[str, str] = {}
    for prefix, each in clips.items():
        bucket, at = prefix.removeprefix("s3://").partition("/")[0], ("clips", prefix)
        names = _texts(each["environments"]) if "environments" in each else list(environments)[:1]
        for name in names:
            region = environments.get(name, {}).get("region")
            if isinstance(region, str) and regions.setdefault(bucket, region) != region:
                message = (
                    f"`{bucket}` is in {regions[bucket]}, and {name} in {region}: jobs read clips of their own Region"
                )
                yield _fault(message, f"name environments of {regions[bucket]} only", *at, "environments")
        key = each.get("kms_key_arn")
        if isinstance(key, str) and key.count(":") >= 5 and regions.get(bucket) not in {None, key.split(":")[3]}:
            message = f"the key is of {key.split(':')[3]}, and `{bucket}` is in {regions[bucket]}"
            yield _fault(message, "give the ARN of the key that encrypts the bucket", *at, "kms_key_arn")
        if isinstance(key, str) and keys.setdefault(bucket, key) != key:
            message = f"`{bucket}` has another key already, and Terraform takes one for each bucket"
            hint = "give the same key; the owner of another one lets the execution role decrypt with it"
            yield _fault(message, hint, *at, "kms_key_arn")


def _of_default_folders(data: JsonObject, environments: Mapping[str, JsonObject]) -> Iterator[Diagnostic]:
    """Report a folder that the answers leave to groundctl, and that cannot be."""
    teams = _named(data, "teams")
    if data.get("folders") or not environments or not teams:
        return
    hint = "add folders, such as folders: {labels: {environment: NAME}}"
    taken: dict[str, str] = {}
    for name in environments:
        at, folder = ("environments", name), default_folder(name, environments, teams)
        if folder in _TAKEN_FOLDERS:
            yield _fault(f"its folder would be jobs/{folder}/, which has another purpose in groundctl", hint, *at)
        if taken.setdefault(folder, name) != name:
            yield _fault(f"`{name}` and `{taken[folder]}` would have one folder, jobs/{folder}/", hint, *at)
        if _someone_works(teams, environments) and not _someone_works(teams, {name: environments[name]}):
            region = environments[name].get("region")
            yield _fault(f"`{name}` has no work team", f"add a team of {region}, or remove the environment", *at)


def _someone_works(teams: Mapping[str, JsonObject], environments: Mapping[str, JsonObject]) -> bool:
    return any(_works_in(team, place) for team in teams.values() for place in environments.values())


def _of_folders(data: JsonObject, environments: Mapping[str, JsonObject]) -> Iterator[Diagnostic]:
    folders = _named(data, "folders")
    served = {each.get("environment") for each in folders.values()}
    if folders and len(environments) > 1:
        for name in environments.keys() - served:
            yield _fault(f"`{name}` has no folder", f"add a folder with environment: {name}", "environments", name)
    if not folders:
        yield from _without_team(_named(data, "teams"), environments)
    for name, each in folders.items():
        at = ("folders", name)
        if name in _TAKEN_FOLDERS:
            yield _fault(f"jobs/{name}/ has another purpose in groundctl", "choose another name for the folder", *at)
        if "environment" not in each and len(environments) > 1:
            hint = f"add environment, such as {next(iter(environments))}"
            yield _fault(f"`{name}` names no environment, and there are {len(environments)}", hint, *at)
        environment = each.get("environment", next(iter(environments), ""))
        yield from _unknown([environment], environments, "environment", *at, "environment")
        yield from _unknown(each.get("teams"), _named(data, "teams"), "team", *at, "teams")
        yield from _unknown(each.get("clips"), _named(data, "clips"), "prefix", *at, "clips")
        if environment in environments:
            yield from _unusable(data, name, each, environment)


def _without_team(teams: Mapping[str, JsonObject], environments: Mapping[str, JsonObject]) -> Iterator[Diagnostic]:
    """Report an environment whose folder, which has the environment's name, could use no team."""
    for name, place in environments.items():
        if teams and not any(_works_in(team, place) for team in teams.values()):
            hint = f"add a team of {place.get('region')}, or leave the environment out until there is one"
            yield _fault(f"no work team works in `{name}`", hint, "teams")


def _unusable(data: JsonObject, name: str, folder: JsonObject, environment: str) -> Iterator[Diagnostic]:
    """Report what a folder names and its environment cannot use."""
    teams, place = _named(data, "teams"), _named(data, "environments")[environment]
    wanted = _texts(folder.get("teams")) or list(teams)
    usable = [team for team in wanted if team in teams and _works_in(teams[team], place)]
    if wanted and not usable:
        message = f"`{name}` has no work team in {environment}"
        yield _fault(message, f"name a team of {place.get('region')}", "folders", name)
    for prefix in _texts(folder.get("clips")):
        allowed = _named(data, "clips").get(prefix, {}).get("environments", [environment])
        if environment not in _texts(allowed):
            message = f"`{prefix}` is not for {environment}, where the jobs of `{name}` are created"
            yield _fault(message, f"add {environment} to the environments of the prefix", "folders", name, "clips")


def _works_in(team: JsonObject, environment: JsonObject) -> bool:
    arn = team.get("arn")
    return not isinstance(arn, str) or arn.count(":") < 5 or _has_team(environment, arn)


def _unknown(names: Any, known: Mapping[str, Any], what: str, *at: str) -> Iterator[Diagnostic]:
    for name in _texts(names):
        if name not in known:
            listed = ", ".join(known) or "none"
            yield _fault(f"`{name}` is no {what} of these answers", f"choose one of: {listed}", *at)


def _named(data: JsonObject, member: str) -> Mapping[str, JsonObject]:
    """Return what has the form of a mapping of mappings; the schema reports the rest."""
    value = data.get(member)
    return {name: each for name, each in value.items() if isinstance(each, dict)} if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _fault(message: str, hint: str, *at: str) -> Diagnostic:
    return Diagnostic(rule=RULE, pointer=pointer_to(*at), message=message, hint=hint)
