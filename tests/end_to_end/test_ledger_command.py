"""groundctl ledger through the command line, with the ledger and the jobs in the simulator over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import pytest

from end_to_end.test_consent import terminal_of
from end_to_end.test_story import Team
from groundctl.adapters.aws.ledger import S3Ledger, entry_key
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.clips.clip_index import HashedClips
from groundctl.domain.jobs.ledger.entries import Appended
from groundctl.domain.jobs.ledger.records import JobIdentity
from groundctl.domain.jobs.request import DesiredJob
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import ACCOUNT, CHECKOUT, REGION, a_declaration, a_desired_job, an_infrastructure
from support.ledger import Indexed, a_job, a_purchase, an_entry, created, opened
from support.pseudo_terminal import EOF

CLIPS = tuple(f"rally-{number}.mp4" for number in range(1, 9))
BUCKET = "artifacts"
ANOTHER = "a" * 32
OVER = timedelta(hours=-2)  # the signature's end of an attempt that is closed


@dataclass
class Account:
    """The simulated account: its jobs and its ledger."""

    team: Team

    def __post_init__(self) -> None:
        self.ledger = S3Ledger(AwsSession(REGION), BUCKET)
        self.s3 = boto3.client("s3", region_name=REGION)
        self.sagemaker = boto3.client("sagemaker", region_name=REGION)

    @property
    def aws_time(self) -> datetime:
        time = self.ledger.read().aws_time
        assert time is not None
        return time

    def writes(self, *records: Indexed) -> None:
        """Append entries of one record."""
        for record in records:
            log = self.ledger.read()
            assert self.ledger.append(log.end + 1, an_entry(log, record)) == Appended(number=log.end + 1)

    def makes(self, name: str = "rally-outcome", clips: tuple[str, ...] = CLIPS[:2]) -> DesiredJob:
        """Create a job as groundctl does, without the ledger."""
        job = desired(name, clips)
        for artifact in job.artifacts:
            bucket, _, key = artifact.uri.removeprefix("s3://").partition("/")
            self.s3.put_object(Bucket=bucket, Key=key, Body=artifact.content)
        self.sagemaker.create_labeling_job(**job.request)
        return job

    def makes_at_the_console(self, name: str = "Console-Job", clips: tuple[str, ...] = CLIPS[:3]) -> None:
        """Create a job of which no file has a place or a name that groundctl gives; its last clip has a label already."""
        labeled = {"source-ref": f"s3://clips/{CLIPS[7]}", "outcome": 1}
        lines = [*({"source-ref": f"s3://clips/{clip}"} for clip in clips), labeled]
        manifest = "\n".join(json.dumps(line) for line in lines)
        self.s3.put_object(Bucket="clips", Key=f"{name}.manifest", Body=manifest.encode())
        request = dict(self.makes(f"{name}-pattern").request)
        request |= {"LabelingJobName": name, "LabelAttributeName": "outcome"}
        request["InputConfig"] = {"DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://clips/{name}.manifest"}}}
        request.pop("Tags", None)
        self.sagemaker.create_labeling_job(**request)

    def buys(self, name: str, clips: tuple[str, ...] = CLIPS[:2], *, left: timedelta = OVER, **values: Any) -> Indexed:
        """Write the purchase of a job that `makes` creates."""
        job = desired(name, clips)
        manifest = job.request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
        declaration, digest = manifest.split("/")[-2].split("-")
        hashed = HashedClips.of(f"s3://clips/{clip}" for clip in clips)
        return a_purchase(
            name,
            hashed,
            job=here(name),
            declaration_digest=declaration,
            input_digest=digest,
            signed_until=self.aws_time + left,
            **values,
        )


def here(name: str) -> JobIdentity:
    return a_job(name, account=ACCOUNT, region=REGION)


def desired(name: str, clips: tuple[str, ...]) -> DesiredJob:
    return a_desired_job(a_declaration(name=name, input={"objects": [f"s3://clips/{clip}" for clip in clips]}))


@pytest.fixture
def account(tmp_path: Path, simulator: Simulator) -> Account:
    prerequisites.build(an_infrastructure(), clips=CLIPS)
    write_infrastructure(tmp_path)
    return Account(Team(folder=tmp_path, simulator=simulator))


def write_infrastructure(folder: Path, **changes: Any) -> None:
    content = prerequisites.as_file_content(an_infrastructure(**changes))
    (folder / "infrastructure.json").write_text(json.dumps(content))


def test_an_empty_ledger_says_so_and_what_to_do(account: Account):
    ran = account.team.runs("ledger")

    assert ran.code == 0
    assert "The ledger in artifacts is empty" in ran.out
    assert "`groundctl ledger open`" in ran.out


def test_an_empty_ledger_is_wrong_where_the_configuration_names_one(account: Account):
    write_infrastructure(account.team.folder, ledger_id=ANOTHER)

    for command in ("log", "check"):
        ran = account.team.runs("ledger", command)
        assert ran.code == 1
        assert "the configuration names" in " ".join(ran.out.split())
    opening = account.team.runs("ledger", "open")
    assert opening.code == 2
    assert f"the configuration names the ledger {ANOTHER}" in opening.err


def test_the_log_shows_a_purchase_in_words_and_as_json(account: Account):
    account.writes(opened(), account.buys("rally-outcome", left=timedelta(minutes=5)))

    text, machine = account.team.runs("ledger").out, account.team.runs("ledger", "log", "--format", "json").json

    assert "rally-outcome: 2 clips, $0.16, open until" in text
    assert "by acme/labels, pull request 7" in text
    assert max(map(len, text.splitlines())) <= 80
    jsonschema.validate(machine, CHECKOUT.schema("ledger"))
    [purchase] = machine["purchases"]
    assert (purchase["job"], purchase["state"], purchase["clips"]) == ("rally-outcome", "open", 2)
    assert account.team.runs("ledger", "--job", "another").out.startswith("0 purchases")


def test_opening_enters_the_jobs_that_groundctl_made_and_nothing_is_opened_twice(account: Account):
    account.makes("Rally-Outcome", CLIPS[:2])
    account.makes("rally-two", CLIPS[2:5])
    account.team.simulator.clear_requests()

    ran = account.team.runs("ledger", "open")

    assert ran.code == 0, ran.err
    ledger = account.team.runs("ledger", "log", "--format", "json").json
    assert f'ledger = {{ id = "{ledger["ledger"]}" }}' in ran.out
    assert len(ledger["ledger"]) == 32
    assert {(each["job"], each["clips"]) for each in ledger["purchases"]} == {("rally-outcome", 2), ("rally-two", 3)}
    assert ledger["entries"] == 1
    again = account.team.runs("ledger", "open")
    assert (again.code, "is open already" in again.err) == (2, True)
    assert account.team.runs("ledger", "check").code == 0
    assert account.team.simulator.requests("CreateLabelingJob") == []


def test_nothing_is_opened_while_a_manifest_of_ours_cannot_be_read(account: Account):
    job = account.makes("rally-outcome")
    manifest = job.request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    account.s3.delete_object(Bucket=BUCKET, Key=manifest.removeprefix("s3://artifacts/"))

    ran = account.team.runs("ledger", "open")

    assert ran.code == 3
    assert "rally-outcome: its input manifest" in ran.err
    assert account.ledger.read().end == 0


def test_a_console_job_is_entered_once_with_the_clips_that_it_asked(account: Account):
    account.makes_at_the_console("Console-Job")
    account.writes(opened())

    first = account.team.runs("ledger", "adopt", "console-job", "--question", "rally-outcome")
    second = account.team.runs("ledger", "adopt", "Console-Job")

    assert first.code == 0, first.err
    assert "console-job: 3 clips, question rally-outcome" in first.out
    assert second.code == 0
    assert "console-job: in the ledger already, entry 2" in second.out
    ledger = account.team.runs("ledger", "log", "--format", "json").json
    [adopted] = ledger["purchases"]
    assert (adopted["kind"], adopted["clips"], adopted["state"]) == ("adopted", 3, "created")
    assert adopted["question"] == "rally-outcome"
    assert ledger["entries"] == 2


def test_adopting_needs_an_open_ledger_a_job_and_a_name_that_a_file_can_have(account: Account):
    account.makes("rally-outcome")

    closed = account.team.runs("ledger", "adopt", "rally-outcome")
    account.writes(opened())
    absent = account.team.runs("ledger", "adopt", "nothing")
    misnamed = account.team.runs("ledger", "adopt", "rally-outcome", "--question", "Rally Outcome")

    assert (closed.code, "the ledger is not open" in closed.err) == (3, True)
    assert (absent.code, "there is no labeling job nothing" in absent.err) == (2, True)
    assert (misnamed.code, "not a valid question name" in misnamed.err) == (2, True)
    assert account.ledger.read().end == 1


def test_a_check_names_what_is_unknown_and_what_was_bought_past_the_ledger(account: Account):
    account.makes_at_the_console("console-job")
    account.writes(opened())

    ran = account.team.runs("ledger", "check")
    machine = account.team.runs("ledger", "check", "--format", "json")

    assert ran.code == machine.code == 1
    words = " ".join(ran.out.split())
    assert "1 job was made by groundctl, but not bought with this ledger: console-job-pattern" in words
    assert "1 job in AWS is unknown to the ledger: console-job" in words
    assert "`groundctl ledger adopt console-job`" in words
    jsonschema.validate(machine.json, CHECKOUT.schema("ledger-check"))
    found = {each["job"]: (each["kind"], each["wrong"]) for each in machine.json["findings"]}
    assert found == {"console-job": ("unknown_job", False), "console-job-pattern": ("unknown_job", True)}


def test_a_check_finds_a_gap_a_strange_key_and_a_wrong_pack(account: Account):
    account.writes(opened(), account.buys("rally-outcome"), created(2))
    account.makes("rally-outcome")
    account.s3.put_object(Bucket=BUCKET, Key=entry_key(5), Body=b"nothing\n")
    account.s3.put_object(Bucket=BUCKET, Key="ledger/entries/9", Body=b"")
    account.s3.put_object(Bucket=BUCKET, Key="ledger/packs/00000000", Body=b"nothing\n")

    ran = account.team.runs("ledger", "check")

    words = " ".join(ran.out.split())
    assert ran.code == 1
    assert "entry 4 is missing" in words
    assert "entry 5 is not a ledger entry" in words
    assert "ledger/entries/9 is not part of a ledger" in words
    assert "ledger/packs/00000000" in words
    log = account.team.runs("ledger")
    assert log.code == 1
    assert "Nothing can be bought until this is settled" in " ".join(log.out.split())


def test_an_unreadable_entry_is_passed_over_by_a_person(account: Account):
    account.writes(opened())
    account.s3.put_object(Bucket=BUCKET, Key=entry_key(2), Body=b"nothing\n")

    void = account.team.runs("ledger", "void", "--unreadable", "2", "--reason", "no version", "--auto-approve")
    again = account.team.runs("ledger", "void", "--unreadable", "2", "--reason", "no version", "--auto-approve")

    assert (void.code, "entry 2 is passed over" in void.out) == (0, True), void.err
    assert (again.code, "is passed over already" in " ".join(again.out.split())) == (1, True)
    assert account.team.runs("ledger", "check").code == 0
    assert "is passed over by" in account.team.runs("ledger").out


def test_a_purchase_is_not_voided_while_aws_may_accept_its_request(account: Account):
    account.writes(opened(), account.buys("rally-outcome", left=timedelta(minutes=5)))

    ran = account.team.runs("ledger", "void", "rally-outcome", "--reason", "cancelled", "--auto-approve")

    assert ran.code == 1
    words = " ".join(ran.out.split())
    assert "must not be voided before" in words
    assert "UTC" in words
    for way in ("wait until", "apply again", "`rerun_of`"):
        assert way in words
    assert account.ledger.read().end == 2


def test_a_purchase_whose_job_exists_is_not_voided(account: Account):
    account.writes(opened(), account.buys("rally-outcome"))
    account.makes("rally-outcome")

    ran = account.team.runs("ledger", "void", "rally-outcome", "--reason", "cancelled", "--auto-approve")
    check = account.team.runs("ledger", "check")

    assert (ran.code, "exists" in ran.out) == (1, True)
    assert (check.code, "exists in AWS, and the ledger does not say so yet" in " ".join(check.out.split())) == (1, True)
    assert account.ledger.read().end == 2


def test_a_dead_purchase_is_voided_and_its_job_that_arrives_nevertheless_is_a_contradiction(account: Account):
    account.writes(opened(), account.buys("rally-outcome"))
    assert account.team.runs("ledger", "check").code == 1

    ran = account.team.runs("ledger", "void", "rally-outcome", "--reason", "cancelled", "--auto-approve")

    assert (ran.code, "is void. Its clips can be bought again." in " ".join(ran.out.split())) == (0, True), ran.err
    assert account.team.runs("ledger", "check").code == 0
    [purchase] = account.team.runs("ledger", "log", "--format", "json").json["purchases"]
    assert (purchase["state"], purchase["void"]["reason"]) == ("void", "cancelled")
    account.writes(account.buys("rally-two", CLIPS[1:3], labels=("no", "yes")))
    account.makes("rally-outcome")
    check = account.team.runs("ledger", "check")
    words = " ".join(check.out.split())
    assert "(cancelled), but the job exists; bought again since then: 1 clip by rally-two (entry 4" in words


def test_a_purchase_in_another_region_is_voided_there(account: Account):
    account.writes(
        opened(), a_purchase("rally-outcome", job=a_job("rally-outcome", account=ACCOUNT, region="eu-west-1"))
    )

    ran = account.team.runs("ledger", "void", "rally-outcome", "--reason", "cancelled", "--auto-approve")

    assert (ran.code, "was bought in account" in ran.err) == (2, True)
    assert "eu-west-1" in ran.err


@pytest.mark.parametrize(("keys", "code", "end"), [(b"yes\n", 0, 3), (b"y\n", 1, 2), (b"\n", 1, 2), (EOF, 1, 2)])
def test_at_a_terminal_void_asks_and_writes_nothing_on_anything_but_yes(
    account: Account, keys: bytes, code: int, end: int
):
    account.writes(opened(), account.buys("rally-outcome"))
    terminal = terminal_of(account.team, "ledger", "void", "rally-outcome", "--reason", "cancelled")

    assert terminal.shows("Only `yes` is accepted: "), terminal.shown
    assert "Void rally-outcome (entry 2, 2 clips, $0.16)" in terminal.shown
    terminal.types(keys)

    assert terminal.ends() == code, terminal.shown
    assert account.ledger.read().end == end
    assert ("Nothing was written to the ledger." in terminal.shown) is bool(code)


def test_without_a_terminal_void_needs_its_flag(account: Account):
    account.writes(opened(), account.buys("rally-outcome"))

    ran = account.team.runs("ledger", "void", "rally-outcome", "--reason", "cancelled")

    assert (ran.code, "--auto-approve" in ran.err) == (2, True)
    assert account.ledger.read().end == 2


def test_without_the_bucket_every_command_fails_as_an_external_failure(account: Account):
    write_infrastructure(account.team.folder, ledger_bucket="not-there")

    commands = (("log",), ("check",), ("open",), ("adopt", "x"), ("void", "x", "--reason", "y", "--auto-approve"))

    assert [account.team.runs("ledger", *command).code for command in commands] == [3] * 5


def test_looking_changes_nothing(account: Account):
    account.makes("rally-outcome")
    account.writes(opened())
    before = account.team.mutating_calls()

    account.team.runs("ledger")
    account.team.runs("ledger", "check")

    assert account.team.mutating_calls() == before
