"""The guards of the AWS adapters: the create call is sent once, and an answer that is not whole says nothing."""

from __future__ import annotations

from mutants.mutant import Edit, Mutant, mutant

_JOBS = "adapters/aws/sagemaker.py"
_LEDGER = "adapters/aws/ledger.py"
_PAGES = "adapters/aws/bidirectional_pagination.py"
_RESPONSES = "adapters/aws/responses.py"
_S3 = "adapters/aws/s3.py"
_SESSION = "adapters/aws/session.py"

_ADAPTER = "tests/contract/test_adapters.py::test_"
_ANSWERS = "tests/contract/test_answers_of_aws.py::test_"
_BOTH_ENDS = "tests/property/test_bidirectional_pagination.py::test_"
_CREATE = "tests/contract/test_create_call.py::test_"
_READS = "tests/contract/test_ledger_reads.py::test_"
_S3_LEDGER = "tests/contract/test_ledger_adapter.py::test_"
_WHOLE = "tests/contract/test_whole_responses.py::test_"
_EMPTY = f"{_WHOLE}an_empty_response_is_an_external_failure_of_every_call_and_no_absence"
_PAGE = f"{_WHOLE}a_page_of_keys_that_cannot_be_one_is_an_external_failure_and_never_the_end"
_REFUSED = f"{_ANSWERS}only_an_error_from_aws_itself_counts_as_a_refusal"
_EXACTLY = f"{_BOTH_ENDS}every_job_is_read_whatever_the_times_and_the_page_size"

CREATING: tuple[Mutant, ...] = (
    mutant(
        "the SDK repeats the create call",
        _SESSION,
        'self._create = Config(retries={"total_max_attempts": 1},',
        'self._create = Config(retries={"total_max_attempts": 3},',
        f"{_CREATE}a_create_call_that_fails_is_not_repeated_by_the_sdk",
    ),
    mutant(
        "the create call goes through the client for reads",
        _SESSION,
        'client = self._session.client("sagemaker", config=self._create)',
        'client = self._session.client("sagemaker", config=self._reads)',
        f"{_CREATE}a_create_call_that_fails_is_not_repeated_by_the_sdk",
    ),
    mutant(
        "the answer about another job counts",
        _JOBS,
        '            if not _is_arn_of(answer["LabelingJobArn"], request["LabelingJobName"]):\n',
        '            if not answer["LabelingJobArn"]:\n',
        f"{_CREATE}an_answer_without_the_jobs_own_arn_accepts_nothing",
    ),
    mutant(
        "a lost answer is a refusal",
        _JOBS,
        '            return Unclear(message=f"{type(error).__name__}: {error}")\n',
        '            return Rejected(code="", message=f"{type(error).__name__}: {error}")\n',
        f"{_ANSWERS}every_sdk_error_in_a_create_is_handled_and_a_refusal_means_that_nothing_was_sent",
    ),
    mutant(
        "an internal error of AWS is a refusal",
        _JOBS,
        "return 400 <= status < 500 and by_aws and not gave_up",
        "return 400 <= status and by_aws and not gave_up",
        _REFUSED,
    ),
    mutant(
        "an error of a proxy is a refusal",
        _JOBS,
        "return 400 <= status < 500 and by_aws and not gave_up",
        "return 400 <= status < 500 and not gave_up",
        _REFUSED,
    ),
    mutant(
        "who stopped waiting has refused",
        _JOBS,
        "return 400 <= status < 500 and by_aws and not gave_up",
        "return 400 <= status < 500 and by_aws",
        _REFUSED,
    ),
    mutant(
        "a name that is taken is a refusal",
        _JOBS,
        '    if code == "ResourceInUse":\n',
        '    if code == "ResourceInUse" and not message:\n',
        f"{_ADAPTER}the_first_create_is_accepted_and_the_second_finds_the_name_taken_in_any_case",
    ),
    mutant(
        "files beside the manifest are overwritten",
        _S3,
        'ContentType=media_type, IfNoneMatch="*"',
        "ContentType=media_type",
        f"{_ADAPTER}an_object_is_written_once_and_the_first_content_stays",
    ),
)

LOOKING: tuple[Mutant, ...] = (
    mutant(
        "an empty description is that of a job",
        _JOBS,
        "                    _expect_described(described, name)\n",
        "",
        _EMPTY,
    ),
    mutant(
        "the description of another job counts",
        _JOBS,
        '    if job_key(described["LabelingJobName"]) != job_key(name):\n',
        "    if not name:\n",
        f"{_WHOLE}a_description_of_another_job_or_without_what_aws_always_gives_is_an_external_failure",
    ),
    mutant(
        "any refusal of a description says that there is no job",
        _JOBS,
        '    return code in {"ResourceNotFound", "ResourceNotFoundException"} or absent\n',
        "    return bool(code) or absent\n",
        f"{_ANSWERS}only_awss_own_word_says_that_there_is_no_job",
    ),
    Mutant(
        name="an empty page of jobs is the end of the list",
        edits=(
            Edit(
                file=_JOBS,
                text='        expect(page, "LabelingJobSummaryList")\n',
                replacement='        page.setdefault("LabelingJobSummaryList", [])\n',
            ),
        ),
        caught_by=_EMPTY,
    ),
    mutant(
        "a listed job may lack members",
        _JOBS,
        "            expect(entry, *LISTED_JOB)\n",
        "            expect(entry)\n",
        f"{_WHOLE}a_listed_job_without_what_aws_always_gives_is_an_external_failure",
    ),
    mutant(
        "a page of jobs that comes round again is the end of the list",
        _PAGES,
        "        if self.token in self.tokens:\n",
        "        self.is_through = self.is_through or self.token in self.tokens\n        if False:\n",
        f"{_ANSWERS}a_list_with_a_repeated_page_is_an_error_and_not_an_endless_loop",
    ),
    mutant(
        "two ends meet within one instant",
        _PAGES,
        "    return oldest.in_order and newest.in_order and oldest.reached > newest.reached\n",
        "    return oldest.in_order and newest.in_order and oldest.reached >= newest.reached\n",
        f"{_BOTH_ENDS}jobs_of_the_same_instant_may_come_in_any_order_from_either_end",
    ),
    mutant(
        "two ends meet though a list is out of order",
        _PAGES,
        "    return oldest.in_order and newest.in_order and oldest.reached > newest.reached\n",
        "    return oldest.reached > newest.reached\n",
        f"{_BOTH_ENDS}a_list_out_of_order_is_read_to_its_end",
    ),
    mutant(
        "one end of the list is enough",
        _PAGES,
        "    if oldest.reached is None or newest.reached is None:\n        return False\n",
        "    return True\n",
        _EXACTLY,
    ),
)

LISTING: tuple[Mutant, ...] = (
    Mutant(
        name="an empty page of keys is the end of the list",
        edits=(
            Edit(
                file=_RESPONSES,
                text="            _check_page(page, bucket)\n",
                replacement='            page = {"KeyCount": 0, "IsTruncated": False, "Name": bucket, **page}\n',
            ),
        ),
        caught_by=_EMPTY,
    ),
    mutant(
        "a page that is cut short is the end of the list",
        _RESPONSES,
        '    if page["IsTruncated"] != bool(page.get("NextContinuationToken")):\n',
        '    if page["IsTruncated"] is None:\n',
        _PAGE,
    ),
    mutant(
        "a page may have fewer keys than it counts",
        _RESPONSES,
        "    if count != len(objects):\n",
        "    if count is None:\n",
        _PAGE,
    ),
    mutant(
        "a page of another bucket counts",
        _RESPONSES,
        '    if page["Name"] != bucket and not bucket.endswith(_ALIASES):\n',
        '    if not page["Name"]:\n',
        _PAGE,
    ),
    mutant(
        "a key may come twice, or from elsewhere",
        _RESPONSES,
        "        if not key.startswith(prefix) or key <= last:\n",
        "        if not key:\n",
        _PAGE,
    ),
    mutant(
        "a page of keys that comes round again is the end of the list",
        _RESPONSES,
        "            if token in tokens:\n",
        "            if token in tokens:\n                return\n            if not page:\n",
        f"{_WHOLE}a_list_of_keys_that_comes_round_again_is_an_external_failure",
    ),
    mutant(
        "an answer without a body is an empty object",
        _RESPONSES,
        "        expect(response, *OBJECT_READ)\n",
        "",
        f"{_WHOLE}an_object_without_its_etag_is_no_object",
    ),
    mutant(
        "a write that was not confirmed was made",
        _RESPONSES,
        "    return isinstance(response, Mapping) and all(response.get(member) for member in OBJECT_WRITTEN)\n",
        "    return isinstance(response, Mapping)\n",
        f"{_WHOLE}a_write_that_is_not_confirmed_is_read_back",
    ),
    mutant(
        "an entry that was cut off is read",
        _LEDGER,
        "            if content is not None and len(content) != sizes.get(key, len(content)):\n",
        "            if content is not None and len(content) > sizes.get(key, len(content)):\n",
        f"{_READS}an_answer_that_lacks_something_is_an_external_failure_and_no_short_ledger",
    ),
    mutant(
        "keys that are no entries are passed over",
        _LEDGER,
        "        strange = sorted(listed.sizes.keys() - keys.values())\n",
        "        strange: list[str] = []\n",
        f"{_S3_LEDGER}keys_that_are_no_entries_are_reported",
    ),
    mutant(
        "the ledger is dated by this machine",
        _LEDGER,
        "            aws_time = aws_time or time_of(page.response)\n",
        "            aws_time = datetime.now().astimezone()\n",
        f"{_READS}the_ledger_is_dated_by_s3_and_never_by_this_machine",
    ),
    mutant(
        "a damaged pack is believed",
        _LEDGER,
        "        log = self._from(LedgerLog(), packed, packs=packs)\n        return self._without_damaged_copies(log, packed)\n",
        "        return self._from(LedgerLog(), packed, packs=packs)\n",
        f"{_S3_LEDGER}a_pack_that_is_damaged_or_missing_costs_calls_and_no_entries",
    ),
)

READING = (*CREATING, *LOOKING, *LISTING)
