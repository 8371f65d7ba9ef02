"""The guards between what was reviewed and what is done, and the provenance of a purchase."""

from __future__ import annotations

from mutants.mutant import Edit, Mutant, mutant

_BUYER = "app/purchase.py"
_APPLY = "app/apply.py"
_APPROVAL = "domain/approval/coverage.py"
_CLIPS = "app/approval/reviewed_clips.py"
_SEEN = "domain/approval/seen_clips.py"

_APPLIED = "tests/unit/test_apply.py::test_"
_PROVENANCE = "tests/unit/test_provenance.py::test_"
_QUESTIONS = "tests/unit/test_questions_are_reviewed.py::test_"
_AT_CREATE = "tests/unit/test_clips_at_create.py::test_"
_FROZEN = "tests/unit/test_frozen_clips.py::test_"
_NAMED = "tests/unit/test_named_clips.py::test_"
_REVIEWED = "tests/unit/test_coverage.py::test_"

APPROVAL: tuple[Mutant, ...] = (
    mutant(
        "a change that is held is made",
        _APPLY,
        "    if hold := held.get(change.key):\n",
        "    if (hold := held.get(change.key)) and not hold.reason:\n",
        f"{_APPLIED}only_reviewed_changes_are_created",
    ),
    mutant(
        "a job is stopped without being allowed",
        _APPLY,
        "    if not may_stop:\n",
        "    if not may_stop and not change:\n",
        f"{_APPLIED}stopping_needs_an_explicit_option",
    ),
    mutant(
        "a job that the reviewed plan does not list is created",
        _APPROVAL,
        "    if approved is None:\n",
        '    if approved is None:\n        return ""\n    if approved is None:\n',
        f"{_REVIEWED}a_job_that_the_reviewed_plan_does_not_list_is_held",
    ),
    mutant(
        "other clips than reviewed are bought",
        _APPROVAL,
        '    if digest != approved["input_digest"] or (as_reviewed is None and now != then):\n',
        "    if now is None and then:\n",
        f"{_REVIEWED}more_clips_than_reviewed_are_held_with_both_numbers",
    ),
    mutant(
        "a higher cost than reviewed is paid",
        _APPROVAL,
        '    elif usd and cost and cost.high > Decimal(usd["high"]):\n',
        '    elif usd and cost and cost.high < Decimal(usd["high"]):\n',
        f"{_APPLIED}a_job_with_more_clips_than_reviewed_is_held_with_both_numbers",
    ),
    mutant(
        "another request than reviewed is sent",
        _APPROVAL,
        '        if not differences and (desired.request_digest if desired else "") != approved["request_digest"]:\n',
        '        if not differences and desired is None and approved["request_digest"]:\n',
        f"{_APPLIED}a_job_whose_request_differs_from_the_reviewed_one_is_held_even_if_all_names_are_equal",
    ),
    mutant(
        "another purchase than reviewed is paid for again",
        _APPROVAL,
        "        yield from _other_rerun(change, approved)\n",
        "",
        f"{_REVIEWED}another_purchase_than_reviewed_is_not_paid_for_again",
    ),
    mutant(
        "a waiting job repeats a purchase that was not reviewed",
        _APPROVAL,
        "    yield from _other_rerun(change, approved)\n    yield from _other_team",
        "    yield from _other_team",
        f"{_QUESTIONS}a_waiting_job_is_approved_for_the_question_and_the_rerun_that_were_reviewed",
    ),
    mutant(
        "a waiting job asks another question than reviewed",
        _APPROVAL,
        "    yield from _other_question(change, approved)\n    yield",
        "    yield",
        f"{_QUESTIONS}a_waiting_job_is_approved_for_the_question_and_the_rerun_that_were_reviewed",
    ),
    mutant(
        "a question that was named after the review is asked",
        _APPROVAL,
        "        yield from _other_question(change, approved)\n",
        "",
        f"{_QUESTIONS}a_question_that_was_named_after_the_review_is_not_approved",
    ),
    mutant(
        "a job that was reviewed as stopped is created",
        _APPROVAL,
        '    if any(reason["rule"] == _DECLARED_AS_STOPPED for reason in approved["reasons"]):\n',
        '    if any(reason["rule"] == "" for reason in approved["reasons"]):\n',
        f"{_QUESTIONS}a_job_that_was_reviewed_as_stopped_is_not_created",
    ),
    mutant(
        "a question that has a name in the ledger gets another one",
        "domain/planning/existing/changed.py",
        "    if recorded is None or recorded == folded(declaration.spec.question):\n",
        "    if recorded != folded(declaration.spec.question) or recorded:\n",
        f"{_QUESTIONS}a_question_that_has_a_name_in_the_ledger_keeps_it",
    ),
    mutant(
        "a waiting job may cost more than its budget",
        _APPROVAL,
        "    elif cost is None or cost.high > Decimal(bound):\n",
        "    elif cost is None:\n",
        f"{_REVIEWED}a_waiting_job_that_costs_more_than_its_budget_is_held",
    ),
    mutant(
        "an edited plan covers what was written into it",
        _APPROVAL,
        '    return bool(reviewed["digest"] == digest_of(what_digests_cover(content)))\n',
        '    return bool(reviewed["digest"] and content)\n',
        f"{_APPLIED}an_edited_plan_is_detected",
    ),
    mutant(
        "a stop that was not reviewed is made",
        _APPROVAL,
        "for change in plan.changes if is_irreversible(change)}",
        "for change in plan.changes if isinstance(change, Create)}",
        f"{_APPLIED}a_stop_that_was_not_reviewed_is_held",
    ),
    mutant(
        "a job is created although reviewed clips are gone",
        _CLIPS,
        "            gone=tuple(sorted(uris.difference(there.names))),\n",
        "            gone=(),\n",
        f"{_FROZEN}all_clips_that_are_gone_are_counted_and_the_first_are_named",
    ),
    mutant(
        "a job is created although reviewed clips were replaced",
        _CLIPS,
        "            replaced=find_replaced(seen.known, now),\n",
        "            replaced=(),\n",
        f"{_FROZEN}a_clip_of_another_size_holds_the_job_by_name",
    ),
    mutant(
        "a replaced clip that the plan has not asked about is bought",
        _CLIPS,
        "        self.asked.update(ask_about(sample_of(new, MAX_ASKED - len(self.asked)), self.planned.account.objects))\n",
        "        self.asked.update(ask_about(sample_of(new, len(self.asked)), self.planned.account.objects))\n",
        f"{_NAMED}a_replaced_clip_that_the_selection_of_now_would_not_take_is_asked_about_once",
    ),
    mutant(
        "a later plan with a replaced clip that is named does not ask for another approval",
        _CLIPS,
        "    now = seen_in_heads(wanted.input.asked, heads) | {each",
        "    now = seen_in_heads((), heads) | {each",
        "tests/unit/test_standing.py::test_a_clip_that_was_replaced_since_the_approval_asks_for_another_one",
    ),
    mutant(
        "what S3 says of named clips is not recorded",
        "app/approval/recording.py",
        "            known = {**seen_in_heads(asked, heads), **listed}\n",
        "            known = {**seen_in_heads((), heads), **listed}\n",
        f"{_FROZEN}a_clip_of_another_size_holds_the_job_by_name",
    ),
    mutant(
        "a clip with another ETag counts as the reviewed one",
        _SEEN,
        "        is_same = before.etag.strip('\"') == after.etag.strip('\"')\n",
        "        is_same = bool(before.etag.strip('\"') and after.etag.strip('\"'))\n",
        f"{_FROZEN}a_clip_of_the_same_size_with_another_etag_may_have_been_replaced",
    ),
    mutant(
        "the clips of another environment's record are bought",
        _CLIPS,
        "            and same_target(self.planned.plan, reviewed)\n",
        "",
        f"{_FROZEN}the_record_of_another_environment_fixes_no_clips",
    ),
    mutant(
        "with at: create, more clips than approved are bought",
        _APPROVAL,
        "    elif now is not None and then is not None and now > then:\n",
        "    elif now is not None and then is not None and now < 0:\n",
        f"{_AT_CREATE}with_at_create_more_clips_than_approved_are_held",
    ),
    mutant(
        "with at: create, more clips to label than approved are bought",
        _APPROVAL,
        "    elif cost and to_label is not None and cost.objects > to_label:\n",
        "    elif cost and to_label is not None and cost.objects < 0:\n",
        f"{_AT_CREATE}with_at_create_more_clips_to_label_than_approved_are_held",
    ),
    mutant(
        "other clips are bought with only_new",
        _APPROVAL,
        "    if not spec.takes_clips_at_create and not (spec.only_new and is_some_of_them):\n",
        "    if not spec.takes_clips_at_create and not spec.only_new and not is_some_of_them:\n",
        f"{_FROZEN}other_clips_than_the_reviewed_ones_are_not_covered_with_only_new",
    ),
    mutant(
        "a purchase has no provenance",
        _BUYER,
        "        if order.provenance:\n",
        "        if order.provenance and not order.wanted:\n",
        f"{_PROVENANCE}provenance_is_stored_beside_the_manifest_before_the_create",
    ),
    Mutant(
        name="the provenance is written when the request was sent",
        edits=(
            Edit(
                file=_BUYER,
                text="            if order.provenance:\n",
                replacement="            if order.provenance and self._kept.append(order.provenance):\n",
            ),
            Edit(
                file=_BUYER,
                text="        self._sent: set[RecordId] = set()\n",
                replacement="        self._sent: set[RecordId] = set()\n        self._kept: list[Artifact] = []\n",
            ),
            Edit(
                file=_BUYER,
                text="        return self._sender.send(attempt, begin)\n",
                replacement="        sent = self._sender.send(attempt, begin)\n"
                "        for kept in self._kept:\n"
                "            self._objects.put_if_absent(kept.uri, kept.content, kept.media_type)\n"
                "        return sent\n",
            ),
        ),
        caught_by=f"{_PROVENANCE}provenance_is_stored_beside_the_manifest_before_the_create",
    ),
)
