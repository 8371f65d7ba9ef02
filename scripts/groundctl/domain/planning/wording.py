"""Clips, money, and times as the reasons and notes of a plan write them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from groundctl.domain.clips.left_out import OTHER_ENDINGS, LeftOut, Tally, Why
from groundctl.domain.jobs.ledger.purchases import Refusal


def clips_text(number: int) -> str:
    """Write a number of clips."""
    return "1 clip" if number == 1 else f"{number:,} clips"


def seen_text(tally: Tally) -> str:
    """Write how many objects, lines or clips a selection has seen."""
    return f"1 {tally.noun}" if tally.seen == 1 else f"{tally.seen:,} {tally.noun}s"


def left_out_text(tally: Tally) -> str:
    """Write what a selection leaves out, and why."""
    return ", ".join(f"{group.count:,} {_why_text(group)}" for group in tally.left_out)


def taken_text(clips: int, tally: Tally) -> str:
    """Write how many of the objects are taken, and what is left out."""
    if not tally.left_out:
        return f"all {seen_text(tally)}" if tally.seen != 1 else f"the only {tally.noun}"
    return f"{clips:,} of {seen_text(tally)}; left out: {left_out_text(tally)}"


def _why_text(group: LeftOut) -> str:
    if group.why is Why.ENDING:
        return f"{group.detail} files" if group.detail == OTHER_ENDINGS else group.detail or "without a file ending"
    if group.why is Why.FOLDER:
        return "folder marker" if group.count == 1 else "folder markers"
    if group.why is Why.ONLY and group.detail:
        return f"not {group.detail}"
    return _WHY_TEXTS[group.why]


_WHY_TEXTS = {
    Why.NOT_MATCHED: "not matched by `match`",
    Why.EXCLUDED: "excluded",
    Why.EMPTY: "empty",
    Why.TOO_SMALL: "too small",
    Why.TOO_LARGE: "too large",
    Why.TOO_OLD: "too old",
    Why.TOO_NEW: "too new",
    Why.WHERE: "not as `where` asks",
    Why.ONLY: "not as `only` asks",
    Why.NO_LABEL: "without a label",
    Why.NO_CONFIDENCE: "without a confidence",
    Why.FEW_ANSWERS: "with fewer than two answers",
    Why.SAMPLE: "outside the sample",
    Why.ASKED: "already asked",
    Why.LIMIT: "beyond the limit",
}


def usd_text(amount: Decimal) -> str:
    """Write US dollars to the cent."""
    return f"${amount:,.2f}"


def moment_text(moment: datetime) -> str:
    """Write a point in time, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def refusal_text(refusal: Refusal) -> str:
    """Write what AWS answered to a create request, and when."""
    return f"AWS refused it on {moment_text(refusal.at)}{_by(refusal)}: {refusal.evidence}"


def _by(refusal: Refusal) -> str:
    return f" in run {refusal.by.run}" if refusal.by.run else ""
