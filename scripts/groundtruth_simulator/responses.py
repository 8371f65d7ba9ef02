"""The wire: one method for each operation, added to moto's SageMaker response class.

moto turns an X-Amz-Target into a snake_case method name and looks the methods up anew for each request, so what is
added here serves mock_aws and the server alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from groundtruth_simulator.exceptions import ResourceNotFound, ValidationException
from groundtruth_simulator.models import GroundTruth
from groundtruth_simulator.presigning import presigned_url
from groundtruth_simulator.simulator import STATE, current
from groundtruth_simulator.templates import render
from groundtruth_simulator.validation import check_request

Params = Mapping[str, Any]
Handler = Callable[[GroundTruth, Params], dict[str, Any] | None]

HANDLERS: dict[str, Handler] = {
    "CreateLabelingJob": GroundTruth.create_labeling_job,
    "DescribeLabelingJob": GroundTruth.describe_labeling_job,
    "StopLabelingJob": GroundTruth.stop_labeling_job,
    "ListLabelingJobs": GroundTruth.list_labeling_jobs,
    "ListLabelingJobsForWorkteam": GroundTruth.list_labeling_jobs_for_workteam,
    "CreateWorkforce": lambda world, params: world.workforces.create_workforce(params),
    "DescribeWorkforce": lambda world, params: world.workforces.describe_workforce(params),
    "UpdateWorkforce": lambda world, params: world.workforces.update_workforce(params),
    "DeleteWorkforce": lambda world, params: world.workforces.delete_workforce(params),
    "ListWorkforces": lambda world, params: world.workforces.list_workforces(params),
    "CreateWorkteam": lambda world, params: world.workforces.create_workteam(params),
    "DescribeWorkteam": lambda world, params: world.workforces.describe_workteam(params),
    "UpdateWorkteam": lambda world, params: world.workforces.update_workteam(params),
    "DeleteWorkteam": lambda world, params: world.workforces.delete_workteam(params),
    "ListWorkteams": lambda world, params: world.workforces.list_workteams(params),
    "CreateHumanTaskUi": lambda world, params: world.human_task_uis.create_human_task_ui(params),
    "DescribeHumanTaskUi": lambda world, params: world.human_task_uis.describe_human_task_ui(params),
    "DeleteHumanTaskUi": lambda world, params: world.human_task_uis.delete_human_task_ui(params),
}

# moto has these three for its own resources; ours are asked first.
TAG_HANDLERS: dict[str, Callable[[GroundTruth, Any, Params], dict[str, Any]]] = {
    "AddTags": lambda world, thing, params: world.add_tags(thing, params["Tags"]),
    "ListTags": lambda _, thing, __: {"Tags": thing.tags},
    "DeleteTags": lambda _, thing, params: _delete_tags(thing, params["TagKeys"]),
}
TAGGED_KINDS = ("labeling-job", "workforce", "workteam", "human-task-ui")


def add_operations() -> None:
    """Teach moto's SageMaker the operations it lacks; those it has by now stay moto's."""
    for operation, handler in HANDLERS.items():
        _add(operation, _method(operation, handler))
    _add("RenderUiTemplate", _method_with_wire("RenderUiTemplate"))
    for operation, tag_handler in TAG_HANDLERS.items():
        original = getattr(SageMakerResponse, _snake(operation))
        setattr(SageMakerResponse, _snake(operation), _tag_method(operation, tag_handler, original))


def world_of(backend: SageMakerModelBackend) -> GroundTruth:
    """Return the service's state beside a moto backend; it goes when moto resets that backend."""
    if STATE not in backend.__dict__:
        backend.__dict__[STATE] = GroundTruth(
            current(), account=backend.account_id, region=backend.region_name, partition=backend.partition
        )
    world: GroundTruth = backend.__dict__[STATE]
    return world


def _add(operation: str, method: Callable[[Any], ActionResult]) -> None:
    if not hasattr(SageMakerResponse, _snake(operation)):
        method.__name__ = _snake(operation)
        setattr(SageMakerResponse, _snake(operation), method)


def _method(operation: str, handler: Handler) -> Callable[[Any], ActionResult]:
    # A plain function, since moto finds its methods with inspect.isfunction.
    def call(response: Any) -> ActionResult:
        params = _checked(operation, response)
        result = _in_world(response, lambda world: handler(world, params))
        return EmptyResult() if result is None else ActionResult(result)

    return call


def _method_with_wire(operation: str) -> Callable[[Any], ActionResult]:
    def call(response: Any) -> ActionResult:
        params = _checked(operation, response)
        # Only the server has an endpoint that a browser can reach.
        endpoint = response.normalized_request.host_url.rstrip("/") if response.is_werkzeug_request else None
        return ActionResult(_in_world(response, lambda world: _render(world, params, endpoint)))

    return call


def _tag_method(operation: str, handler: Any, original: Any) -> Callable[[Any], Any]:
    @wraps(original)
    def call(response: Any) -> Any:
        params = {name: value for name, value in response.params.items() if value is not None}
        arn = str(params.get("ResourceArn", ""))
        if arn.partition("/")[0].rpartition(":")[2] not in TAGGED_KINDS:
            return original(response)
        check_request(operation, params)
        return ActionResult(_in_world(response, lambda world: handler(world, _tagged(world, arn), params)))

    return call


def _checked(operation: str, response: Any) -> Params:
    params = {name: value for name, value in response.params.items() if value is not None}
    check_request(operation, params)
    return params


def _in_world(response: Any, act: Callable[[GroundTruth], Any]) -> Any:
    simulator = current()
    try:
        with simulator.lock:
            world = world_of(response.sagemaker_backend)
            world.settle()
            return act(world)
    finally:
        simulator.outbox.deliver()


def _render(world: GroundTruth, params: Params, endpoint: str | None) -> dict[str, Any]:
    world.check_role(params["RoleArn"])
    if len([name for name in ("UiTemplate", "HumanTaskUiArn") if name in params]) != 1:
        raise ValidationException("Exactly one of UiTemplate and HumanTaskUiArn must be provided.")
    arn = params.get("HumanTaskUiArn")
    template = world.human_task_uis.content(arn) if arn else params["UiTemplate"]["Content"]
    region = world.storage.region
    return render(template, params["Task"]["Input"], lambda uri: presigned_url(uri, region=region, endpoint=endpoint))


def _tagged(world: GroundTruth, arn: str) -> Any:
    thing = world.tagged(arn)
    if thing is None:
        raise ResourceNotFound(f"Resource {arn} was not found.")
    return thing


def _delete_tags(thing: Any, keys: list[str]) -> dict[str, Any]:
    thing.tags = [tag for tag in thing.tags if tag["Key"] not in keys]
    return {}


def _snake(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
