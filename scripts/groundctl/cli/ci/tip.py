"""groundctl ci tip: find out whether this run may act: at the tip of the default branch, in protected environments."""

from __future__ import annotations

from dataclasses import dataclass

from groundctl.app.publish import CommentRequest, PublishedComment, PullRequestReporter
from groundctl.app.validate import load_policy
from groundctl.cli.ci.reporter import open_reporter, print_log, print_published
from groundctl.cli.ci.reviewing import open_guard, unprotected
from groundctl.cli.options import Command
from groundctl.composition import open_approval_facts, open_checkout, open_github, open_workflow_run
from groundctl.domain.approval.tip import Tip
from groundctl.domain.tracking.comment_marker import Stage
from groundctl.errors import ExternalError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.escape import for_markdown
from groundctl.presentation.markdown.check_run import not_acting_check
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.problems_comment import not_acting_comment

_PROTECT_IT = (
    "protect it as .github/SETUP.md describes; where GitHub offers no protection, name it under"
    " `unprotected_environments` in jobs/policy.yaml: the merge is then the only gate"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CiTipOptions:
    """The options of `groundctl ci tip`: there are none."""


def run(options: CiTipOptions) -> ExitCode:  # noqa: ARG001 - every command takes its options
    """Compare this run's commit with the tip of the default branch, and look at how the environments are protected."""
    try:
        tip = open_guard().look()
        found = _unprotected(tip) if tip.is_current else ()
    except ExternalError as error:
        return _refuse((f"could not be checked: {error.message}. Nothing was done.",), ExitCode.EXTERNAL_FAILURE)
    if not tip.is_current:
        code = ExitCode.PROBLEMS if tip.needs_attention else ExitCode.OK
        return _refuse((f"{tip.sentence}. Nothing was done here.",), code)
    if found:
        return _refuse((*found, f"Nothing was done. Next step: {_PROTECT_IT}."), ExitCode.PROBLEMS)
    open_workflow_run().set_outputs({"current": "true"})
    return ExitCode.OK


def _unprotected(tip: Tip) -> tuple[str, ...]:
    policy, _ = load_policy(open_checkout())
    return unprotected(policy, open_approval_facts(), branch=tip.branch)


def _refuse(lines: tuple[str, ...], code: ExitCode) -> ExitCode:
    """Say on the commit, on its pull request, and on the page of the run why it does nothing."""
    print("\n".join(lines))
    open_workflow_run().set_outputs({"current": "false"})
    open_workflow_run().summarize("\n".join(f"- {for_markdown(line)}" for line in lines))
    reporter = open_reporter()
    check = not_acting_check(lines, failed=code is not ExitCode.OK)
    checked = reporter.publish_check("groundctl apply", check, with_status=False)
    comments = [_comment(reporter, number, lines) for number in _merged_as(reporter.run.head_commit)]
    print_published(comments, checked)
    is_unsaid = checked.error or any(comment.error for comment in comments)
    return max(code, ExitCode.EXTERNAL_FAILURE if is_unsaid else ExitCode.OK)


def _comment(reporter: PullRequestReporter, number: int, lines: tuple[str, ...]) -> PublishedComment:
    """Replace the plan in the comment of a merged pull request; what a run has reported since stays."""
    return reporter.publish_comment(
        CommentRequest(
            pull_request=number,
            stage=Stage.MERGED,
            render=lambda _: not_acting_comment(lines, footer=Footer(run=reporter.run)),
            update_only=True,
            only_after=Stage.PLANNED,
        )
    )


def _merged_as(commit: str) -> tuple[int, ...]:
    """Find the pull requests that were merged as a commit; none if GitHub does not say."""
    try:
        found = open_github().pull_requests_of(commit)
    except ExternalError as error:
        print_log(f"{error.message}\n  hint: {error.hint}")
        return ()
    return tuple(each.number for each in found if each.merged_as == commit)


COMMAND = Command(
    description="Find out whether this run may act. Its commit must be the tip of the default branch, or differ from it in"
    " nothing that a run reads, and the environments must be protected. The output `current` is true only then: later jobs"
    " create or stop a job, or apply Terraform, only if it is.",
    examples=("groundctl ci tip",),
    options=CiTipOptions,
    run=run,
)
