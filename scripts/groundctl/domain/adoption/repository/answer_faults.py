"""Finds everything that is wrong with the answers of `groundctl init`: in their form, and between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.schema import SchemaCheck

RULE = "init"
# Cognito refuses these words in the sign-in domain, which has the environment's name in it.
_REFUSED_WORDS = ("aws", "amazon", "cognito")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
# jobs/approved/ holds the digests of plans that were released by hand.
_TAKEN_FOLDERS = ("approved",)


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
    yield from _of_environments(environments)
    yield from _of_teams(_named(data, "teams"), environments)
    yield from _of_clips(_named(data, "clips"), environments)
    yield from _of_folders(data, environments)
    if ("repository_id" in data) != ("owner_id" in data):
        given, missing = ("repository_id", "owner_id") if "repository_id" in data else ("owner_id", "repository_id")
        hint = "`gh api repos/OWNER/NAME --jq '.owner.id, .id'` shows both"
        yield _fault(f"`{given}` is given without `{missing}`", f"{hint}; or leave both out", given)


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
