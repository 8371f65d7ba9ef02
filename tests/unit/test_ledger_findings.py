"""What a check of the ledger finds: each kind by itself, and nothing in a sound ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jsonschema
import pytest

from groundctl.domain.jobs.ledger.entries import LedgerLog, extend_log
from groundctl.domain.jobs.ledger.findings import (
    AnotherLedger,
    DamagedEntry,
    DamagedPack,
    Finding,
    NotFreed,
    NotInAws,
    NotOpen,
    OpenPurchase,
    Place,
    StrangeKey,
    UnknownJob,
    find_problems,
    is_wrong,
)
from groundctl.domain.jobs.ledger.packs import write_pack
from groundctl.domain.jobs.ledger.purchases import Contradiction, Purchases
from groundctl.domain.jobs.observed import JobFingerprint, ObservedJob, Status
from groundctl.presentation.machine.ledger_json import check_json
from groundctl.presentation.screen import Screen
from groundctl.presentation.terminal.ledger_check import check_text
from support.builders import CHECKOUT, an_infrastructure, an_observed_job
from support.ledger import (
    AFTER_ALL,
    DIGEST,
    NOW,
    a_job,
    a_log,
    a_purchase,
    an_adopted_job,
    an_entry,
    content_of,
    created,
    ended,
    fill,
    opened,
    refused,
    void,
)
from support.ledger import FakeLedger as Ledger

COLORED = Screen(colored=True)


def bought(name: str = "rally-1", **changes: Any) -> ObservedJob:
    """A job in AWS, made from what a_purchase has bought."""
    fingerprint = JobFingerprint(bucket="artifacts", name=name, declaration=DIGEST, input=DIGEST)
    members: dict[str, Any] = {
        "name": name,
        "arn": f"arn:{name}",
        "status": Status.IN_PROGRESS,
        "fingerprint": fingerprint,
    }
    return replace(an_observed_job(), **(members | changes))


def found(
    log: LedgerLog,
    *jobs: ObservedJob,
    packs: Mapping[str, bytes | None] | None = None,
    pinned: str | None = None,
) -> list[Finding]:
    place = Place(account="123456789012", region="us-east-1", jobs={job.key: job for job in jobs})
    return list(find_problems(log, packs or {}, place, pinned=pinned))


def text(log: LedgerLog, *findings: Finding) -> str:
    """Write findings for a terminal, on one line; they fit into JSON's schema as well."""
    ledger = Purchases.of(log)
    jsonschema.validate(check_json(ledger, findings, an_infrastructure()), CHECKOUT.schema("ledger-check"))
    written = check_text(ledger, findings, an_infrastructure())
    narrow, colored = (check_text(ledger, findings, an_infrastructure(), screen) for screen in (Screen(40), COLORED))
    assert max(map(len, written.splitlines())) <= 80
    assert max(map(len, narrow.splitlines())) <= 40
    assert re.sub(r"\x1b\[[0-9]+m", "", colored) == written
    return " ".join(written.split())


def test_a_sound_ledger_has_no_findings():
    log = a_log(a_purchase(), created(2), a_purchase("rally-2", "cd"), created(4), ended(4, "c"))

    assert found(log, bought(), bought("rally-2", status=Status.COMPLETED), pinned="acme") == []
    assert text(log).endswith("6 entries, 2 purchases: nothing is wrong.")


def test_an_empty_ledger_is_wrong_only_where_the_configuration_names_one():
    [new], [lost] = found(LedgerLog()), found(LedgerLog(), pinned="acme")

    assert (new, is_wrong(new)) == (NotOpen(pinned=None), False)
    assert (lost, is_wrong(lost)) == (NotOpen(pinned="acme"), True)
    assert "the configuration names acme" in text(LedgerLog(), lost)
    assert "`groundctl ledger open`" in text(LedgerLog(), new)


def test_another_ledger_than_the_pinned_one_is_wrong():
    [finding] = found(a_log(), pinned="other")

    assert finding == AnotherLedger(found="acme", pinned="other")
    assert "wrong this is the ledger acme; the configuration names other" in text(a_log(), finding)


def test_a_gap_an_unreadable_entry_and_a_strange_key_are_wrong():
    log = a_log()
    damaged = extend_log(log, {3: b"x\n"}, strange_keys=("ledger/entries/9",), aws_time=NOW)

    gap, unreadable, strange = found(damaged)

    assert gap == DamagedEntry(number=2, why="is missing")
    assert unreadable == DamagedEntry(number=3, why="is not a ledger entry")
    assert strange == StrangeKey(key="ledger/entries/9")
    words = text(damaged, gap, unreadable, strange)
    assert "restore the earlier version of ledger/entries/000000000002" in words
    assert "`groundctl ledger void --unreadable 3 --reason TEXT`" in words
    assert "3 things are wrong" in words


def test_a_pack_is_rebuilt_from_its_entries_and_compared():
    ledger = Ledger()
    log = fill(ledger, [opened(), *(a_purchase(f"job-{number}") for number in range(120))])
    log = replace(log, aws_time=NOW)
    made = write_pack(0, log)
    jobs = [bought(f"job-{number}") for number in range(120)]

    def pack_findings(**packs: bytes | None) -> list[Finding]:
        named = {name.removeprefix("pack_"): content for name, content in packs.items()}
        return [each for each in found(log, *jobs, packs=named) if isinstance(each, DamagedPack | StrangeKey)]

    assert pack_findings(pack_00000000=made) == []
    assert pack_findings(pack_00000000=b"x" + (made or b"")) == [
        DamagedPack(name="00000000", why="has another content than its entries")
    ]
    assert pack_findings(pack_00000000=None)[0] == DamagedPack(
        name="00000000", why="has another content than its entries"
    )
    assert pack_findings(pack_00000001=made) == [
        DamagedPack(name="00000001", why="holds entries 100 to 199, which are not all there")
    ]
    assert pack_findings(pack_1=made) == [StrangeKey(key="ledger/packs/1")]


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_job_that_exists_although_it_was_voided_is_a_contradiction_with_the_clips_bought_since(is_recorded: bool):
    log = a_log(a_purchase("rally-1", "abc"), void(2), a_purchase("rally-2", "bcd"), created(4))
    if is_recorded:
        log = a_log(a_purchase("rally-1", "abc"), void(2), a_purchase("rally-2", "bcd"), created(4), created(2))

    [finding] = found(log, bought("rally-1"), bought("rally-2"))

    assert isinstance(finding, Contradiction)
    assert [(other.job.name, clips) for other, clips in finding.bought_again] == [("rally-2", 2)]
    words = text(log, finding)
    assert "was voided by ada (never arrived), but the job exists" in words
    assert "bought again since then: 2 clips by rally-2 (entry 4" in words


def test_a_job_that_exists_although_aws_refused_it_is_a_contradiction():
    log = a_log(a_purchase("rally-1", "abc"), refused(2), a_purchase("rally-2", "bcd"), created(4))

    [finding] = found(log, bought("rally-1"), bought("rally-2"))

    assert isinstance(finding, Contradiction)
    assert "was refused, but the job exists; bought again since then: 2 clips" in text(log, finding)


def test_a_foreign_job_under_the_name_of_a_void_purchase_is_unknown_and_no_contradiction():
    [finding] = found(a_log(a_purchase("rally-1"), void(2)), bought("rally-1", fingerprint=None))

    assert isinstance(finding, UnknownJob)


def test_an_open_purchase_is_a_note_while_its_run_may_live_and_wrong_from_then_on():
    log = a_log(a_purchase())
    later = replace(log, aws_time=NOW + timedelta(minutes=11))
    over = replace(log, aws_time=AFTER_ALL)

    [live], [dead], [closed] = found(log), found(later), found(over)

    assert isinstance(live, OpenPurchase)
    assert isinstance(closed, OpenPurchase)
    assert (live.may_run, is_wrong(live)) == (True, False)
    assert is_wrong(dead)
    assert (closed.is_closed, is_wrong(closed)) == (True, True)
    assert "after 2026-11-23 10:25 UTC `groundctl ledger void rally-1 --reason TEXT`" in text(later, dead)
    assert "or `groundctl ledger void rally-1 --reason TEXT`" in text(over, closed)


def test_an_open_purchase_whose_job_aws_shows_is_written_down_by_the_next_apply():
    log = replace(a_log(a_purchase()), aws_time=AFTER_ALL)

    [finding] = found(log, bought())

    assert "exists in AWS, and the ledger does not say so yet hint: apply again" in text(log, finding)


def test_an_open_purchase_elsewhere_is_voided_with_that_infrastructure():
    log = replace(a_log(a_purchase(job=a_job(region="eu-west-1"))), aws_time=AFTER_ALL)

    [finding] = found(log)

    assert "with the --infrastructure of production" in text(log, finding)


def test_a_created_job_that_aws_does_not_show_here_is_wrong_and_elsewhere_it_is_not_looked_for():
    here = a_log(a_purchase(), created(2))

    [finding] = found(here)

    assert isinstance(finding, NotInAws)
    assert "was created, and AWS does not show it" in text(here, finding)
    assert found(a_log(a_purchase(job=a_job(region="eu-west-1")), created(2))) == []


def test_a_job_that_has_ended_and_whose_clips_are_not_free_yet_is_a_note():
    log = a_log(a_purchase(), created(2), an_adopted_job("old", "cd"))
    old = bought("old", arn="arn:aws:sagemaker:us-east-1:123456789012:labeling-job/old", status=Status.STOPPED)

    findings = found(log, bought(status=Status.COMPLETED), old)

    assert [(type(each), is_wrong(each)) for each in findings] == [(NotFreed, False)] * 2
    assert "rally-1 (entry 2, 2 clips, $0.16) has ended (Completed)" in text(log, *findings)


def test_unknown_jobs_are_named_together_and_only_those_of_groundctl_are_wrong():
    log = a_log()
    console = [bought(f"console-{number}", fingerprint=None) for number in range(1, 4)]
    topic = bought("stream", fingerprint=None, has_input=False)

    findings = found(log, *console, bought("ours"), topic)

    assert [is_wrong(each) for each in findings] == [False, False, False, True, False]
    words = text(log, *findings)
    assert "wrong 1 job was made by groundctl, but not bought with this ledger: ours" in words
    assert "`groundctl ledger adopt --ours`" in words
    assert "note 3 jobs in AWS are unknown to the ledger: console-1, console-2, console-3" in words
    assert "`groundctl ledger adopt console-1 console-2 console-3`" in words
    assert "1 job in AWS is unknown to the ledger, as a topic sends its clips" in words


def test_many_unknown_jobs_are_counted_after_the_first():
    log = a_log()
    findings = found(log, *(bought(f"console-{number:02d}", fingerprint=None) for number in range(25)))

    assert "console-19, and 5 more" in text(log, *findings)


def test_a_changed_entry_is_found_by_the_next_one():
    log = a_log(a_purchase(), created(2))
    other = an_entry(a_log(), a_purchase("another", "z"))
    contents = {1: content_of(log, 1), 2: other, 3: content_of(log, 3)}

    findings = found(extend_log(LedgerLog(), contents, aws_time=NOW))

    assert any(isinstance(each, DamagedEntry) and each.number == 2 for each in findings)
