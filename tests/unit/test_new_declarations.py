"""`groundctl new` writes a file that passes `validate` beside any policy, apart from the placeholders that it names."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from declarations.generated_policies import policies
from declarations.layouts import written
from groundctl.app.adoption.new_declaration import NewDeclaration, look_around, new_declaration
from groundctl.app.validate import load_policy
from groundctl.domain.adoption.new.place import refuse_path
from groundctl.domain.adoption.new.starter import Given
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, Severity
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.validator import Validator
from groundctl.errors import UsageError
from support.builders import CHECKOUT, an_infrastructure


@dataclass(frozen=True)
class Beside:
    """A repository with a policy, an infrastructure, and other declarations."""

    policy: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] | None = None
    others: tuple[str, ...] = ()
    policy_path: str = "jobs/policy.yaml"

    def declarations(self, _given: Any = ()) -> tuple[str, ...]:
        raise AssertionError

    def unread(self, _given: Any = ()) -> tuple[LocatedDiagnostic, ...]:
        return ()

    def read(self, path: str) -> bytes:
        raise AssertionError(path)

    def read_policy(self) -> bytes | None:
        return written(self.policy).encode() if self.policy else None

    def read_kept_infrastructure(self) -> bytes | None:
        return None if self.kept is None else json.dumps(self.kept).encode()

    def read_text_beside(self, _declaration: str, name: str) -> str | Diagnostic:
        return Diagnostic(rule="GT401", message=f"{name} is missing", hint="add it")

    read_manifest_beside = read_text_beside

    def schema(self, name: str) -> dict[str, Any]:
        return CHECKOUT.schema(name)


DECLARATIONS = SchemaCheck(CHECKOUT.schema("labeling-job"))
STATED = Given()


def new(path: str, beside: Beside, given: Given = STATED, schema: str | None = None) -> NewDeclaration:
    return new_declaration(beside, path, given, look_around(beside, path, beside.others), schema=schema)  # type: ignore[arg-type]


def problems(made: NewDeclaration, beside: Beside) -> list[LocatedDiagnostic]:
    policy, _ = load_policy(beside)  # type: ignore[arg-type]
    validator = Validator(schema=DECLARATIONS, policy=policy, read_text=beside.read_text_beside)
    return list(validator.check(made.path, made.text.encode()).problems)


def is_named(problem: LocatedDiagnostic, made: NewDeclaration) -> bool:
    place = ".".join(step.replace("~1", "/").replace("~0", "~") for step in problem.pointer.split("/")[1:])
    return any(place.startswith(name) for name in made.to_write) or any(problem.message in one for one in made.remarks)


# Not made smaller: a policy has a hundred parts, and what is not named is in the message.
@settings(
    max_examples=40, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(policies(), st.data())
def test_the_file_passes_beside_every_policy_but_for_what_it_names(policy: dict[str, Any], data: st.DataObject):
    folders = [name for name in policy.get("folders", {}) if refuse_path(f"jobs/{name}/clips-1.yaml") is None]
    folder = data.draw(st.sampled_from([*folders, "own"]))
    beside = Beside(policy=policy)

    made = new(f"jobs/{folder}/clips-1.yaml", beside)

    found = [one for one in problems(made, beside) if one.severity is Severity.ERROR or one.rule.startswith("GT5")]
    assert [one for one in found if not is_named(one, made)] == []
    assert yaml.safe_load(made.text)["name"] == "clips-1"


SPORTS = {
    "folders": {"sports": {"inputs": ["s3://own/rallies/"], "teams": ["reviewers"], "required_tags": ["cost-center"]}}
}


def test_it_takes_team_prefix_and_tags_from_the_policy():
    beside = Beside({**SPORTS, "defaults": {"tags": {"cost-center": "c-7"}}})
    made = new("jobs/sports/foul.yaml", beside)
    data = yaml.safe_load(made.text)

    assert (data["workforce"]["team"], data["input"]["prefix"]) == ("reviewers", "s3://own/rallies/")
    assert data["tags"] == {"cost-center": "c-7"}
    assert made.to_write == ("task.title", "task.description", "task.labels", "task.instructions")


def test_whose_money_it_is_stays_a_placeholder():
    made = new("jobs/sports/foul.yaml", Beside(SPORTS))

    assert yaml.safe_load(made.text)["tags"] == {"cost-center": "your-cost-center"}
    assert "tags.cost-center" in made.to_write


def test_a_file_directly_in_jobs_has_no_folder_as_its_owner():
    assert yaml.safe_load(new("jobs/foul.yaml", Beside()).text)["owner"] == "your-team"


def test_the_only_team_of_the_infrastructure_is_taken_where_the_policy_allows_all():
    policy = {"folders": {"sports": {"inputs": ["s3://own/"], "teams": ["*"]}}}
    kept = an_infrastructure_file(teams=["only"])
    assert yaml.safe_load(new("jobs/sports/foul.yaml", Beside(policy, kept)).text)["workforce"]["team"] == "only"

    kept = an_infrastructure_file(teams=["one", "other"])
    assert "workforce.team" in new("jobs/sports/foul.yaml", Beside(policy, kept)).to_write


def an_infrastructure_file(teams: list[str]) -> dict[str, Any]:
    made = an_infrastructure()
    arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/"
    return {
        "format_version": 1,
        "environment": made.environment,
        "account_id": made.account_id,
        "region": made.region,
        "artifact_bucket": made.artifact_bucket,
        "output_bucket": made.output_bucket,
        "ledger_bucket": made.ledger_bucket,
        "ledger_id": None,
        "execution_role_arn": made.execution_role_arn,
        "input_buckets": ["own"],
        "kms_key_arn": None,
        "work_teams": {team: {"arn": f"{arn}{team}", "kind": "private"} for team in teams},
    }


def test_the_environment_of_the_folder_gives_the_region():
    places = {"test.eu-west-1": {"account_id": "111122223333", "region": "eu-west-1", "folders": ["sports"]}}
    made = new("jobs/sports/foul.yaml", Beside({**SPORTS, "environments": places}))

    assert yaml.safe_load(made.text)["region"] == "eu-west-1"
    assert "# Created in test.eu-west-1, which has this folder." in made.text


def test_a_default_that_is_not_allowed_is_replaced_and_named():
    made = new("jobs/sports/foul.yaml", Beside({**SPORTS, "defaults": {"team": "strangers", "task_time_limit": "9d"}}))
    data = yaml.safe_load(made.text)

    assert (data["workforce"]["team"], data["workforce"]["task_time_limit"]) == ("reviewers", "10m")
    assert any('"strangers", which jobs/policy.yaml does not allow' in remark for remark in made.remarks)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Given(team="strangers"), '--team: workforce.team is "strangers", which jobs/policy.yaml does not allow'),
        (Given(prefix="s3://elsewhere/x/"), "--prefix: input.prefix is outside the prefixes"),
        (Given(prefix="elsewhere"), "--prefix: "),
        (Given(workers=12), "--workers: workforce.workers_per_object is 12"),
        (Given(title="x" * 129), "--title: task.title has 129 characters"),
        (Given(labels=("a", "A")), "--label: "),
        (Given(labels=("",)), "--label: "),
        (Given(owner="a\u200bb"), "--owner: "),
        (Given(budget_usd=Decimal("1e9")), "--budget: budget.usd is 1,000,000,000"),
        (Given(owner="\ud800"), "a value is not text"),
    ],
)
def test_what_the_author_states_wrongly_is_refused(given: Given, words: str):
    with pytest.raises(UsageError) as refused:
        new("jobs/sports/foul.yaml", Beside(SPORTS), given)

    assert refused.value.message.startswith(words)


def test_what_the_author_states_is_written_as_it_is():
    stated = Given(
        team="reviewers",
        prefix="s3://own/rallies/new/",
        title='What is "it"? #1: no',
        labels=("yes", "no", "010", "a: b", "# x", "[c]"),
        workers=2,
        owner="Zoë & co",
        budget_usd=Decimal("12.50"),
    )
    data = yaml.safe_load(new("jobs/sports/foul.yaml", Beside(SPORTS), stated).text)

    assert data["task"]["labels"] == list(stated.labels)
    assert (data["task"]["title"], data["owner"], data["budget"]) == (stated.title, stated.owner, {"usd": 12.5})


@pytest.mark.parametrize(
    "path",
    [
        "x.yaml", "terraform/x.yaml", "jobs/../x.yaml", "jobs", "jobs/policy.yaml", "jobs/.x.yaml", "jobs/.a/x.yaml",
        "jobs/a/x.yml", "jobs/a/x.YAML", "jobs/a/x", "jobs/a/x.yaml.txt", "jobs/a/a_b.yaml", "jobs/a/-x.yaml",
        "jobs/a\u200b/x.yaml", f"jobs/a/{'x' * 64}.yaml", "jobs/a/x.json",
    ],
)  # fmt: skip
def test_a_path_that_is_no_place_for_a_declaration_is_refused(path: str):
    refused = refuse_path(path)

    assert refused is not None
    assert refused.hint


@pytest.mark.parametrize("path", ["jobs/x.yaml", "jobs/a/x.yaml", "jobs/a/b/x-1.yaml", f"jobs/a/{'x' * 63}.yaml"])
def test_other_paths_in_jobs_are_fine(path: str):
    assert refuse_path(path) is None


def test_a_name_that_another_file_has_is_refused():
    with pytest.raises(UsageError, match=r"jobs/other/Foul.yaml already declares a job of this name"):
        new("jobs/sports/foul.yaml", Beside(others=("jobs/other/Foul.yaml",)))


def test_the_modeline_is_written_where_there_is_a_schema():
    line = "# yaml-language-server: $schema=../../.groundctl/schema.json\n"

    assert new("jobs/a/x.yaml", Beside(), schema="../../.groundctl/schema.json").text.startswith(line)
    assert "$schema" not in new("jobs/a/x.yaml", Beside()).text
