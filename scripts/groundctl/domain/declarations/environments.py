"""The environments of a repository: each an account and Region, with the folders whose jobs are created there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to

_PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


class Role(StrEnum):
    """What a role of GitHub's workflows is for."""

    PLAN = "plan"
    RECORD = "record"
    APPLY = "apply"
    STOP = "stop"
    TERRAFORM = "terraform"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubEnvironments:
    """The protected environments of GitHub that let a workflow change an environment."""

    apply: str = "groundctl-apply"
    stop: str = "groundctl-stop"
    terraform: str = "groundctl-terraform"

    @property
    def names(self) -> tuple[str, ...]:
        """Return the three names, each once."""
        return tuple(dict.fromkeys((self.apply, self.stop, self.terraform)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One account and Region, under the name of its files in terraform/environments/.

    folders are the folders under jobs/ whose jobs are created here; None stands for every folder that no other environment
    names.
    """

    name: str
    account_id: str
    region: str
    folders: tuple[str, ...] | None = None
    role_path: str = "/"
    github: GitHubEnvironments = field(default_factory=GitHubEnvironments)

    @property
    def terraform_name(self) -> str:
        """Return Terraform's own name of the environment, which is part of every name that it creates."""
        return self.name.partition(".")[0]

    @property
    def place(self) -> tuple[str, str]:
        """Return the account and the Region, in which the name of a job is unique."""
        return self.account_id, self.region

    def role_arn(self, role: Role) -> str:
        """Return the ARN of a role that Terraform's module github-access creates."""
        partition = next((each for start, each in _PARTITIONS.items() if self.region.startswith(f"{start}-")), "aws")
        name = f"groundctl-{self.terraform_name}-github-{role}-{self.region}"
        return f"arn:{partition}:iam::{self.account_id}:role{self.role_path}{name}"


def parse_environments(data: JsonObject) -> tuple[Environment, ...]:
    """Parse the member `environments` of a policy that fits its schema; of a faulty one, those that can be used."""
    return tuple(_parse(name, entry) for name, entry in data.items() if {"account_id", "region"} <= entry.keys())


def environment_of(folder: str, environments: Iterable[Environment]) -> Environment | None:
    """Return the environment in which a folder's jobs are created; None if no environment has it."""
    environments = tuple(environments)
    named = (each for each in environments if each.folders is not None and folder in each.folders)
    every_other = (each for each in environments if each.folders is None)
    return next(named, None) or next(every_other, None)


def environment_named(name: str, environments: Iterable[Environment]) -> Environment | None:
    """Return the environment of a name."""
    return next((each for each in environments if each.name == name), None)


def check_environments(environments: Sequence[Environment], folders: Iterable[str]) -> Iterator[Diagnostic]:
    """Find what the schema cannot say: a folder with two environments, or without an entry, and roles of two environments.

    folders are those with an entry in the policy.
    """
    known = frozenset(folders)
    for index, each in enumerate(environments):
        pointer, earlier = pointer_to("environments", each.name), environments[:index]
        for number, folder in enumerate(each.folders or ()):
            yield from _folder_faults(f"{pointer}/folders/{number}", folder, earlier, known)
        if each.folders is None and (other := next((one for one in earlier if one.folders is None), None)):
            message = f"names no folders, like {other.name}, so each would have every folder"
            yield _fault(pointer, message, "list the folders of at least one of them under `folders`", at_key=True)
        if twin := next((one for one in earlier if _same_names(one, each)), None):
            message = (
                f"is in the account and Region of {twin.name} and begins with the same {each.terraform_name},"
                " so both would have the same roles and buckets"
            )
            hint = "let the part before the first dot differ, as `environment` in the two tfvars files does"
            yield _fault(pointer, message, hint, at_key=True)
        if len({name.lower() for name in each.github.names}) != len(fields(each.github)):
            message = "names one environment of GitHub twice, so who approves one change would approve another"
            yield _fault(f"{pointer}/github", message, "give apply, stop and terraform three different names")


def _folder_faults(
    pointer: str, folder: str, earlier: Sequence[Environment], known: frozenset[str]
) -> Iterator[Diagnostic]:
    if other := next((one for one in earlier if one.folders and folder in one.folders), None):
        message = f"is {folder}, which belongs to {other.name} already; a folder belongs to one environment"
        yield _fault(pointer, message, "remove it from one of them, or give the jobs of one a folder of their own")
    if folder not in known:
        message = f"is {folder}, which has no entry under folders, so its jobs may use no clips and no work team"
        yield _fault(pointer, message, "correct the name, or add the folder under folders")


def _same_names(one: Environment, other: Environment) -> bool:
    return (one.place, one.terraform_name) == (other.place, other.terraform_name)


def _parse(name: str, data: JsonObject) -> Environment:
    folders = data.get("folders")
    return Environment(
        name=name,
        account_id=data["account_id"],
        region=data["region"],
        folders=None if folders is None else tuple(folders),
        role_path=data.get("role_path", "/"),
        github=GitHubEnvironments(**data.get("github", {})),
    )


def _fault(pointer: str, message: str, hint: str, *, at_key: bool = False) -> Diagnostic:
    return Diagnostic(rule="GT509", pointer=pointer, message=message, hint=hint, at_key=at_key)
