"""Bad input gets one clear message, the right exit code and no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import yaml

from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import OPEN_FOLDERS, REGION, an_infrastructure, some_data
from support.cli import CLEAN, TESTING, Ran, groundctl

NOWHERE = {**TESTING, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with one good declaration and the infrastructure as a file."""
    write(tmp_path / "jobs/sports-data/rally-outcome.yaml", yaml.safe_dump(some_data(), sort_keys=False))
    write(tmp_path / "jobs/policy.yaml", OPEN_FOLDERS)
    write(tmp_path / "infrastructure.json", json.dumps(prerequisites.as_file_content(an_infrastructure())))
    return tmp_path


def against(simulator: Simulator) -> dict[str, str]:
    return {**TESTING, "AWS_ENDPOINT_URL": simulator.url or ""}


def plan_against(simulator: Simulator, checkout: Path) -> Ran:
    boto3.client("s3", region_name=REGION).create_bucket(Bucket=an_infrastructure().ledger_bucket)
    return groundctl("plan", "--infrastructure", "infrastructure.json", cwd=checkout, settings=against(simulator))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def assert_one_clear_message(ran: Ran, code: int, *words: str) -> None:
    said = ran.out + ran.err
    assert "Traceback" not in said
    assert ran.code == code, said
    for word in words:
        assert word in said


def test_a_missing_file_is_wrong_usage(checkout):
    ran = groundctl("validate", "jobs/absent.yaml", cwd=checkout)

    assert_one_clear_message(ran, 2, "jobs/absent.yaml does not exist", "hint:")


def test_a_folder_without_jobs_is_wrong_usage(tmp_path):
    assert_one_clear_message(groundctl("validate", cwd=tmp_path), 2, "jobs does not exist", "hint:")


def test_incomplete_yaml_is_reported_on_its_line(checkout):
    write(checkout / "jobs/sports-data/half.yaml", 'name: half\nowner: "spo')

    ran = groundctl("plan", "--infrastructure", "infrastructure.json", cwd=checkout)

    assert_one_clear_message(ran, 1, "jobs/sports-data/half.yaml:2:12 GT003", "Nothing is planned")


def test_missing_credentials_are_an_external_failure(checkout):
    ran = groundctl("plan", "--infrastructure", "infrastructure.json", cwd=checkout)

    assert_one_clear_message(ran, 3, "no AWS credentials", "groundctl demo --keep")


def test_a_missing_profile_is_reported(checkout):
    ran = groundctl("plan", "--infrastructure", "infrastructure.json", cwd=checkout, settings={"AWS_PROFILE": "nobody"})

    assert_one_clear_message(ran, 3, "no AWS credentials", "hint:")


def test_an_unreachable_endpoint_is_an_external_failure(checkout):
    ran = groundctl("plan", "--infrastructure", "infrastructure.json", cwd=checkout, settings=NOWHERE)

    assert_one_clear_message(ran, 3, "did not answer", "AWS_ENDPOINT_URL")


@pytest.mark.parametrize("address", ["localhost:5000", "http://", "http://[", "nonsense"])
@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve"), ("status",), ("results", "rally-outcome")])
def test_an_endpoint_that_is_not_an_address_is_wrong_usage(checkout, command, address):
    settings = {**TESTING, "AWS_ENDPOINT_URL": address}

    ran = groundctl(*command, "--infrastructure", "infrastructure.json", cwd=checkout, settings=settings)

    assert_one_clear_message(ran, 2, "AWS_ENDPOINT_URL", "http://HOST:PORT")


def test_an_infrastructure_without_topics_is_accepted(checkout, simulator: Simulator):
    content = prerequisites.as_file_content(an_infrastructure())
    del content["topics"]
    write(checkout / "infrastructure.json", json.dumps(content))

    ran = groundctl("status", "--infrastructure", "infrastructure.json", cwd=checkout, settings=against(simulator))

    assert ran.code == 0, ran.err


def test_a_declaration_that_is_a_link_does_not_keep_the_others_from_being_checked(checkout):
    write(checkout / "jobs/sports-data/bad.yaml", "name: bad")
    write(checkout / "secret.yaml", "secret-word")
    (checkout / "jobs/sports-data/link.yaml").symlink_to("../../secret.yaml")

    ran = groundctl("validate", cwd=checkout)

    assert_one_clear_message(ran, 1, "link.yaml:1:1 GT011 is a link to ../../secret.yaml, not a file", "bad.yaml")
    assert "secret-word" not in ran.out + ran.err


def test_the_lock_file_of_an_editor_is_not_a_declaration(checkout):
    (checkout / "jobs/sports-data/.#rally-outcome.yaml").symlink_to("somebody@desk.1234")

    ran = groundctl("validate", cwd=checkout)

    assert_one_clear_message(ran, 0, "1 declaration checked: no problems")


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_a_file_name_that_is_not_utf_8_is_reported(checkout, form):
    with open(os.fsencode(checkout) + b"/jobs/sports-data/\xff.yaml", "wb"):  # noqa: PTH123 - the name is bytes
        pass

    ran = groundctl("validate", "--format", form, cwd=checkout)

    assert_one_clear_message(ran, 2, "\\xff.yaml has a name that is not UTF-8", "rename")
    assert ran.out == ""


def test_a_declared_job_whose_file_has_a_fault_is_still_shown(checkout, simulator: Simulator):
    prerequisites.build(an_infrastructure())
    asked = ("--infrastructure", "infrastructure.json")
    assert groundctl("apply", "--auto-approve", *asked, cwd=checkout, settings=against(simulator)).code == 0
    write(checkout / "jobs/sports-data/rally-outcome.yaml", "name: [")

    ran = groundctl("status", "--format", "json", *asked, cwd=checkout, settings=against(simulator))

    assert [job["name"] for job in ran.json] == ["rally-outcome"]
    assert ran.err == "1 file with problems; `groundctl validate` shows them\n"


def test_a_missing_terraform_apply_is_reported(checkout):
    write(checkout / "terraform/main.tf", "")

    assert_one_clear_message(groundctl("plan", cwd=checkout), 3, "was not initialized", "terraform init")

    (checkout / "terraform/.terraform").mkdir()

    assert_one_clear_message(
        groundctl("plan", cwd=checkout), 3, "Terraform has not created anything", "--infrastructure FILE"
    )


def test_a_missing_terraform_folder_is_reported(checkout):
    assert_one_clear_message(groundctl("plan", cwd=checkout), 3, "no terraform/ folder", "--infrastructure FILE")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("{}", "does not fit schemas/infrastructure.schema.json"),
        ("[]", "does not fit schemas/infrastructure.schema.json"),
    ],
)
def test_an_invalid_infrastructure_file_is_wrong_usage(checkout, content, words):
    write(checkout / "wrong.json", content)

    assert_one_clear_message(groundctl("plan", "--infrastructure", "wrong.json", cwd=checkout), 2, words, "hint:")


@pytest.mark.parametrize("content", ["{", "{}", '{"changes": []}'])
def test_an_invalid_plan_file_is_wrong_usage(checkout, content):
    write(checkout / "plan.json", content)

    ran = groundctl(
        "apply", "--plan", "plan.json", "--infrastructure", "infrastructure.json", cwd=checkout, settings=NOWHERE
    )

    assert_one_clear_message(ran, 2, "plan.json", "groundctl plan --out FILE")


@pytest.mark.parametrize(
    "arguments", [(), ("plan", "--nonsense"), ("show",), ("nonsense",), ("validate", "--format", "xml")]
)
def test_wrong_usage_has_exit_code_2(checkout, arguments):
    assert_one_clear_message(groundctl(*arguments, cwd=checkout), 2, "usage: groundctl")


def test_a_region_without_the_built_in_functions_is_refused(checkout, simulator: Simulator):
    content = prerequisites.as_file_content(an_infrastructure(region="eu-north-1"))
    write(checkout / "infrastructure.json", json.dumps(content))

    ran = plan_against(simulator, checkout)

    assert_one_clear_message(ran, 1, "GT601", "eu-north-1", "us-east-1")


def test_a_declaration_for_another_region_is_refused(checkout, simulator: Simulator):
    write(checkout / "jobs/sports-data/rally-outcome.yaml", yaml.safe_dump(some_data(region="eu-west-1")))

    ran = plan_against(simulator, checkout)

    assert_one_clear_message(ran, 1, "GT601", "is eu-west-1, but the infrastructure is in us-east-1")


def test_credentials_of_another_account_are_refused(checkout, simulator: Simulator):
    content = prerequisites.as_file_content(an_infrastructure(account_id="999999999999"))
    write(checkout / "infrastructure.json", json.dumps(content))

    ran = plan_against(simulator, checkout)

    assert_one_clear_message(ran, 3, "123456789012", "999999999999")


@pytest.mark.parametrize("command", [("status", "nobody"), ("results", "nobody")])
def test_a_missing_job_is_reported(checkout, simulator: Simulator, command):
    ran = groundctl(
        *command,
        "--infrastructure",
        "infrastructure.json",
        cwd=checkout,
        settings=against(simulator),
    )

    assert_one_clear_message(ran, 2, "nobody", "hint:")


def test_a_missing_bucket_is_reported(checkout, simulator: Simulator):
    data = some_data(input={"prefix": "s3://clips/rallies/"})
    write(checkout / "jobs/sports-data/rally-outcome.yaml", yaml.safe_dump(data))

    ran = plan_against(simulator, checkout)

    assert_one_clear_message(ran, 1, "GT702", "NoSuchBucket", "was Terraform applied?")


def test_a_closed_pipe_is_not_an_error(checkout):
    code = "import sys; from groundctl.cli.main import main; sys.exit(main(['show', 'jobs/sports-data/rally-outcome.yaml', '--as', 'page']))"

    reader = subprocess.Popen(
        [sys.executable, "-c", code], cwd=checkout, env=CLEAN, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert reader.stdout is not None
    reader.stdout.close()
    _, said = reader.communicate(timeout=60)

    assert b"Traceback" not in said
    assert reader.returncode == 0


def test_a_new_declaration_is_never_written_over_an_old_one(checkout):
    ran = groundctl("new", "jobs/sports-data/rally-outcome.yaml", cwd=checkout)

    assert_one_clear_message(ran, 2, "already exists")


def test_a_new_declaration_is_valid_except_for_values_that_the_team_must_fill_in(checkout):
    assert groundctl("new", "jobs/sports-data/serve-call.yaml", cwd=checkout).code == 0

    ran = groundctl("validate", cwd=checkout)

    assert ran.code == 0
    *problems, _ = ran.out.splitlines()
    assert {line.split()[1] for line in problems} >= {"GT240"}
    assert all(" warning: " in line for line in problems)
    assert any("task.labels[0] still has the placeholder “first answer”" in line for line in problems)


POLICY = """\
required_tags: [cost-center, "a: b"]
folders: {sports-data: {inputs: [s3://clips/rallies/], teams: [reviewers]}, "2026": {inputs: [s3://clips/2026/], teams: [reviewers]}}
"""


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("jobs/sports-data/serve-call.yaml", "sports-data"),
        ("jobs/sports-data/2026/serve-call.yaml", "sports-data"),
        ("jobs/2026/serve-call.yaml", "2026"),
        ("jobs/serve-call.yaml", "your-team"),
    ],
)
def test_a_new_declaration_passes_the_policy_beside_it(checkout, path, owner):
    write(checkout / "jobs/policy.yaml", POLICY)
    (checkout / "jobs/sports-data/rally-outcome.yaml").unlink()

    assert groundctl("new", path, cwd=checkout).code == 0

    *problems, _ = groundctl("validate", cwd=checkout).out.splitlines()
    assert [line for line in problems if " warning: " not in line] == []
    assert any("GT240" in line for line in problems)
    assert yaml.safe_load((checkout / path).read_text())["owner"] == owner


def test_a_full_disk_is_reported(checkout):
    code = "import sys; from groundctl.cli.main import main; sys.exit(main(['validate']))"

    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", code], cwd=checkout, env=CLEAN, stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert ran.returncode == 3
    assert b"no space left" in ran.stderr
    assert b"Traceback" not in ran.stderr


def in_a_shell(line: str, checkout: Path, **settings: str) -> Ran:
    """Run a line of bash, in which `groundctl` is this groundctl and `$?` of the first command of a pipe counts."""
    command = f'groundctl() {{ "{sys.executable}" -c "from groundctl.cli.main import main; main()" "$@"; }}; {line}'
    ran = subprocess.run(
        ["bash", "-c", command], cwd=checkout, env={**CLEAN, **settings}, capture_output=True, check=False, timeout=60
    )
    return Ran(code=ran.returncode, out=ran.stdout.decode(), err=ran.stderr.decode())


FAULTY = "name: half\nowner: Café\n"


@pytest.mark.parametrize(
    "streams", ["| true", "2>&1 | true", ">&-", "<&-", ">&- 2>&-", "2>/dev/full", ">/dev/full", ">/dev/full 2>&1"]
)
@pytest.mark.parametrize(("command", "code"), [("validate", 1), ("show jobs/sports-data/half.yaml", 1), ("--help", 0)])
def test_a_stream_without_a_reader_changes_no_verdict(checkout, command, code, streams):
    write(checkout / "jobs/sports-data/half.yaml", FAULTY)

    ran = in_a_shell(f'groundctl {command} {streams}; exit "${{PIPESTATUS[0]}}"', checkout)

    # `show` writes problems on standard error, and there is no other place for a message about that.
    is_lost = streams.startswith(">/dev/full") and not command.startswith("show")
    assert_one_clear_message(ran, 3 if is_lost else code)


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
@pytest.mark.parametrize("settings", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_a_locale_without_utf_8_changes_no_output(checkout, form, settings):
    write(checkout / "jobs/sports-data/half.yaml", FAULTY.replace("half", "hälf"))

    ran = in_a_shell(f"groundctl validate --format {form}", checkout, **settings)

    assert_one_clear_message(ran, 1, "hälf")


def test_a_deleted_current_folder_is_one_clear_message(checkout):
    ran = in_a_shell("mkdir gone && cd gone && rmdir ../gone && groundctl validate", checkout)

    assert_one_clear_message(ran, 2, "the current folder cannot be used: No such file", "change to your checkout")


@pytest.mark.parametrize("make", ["mkfifo {}", "mknod {} c 1 3"])
@pytest.mark.parametrize("path", ["", "jobs/sports-data/odd.yaml"])
def test_a_pipe_or_a_device_is_no_declaration(checkout, path, make):
    odd = "jobs/sports-data/odd.yaml"

    ran = in_a_shell(f"{make.format(odd)} && groundctl validate {path}", checkout)

    assert_one_clear_message(ran, 2, f"{odd} is not a regular file", "hint:")


@pytest.mark.parametrize("kind", ["mkfifo", "mkdir"])
def test_a_policy_that_is_no_file_is_not_passed_over(checkout, kind):
    ran = in_a_shell(f"rm jobs/policy.yaml; {kind} jobs/policy.yaml && groundctl validate", checkout)

    assert_one_clear_message(ran, 2, "jobs/policy.yaml", "hint:")


def test_a_demo_in_a_place_that_is_no_folder_is_wrong_usage(checkout):
    ran = groundctl("demo", "--out", checkout / "infrastructure.json", cwd=checkout)

    assert_one_clear_message(ran, 2, "infrastructure.json cannot be written", "hint:")


@pytest.mark.parametrize("command", ["validate", "show", "new"])
def test_a_path_that_is_too_long_for_any_file_is_wrong_usage(checkout, command):
    ran = groundctl(command, f"jobs/{'x' * 300}/a.yaml", cwd=checkout)

    assert_one_clear_message(ran, 2, "File name too long", "hint:")
