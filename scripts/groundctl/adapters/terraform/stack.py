"""Runs Terraform, which creates the long-lived infrastructure, and reads its outputs as one Infrastructure object."""

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from groundctl.adapters.terraform.installation import PROVIDER, find_mirror, given_mirror, our_terraform
from groundctl.child_processes import SECONDS_TO_END, Manners, run_child
from groundctl.domain.canonical_json import parse_json_object
from groundctl.domain.tracking.terraform_plan import summarize_terraform_plan
from groundctl.errors import ExternalError

OLDEST_TERRAFORM = (1, 10)
APPLY_FIRST = "apply terraform/ first, or give --infrastructure FILE; a demo's is .build/demo/infrastructure.json"


# CHECKPOINT_DISABLE: Terraform does not check for newer versions over the network.
_CALM = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}

_NO_PROVIDER = ("Failed to query available provider packages", "Failed to install provider")
_NOT_READY = ("Backend initialization required", "No state file was found")
_CREDENTIALS = "give AWS credentials and AWS_REGION, or start the simulator and point AWS_ENDPOINT_URL at it"
_INIT = "run `terraform init -backend-config=environments/<environment>.s3.tfbackend` there first"
_HINTS = {
    "Error acquiring the state lock": "another terraform process holds the lock of this state: wait for it, "
    "or if it was killed, run `terraform force-unlock ID` with the ID shown",
    "No valid credential sources found": _CREDENTIALS,
    "Missing AWS Region": _CREDENTIALS,
    "Backend initialization required": _INIT,
    "Required plugins are not installed": _INIT,
    "Module not installed": _INIT,
    "ExpiredToken": "the AWS credentials have expired: log in again",
    "is not authorized to perform": "these credentials may not do that. If they are the terraform role's, an administrator applies "
    "this change: terraform/modules/github-access/README.md lists what is left to one",
    "connection refused": "no server is listening at AWS_ENDPOINT_URL: start the simulator, or unset the variable",
}
_PROVIDER_EXISTS = ("creating IAM OIDC Provider", "EntityAlreadyExists")
_PROVIDER = "oidc-provider/token.actions.githubusercontent.com"

Variables = Mapping[str, object]
Flags = dict[str, object]
Progress = Callable[[str], None]

# What leaves something undone if it is killed.
_CHANGING = frozenset({"apply", "destroy"})


def _say_nothing(_step: str) -> None:
    """Ignore a progress message."""


class Stack:
    """A folder of Terraform code and its state.

    Terraform gets this process's variables and `environment`. `progress` is called when a command starts.
    A relative `var_file` is relative to the folder.
    """

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str] | None = None, progress: Progress = _say_nothing
    ) -> None:
        self.folder = folder
        self._environment = {**os.environ, **(environment or {})}
        self._progress = progress
        self._binary: str | None = None

    def init(self, *, backend: bool = True, backend_config: Path | None = None) -> None:
        """Install the provider, from a mirror if no registry is reachable, and open the state."""
        flags: Flags = {"input": False, "lockfile": "readonly", "backend": backend}
        if backend_config:
            flags["backend_config"] = str(backend_config.resolve())
        if mirror := given_mirror(self._environment):
            self._check("init", {**flags, "plugin_dir": str(mirror)})
            return
        code, out, err = self._run("init", flags)
        if code and not _mentions(_NO_PROVIDER, err):
            raise self._fault("init", out, err)
        if code:
            self._check("init", {**flags, "plugin_dir": str(self._found_mirror())})

    def validate(self) -> tuple[str, ...]:
        """List the problems that `terraform validate` finds in the code."""
        out = self._check("validate", {"json": _flag()}, ok=(0, 1))
        with _as_json("validate"):
            return tuple(_sentence(diagnostic) for diagnostic in parse_json_object(out)["diagnostics"])

    def has_changes(self, *, variables: Variables | None = None, var_file: Path | None = None) -> bool:
        """Return whether an apply would change anything."""
        # No lock: no plan is saved, and the role may have read access only.
        flags = {"input": False, "lock": False, "detailed_exitcode": _flag(), **_values(variables, var_file)}
        code, out, err = self._run("plan", flags)
        if code not in (0, 2):
            raise self._fault("plan", out, err)
        return code == 2

    def plan(self, *, var_file: Path | None = None) -> dict[str, Any]:
        """Plan, and return the plan as JSON; it may hold secrets, so it is never stored."""
        with TemporaryDirectory(prefix="groundctl-") as scratch:
            saved = f"{scratch}/plan"
            self._check("plan", {"input": False, "lock": False, "out": saved, **_values(None, var_file)})
            out = self._check("show", {"json": _flag()}, saved)
        with _as_json("show"):
            shown = parse_json_object(out)
            summarize_terraform_plan(shown)  # raises where a member has another shape
        return shown

    def apply(self, *, variables: Variables | None = None, var_file: Path | None = None) -> None:
        """Create the infrastructure that the code describes."""
        self._change("apply", _values(variables, var_file))

    def destroy(self, *, variables: Variables | None = None, var_file: Path | None = None) -> None:
        """Destroy the infrastructure."""
        self._change("destroy", _values(variables, var_file))

    def outputs(self) -> dict[str, Any]:
        """Return the Infrastructure object of the last apply, as schemas/infrastructure.schema.json defines it."""
        code, out, err = self._run("output", {"json": _flag()})
        if code and not _mentions(_NOT_READY, err):
            raise self._fault("output", out, err)
        with _as_json("output"):
            made = {} if code else parse_json_object(out)
        if "infrastructure" not in made:
            raise ExternalError(f"Terraform has not created anything in {self.folder} yet.", hint=APPLY_FIRST)
        with _as_json("output"):
            infrastructure: dict[str, Any] = made["infrastructure"]["value"]
        return infrastructure

    def _change(self, command: str, values: Flags) -> None:
        self._check(command, {"input": False, "auto_approve": _flag(), "lock_timeout": "30s", **values})

    def _found_mirror(self) -> Path:
        mirror = find_mirror(self._environment)
        if mirror is None:
            raise ExternalError(
                "Terraform cannot reach a registry for the AWS provider, and this machine has no copy of it.",
                hint=f"connect to the network, or name a folder that holds {PROVIDER} in GROUNDCTL_TERRAFORM_MIRROR "
                "(`terraform providers mirror FOLDER` makes one)",
            )
        return mirror

    def _check(self, command: str, flags: Flags, *arguments: str, ok: tuple[int, ...] = (0,)) -> str:
        code, out, err = self._run(command, flags, *arguments)
        if code not in ok:
            raise self._fault(command, out, err)
        return out

    def _run(self, command: str, flags: Flags, *arguments: str) -> tuple[int, str, str]:
        if not self.folder.is_dir():
            raise ExternalError(f"There is no folder {self.folder} with Terraform code.", hint="run it in a checkout")
        self._binary = self._binary or find_terraform(self._environment, bundled=our_terraform())
        self._progress(f"terraform {command}")
        return _call(self._binary, self.folder, self._environment, command, {"no_color": _flag(), **flags}, *arguments)

    def _fault(self, command: str, out: str, err: str) -> ExternalError:
        hint = _existing_provider(out, err) or next((hint for sign, hint in _HINTS.items() if sign in err), None)
        return ExternalError(
            f"terraform {command} failed: {_first_error(err or out)}",
            hint=hint or f"run `terraform {command}` in {self.folder} to see its full output",
        )


def find_terraform(environment: Mapping[str, str], *, bundled: Path | None) -> str:
    """Return the terraform to use: the configured one, one on PATH that is new enough, or the bundled one."""
    if named := environment.get("GROUNDCTL_TERRAFORM"):
        if program := shutil.which(named, path=environment.get("PATH")):
            return str(Path(program).absolute())
        raise ExternalError(
            f"GROUNDCTL_TERRAFORM is {named}, which cannot be run.", hint="name a terraform program, or unset it"
        )
    on_path = shutil.which("terraform", path=environment.get("PATH"))
    if on_path and _version(on_path, environment) >= OLDEST_TERRAFORM:
        return on_path
    if bundled:
        return str(bundled)
    raise ExternalError(
        f"There is no Terraform {'.'.join(map(str, OLDEST_TERRAFORM))} or newer on this machine.",
        hint="run `make setup`, which installs it, or install Terraform and put it on PATH",
    )


def installed_version(environment: Mapping[str, str]) -> tuple[int, ...] | None:
    """Return the version of the Terraform that would be used, or of an old one on PATH; None if there is none."""
    try:
        return _version(find_terraform(environment, bundled=our_terraform()), environment)
    except ExternalError:
        old = shutil.which("terraform", path=environment.get("PATH"))
        return _version(old, environment) if old else None


def _call(
    binary: str, folder: Path, environment: Mapping[str, str], command: str, flags: Flags, *arguments: str
) -> tuple[int, str, str]:
    """Run one command line of python-terraform.

    Its own way to run one leaves Terraform running when this process is interrupted, and takes no environment.
    """
    from python_terraform import Terraform  # imported here because most commands need no Terraform

    terraform = Terraform(working_dir=str(folder), terraform_bin_path=binary)
    changes = command in _CHANGING
    try:
        ended = run_child(
            terraform.generate_cmd_string(command, *arguments, **flags),
            cwd=folder,
            env={**_CALM, **environment},
            # At the first signal Terraform ends what it has begun, writes its state, and unlocks it.
            manners=Manners(asked_by=signal.SIGINT, seconds=None if changes else SECONDS_TO_END),
        )
    finally:
        terraform.temp_var_files.clean_up()
    return ended.code, ended.out.decode(), ended.err.decode()


def _flag() -> object:
    """Return python-terraform's marker for a flag without a value."""
    from python_terraform import IsFlagged

    flag: object = IsFlagged
    return flag


def _version(binary: str, environment: Mapping[str, str]) -> tuple[int, ...]:
    _, out, _ = _call(binary, Path(binary).parent, environment, "version", {"json": _flag()})
    version = re.search(r"([0-9]+)\.([0-9]+)", out)
    return tuple(int(part) for part in version.groups()) if version else ()


def _values(variables: Variables | None, var_file: Path | None) -> Flags:
    """Return the flags for a variable file, and after it the variables that override it."""
    flags: Flags = {}
    if var_file:
        flags["var_file"] = str(var_file)
    if variables:
        flags["var"] = dict(variables)
    return flags


@contextmanager
def _as_json(command: str) -> Iterator[None]:
    """Report output that is not what Terraform documents."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ExternalError(
            f"terraform {command} did not write the JSON that it documents: {error}",
            hint="run the same command by hand; is GROUNDCTL_TERRAFORM a terraform program?",
        ) from error


def _mentions(signs: tuple[str, ...], text: str) -> bool:
    return any(sign in text for sign in signs)


def _existing_provider(out: str, err: str) -> str | None:
    """Return what to set if the account has GitHub's OIDC provider already. The trust policies in the plan name its ARN."""
    if not all(sign in err for sign in _PROVIDER_EXISTS):
        return None
    arn = re.search(rf"arn:aws[a-z-]*:iam::[0-9]{{12}}:{re.escape(_PROVIDER)}", out)
    value = arn[0] if arn else f"arn:aws:iam::ACCOUNT:{_PROVIDER}"
    return (
        "this account already has GitHub's OIDC provider, and it can have only one: to use it, add "
        f'provider_arn = "{value}" to github in the .tfvars file'
    )


def _first_error(text: str) -> str:
    """Extract the first error from Terraform's output, on one line."""
    lines = [line.strip(" │╷╵") for line in text.splitlines()]
    start = next((number for number, line in enumerate(lines) if line.startswith("Error:")), 0)
    end = next((number for number in range(start + 1, len(lines)) if lines[number].startswith("Error:")), len(lines))
    return " ".join(line for line in lines[start:end] if line).removeprefix("Error: ")


def _sentence(diagnostic: Mapping[str, Any]) -> str:
    place = diagnostic.get("range")
    where = f"{place['filename']}:{place['start']['line']}: " if place else ""
    return f"{where}{diagnostic['summary']}. {diagnostic.get('detail', '')}".strip()
