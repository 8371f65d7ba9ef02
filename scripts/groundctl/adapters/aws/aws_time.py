"""AWS's own time, from the Date header of its responses."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

# The form of dates in HTTP that servers must write; it has a zone.
_HTTP_DATE = re.compile(r"[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT")


def time_of(response: Mapping[str, Any]) -> datetime | None:
    """Read AWS's own time from an answer's Date header.

    A proxy may add its own, and botocore joins the two: the earlier one closes no attempt too early.
    """
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return min((parsedate_to_datetime(each) for each in _HTTP_DATE.findall(date)), default=None)
    except ValueError:
        return None


class AwsTime:
    """AWS's time since its last response: a wrong clock of this machine makes no job old or young."""

    def __init__(self) -> None:
        self._heard: tuple[datetime, float] | None = None

    def hear(self, parsed_response: Any = None, **_: Any) -> None:
        """Note the time of a response, as a handler of botocore's event response-received."""
        if isinstance(parsed_response, Mapping) and (date := time_of(parsed_response)):
            self._heard = (date, time.monotonic())

    def now(self) -> datetime:
        """Return AWS's time; this machine's before the first response."""
        heard = self._heard
        if heard is None:
            return datetime.now(UTC)
        date, then = heard
        return date + timedelta(seconds=time.monotonic() - then)
