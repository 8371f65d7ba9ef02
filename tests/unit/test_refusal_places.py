"""Each refusal of a plan points to a line: of the declaration, or of a text file beside it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from groundctl.adapters.local.checkout import Checkout
from groundctl.adapters.local.package_files import schemas_folder
from groundctl.app.refusal_places import MAX_FILES_READ, find_refusal_places
from groundctl.app.validate import validate
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, errors_among
from groundctl.domain.declarations.policy import Limit
from groundctl.domain.declarations.rules import reference
from groundctl.domain.jobs.differences import MAX_SHOWN, excerpts
from groundctl.domain.planning.plan import Action, Plan
from groundctl.domain.planning.planner import make_plan
from groundctl.presentation.machine.annotations import github_annotations
from groundctl.presentation.markdown.check_run import plan_check
from groundctl.presentation.markdown.comment import Footer
from groundctl.presentation.markdown.plan_comment import plan_comment
from groundctl.presentation.terminal.plan import plan_text
from support.builders import a_plan, a_policy, a_run, an_observed_job, some_inputs

DOMAIN = Path(reference.__file__).parents[2]
# Notes about jobs that no file of this plan declares, the ledger, or the kept infrastructure; P405 stands beside a create.
ABOUT_NO_FILE = {"P106", "P109", "P401", "P402", "P404", "P405", "P406"}
FILE = """\
name: rally
owner: sports-data
task:
  title: How did the rally end?
  description: Watch the clip to its end.
  labels: [winner, error]
  instructions: {short: rally-short.md}
input:
  objects:
    - s3://clips/rally-1.mp4
    - s3://elsewhere/rally-2.mp4
workforce:
  team: reviewerz
  workers_per_object: 3
  task_time_limit: 10m
output: {location: "s3://others/labels/"}
"""
INSTRUCTIONS = "Watch to the end.\n\nThen choose one answer.\nThank you.\n"


# -- every rule ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call in the code that makes a diagnostic of a plan."""

    where: str
    rule: str
    has_pointer: bool
    pointer: str | None


def made_by_plans() -> Iterator[Made]:
    """Find every call under planning, jobs and clips that makes a diagnostic."""
    for folder in ("planning", "jobs", "clips"):
        for path in sorted((DOMAIN / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Diagnostic":
                    given = {keyword.arg: keyword.value for keyword in node.keywords}
                    rule, pointer = given["rule"], given.get("pointer")
                    yield Made(
                        where=f"{path.name}:{node.lineno}",
                        rule=str(rule.value) if isinstance(rule, ast.Constant) else "",
                        has_pointer=pointer is not None
                        and not (isinstance(pointer, ast.Constant) and not pointer.value),
                        pointer=str(pointer.value) if isinstance(pointer, ast.Constant) else None,
                    )


def rules_of_plans() -> set[str]:
    reference_text = (schemas_folder() / "RULES.md").read_text()
    return set(re.findall(r"^\| (P\d+|GT507|GT[67]\d+) ", reference_text, re.MULTILINE))


def test_every_reason_of_a_plan_about_a_file_names_the_field_that_it_is_about():
    assert [made.where for made in made_by_plans() if not made.has_pointer and made.rule not in ABOUT_NO_FILE] == []


def test_every_rule_of_a_plan_was_looked_at():
    sources = "".join(path.read_text() for path in DOMAIN.rglob("*.py"))
    named = {rule for rule in rules_of_plans() if f'"{rule}"' in sources}

    assert rules_of_plans() - named == set()
    assert {made.rule for made in made_by_plans()} - {""} <= {*reference.OTHER_RULES, *reference.PLAN_RULES}


def test_every_field_that_a_reason_names_is_in_the_schema():
    schema = json.loads((schemas_folder() / "labeling-job.schema.json").read_bytes())

    assert [made for made in made_by_plans() if made.pointer and not is_in(schema, schema, made.pointer)] == []


def is_in(part: dict[str, Any], root: dict[str, Any], pointer: str) -> bool:
    if "$ref" in part:
        return is_in(root["$defs"][part["$ref"].rpartition("/")[2]], root, pointer)
    member, _, rest = pointer.removeprefix("/").partition("/")
    found = member in part.get("properties", {}) and (not rest or is_in(part["properties"][member], root, rest))
    return found or any(is_in(each, root, pointer) for each in (*part.get("oneOf", ()), *part.get("anyOf", ())))


# -- every reader ----------------------------------------------------------------------------------------


def a_checkout(root: Path, **files: str) -> Checkout:
    folder = root / "jobs/sports-data"
    folder.mkdir(parents=True)
    (folder / "rally.yaml").write_text(FILE)
    (folder / "rally-short.md").write_text(INSTRUCTIONS)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    return Checkout(root)


def declared_in(checkout: Checkout) -> Declaration:
    validated = validate(checkout)
    assert errors_among(validated.problems) == ()
    return validated.declarations[0]


def placed(problems: tuple[LocatedDiagnostic, ...]) -> list[tuple[str, str]]:
    return [(problem.rule, f"{problem.path}:{problem.line}:{problem.column}") for problem in problems]


def test_what_the_infrastructure_does_not_have_is_refused_on_its_lines(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    plan = a_plan(declared_in(checkout))

    assert placed(find_refusal_places(checkout, plan).problems) == [
        ("GT604", "jobs/sports-data/rally.yaml:11:7"),
        ("GT602", "jobs/sports-data/rally.yaml:13:9"),
        ("GT605", "jobs/sports-data/rally.yaml:16:20"),
    ]


def test_a_terminal_shows_the_lines_of_what_a_plan_refuses(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    plan = a_plan(declared_in(checkout))

    text = plan_text(plan, a_policy(), find_refusal_places(checkout, plan))

    assert '  jobs/sports-data/rally.yaml:13:9 GT602 "reviewerz" is not a work team of ' in text


def test_a_comment_and_a_check_link_the_lines_of_what_a_plan_refuses(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    plan, footer = a_plan(declared_in(checkout)), Footer(run=a_run())
    places = find_refusal_places(checkout, plan)

    written = plan_comment(plan, a_policy(), footer=footer, places=places).text

    link = f"https://github.com/acme/labeling/blob/{a_run().head_commit}/jobs/sports-data/rally.yaml#L13"
    assert f"**`rally`** at [`jobs/sports-data/rally.yaml:13`]({link}): " in written
    assert plan_check(plan, a_policy(), footer=footer, places=places).summary == written


def test_annotations_stand_on_the_lines_of_what_a_plan_refuses(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    plan = a_plan(declared_in(checkout))

    lines = github_annotations(find_refusal_places(checkout, plan).problems, 1).splitlines()

    assert lines[1].startswith("::error file=jobs/sports-data/rally.yaml,line=13,col=9,title=groundctl GT602::")


# -- a changed job ---------------------------------------------------------------------------------------


def a_changed_plan(checkout: Checkout, before: Declaration) -> Plan:
    job = an_observed_job(before)
    inputs = some_inputs(
        declared_in(checkout), observed=(job,), kept_declarations={job.key: before.content}, policy=a_policy()
    )
    return make_plan(inputs)


def test_each_changed_field_is_a_problem_on_its_line_with_both_values(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    before = declared_in(checkout)
    (tmp_path / before.path).write_text(
        FILE.replace("How did the rally end?", "How did it end?").replace("object: 3", "object: 5")
    )
    (tmp_path / before.path).with_name("rally-short.md").write_text(INSTRUCTIONS.replace("one answer", "an answer"))

    places = find_refusal_places(checkout, a_changed_plan(checkout, before))

    assert placed(places.problems) == [
        ("P104", "jobs/sports-data/rally-short.md:3:1"),
        ("P104", "jobs/sports-data/rally.yaml:4:10"),
        ("P104", "jobs/sports-data/rally.yaml:14:23"),
    ]
    assert [problem.message for problem in places.problems] == [
        "`rally-short.md` was “Then choose one answer.” when the job was created, and is “Then choose an answer.” now",
        "`task.title` was “How did the rally end?” when the job was created, and is “How did it end?” now",
        "`workforce.workers_per_object` was “3” when the job was created, and is “5” now",
    ]


def test_a_terminal_shows_old_and_new_values_side_by_side(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    before = declared_in(checkout)
    (tmp_path / before.path).write_text(FILE.replace("How did the rally end?", "How did it end?"))
    plan = a_changed_plan(checkout, before)

    lines = plan_text(plan, a_policy(), find_refusal_places(checkout, plan)).splitlines()

    [at] = [number for number, line in enumerate(lines) if " P104 " in line]
    assert lines[at].startswith("  jobs/sports-data/rally.yaml:4:10 P104 exists since ")
    assert lines[at + 1 : at + 3] == [
        "    changed field  when the job was created  now",
        "    task.title     How did the rally end?    How did it end?",
    ]


@pytest.mark.parametrize(
    "text",
    [
        INSTRUCTIONS.rstrip("\n"),
        INSTRUCTIONS + "\n\n",
        INSTRUCTIONS.replace("\n", "  \n"),
        INSTRUCTIONS.replace("end.\n", "end.\t\n"),
        INSTRUCTIONS.replace("\n", "\r\n"),
    ],
)
def test_blanks_at_the_ends_of_lines_do_not_change_a_job(tmp_path: Path, text: str):
    checkout = a_checkout(tmp_path)
    before = declared_in(checkout)
    (tmp_path / before.path).with_name("rally-short.md").write_bytes(text.encode())

    [change] = a_changed_plan(checkout, before).changes

    assert change.action is Action.EXISTS


@pytest.mark.parametrize(
    "text", [INSTRUCTIONS.replace("\n\n", "\n"), INSTRUCTIONS.replace("Then", "  Then"), "x" + INSTRUCTIONS]
)
def test_every_other_blank_and_letter_changes_a_job(tmp_path: Path, text: str):
    checkout = a_checkout(tmp_path)
    before = declared_in(checkout)
    (tmp_path / before.path).with_name("rally-short.md").write_text(text)

    [change] = a_changed_plan(checkout, before).changes

    assert change.action is Action.IMMUTABLE


def test_a_kept_declaration_that_is_not_the_jobs_own_cannot_say_that_nothing_changed(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    before = declared_in(checkout)
    now = replace(before, texts={"rally-short.md": "Other instructions."})
    job = an_observed_job(now)
    plan = make_plan(some_inputs(before, observed=(job,), kept_declarations={job.key: before.content}))

    [change] = plan.changes

    assert change.action is Action.IMMUTABLE


def test_of_long_values_the_part_around_the_first_difference_is_shown():
    same = "word " * 100

    before, after = excerpts(f"{same}old{same}", f"{same}new{same}")

    assert "old" in before
    assert "new" in after
    assert max(len(before), len(after)) <= MAX_SHOWN + 2
    assert excerpts("short", same) == ("short", f"{same[:MAX_SHOWN]}…")
    assert excerpts(same, same + "more")[1].endswith("more")


# -- many ------------------------------------------------------------------------------------------------


def test_what_a_plan_says_of_many_jobs_is_one_line_with_their_number(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    (tmp_path / "jobs/sports-data/rally.yaml").unlink()
    sound = (
        FILE.partition("output:")[0].replace("reviewerz", "reviewers").replace("    - s3://elsewhere/rally-2.mp4\n", "")
    )
    for name in (f"rally-{number:03}" for number in range(200)):
        content = sound.replace("name: rally", f"name: {name}").replace("rally-1.mp4", f"{name}.mp4")
        (tmp_path / f"jobs/sports-data/{name}.yaml").write_text(content)
    policy = a_policy(plan_ceiling=Limit(jobs=10))
    plan = a_plan(*validate(checkout).declarations, policy=policy)

    lines = [
        line for line in plan_text(plan, policy, find_refusal_places(checkout, plan)).splitlines() if " P203 " in line
    ]

    assert lines == [
        "  jobs/sports-data/rally-000.yaml:1:7, jobs/sports-data/rally-001.yaml:1:7, jobs/sports-data/rally-002.yaml:1:7"
        " and 197 more (200 jobs): P203 this plan would create 200 jobs, above the limit of 10 for one plan"
        " — split the pull request, or raise ceilings.plan in jobs/policy.yaml"
    ]


def test_the_files_of_a_huge_plan_are_not_all_read_again(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    plan = a_plan(declared_in(checkout))
    many = replace(plan, changes=plan.changes * (MAX_FILES_READ + 1))

    assert {place for _, place in placed(find_refusal_places(checkout, many).problems)} >= {
        "jobs/sports-data/rally.yaml:1:1"
    }


def test_a_reason_can_point_into_a_text_file_and_hostile_values_stay_text(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    before = declared_in(checkout)
    hostile = "[x](javascript:alert(1)) `code` <img src=x> ::error::\u001b[31m @octocat"
    kept = {**before.content, "texts": {"rally-short.md": hostile}}
    job = an_observed_job(before)
    job = replace(job, fingerprint=replace(job.fingerprint, declaration="0" * 32))  # type: ignore[type-var]
    plan = make_plan(some_inputs(before, observed=(job,), kept_declarations={job.key: kept}))

    text = plan_text(plan, a_policy(), find_refusal_places(checkout, plan))

    assert "\u001b" not in text
    assert "jobs/sports-data/rally-short.md:1:1 P104" in text


def test_a_diagnostic_without_a_field_stands_on_the_first_line(tmp_path: Path):
    checkout = a_checkout(tmp_path)
    plan = a_plan(declared_in(checkout))
    [change] = plan.changes
    reason = Diagnostic(rule="P113", message="nothing can be bought", hint="try again")
    odd = replace(plan, changes=(replace(change, reasons=(reason,)),))  # type: ignore[arg-type]

    assert placed(find_refusal_places(checkout, odd).problems) == [("P113", "jobs/sports-data/rally.yaml:1:1")]
