"""Two environments in two Regions in one repository: no job crosses, and a trial is promoted under the eyes of the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from end_to_end.organization import FOUL, Checkout, Organization, rallies, rally
from end_to_end.test_overlap_across_places import builds_ireland
from support.aws import prerequisites
from support.builders import ACCOUNT, REGION, an_infrastructure, some_data
from support.cli import Ran

ENTRY = {"inputs": ["s3://clips/", "s3://clips-eu/"], "teams": ["*"]}
PLACES = {"staging.virginia": "virginia.json", "ireland": "ireland.json"}


class Repository:
    """A repository with a folder for each environment."""

    def __init__(self, organization: Organization) -> None:
        """Write its policy, and what Terraform says of each environment."""
        ireland = an_infrastructure(**{"ledger_bucket": "ledger", **builds_ireland()})
        virginia = an_infrastructure(ledger_bucket="ledger", environment="staging")
        self.checkout: Checkout = organization.checkout("both")
        self.folder: Path = self.checkout.folder
        for name, infrastructure in (("virginia", virginia), ("ireland", ireland)):
            text = json.dumps(prerequisites.as_file_content(infrastructure))
            (self.folder / f"{name}.json").write_text(text)
        (self.folder / "jobs").mkdir()
        policy = {
            "folders": {"trials": ENTRY, "docks": ENTRY},
            "environments": {
                "staging.virginia": {"account_id": ACCOUNT, "region": REGION, "folders": ["trials"]},
                "ireland": {"account_id": ACCOUNT, "region": "eu-west-1"},
            },
        }
        (self.folder / "jobs/policy.yaml").write_text(json.dumps(policy))

    def declares(self, folder: str, name: str, clips: dict[str, Any], **changes: Any) -> None:
        path = self.folder / f"jobs/{folder}/{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(some_data(**{"name": name, "task": FOUL, "input": clips, **changes})))

    def runs(self, environment: str, *arguments: str) -> Ran:
        given = ("--environment", environment, "--infrastructure", PLACES[environment])
        return self.checkout.runs(*arguments, *given)

    def outcomes(self, environment: str) -> dict[str, str]:
        ran = self.runs(environment, "apply", "--auto-approve", "--format", "json")
        return {outcome["name"]: outcome["result"] for outcome in ran.json["outcomes"]}


def test_each_environment_plans_and_creates_its_own_jobs_and_no_others(organization: Organization):
    repository = Repository(organization)
    repository.declares("trials", "foul-trial", rallies(1, 3))
    repository.declares("docks", "foul-docks", {"objects": ["s3://clips-eu/rally-101.mp4"]})

    plans = {environment: repository.runs(environment, "plan") for environment in PLACES}
    assert ("foul-trial" in plans["staging.virginia"].out, "foul-docks" in plans["staging.virginia"].out) == (
        True,
        False,
    )
    assert ("foul-trial" in plans["ireland"].out, "foul-docks" in plans["ireland"].out) == (False, True)
    assert repository.outcomes("staging.virginia") == {"foul-trial": "created"}
    assert organization.jobs("eu-west-1") == {}
    assert repository.outcomes("ireland") == {"foul-docks": "created"}
    assert (set(organization.jobs()), set(organization.jobs("eu-west-1"))) == ({"foul-trial"}, {"foul-docks"})
    for environment in PLACES:
        assert "declared" not in repository.runs(environment, "plan").out
    assert "foul-docks" in repository.runs("ireland", "status").out
    assert "foul-docks" not in repository.runs("staging.virginia", "status").out


def test_an_environment_refuses_the_infrastructure_of_another(organization: Organization):
    repository = Repository(organization)
    repository.declares("trials", "foul-trial", rallies(1, 3))

    ran = repository.checkout.runs(
        "apply", "--auto-approve", "--environment", "staging.virginia", "--infrastructure", "ireland.json"
    )

    assert ran.code == 2
    assert "the infrastructure is of ireland" in ran.err
    assert (organization.jobs(), organization.jobs("eu-west-1")) == ({}, {})


def test_a_problem_in_one_environment_does_not_stop_the_other(organization: Organization):
    repository = Repository(organization)
    repository.declares("trials", "foul-trial", rallies(1, 3))
    repository.declares("docks", "foul-docks", {"objects": ["s3://clips-eu/rally-101.mp4"]}, labels=7)

    assert repository.runs("ireland", "plan").code == 1
    assert repository.outcomes("staging.virginia") == {"foul-trial": "created"}


def test_a_trial_keeps_its_name_in_production_and_its_clips_are_not_bought_again(organization: Organization):
    repository = Repository(organization)
    repository.declares("trials", "foul-may", rallies(1, 3))
    repository.outcomes("staging.virginia")
    clips = {"objects": [rally(3), "s3://clips-eu/rally-101.mp4"]}
    repository.declares("docks", "foul-may", clips)

    refused = repository.runs("ireland", "plan")
    assert f"already asked by foul-may in account {ACCOUNT}, {REGION}" in refused.out
    repository.declares("docks", "foul-may", {**clips, "only_new": True})

    assert repository.outcomes("ireland") == {"foul-may": "created"}
    assert dict(organization.asked("eu-west-1")) == {"s3://clips-eu/rally-101.mp4": 1}


def test_jobs_of_one_name_are_imported_into_the_folders_of_their_environments(organization: Organization):
    repository = Repository(organization)
    repository.declares("trials", "foul-may", rallies(1, 3))
    repository.outcomes("staging.virginia")
    (repository.folder / "jobs/trials/foul-may.yaml").rename(repository.folder / "foul-may.yaml")
    repository.declares("docks", "foul-may", {"objects": ["s3://clips-eu/rally-101.mp4"]})

    def imports(place: str, *arguments: str) -> Ran:
        return repository.checkout.runs("import", "foul-may", *arguments, "--dry-run", "--infrastructure", place)

    elsewhere = imports("virginia.json", "--folder", "jobs/docks")
    in_virginia = imports("virginia.json")
    (repository.folder / "jobs/policy.yaml").write_text(
        (repository.folder / "jobs/policy.yaml").read_text().replace(REGION, "us-west-2")
    )
    nowhere = imports("virginia.json")

    assert elsewhere.code == 2
    assert "--folder jobs/docks belongs to environment ireland, and the jobs are in staging.virginia" in elsewhere.err
    # The file of another environment's job has the same name, and says nothing about this one.
    assert "groundctl made it from a file that is not here now" in in_virginia.out.replace("\n ", "")
    assert nowhere.code == 2
    assert "jobs/policy.yaml has no environment staging" in nowhere.err
