"""Opens the adapters from settings; the only module that reads environment variables."""

from __future__ import annotations

import base64
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundctl.adapters.local.checkout import Checkout
from groundctl.adapters.local.package_files import samples_folder
from groundctl.domain.canonical_json import parse_json
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import JobSpec, clip_location
from groundctl.errors import ExternalError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from groundctl.adapters.aws.ledger import S3Ledger
    from groundctl.adapters.aws.places import AwsPlaces
    from groundctl.adapters.aws.s3 import S3Objects
    from groundctl.adapters.aws.sagemaker import SageMakerJobs
    from groundctl.adapters.github.workflow_run import WorkflowRun
    from groundctl.adapters.local.terminal import Interruptions
    from groundctl.adapters.media.clip_reader import ClipReader
    from groundctl.adapters.terraform.stack import Stack
    from groundctl.domain.jobs.infrastructure import Infrastructure
    from groundctl.domain.jobs.ledger.records import Author
    from groundctl.domain.tracking.run_context import RunContext

    # At run time this would import modules that only online commands need.
    from groundctl.ports import (
        ApprovalFacts,
        GitHistory,
        OutputFolder,
        PullRequests,
        RecordedPlans,
        Repository,
    )
    from groundctl.rehearsal_ports import Simulator

INIT_HINT = (
    "run `terraform init -backend-config=environments/<environment>.s3.tfbackend` there, or give --infrastructure FILE, which"
    " holds what `terraform output -json infrastructure` prints; a demo's is .build/demo/infrastructure.json"
)
NO_TERRAFORM_HINT = "run it inside your copy of the repository, or give --infrastructure FILE"

INFRASTRUCTURE = "GROUNDCTL_INFRASTRUCTURE"
ENVIRONMENT = "GROUNDCTL_ENVIRONMENT"
_INFRASTRUCTURE_GIVEN = "--infrastructure or GROUNDCTL_INFRASTRUCTURE"
_INFRASTRUCTURE_WRITTEN = "terraform output -json infrastructure"


@dataclass(frozen=True)
class Aws:
    """The adapters for one account and Region."""

    jobs: SageMakerJobs
    objects: S3Objects
    ledger: S3Ledger
    places: AwsPlaces
    # A job in the wrong account cannot be deleted: check the account before anything is planned.
    check_account: Callable[[], None]
    # AWS's time: no decision and no age of a job depends on this machine's clock.
    now: Callable[[], datetime]


def open_checkout(folder: str | None = None) -> Checkout:
    """Find the checkout of the current folder, or open the one in a given folder."""
    return Checkout.around(Path.cwd()) if folder is None else Checkout(Path(folder).resolve())


def cores() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def infrastructure_is_given(file: str | None) -> bool:
    """Return whether the infrastructure comes from a file and not from Terraform."""
    return bool(file or os.environ.get(INFRASTRUCTURE))


def open_infrastructure(checkout: Repository, file: str | None) -> Infrastructure:
    """Read the infrastructure from a JSON file if one is given, else from Terraform's output."""
    from groundctl.domain.jobs.infrastructure import parse_infrastructure

    file = file or os.environ.get(INFRASTRUCTURE)
    data = read_json(file, _INFRASTRUCTURE_GIVEN, _INFRASTRUCTURE_WRITTEN) if file else _from_terraform(checkout)
    if fault := first_fault(checkout, "infrastructure", data):
        where = file or "terraform output infrastructure"
        message = f"{where} does not fit schemas/infrastructure.schema.json: {fault.pointer or '/'} {fault.message}"
        raise UsageError(message, hint=fault.hint)
    return parse_infrastructure(data)


def read_json(file: str, given_as: str, written_by: str) -> Any:
    """Read a JSON file; given_as names its option and written_by its command, for error messages."""
    try:
        return parse_json(Path(file).read_bytes())
    except OSError as error:
        hint = f"check the path given as {given_as}"
        raise UsageError(f"{file} cannot be read: {error.strerror}", hint=hint) from error
    except ValueError as error:
        raise UsageError(f"{file} is not JSON: {error}", hint=f"write it with `{written_by}`") from error


def read_text_if_there(file: str) -> str | None:
    """Read a text file; None if it does not exist or cannot be read."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def first_fault(checkout: Repository, schema: str, data: Any) -> Diagnostic | None:
    """Return the first problem of untrusted data according to one of the repository's schemas."""
    return next(iter(SchemaCheck(checkout.schema(schema)).diagnostics(data)), None)


def open_clip_reader() -> ClipReader:
    """Open the reader of video files."""
    from groundctl.adapters.media.clip_reader import ClipReader

    return ClipReader(os.environ)


def open_aws(infrastructure: Infrastructure) -> Aws:
    """Open the infrastructure's account and Region."""
    # boto3 takes a fifth of a second to import; offline commands never call this.
    from groundctl.adapters.aws.ledger import S3Ledger
    from groundctl.adapters.aws.places import AwsPlaces
    from groundctl.adapters.aws.s3 import S3Objects
    from groundctl.adapters.aws.sagemaker import SageMakerJobs
    from groundctl.adapters.aws.session import AwsSession

    session = AwsSession(infrastructure.region)
    return Aws(
        jobs=SageMakerJobs(session),
        objects=S3Objects(session),
        ledger=S3Ledger(session, infrastructure.ledger_bucket),
        places=AwsPlaces(session),
        check_account=session.account_check(infrastructure.account_id),
        now=session.now,
    )


def open_sample_clip(spec: JobSpec) -> str:
    """Return a sample clip as a data URL, preferably a clip of the job."""
    samples = samples_folder() / "clips"
    key = clip_location(spec).removeprefix("s3://").partition("/")[2]
    own = sorted((samples / key).glob("*.mp4")) if key.endswith("/") else [samples / key]
    clip = next((path for path in [*own, *sorted(samples.glob("*/*.mp4"))] if path.is_file()), None)
    return "" if clip is None else f"data:video/mp4;base64,{base64.b64encode(clip.read_bytes()).decode()}"


def open_terraform(checkout: Repository, environment: str) -> tuple[Stack, Path]:
    """Open the checkout's Terraform on an environment's state; return it with the variables file."""
    from groundctl.adapters.terraform.stack import Stack

    folder = checkout.root / "terraform"
    backend, variables = (Path("environments", f"{environment}.{kind}") for kind in ("s3.tfbackend", "tfvars"))
    for file in (backend, variables):
        if not (folder / file).is_file():
            hint = f"`groundctl init` writes it, or use another --environment than {environment}"
            raise UsageError(f"terraform/{file} does not exist", hint=hint)
    stack = Stack(folder)
    stack.init(backend_config=folder / backend)
    return stack, variables


def open_output_folder(path: str) -> OutputFolder:
    """Open the folder for results."""
    from groundctl.adapters.local.output_folder import OutputFolder as LocalFolder

    return LocalFolder(Path(path))


def write_text(file: str, content: str) -> None:
    """Write a text file that --out names."""
    from groundctl.adapters.local.output_folder import write_text

    write_text(Path(file), content)


@contextmanager
def open_simulator(account_id: str, region: str) -> Iterator[Simulator]:
    """Start a simulator, and point this process and its Terraform at the simulator only."""
    from groundctl.adapters.local.simulator import SimulatorProcess, is_foreign

    for name in [name for name in os.environ if is_foreign(name)]:
        del os.environ[name]
    with SimulatorProcess(environment=os.environ, account_id=account_id, region=region) as simulator:
        os.environ.update(simulator.settings())
        yield simulator


def use_infrastructure(file: Path) -> None:
    """Make every later command of this process read the infrastructure from a file."""
    os.environ[INFRASTRUCTURE] = str(file)


def chosen_name() -> str | None:
    """Return the name of the environment that GROUNDCTL_ENVIRONMENT chooses, if it is set."""
    return os.environ.get(ENVIRONMENT) or None


def use_environment(name: str) -> None:
    """Make the rest of this process work for an environment."""
    os.environ[ENVIRONMENT] = name


def in_a_workflow() -> bool:
    """Return whether this process runs in GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def is_interactive() -> bool:
    """Say whether a person at a terminal can be asked."""
    from groundctl.adapters.local.terminal import is_interactive

    return is_interactive()


def discard_typed() -> None:
    """Forget what was typed before a question."""
    from groundctl.adapters.local.terminal import discard_typed

    discard_typed()


def read_answer() -> bytes:
    """Read the line that the person at the terminal types."""
    from groundctl.adapters.local.terminal import read_answer

    return read_answer()


def open_interruptions() -> Interruptions:
    """Receive SIGINT and SIGTERM while something irreversible is done."""
    from groundctl.adapters.local.terminal import Interruptions

    return Interruptions()


def open_workflow_run() -> WorkflowRun:
    """Open the GitHub Actions run that groundctl is part of."""
    from groundctl.adapters.github.workflow_run import WorkflowRun

    return WorkflowRun(os.environ)


def open_run_context() -> RunContext:
    """Read the GitHub Actions run that groundctl is part of, and its environment."""
    run = open_workflow_run()
    run.check()
    return run.context(environment_name())


def open_author() -> Author:
    """Say who writes entries of the purchase ledger: this run of a workflow, or the person at this machine."""
    import getpass

    from groundctl.domain.jobs.ledger.records import Author

    if in_a_workflow():
        return open_workflow_run().author()
    person = ""
    # A container may run as a user that has no name.
    with suppress(KeyError, OSError, ImportError):
        person = getpass.getuser()
    return Author(person=person.encode(errors="replace").decode())  # an entry is UTF-8; a name may be any bytes


def open_github() -> PullRequests:
    """Open the repository that the run belongs to."""
    # PyGithub takes a fifth of a second to import; only commands that report on GitHub come here.
    from groundctl.adapters.github.client import GitHub

    run = open_workflow_run()
    return GitHub(api=run.api, repository=run.repository, token=run.token)


def open_approval_facts() -> ApprovalFacts:
    """Open what GitHub says about reviews, the default branch, and environments of the run's repository."""
    from groundctl.adapters.github.approval_facts import GitHubApprovalFacts

    run = open_workflow_run()
    return GitHubApprovalFacts(api=run.api, repository=run.repository, token=run.token)


def open_recorded_plans(infrastructure: Infrastructure) -> RecordedPlans:
    """Open the recorded plans of the run's repository in an environment."""
    from groundctl.adapters.aws.recorded_plans import S3RecordedPlans
    from groundctl.adapters.aws.session import AwsSession

    repository_id = open_workflow_run().repository_id
    return S3RecordedPlans(AwsSession(infrastructure.region), infrastructure.artifact_bucket, repository_id)


def open_history(checkout: Repository) -> GitHistory:
    """Open the history of the checkout."""
    from groundctl.adapters.local.git import LocalGitHistory

    return LocalGitHistory(checkout.root)


def comment_author() -> str:
    """Return the login of groundctl's comments; your own GitHub App has another one."""
    return os.environ.get("GROUNDCTL_COMMENT_AUTHOR") or "github-actions[bot]"


def approved_plan() -> str:
    """Return the digest of the plan that was approved as a whole; empty if there is none."""
    return os.environ.get("GROUNDCTL_APPROVE", "").strip()


def is_asked_by_person() -> bool:
    """Return whether a person started this run of a workflow by hand."""
    return open_workflow_run().is_asked_by_person


def environment_name() -> str:
    """Return the environment that this run reports for; several can report on one pull request."""
    name = os.environ.get(ENVIRONMENT, "")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        hint = "set it in the workflow's env to the name of your environment, such as production"
        raise UsageError(f"GROUNDCTL_ENVIRONMENT is {name or 'not set'}", hint=hint)
    return name


def wants_color(*, errors: bool = False) -> bool:
    """Return whether the output is a terminal; NO_COLOR (no-color.org) wins over FORCE_COLOR, and both over the terminal."""
    settled = os.environ.get("NO_COLOR") or os.environ.get("FORCE_COLOR")
    stream = sys.stderr if errors else sys.stdout
    return not os.environ.get("NO_COLOR") if settled else stream.isatty() and os.environ.get("TERM") != "dumb"


def use_color(choice: str) -> None:
    """Keep to what --color says, in this process and the ones that it starts."""
    if choice != "auto":
        for name in ("NO_COLOR", "FORCE_COLOR"):
            os.environ.pop(name, None)
        os.environ["NO_COLOR" if choice == "never" else "FORCE_COLOR"] = "1"


def variables() -> Mapping[str, str]:
    """Return the environment variables, for what setup_composition opens."""
    return os.environ


class SystemClock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Return the seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def _from_terraform(checkout: Repository) -> Any:
    from groundctl.adapters.terraform.stack import Stack

    root = checkout.root / "terraform"
    if not root.is_dir():
        raise ExternalError("there is no terraform/ folder here", hint=NO_TERRAFORM_HINT)
    if (root / ".terraform").is_dir():
        return Stack(root).outputs()
    if not os.environ.get(ENVIRONMENT):
        raise ExternalError("Terraform was not initialized in terraform/ here", hint=INIT_HINT)
    # Every job of a workflow starts with a fresh checkout.
    stack, _ = open_terraform(checkout, environment_name())
    return stack.outputs()
