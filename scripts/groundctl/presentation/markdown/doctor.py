"""What `doctor` found, in Markdown for a comment or the summary of a run: only what a reader should change."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from groundctl.domain.adoption.doctor.finding import CheckResult, Diagnosis, Finding, State
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.escape import for_markdown, for_markdown_code
from groundctl.presentation.markdown.environment import render_around, without_extra_blank_lines
from groundctl.presentation.markdown.size_limit import size
from groundctl.presentation.text import count

MAX_LISTED = 10
MAX_FACT = 300
# Escaped, a text of others can take many times its length; a comment must have room for the plan.
MAX_BYTES = 6_000
_PAGE = re.compile(r"https://[\w./#?=&:-]+")
_SHOWN = (State.WRONG, State.WARNING)


def doctor_markdown(diagnosis: Diagnosis) -> str:
    """List what is wrong, then what may surprise, folded away; empty if there is neither."""
    found = [
        (result, finding)
        for state in _SHOWN
        for result in diagnosis.results
        for finding in result.findings
        if finding.state is state
    ]
    if not found:
        return ""
    lines: list[str] = []
    for line in (_line(*each) for each in found[:MAX_LISTED]):
        if size("".join(lines)) + size(line) > MAX_BYTES:
            break
        lines.append(line)
    if len(found) > len(lines):
        lines.append(f"- and {len(found) - len(lines):,} more: `groundctl doctor` lists them\n")
    opening, closing = render_around("folded", summary=f"Set-up: {count(len(found), 'thing')} to look at")
    return without_extra_blank_lines(f"{opening}{''.join(lines)}{closing}").strip("\n")


def with_set_up(render: Callable[[int], RenderedComment], set_up: str) -> Callable[[int], RenderedComment]:
    """Put what `doctor_markdown` wrote at the end of a comment, within the comment's limit."""
    if not set_up:
        return render

    def rendered(limit: int) -> RenderedComment:
        comment = render(limit - size(set_up) - size("\n\n"))
        return replace(comment, content=f"{comment.content.rstrip()}\n\n{set_up}")

    return rendered


def _line(result: CheckResult, finding: Finding) -> str:
    where = f" ({for_markdown(result.environment, MAX_FACT)})" if result.environment else ""
    # A page has no character that ends a link.
    is_page = _PAGE.fullmatch(finding.fix)
    fix = f"[this page]({finding.fix})" if is_page else for_markdown_code(finding.fix, MAX_FACT)
    way_out = f" → {fix}" if finding.fix else ""
    return f"- {finding.state}: {for_markdown_code(result.check)}{where}: {for_markdown(finding.fact, MAX_FACT)}{way_out}\n"
