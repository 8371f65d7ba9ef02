"""A plan's decision about a job that does not exist, for each state that the ledger can be in. Entry 1 is `opened`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.clips.input_manifest import MAX_LINES, manifest_of_uris
from groundctl.domain.clips.selection import fixed_choice
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.policy import Limit
from groundctl.domain.jobs.ledger.look import ABSENT, Present
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import RecordId
from groundctl.domain.planning.plan import (
    Action,
    AlreadyAsked,
    Change,
    Create,
    Plan,
    Refused,
    Waiting,
    input_digest_of,
)
from groundctl.domain.planning.planner import make_plan
from groundctl.domain.planning.wanted import purchase_record, wanted
from support.builders import (
    a_declaration,
    a_desired_job,
    a_policy,
    an_infrastructure,
    an_observed_job,
    clips_of,
    some_inputs,
)
from support.ledger import AFTER_ALL, LABELS, NOW, Indexed, a_ledger, a_purchase, created, void

CLIPS = tuple(f"s3://clips/{letter}.mp4" for letter in "abcd")
QUESTION = ("winner", "error")


def a_file(name: str = "new", letters: str = "abcd", *, only_new: bool = False, **changes: Any) -> Declaration:
    listed = {"objects": [f"s3://clips/{letter}.mp4" for letter in letters]} | ({"only_new": True} if only_new else {})
    return a_declaration(name=name, input=listed, **changes)


def bought(name: str = "old", letters: str = "ab", **values: Any) -> Indexed:
    hashed = HashedClips.of(f"s3://clips/{letter}.mp4" for letter in letters)
    return a_purchase(name, hashed, **({"labels": QUESTION} | values))


def of_file(declaration: Declaration, **values: Any) -> Indexed:
    """Write the purchase that an earlier run recorded for a file."""
    frozen, desired = clips_of(declaration), a_desired_job(declaration)
    want = wanted(declaration, an_infrastructure(), frozen, desired)
    record = purchase_record(want, desired, cost=None, signed_until=NOW)
    return msgspec.structs.replace(record, **({"usd": Decimal("0.64")} | values)), want.claim.clips.index()


def plan(ledger: Purchases, *declarations: Declaration, **members: Any) -> Plan:
    return make_plan(some_inputs(*declarations, purchases=ledger, **members))


def decided(ledger: Purchases, declaration: Declaration | None = None, **members: Any) -> Change:
    [change] = plan(ledger, declaration or a_file(), **members).changes
    return change


def rules(change: Change) -> list[str]:
    return [reason.rule for reason in change.reasons]


def clips_in(create: Change) -> str:
    assert isinstance(create, Create)
    assert create.purchase.wanted is not None
    assert create.purchase.wanted.input is not None
    return "".join(uri[-5] for uri in create.purchase.wanted.input.asked)


def test_clips_that_no_purchase_holds_are_created_without_a_word():
    change = decided(a_ledger(bought(letters="xy")))

    assert (clips_in(change), rules(change)) == ("abcd", [])


def test_clips_that_a_purchase_holds_are_refused_with_the_cost_of_all():
    change = decided(a_ledger(bought()))

    assert isinstance(change, AlreadyAsked)
    assert rules(change) == ["P105"]
    assert change.purchase.clips == 4


def test_only_new_creates_the_rest_with_its_own_clips_cost_and_digest():
    change = decided(a_ledger(bought()), a_file(only_new=True))

    assert (clips_in(change), rules(change)) == ("cd", ["P302"])
    assert isinstance(change, Create)
    assert change.purchase.cost is not None
    assert (change.purchase.clips, change.purchase.cost.answers) == (2, 6)
    assert input_digest_of(change) == clips_of(a_file(letters="cd")).digest


def test_limits_count_what_is_left_and_not_what_was_declared():
    policy = a_policy(job_ceiling=Limit(objects=2))

    assert isinstance(decided(a_ledger(bought()), a_file(only_new=True), policy=policy), Create)
    refused = decided(a_ledger(bought(letters="a")), a_file(only_new=True), policy=policy)
    assert isinstance(refused, Refused)
    assert rules(refused) == ["P202", "P302"]


def test_only_new_without_a_new_clip_waits():
    change = decided(a_ledger(bought(letters="abcd")), a_file(only_new=True))

    assert isinstance(change, Waiting)
    assert rules(change) == ["P110"]


def test_jobs_of_one_plan_are_compared_with_each_other_in_the_order_in_which_they_are_bought():
    first, second = a_file("one", "abc"), a_file("two", "cd")

    for declarations in ((first, second), (second, first)):
        changes = {change.name: change for change in plan(a_ledger(), *declarations).changes}
        assert sorted(change.action for change in changes.values()) == sorted([Action.CREATE, Action.REPURCHASE])
    leaving = {change.name: change for change in plan(a_ledger(), a_file("one", "abc", only_new=True), second).changes}
    assert (clips_in(leaving["one"]), clips_in(leaving["two"])) == ("ab", "cd")


def test_a_job_that_is_refused_for_its_limits_holds_no_clips_for_the_others():
    dear = a_file("one", "abcd", budget={"usd": 0.01})

    changes = {change.name: change for change in plan(a_ledger(), dear, a_file("two", "cd")).changes}

    assert isinstance(changes["one"], Refused)
    assert clips_in(changes["two"]) == "cd"


# --- reruns


def test_a_rerun_is_created_with_the_number_of_the_purchase_that_it_repeats():
    again = a_file(letters="ab", rerun_of={"job": "OLD", "reason": "the camera moved"})

    change = decided(a_ledger(bought()), again)

    assert (clips_in(change), rules(change)) == ("ab", ["P304"])
    assert isinstance(change, Create)
    assert change.purchase.wanted is not None
    assert change.purchase.wanted.claim.rerun_of == RecordId(entry=2)
    assert "the camera moved" in change.reasons[0].message


def test_a_rerun_of_an_unknown_job_is_refused_unless_aws_shows_the_same_clips_and_labels():
    again = a_file(rerun_of={"job": "old", "reason": "the camera moved"})

    unknown = decided(a_ledger(), again)
    shown = plan(a_ledger(), again, observed=(an_observed_job(a_file("old")),)).with_action(Action.CREATE)
    other = plan(a_ledger(), again, observed=(an_observed_job(a_file("old", "ab")),)).with_action(Action.CREATE)

    assert isinstance(unknown, Refused)
    assert rules(unknown) == ["P111"]
    assert len(shown) == 1
    assert other == ()


def test_a_rerun_of_a_job_of_the_same_plan_comes_after_it():
    again = a_file("again", "ab", rerun_of={"job": "zebra", "reason": "two opinions"})

    changes = {change.name: change for change in plan(a_ledger(), again, a_file("zebra", "ab")).changes}

    assert isinstance(changes["zebra"], Create)
    create = changes["again"]
    assert isinstance(create, Create)
    assert create.purchase.wanted is not None
    assert create.purchase.wanted.repeats_planned


def test_a_rerun_of_a_job_with_other_clips_is_refused():
    change = decided(a_ledger(bought(letters="xy")), a_file(rerun_of={"job": "old", "reason": "the camera moved"}))

    assert isinstance(change, Refused)
    assert rules(change) == ["P111"]


# --- the job's own purchase


def after(declaration: Declaration, *more: Indexed, at: datetime = NOW) -> Purchases:
    return a_ledger(of_file(declaration), *more, aws_time=at)


def test_an_open_purchase_of_the_same_file_is_continued():
    change = decided(after(a_file()), looks={a_file().spec.key: ABSENT})

    assert (clips_in(change), rules(change)) == ("abcd", ["P305"])


def test_only_new_continues_the_clips_of_the_open_purchase_and_adds_none():
    before = a_file(only_new=True, letters="abcd")
    record, _ = of_file(before)
    left = HashedClips.of(CLIPS[:2])
    ledger = a_ledger((msgspec.structs.replace(record, clips=2), left.index()))

    change = decided(ledger, before, looks={before.spec.key: ABSENT})

    assert (clips_in(change), rules(change)) == ("ab", ["P305"])


def test_an_open_purchase_of_a_changed_file_waits_and_is_replaced_after_its_time():
    changed = a_file(letters="abc")
    looks = {changed.spec.key: ABSENT}

    waiting = decided(after(a_file()), changed, looks=looks)
    replaced = decided(after(a_file(), at=AFTER_ALL), changed, looks=looks)

    assert isinstance(waiting, Waiting)
    assert rules(waiting) == ["P112"]
    assert (clips_in(replaced), rules(replaced)) == ("abc", ["P306"])


def test_a_purchase_that_is_continued_counts_once_for_the_other_jobs_of_the_plan():
    other = a_file("other", "abcd")
    again = a_file("again", rerun_of={"job": "new", "reason": "the camera moved"})

    changes = plan(after(a_file()), a_file(), other, again, looks={a_file().spec.key: ABSENT}).changes

    by_name = {change.name: change for change in changes}
    assert by_name["other"].reasons[0].message == "all 4 of its clips were already asked by new (up to $0.64)"
    assert isinstance(by_name["again"], Create)
    assert rules(by_name["again"]) == ["P304"]


def test_a_purchase_that_is_replaced_holds_no_clips_for_the_other_jobs_of_the_plan():
    changed, other = a_file(letters="abc"), a_file("other", "d")

    changes = plan(after(a_file(), at=AFTER_ALL), changed, other, looks={changed.spec.key: ABSENT}).changes

    assert {change.name: rules(change) for change in changes} == {"new": ["P306"], "other": []}


def test_an_open_purchase_that_was_not_looked_up_waits():
    change = decided(after(a_file()))

    assert isinstance(change, Waiting)
    assert rules(change) == ["P114"]


def test_a_name_that_another_job_took_replaces_the_purchase_at_once():
    taken = Present(arn="arn:other", fingerprint=None)

    assert rules(decided(after(a_file()), looks={a_file().spec.key: taken})) == ["P306"]


def test_a_job_that_was_created_and_is_not_shown_waits():
    change = decided(after(a_file(), created(2)))

    assert isinstance(change, Waiting)
    assert rules(change) == ["P114"]


def test_a_void_purchase_is_forgotten():
    assert rules(decided(after(a_file(), void(2)))) == []


# --- ledgers that cannot be used


@pytest.mark.parametrize(
    ("ledger", "pinned"),
    [
        (Purchases(), None),
        (a_ledger(), "another"),
        (replace(a_ledger(), strange_keys=("ledger/entries/9",)), None),
    ],
)
def test_with_a_ledger_that_cannot_be_used_nothing_is_created(ledger: Purchases, pinned: str | None):
    change = decided(ledger, infrastructure=an_infrastructure(ledger_id=pinned))

    assert isinstance(change, Refused)
    assert rules(change) == ["P113"]


def test_another_question_about_the_same_clips_is_created():
    assert rules(decided(a_ledger(bought(labels=LABELS)))) == []


def test_a_location_that_has_grown_beyond_one_job_is_bought_as_far_as_it_is_new():
    season = [f"s3://clips/{number:06}.mp4" for number in range(MAX_LINES + 2)]
    first_job = a_purchase("old", HashedClips.of(season[:MAX_LINES]), labels=QUESTION)
    rest = a_declaration(name="new", input={"prefix": "s3://clips/", "only_new": True})
    manifests = {rest.spec.key: fixed_choice(manifest_of_uris(season))}

    after_the_first_job = decided(a_ledger(first_job), rest, manifests=manifests)
    at_once = decided(a_ledger(), rest, manifests=manifests)

    assert isinstance(after_the_first_job, Create)
    assert after_the_first_job.purchase.clips == 2
    assert isinstance(at_once, Refused)
    assert [reason.message for reason in at_once.reasons] == ["holds 100,002 clips; AWS takes at most 100,000 a job"]
