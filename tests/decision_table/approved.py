"""Rows about who approved which plan."""

from __future__ import annotations

from typing import Final

from decision_table.rows import NOTHING, THE_CLIPS, Ended, Row
from decision_table.stage import CLIPS, JOB, LATER_CLIPS, POLICY, Stage, declared, policy
from github_emulator.actors import DEVELOPER, MAINTAINER, OTHER_BOT, READER, REVIEWER, SECOND_REVIEWER
from github_emulator.runner.repository import PullRequest


def ends(stage: Stage, pull: PullRequest) -> Ended:
    """Merge a pull request, and let the run take place."""
    return Ended(pull=pull, commit=stage.merges_and_applies(pull).sha)


def one_plan(stage: Stage) -> Ended:
    """Plan, approve, merge."""
    pull = stage.opens()
    stage.reviews(pull)
    return ends(stage, pull)


def the_same_again(stage: Stage) -> Ended:
    """Plan the same again after the approval."""
    pull = stage.opens()
    stage.reviews(pull)
    stage.plans_again(pull)
    return ends(stage, pull)


def larger_again(stage: Stage) -> Ended:
    """Let 200 clips arrive after the approval, and plan again."""
    pull = stage.opens()
    stage.reviews(pull)
    stage.uploads(LATER_CLIPS)
    stage.plans_again(pull)
    return ends(stage, pull)


def approved_again(stage: Stage) -> Ended:
    """As above, and the approver approves again."""
    pull = stage.opens()
    stage.reviews(pull)
    stage.uploads(LATER_CLIPS)
    stage.plans_again(pull)
    stage.reviews(pull)
    stage.plans_again(pull)
    return ends(stage, pull)


def two_approvers(stage: Stage) -> Ended:
    """Let a second plan be made between two approvals."""
    pull = stage.opens()
    stage.reviews(pull, REVIEWER)
    stage.uploads(LATER_CLIPS)
    stage.plans_again(pull)
    stage.reviews(pull, SECOND_REVIEWER)
    return ends(stage, pull)


def pushed_after_the_approval(stage: Stage) -> Ended:
    """Push after the approval; GitHub's setting does not dismiss it."""
    pull = stage.opens()
    stage.reviews(pull)
    stage.pushes(pull, declared(owner="another-team"))
    return ends(stage, pull)


def changes_requested(stage: Stage) -> Ended:
    """Let the approver ask for changes later."""
    pull = stage.opens()
    stage.reviews(pull)
    stage.reviews(pull, state="CHANGES_REQUESTED")
    return ends(stage, pull)


def dismissed(stage: Stage) -> Ended:
    """Let the approval be dismissed."""
    pull = stage.opens()
    stage.emulator.dismiss(pull.number, stage.reviews(pull))
    return ends(stage, pull)


def approved_before_the_plan(stage: Stage) -> Ended:
    """Approve before there is a plan."""
    pull = stage.opens(planned=False)
    stage.reviews(pull)
    stage.time_passes()
    stage.deliver(pull.opened())
    return ends(stage, pull)


def approved_by_those_who_do_not_count(stage: Stage) -> Ended:
    """Let the author, a bot and a reader approve."""
    pull = stage.opens()
    stage.reviews_despite_github(pull, DEVELOPER)
    stage.reviews(pull, OTHER_BOT)
    stage.reviews(pull, READER)
    return ends(stage, pull)


def reviewed_after_the_merge(stage: Stage) -> Ended:
    """Approve after the merge."""
    pull = stage.opens()
    merged = stage.merges(pull)
    stage.reviews(pull)
    stage.applies(merged.pushed)
    return Ended(pull=pull, commit=merged.sha)


def merged_by_a_person(stage: Stage) -> Ended:
    """Merge without an approval, where the policy asks for none."""
    pull = stage.opens()
    return ends(stage, pull)


def auto_merged(stage: Stage) -> Ended:
    """Enable auto-merge; a larger plan is made before GitHub merges."""
    pull = stage.opens()
    stage.time_passes()
    stage.emulator.enable_auto_merge(pull.number, MAINTAINER)
    stage.uploads(LATER_CLIPS)
    stage.plans_again(pull)
    return ends(stage, pull)


def queued(stage: Stage) -> Ended:
    """Add it to the merge queue; a larger plan is made before GitHub merges."""
    pull = stage.opens()
    stage.time_passes()
    stage.emulator.add_event(pull.number, "added_to_merge_queue", MAINTAINER)
    stage.uploads(LATER_CLIPS)
    stage.plans_again(pull)
    return ends(stage, pull)


def bypassed(stage: Stage) -> Ended:
    """Merge past the review that the policy asks for."""
    return ends(stage, stage.opens())


def too_few_approvals(stage: Stage) -> Ended:
    """Let one person approve, where the policy asks for two."""
    return one_plan(stage)


ALL_CLIPS: Final = {JOB: tuple(sorted((*CLIPS, *LATER_CLIPS)))}
HELD: Final = ("1 held",)
WITHOUT_REVIEW: Final = {POLICY: policy(reviews=0)}
BY_ROSA: Final = "approved by @rosa at TIME: the plan of TIME"

ROWS: Final = (
    Row(
        words="One plan, approved, merged",
        play=one_plan,
        bought=THE_CLIPS,
        says=("1 created", BY_ROSA),
        before=("1 to create", "8 clips"),
    ),
    Row(
        words="Re-run after the approval, same meaning",
        play=the_same_again,
        bought=THE_CLIPS,
        says=("1 created", BY_ROSA),
        before=("1 to create",),
        before_not=("Planned again",),
    ),
    Row(
        words="Re-run after the approval, larger (8 -> 208 clips)",
        play=larger_again,
        bought=THE_CLIPS,
        says=("1 created", BY_ROSA, "200 new clips were not part of the approved plan"),
        planned="failure",
        before=(
            "Planned again after the approval: approve again for 208 clips, $16.64",
            "reviewed 8, now 208",
            "Estimated cost of this plan, once approved again: $16.64",
        ),
        in_files=True,
    ),
    Row(
        words="... and all approvers approve again",
        play=approved_again,
        bought=ALL_CLIPS,
        says=("1 created", BY_ROSA),
        says_not=("new clips",),
        before_not=("Planned again",),
    ),
    Row(
        words="A approves, plan 2, B approves",
        play=two_approvers,
        bought=THE_CLIPS,
        says=(
            "1 created",
            "approved by @rosa at TIME and @ben at TIME: the plan of TIME, the newest that all of them had seen",
            "200 new clips were not part of",
        ),
        planned="failure",
    ),
    Row(
        words="Approved, then a push; merged without dismissal",
        play=pushed_after_the_approval,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "has no approval from before the merge: @rosa approved SHA, not SHA"),
    ),
    Row(
        words="Same reviewer later asks for changes",
        play=changes_requested,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "@rosa asked for changes at TIME"),
    ),
    Row(
        words="Same reviewer is dismissed",
        play=dismissed,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "the review by @rosa of TIME was dismissed"),
    ),
    Row(
        words="Approved before the first plan was there",
        play=approved_before_the_plan,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "@rosa approved at TIME, before the first plan, which is of TIME"),
        planned="failure",
        before=("Planned after the approval: approve again for 8 clips, $0.64",),
    ),
    Row(
        words="Approval by author, bot, or a user with less than write",
        play=approved_by_those_who_do_not_count,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "@jon is the author", "is a bot", "@vera may only read"),
    ),
    Row(
        words="Review after the merge",
        play=reviewed_after_the_merge,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "@rosa approved at TIME, after the merge", "open a new pull request"),
    ),
    Row(
        words="No approval, policy says `reviews: 0`, merged by a person",
        play=merged_by_a_person,
        bought=THE_CLIPS,
        says=("1 created", "merged by @maria: the plan of TIME"),
        files=WITHOUT_REVIEW,
    ),
    Row(
        words="No approval, policy says `reviews: 0`, by auto-merge",
        play=auto_merged,
        bought=THE_CLIPS,
        says=(
            "1 created",
            "merged by @maria, as requested at TIME: the plan of TIME",
            "200 new clips were not part of",
        ),
        files=WITHOUT_REVIEW,
    ),
    Row(
        words="No approval, policy says `reviews: 0`, by merge queue",
        play=queued,
        bought=THE_CLIPS,
        says=(
            "1 created",
            "merged by @maria, as requested at TIME: the plan of TIME",
            "200 new clips were not part of",
        ),
        files=WITHOUT_REVIEW,
    ),
    Row(
        words="No approval, policy asks for one (bypass)",
        play=bypassed,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "head SHA has no approval from before the merge"),
    ),
    Row(
        words="Fewer approvals than the policy asks for",
        play=too_few_approvals,
        bought=NOTHING,
        check="failure",
        says=(*HELD, "head SHA was approved by @rosa, and the policy asks for 2 approvals"),
        files={POLICY: policy(reviews=2)},
    ),
)
