"""Rules about when a job ends early."""

from collections.abc import Iterator

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.rules.registry import Case, error, rule, warning, whole_numbers
from groundctl.domain.declarations.sources import ObjectsInput

_OBJECTS, _PERCENT = "/stop_when/labeled_objects", "/stop_when/labeled_percent"


@rule("GT210", given=("/input/topic", _OBJECTS, _PERCENT))
def streaming_jobs_are_not_stopped(case: Case) -> Iterator[Diagnostic]:
    """AWS ignores the stopping conditions of streaming jobs, and an output topic needs an input topic."""
    stops = case.spec.stop_labeled_objects is not None or case.spec.stop_labeled_percent is not None
    if case.spec.is_streaming and stops:
        message = "has no effect: AWS ignores it for a job with an input topic"
        yield error("GT210", "/stop_when", message, "remove stop_when", at_key=True)


@rule("GT223", reads=("/input/sample", _OBJECTS))
def sample_reaches_the_stop(case: Case) -> Iterator[Diagnostic]:
    """A stopping condition above the number of clips never stops the job."""
    sample = case.spec.selection.sample
    if sample and sample.count is not None:
        yield from _unreachable(case, sample.count)


@rule("GT223", reads=(_OBJECTS,), each=("/input/objects/*",))
def listed_clips_reach_the_stop(case: Case) -> Iterator[Diagnostic]:
    """A stopping condition above the number of listed clips never stops the job."""
    listed = case.source(ObjectsInput)
    if listed:
        yield from _unreachable(case, len(listed.objects))


def _unreachable(case: Case, clips: int) -> Iterator[Diagnostic]:
    stop = case.spec.stop_labeled_objects
    if stop is not None and stop > clips and len(case.spec.sources) == 1:
        message = f"is more than the {clips:,} clips of this job, so it never stops the job"
        yield warning("GT223", _OBJECTS, message, "lower it, or remove it")


@rule("GT230", each=(_OBJECTS, _PERCENT))
def stopping_conditions_are_written_whole(case: Case) -> list[Diagnostic]:
    """JSON Schema accepts 3.0 as a whole number; AWS's request does not."""
    return whole_numbers((_OBJECTS, case.spec.stop_labeled_objects), (_PERCENT, case.spec.stop_labeled_percent))
