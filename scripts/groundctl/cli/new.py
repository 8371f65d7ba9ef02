"""groundctl new: a commented declaration to start from."""

import re
from argparse import Namespace
from pathlib import Path

from groundctl.errors import UsageError

TEMPLATE = """\
# yaml-language-server: $schema={schema}
name: {name}          # the file's name; used up for ever once the job is created
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
      Say here what each answer means, with the cases that are easily confused.

input:                          # one of prefix, manifest, objects, from_job, topic
  prefix: s3://your-clips/folder/
  match: ["*.mp4"]
  # sample: {{count: 50, seed: 1}} # start small: look at 50 results before you buy 5,000

workforce:
  team: your-work-team          # a name that Terraform hands over
  workers_per_object: 3         # each clip is answered by so many workers, and costs as much
  task_time_limit: 10m
  task_availability: 10d

output:
  label_attribute: {name}

budget: {{usd: 100}}              # a plan above this is refused
"""


def run(options: Namespace) -> int:
    """Write the file; never over one that is there."""
    path = Path(options.file)
    if not re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", path.stem) or path.suffix != ".yaml":
        raise UsageError(
            f"{path.name} cannot name a job", hint="use letters, digits and inner hyphens, and end in .yaml"
        )
    up = "../" * len(path.parent.parts) if not path.is_absolute() else "../../"
    content = TEMPLATE.format(
        schema=f"{up}schemas/labeling-job.schema.json", name=path.stem, team=path.parent.name or "your-team"
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError(f"{path} is there already", hint="choose another name; files are never overwritten") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", hint="check the path and its rights") from error
    print(f"wrote {path}: fill it in, then run `groundctl validate {path}`")
    return 0
