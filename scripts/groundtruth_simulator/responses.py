"""The request handlers: one method for each operation, added to moto's SageMaker response class.

moto turns an X-Amz-Target into a snake_case method name and looks it up for each request. The methods added here therefore
serve both mock_aws and the server, and moto's own `urls.py` routes to them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.responses import SageMakerResponse
from moto.utilities.aws_headers import gen_amzn_requestid_long

from groundtruth_simulator.exceptions import ProtocolError, ResourceNotFound, ValidationException
from groundtruth_simulator.models.backend import GroundTruthBackend
from groundtruth_simulator.presigned_urls import presigned_url
from groundtruth_simulator.simulator import current_simulator
from groundtruth_simulator.template_rendering import render
from groundtruth_simulator.validation.constraints import check_request
from groundtruth_simulator.validation.json_protocol import MAX_BODY, check_protocol, too_large
from groundtruth_simulator.validation.labeling_job_rules import own_key_fault

Params = Mapping[str, Any]
Handler = Callable[[GroundTruthBackend, Params], dict[str, Any] | None]

HANDLERS: dict[str, Handler] = {
    "CreateLabelingJob": GroundTruthBackend.create_labeling_job,
    "DescribeLabelingJob": GroundTruthBackend.describe_labeling_job,
    "StopLabelingJob": GroundTruthBackend.stop_labeling_job,
    "ListLabelingJobs": GroundTruthBackend.list_labeling_jobs,
    "ListLabelingJobsForWorkteam": GroundTruthBackend.list_labeling_jobs_for_workteam,
    "CreateWorkforce": lambda backend, params: backend.workforces.create_workforce(params),
    "DescribeWorkforce": lambda backend, params: backend.workforces.describe_workforce(params),
    "UpdateWorkforce": lambda backend, params: backend.workforces.update_workforce(params),
    "DeleteWorkforce": lambda backend, params: backend.workforces.delete_workforce(params),
    "ListWorkforces": lambda backend, params: backend.workforces.list_workforces(params),
    "CreateWorkteam": lambda backend, params: backend.workforces.create_workteam(params),
    "DescribeWorkteam": lambda backend, params: backend.workforces.describe_workteam(params),
    "UpdateWorkteam": lambda backend, params: backend.workforces.update_workteam(params),
    "DeleteWorkteam": lambda backend, params: backend.workforces.delete_workteam(params),
    "ListWorkteams": lambda backend, params: backend.workforces.list_workteams(params),
    "DescribeSubscribedWorkteam": lambda backend, params: backend.workforces.describe_subscribed_workteam(params),
    "ListSubscribedWorkteams": lambda backend, params: backend.workforces.list_subscribed_workteams(params),
    "ListHumanTaskUis": lambda backend, params: backend.human_task_uis.list_human_task_uis(params),
    "CreateHumanTaskUi": lambda backend, params: backend.human_task_uis.create_human_task_ui(params),
    "DescribeHumanTaskUi": lambda backend, params: backend.human_task_uis.describe_human_task_ui(params),
    "DeleteHumanTaskUi": lambda backend, params: backend.human_task_uis.delete_human_task_ui(params),
}

# moto has these three operations for its own resources; the resources of Ground Truth are looked up first.
TAG_HANDLERS: dict[str, Callable[[GroundTruthBackend, Any, Params], dict[str, Any]]] = {
    "AddTags": lambda backend, resource, params: backend.add_tags(resource, params["Tags"]),
    "ListTags": lambda _, resource, __: {"Tags": resource.tags},
    "DeleteTags": lambda _, resource, params: _delete_tags(resource, params["TagKeys"]),
}
TAGGED_KINDS = ("labeling-job", "workforce", "workteam", "human-task-ui")


def add_operations() -> None:
    """Add to moto's SageMaker the operations that it lacks; an operation that moto has stays moto's."""
    for operation, handler in HANDLERS.items():
        _add(operation, _method(operation, handler))
    _add("RenderUiTemplate", _render_method("RenderUiTemplate"))
    for operation, tag_handler in TAG_HANDLERS.items():
        original = getattr(SageMakerResponse, _snake_case(operation))
        setattr(SageMakerResponse, _snake_case(operation), _tag_method(operation, tag_handler, original))


def check_protocol_first() -> None:
    """Check target, body and JSON types of every SageMaker request, also those for operations that moto has itself."""
    original = SageMakerResponse._dispatch

    @wraps(original)
    def dispatch(self: Any, request: Any, *arguments: Any, **named: Any) -> Any:
        try:
            check_protocol(request.method, request.headers.get("X-Amz-Target", ""), _body(request))
        except ProtocolError as error:
            headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": error.code}
            gen_amzn_requestid_long(headers)
            return error.status, headers, json.dumps({"__type": error.code, "message": error.message})
        return original(self, request, *arguments, **named)

    setattr(SageMakerResponse, "_dispatch", dispatch)  # noqa: B010 - mypy forbids the plain assignment


def _body(request: Any) -> bytes:
    if (request.content_length or 0) > MAX_BODY:
        while request.stream.read(64 * 1024):  # a client that still sends would miss the answer
            pass
        raise too_large()
    body: bytes = request.get_data()
    return body


def _add(operation: str, method: Callable[[Any], ActionResult]) -> None:
    if not hasattr(SageMakerResponse, _snake_case(operation)):
        method.__name__ = _snake_case(operation)
        setattr(SageMakerResponse, _snake_case(operation), method)


def _method(operation: str, handler: Handler) -> Callable[[Any], ActionResult]:
    # A plain function, because moto finds its methods with inspect.isfunction.
    def call(response: Any) -> ActionResult:
        params = _checked_params(operation, response)
        result = _with_backend(response, lambda backend: handler(backend, params))
        return EmptyResult() if result is None else ActionResult(result)

    return call


def _render_method(operation: str) -> Callable[[Any], ActionResult]:
    def call(response: Any) -> ActionResult:
        params = _checked_params(operation, response)
        # Only the server has an endpoint that a browser can reach.
        endpoint = response.normalized_request.host_url.rstrip("/") if response.is_werkzeug_request else None
        return ActionResult(_with_backend(response, lambda backend: _render(backend, params, endpoint)))

    return call


def _tag_method(operation: str, handler: Any, original: Any) -> Callable[[Any], Any]:
    @wraps(original)
    def call(response: Any) -> Any:
        params = {name: value for name, value in response.params.items() if value is not None}
        check_request(operation, params)
        arn = params["ResourceArn"]
        if arn.partition("/")[0].rpartition(":")[2] not in TAGGED_KINDS:
            return original(response)
        return ActionResult(
            _with_backend(response, lambda backend: handler(backend, _tagged_resource(backend, arn), params))
        )

    return call


def _checked_params(operation: str, response: Any) -> Params:
    params = {name: value for name, value in response.params.items() if value is not None}
    check_request(operation, params)
    return params


def _with_backend(response: Any, act: Callable[[GroundTruthBackend], Any]) -> Any:
    simulator = current_simulator()
    try:
        with simulator.lock:
            backend = simulator.backend_of(response.sagemaker_backend)
            backend.process_due()
            return act(backend)
    finally:
        # Without the lock: a target of an event may call the simulator.
        simulator.event_queue.deliver()


def _render(backend: GroundTruthBackend, params: Params, endpoint: str | None) -> dict[str, Any]:
    backend.check_role(params["RoleArn"])
    if len([name for name in ("UiTemplate", "HumanTaskUiArn") if name in params]) != 1:
        raise ValidationException("Exactly one of UiTemplate and HumanTaskUiArn must be provided.")
    arn = params.get("HumanTaskUiArn")
    template = backend.human_task_uis.content(arn) if arn else params["UiTemplate"]["Content"]
    region = backend.storage.region
    return render(template, params["Task"]["Input"], lambda uri: presigned_url(uri, region=region, endpoint=endpoint))


def _tagged_resource(backend: GroundTruthBackend, arn: str) -> Any:
    resource = backend.find_resource(arn)
    if resource is None:
        raise ResourceNotFound(f"Resource {arn} was not found.")
    return resource


def _delete_tags(resource: Any, keys: list[str]) -> dict[str, Any]:
    if fault := own_key_fault(keys):
        raise ValidationException(fault)
    resource.tags = [tag for tag in resource.tags if tag["Key"] not in keys]
    return {}


def _snake_case(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
