"""Missing operations of any service."""

from __future__ import annotations

import inspect
import warnings
from functools import wraps
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from groundtruth_simulator.moto_patches.methods import set_method


class NotImplementedByMotoError(ServiceException):
    """An operation that neither moto nor this package simulates."""

    code = "NotImplementedByMoto"


def refuse_missing_operations() -> None:
    """Turn moto's 500 for a missing operation into a 400: SDKs retry a 500, Terraform's provider for minutes."""
    if "NotImplementedError" not in inspect.getsource(BaseResponse.call_action):
        return
    # The service model has no shape for this code, so moto warns about it.
    warnings.filterwarnings("ignore", message=r".*NotImplementedByMoto does not match an error shape")
    original = BaseResponse.call_action

    @wraps(original)
    def call_action(self: Any) -> Any:
        try:
            return original(self)
        except NotImplementedError as missing:
            status, headers, body = self.serialized(ActionResult(NotImplementedByMotoError(str(missing))))
            return status, {**headers, "status": str(status)}, body

    set_method(BaseResponse, call_action)
