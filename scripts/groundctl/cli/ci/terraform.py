"""groundctl terraform: plan or apply the ground of one environment, as the workflows do."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from groundctl.composition import in_a_workflow, open_checkout, open_terraform, open_workflow_run
from groundctl.domain.tracking.terraform_plan import summarize_terraform_plan, terraform_plan_content
from groundctl.presentation.terminal.terraform_plan import terraform_plan_text


def run(options: Namespace) -> int:
    """Print what would change, or change it."""
    stack, variables = open_terraform(open_checkout(), options.environment)
    found = summarize_terraform_plan(stack.plan(var_file=variables))
    print(terraform_plan_text(found))
    if options.step == "apply":
        if not found.is_empty:
            stack.apply(var_file=variables)
            print("Applied.")
        return 0
    if options.out:
        target = Path(options.out)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(terraform_plan_content(found), indent=2) + "\n", encoding="utf-8")
    if in_a_workflow():
        open_workflow_run().set_outputs({"changes": str(not found.is_empty).lower()})
    return 0
