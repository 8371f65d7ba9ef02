"""What every comment on a pull request is made of: content and footer, what needs a person, and where the rest is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.domain.tracking.run_context import RunContext
from groundctl.domain.tracking.terraform_plan import TerraformPlanSummary
from groundctl.presentation.escape import for_markdown, for_markdown_code, for_markdown_prose
from groundctl.presentation.markdown.size_limit import MARKER_ROOM, Fold, Part, fit, size
from groundctl.presentation.text import count

# A text longer than that says no more in a comment; where it comes from, it is whole.
MAX_NAME_LENGTH: Final = 200
MAX_SENTENCE: Final = 1_200
# So many are named where the rest is counted; fewer of jobs with the same to tell, as the table has them all.
NAMED: Final = 10
JOBS_NAMED: Final = 5
# So many points of a list are seen at once; where there are clearly more, they fold away.
POINTS_SHOWN: Final = 30
POINTS_UNFOLDED: Final = 40
RANK_OF_NEEDS, RANK_OF_TABLE, RANK_OF_REMARKS, RANK_OF_DETAILS = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """The last line of a comment: the run that wrote it, and the plan that it is about, if any."""

    run: RunContext
    plan_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something that a person should know or do about jobs: all as it was written, but for lift, which is Markdown.

    Owners can act; lift names who else can.
    """

    jobs: tuple[str, ...]
    cause: str
    rule: str = ""
    fields: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    lift: str = ""
    step: str = ""


def composed(head: Iterable[str], parts: Sequence[Part], footer: str, limit: int) -> RenderedComment:
    """Write a head that is always there, then parts as far as there is room, within so many bytes with stamp and footer."""
    opening = "\n\n".join(line for line in head if line)
    joints = len("\n\n\n\n\n")
    room = limit - MARKER_ROOM - size(opening) - size(footer) - joints
    body = fit(parts, room).rstrip("\n")
    return RenderedComment(content=f"{opening}\n\n{body}" if body else opening, footer=footer)


def footer_line(footer: Footer | None, *, plan_digest: str = "", where: Sequence[str] = ()) -> str:
    """Write the last line of a comment; without a run there is the plan alone."""
    digest = footer.plan_digest if footer else plan_digest
    parts = [
        f"head {for_markdown_code(footer.run.head_commit[:7])}" if footer else "",
        f"plan digest {code_name(digest)}" if digest else "",
        *(code_name(name) for name in where),
        run_link(footer) if footer else "",
    ]
    return f"<sub>{' · '.join(part for part in parts if part)}</sub>"


def run_link(footer: Footer) -> str:
    """Link to the run that wrote the comment."""
    run = footer.run
    again = f", attempt {run.attempt}" if run.attempt > 1 else ""
    return f"[run {run.run_id}{again}]({link_target(run.run_url)})"


def link_target(url: str) -> str:
    """Write an address as the target of a link, where nothing in it can end the link."""
    return quote(url, safe="/:?#@!$&*+,;=%~-._")


def named(names: Sequence[str], write: Callable[[str], str] = for_markdown_code, *, most: int = NAMED) -> str:
    """List names, and count those beyond the first few."""
    shown = ", ".join(write(name) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def code_name(name: str) -> str:
    """Write the name of a job, a file or a field."""
    return for_markdown_code(name, MAX_NAME_LENGTH)


def plain(text: str) -> str:
    """Write a name of people."""
    return for_markdown(text, MAX_NAME_LENGTH)


def sentence(text: str) -> str:
    """Write a message or a hint."""
    return for_markdown_prose(text, MAX_SENTENCE)


def ended(text: str) -> str:
    """End a sentence, unless it ends itself."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


# It may not hold all the others: what is missing is counted below it.
_POINTS_FOLD: Final = Fold(
    after=POINTS_SHOWN, opening="\n<details><summary>More</summary>\n\n", closing="\n</details>\n"
)


def points_part(heading: str, needs: Sequence[Point], elsewhere: str, *, rank: int) -> Part:
    """Write what a person should know or do, one point each: jobs, cause, who can act, next step."""

    def rest(taken: int) -> str:
        missing = Counter[str]()
        for need in needs[taken:]:
            missing[need.rule] += max(len(need.jobs), 1)
        rules = ", ".join(f"{rule or 'others'} {number:,} times" for rule, number in sorted(missing.items()))
        return f"\n**Not shown here:** {sum(missing.values()):,} more, {rules}. {elsewhere}\n\n"

    return Part(
        pieces=map(write_point, needs),
        total=len(needs),
        rest=rest,
        rank=rank,
        opening=f"#### {heading}\n\n",
        closing="\n",
        fold=_POINTS_FOLD if len(needs) > POINTS_UNFOLDED else None,
    )


def write_point(need: Point) -> str:
    """Write one point of a list."""
    rule = f" ({need.rule})" if need.rule else ""
    many = f" ({count(len(need.jobs), 'job')})" if len(need.jobs) > 1 else ""
    jobs = f"**{named(need.jobs, code_name, most=JOBS_NAMED)}**{many}: " if need.jobs else ""
    changed = f" Changed: {named(need.fields, code_name)}." if need.fields else ""
    lines = [f"- {jobs}{_with_rule(sentence(need.cause), rule)}{changed}"]
    if who := " or ".join(part for part in (named(need.owners, plain), need.lift) if part):
        lines.append(f"  - Who can act: {who}")
    if need.step:
        lines.append(f"  - Next step: {ended(sentence(need.step))}")
    return "\n".join(lines) + "\n"


def _with_rule(text: str, rule: str) -> str:
    return f"{text}{rule}." if rule else ended(text)


def grouped(needs: Iterable[Point]) -> tuple[Point, ...]:
    """Tell once what holds for several jobs."""
    found: dict[tuple[object, ...], list[Point]] = {}
    for need in needs:
        found.setdefault((need.rule, need.cause, need.fields, need.lift, need.step), []).append(need)
    return tuple(
        replace(
            alike[0],
            jobs=tuple(job for one in alike for job in one.jobs),
            owners=tuple(dict.fromkeys(owner for one in alike for owner in one.owners)),
        )
        for alike in found.values()
    )


def terraform_line(terraform: TerraformPlanSummary | None) -> str:
    """Say in one line what Terraform would do."""
    if terraform is None:
        return ""
    if terraform.is_empty:
        return "Terraform: nothing to change."
    return f"Terraform: {', '.join(_sum_of(kind, addresses) for kind, addresses in _kinds(terraform))}."


def _sum_of(kind: str, addresses: tuple[str, ...]) -> str:
    if kind in {"destroy", "replace"}:
        return f"**{len(addresses):,} to {kind}** ({named(addresses, code_name)})"
    return f"{len(addresses):,} to {kind}"


def terraform_part(terraform: TerraformPlanSummary | None, elsewhere: str) -> Part:
    """List the addresses of what Terraform would touch: first what would be lost, the rest folded with it."""
    lines = [
        (kind, address) for kind, addresses in _kinds(terraform or TerraformPlanSummary()) for address in addresses
    ]
    return Part(
        pieces=(f"- {kind} {code_name(address)}\n" for kind, address in lines),
        total=len(lines),
        rest=lambda taken: f"\nNot shown here: {count(len(lines) - taken, 'resource')} of Terraform's. {elsewhere}\n\n",
        rank=RANK_OF_REMARKS,
        opening=f"<details><summary>What Terraform would do with {count(len(lines), 'resource')}</summary>\n\n",
        closing="\n</details>\n\n",
    )


def _kinds(terraform: TerraformPlanSummary) -> Iterator[tuple[str, tuple[str, ...]]]:
    kinds = (
        ("destroy", terraform.destroy),
        ("replace", terraform.replace),
        ("change", terraform.change),
        ("add", terraform.add),
    )
    return ((kind, addresses) for kind, addresses in kinds if addresses)
