"""The options of `groundctl init`; most of them are answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.cli.options import Argument, Option


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """The options of `groundctl init`."""

    folder: Annotated[
        str | None, Argument("FOLDER", "the repository, by default the current folder; give it first")
    ] = None
    answers: Annotated[
        str | None, Option("--answers", "read the answers from this YAML or JSON file", metavar="FILE")
    ] = None
    repository: Annotated[
        str | None, Option("--repository", "the GitHub repository of your declarations", metavar="OWNER/NAME")
    ] = None
    environments: Annotated[
        tuple[str, ...],
        Option(
            "--environment", "where jobs are created, such as production.us-east-1=111122223333", metavar="NAME=ACCOUNT"
        ),
    ] = ()
    region: Annotated[
        str | None, Option("--region", "the Region of environments without one in their name", metavar="REGION")
    ] = None
    teams: Annotated[
        tuple[str, ...],
        Option("--team", "work teams, with an ARN, or with the e-mail addresses of new members", metavar="NAME=WHO"),
    ] = ()
    clips: Annotated[
        tuple[str, ...],
        Option(
            "--clips",
            "where clips are already, and with several environments for which one; without it, Terraform creates a bucket",
            metavar="s3://BUCKET/PREFIX/[=ENVIRONMENT]",
        ),
    ] = ()
    folders: Annotated[
        tuple[str, ...],
        Option(
            "--jobs-folder", "folders under jobs/, one for each team that asks for labels", metavar="NAME[=ENVIRONMENT]"
        ),
    ] = ()
    reviewers: Annotated[
        tuple[str, ...], Option("--reviewers", "GitHub teams or people who approve changes", metavar="@ORG/TEAM")
    ] = ()
    repository_id: Annotated[
        str | None,
        Option("--repository-id", "the repository's number: gh api repos/OWNER/NAME --jq .id", metavar="NUMBER"),
    ] = None
    owner_id: Annotated[
        str | None, Option("--owner-id", "its owner's number: gh api repos/OWNER/NAME --jq .owner.id", metavar="NUMBER")
    ] = None
    default_branch: Annotated[
        str | None, Option("--default-branch", "the branch that pull requests go to; default: main", metavar="BRANCH")
    ] = None
    tool_repository: Annotated[
        str | None,
        Option("--tool-repository", "your company's copy of groundctl/groundctl, with its tags", metavar="OWNER/NAME"),
    ] = None
    dry_run: Annotated[bool, Option("--dry-run", "show what would be written, and write nothing")] = False
    upgrade: Annotated[bool, Option("--upgrade", "move the repository to this version, and keep your changes")] = False
    to: Annotated[
        str | None, Option("--to", "with --upgrade: refuse if this groundctl is another version", metavar="VERSION")
    ] = None
    check: Annotated[bool, Option("--check", "with --upgrade: write nothing; exit 1 if something would change")] = False
