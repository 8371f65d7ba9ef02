"""Who may use the service on a day: AWS has closed Ground Truth to new customers, and the public workforce to everybody.

AWS documents the days; what a request gets afterwards is inferred.
"""

from __future__ import annotations

from datetime import UTC, datetime

from groundtruth_simulator.exceptions import AccessDeniedException
from groundtruth_simulator.settings import Settings

NEW_CUSTOMERS_END = datetime(2026, 7, 31, tzinfo=UTC)  # the last day is 30 July 2026
PUBLIC_WORKFORCE_END = datetime(2026, 10, 1, tzinfo=UTC)  # Amazon Mechanical Turk's last day is 30 September 2026


def check_customer(settings: Settings, now: datetime) -> None:
    """Raise AccessDeniedException for an account that comes too late."""
    if settings.closing_dates and not settings.existing_customer and now >= NEW_CUSTOMERS_END:
        raise AccessDeniedException("Amazon SageMaker Ground Truth is no longer open to new customers.")


def public_workforce_is_closed(settings: Settings, now: datetime) -> bool:
    """Return whether no job can be sent to the public workforce any more."""
    return settings.closing_dates and now >= PUBLIC_WORKFORCE_END
