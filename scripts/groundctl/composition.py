"""Opens the real doors from settings: environment variables, files and flags are read here and nowhere else."""

from __future__ import annotations

import base64
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundctl.adapters.local.checkout import TOOL_ROOT, Checkout
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import JobSpec, clip_location
from groundctl.errors import ExternalError, UsageError

if TYPE_CHECKING:
    from groundctl.adapters.aws.s3 import S3Objects
    from groundctl.adapters.aws.sagemaker import SageMakerJobs
    from groundctl.adapters.github.client import GitHub
    from groundctl.adapters.github.workflow_run import WorkflowRun
    from groundctl.adapters.local.git import GitHistory
    from groundctl.adapters.terraform.stack import Stack
    from groundctl.domain.jobs.infrastructure import Infrastructure

INIT_HINT = (
    "run `terraform init -backend-config=environments/<environment>.s3.tfbackend` there (see terraform/README.md),"
    " or give --infrastructure FILE; a demo's is .build/demo/infrastructure.json"
)
NO_TERRAFORM_HINT = "run it inside your copy of the repository, or give --infrastructure FILE"


_INFRASTRUCTURE_GIVEN = "--infrastructure or GROUNDCTL_INFRASTRUCTURE"
_INFRASTRUCTURE_WRITTEN = "terraform output -json infrastructure"


@dataclass(frozen=True)
class Aws:
    """The doors into one account and Region."""

    jobs: SageMakerJobs
    objects: S3Objects
    # A job in the wrong account cannot be deleted there: asked before anything is planned.
    check_account: Callable[[], None]


def open_checkout() -> Checkout:
    """Find the checkout around the present folder."""
    return Checkout.around(Path.cwd())


def cores() -> int:
    """Count the processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def infrastructure_is_given(file: str | None) -> bool:
    """Say whether the infrastructure comes from a file, so that Terraform need not be asked."""
    return bool(file or os.environ.get("GROUNDCTL_INFRASTRUCTURE"))


def open_infrastructure(checkout: Checkout, file: str | None) -> Infrastructure:
    """Read the infrastructure from a JSON file if one is given, else from Terraform's output."""
    from groundctl.domain.jobs.infrastructure import parse_infrastructure

    file = file or os.environ.get("GROUNDCTL_INFRASTRUCTURE")
    data = read_json(file, _INFRASTRUCTURE_GIVEN, _INFRASTRUCTURE_WRITTEN) if file else _from_terraform(checkout)
    if fault := first_fault(checkout, "infrastructure", data):
        where = file or "terraform output infrastructure"
        message = f"{where} does not fit schemas/infrastructure.schema.json: {fault.pointer or '/'} {fault.message}"
        raise UsageError(message, hint=fault.hint)
    return parse_infrastructure(data)


def read_json(file: str, given_as: str, written_by: str) -> Any:
    """Read a JSON file that a person names; the last two say where it was named, and how it is written."""
    try:
        return json.loads(Path(file).read_bytes())
    except OSError as error:
        hint = f"check the path given as {given_as}"
        raise UsageError(f"{file} cannot be read: {error.strerror}", hint=hint) from error
    except ValueError as error:
        raise UsageError(f"{file} is not JSON: {error}", hint=f"write it with `{written_by}`") from error


def first_fault(checkout: Checkout, schema: str, data: Any) -> Diagnostic | None:
    """Find the first way in which data from outside does not fit one of the repository's schemas."""
    return next(iter(SchemaCheck(checkout.schema(schema)).diagnostics(data)), None)


def open_aws(infrastructure: Infrastructure) -> Aws:
    """Open the doors to the infrastructure's account and Region."""
    # boto3 takes a fifth of a second to import; offline commands never come here.
    from groundctl.adapters.aws.s3 import S3Objects
    from groundctl.adapters.aws.sagemaker import SageMakerJobs
    from groundctl.adapters.aws.session import AwsSession

    session = AwsSession(infrastructure.region)
    return Aws(
        jobs=SageMakerJobs(session),
        objects=S3Objects(session),
        check_account=session.account_check(infrastructure.account_id),
    )


def open_sample_clip(spec: JobSpec) -> str:
    """Give a sample clip as a URL that needs no server: one of the job's own if it is among them."""
    samples = TOOL_ROOT / "scripts" / "samples" / "clips"
    key = clip_location(spec).removeprefix("s3://").partition("/")[2]
    own = sorted((samples / key).glob("*.mp4")) if key.endswith("/") else [samples / key]
    clip = next((path for path in [*own, *sorted(samples.glob("*/*.mp4"))] if path.is_file()), None)
    return "" if clip is None else f"data:video/mp4;base64,{base64.b64encode(clip.read_bytes()).decode()}"


def open_stack(source: Path, *, working_copy: Path) -> Stack:
    """Open Terraform on a copy of its code that keeps a state of its own."""
    from groundctl.adapters.terraform.stack import Stack
    from groundctl.adapters.terraform.working_copy import make_working_copy

    return Stack(make_working_copy(source, working_copy))


def open_terraform(checkout: Checkout, environment: str) -> tuple[Stack, Path]:
    """Open the checkout's own Terraform on an environment's state; gives the file of its variables with it."""
    from groundctl.adapters.terraform.stack import Stack

    folder = checkout.root / "terraform"
    backend, variables = (Path("environments", f"{environment}.{kind}") for kind in ("s3.tfbackend", "tfvars"))
    for file in (backend, variables):
        if not (folder / file).is_file():
            hint = f"write it as terraform/README.md says, or give another --environment than {environment}"
            raise UsageError(f"terraform/{file} is not there", hint=hint)
    stack = Stack(folder)
    stack.init(backend_config=folder / backend)
    return stack, variables


def in_a_workflow() -> bool:
    """Say whether GitHub Actions runs us."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def open_workflow_run() -> WorkflowRun:
    """Open the GitHub Actions run we are in."""
    from groundctl.adapters.github.workflow_run import WorkflowRun

    return WorkflowRun(os.environ)


def open_github(run: WorkflowRun) -> GitHub:
    """Open the repository that a run belongs to."""
    # PyGithub takes a fifth of a second to import; only what speaks on GitHub comes here.
    from groundctl.adapters.github.client import GitHub

    return GitHub(api=run.api, repository=run.repository, token=run.token)


def open_history(checkout: Checkout) -> GitHistory:
    """Open the history of the checkout."""
    from groundctl.adapters.local.git import GitHistory

    return GitHistory(checkout.root)


def comment_author() -> str:
    """Name the login that our comments have; a GitHub App of your own has another."""
    return os.environ.get("GROUNDCTL_COMMENT_AUTHOR") or "github-actions[bot]"


def approved_plan() -> str:
    """Name the plan that somebody let through as a whole, by its digest; empty where nobody did."""
    return os.environ.get("GROUNDCTL_APPROVE", "").strip()


def environment_name() -> str:
    """Name the environment that this run speaks for, on a pull request that several may speak on."""
    name = os.environ.get("GROUNDCTL_ENVIRONMENT", "")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        hint = "set it in the workflow's env to the name of your environment, such as production"
        raise UsageError(f"GROUNDCTL_ENVIRONMENT is {name or 'not set'}", hint=hint)
    return name


class SystemClock:
    """The machine's own time."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def _from_terraform(checkout: Checkout) -> Any:
    from groundctl.adapters.terraform.stack import Stack

    root = checkout.root / "terraform"
    if not root.is_dir():
        raise ExternalError("there is no terraform/ folder here", hint=NO_TERRAFORM_HINT)
    if (root / ".terraform").is_dir():
        return Stack(root).outputs()
    if not os.environ.get("GROUNDCTL_ENVIRONMENT"):
        raise ExternalError("Terraform was not initialized in terraform/ here", hint=INIT_HINT)
    # A job of a workflow begins with a fresh checkout.
    stack, _ = open_terraform(checkout, environment_name())
    return stack.outputs()
