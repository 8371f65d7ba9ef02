"""groundctl touched: whether a branch changes anything that a plan is made from."""

from argparse import Namespace

from groundctl.app.review import WHAT_PLANS_READ
from groundctl.composition import in_a_workflow, open_checkout, open_history, open_workflow_run

# What the workflows themselves do is part of what a plan says.
MATTERS = (*(f"{folder}/" for folder in WHAT_PLANS_READ), ".github/", "requirements.lock", "Makefile")


def run(options: Namespace) -> int:
    """Print true or false, and hand it to the next steps of a workflow."""
    changed = open_history(open_checkout()).changed_since(options.base)
    answer = str(any(path.startswith(MATTERS) for path in changed)).lower()
    print(answer)
    if in_a_workflow():
        open_workflow_run().set_outputs({"touched": answer})
    return 0
