"""What `doctor` found, in Markdown for a comment or the summary of a run: only what a reader should change."""

from __future__ import annotations

import re

from groundctl.domain.adoption.doctor.finding import CheckResult, Diagnosis, Finding, State
from groundctl.presentation.escape import for_markdown, for_markdown_code
from groundctl.presentation.text import count

MAX_LISTED = 10
_PAGE = re.compile(r"https://[\w./#?=&:-]+")
MAX_FACT = 300
_SHOWN = (State.WRONG, State.WARNING)


def doctor_markdown(diagnosis: Diagnosis) -> str:
    """List what is wrong, then what may surprise; empty if there is neither."""
    found = [
        (result, finding)
        for state in _SHOWN
        for result in diagnosis.results
        for finding in result.findings
        if finding.state is state
    ]
    if not found:
        return ""
    lines = [_line(result, finding) for result, finding in found[:MAX_LISTED]]
    if len(found) > MAX_LISTED:
        lines.append(f"- and {len(found) - MAX_LISTED:,} more: `groundctl doctor` lists them")
    heading = f"**Set-up: {count(len(found), 'thing')} to look at** (`groundctl doctor`)"
    return "\n".join([heading, "", *lines])


def _line(result: CheckResult, finding: Finding) -> str:
    where = f" ({for_markdown(result.environment, MAX_FACT)})" if result.environment else ""
    # A page has no character that ends a link.
    fix = f"[this page]({finding.fix})" if _PAGE.fullmatch(finding.fix) else for_markdown_code(finding.fix)
    return (
        f"- {finding.state}: {for_markdown_code(result.check)}{where}: {for_markdown(finding.fact, MAX_FACT)} → {fix}"
    )
