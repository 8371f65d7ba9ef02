"""groundctl ci report: update the comments of unfinished jobs, from what AWS reports alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from groundctl.app.validate import Validated
from groundctl.cli.ci.reporter import PullRequestReporter, open_reporter
from groundctl.cli.options import Command, InfrastructureFile, Option
from groundctl.cli.planning import PlanningResult, create_plan
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.planning.approval import IRREVERSIBLE
from groundctl.exit_codes import ExitCode
from groundctl.presentation.markdown.check_run import stories_check
from groundctl.presentation.markdown.run_summary import stories_words


@dataclass(frozen=True, slots=True, kw_only=True)
class CiReportOptions:
    """The options of `groundctl ci report`."""

    check: Annotated[bool, Option("--check", "also put a check on the commit of this run")] = False
    infrastructure: InfrastructureFile = None


def run(options: CiReportOptions) -> ExitCode:
    """Update the pull requests of unfinished jobs; exit 3 if one of them cannot be updated."""
    reporter = open_reporter()
    planned = create_plan(options.infrastructure, despite_problems=True)
    assert not isinstance(planned, Validated)  # noqa: S101 - despite problems there is a plan
    return publish_all(reporter, planned, check=options.check)


def publish_all(
    reporter: PullRequestReporter,
    planned: PlanningResult,
    outcomes: Iterable[Outcome] = (),
    *,
    check: bool,
    only_outcomes: bool = False,
) -> ExitCode:
    """Update every pull request whose jobs have changed, and put a check on the commit of this run if asked."""
    told = reporter.stories(planned, outcomes)
    # The check is about the commit, and so about everything; a job that saw less does not overwrite a comment.
    delivered = reporter.tell(story for story in told if not only_outcomes or any(job.outcome for job in story.jobs))
    footer, now = reporter.footer(planned.plan.digest), datetime.now(UTC)
    reporter.summarize(lambda limit: stories_words(told, now, footer=footer, limit=limit), delivered)
    checked = not check or reporter.check("groundctl apply", stories_check(told, now, footer=footer))
    faulty = bool(errors_among(planned.validated.problems))
    # What is held needs an approval, and where a file is faulty nothing is created: another apply would do nothing.
    left = 0 if faulty else sum(job.action in IRREVERSIBLE and not job.held for story in told for job in story.jobs)
    reporter.run.give({"left": str(left)})
    if not checked or any(one.why for one in delivered):
        return ExitCode.EXTERNAL_FAILURE
    return ExitCode.PROBLEMS if faulty else ExitCode.OK


COMMAND = Command(
    description="Update the comments of pull requests whose labeling jobs are not finished. The output `left` is the"
    " number of approved changes that no run has made yet.",
    examples=(
        "groundctl ci report",
        "groundctl ci report --check",
    ),
    options=CiReportOptions,
    run=run,
)
