"""The workflow run that groundctl is part of: where markers, footers, provenance, and plan files get their run from."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """One attempt of one run of a GitHub Actions workflow, for one environment.

    head_commit is the commit that people look at: the newest of a pull request, not GitHub's trial merge of it.
    """

    repository: str
    environment: str
    head_commit: str
    run_id: int
    attempt: int
    run_url: str
    pull_request: int | None = None

    def for_pull_request(self, number: int | None) -> RunContext:
        """Return this run as it acts for a pull request, such as the one that a job was declared in."""
        return replace(self, pull_request=number)


def made_for(run: RunContext) -> dict[str, str | int | None]:
    """Return the member of a plan file that records where the plan was made."""
    return {
        "repository": run.repository,
        "pull_request": run.pull_request,
        "commit": run.head_commit,
        "run": run.run_id,
        "attempt": run.attempt,
    }
