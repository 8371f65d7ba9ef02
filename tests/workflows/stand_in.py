#!/usr/bin/env python3
"""Stands in for groundctl where the workflow files run: says who was called how, and sets the outputs that a test asks for.

The file `answers.json` in the folder that it was called in has the outputs and the exit code of a command. `ci tip` looks for itself.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

WHOSE = "main's"
CLEAN = ("GITHUB_TOKEN", "AWS_SESSION_TOKEN", "GROUNDCTL_ENVIRONMENT")


def at_tip() -> str:
    """Compare the run's commit with the tip of the default branch."""
    command = ["git", "rev-parse", "refs/heads/main"]
    found = subprocess.run(command, cwd=os.environ["EMULATOR_ORIGIN"], check=True, capture_output=True, text=True)
    return str(found.stdout.strip() == os.environ["GITHUB_SHA"]).lower()


def role() -> str:
    """Return the Region and the name of the role that the job took on; nothing before."""
    taken = os.environ.get("EMULATOR_ROLE", "")
    return f"{os.environ['AWS_REGION']} {taken.rpartition('/')[2]}" if taken else ""


def main() -> int:
    """Run."""
    said = " ".join(sys.argv[1:])
    proposed = Path("proposed/jobs/a.yaml")
    print(
        json.dumps(
            {
                "whose": WHOSE,
                "said": said,
                "at the root": str(Path.cwd()) == os.environ["GITHUB_WORKSPACE"],
                "proposed": proposed.read_text() if proposed.exists() else None,
                "has": [name for name in CLEAN if os.environ.get(name)],
                "environment": os.environ.get("GROUNDCTL_ENVIRONMENT", ""),
                "role": role(),
            }
        )
    )
    answers = json.loads(Path("answers.json").read_text())
    [answer] = [answers[start] for start in answers if said.startswith(start)] or [{}]
    outputs = {"current": at_tip()} if said == "ci tip" else answer.get("outputs", {})
    with Path(os.environ["GITHUB_OUTPUT"]).open("a") as file:
        file.writelines(f"{name}={value}\n" for name, value in outputs.items())
    return int(answer.get("exit", 0))


if __name__ == "__main__":
    raise SystemExit(main())
