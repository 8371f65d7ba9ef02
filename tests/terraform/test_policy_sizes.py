"""Every policy fits AWS's quotas: with each example, with long names, and as applied. What cannot fit, a plan refuses.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from groundctl.adapters.terraform.settings import read_settings
from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from groundctl.errors import ExternalError
from support.terraform.kept_provider import kept_provider
from support.terraform.plan import Plan, resources
from terraform.github_access import ACCOUNT, COMPANY, GITHUB, IAM, SETTINGS, texts
from terraform.infrastructure import QUIET, SOURCE, Applied, a_module, a_simulator, client, plan_with

pytestmark = [pytest.mark.xdist_group("policy-sizes"), QUIET]

MANAGED, INLINE, TRUST, BUCKET = 6_144, 10_240, 2_048, 20_480
EXAMPLES = sorted(file.stem for file in (SOURCE / "environments").glob("*.tfvars"))
PRODUCTION = "production.us-east-1"
VARIABLES = ("catalog", "data", "environment", "events", "existing_teams", "tags", "teams", "topics", "workforce")
# As in a repository that calls the workflows of another one, in the middle of an upgrade.
UPGRADING = {
    **GITHUB,
    "tool": {"repository": "groundctl/groundctl", "refs": ["refs/tags/v0.10.10", "refs/tags/v0.11.0"]},
}

Settings = dict[str, Any]


def size(policy: str | Mapping[str, Any]) -> int:
    """Return the number of characters that AWS counts: all except white space."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    return len(json.dumps(document, separators=(",", ":")))


def too_long(plan: Plan) -> Iterator[str]:
    """Name what exceeds a quota in a plan. A text that is known only after the apply is not in a plan."""
    for kind, attribute, most in (
        ("aws_iam_policy", "policy", MANAGED),
        ("aws_iam_role", "assume_role_policy", TRUST),
        ("aws_s3_bucket_policy", "policy", BUCKET),
    ):
        yield from (
            each["address"]
            for each in resources(plan, kind)
            if size(each.get("values", {}).get(attribute, "{}")) > most
        )
    inline: dict[str, int] = {}
    for each in resources(plan, "aws_iam_role_policy"):
        role = each["values"]["role"]
        inline[role] = inline.get(role, 0) + size(each["values"].get("policy", "{}"))
    yield from (role for role, characters in inline.items() if characters > INLINE)


@pytest.fixture(scope="module")
def planning(tmp_path_factory: pytest.TempPathFactory, code: Stack) -> Iterator[Mapping[str, str]]:
    """A separate simulator, and a provider that keeps running."""
    with (
        a_simulator(tmp_path_factory.mktemp("simulator")) as simulated,
        kept_provider(code.folder, simulated) as environment,
    ):
        yield environment


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, planning: Mapping[str, str]) -> Stack:
    """The root, ready to be planned."""
    stack = Stack(make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "root"), environment=planning)
    stack.init()
    return stack


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory, planning: Mapping[str, str]) -> Stack:
    """The module github-access alone."""
    return a_module("github-access", tmp_path_factory.mktemp("terraform") / "access", planning)


def example(name: str, scratch: Path) -> Settings:
    """Read an example, give it roles for GitHub and a new key, and spare the provider a wait."""
    settings = read_settings(SOURCE / f"environments/{name}.tfvars", VARIABLES, scratch=scratch)
    data = {**(settings["data"] or {}), "lifecycle": {"enabled": False}}
    data["encryption"] = {**data.get("encryption", {}), "key_arn": None}
    state = {"bucket": f"acme-groundctl-state-{ACCOUNT}", "key": f"{name}.tfstate"}
    given = {key: value for key, value in settings.items() if value is not None}
    return {**given, "data": data, "github": {**UPGRADING, "state": state}}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_policies_of_an_example_fit(root: Stack, tmp_path: Path, name: str) -> None:
    planned = plan_with(root, example(name, tmp_path))

    assert list(too_long(planned)) == []
    assert len(list(resources(planned, "aws_iam_policy"))) == 5


def test_what_an_apply_of_production_creates_fits(root: Stack, planning: Mapping[str, str], tmp_path: Path) -> None:
    file = root.folder / "applied.tfvars.json"
    settings = example(PRODUCTION, tmp_path)
    settings["data"]["access_logs"] = {"enabled": False}  # the bucket for them is of others
    file.write_text(json.dumps(settings))
    applied = Applied(stack=root, var_file=Path(file.name), environment=planning)

    root.apply(var_file=Path(file.name))

    iam = client(applied, "iam")
    ours = [each for each in iam.list_roles()["Roles"] if each["RoleName"].startswith("groundctl-production-")]
    assert len(ours) >= 9
    for role in ours:
        name = role["RoleName"]
        named = iam.list_role_policies(RoleName=name)["PolicyNames"]
        texts = [iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in named]
        assert sum(map(size, texts)) <= INLINE, name
        assert size(role["AssumeRolePolicyDocument"]) <= TRUST, name
        assert "the-key-that" not in json.dumps(texts), name
    boundaries = [each["Arn"] for each in iam.list_policies(Scope="Local")["Policies"]]
    assert len(boundaries) == 5
    for arn in boundaries:
        version = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
        assert size(version) <= MANAGED, arn
        assert "the-key-that" not in json.dumps(version), arn
    applying = iam.get_role_policy(RoleName="groundctl-production-github-apply-us-east-1", PolicyName="apply")
    infrastructure = root.outputs()
    for arn in [infrastructure["kms_key_arn"], infrastructure["execution_role_arn"]]:
        assert arn in json.dumps(applying["PolicyDocument"])
    for team in infrastructure["work_teams"].values():
        assert team["arn"] in json.dumps(applying["PolicyDocument"])


def longest(
    *, buckets: int = 2, teams: int = 8, keys: int = 3, key: int = 40, refs: int = 1, path: str = "/"
) -> Settings:
    """Return settings with names as long as they may be, in the Region with the longest name."""
    name, region = "groundctl-fifteen-letters", "ap-northeast-1"
    ours = {kind: f"{name}-{kind}-{ACCOUNT}-{region}" for kind in ("artifacts", "outputs")}
    kms = f"arn:aws:kms:{region}:{ACCOUNT}:key/"
    team = f"arn:aws:sagemaker:{region}:{ACCOUNT}:workteam/private-crowd/"
    return {
        "context": {**SETTINGS["context"], "name": name, "region": region, "role_path": path},
        "github": {
            **GITHUB,
            "repository": f"{'o' * 39}/{'r' * 50}",
            "tool": {"repository": f"{'p' * 39}/groundctl", "refs": [f"refs/tags/v0.{each}.0" for each in range(refs)]},
        },
        "labeling": {
            "input_buckets": [f"{each:03}{'b' * 60}" for each in range(buckets)],
            "artifact_bucket": ours["artifacts"],
            "output_bucket": ours["outputs"],
            "ledger_bucket": "l" * 63,
            "execution_role_arn": f"{IAM}:role{path}{name}-labeling-{region}",
            "work_team_arns": [f"{team}{each:03}{'t' * 60}" for each in range(teams)],
            "data_key": {"arn": f"{kms}{'d' * 36}"},
            "read_key_arns": [f"{kms}{each:036}" for each in range(keys)],
        },
        "infrastructure": {
            "state": {"bucket": "s" * 63, "key": "k" * key, "kms_key_arn": f"{kms}{'s' * 36}"},
            "tag": {"key": "groundctl:environment", "value": "fifteen-letters"},
            "service_role_arns": [
                f"{IAM}:role{path}{name}-{each}-{region}" for each in ("events", "tags", "stuck-jobs")
            ],
        },
    }


def test_the_longest_names_fit(module: Stack) -> None:
    planned = plan_with(module, longest())

    assert list(too_long(planned)) == []
    assert {kind: size(text) for kind, text in texts(planned, "aws_iam_policy", "policy").items()}["record"] > 5_000


def test_the_longest_names_fit_under_a_boundary_of_the_company(module: Stack) -> None:
    settings = longest(buckets=1, teams=2, keys=1)
    settings["context"] |= {"permissions_boundary_arn": COMPANY["permissions_boundary_arn"]}

    assert list(too_long(plan_with(module, settings))) == []


# Several roles are too long at once, and Terraform names whichever it comes to first.
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (longest(key=1000), r"permissions boundary of the \w+ role would have"),
        (longest(path=f"/{'p' * 510}/"), r"permissions boundary of the \w+ role would have"),
        (longest(buckets=30), r"The policy of the \w+ role would have"),
        (longest(teams=60), r"The policy of the \w+ role would have"),
        (longest(keys=60), r"The policy of the \w+ role would have"),
        (longest(refs=9), r"The trust policy of the \w+ role would have"),
    ],
    ids=["state key", "path", "buckets", "teams", "keys", "refs"],
)
def test_what_does_not_fit_is_refused_by_a_plan(module: Stack, settings: Settings, said: str) -> None:
    with pytest.raises(ExternalError, match=said):
        plan_with(module, settings)


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        (
            "labeling-execution",
            {
                "access": {
                    "inputs": {"acme-clips": [f"{each:090}/" for each in range(100)]},
                    "artifact_bucket": "acme-artifacts",
                    "output_bucket": "acme-outputs",
                }
            },
            "policy of the role that Ground Truth assumes would have",
        ),
        (
            "labeling-data",
            {
                "execution_role_name": "labeling",
                "worker_responses": {"readers": [f"{IAM}:role/{each:064}" for each in range(250)]},
            },
            "Name fewer roles in data.worker_responses.readers",
        ),
        (
            "labeling-ledger",
            {"policy_writers": [f"{IAM}:role/{each:064}" for each in range(250)]},
            "Name fewer roles in ledger.new.appenders",
        ),
    ],
)
def test_a_policy_elsewhere_that_does_not_fit_is_refused_by_a_plan(
    planning: Mapping[str, str], tmp_path: Path, name: str, settings: Settings, said: str
) -> None:
    stack = a_module(name, tmp_path / name, planning)

    with pytest.raises(ExternalError) as caught:
        plan_with(stack, {"context": SETTINGS["context"], **settings})

    assert said in " ".join(str(caught.value).split()).replace("│ ", "")


def test_a_fresh_setup_is_refused_before_anything_is_created(root: Stack, tmp_path: Path) -> None:
    settings = example(PRODUCTION, tmp_path) | {"role_path": f"/{'p' * 500}/"}

    with pytest.raises(ExternalError, match="permissions boundary of the"):
        plan_with(root, settings)
