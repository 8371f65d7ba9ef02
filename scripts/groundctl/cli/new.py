"""groundctl new: write a commented declaration to start from."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from groundctl.cli.options import Argument, Command
from groundctl.composition import open_checkout
from groundctl.domain.declarations.policy import Policy, team_folder
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.ports import Repository

TEMPLATE = """\
# yaml-language-server: $schema={schema}
name: {name}          # the file's name; it can never be used again once the job is created
owner: {team}

task:
  title: What happens in this clip?
  description: Watch the clip to its end and choose the one answer that fits.
  labels:                       # 1 to 30; their order is part of the output
    - first answer
    - second answer
    - name: cannot tell
      hint: The clip does not show it.
  instructions:                 # Markdown, here or in a .md file beside this one
    short: |
      Watch **to the end** before you answer.
    full: |
      Explain here what each answer means, with the cases that are easily confused.

input:                          # one of prefix, manifest, objects, from_job, topic
  prefix: {prefix}
  match: ["*.mp4"]
  # sample: {{count: 50, seed: 1}} # start small: look at 50 results before you buy 5,000

workforce:
  team: your-work-team          # the name of a work team in Terraform's output `infrastructure`
  workers_per_object: 3         # this many workers answer each clip, and each answer costs money
  task_time_limit: 10m
  task_availability: 10d

output:
  label_attribute: {name}

{tags}

budget: {{usd: 100}}              # a plan above this is refused
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOptions:
    """The options of `groundctl new`."""

    file: Annotated[
        str,
        Argument("FILE", "the declaration to write, such as jobs/TEAM/NAME.yaml; NAME becomes the name of the job"),
    ]


def run(options: NewOptions) -> ExitCode:
    """Write the file, unless it exists."""
    path = Path(options.file)
    if not re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", path.stem) or path.suffix != ".yaml":
        raise UsageError(
            f"{path.name} is not a valid name for a declaration",
            hint="use 1-63 letters, digits, or inner hyphens, followed by .yaml",
        )
    content = _content(path, open_checkout())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError(f"{path} already exists", hint="choose another name; files are never overwritten") from None
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", hint="check the path and its permissions"
        ) from error
    print(f"wrote {path}: fill it in, then run `groundctl validate {path}`")
    return ExitCode.OK


def _content(path: Path, checkout: Repository) -> str:
    up = "../" * len(path.parent.parts) if not path.is_absolute() else "../../"
    place = Path.cwd() / path
    inside = place.relative_to(checkout.root) if place.is_relative_to(checkout.root) else path
    folder = team_folder(inside.as_posix())
    team, policy = _plain_or_quoted(folder or "your-team"), Policy()
    if checkout.read_policy() is not None:
        # Imported here, because a repository without a policy needs no YAML.
        from groundctl.app.validate import load_policy

        policy, _ = load_policy(checkout)
    return TEMPLATE.format(
        schema=f"{up}schemas/labeling-job.schema.json",
        name=path.stem,
        team=team,
        prefix=next(iter(policy.allowed_prefixes.get(folder, ())), "s3://your-clips/folder/"),
        tags=_tags(policy.required_tags, team),
    )


def _tags(required: Sequence[str], team: str) -> str:
    """Write the tags that the policy requires, or an example in a comment."""
    if not required:
        return "# tags: {cost-center: your-team}  # cost allocation tags"
    head = "tags:                           # jobs/policy.yaml requires these"
    return "\n".join([head, *(f"  {_plain_or_quoted(key)}: {team}" for key in dict.fromkeys(required))])


def _plain_or_quoted(text: str) -> str:
    """Write a text so that YAML reads it as this text."""
    return text if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text) else json.dumps(text)


COMMAND = Command(
    description="Write a commented declaration to start from. An existing file is never overwritten.",
    examples=("groundctl new jobs/sports-data/rally-outcome-2026-12.yaml",),
    options=NewOptions,
    run=run,
)
