"""The guards of the ledger's model around sends and writes, taken away in the product."""

from __future__ import annotations

from ledger_model.flaws import Flaw
from mutants.mutant import Edit, Mutant, mutant

_BUYER = "app/purchase.py"
_WRITER = "app/ledger_writer.py"
_ADAPTER = "adapters/aws/ledger.py"
_DEADLINE = "adapters/aws/signing_deadline.py"
_DECISIONS = "domain/jobs/ledger/decisions.py"
_ENTRIES = "domain/jobs/ledger/entries.py"
_PACKS = "domain/jobs/ledger/packs.py"

_RUNS = "tests/unit/test_purchase_protocol.py::test_"
_DECIDED = "tests/unit/test_purchase_decisions.py::test_"
_READ = "tests/unit/test_ledger_entries.py::test_"
_S3 = "tests/contract/test_ledger_adapter.py::test_"
_HANDS = "tests/unit/test_several_hands.py::test_"
_CREATE = "tests/contract/test_create_call.py::test_"
_CONTINUED = f"{_RUNS}a_dead_purchase_is_continued_with_its_own_clips_and_not_with_todays"
_REVIEWED = f"{_DECIDED}an_absent_job_with_other_clips_or_terms_waits_and_is_then_voided"

_ATTEMPT = """        number = self._writer.append((AttemptRecord(purchase=own.id, signed_until=until), _NO_CLIPS))
        if number is None:
            return None
        return Attempt(id=RecordId(entry=number), purchase=own.id, request=request, signed_until=until, cost=cost)
"""
_PURCHASE = "            number = self._writer.commit()\n"
_SENDS_ALL = """            for one in ready.values():
                self._jobs.create_once(one.desired.request, signed_until=one.record.signed_until)
"""

SENDING: tuple[Mutant, ...] = (
    mutant(
        "a dead purchase is sent again without an attempt on record",
        _BUYER,
        _ATTEMPT,
        "        return Attempt(id=own.id, purchase=own.id, request=request, signed_until=until, cost=cost)\n",
        f"{_RUNS}the_request_of_a_dead_run_is_sent_again_only_under_an_attempt_on_record",
        flaw=Flaw.CONTINUES_UNLOGGED,
    ),
    Mutant(
        name="a continuation sends today's request instead of the frozen one",
        edits=(
            Edit(
                file=_BUYER,
                text="                return self._continue(order, decision)\n",
                replacement="                return self._continue(order, decision, order.wanted.compiled().request)\n",
            ),
            Edit(
                file=_BUYER,
                text="def _continue(self, order: PurchaseOrder, decision: ContinueAttempt)",
                replacement="def _continue(self, order: PurchaseOrder, decision: ContinueAttempt, todays: AwsResponse)",
            ),
            Edit(file=_BUYER, text="request = self._frozen_request(record)\n", replacement="request = todays\n"),
        ),
        caught_by=_CONTINUED,
        flaw=Flaw.CONTINUES_WITH_NEW_CLIPS,
    ),
    mutant(
        "a purchase of other clips is continued",
        _DECISIONS,
        "same_clips = asked <= claim.clips.distinct if claim.only_new else asked == claim.clips.distinct",
        "same_clips = True",
        _REVIEWED,
    ),
    mutant(
        "only_new continues a purchase of more clips than were reviewed",
        _DECISIONS,
        "same_clips = asked <= claim.clips.distinct if claim.only_new else asked == claim.clips.distinct",
        "same_clips = claim.only_new or asked == claim.clips.distinct",
        f"{_DECIDED}only_new_continues_a_purchase_of_fewer_clips_and_never_adds_any",
    ),
    mutant(
        "a purchase under other terms is continued",
        _DECISIONS,
        "        and record.terms_digest == claim.terms_digest\n",
        "",
        _REVIEWED,
    ),
    mutant(
        "a purchase by another version of the file is continued",
        _DECISIONS,
        "        and record.declaration_digest == claim.declaration_digest\n",
        "",
        _REVIEWED,
    ),
    mutant(
        "a purchase that repeats another one is continued",
        _DECISIONS,
        "        and record.rerun_of == claim.rerun_of\n",
        "",
        _REVIEWED,
    ),
    mutant(
        "a purchase for a question of another name is continued",
        _DECISIONS,
        "        and own.question.name in {None, claim.question.name}\n",
        "",
        "tests/unit/test_questions_are_reviewed.py::"
        "test_an_open_purchase_goes_on_only_with_the_question_that_it_was_recorded_for[x-y-False]",
    ),
    mutant(
        "a frozen request that was changed is sent",
        _BUYER,
        "return request if request and digest_of(request) == record.request_digest else None",
        "return request",
        f"{_RUNS}a_frozen_request_that_was_changed_is_not_sent",
    ),
    mutant(
        "the create call is sent before the purchase is on record",
        _BUYER,
        _PURCHASE,
        f"{_SENDS_ALL}{_PURCHASE}",
        f"{_RUNS}a_purchase_is_on_record_before_its_request_is_sent",
        flaw=Flaw.CREATES_FIRST,
    ),
    mutant(
        "the hook that checks the deadline is not registered",
        _DEADLINE,
        "    client.meta.events.register(_BEFORE_SEND, check)",
        "    del check",
        f"{_CREATE}a_create_call_leaves_only_if_it_was_signed_in_time",
        flaw=Flaw.SENDS_LATE,
    ),
    mutant(
        "the client of the create call has no deadline",
        "adapters/aws/session.py",
        "            enforce_deadline(client, deadline)\n",
        "",
        f"{_CREATE}a_create_call_leaves_only_if_it_was_signed_in_time",
    ),
    mutant(
        "the deadline is that of the first attempt of the process",
        "adapters/aws/sagemaker.py",
        "        self._sending.signed_until = signed_until\n",
        "        self._sending.signed_until = self._sending.signed_until or signed_until\n",
        f"{_CREATE}a_create_call_leaves_only_if_it_was_signed_in_time",
    ),
    mutant(
        "the deadline of one hand's create call is that of another's",
        "adapters/aws/sagemaker.py",
        "class _Sending(threading.local):\n",
        "class _Sending:\n",
        f"{_CREATE}each_hand_has_the_deadline_of_its_own_call",
    ),
    mutant(
        "a purchase is decided on without those that share its entry",
        _WRITER,
        "        self.purchases = self.purchases.with_planned(record, index, at=self.aws_time, by=self.by)\n",
        "",
        f"{_HANDS}a_twin_of_a_purchase_in_the_same_entry_is_held",
    ),
    mutant(
        "what was decided after purchases that are not on record stays, though another entry came first",
        _BUYER,
        "            if ready:\n                break",
        "            if not one:\n                break",
        f"{_HANDS}what_is_decided_after_a_purchase_that_fails_is_decided_again",
    ),
    mutant(
        "a hand begins another step after the outcomes were reported",
        "app/apply_log.py",
        "            if self._is_closed:\n",
        "            if not key:\n",
        f"{_HANDS}no_hand_sends_anything_once_the_outcomes_are_reported",
    ),
    mutant(
        "hands share an answer about the branch that was asked for before they came",
        "app/approval/tip.py",
        "self._answered <= begun_before",
        "self._answered < begun_before",
        "tests/unit/test_tip_guard.py::test_hands_share_no_answer_that_was_asked_for_before_they_came",
    ),
    mutant(
        "an own attempt is sent when its time is over",
        _DECISIONS,
        " and aws_time is not None and aws_time < attempt.signed_until",
        "",
        f"{_DECIDED}an_entry_of_ones_own_that_was_not_sent_needs_no_new_attempt_while_it_can_be_signed",
    ),
)

WRITING: tuple[Mutant, ...] = (
    mutant(
        "an entry is written without If-None-Match",
        _ADAPTER,
        'return put_object(self._client, **request, IfNoneMatch="*")',
        "return put_object(self._client, **request)",
        f"{_S3}a_number_is_written_once_and_the_second_writer_is_notified[S3]",
        flaw=Flaw.WRITES_BLIND,
    ),
    mutant(
        "the writer takes a 412 for success",
        _WRITER,
        "            if isinstance(result, Appended):\n",
        "            if not isinstance(result, AppendUnclear):\n",
        f"{_RUNS}a_run_whose_number_was_taken_decides_again",
        flaw=Flaw.TAKEN_IS_WON,
    ),
    mutant(
        "the adapter takes a 412 for success",
        _ADAPTER,
        "return Appended(number=number) if found == content else NumberTaken(number=number)",
        "return Appended(number=number)",
        f"{_S3}after_any_unclear_answer_the_own_nonce_decides[412-PreconditionFailed]",
    ),
    mutant(
        "the writer takes a number that was taken for its own",
        _WRITER,
        "return self.log.number_of(nonce)\n            message",
        "return number\n            message",
        f"{_RUNS}an_entry_that_lost_its_number_to_another_while_unclear_is_not_bought_upon",
    ),
    mutant(
        "the writer takes a 5xx for success",
        _WRITER,
        "            if isinstance(result, Appended):\n",
        "            if isinstance(result, Appended | AppendUnclear):\n",
        f"{_RUNS}an_entry_whose_fate_is_unknown_is_not_bought_upon",
        flaw=Flaw.UNCLEAR_IS_WON,
    ),
    mutant(
        "the adapter takes a 5xx for success",
        _ADAPTER,
        "            return AppendUnclear(number=number, message=message)\n",
        "            return Appended(number=number)\n",
        f"{_S3}after_any_unclear_answer_the_own_nonce_decides[500-InternalError]",
    ),
    mutant(
        "the adapter takes an unclear answer for a refusal",
        _ADAPTER,
        "    return status >= 500 or status in _LOOK_AFTER_STATUS or code in _LOOK_AFTER_CODES\n",
        "    return status == 412\n",
        f"{_S3}after_any_unclear_answer_the_own_nonce_decides[500-InternalError]",
    ),
    Mutant(
        name="a pack is named by the end when it is written, with entries that it does not have",
        edits=(
            Edit(file=_PACKS, text="    if len(contents) != len(wanted):\n", replacement="    if not contents:\n"),
            Edit(
                file=_PACKS,
                text="        if content is None:\n            return None\n",
                replacement="        if content is None:\n            continue\n",
            ),
        ),
        caught_by=f"{_READ}a_pack_with_a_missing_entry_is_not_written",
        flaw=Flaw.PACK_NAMED_WHEN_WRITTEN,
    ),
    mutant(
        "a pack is due before the entry after it exists",
        _PACKS,
        "max(log.packs, log.end // ENTRIES_PER_PACK)",
        "max(log.packs, log.end // ENTRIES_PER_PACK + 1)",
        f"{_READ}a_pack_is_due_when_the_entry_after_it_exists",
    ),
    mutant(
        "a missing entry is the end of the ledger",
        _ENTRIES,
        "            entries.append(_missing(end + 1, number - 1))\n",
        "            break\n",
        f"{_READ}a_gap_is_one_unreadable_entry_and_the_log_goes_on_after_it",
        flaw=Flaw.GAP_IS_END,
    ),
    mutant(
        "a listed entry that cannot be found is the end of the ledger",
        _ENTRIES,
        "        content = contents[number]\n",
        "        content = contents[number]\n        if content is None:\n            break\n",
        f"{_READ}an_entry_that_is_listed_and_cannot_be_found_is_missing",
    ),
)

SENDING_AND_WRITING = (*SENDING, *WRITING)
