"""The settings of the simulation, with the choices that AWS's documentation leaves open."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

FORMATS = {"account_id": re.compile(r"[0-9]{12}"), "region": re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings; each can be changed while the simulator runs."""

    seed: int = 7

    # Where clients work that do not say it. An access key id of twelve digits names another account.
    account_id: str = "123456789012"
    region: str = "us-east-1"  # of `Simulator.environment`; every client names its own

    # The workers.
    accuracy: float = 0.9  # mean share of correct answers in the team
    team_size: int | None = None  # None: five, or as many as a data object needs; 0: no workers
    task_seconds: float = 25.0  # median time for one answer
    decline_rate: float = 0.0  # share of tasks a worker declines

    # What AWS's documentation leaves open.
    unknown_job: Literal["ResourceNotFound", "ValidationException"] = "ResourceNotFound"
    stopping_condition_status: Literal["Completed", "Stopped"] = "Completed"
    partial_answers: Literal["consolidate", "fail"] = "consolidate"
    summaries_with_input: bool = True  # ListLabelingJobs may omit InputConfig
    short_pages: bool = False  # a page may have fewer items than MaxResults although more follow
    failure_records: bool = False  # an unlabeled line gets metadata with the reason (from memory; no sample found)

    # What AWS has closed, by the simulated clock.
    closing_dates: bool = True  # False: nothing has closed
    existing_customer: bool = True  # False: the account has no Ground Truth from before 31 July 2026

    # Which references are looked up.
    check_references: bool = True  # roles, user pools, user groups, KMS keys, SNS topics
    check_clips: bool = True  # a clip that is not in S3 fails its object
    check_cors: bool = True  # a clip whose bucket has no CORS rule fails its object

    latency: float = 0.0  # real seconds before every response

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """Return the settings with changes; raise ValueError for an unknown name or an invalid value."""
        known = {field.name for field in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown setting {name!r}; the settings are: {', '.join(sorted(known))}")
            _check_value(name, value)
        return replace(self, **changes)


def _check_value(name: str, value: object) -> None:
    hint = get_type_hints(Settings)[name]
    choices = get_args(hint)
    if choices and type(None) not in choices:
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return
    expected = (int, type(None)) if choices else (int, float) if hint is float else hint
    if not isinstance(value, expected) or (isinstance(value, bool) and hint is not bool):
        raise ValueError(f"{name} cannot be {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} cannot be {value!r}")
    if isinstance(value, (int, float)) and value < 0 and name != "seed":
        raise ValueError(f"{name} must not be negative")
    if name in FORMATS and not FORMATS[name].fullmatch(str(value)):
        raise ValueError(f"{name} cannot be {value!r}")
    if name in ("accuracy", "decline_rate") and isinstance(value, (int, float)) and value > 1:
        raise ValueError(f"{name} must be between 0 and 1")
