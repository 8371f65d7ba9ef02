"""groundctl ci report: update the comments of unfinished jobs, from what AWS reports alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from groundctl.app.approval.archive import Archive
from groundctl.app.approval.review import Review
from groundctl.app.plan import PlanningResult
from groundctl.app.publish import PullRequestReporter
from groundctl.app.validate import Validated
from groundctl.cli.ci.reporter import open_reporter, print_published, summarize
from groundctl.cli.ci.reviewing import open_archive, open_guard, review_plan
from groundctl.cli.options import Command, InfrastructureFile, Option
from groundctl.cli.planning import plan_checkout
from groundctl.composition import open_workflow_run
from groundctl.domain.approval.coverage import IRREVERSIBLE
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.creation import Outcome
from groundctl.exit_codes import ExitCode
from groundctl.presentation.markdown.check_run import statuses_check
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.merged_comment import status_comment
from groundctl.presentation.markdown.run_summary import run_summary


@dataclass(frozen=True, slots=True, kw_only=True)
class CiReportOptions:
    """The options of `groundctl ci report`."""

    check: Annotated[bool, Option("--check", "also put a check on the commit of this run")] = False
    infrastructure: InfrastructureFile = None


def run(options: CiReportOptions) -> ExitCode:
    """Update the pull requests of unfinished jobs; exit 3 if a pull request cannot be updated."""
    # The check belongs to the commit, and a newer commit's run reports everything: an older one would contradict it.
    if options.check and not (tip := open_guard().look()).is_current:
        print(f"{tip.sentence}. Nothing is reported here.")
        open_workflow_run().set_outputs({"left": "0"})
        return ExitCode.OK
    reporter = open_reporter()
    planned = plan_checkout(options.infrastructure, despite_problems=True)
    assert not isinstance(planned, Validated)  # noqa: S101 - despite_problems always makes a plan
    return publish_all(reporter, planned, check=options.check)


def publish_all(
    reporter: PullRequestReporter,
    planned: PlanningResult,
    outcomes: Iterable[Outcome] = (),
    *,
    check: bool,
    only_outcomes: bool = False,
    archive: Archive | None = None,
    before: Review | None = None,
) -> ExitCode:
    """Update every pull request whose jobs have changed, and put a check on the commit of this run if asked.

    archive holds what this run has read already of what was approved, and before what it found before it acted.
    """
    now = planned.account.log.aws_time or datetime.now(UTC)
    planned, reviewed, provenance = review_plan(planned, archive or open_archive(planned))
    reviewed = reviewed.after(before) if before else reviewed
    statuses = reporter.collect_statuses(planned, reviewed, provenance, now=now, outcomes=outcomes)
    # The check covers the whole commit; a job with less information does not overwrite a comment.
    to_publish = [status for status in statuses if not only_outcomes or any(job.outcome for job in status.jobs)]
    published = reporter.publish_all(
        to_publish,
        lambda status, limit: status_comment(
            status, now, footer=Footer(run=reporter.run, plan_digest=status.plan_digest), limit=limit
        ),
    )
    footer = Footer(run=reporter.run, plan_digest=reviewed.digest)
    checked = reporter.publish_check("groundctl apply", statuses_check(statuses, now, footer=footer)) if check else None
    print_published(published, checked)
    summarize(lambda limit: run_summary(statuses, now, footer=footer, limit=limit), published)
    faulty = bool(errors_among(planned.validated.problems))
    # Another apply would do nothing: a held job needs an approval, a refused one a person, and a faulty file blocks all.
    jobs = [job for status in statuses for job in status.jobs]
    left = 0 if faulty else sum(job.action in IRREVERSIBLE and not (job.held or job.refused) for job in jobs)
    open_workflow_run().set_outputs({"left": str(left)})
    if (checked and checked.error) or any(comment.error for comment in published):
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
