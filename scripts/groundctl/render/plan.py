"""A plan in words: for the terminal, for a pull request, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from groundctl.core.change import Action, Change, Plan, plan_content
from groundctl.core.money import rate_source
from groundctl.core.policy import Policy
from groundctl.render.escape import for_markdown, for_markdown_code, for_terminal
from groundctl.render.table import Column, text_table
from groundctl.render.words import count, usd_range

ACTION_WORDS = {
    Action.CREATE: "create",
    Action.EXISTS: "already there",
    Action.IMMUTABLE: "changed, but cannot be",
    Action.FOREIGN: "name taken",
    Action.REPURCHASE: "would be bought again",
    Action.WAITING: "waits",
    Action.REFUSED: "refused",
    Action.STOP: "stop",
    Action.ORPHAN: "not declared any more",
}
_IN_VERDICT = {
    Action.CREATE: "to create",
    Action.STOP: "to stop",
    Action.EXISTS: "already there",
    Action.WAITING: "waiting",
    Action.IMMUTABLE: "changed but cannot be",
    Action.FOREIGN: "with a taken name",
    Action.REPURCHASE: "bought before",
    Action.REFUSED: "refused",
    Action.ORPHAN: "not declared any more",
}


def plan_json(plan: Plan, made_for: Mapping[str, Any] | None = None) -> str:
    """Write a plan as JSON that fits schemas/plan.schema.json; `apply --plan` reads it."""
    whose = {"made_for": made_for} if made_for else {}
    return json.dumps({**plan_content(plan), **whose, "digest": plan.digest}, indent=2, ensure_ascii=False)


def verdict_of(plan: Plan, write: Callable[[str], str] = str) -> str:
    """Say in one line what a plan would do; write escapes what is not our own word."""
    where = plan.infrastructure
    parts = [f"{number} {words}" for action, words in _IN_VERDICT.items() if (number := len(plan.with_action(action)))]
    return f"Plan for {write(where.environment)} ({where.account_id}, {where.region}): {', '.join(parts) or 'no jobs declared'}"


def money_of(plan: Plan, policy: Policy) -> str:
    """Say in one line what a plan would cost."""
    cost, creates = plan.cost, plan.with_action(Action.CREATE)
    if not creates:
        return "Nothing will be bought."
    for_good = "A job cannot be changed or deleted once created."
    if len(plan.open_ended) == len(creates):
        return f"The cost is open. {for_good}"
    answers = f"{count(cost.objects, 'clip')}, {count(cost.answers, 'answer')}"
    known = f"{usd_range(cost.low, cost.high)} ({answers})"
    if plan.open_ended:
        known += f", and what {count(len(plan.open_ended), 'job')} without a bound will buy"
    return f"Estimated cost: {known}. {for_good} Rates: {rate_source(policy)}."


def plan_text(plan: Plan, policy: Policy) -> str:
    """Write a plan for a terminal."""
    shown = [change for change in plan.changes if change.action is not Action.EXISTS or change.reasons]
    lines = [verdict_of(plan), money_of(plan, policy)]
    if shown:
        lines += ["", *_table(shown)]
    for change in shown:
        lines += _reason_lines(change)
    lines += ["", f"plan digest {plan.digest}"]
    return "\n".join(lines)


def _table(changes: Sequence[Change]) -> list[str]:
    columns = [
        Column("action"),
        Column("job"),
        Column("clips", right=True),
        Column("workers", right=True),
        Column("cost", right=True),
        Column("team"),
    ]
    return text_table(columns, [[for_terminal(cell) for cell in _cells(change)] for change in changes])


def _cells(change: Change) -> list[str]:
    cost = change.cost
    return [
        ACTION_WORDS[change.action],
        change.name,
        "" if cost is None else f"{cost.objects:,}",
        "" if cost is None else f"{change.workers_per_object} each",
        "" if cost is None else usd_range(cost.low, cost.high),
        change.team,
    ]


def _reason_lines(change: Change) -> Iterator[str]:
    for reason in change.reasons:
        yield for_terminal(f"  {change.name}: {reason.rule} {reason.message} — {reason.hint}")
    if change.fields:
        yield for_terminal(f"  {change.name}: changed: {', '.join(change.fields)}")


def plan_markdown(plan: Plan, policy: Policy) -> str:
    """Write a plan as the comment on a pull request."""
    shown = [change for change in plan.changes if change.action is not Action.EXISTS or change.reasons]
    lines = [f"### {verdict_of(plan, for_markdown)}", "", _not_math(money_of(plan, policy)), ""]
    if shown:
        lines += ["| Job | Action | Clips | Answers | Estimated cost | Team |", "|---|---|--:|--:|--:|---|"]
        lines += [_markdown_row(change) for change in shown]
        lines.append("")
    for change in shown:
        lines += _markdown_reasons(change)
    lines += [*_markdown_details(plan), f"<sub>plan digest {for_markdown_code(plan.digest)}</sub>"]
    return "\n".join(lines) + "\n"


def _not_math(words: str) -> str:
    """Keep GitHub from reading two amounts of dollars as a formula."""
    return words.replace("$", "&#36;")


def _markdown_row(change: Change) -> str:
    cost = change.cost
    cells = [
        for_markdown_code(change.name),
        f"**{ACTION_WORDS[change.action]}**",
        "" if cost is None else f"{cost.objects:,}",
        "" if cost is None else f"{cost.answers:,}",
        "" if cost is None else _not_math(usd_range(cost.low, cost.high)),
        for_markdown(change.team),
    ]
    return f"| {' | '.join(cells)} |"


def _markdown_reasons(change: Change) -> Iterator[str]:
    for reason in change.reasons:
        yield f"- {for_markdown_code(change.name)} {for_markdown(reason.message)} ({reason.rule})."
        yield f"  What now: {for_markdown(reason.hint)}."
    if change.fields:
        yield f"- {for_markdown_code(change.name)} changed: {', '.join(for_markdown_code(name) for name in change.fields)}."
    if change.reasons or change.fields:
        yield ""


def _markdown_details(plan: Plan) -> Iterator[str]:
    for change in plan.with_action(Action.CREATE):
        yield f"<details><summary>Details for {for_markdown(change.name)}</summary>"
        yield ""
        for name, value in _details(change):
            yield f"- {name}: {value}"
        yield ""
        yield "</details>"
        yield ""


def _details(change: Change) -> Iterator[tuple[str, str]]:
    assert change.desired is not None  # noqa: S101 - creates have one
    task = change.desired.request["HumanTaskConfig"]
    yield "file", for_markdown_code(change.path)
    yield "owner", for_markdown(change.owner)
    yield "question", for_markdown(task["TaskTitle"])
    yield "time for one clip", f"{task['TaskTimeLimitInSeconds']:,} s"
    if "TaskAvailabilityLifetimeInSeconds" in task:
        yield "a clip is offered for", f"{task['TaskAvailabilityLifetimeInSeconds'] / 86400:,.1f} days"
    yield "declaration", for_markdown_code(change.declaration_digest)
    yield "input", for_markdown_code(change.input_digest)
