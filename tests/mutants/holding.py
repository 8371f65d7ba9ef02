"""The guards of the ledger's model about who holds clips, and when they are free, taken away in the product."""

from __future__ import annotations

from ledger_model.flaws import Flaw
from mutants.mutant import Edit, Mutant, harmless, mutant

_BUYER = "app/purchase.py"
_WRITER = "app/ledger_writer.py"
_DECISIONS = "domain/jobs/ledger/decisions.py"
_PURCHASES = "domain/jobs/ledger/purchases.py"
_SETTLEMENT = "domain/jobs/ledger/settlement.py"
_DUE_RECORDS = "domain/planning/due_records.py"

_RUNS = "tests/unit/test_purchase_protocol.py::test_"
_DECIDED = "tests/unit/test_purchase_decisions.py::test_"
_STATES = "tests/unit/test_purchases.py::test_"
_DUE_RECORD_TESTS = "tests/unit/test_due_records.py::test_"
_VOIDED = f"{_DECIDED}a_purchase_is_voided_only_when_nothing_of_it_can_be_accepted_and_it_was_looked_for"

HOLDING: tuple[Mutant, ...] = (
    mutant(
        "only equal sets of clips are compared",
        _PURCHASES,
        "        shared = clips.intersection(self.index.hashes())\n",
        "        shared = clips if clips == frozenset(self.index) else frozenset()\n",
        f"{_DECIDED}clips_that_another_job_holds_are_refused_by_number_and_name",
        flaw=Flaw.EXACT_SETS_ONLY,
    ),
    mutant(
        "a purchase holds its clips only when its job was seen",
        _PURCHASES,
        "return self.state is not State.VOID",
        "return self.exists",
        f"{_RUNS}a_lost_answer_leaves_the_purchase_open_and_its_clips_held",
        flaw=Flaw.OPEN_HOLDS_NOTHING,
    ),
    mutant(
        "a job that was imported holds no clips",
        _PURCHASES,
        "return self.state is not State.VOID",
        "return self.state is not State.VOID and isinstance(self.record, PurchaseRecord)",
        f"{_DECIDED}an_imported_job_holds_its_clips",
        flaw=Flaw.ADOPTED_HOLDS_NOTHING,
    ),
    mutant(
        "a job is known by its name, without account and Region",
        _PURCHASES,
        "for each in reversed(self.by_job.get(job, ())) if each.is_live",
        "for each in reversed(self.by_id.values()) if each.is_live and each.job.name == job.name",
        f"{_DECIDED}the_same_name_in_another_account_or_region_is_another_job",
        flaw=Flaw.KNOWS_JOBS_BY_NAME,
    ),
    mutant(
        "a job found here is that of a purchase of the same name elsewhere",
        _DUE_RECORDS,
        " if infrastructure.contains(purchase.job) else None\n",
        " if infrastructure else None\n",
        f"{_DUE_RECORD_TESTS}a_job_of_the_same_name_elsewhere_says_nothing_about_a_purchase",
    ),
    mutant(
        "a job found by Describe is that of a purchase of the same name elsewhere",
        _PURCHASES,
        "each for each in self.by_job.get(job, ()) if each.arn == found.arn or",
        "each for each in self.by_id.values() if each.job.name == job.name and",
        f"{_DECIDED}a_job_of_the_same_name_elsewhere_is_not_the_one_that_was_described",
    ),
    mutant(
        "rerun_of excuses overlap with every purchase",
        _DECISIONS,
        "        elif purchase.id == claim.rerun_of:\n",
        "        elif claim.rerun_of is not None:\n",
        f"{_DECIDED}a_rerun_excuses_one_purchase_which_must_hold_some_of_the_clips",
        flaw=Flaw.RERUN_EXCUSES_ALL,
    ),
    mutant(
        "rerun_of may name a purchase of none of the clips",
        _DECISIONS,
        "    if claim.rerun_of is not None and repeated is None:\n",
        "    if claim.rerun_of is not None and claim.rerun_of not in ledger.by_id:\n",
        f"{_DECIDED}a_rerun_excuses_one_purchase_which_must_hold_some_of_the_clips",
    ),
    mutant(
        "rerun_of is whatever has the name when the job is bought",
        _BUYER,
        "if not order.wanted.repeats_planned and found.id != claim.rerun_of:",
        "if False:",
        f"{_RUNS}a_rerun_pays_again_for_the_purchase_that_was_reviewed_and_for_no_later_one",
    ),
)

LETTING_GO: tuple[Mutant, ...] = (
    mutant(
        "a purchase is voided with a request still on its way",
        _SETTLEMENT,
        "            if found.open_attempts(ledger.aws_time):\n",
        "            if found.open_attempts(None)[:0]:\n",
        _VOIDED,
        flaw=Flaw.VOIDS_WITHOUT_WAITING,
    ),
    mutant(
        "a run voids its own purchase with a request still on its way",
        _DECISIONS,
        "    if open_attempts:\n",
        "    if not own:\n",
        f"{_RUNS}an_old_purchase_of_other_clips_is_voided_only_after_its_time",
    ),
    mutant(
        "an attempt is closed as soon as it must not be signed any more",
        _PURCHASES,
        "        return self.signed_until + SETTLING_TIME\n",
        "        return self.signed_until\n",
        f"{_STATES}an_attempt_is_closed_by_a_refusal_or_an_hour_after_aws_no_longer_takes_its_signature",
    ),
    mutant(
        "a refusal of one attempt voids the purchase",
        _PURCHASES,
        "all(attempt.was_refused for attempt in self.attempts)",
        "any(attempt.was_refused for attempt in self.attempts)",
        f"{_RUNS}a_refused_attempt_frees_nothing_while_another_attempt_may_be_accepted",
        flaw=Flaw.REFUSAL_VOIDS,
    ),
    mutant(
        "a refusal of one attempt is written as a void purchase",
        _BUYER,
        "                return RefusedRecord(attempt=attempt.id, evidence=evidence)\n",
        "                seen = void_evidence(look, self._writer.aws_time)\n"
        '                return VoidRecord(purchase=bought.id, evidence=seen, reason=evidence, person="")\n',
        f"{_RUNS}a_refused_attempt_frees_nothing_while_another_attempt_may_be_accepted",
    ),
    harmless(
        "a refusal is not written",
        _BUYER,
        "                return RefusedRecord(attempt=attempt.id, evidence=evidence)\n",
        "                return None\n",
        "the clips stay held until the attempt's time is over: an hour is lost, and nothing is bought twice",
    ),
    mutant(
        "a purchase is voided by a person without a look at its job",
        _SETTLEMENT,
        'return VoidRefused(why=f"{found.job} could not be looked up")',
        "return VoidAllowed(purchase=found)",
        _VOIDED,
        flaw=Flaw.VOIDS_WITHOUT_LOOKING,
    ),
    mutant(
        "a run voids or continues its own purchase without a look at its job",
        _DECISIONS,
        "            return LookFirst(purchase=own)\n",
        "            return _go_on(claim, own, ledger.aws_time, unsent)\n",
        f"{_DECIDED}an_open_purchase_of_the_same_job_is_looked_up_first",
    ),
    mutant(
        "an entry is appended at whatever number is free, without a new decision",
        _WRITER,
        "return self.log.number_of(nonce)\n            message",
        "return self.log.number_of(nonce) or self.append(*records)\n            message",
        f"{_RUNS}a_void_that_meets_an_attempt_of_another_run_is_not_written",
        flaw=Flaw.VOIDS_WITHOUT_REREADING,
    ),
    mutant(
        "a run whose answer was lost voids because Describe does not see the job",
        _SETTLEMENT,
        "    return LeaveOpen()\n",
        '    return WriteVoid(why="absent")\n',
        f"{_RUNS}a_lost_answer_leaves_the_purchase_open_and_its_clips_held",
        flaw=Flaw.VOIDS_WHEN_ABSENT,
    ),
    Mutant(
        name="clips are freed before their job has ended",
        edits=(
            Edit(file=_SETTLEMENT, text="    if not is_terminal:\n", replacement="    if not purchase:\n"),
            Edit(file=_DUE_RECORDS, text="        and job.status.is_terminal\n", replacement=""),
        ),
        caught_by=f"{_DUE_RECORD_TESTS}no_clip_is_free_before_its_job_has_ended",
        flaw=Flaw.FREES_EARLY,
    ),
    mutant(
        "the output of a job that runs may free clips",
        _SETTLEMENT,
        "    if not is_terminal:\n",
        "    if not purchase:\n",
        f"{_DECIDED}clips_are_free_only_after_a_whole_output",
    ),
    harmless(
        "the output of a job that runs is read",
        _DUE_RECORDS,
        "        and job.status.is_terminal\n",
        "",
        "what the output comes to asks for the end of the job again; only the reads are for nothing",
    ),
)

HOLDING_AND_LETTING_GO = (*HOLDING, *LETTING_GO)
