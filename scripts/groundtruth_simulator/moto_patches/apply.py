"""The list of all patches, and the call that applies them."""

from __future__ import annotations

from groundtruth_simulator.moto_patches.athena import add_delete_named_query
from groundtruth_simulator.moto_patches.budgets import add_budget_tags
from groundtruth_simulator.moto_patches.core import (
    date_responses_with_the_simulated_time,
    refuse_missing_operations,
    serve_the_account_of_the_access_key,
)
from groundtruth_simulator.moto_patches.event_delivery import deliver_events_to_topics_and_destinations
from groundtruth_simulator.moto_patches.iam_simulation import add_policy_simulation
from groundtruth_simulator.moto_patches.s3_bucket_policies import (
    allow_access_logs_beside_deny_statements,
    evaluate_deny_conditions,
)
from groundtruth_simulator.moto_patches.s3_notifications import return_eventbridge_configuration
from groundtruth_simulator.moto_patches.s3_request_payment import add_request_payment
from groundtruth_simulator.moto_patches.s3_times import stamp_objects_with_the_simulated_time
from groundtruth_simulator.moto_patches.stepfunctions import add_state_machine_operations

PATCHES = (
    refuse_missing_operations,
    date_responses_with_the_simulated_time,
    serve_the_account_of_the_access_key,
    evaluate_deny_conditions,
    return_eventbridge_configuration,
    deliver_events_to_topics_and_destinations,
    add_budget_tags,
    add_delete_named_query,
    add_state_machine_operations,
    allow_access_logs_beside_deny_statements,
    stamp_objects_with_the_simulated_time,
    add_request_payment,
    add_policy_simulation,
)


def apply_moto_patches() -> None:
    """Apply every patch whose gap moto still has."""
    for patch in PATCHES:
        patch()
