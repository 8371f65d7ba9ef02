"""Keeps how far an apply is, written down before and after each act, so that a run that ends early names every job."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from groundctl.domain.aws.job_names import JobKey
from groundctl.domain.jobs.creation import Outcome, Verdict
from groundctl.domain.jobs.interruption import Step, interrupted
from groundctl.domain.planning.plan import Change, Create, Stop


class RunEndedError(Exception):
    """The run has ended, and its outcomes are reported: nothing more may be begun."""


class ApplyLog:
    """The creates and stops of one apply, the last step begun on each, and the verdicts so far.

    Several hands write to it. Once it is closed, no further step begins, so that what was reported of each job stays true.
    """

    def __init__(self, changes: Iterable[Change]) -> None:
        self.changes = tuple(change for change in changes if isinstance(change, Create | Stop))
        self._steps: dict[JobKey, Step] = {}
        self._verdicts: dict[JobKey, Verdict] = {}
        self._is_closed = False
        # A signal can interrupt the thread that holds it, which then closes the log.
        self._lock = threading.RLock()

    def begin(self, key: JobKey, step: Step) -> None:
        """Write down that a step begins; called before anything is sent. Raise RunEndedError if it must not begin."""
        with self._lock:
            if self._is_closed:
                raise RunEndedError
            self._steps[key] = step

    def finish(self, key: JobKey, verdict: Verdict) -> None:
        """Write down how a change ended."""
        with self._lock:
            self._verdicts[key] = verdict

    def close(self) -> None:
        """Let no further step begin: the run ends."""
        with self._lock:
            self._is_closed = True

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Give the outcome of every change, whatever has ended the apply."""
        with self._lock:
            return tuple(
                Outcome(name=change.name, path=change.path, verdict=self._verdict(change.key))
                for change in self.changes
            )

    def _verdict(self, key: JobKey) -> Verdict:
        return self._verdicts.get(key) or interrupted(self._steps.get(key, Step.NOT_STARTED))
