"""The other guards of a purchase: what is sent, what a plan counts, and what the ledger must be."""

from __future__ import annotations

from mutants.mutant import Mutant, harmless, mutant

_BUYER, _SENDER = "app/purchase.py", "app/hands/sending.py"
_READ_DUE_RECORDS = "app/gathering/due_records.py"
_DECISIONS = "domain/jobs/ledger/decisions.py"
_ENTRIES = "domain/jobs/ledger/entries.py"
_NEW_JOB = "domain/planning/new_job.py"
_PLANNER = "domain/planning/planner.py"
_PURCHASES = "domain/jobs/ledger/purchases.py"
_QUESTION = "domain/jobs/ledger/question.py"
_SETTLEMENT = "domain/jobs/ledger/settlement.py"
_DUE_RECORDS = "domain/planning/due_records.py"
_SPENDING = "domain/jobs/ledger/spending.py"
_WANTED = "domain/planning/wanted.py"

_APPLIED = "tests/unit/test_apply.py::test_"
_DECIDED = "tests/unit/test_purchase_decisions.py::test_"
_MONTHS = "tests/unit/test_month_limits.py::test_"
_PLANNED = "tests/unit/test_plan.py::test_"
_READ = "tests/unit/test_ledger_entries.py::test_"
_RUNS = "tests/unit/test_purchase_protocol.py::test_"
_DUE_RECORD_TESTS = "tests/unit/test_due_records.py::test_"
_STATES = "tests/unit/test_purchases.py::test_"
_AFTER = f"{_DECIDED}what_is_written_after_sending"
_UNUSABLE = f"{_STATES}nothing_is_bought_from_a_ledger_that_is_not_open_or_is_another_one"
_UNREADABLE = f"{_STATES}an_unreadable_entry_stops_purchases_until_it_is_passed_over"
_OTHER_JOB = f"{_RUNS}a_job_that_was_made_from_another_declaration_meanwhile_is_not_called_the_same"

CREATE_CALL: tuple[Mutant, ...] = (
    mutant(
        "a create call whose answer was lost is sent again",
        _SENDER,
        "if not isinstance(answer, Throttled) or tried",
        "if isinstance(answer, Accepted | Rejected) or tried",
        f"{_APPLIED}a_lost_response_without_a_visible_job_is_unknown_after_a_minute",
    ),
    mutant(
        "a job is not looked up after its create call",
        _SENDER,
        "        if not isinstance(answer, Rejected | NotSent):\n            try:\n",
        "        if not responses:\n            try:\n",
        f"{_APPLIED}a_job_is_looked_up_after_a_lost_response_and_never_created_again",
    ),
    mutant(
        "a job is looked up once, though reads can lag behind the create",
        _SENDER,
        "LOOK_FOR_SECONDS = 60",
        "LOOK_FOR_SECONDS = 0",
        f"{_APPLIED}apply_waits_for_a_job_that_is_visible_late",
    ),
    mutant(
        "a job that AWS accepted and does not show counts as created",
        "domain/jobs/creation.py",
        '                result=Result.UNKNOWN,\n                evidence="AWS accepted',
        '                result=Result.CREATED,\n                evidence="AWS accepted',
        f"{_APPLIED}an_accepted_job_that_does_not_become_visible_is_unknown",
    ),
    mutant(
        "`refused` is written though one answer was unclear",
        _SETTLEMENT,
        "    if isinstance(last, nothing_created) and all(isinstance(each, nothing_created) for each in responses):\n",
        "    if isinstance(last, nothing_created):\n",
        _AFTER,
    ),
    mutant(
        "an unclear answer is written as `refused`",
        _SETTLEMENT,
        "    if isinstance(last, nothing_created) and all(isinstance(each, nothing_created) for each in responses):\n",
        "    if last and not isinstance(last, Accepted):\n",
        _AFTER,
    ),
    mutant(
        "another job under the name counts as the one that was bought",
        _SETTLEMENT,
        "        if accepted or look.is_made_from(purchase.record):\n",
        "        if accepted or look.fingerprint is not None or look.arn:\n",
        _AFTER,
    ),
    mutant(
        "a job that AWS accepted is not ours if AWS describes it in other words",
        _SETTLEMENT,
        "        if accepted or look.is_made_from(purchase.record):\n",
        "        if look.is_made_from(purchase.record):\n",
        _AFTER,
    ),
    mutant(
        "a job made from another declaration is called the same",
        _BUYER,
        "    is_same = isinstance(record, PurchaseRecord) and (\n",
        "    is_same = isinstance(record, PurchaseRecord) or (\n",
        _OTHER_JOB,
    ),
    mutant(
        "an artifact with other content than its key says is used",
        _BUYER,
        "            if not written and self._objects.read(artifact.uri) != artifact.content:\n",
        "            if not written and self._objects.read(artifact.uri) is None:\n",
        f"{_APPLIED}an_artifact_with_other_content_stops_the_create",
    ),
)

LEDGER: tuple[Mutant, ...] = (
    mutant(
        "the pinned ledger is not compared",
        _DECISIONS,
        "    if pinned is not None and ledger.ledger is not None and pinned != ledger.ledger:\n",
        "    if pinned is not None and ledger.ledger is None:\n",
        _UNUSABLE,
    ),
    mutant(
        "apply does not know the pinned ledger",
        _BUYER,
        "        pinned = order.wanted.infrastructure.ledger_id\n",
        "        pinned = None\n",
        f"{_RUNS}a_ledger_other_than_the_pinned_one_is_not_bought_with",
    ),
    mutant(
        "the plan does not know the pinned ledger",
        _NEW_JOB,
        "        pinned=inputs.infrastructure.ledger_id,\n",
        "",
        f"{_DUE_RECORD_TESTS}another_ledger_than_the_one_that_the_configuration_names_buys_nothing",
    ),
    mutant(
        "a ledger that is not open is bought with",
        _DECISIONS,
        "    if ledger.ledger is None and not ledger.faults:\n",
        "    if ledger.ledger is None and ledger.faults:\n",
        _UNUSABLE,
    ),
    mutant(
        "a ledger with a damaged entry is bought with",
        _DECISIONS,
        '    yield from (f"entry {fault.number} {fault.why}" for fault in ledger.faults)\n',
        "",
        _UNREADABLE,
    ),
    mutant(
        "a ledger with strange keys is bought with",
        _DECISIONS,
        '    yield from (f"{key} is not the key of an entry" for key in ledger.strange_keys)\n',
        "",
        f"{_STATES}a_strange_key_among_the_entries_stops_purchases",
    ),
    mutant(
        "an empty ledger is opened beside jobs of groundctl's",
        _DUE_RECORDS,
        "    if is_new and not any(job.fingerprint for job in observed):\n",
        "    if is_new and not isinstance(observed, str):\n",
        f"{_DUE_RECORD_TESTS}an_empty_ledger_beside_jobs_of_groundctl_buys_nothing",
    ),
    mutant(
        "an empty ledger is opened though the configuration names one",
        _DUE_RECORDS,
        " and infrastructure.ledger_id is None\n",
        "\n",
        f"{_DUE_RECORD_TESTS}an_empty_ledger_where_the_configuration_names_one_buys_nothing",
    ),
    harmless(
        "an empty ledger is opened beside strange keys",
        _DUE_RECORDS,
        "not log.end and not log.strange_keys and",
        "not log.end and",
        "strange keys stop every purchase, also in a ledger that is open",
    ),
    mutant(
        "an entry may follow another one than it was written upon",
        _ENTRIES,
        " and here.header.previous != before.digest:\n",
        " and not here.header.previous:\n",
        f"{_READ}an_entry_without_the_entry_it_was_written_upon_takes_that_one_out",
    ),
    mutant(
        "a clip index that was cut off is read",
        _ENTRIES,
        "    if index_bytes != clips * BYTES_PER_CLIP:\n",
        "    if index_bytes > clips * BYTES_PER_CLIP:\n",
        f"{_READ}what_is_not_an_entry_says_why",
    ),
    mutant(
        "entries other than the first may open the ledger",
        _ENTRIES,
        "    if opens is not (number == 1):\n",
        "    if number == 1 and not opens:\n",
        f"{_READ}only_entry_1_opens_the_ledger",
    ),
    mutant(
        "records that refer to nothing are passed over in silence",
        _PURCHASES,
        "        if wrong := self._wrong(records):\n",
        "        if wrong := self._wrong(records[:0]):\n",
        f"{_STATES}records_that_refer_to_nothing_are_faults_and_no_record_of_their_entry_counts",
    ),
    mutant(
        "what is due is given up when another entry came first",
        _BUYER,
        "            if self._writer.append(*first) is not None:\n",
        "            if self._writer.append(*first) is None or first:\n",
        f"{_DUE_RECORD_TESTS}what_is_due_is_written_though_another_entry_came_first",
    ),
    mutant(
        "what was written is not looked at again before it is written",
        _DUE_RECORDS,
        "            return (known := purchases.by_id.get(purchase)) is not None and not known.exists\n",
        "            return purchase in purchases.by_id\n",
        f"{_DUE_RECORD_TESTS}what_another_run_has_written_meanwhile_is_not_written_again",
    ),
)

HOLDING: tuple[Mutant, ...] = (
    mutant(
        "a job that was seen is void if that was written before",
        _PURCHASES,
        "        if self.arn is not None:\n",
        "        if self.arn is not None and self.void is None:\n",
        f"{_STATES}the_records_of_a_purchase_come_to_a_state",
    ),
    mutant(
        "the last end of a job counts",
        _PURCHASES,
        "                self._ended.setdefault(purchase, (record, index))\n",
        "                self._ended[purchase] = (record, index)\n",
        f"{_STATES}an_ended_purchase_holds_what_was_labeled_and_the_first_end_counts",
    ),
    mutant(
        "purchases of the same plan do not count",
        _PLANNER,
        "            purchases = with_planned(change, purchases)\n",
        "            with_planned(change, purchases)\n",
        f"{_PLANNED}two_new_jobs_with_the_same_input_are_one_purchase",
    ),
    mutant(
        "jobs are bought in another order than the plan has counted in",
        _PLANNER,
        "    return tuple(sorted(changes, key=order))\n",
        "    return tuple(sorted(changes, key=order, reverse=True))\n",
        f"{_RUNS}jobs_are_bought_in_the_order_in_which_the_plan_has_counted",
    ),
    mutant(
        "a plan looks for holders of its own clips only in what it has seen of other clips",
        _PURCHASES,
        "        if not clips.distinct <= self.focus:\n",
        "        if not self.focus:\n",
        f"{_STATES}a_focus_on_the_clips_of_a_plan_changes_no_answer",
    ),
    mutant(
        "a plan that has looked for holders forgets what it buys itself",
        _PURCHASES,
        " if place in self.by_id), *self.planned)\n",
        " if place in self.by_id),)\n",
        f"{_STATES}a_focus_on_the_clips_of_a_plan_changes_no_answer",
    ),
    mutant(
        "a topic is no clip",
        _WANTED,
        "    if topic is None:\n",
        "    if topic is None or not clips:\n",
        f"{_PLANNED}two_new_jobs_on_one_topic_are_one_purchase",
    ),
    mutant(
        "a question without a name conflicts with none",
        _QUESTION,
        "    return one.labels == other.labels\n",
        "    return one.labels == other.labels and one.name == other.name\n",
        f"{_DECIDED}questions_conflict_by_name_or_by_labels_where_one_has_no_name",
    ),
    mutant(
        "the labels of a question are compared as they are spelled",
        _QUESTION,
        'unicodedata.normalize("NFC", text).casefold())\n',
        'unicodedata.normalize("NFC", text))\n',
        f"{_DECIDED}questions_conflict_by_name_or_by_labels_where_one_has_no_name",
    ),
    mutant(
        "only_new leaves nothing out",
        _DECISIONS,
        "    left = claim.clips.without(frozenset().union(*(hashes for _, hashes in held)))\n",
        "    left = claim.clips\n",
        f"{_RUNS}a_run_that_leaves_clips_out_leaves_out_what_was_bought_meanwhile",
    ),
    mutant(
        "clips that are held are left out without being asked for",
        _DECISIONS,
        "    if held and not claim.only_new:\n",
        "    if held and not claim.only_new and not remarks and repeated:\n",
        f"{_DECIDED}clips_that_another_job_holds_are_refused_by_number_and_name",
    ),
)

FREEING: tuple[Mutant, ...] = (
    mutant(
        "an output with missing lines frees clips",
        _SETTLEMENT,
        "    if output.lines != purchase.record.lines:\n",
        "    if output.lines > purchase.record.lines:\n",
        f"{_DUE_RECORD_TESTS}no_clip_is_free_while_lines_of_the_output_are_missing",
    ),
    mutant(
        "without an output manifest all clips are free, whatever AWS counts",
        _SETTLEMENT,
        "        if labeled:\n",
        "        if labeled < 0:\n",
        f"{_DUE_RECORD_TESTS}without_an_output_manifest_clips_are_free_only_if_aws_counts_no_label",
    ),
    mutant(
        "an output that cannot be found frees all clips",
        _READ_DUE_RECORDS,
        "    if described is None or lines is None:\n        return _NotRead()\n",
        "    if described is None or lines is None:\n        return None\n",
        f"{_DUE_RECORD_TESTS}an_output_that_cannot_be_found_frees_nothing",
    ),
    mutant(
        "a clip is free if one of its lines has no label",
        _READ_DUE_RECORDS,
        " for clip in without_label if clip not in others)",
        " for clip in without_label)",
        f"{_DUE_RECORD_TESTS}a_clip_with_a_label_on_one_of_its_lines_is_not_free",
    ),
    harmless(
        "clips are freed that the job did not buy",
        _SETTLEMENT,
        "ClipIndex.of(HashedClips.of(output.without_label).shared_with(purchase.index))",
        "ClipIndex.of(HashedClips.of(output.without_label).distinct)",
        "what is freed is taken from the clips of this one purchase only",
    ),
)

SPENDING: tuple[Mutant, ...] = (
    mutant(
        "a purchase beyond the limit of its month is made",
        _BUYER,
        "        for reason in self._beyond_limits(order, left, cost, purchases):\n",
        "        for reason in ():\n",
        f"{_MONTHS}a_run_that_comes_second_buys_nothing_beyond_the_limit_whenever_it_planned",
    ),
    mutant(
        "what the plan buys before does not count toward the month",
        _NEW_JOB,
        "    at = purchases.aws_time or _NO_TIME  # it counts for the present month\n",
        "    at = _NO_TIME\n",
        f"{_MONTHS}what_the_plan_buys_before_counts_in_order",
    ),
    mutant(
        "a team is one environment's, account's and Region's",
        _SPENDING,
        "team_folder(record.declaration) == folder\n",
        'team_folder(record.declaration) == folder and record.environment == "production"\n',
        f"{_MONTHS}a_team_is_a_folder_at_any_depth_in_every_environment_of_the_ledger",
    ),
    mutant(
        "a job is bought for more than its plan said",
        _BUYER,
        "        yield from dearer_than_planned(cost, order.usd)\n",
        "",
        f"{_MONTHS}a_job_is_not_bought_for_more_than_its_plan_said",
    ),
    mutant(
        "the jobs of a pull request are bounded in one run only",
        _BUYER,
        "self._writer.by.repository, order.pull_request)",
        '"", order.pull_request)',
        f"{_MONTHS}the_jobs_of_one_pull_request_are_bounded_in_all_its_runs",
    ),
)

GUARDS = (*CREATE_CALL, *LEDGER, *HOLDING, *FREEING, *SPENDING)
