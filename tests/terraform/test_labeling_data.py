"""The buckets for clips, job files and labels are protected: assertions on a real plan, each shown to work.

Every mutant below is the plan with one thing made wrong, and has to be found by the rule that is meant for it.
"""

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from support.aws.client import aws_client
from support.terraform.bucket_checks import faults
from support.terraform.plan import Plan, resources
from terraform.infrastructure import QUIET, SOURCE, copy_settings

pytestmark = [
    pytest.mark.xdist_group("applied-terraform"),
    QUIET,
]

Change = Callable[[dict[str, Any]], None]  # of a resource's values


SETTINGS = Path("plain.tfvars")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, planning_aws: Mapping[str, str]) -> Stack:
    """A stack with minimal settings."""
    folder = make_working_copy(SOURCE, tmp_path_factory.mktemp("terraform") / "plain")
    copy_settings(SETTINGS.name, folder)
    stack = Stack(folder, environment=planning_aws)
    stack.init()
    return stack


@pytest.fixture(scope="module")
def planned(stack: Stack) -> Plan:
    """Terraform's plan for it."""
    return stack.plan(var_file=SETTINGS)


def test_the_plan_has_no_fault(planned: Plan) -> None:
    assert [each["index"] for each in resources(planned, "aws_s3_bucket")] == ["artifacts", "inputs", "logs", "outputs"]
    assert faults(planned) == []


def setting(name: str, value: object) -> Change:
    """Give a resource another value."""
    return lambda values: values.update({name: value})


def each_statement(change: Change, *, sid: str = "", attribute: str = "policy") -> Change:
    """Change all statements of a policy, or those with one Sid."""

    def changed(values: dict[str, Any]) -> None:
        document = json.loads(values[attribute])
        for statement in document["Statement"]:
            if sid in ("", statement["Sid"]):
                change(statement)
        values[attribute] = json.dumps(document)

    return changed


def without_statement(sid: str) -> Change:
    """Remove a statement from a policy."""

    def changed(values: dict[str, Any]) -> None:
        document = json.loads(values["policy"])
        document["Statement"] = [statement for statement in document["Statement"] if statement["Sid"] != sid]
        values["policy"] = json.dumps(document)

    return changed


def cors(**values: object) -> Change:
    """Change the CORS rule."""
    return lambda bucket: bucket["cors_rule"][0].update(values)


def weaker_encryption(values: dict[str, Any]) -> None:
    """Encrypt a bucket with S3's own keys."""
    values["rule"][0]["apply_server_side_encryption_by_default"][0]["sse_algorithm"] = "AES256"


def trusting(values: dict[str, Any]) -> None:
    """Admit another principal to a role or a key."""
    values["Principal"]["AWS"] = "*"


S3 = "aws_s3_bucket"
# Rule, resource type, resource, and the change that breaks the rule.
MUTANTS: list[tuple[str, str, str, Change]] = [
    ("tls", f"{S3}_policy", "inputs", without_statement("RefuseWithoutTls")),
    ("tls", f"{S3}_policy", "outputs", without_statement("RefuseOldTls")),
    ("tls", f"{S3}_policy", "logs", each_statement(setting("Principal", {"AWS": "*"}), sid="RefuseWithoutTls")),
    ("tls", f"{S3}_policy", "inputs", each_statement(setting("Resource", "arn:aws:s3:::b/*"), sid="RefuseWithoutTls")),
    ("tls", f"{S3}_policy", "inputs", each_statement(setting("Action", "s3:GetObject"), sid="RefuseWithoutTls")),
    ("public access", f"{S3}_public_access_block", "inputs", setting("block_public_acls", False)),
    ("public access", f"{S3}_public_access_block", "artifacts", setting("block_public_policy", False)),
    ("public access", f"{S3}_public_access_block", "outputs", setting("ignore_public_acls", False)),
    ("public access", f"{S3}_public_access_block", "logs", setting("restrict_public_buckets", False)),
    ("public access", f"{S3}_public_access_block", "inputs", setting("bucket", "another")),
    ("ownership", f"{S3}_ownership_controls", "outputs", setting("rule", [{"object_ownership": "ObjectWriter"}])),
    ("versioning", f"{S3}_versioning", "artifacts", setting("versioning_configuration", [{"status": "Suspended"}])),
    ("encryption", f"{S3}_server_side_encryption_configuration", "outputs", weaker_encryption),
    ("encryption", f"{S3}_server_side_encryption_configuration", "inputs", setting("rule", [])),
    ("key", "aws_kms_key", "0", setting("enable_key_rotation", False)),
    ("key", "aws_kms_key", "0", without_statement("GroundTruthEncryptsAndDecrypts")),
    (
        "key",
        "aws_kms_key",
        "0",
        each_statement(setting("Action", ["kms:Decrypt"]), sid="GroundTruthEncryptsAndDecrypts"),
    ),
    ("cors", f"{S3}_cors_configuration", "0", cors(allowed_methods=["GET", "PUT"])),
    ("cors", f"{S3}_cors_configuration", "0", cors(allowed_headers=["*"])),
    ("cors", f"{S3}_cors_configuration", "0", cors(expose_headers=[])),
    ("cors", f"{S3}_cors_configuration", "0", cors(allowed_origins=["https://example.com"])),
    ("cors", f"{S3}_cors_configuration", "0", setting("cors_rule", [])),
    ("principal", "aws_kms_key", "0", each_statement(trusting, sid="AccountDecidesWithIam")),
    ("principal", f"{S3}_policy", "logs", each_statement(trusting, sid="LogDeliveryOfOurBuckets")),
    ("principal", "aws_iam_role", "", each_statement(trusting, attribute="assume_role_policy")),
    ("write-once", f"{S3}_policy", "artifacts", without_statement("WriteOnce")),
    ("write-once", f"{S3}_policy", "artifacts", without_statement("KeepWhatIsWritten")),
    ("write-once", f"{S3}_policy", "artifacts", each_statement(setting("Condition", {"Null": {}}), sid="WriteOnce")),
    (
        "write-once",
        f"{S3}_policy",
        "artifacts",
        each_statement(lambda statement: statement["Resource"].pop(), sid="WriteOnce"),
    ),
    (
        "write-once",
        f"{S3}_policy",
        "artifacts",
        each_statement(lambda statement: statement["Action"].remove("s3:DeleteObjectVersion"), sid="KeepWhatIsWritten"),
    ),
    ("recorded plans", f"{S3}_policy", "artifacts", without_statement("PlansOfTheirRecorder")),
    (
        "recorded plans",
        f"{S3}_policy",
        "artifacts",
        each_statement(
            setting("Condition", {"StringNotEquals": {"aws:PrincipalArn": ["*"]}}), sid="PlansOfTheirRecorder"
        ),
    ),
    ("access logs", f"{S3}_logging", "outputs", setting("bucket", "another")),
    ("trust", "aws_iam_role", "", each_statement(setting("Condition", {}), attribute="assume_role_policy")),
    ("destroy", S3, "outputs", setting("force_destroy", True)),
]


@pytest.mark.parametrize(
    ("rule", "kind", "index", "change"), MUTANTS, ids=[f"{rule}-{number}" for number, (rule, *_) in enumerate(MUTANTS)]
)
def test_a_plan_with_one_fault_is_found_by_its_rule(
    planned: Plan, rule: str, kind: str, index: str, change: Change
) -> None:
    mutant = copy.deepcopy(planned)
    [first, *_] = [each for each in resources(mutant, kind) if str(each.get("index", "")) == index]

    change(first["values"])

    assert {fault.split(":")[0] for fault in faults(mutant)} == {rule}


def test_cors_on_a_bucket_that_workers_never_use_is_found(planned: Plan) -> None:
    mutant = copy.deepcopy(planned)
    [rule] = resources(mutant, "aws_s3_bucket_cors_configuration")
    labels = next(each["values"] for each in resources(mutant, S3) if each["index"] == "outputs")
    modules = mutant["planned_values"]["root_module"]["child_modules"]
    modules.append({"resources": [{**rule, "values": {**rule["values"], "bucket": labels["bucket"]}}]})

    assert [fault.split(" has ")[0] for fault in faults(mutant)] == [f"cors: {labels['bucket']}"]


def test_every_rule_has_a_mutant() -> None:
    import support.terraform.bucket_checks as judged

    rules = {rule.__name__.strip("_").replace("_", " ") for rule in judged.RULES}
    mutants = {rule.replace("-", " ") for rule, *_ in MUTANTS}

    assert {rule.removesuffix("s") for rule in rules} == {rule.removesuffix("s") for rule in mutants}


def test_everything_can_be_created_and_matches_the_plan(stack: Stack) -> None:
    # The provider waits 55 s for the lifecycle rules; no other test makes them.
    stack.apply(var_file=SETTINGS)

    assert not stack.has_changes(var_file=SETTINGS)


def test_a_lifecycle_rule_that_was_added_by_hand_is_a_change_in_the_plan(
    stack: Stack, planned: Plan, simulated_aws: Mapping[str, str]
) -> None:
    s3 = aws_client("s3", simulated_aws["AWS_ENDPOINT_URL"], "us-east-1")
    [bucket] = [each["values"]["bucket"] for each in resources(planned, S3) if each["index"] == "artifacts"]
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    expiry = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "ledger/"}, "Expiration": {"Days": 30}}

    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [*rules, expiry]})

    assert stack.has_changes(var_file=SETTINGS)
