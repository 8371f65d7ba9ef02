"""groundctl report: says on pull requests how things stand, from what AWS says alone."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import UTC, datetime

from groundctl.checking import Validated
from groundctl.commands.planning import Planned, plan_now
from groundctl.commands.telling import WORLD_FAILED, Reporter, open_reporter
from groundctl.core.create_once import Outcome
from groundctl.core.problem import errors_among
from groundctl.core.reviewed import FOR_GOOD
from groundctl.core.stamp import Stage
from groundctl.errors import UsageError
from groundctl.render.check import stories_check, untouched_check
from groundctl.render.comment_problems import untouched_words
from groundctl.render.summary import stories_words


def run(options: Namespace) -> int:
    """Bring the pull requests of unfinished jobs up to date; exit 3 if one of them could not be told."""
    reporter = open_reporter()
    if options.untouched:
        return _untouched(reporter)
    planned = plan_now(options, despite_problems=True)
    assert not isinstance(planned, Validated)  # noqa: S101 - despite problems there is a plan
    return tell_all(reporter, planned, check=options.check)


def tell_all(
    reporter: Reporter,
    planned: Planned,
    outcomes: Iterable[Outcome] = (),
    *,
    check: bool,
    only_outcomes: bool = False,
) -> int:
    """Tell every pull request that may want to hear of its jobs, and where asked the commit of this run."""
    told = reporter.stories(planned, outcomes)
    # The check is about the commit, and so about everything; a comment is not told over by a job that saw less.
    delivered = reporter.tell(story for story in told if not only_outcomes or any(job.outcome for job in story.jobs))
    foot, now = reporter.foot(planned.plan.digest), datetime.now(UTC)
    reporter.summarize(lambda limit: stories_words(told, now, foot=foot, limit=limit), delivered)
    checked = not check or reporter.check("groundctl apply", stories_check(told, now, foot=foot))
    faulty = bool(errors_among(planned.validated.problems))
    # What is held wants a person, and where a file is faulty nothing is created: another apply would do nothing.
    left = 0 if faulty else sum(job.action in FOR_GOOD and not job.held for story in told for job in story.jobs)
    reporter.run.give({"left": str(left)})
    return WORLD_FAILED if not checked or any(one.why for one in delivered) else int(faulty)


def _untouched(reporter: Reporter) -> int:
    """Let the check say that there is nothing to plan; a comment is only there to be corrected."""
    number = reporter.run.pull_request
    if number is None:
        raise UsageError("this run is about no pull request", hint="use --untouched in a workflow on pull_request")
    foot = reporter.foot()
    delivered = reporter.comment(number, Stage.PLANNED, lambda _: untouched_words(foot), only_if_there=True)
    checked = reporter.check("groundctl plan", untouched_check(foot))
    return WORLD_FAILED if delivered.why or not checked else 0
