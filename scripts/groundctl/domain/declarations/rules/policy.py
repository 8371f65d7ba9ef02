"""Rules of this repository's jobs/policy.yaml. They judge a job that does not exist yet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.policy import PUBLIC
from groundctl.domain.declarations.rules.input import readable_uris
from groundctl.domain.declarations.rules.registry import Case, error, rule
from groundctl.domain.declarations.sources import ChainedInput, ManifestInput
from groundctl.domain.declarations.spec import AT_FAULT

_TEAM = "/workforce/team"
_WORKERS = "/workforce/workers_per_object"
_CROWD = "/workforce/crowd"
_URIS = ("/input/prefix", "/input/inventory/prefix", "/input/manifest", "/input/objects/*")
# How many prefixes or teams a hint lists.
_MAX_LISTED = 3


@rule("GT501", given=("/tags/*",), policy=())
def required_tags_are_given(case: Case) -> Iterator[Diagnostic]:
    """The repository's policy requires these tags."""
    have = {key for key, _ in case.spec.tags}
    for key in case.allowed.required_tags:
        if key not in have:
            message = f"the tag `{key}` is missing, which jobs/policy.yaml requires"
            yield error("GT501", pointer_to("tags", key), message, f"add `{key}:` under tags", at_key=True)


@rule("GT502", each=(*_URIS, "/input/from_job"), policy=("inputs",))
def clips_come_from_the_teams_own_prefixes(case: Case) -> Iterator[Diagnostic]:
    """One team's declaration does not send another team's clips to workers."""
    if not case.allowed.is_listed:
        return
    inputs, folder = case.allowed.inputs, case.folder
    for pointer, uri in readable_uris(case):
        if not uri.startswith(inputs):
            message = f"is outside the prefixes that jobs/policy.yaml allows for {folder}"
            yield error("GT502", pointer, message, _use_or_add(inputs, _place(uri), f"folders.{folder}.inputs"))
    # Where these clips are is known when the output or the manifest is read.
    for pointer in () if inputs else _elsewhere(case):
        message = f"names clips that are elsewhere, and jobs/policy.yaml allows {folder} no clips"
        hint = f"add `inputs: [s3://bucket/folder/]` to folders.{folder} in jobs/policy.yaml, with their prefix"
        yield error("GT502", pointer, message, hint)


@rule("GT503", reads=("/budget/usd",), policy=())
def budget_is_below_the_limit(case: Case) -> Iterator[Diagnostic]:
    """A plan would refuse a budget above the limit for one job."""
    limit, budget = case.allowed.job_ceiling.usd, case.spec.budget_usd
    if limit is not None and budget is not None and budget > limit:
        message = f"is ${budget:,.2f}, above ${limit:,.2f}, the limit for one job in jobs/policy.yaml"
        yield error("GT503", "/budget/usd", message, "lower it, or propose a higher limit in jobs/policy.yaml")


@rule("GT504", each=(*_URIS, _TEAM, _CROWD), policy=("inputs", "teams"))
def the_folder_is_listed(case: Case) -> Iterator[Diagnostic]:
    """A folder without an entry in jobs/policy.yaml may use no clips and no work team."""
    if case.allowed.is_listed:
        return
    if not case.folder:
        message = "is in no folder below jobs/, and jobs/policy.yaml says by folder which clips and teams may be used"
        yield error("GT504", "", message, "move the file into a folder, such as jobs/TEAM/NAME.yaml")
        return
    message = (
        f"jobs/policy.yaml has no entry for the folder {case.folder}, so its jobs may use no clips and no work team"
    )
    entry = f"{yaml_text(case.folder)}: {{{', '.join(_needed(case))}}}"
    if case.allowed.others_are_listed:
        hint = f"add this line to jobs/policy.yaml, under folders: `{entry}`"
    else:
        hint = f"add this line to jobs/policy.yaml: `folders: {{{entry}}}`"
    yield error("GT504", "", message, hint)


@rule("GT505", each=(_TEAM,), policy=("teams",))
def the_team_is_the_folders(case: Case) -> Iterator[Diagnostic]:
    """A folder's jobs go to the work teams that its entry lists."""
    team, allowed = case.spec.team, case.allowed
    if team is None or team is AT_FAULT or not allowed.is_listed or allowed.allows_team(team):
        return
    message = f'is "{team}", which jobs/policy.yaml does not allow for {case.folder}'
    yield error("GT505", _TEAM, message, _use_or_add(allowed.teams, team, f"folders.{case.folder}.teams"))


@rule("GT506", reads=(_WORKERS,), policy=())
def workers_are_within_the_limit(case: Case) -> Iterator[Diagnostic]:
    """Each worker's answer costs money, so the policy limits how many answer each clip."""
    workers, most = case.spec.workers_per_object, case.allowed.max_workers_per_object
    if most is not None and workers > most:
        where = f"in jobs/policy.yaml (under folders.{case.folder}, if it has its own)"
        hint = f"lower it, or propose a higher max_workers_per_object {where}"
        yield error("GT506", _WORKERS, f"is {workers}; jobs/policy.yaml allows at most {most}", hint)


@rule("GT215", reads=(_CROWD,), policy=("workforces",))
def public_workforce_is_allowed(case: Case) -> Iterator[Diagnostic]:
    """Anyone can see the clips, and AWS has closed the public workforce: only a reviewed policy allows it."""
    if case.spec.public_crowd and PUBLIC not in case.allowed.workforces:
        yield error(
            "GT215",
            _CROWD,
            "asks for the public workforce, which this repository does not allow (and which AWS closed on 2026-09-30)",
            "name a private or vendor team, or propose `workforces: [private, public]` in jobs/policy.yaml",
        )


def yaml_text(text: str) -> str:
    """Write a text so that YAML reads it as this text, also inside of brackets."""
    plain = re.fullmatch(r"[A-Za-z](?:[\w./=+@-]|:(?=\S))*", text, re.ASCII)
    return text if plain and text.lower() not in _NO_TEXTS else json.dumps(text, ensure_ascii=False)


# Plain words that YAML reads as something else.
_NO_TEXTS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def _needed(case: Case) -> Iterator[str]:
    """Write the members of an entry that would allow what the declaration uses."""
    places = list(dict.fromkeys(_place(uri) for _, uri in readable_uris(case)))
    if not places and case.spec.sources:
        places = ["s3://bucket/folder/"]  # where the clips of the continued job or of the manifest are
    if places:
        yield f"inputs: [{', '.join(map(yaml_text, places[:_MAX_LISTED]))}]"
    if case.spec.team is not None and case.spec.team is not AT_FAULT:
        yield f"teams: [{yaml_text(case.spec.team)}]"
    if case.spec.public_crowd is True:
        yield f"workforces: [private, {PUBLIC}]"


def _elsewhere(case: Case) -> Iterator[str]:
    """Yield the JSON Pointers of sources whose clips a declaration does not name by their place."""
    if case.source(ChainedInput):
        yield "/input/from_job"
    manifest = case.source(ManifestInput)
    if manifest and manifest.uri is not AT_FAULT and manifest.is_file:
        yield "/input/manifest"


def _place(uri: str) -> str:
    """Return the prefix that contains a clip; of a prefix, the prefix itself."""
    return uri[: uri.rindex("/") + 1]


def _use_or_add(known: Iterable[str], wanted: str, where: str) -> str:
    listed = tuple(dict.fromkeys(known))
    shown = " or ".join(listed[:_MAX_LISTED]) + (" or another of these" if len(listed) > _MAX_LISTED else "")
    member = where.rpartition(".")[2]
    if not listed:
        return f"add `{member}: [{yaml_text(wanted)}]` to {where.rpartition('.')[0]} in jobs/policy.yaml"
    return f"use {shown}, or add `- {yaml_text(wanted)}` to {where} in jobs/policy.yaml"
