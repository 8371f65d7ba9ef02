"""Rows about environments, and plans that a second person lets through."""

from __future__ import annotations

import re
from typing import Final

from decision_table.approved import HELD, ends
from decision_table.rows import NOTHING, THE_CLIPS, Ended, Row
from decision_table.stage import POLICY, Stage, policy
from github_emulator.actors import MAINTAINER
from github_emulator.runner.repository import PullRequest

ENVIRONMENT: Final = "groundctl-apply"


def approved_in(stage: Stage) -> Ended:
    """Approve and merge, whatever the environment is."""
    pull = stage.opens()
    stage.reviews(pull)
    return ends(stage, pull)


def missing(stage: Stage) -> Ended:
    """Delete the environment."""
    stage.emulator.delete_environment(ENVIRONMENT)
    return approved_in(stage)


def without_reviewers(stage: Stage) -> Ended:
    """Ask for no reviewer in the environment."""
    stage.emulator.protect_environment(ENVIRONMENT, reviewers=(), prevent_self_review=False)
    return approved_in(stage)


def open_to_branches(stage: Stage) -> Ended:
    """Let every branch enter the environment."""
    stage.emulator.protect_environment(ENVIRONMENT, branches=None)
    return approved_in(stage)


def held_digest(stage: Stage) -> tuple[Ended, str]:
    """Merge a job without an approval; return the digest that the comment names."""
    ended = ends(stage, stage.opens())
    return ended, digest_in(stage, ended.pull)


def digest_in(stage: Stage, pull: PullRequest) -> str:
    """Find the digest for `approve` in a comment."""
    comment = stage.seen(pull, pull.head_sha).comment
    found = re.search(r"`approve` set to `([0-9a-f]{32})`", comment)
    assert found, comment
    return found[1]


def let_through(stage: Stage) -> Ended:
    """Start `apply` with the digest; a second person lets the run in."""
    ended, digest = held_digest(stage)
    stage.starts_apply(approve=digest)
    return ended


def another_digest(stage: Stage) -> Ended:
    """Start `apply` with another digest; a second person lets the run in."""
    ended, _ = held_digest(stage)
    stage.starts_apply(approve="0" * 32)
    return ended


def alone(stage: Stage) -> Ended:
    """Start `apply` with the digest, where no other person must agree, and the policy accepts that."""
    stage.emulator.protect_environment(ENVIRONMENT, reviewers=(), prevent_self_review=False)
    ended, digest = held_digest(stage)
    stage.starts_apply(approve=digest)
    return ended


def by_oneself(stage: Stage) -> Ended:
    """Start `apply` with the digest, and let the run in oneself: the environment allows that."""
    stage.emulator.protect_environment(ENVIRONMENT, reviewers=(MAINTAINER,), prevent_self_review=False)
    ended, digest = held_digest(stage)
    stage.starts_apply(approve=digest)
    return ended


def by_file(stage: Stage) -> Ended:
    """Merge a file that is named by the digest, by an approved pull request."""
    stage.emulator.protect_environment(ENVIRONMENT, reviewers=(), prevent_self_review=False)
    ended, digest = held_digest(stage)
    pull = stage.opens({f"jobs/approved/{digest}": "Agreed.\n"}, branch="agreed")
    stage.reviews(pull)
    merged = stage.merges_and_applies(pull)
    stage.shown[ended.pull.number] = stage.shown.pop(pull.number)
    return Ended(pull=ended.pull, commit=merged.sha)


ACCEPTED: Final = {POLICY: policy(unprotected_environments=[ENVIRONMENT])}
IGNORED: Final = "`approve` is ignored: environment groundctl-apply asks no second person"

ROWS: Final = (
    Row(
        words="Environment missing",
        play=missing,
        bought=NOTHING,
        check="failure",
        check_says=("environment groundctl-apply does not exist: GitHub makes it on first use, unprotected",),
        in_files=True,
    ),
    Row(
        words="Environment without reviewers",
        play=without_reviewers,
        bought=NOTHING,
        check="failure",
        check_says=("environment groundctl-apply asks for no review: any writer may start its jobs",),
    ),
    Row(
        words="Environment open to other branches",
        play=open_to_branches,
        bought=NOTHING,
        check="failure",
        check_says=("environment groundctl-apply admits more than branch main",),
    ),
    Row(
        words="Environment without reviewers, and the policy names it as accepted",
        play=without_reviewers,
        bought=THE_CLIPS,
        says=("1 created",),
        files=ACCEPTED,
    ),
    Row(
        words="`approve` with a digest, by hand",
        play=let_through,
        bought=THE_CLIPS,
        says=("1 created", "let through by @rosa for @maria"),
        in_files=True,
    ),
    Row(
        words="`approve` with the digest of another plan",
        play=another_digest,
        bought=NOTHING,
        check="failure",
        says=HELD,
    ),
    Row(
        words="`approve`, no other person must agree",
        play=alone,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "merge a file jobs/approved/"),
        logs=(IGNORED,),
        files=ACCEPTED,
        in_files=True,
    ),
    Row(
        words="`approve`, and the same person lets the run in",
        play=by_oneself,
        bought=NOTHING,
        check="failure",
        says=HELD,
        logs=(IGNORED,),
        files=ACCEPTED,
    ),
    Row(
        words="`approve`, no other person must agree, but a reviewed file names the plan",
        play=by_file,
        bought=THE_CLIPS,
        says=("1 created",),
        files=ACCEPTED,
        before=(
            "Merging releases 1 job of other pull requests (sports-data), because this one names this plan in"
            " jobs/approved: 8 clips, $0.64",
            "1 to create",
        ),
    ),
)
