"""Rules about who labels, how long they have, and what they are paid."""

from collections.abc import Iterator

from groundctl.domain.aws.prices import LISTED_PRICES
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.rules.registry import Case, error, rule, warning, whole_numbers
from groundctl.domain.declarations.spec import AT_FAULT

DAY = 86_400
LONGEST_TASK = 8 * 3600
LONGEST_AVAILABILITY = 30 * DAY
LONGEST_PUBLIC_AVAILABILITY = 12 * 3600
DEFAULT_PUBLIC_AVAILABILITY = 6 * 3600
PII_FREE = "FreeOfPersonallyIdentifiableInformation"

_TIME_LIMIT = "/workforce/task_time_limit"
_AVAILABILITY = "/workforce/task_availability"
_SECONDS = "/workforce/seconds_per_clip"
_PRICE = "/workforce/price_usd"


@rule("GT205", reads=(_TIME_LIMIT,))
def task_time_limit_is_in_range(case: Case) -> Iterator[Diagnostic]:
    """AWS documents no maximum for clips; 8 hours is its limit for other tasks on one object."""
    limit = case.spec.task_time_limit
    if limit < 30:
        yield error("GT205", _TIME_LIMIT, f"is {limit}s; the AWS minimum is 30s", "write 30s or more")
    elif limit > LONGEST_TASK:
        message = "is longer than 8h, the longest limit AWS documents for one object"
        yield error("GT205", _TIME_LIMIT, message, "write 8h or less")


@rule("GT206", reads=(_AVAILABILITY,), each=("/workforce/crowd",))
def task_availability_is_in_range(case: Case) -> Iterator[Diagnostic]:
    """The maximum is 30 days for private and vendor teams and 12 hours for the public workforce; AWS fails a job after 30 days."""
    available, public = case.spec.task_availability, case.spec.public_crowd is True
    if available is None:
        return
    if available < 60:
        yield error("GT206", _AVAILABILITY, f"is {available}s; the AWS minimum is 60s", "write 60s or more")
    elif public and available > LONGEST_PUBLIC_AVAILABILITY:
        message = "is longer than 12h, the maximum for the public workforce"
        yield error("GT206", _AVAILABILITY, message, "write 12h or less")
    elif available > LONGEST_AVAILABILITY:
        yield error("GT206", _AVAILABILITY, "is longer than 30d, when AWS fails the job", "write 30d or less")


@rule("GT207", reads=(_TIME_LIMIT, _AVAILABILITY), each=("/workforce/crowd",))
def task_fits_its_availability(case: Case) -> Iterator[Diagnostic]:
    """A worker who may take longer than the clip is offered loses the work."""
    limit, available, public = case.spec.task_time_limit, case.spec.task_availability, case.spec.public_crowd
    if available is None and public is AT_FAULT:
        return  # The default depends on it.
    if available is None:
        offered = DEFAULT_PUBLIC_AVAILABILITY if public else LONGEST_AVAILABILITY
        source = "AWS's default for the public workforce is 6h"
    else:
        offered, source = available, f"task_availability is {_duration(available)}"
    if offered < limit <= LONGEST_TASK:
        message = f"is longer than a clip is offered to workers ({source})"
        yield error("GT207", _TIME_LIMIT, message, "shorten task_time_limit, or lengthen task_availability")


@rule("GT238", reads=(_TIME_LIMIT,), each=(_SECONDS,))
def workers_have_the_time_that_they_need(case: Case) -> Iterator[Diagnostic]:
    """A worker whose time is over before the clip is done loses the work."""
    seconds, limit = case.spec.seconds_per_clip, case.spec.task_time_limit
    if seconds is not None and seconds is not AT_FAULT and seconds > limit:
        message = f"is {seconds}, and task_time_limit is {_duration(limit)}: no worker would finish a clip"
        yield error("GT238", _SECONDS, message, "lengthen task_time_limit, or correct seconds_per_clip")


def _duration(seconds: int) -> str:
    size, unit = next(
        (size, unit) for size, unit in ((DAY, "d"), (3600, "h"), (60, "m"), (1, "s")) if seconds % size == 0
    )
    return f"{seconds // size:,}{unit}"


@rule("GT214", given=("/workforce/team", "/workforce/crowd"))
def job_has_one_workforce(case: Case) -> Iterator[Diagnostic]:
    """AWS accepts one work team per job."""
    team, public = case.spec.team is not None, case.spec.public_crowd is not False
    if team and public:
        yield error("GT214", "/workforce/crowd", "cannot be combined with team", "keep one of the two")
    elif not team and not public:
        hint = "add team: with a name from the infrastructure"
        yield error("GT214", "/workforce", "names no work team", hint, at_key=True)


@rule("GT216", reads=("/workforce/crowd", "/input/content_classifiers"))
def public_clips_show_no_persons(case: Case) -> Iterator[Diagnostic]:
    """AWS accepts a public job without this statement about its clips, and then fails the job."""
    if case.spec.public_crowd and PII_FREE not in case.spec.content_classifiers:
        message = f"does not declare {PII_FREE}, and AWS fails a public job without it"
        hint = f"add content_classifiers: [{PII_FREE}], if it is true"
        yield error("GT216", "/input", message, hint, at_key=True)


@rule("GT217", given=(_PRICE, "/workforce/crowd"))
def price_is_listed(case: Case) -> Iterator[Diagnostic]:
    """AWS accepts a fixed list of prices for the public workforce, and no price for other teams."""
    price, public = case.spec.price_usd, case.spec.public_crowd
    if public is False:
        if price is not None:
            hint = "remove it; rates for teams belong in jobs/policy.yaml under rates"
            yield error("GT217", _PRICE, "is for the public workforce only", hint)
    elif price is None:
        if public is True:
            message = "has no price_usd, which the public workforce needs"
            yield error("GT217", "/workforce", message, "add price_usd: 0.036 or another listed price", at_key=True)
    elif price is not AT_FAULT and price not in LISTED_PRICES:
        nearest = min(LISTED_PRICES, key=lambda listed: abs(listed - price))
        yield error(
            "GT217",
            _PRICE,
            f"is {price}, which is not one of AWS's listed prices",
            f"write a listed price; the nearest is {nearest}",
        )


@rule("GT224", reads=("/workforce/workers_per_object",))
def confidence_is_computed(case: Case) -> Iterator[Diagnostic]:
    """With one worker AWS writes confidence 0.00, which means that it computed none."""
    if case.spec.workers_per_object == 1:
        message = "is 1: AWS then computes no confidence and writes 0.00"
        yield warning("GT224", "/workforce/workers_per_object", message, "use 3 or more where quality matters")


@rule("GT230", each=("/workforce/workers_per_object", "/workforce/max_concurrent_objects"))
def worker_counts_are_written_whole(case: Case) -> list[Diagnostic]:
    """JSON Schema accepts 3.0 as a whole number; AWS's request does not."""
    return whole_numbers(
        ("/workforce/workers_per_object", case.spec.workers_per_object),
        ("/workforce/max_concurrent_objects", case.spec.max_concurrent_objects),
    )
