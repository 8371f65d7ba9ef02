"""groundctl report: says on pull requests how things stand, from what AWS says alone."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import UTC, datetime

from groundctl.app.plan import PlanningResult
from groundctl.app.validate import Validated
from groundctl.cli.ci.reporter import WORLD_FAILED, PullRequestReporter, open_reporter
from groundctl.cli.planning import plan_checkout
from groundctl.domain.declarations.diagnostics import errors_among
from groundctl.domain.jobs.creation import Outcome
from groundctl.domain.planning.approval import IRREVERSIBLE
from groundctl.domain.tracking.comment_marker import Stage
from groundctl.errors import UsageError
from groundctl.presentation.markdown.check_run import stories_check, untouched_check
from groundctl.presentation.markdown.problems_comment import untouched_words
from groundctl.presentation.markdown.run_summary import stories_words


def run(options: Namespace) -> int:
    """Bring the pull requests of unfinished jobs up to date; exit 3 if one of them could not be told."""
    reporter = open_reporter()
    if options.untouched:
        return _untouched(reporter)
    planned = plan_checkout(options, despite_problems=True)
    assert not isinstance(planned, Validated)  # noqa: S101 - despite problems there is a plan
    return publish_all(reporter, planned, check=options.check)


def publish_all(
    reporter: PullRequestReporter,
    planned: PlanningResult,
    outcomes: Iterable[Outcome] = (),
    *,
    check: bool,
    only_outcomes: bool = False,
) -> int:
    """Tell every pull request that may want to hear of its jobs, and where asked the commit of this run."""
    told = reporter.stories(planned, outcomes)
    # The check is about the commit, and so about everything; a comment is not told over by a job that saw less.
    delivered = reporter.tell(story for story in told if not only_outcomes or any(job.outcome for job in story.jobs))
    footer, now = reporter.footer(planned.plan.digest), datetime.now(UTC)
    reporter.summarize(lambda limit: stories_words(told, now, footer=footer, limit=limit), delivered)
    checked = not check or reporter.check("groundctl apply", stories_check(told, now, footer=footer))
    faulty = bool(errors_among(planned.validated.problems))
    # What is held wants a person, and where a file is faulty nothing is created: another apply would do nothing.
    left = 0 if faulty else sum(job.action in IRREVERSIBLE and not job.held for story in told for job in story.jobs)
    reporter.run.give({"left": str(left)})
    return WORLD_FAILED if not checked or any(one.why for one in delivered) else int(faulty)


def _untouched(reporter: PullRequestReporter) -> int:
    """Let the check say that there is nothing to plan; a comment is only there to be corrected."""
    number = reporter.run.pull_request
    if number is None:
        raise UsageError("this run is about no pull request", hint="use --untouched in a workflow on pull_request")
    footer = reporter.footer()
    delivered = reporter.comment(number, Stage.PLANNED, lambda _: untouched_words(footer), update_only=True)
    checked = reporter.check("groundctl plan", untouched_check(footer))
    return WORLD_FAILED if delivered.why or not checked else 0
