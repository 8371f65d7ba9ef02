"""The order in which test files start: the longest first, so that no process waits at the end for another's long file."""

from __future__ import annotations

# Estimates are enough. Files that are not named come after these, in pytest's order.
LONGEST = (
    "end_to_end/test_attacks_on_approvals.py",  # it waits for GitHub to name young commits
    "e2e_demo/test_e2e_demo.py",
    "decision_table/test_rows_by_workflows.py",
    "decision_table/test_rows_by_commands.py",
    "decision_table/test_stories.py",
    "end_to_end/test_interrupted_apply.py",
    "chaos/test_histories.py",
    "chaos/test_histories_second.py",
    "chaos/test_histories_third.py",
    "mutants/test_mutants.py",
    "end_to_end/test_overlap_after_dead_runs.py",
    "end_to_end/test_overlap_across_places.py",
    "workflows/test_played.py",
    "workflows/test_two_environments_for_real.py",
    "terraform/test_trust_of_played_workflows.py",
    "emulator_tests/test_runner.py",
    "terraform/test_full.py",
    "package/test_adopted.py",
    "package/test_wheel.py",
    "terraform/test_labeling_data.py",
    "property/test_fuzz.py",
    "terraform/test_code.py",
    "doctor/test_broken_setups.py",
    "property/test_upgrades.py",
    "end_to_end/test_init.py",
    "end_to_end/test_status_reports.py",
    "end_to_end/test_ledger_command.py",
    "terraform/test_apply.py",
    "terraform/test_github_access_applied.py",
    "end_to_end/test_demo.py",
    "package/test_rehearsal.py",
    "end_to_end/test_signals.py",
    "pages/test_worker_page.py",
    "pages/test_hostile_templates.py",
    "pages/test_hostile_instructions.py",
    "end_to_end/test_consent.py",
    "contract/test_ledger_adapter.py",
    "bench/test_smoke.py",
    "terraform/test_environments.py",
    "end_to_end/test_hostile_pull_request.py",
)


def rank(path: str) -> int:
    """Return the place of a test file, such as `unit/test_sizes.py`, in the order."""
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)
