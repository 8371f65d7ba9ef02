"""groundctl terraform: plan or apply the ground of one environment, as the workflows do."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from groundctl.core.ground import ground_content, ground_plan
from groundctl.render.ground import ground_text
from groundctl.wiring import in_a_workflow, open_checkout, open_ground, open_workflow_run


def run(options: Namespace) -> int:
    """Print what would change, or change it."""
    stack, variables = open_ground(open_checkout(), options.environment)
    found = ground_plan(stack.plan(var_file=variables))
    print(ground_text(found))
    if options.step == "apply":
        if not found.is_empty:
            stack.apply(var_file=variables)
            print("Applied.")
        return 0
    if options.out:
        target = Path(options.out)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(ground_content(found), indent=2) + "\n", encoding="utf-8")
    if in_a_workflow():
        open_workflow_run().give({"changes": str(not found.is_empty).lower()})
    return 0
