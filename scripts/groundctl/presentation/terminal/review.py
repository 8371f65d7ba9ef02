"""What may be done with a plan, as text for a terminal: the reviewers of a protected environment read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.creation import Hold
from groundctl.domain.planning.plan import Create, Plan, Stop
from groundctl.presentation.escape import for_terminal
from groundctl.presentation.text import arrived_text


def review_text(
    plan: Plan,
    *,
    held: Mapping[JobKey, Hold],
    agreed: Mapping[JobKey, str],
    arrived: Mapping[JobKey, int],
    digest: str,
) -> str:
    """Write which changes go ahead and who approved them, which are held and why; mappings go by the job's key.

    digest is what `approve` takes: that of the plan with all clips that are there now.
    """
    lines = [*_lines(plan, held, agreed, arrived)]
    if digest != plan.digest:
        lines.append(f"`approve` takes another digest, because it also lets through what arrived later: {digest}")
    return "\n".join(map(for_terminal, lines))


def _lines(
    plan: Plan, held: Mapping[JobKey, Hold], agreed: Mapping[JobKey, str], arrived: Mapping[JobKey, int]
) -> Iterator[str]:
    for change in plan.changes:
        if not isinstance(change, Create | Stop):
            continue
        if hold := held.get(change.key):
            yield f"held      {change.name}: {hold.reason}"
        else:
            yield f"approved  {change.name}: {agreed.get(change.key, '')}".removesuffix(": ")
        if more := arrived.get(change.key):
            yield f"          {arrived_text(more)}"
