"""The guards between what was reviewed and what is done, and the provenance of a purchase."""

from __future__ import annotations

from mutants.mutant import Edit, Mutant, mutant

_BUYER = "app/purchase.py"
_APPLY = "app/apply.py"
_APPROVAL = "domain/approval/coverage.py"

_APPLIED = "tests/unit/test_apply.py::test_"
_PROVENANCE = "tests/unit/test_provenance.py::test_"
_QUESTIONS = "tests/unit/test_questions_are_reviewed.py::test_"
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
        '    if (input_digest_of(change), clips) != (approved["input_digest"], approved["clips"]):\n',
        '    if clips is None and approved["clips"]:\n',
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
        '        if not differences and request != approved["request_digest"]:\n',
        "        if not differences and not request and purchase:\n",
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
        "domain/planning/planner.py",
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
        '    return bool(reviewed["digest"] == digest_of(content))\n',
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
        "a purchase has no provenance",
        _BUYER,
        "        if order.provenance:\n",
        "        if order.provenance and not order.wanted:\n",
        f"{_PROVENANCE}provenance_is_stored_beside_the_manifest_before_the_create",
    ),
    Mutant(
        name="the provenance is written when the request was sent",
        edits=(
            Edit(file=_BUYER, text="        if order.provenance:\n", replacement="        if not order:\n"),
            Edit(
                file=_BUYER,
                text="        return done if isinstance(done, Verdict) else self._send(done, begin)\n",
                replacement="        verdict = done if isinstance(done, Verdict) else self._send(done, begin)\n"
                "        if kept := order.provenance:\n"
                "            self._objects.put_if_absent(kept.uri, kept.content, kept.media_type)\n"
                "        return verdict\n",
            ),
        ),
        caught_by=f"{_PROVENANCE}provenance_is_stored_beside_the_manifest_before_the_create",
    ),
)
