"""How Stack calls Terraform and reads its answers, tested with a small replacement for the program."""

import json
import os
from pathlib import Path

import pytest

from groundctl.adapters.terraform.installation import PROVIDER
from groundctl.adapters.terraform.stack import Stack
from groundctl.errors import ExternalError
from terraform.infrastructure import QUIET

pytestmark = QUIET

NO_REGISTRY = "Error: Failed to query available provider packages\n\nCould not retrieve the list of versions."


def a_stack(tmp_path: Path, script: str, **environment: str) -> Stack:
    """Return a stack whose terraform is a shell script; each call's arguments go to calls.txt."""
    program = tmp_path / "terraform"
    program.write_text(f'#!/bin/sh\necho "$@" >>"{tmp_path}/calls.txt"\n{script}\n')
    program.chmod(0o755)
    home = {"HOME": str(tmp_path / "home"), "GROUNDCTL_TERRAFORM": str(program)}
    return Stack(tmp_path, environment=home | environment)


def calls(tmp_path: Path) -> list[str]:
    """List what terraform was called with."""
    return (tmp_path / "calls.txt").read_text().splitlines()


def says(text: str, *, code: int = 0, to: str = "1") -> str:
    """Return a script that prints a text and ends with a code."""
    return f"cat >&{to} <<'TEXT'\n{text}\nTEXT\nexit {code}"


def test_init_uses_the_registry_if_it_can(tmp_path: Path) -> None:
    a_stack(tmp_path, "exit 0").init()

    assert calls(tmp_path) == ["init -no-color -input=false -lockfile=readonly -backend=true"]


def test_init_falls_back_to_a_mirror_without_a_registry(tmp_path: Path) -> None:
    mirror = tmp_path / "home/.terraform.d/plugins"
    (mirror / PROVIDER).mkdir(parents=True)
    script = f'case "$*" in *-plugin-dir*) exit 0 ;; esac\n{says(NO_REGISTRY, code=1, to="2")}'

    a_stack(tmp_path, script).init()

    assert [call.endswith(f"-plugin-dir={mirror}") for call in calls(tmp_path)] == [False, True]


def test_init_uses_no_registry_if_a_mirror_is_named(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    (mirror / PROVIDER).mkdir(parents=True)

    a_stack(tmp_path, "exit 0", GROUNDCTL_TERRAFORM_MIRROR=str(mirror)).init()

    [call] = calls(tmp_path)
    assert call.endswith(f"-plugin-dir={mirror}")


def test_init_passes_the_settings_of_the_state(tmp_path: Path) -> None:
    a_stack(tmp_path, "exit 0").init(backend_config=tmp_path / "production.s3.tfbackend")

    assert f"-backend-config={tmp_path}/production.s3.tfbackend" in calls(tmp_path)[0]


def test_another_error_of_init_is_reported_unchanged(tmp_path: Path) -> None:
    stack = a_stack(tmp_path, says("Error: Unsupported block type\n\non main.tf line 3", code=1, to="2"))

    with pytest.raises(ExternalError, match=r"^terraform init failed: Unsupported block type on main\.tf line 3$"):
        stack.init()

    assert len(calls(tmp_path)) == 1


@pytest.mark.parametrize(("code", "changes"), [(0, False), (2, True)])
def test_the_exit_code_of_a_plan_shows_whether_there_are_changes(tmp_path: Path, code: int, changes: bool) -> None:
    assert a_stack(tmp_path, f"exit {code}").has_changes() is changes


def test_a_plan_that_fails_is_not_a_plan_with_changes(tmp_path: Path) -> None:
    stack = a_stack(tmp_path, says("Error: Invalid index", code=1, to="2"))

    with pytest.raises(ExternalError, match="terraform plan failed: Invalid index"):
        stack.has_changes()


def test_variables_come_after_the_file_that_they_change(tmp_path: Path) -> None:
    a_stack(tmp_path, "exit 0").apply(variables={"environment": "other"}, var_file=Path("demo.tfvars"))

    [call] = calls(tmp_path)
    assert call.startswith(
        "apply -no-color -input=false -auto-approve -lock-timeout=30s -var-file=demo.tfvars -var-file="
    )


def test_outputs_are_the_infrastructure_object(tmp_path: Path) -> None:
    answer = json.dumps({"infrastructure": {"sensitive": False, "value": {"environment": "demo"}}})

    assert a_stack(tmp_path, says(answer)).outputs() == {"environment": "demo"}


@pytest.mark.parametrize("script", [says("{}"), says("Error: Backend initialization required", code=1, to="2")])
def test_outputs_before_the_first_apply_have_a_hint(tmp_path: Path, script: str) -> None:
    with pytest.raises(ExternalError, match="has not created anything in") as caught:
        a_stack(tmp_path, script).outputs()

    assert caught.value.hint == (
        "apply terraform/ first, or give --infrastructure FILE; a demo's is .build/demo/infrastructure.json"
    )


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("Error: Error acquiring the state lock", "another terraform process holds the lock of this state"),
        ("Error: No valid credential sources found", "give AWS credentials"),
        ("Error: reading S3 Bucket: dial tcp: connection refused", "start the simulator"),
        (
            "Error: putting S3 Bucket Policy: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/groundctl-production-github-"
            "terraform-us-east-1/x is not authorized to perform: s3:PutBucketPolicy with an explicit deny in a permissions boundary",
            "an administrator applies this change",
        ),
        (
            "Error: creating IAM OIDC Provider: EntityAlreadyExists: Provider with url https://token.actions.githubusercontent.com "
            "already exists.",
            'add provider_arn = "arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com" to github',
        ),
        ("Error: something new", "run `terraform apply` in"),
    ],
)
def test_an_error_has_a_hint(tmp_path: Path, error: str, hint: str) -> None:
    stack = a_stack(tmp_path, says(error, code=1, to="2"))

    with pytest.raises(ExternalError) as caught:
        stack.apply()

    assert hint in caught.value.hint


def test_only_the_first_of_many_errors_is_reported(tmp_path: Path) -> None:
    box = "╷\n│ Error: first\n│ \n│   with aws_s3_bucket.this,\n╵\n╷\n│ Error: second\n╵"

    with pytest.raises(ExternalError, match=r"^terraform destroy failed: first with aws_s3_bucket\.this,$"):
        a_stack(tmp_path, says(box, code=1, to="2")).destroy()


def test_a_problem_that_validate_finds_has_its_position(tmp_path: Path) -> None:
    diagnostic = {
        "summary": "Unsupported argument",
        "detail": "No argument named colour.",
        "range": {"filename": "main.tf", "start": {"line": 3}},
    }
    stack = a_stack(tmp_path, says(json.dumps({"diagnostics": [diagnostic]}), code=1))

    assert stack.validate() == ("main.tf:3: Unsupported argument. No argument named colour.",)


def test_the_environment_reaches_terraform_and_stays_out_of_this_process(tmp_path: Path) -> None:
    before = dict(os.environ)
    stack = a_stack(
        tmp_path,
        f'echo "$AWS_ENDPOINT_URL $TF_IN_AUTOMATION" >"{tmp_path}/seen"',
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
    )

    stack.apply()

    assert (tmp_path / "seen").read_text() == "http://127.0.0.1:1 1\n"
    assert dict(os.environ) == before


def test_progress_reports_every_command(tmp_path: Path) -> None:
    heard: list[str] = []
    quiet = a_stack(tmp_path, "exit 0")
    stack = Stack(quiet.folder, environment={"GROUNDCTL_TERRAFORM": str(tmp_path / "terraform")}, progress=heard.append)

    stack.init()
    stack.apply()

    assert heard == ["terraform init", "terraform apply"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExternalError, match="There is no folder"):
        Stack(tmp_path / "missing").init()
