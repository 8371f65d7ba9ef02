"""Renders every file of a repository that uses groundctl from the answers, for one version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from groundctl.domain.adoption.repository.answers import TOOL_REPOSITORY, Answers, Environment, Folder
from groundctl.domain.adoption.repository.files import NewFile
from groundctl.domain.adoption.repository.terraform_root import with_module_at
from groundctl.presentation.repository.environment import render

README: Final = "README.md"
# Where the guide goes if the repository has a README of its own.
GUIDE: Final = "GROUNDCTL.md"
WORKFLOWS: Final = ("plan", "apply", "status")
# The root of Terraform is the one that groundctl's own repository has, with another source of the module.
TERRAFORM_ROOT: Final = ("main.tf", "variables.tf", "outputs.tf", "versions.tf", ".terraform.lock.hcl")
SCHEMAS: Final = {"labeling-job": "schema", "policy": "policy.schema"}
_FIRST_JOB: Final = "first-look-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaged:
    """What groundctl brings with it: the files of its Terraform root, and its schemas, by their names."""

    terraform: Mapping[str, bytes]
    schemas: Mapping[str, bytes]


def render_files(
    answers: Answers, *, version: str, packaged: Packaged, guide: str = README, with_declaration: bool = True
) -> tuple[NewFile, ...]:
    """Render the files, in the order in which they are written."""
    files = {
        **dict(_workflows(answers, version)),
        ".github/CODEOWNERS": render("CODEOWNERS", answers=answers),
        ".github/pull_request_template.md": render("pull_request_template.md"),
        **dict(_terraform(answers, version, packaged)),
        "jobs/policy.yaml": _policy(answers),
        **({_declaration_path(answers.folders[0]): _declaration(answers.folders[0])} if with_declaration else {}),
        guide: _guide(answers, version),
        ".gitignore": render("gitignore"),
        **{f".groundctl/{SCHEMAS[name]}.json": text for name, text in packaged.schemas.items()},
    }
    return tuple(NewFile(path=path, content=content) for path, content in files.items())


def _workflows(answers: Answers, version: str) -> Iterator[tuple[str, bytes]]:
    for name in WORKFLOWS:
        content = render_workflow(name, tool=answers.tool_repository, ref=f"v{version}", branch=answers.default_branch)
        yield f".github/workflows/{name}.yml", content


def render_workflow(name: str, *, tool: str, ref: str, branch: str) -> bytes:
    """Render a workflow that calls groundctl's own at a version."""
    return render(f"{name}.yml", tool=tool, ref=ref, branch=branch)


def _terraform(answers: Answers, version: str, packaged: Packaged) -> Iterator[tuple[str, bytes]]:
    source = f"git::https://github.com/{answers.tool_repository}.git//terraform/modules/environment?ref=v{version}"
    for name, content in packaged.terraform.items():
        yield f"terraform/{name}", with_module_at(source, content.decode()).encode()
    for environment in answers.environments:
        for kind in ("tfvars", "s3.tfbackend"):
            content = render(f"environment.{kind}", answers=answers, environment=environment, version=version)
            yield f"terraform/environments/{environment.name}.{kind}", content


def _guide(answers: Answers, version: str) -> bytes:
    published = answers.tool_repository != TOOL_REPOSITORY  # a company's copy is where the company has put it
    declaration = _job_name(answers.folders[0])
    return render("README.md", answers=answers, version=version, declaration=declaration, is_published=published)


def _policy(answers: Answers) -> bytes:
    def folders_in(environment: Environment) -> list[str]:
        return [folder.name for folder in answers.folders if folder.environment == environment]

    workforces = ["private", *(["vendor"] if any(team.is_vendor for team in answers.teams) else [])]
    return render("policy.yaml", answers=answers, folders_in=folders_in, workforces=workforces)


def _declaration_path(folder: Folder) -> str:
    return f"jobs/{folder.name}/{_job_name(folder)}.yaml"


def _declaration(folder: Folder) -> bytes:
    return render("declaration.yaml", folder=folder, name=_job_name(folder))


def _job_name(folder: Folder) -> str:
    # A job's name is unique in the account, so it starts with the folder's.
    return f"{folder.name[: 62 - len(_FIRST_JOB)].rstrip('-')}-{_FIRST_JOB}"
