"""What all services share: missing operations, and the account of a request."""

from __future__ import annotations

import inspect
import re
import warnings
from functools import wraps
from typing import Any

from moto.core import responses
from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult, BaseResponse

from groundtruth_simulator.moto_patches.methods import set_method
from groundtruth_simulator.simulator import current_simulator

ACCOUNT_AS_KEY = re.compile(r"Credential=(\d{12})(?:/|%2F)")


class NotImplementedByMotoError(ServiceException):
    """An operation that neither moto nor this package simulates."""

    code = "NotImplementedByMoto"


def refuse_missing_operations() -> None:
    """Turn moto's 500 for a missing operation into a 400: SDKs retry a 500, Terraform's provider for minutes."""
    if "NotImplementedError" not in inspect.getsource(BaseResponse.call_action):
        return
    # Service models have no shape for these codes, so moto warns about them.
    unmodeled = r".*(NotImplementedByMoto|AccessDeniedException) does not match an error shape"
    warnings.filterwarnings("ignore", message=unmodeled)
    original = BaseResponse.call_action

    @wraps(original)
    def call_action(self: Any) -> Any:
        try:
            return original(self)
        except NotImplementedError as missing:
            status, headers, body = self.serialized(ActionResult(NotImplementedByMotoError(str(missing))))
            return status, {**headers, "status": str(status)}, body

    set_method(BaseResponse, call_action)


def serve_the_account_of_the_access_key() -> None:
    """Take an access key id of twelve digits as an account id, and the setting for every key that moto does not know."""
    original = BaseResponse.get_current_account

    @wraps(original)
    def get_current_account(self: Any) -> str:
        credential = ACCOUNT_AS_KEY.search(self.headers.get("Authorization", "") or self.uri)
        if credential:
            return credential[1]
        account = original(self)
        return current_simulator().settings.account_id if account == DEFAULT_ACCOUNT_ID else account

    set_method(BaseResponse, get_current_account)


def date_responses_with_the_simulated_time() -> None:
    """Give responses in process the simulator's time as their Date; moto takes the machine's."""
    # moto's functions take the time without a zone.
    setattr(responses, "utcnow", lambda: current_simulator().clock.date().replace(tzinfo=None))  # noqa: B010 - for mypy
