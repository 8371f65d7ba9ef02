"""What GitHub's roles can do: all that their workflows need, and no change beyond that."""

import pytest
from botocore.session import get_session

from support.aws.actions import CHANGING, MODELS, READING, actions, changes, changing_actions, first_word
from support.aws.iam_policies import values
from support.github.oidc_tokens import KINDS
from support.terraform.plan import Plan
from terraform.github_access import roles
from terraform.github_access_objects import readable_clips
from terraform.github_access_requests import CHANGES, NEEDED, denied, reachable_changes
from terraform.infrastructure import QUIET

pytestmark = QUIET


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_can_do_what_its_workflows_need(roles_plan: Plan, kind: str) -> None:
    assert denied(roles(roles_plan)[kind], NEEDED[kind]) == []


def test_every_action_is_classified_as_reading_or_changing() -> None:
    words = {first_word(action) for service in MODELS for action in actions(service)}

    assert words - READING - CHANGING == set()
    assert {service: len(changing_actions(service)) > 100 for service in MODELS} == dict.fromkeys(MODELS, True)


def test_http_methods_of_s3_confirm_the_classification() -> None:
    session, otherwise = get_session(), set()
    for model in map(session.get_service_model, ("s3", "s3control")):
        for name in model.operation_names:
            sends = model.operation_model(name).http["method"] not in ("GET", "HEAD")
            if changes(f"s3:{name}") is not sends:
                otherwise.add(name)

    # CreateSession grants rights and counts as a change; SelectObjectContent sends its query as a POST.
    assert otherwise == {"CreateSession", "SelectObjectContent"}


def test_the_plan_role_cannot_change_anything(roles_plan: Plan) -> None:
    role = roles(roles_plan)["plan"]

    # Neither its policy nor its boundary alone allows a change.
    assert reachable_changes(role.policy) == []
    assert reachable_changes(role.boundary) == []


@pytest.mark.parametrize(
    ("kind", "changing"),
    [("plan", {"kms:Decrypt"}), ("record", {"kms:Decrypt", "kms:GenerateDataKey", "s3:PutObject"})],
)
def test_plan_and_record_only_read_from_other_services(roles_plan: Plan, kind: str, changing: set[str]) -> None:
    allowed = {
        action for statement in roles(roles_plan)[kind].policy.statements for action in values(statement["Action"])
    }

    assert {action for action in allowed if changes(action)} == changing


@pytest.mark.parametrize("kind", ["record", "apply", "stop"])
def test_record_apply_and_stop_change_only_what_they_need(roles_plan: Plan, kind: str) -> None:
    role = roles(roles_plan)[kind]

    assert reachable_changes(role.policy) == CHANGES[kind]
    assert reachable_changes(role.boundary) == CHANGES[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_no_role_reads_a_workers_answer_and_only_two_read_clips_even_if_a_bucket_policy_allows_it(
    roles_plan: Plan, kind: str
) -> None:
    assert readable_clips(roles(roles_plan)[kind], kind) == []
