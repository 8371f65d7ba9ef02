"""groundctl ci report-unchanged: report that a pull request changes no plan input."""

from __future__ import annotations

from dataclasses import dataclass

from groundctl.app.publish import CommentRequest
from groundctl.cli.ci.reporter import open_reporter, print_published
from groundctl.cli.options import Command
from groundctl.domain.tracking.comment_marker import Stage
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.markdown.check_run import unchanged_check
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.problems_comment import unchanged_comment


@dataclass(frozen=True, slots=True, kw_only=True)
class CiReportUnchangedOptions:
    """The options of `groundctl ci report-unchanged`: there are none."""


def run(options: CiReportUnchangedOptions) -> ExitCode:  # noqa: ARG001 - every command takes its options
    """Set a check that reports no plan input, and correct an existing comment."""
    reporter = open_reporter()
    number = reporter.run.pull_request
    if number is None:
        raise UsageError("this workflow run belongs to no pull request", hint="run it in a workflow on pull_request")
    footer = Footer(run=reporter.run)
    published = reporter.publish_comment(
        CommentRequest(
            pull_request=number, stage=Stage.PLANNED, render=lambda _: unchanged_comment(footer), update_only=True
        )
    )
    checked = reporter.publish_check("groundctl plan", unchanged_check(footer))
    print_published([published], checked)
    return ExitCode.EXTERNAL_FAILURE if published.error or checked.error else ExitCode.OK


COMMAND = Command(
    description="Report on a pull request that it changes no plan input, in a check and a commit status. A comment that"
    " an earlier plan left is corrected; none is added.",
    examples=("groundctl ci report-unchanged",),
    options=CiReportUnchangedOptions,
    run=run,
)
