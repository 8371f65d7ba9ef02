"""The guards of the commands with which people change the ledger: open, adopt and void."""

from __future__ import annotations

from ledger_model.flaws import Flaw
from mutants.mutant import Mutant, mutant

_LEDGER = "app/ledger.py"
_ADOPTION = "app/adoption/ledger_adoption.py"

_VOIDED = "tests/unit/test_ledger_void.py::test_"
_ADOPTED = "tests/unit/test_ledger_adoption.py::test_"

PEOPLE: tuple[Mutant, ...] = (
    mutant(
        "a person voids a purchase whose job AWS shows",
        _LEDGER,
        "    return may_void(purchase, writer.purchases, look=look), look\n",
        "    return may_void(purchase, writer.purchases, look=look_at(None)), look\n",
        f"{_VOIDED}a_purchase_whose_job_aws_shows_is_not_voided",
        flaw=Flaw.VOIDS_WITHOUT_LOOKING,
    ),
    mutant(
        "a job is absent if Describe does not find it under one spelling",
        _LEDGER,
        " else list_jobs(account.jobs).get(job_key(purchase.job.name))\n",
        " else None\n",
        f"{_VOIDED}a_job_that_only_the_list_shows_under_another_spelling_is_not_absent",
    ),
    mutant(
        "a person voids at whatever number is free, without reading again",
        _LEDGER,
        "    for _ in range(MAX_TRIES):\n        decision, look = decide_void(purchase, writer, account)\n",
        "    decision, look = decide_void(purchase, writer, account)\n    for _ in range(MAX_TRIES):\n",
        f"{_VOIDED}an_attempt_that_is_written_at_the_same_moment_stops_the_void",
        flaw=Flaw.VOIDS_WITHOUT_REREADING,
    ),
    mutant(
        "a person writes to another ledger than the pinned one",
        _LEDGER,
        "        if pinned is not None and found not in {None, pinned}:\n",
        "        if pinned is not None and found is None and self.ledger is None:\n",
        f"{_VOIDED}a_ledger_that_the_configuration_does_not_name_is_not_written_to",
    ),
    mutant(
        "an entry that can be read is passed over",
        _LEDGER,
        "        if refused := may_pass_over(number, writer.purchases):\n            return refused\n        why = next(fault.why"
        " for fault in writer.purchases.faults if fault.number == number)\n",
        '        why = "is passed over"\n',
        f"{_VOIDED}an_entry_that_can_be_read_is_not_passed_over",
    ),
    mutant(
        "a ledger is opened without a job whose clips are not known",
        _ADOPTION,
        "    if refused:\n",
        "    if refused and not jobs:\n",
        f"{_ADOPTED}a_ledger_is_not_opened_without_a_job_whose_clips_are_not_known",
    ),
    mutant(
        "a ledger is opened though the configuration names another",
        _ADOPTION,
        "    if pinned is not None:\n",
        "    if pinned is not None and writer.log.end:\n",
        f"{_ADOPTED}a_ledger_is_not_opened_where_the_configuration_names_another",
    ),
    mutant(
        "a line that names no clip is passed over",
        "domain/jobs/ledger/adoption.py",
        "            if not only_clips:\n                return lines\n",
        "",
        f"{_ADOPTED}a_job_whose_manifest_says_nothing_is_not_entered",
    ),
    mutant(
        "a job is entered into a damaged ledger",
        _ADOPTION,
        "    for _ in range(MAX_TRIES):\n        refuse_unusable(writer.purchases, account)\n",
        "    for _ in range(MAX_TRIES):\n",
        f"{_ADOPTED}nothing_is_entered_into_a_damaged_ledger",
    ),
    mutant(
        "a job is entered though another writer has done so",
        _ADOPTION,
        " if not _purchase(each, writer, account)]\n",
        "]\n",
        f"{_ADOPTED}of_two_that_enter_a_job_at_the_same_moment_one_finds_it_there",
    ),
)
