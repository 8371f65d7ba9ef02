"""Keeps how far an apply is, written down before and after each act, so that a run that ends early names every job."""

from __future__ import annotations

from collections.abc import Iterable

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.creation import Outcome, Verdict
from groundctl.domain.jobs.interruption import Step, interrupted
from groundctl.domain.planning.plan import Change, Create, Stop


class ApplyLog:
    """The creates and stops of one apply, the last step begun on each, and the verdicts so far."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.changes = tuple(change for change in changes if isinstance(change, Create | Stop))
        self._steps: dict[JobKey, Step] = {}
        self._verdicts: dict[JobKey, Verdict] = {}

    def begin(self, key: JobKey, step: Step) -> None:
        """Write down that a step begins; called before anything is sent."""
        self._steps[key] = step

    def finish(self, key: JobKey, verdict: Verdict) -> None:
        """Write down how a change ended."""
        self._verdicts[key] = verdict

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Give the outcome of every change, whatever has ended the apply."""
        return tuple(
            Outcome(name=change.name, path=change.path, verdict=self._verdict(change.key)) for change in self.changes
        )

    def _verdict(self, key: JobKey) -> Verdict:
        return self._verdicts.get(key) or interrupted(self._steps.get(key, Step.NOT_STARTED))
