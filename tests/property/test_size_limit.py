"""A comment fits its place at any size: what decides is always there, pieces stay whole, and what is cut is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, Severity
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.jobs.creation import Hold, Outcome, Result, Verdict
from groundctl.domain.planning.plan import Action, Plan, Refused
from groundctl.domain.planning.purchase import DeclaredJob
from groundctl.domain.tracking.pull_request_status import JobStatus, PullRequestStatus
from groundctl.domain.tracking.rendered_comment import RenderedComment
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.merged_comment import status_comment
from groundctl.presentation.markdown.plan_comment import plan_comment
from groundctl.presentation.markdown.problems_comment import problems_comment
from groundctl.presentation.markdown.size_limit import COMMENT_LIMIT, MARKER_ROOM, SUMMARY_LIMIT, Fold, Part, fit, size
from groundctl.presentation.terminal.diagnostics import diagnostics_summary
from support.builders import NOW, a_change, a_declaration, a_plan, a_run, an_observed_job
from support.github.markdown import read
from support.hostile_texts import HOSTILE

FOOT = Footer(run=a_run(), plan_digest="d53eefdb7b714f43839ef6addb83ffe7")
BASE = a_plan(a_declaration())
ROOM = COMMENT_LIMIT - MARKER_ROOM
SIZES = (1, 30, 150, 1_000, 10_000)
POLICY = Policy()


def a_plan_of_creates(number: int) -> Plan:
    [create] = BASE.creates
    return replace(
        BASE,
        changes=tuple(replace(create, job=replace(create.job, name=f"rally-{index:05}")) for index in range(number)),
    )


def a_plan_of_refusals(number: int, message: str = "cannot be created, for reason {}") -> Plan:
    refusals = tuple(
        Refused(
            job=DeclaredJob(
                name=f"rally-{index:05}",
                path=f"jobs/sports-data/rally-{index:05}.yaml",
                owner="sports-data",
                team="reviewers",
                declaration_digest="",
                workers_per_object=3,
            ),
            reasons=(Diagnostic(rule=f"P20{index % 3}", message=message.format(index), hint="make it smaller"),),
        )
        for index in range(number)
    )
    return replace(BASE, changes=refusals)


def some_problems(number: int) -> list[LocatedDiagnostic]:
    return [
        LocatedDiagnostic(
            path=f"jobs/sports-data/rally-{index:05}.yaml",
            line=index + 1,
            column=1,
            rule=f"GT10{index % 7}",
            pointer="/name",
            message=f"name is wrong for reason {index}",
            hint="write another",
        )
        for index in range(number)
    ]


@pytest.mark.parametrize("number", SIZES)
def test_a_plan_of_any_size_keeps_summary_cost_and_footer(number: int):
    words = plan_comment(a_plan_of_creates(number), POLICY, footer=FOOT)

    assert size(words.text) <= ROOM
    assert words.content.startswith(f"### Plan for test: {number:,} to create\n")
    assert f"for {2 * number:,} clips and {6 * number:,} answers." in words.content
    assert words.footer.endswith(f"[run 17890123456]({FOOT.run.run_url})</sub>")
    rows = words.content.count("| **create** |")
    told = re.search(r"Not shown here: the rows of ([0-9,]+) jobs?\.", words.content)
    assert rows + (int(told[1].replace(",", "")) if told else 0) == number
    details = words.content.count("question, workers, clips</summary>")
    told = re.search(r"Not shown here: the details of ([0-9,]+) jobs?\.", words.content)
    assert details + (int(told[1].replace(",", "")) if told else 0) == number


@pytest.mark.parametrize("number", SIZES)
def test_every_refusal_is_shown_or_counted_by_rule_with_a_link(number: int):
    words = plan_comment(a_plan_of_refusals(number), POLICY, footer=FOOT)

    assert size(words.text) <= ROOM
    assert counted(words.content, r"cannot be created, for reason [0-9]+ \((P20[0-9])\)") == {
        rule: len(range(index, number, 3)) for index, rule in enumerate(["P200", "P201", "P202"]) if index < number
    }
    assert "has more of them; its log has all." in words.content or "Not shown" not in words.content


@pytest.mark.parametrize("number", SIZES)
def test_every_problem_is_shown_or_counted_by_rule_with_a_link(number: int):
    words = problems_comment(some_problems(number), number, footer=FOOT)

    assert size(words.text) <= ROOM
    assert counted(words.content, r"name is wrong for reason [0-9]+ \((GT10[0-9])\)") == {
        f"GT10{index}": len(range(index, number, 7)) for index in range(7) if index < number
    }


def counted(content: str, pattern: str) -> dict[str, int]:
    """Count what is shown and what is reported as omitted, by rule."""
    found: dict[str, int] = {}
    for rule in re.findall(pattern, content):
        found[rule] = found.get(rule, 0) + 1
    if told := re.search(r"\*\*Not shown here:\*\* [0-9,]+ more, (.*?)\. ", content):
        for rule, number in re.findall(r"(\w+) ([0-9,]+) times", told[1]):
            found[rule] = found.get(rule, 0) + int(number.replace(",", ""))
    return found


def test_one_reason_for_ten_thousand_jobs_is_shown_once_and_in_full():
    words = plan_comment(
        a_plan_of_refusals(10_000, "would create 10,000 jobs, above the limit of 10"), POLICY, footer=FOOT
    )

    assert words.content.count("would create 10,000 jobs, above the limit of 10") == 3  # one for each rule
    assert "and 3,329 more** (3,334 jobs)" in words.content


@pytest.mark.parametrize("number", SIZES)
def test_a_merged_pull_request_of_any_size_fits_its_comment(number: int):
    jobs = [
        JobStatus(
            name=f"rally-{index:05}",
            path="jobs/a.yaml",
            owner="a",
            team="b",
            action=Action.CREATE,
            held=Hold(reason="more money"),
        )
        for index in range(number)
    ]
    status = PullRequestStatus(
        pull_request=1, target="test (123456789012, us-east-1)", plan_digest="abc", jobs=tuple(jobs)
    )

    words = status_comment(status, NOW, footer=FOOT)

    assert size(words.text) <= ROOM
    assert words.content.startswith(f"### Merged for test: {number:,} held; ")
    assert "more money" in words.content


@pytest.mark.parametrize("limit", [20_000, COMMENT_LIMIT, SUMMARY_LIMIT])
def test_every_element_is_closed(limit: int):
    for plan in (a_plan_of_creates(1_000), a_plan_of_refusals(1_000)):
        written = plan_comment(plan, POLICY, footer=FOOT, limit=limit).text

        assert size(written) <= limit - MARKER_ROOM
        assert read(written).live == ()
        assert written.count("<details>") == written.count("</details>")
        assert all(line.endswith(" |") for line in written.split("\n") if line.startswith("|"))


def test_the_summary_has_room_for_a_thousand_jobs_with_all_details():
    words = plan_comment(a_plan_of_creates(1_000), POLICY, footer=FOOT, limit=SUMMARY_LIMIT)

    assert "Not shown" not in words.content
    assert size(words.text) < 1_000_000


@dataclass(frozen=True)
class Crowd:
    """Very many jobs, or files, of which some have an error of their own."""

    number: int
    errors: int
    wordy: int  # characters of each error

    def message(self, index: int) -> str:
        return f"fails for reason {index:05}. " + "word " * (self.wordy // 5)


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    number = draw(st.integers(1, 10_000) | st.integers(1, 60))
    errors = draw(st.sampled_from([0, 1, number // 2, number]) | st.integers(0, number))
    return Crowd(number=number, errors=errors, wordy=draw(st.integers(0, 900)))


MANY_CREATES = a_plan_of_creates(10_000).creates
IN_NEED = r"fails for reason [0-9]{5}\."
MANY = settings(max_examples=25, deadline=None)


@MANY
@example(Crowd(number=10_000, errors=10_000, wordy=900))
@example(Crowd(number=10_000, errors=0, wordy=0))
@given(crowds())
def test_a_plan_keeps_its_summary_and_as_many_errors_as_fit(crowd: Crowd):
    refused = [
        Refused(job=create.job, reasons=(a_reason(crowd.message(index)),))
        for index, create in enumerate(MANY_CREATES[: crowd.errors])
    ]
    creates = crowd.number - crowd.errors
    words = plan_comment(replace(BASE, changes=(*refused, *MANY_CREATES[:creates])), POLICY, footer=FOOT)

    check_cut(words, crowd, r"\| `rally-[0-9]{5}` \| \*\*", r"the rows of ([0-9,]+) job")
    counts = [f"{creates:,} to create"] * bool(creates) + [f"{crowd.errors:,} refused"] * bool(crowd.errors)
    head = words.content.split("\n\n")
    assert head[0] == f"### Plan for test: {', '.join(counts)}"
    assert ("**Not ready to merge:**" in head[1]) == bool(crowd.errors)
    assert (f"for {2 * creates:,} clips and" if creates else "Nothing will be bought.") in "".join(head[1:3])


@MANY
@example(Crowd(number=10_000, errors=10_000, wordy=900))
@given(crowds())
def test_problems_keep_their_summary_and_as_many_errors_as_fit(crowd: Crowd):
    problems = [
        replace(
            one,
            message=crowd.message(index) if index < crowd.errors else f"has doubt {index}",
            severity=Severity.ERROR if index < crowd.errors else Severity.WARNING,
        )
        for index, one in enumerate(some_problems(crowd.number))
    ]

    words = problems_comment(problems, crowd.number, footer=FOOT)

    check_cut(words, crowd, r"- \*\*\[`jobs/.*\(GT10[0-9]\)", r"\*\*Not shown here:\*\* ([0-9,]+) more")
    assert words.content.startswith(f"### No plan: {diagnostics_summary(problems, crowd.number)}\n\n")


@MANY
@example(Crowd(number=10_000, errors=10_000, wordy=900))
@given(crowds())
def test_a_merged_pull_request_keeps_its_headline_and_as_many_errors_as_fit(crowd: Crowd):
    jobs = tuple(
        JobStatus(
            name=f"rally-{index:05}",
            path=f"jobs/sports-data/rally-{index:05}.yaml",
            owner="sports-data",
            team="reviewers",
            action=Action.EXISTS,
            outcome=Outcome(
                name=f"rally-{index:05}",
                path="",
                verdict=Verdict(
                    result=Result.FAILED if index < crowd.errors else Result.CREATED,
                    evidence=crowd.message(index) if index < crowd.errors else "accepted, and there",
                ),
            ),
        )
        for index in range(crowd.number)
    )

    words = status_comment(
        PullRequestStatus(pull_request=1, target="test (123456789012, us-east-1)", plan_digest="abc", jobs=jobs),
        NOW,
        footer=FOOT,
    )

    check_cut(words, crowd, r"\| `rally-[0-9]{5}` \| \*\*", r"the rows of ([0-9,]+) job")
    headline, rail = words.content.split("\n\n")[:2]
    assert f"{crowd.number - crowd.errors:,} created" in headline or crowd.errors == crowd.number
    assert (f"{crowd.errors:,} not created" in headline) == bool(crowd.errors)
    assert rail == "merged → **applied** → labeling → finished"


def a_reason(message: str) -> Diagnostic:
    return Diagnostic(rule="P202", message=message, hint="make it smaller")


def check_cut(words: RenderedComment, crowd: Crowd, row: str, unshown: str) -> None:
    """Hold a comment to its limit: whole pieces, nothing uncounted, the way to the rest, and errors before all else."""
    content = words.content
    assert size(words.text) <= ROOM
    assert words.footer.endswith(f"[run 17890123456]({FOOT.run.run_url})</sub>")
    assert content.count("<details>") == content.count("</details>")
    for table in re.findall(r"(?:^\|.*\n?)+", content, re.MULTILINE):
        assert len({line.count(" |") for line in table.splitlines()}) == 1
    told = sum(int(number.replace(",", "")) for number in re.findall(unshown, content))
    assert len(re.findall(row, content)) + told == crowd.number

    shown = len(re.findall(IN_NEED, content))
    if missing := crowd.errors - shown:
        assert re.search(rf"\*\*Not shown here:\*\* {missing:,} more, ", content)
        # Another one would not have fitted, also not in the place of what matters less.
        room_for_one = len(crowd.message(0)) + 1_000
        others = [line for line in re.findall(rf"^{row}.*$", content, re.MULTILINE) if not re.search(IN_NEED, line)]
        assert size(words.text) > ROOM - room_for_one
        assert sum(map(size, others)) < room_for_one
    for cut in re.findall(r"Not shown here:.*", content):
        assert FOOT.run.run_url in cut


@settings(max_examples=40, deadline=None)
@given(
    kinds=st.lists(st.tuples(st.sampled_from(Action), st.sampled_from(HOSTILE), st.sampled_from(HOSTILE)), max_size=12),
    times=st.integers(1, 120),
    limit=st.sampled_from([20_000, COMMENT_LIMIT]),
)
def test_any_plan_with_any_texts_fits_and_is_closed(kinds: list[tuple[Action, str, str]], times: int, limit: int):
    [create] = BASE.creates
    changes = tuple(
        a_change(
            action,
            replace(create.job, name=f"{name}{index}"[-63:], owner=name[:100], team=name[:63]),
            purchase=create.purchase,
            observed=replace(an_observed_job(), name=f"{name}{index}"[-63:]),
            reasons=(Diagnostic(rule="P104", message=message, hint=name),),
        )
        for index in range(times)
        for action, name, message in kinds
    )
    words = plan_comment(replace(BASE, changes=changes), POLICY, footer=FOOT, limit=limit)

    assert size(words.text) <= limit - MARKER_ROOM
    assert len(words.text) <= limit - MARKER_ROOM
    assert read(words.text).live == ()
    assert words.content.startswith("### Plan for test: ")


def test_the_part_with_the_lower_rank_gets_space_first_wherever_it_is():
    pieces = ["12345678", "12345678"]

    written = fit([a_part(0, pieces, 1, None), a_part(1, pieces, 0, None)], room=40)

    assert written == "(2 more)<1>1234567812345678</1>"


@pytest.mark.parametrize("room", range(0, 160, 2))
def test_everything_omitted_is_counted(room: int):
    written = fit([a_part(0, ["a rather long piece"] * 5, 0, 2)], room)

    told = re.search(r"\(([0-9]) more\)", written)
    assert written.count("piece") + (int(told[1]) if told else 0) == 5


PARTS = st.lists(
    st.tuples(st.lists(st.text("aé🏸", max_size=30), max_size=30), st.integers(0, 3), st.none() | st.integers(0, 10)),
    max_size=5,
)


@given(parts=PARTS, room=st.integers(0, 3_000))
def test_parts_are_cut_between_pieces_in_the_order_of_their_ranks(
    parts: list[tuple[list[str], int, int | None]], room: int
):
    least = sum(size(rest_of(len(pieces), 0)) for pieces, _, _ in parts if pieces)

    written = fit([a_part(index, *part) for index, part in enumerate(parts)], room)

    assert size(written) <= max(room, least)
    whole = "".join(shown_of(index, *part) for index, part in enumerate(parts))
    if size(whole) <= room - least:
        assert written == whole
    for index, (pieces, _, _) in enumerate(parts):
        assert f"<{index}>" not in written or f"</{index}>" in written
        assert written.count(f"[{index}]") == written.count(f"[/{index}]")
        assert not pieces or f"<{index}>" in written or rest_of(len(pieces), 0) in written


def a_part(index: int, pieces: list[str], rank: int, fold: int | None) -> Part:
    return Part(
        pieces=pieces,
        total=len(pieces),
        rest=lambda taken: rest_of(len(pieces), taken),
        rank=rank,
        opening=f"<{index}>",
        closing=f"</{index}>",
        fold=None if fold is None else Fold(after=fold, opening=f"[{index}]", closing=f"[/{index}]"),
    )


def rest_of(total: int, taken: int) -> str:
    return f"({total - taken} more)"


def shown_of(index: int, pieces: list[str], _rank: int, fold: int | None) -> str:
    if not pieces:
        return ""
    shown = list(pieces)
    closing = f"</{index}>"
    if fold is not None and fold < len(pieces):
        shown[fold] = f"[{index}]{shown[fold]}"
        closing = f"[/{index}]{closing}"
    return f"<{index}>{''.join(shown)}{closing}"
