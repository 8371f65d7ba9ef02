"""Reads `negative/*.cases`: declarations that are wrong, each with everything that must be said about it.

A case is short. It starts with `=== ` and a title; `@` lines may follow; then come the fields the case is about. The
other fields of a good declaration are added below them, so that lines and columns stay as written. What is expected
stands below the line it is about, `^` under the first character that is pointed at (`<` for column 1):

    === a label attribute that ends in -ref
    output:
      label_attribute: clip-ref
    #                  ^ GT201 "clip-ref" cannot be the label attribute: ... — choose another ending

    @alone              nothing is added
    @without owner      this field is not added
    @path P             the file's path; jobs/sports-data/rally.yaml if left out
    @crlf @bom          line ends and byte order mark of another system
    @bytes latin-1      the file's encoding
    @policy Y           jobs/policy.yaml in one line; folders that allow everything are added if it has none
    @closed             no policy is added; else there is one that allows everything
    @plan K=V ...       a plan is made too, with an infrastructure (of these members), the objects on S3, and one earlier
                        job; of what only a plan finds, rule and place are compared: its words are tested elsewhere
    @expect 7:3 GT..    expected in what was added, or where no line can be put below
    --- PATH            a further file: beside the declaration, another declaration, jobs/policy.yaml, or s3://...

`⟦200B⟧` is the character with that number, `⟦70*ab⟧` is ab seventy times, `↵` in there a line break.
After a change that is meant: `UPDATE_SNAPSHOTS=1 pytest tests/declarations/test_negative.py`, then read the diff.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.gathering.gather import gather
from groundctl.app.validate import Validated, validate
from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import (
    Diagnostic,
    LocatedDiagnostic,
    errors_among,
    in_reading_order,
    locate,
)
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.yaml_loader import load_document
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.infrastructure_rules import check_infrastructure
from groundctl.domain.jobs.observed import Status
from groundctl.domain.planning.planner import make_plan
from support.builders import NOW, a_declaration, an_infrastructure, an_observed_job
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import an_account

FOLDER = Path(__file__).parent / "negative"
MAIN = "jobs/sports-data/rally.yaml"
GOOD_FIELDS = {
    "name": "name: rally\n",
    "owner": "owner: sports-data\n",
    "task": """\
task:
  title: How did the rally end?
  description: Watch the clip to its end.
  labels: [winner, error]
  instructions: {short: Watch to the end.}
""",
    "input": "input: {prefix: s3://clips/rallies/}\n",
    "workforce": "workforce: {team: reviewers, workers_per_object: 3, task_time_limit: 10m}\n",
}
FOLDERS = ("sports-data", "warehouse", "team")
ENTRY = '{inputs: [s3://clips/, s3://others/, s3://acme-clips/], teams: ["*"]}'
OPEN = f"folders: {{{', '.join(f'{folder}: {ENTRY}' for folder in FOLDERS)}}}\n"
MARK = re.compile(r"#( *)(?:\^|(<)) (GT\d{3} .*)")
_EXPECT = re.compile(r"@expect (?:(\S+):)?(\d+):(\d+) (GT\d{3} .*)")
STAND_IN = re.compile(r"⟦(?:(\d+)\*([^⟧]*)|([0-9A-F]+))⟧")


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """One problem: where, and all that is said."""

    path: str
    line: int
    column: int
    sentence: str

    @property
    def rule(self) -> str:
        return self.sentence[:5]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case as it stands in its file, and where."""

    source: Path
    number: int
    title: str
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.source.stem}: {self.title}"


@dataclass(slots=True, kw_only=True)
class Repository:
    """What a case asks for, taken apart: its files and its settings."""

    path: str = MAIN
    files: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    expected: list[Expected] = field(default_factory=list)

    def content(self, path: str) -> bytes:
        text = self.files[path]
        if path.endswith((".yaml", ".yml")) and path != Checkout.policy_path and "alone" not in self.settings:
            text += self._missing(text)
        text = STAND_IN.sub(stand_in, text)
        if path == Checkout.policy_path and "policy" not in self.settings and text == OPEN:
            return text.encode()
        if "crlf" in self.settings:
            text = text.replace("\n", "\r\n")
        bom = "\ufeff" if "bom" in self.settings else ""
        return (bom + text).encode(self.settings.get("bytes", "utf-8"))

    def _missing(self, text: str) -> str:
        written = set(re.findall(r"^([\w<\"'$-]+):", text, re.MULTILINE))
        given = written | set(self.settings.get("without", "").split())
        return "".join(lines for name, lines in GOOD_FIELDS.items() if name not in given)


def with_open_policy(root: Path) -> Checkout:
    """Write a policy that allows everything, unless there is one."""
    path = root / Checkout.policy_path
    if not path.exists():
        path.write_text(OPEN)
    return Checkout(root)


def all_cases(folder: Path = FOLDER) -> list[Case]:
    """Read every case of every file."""
    return [case for source in sorted(folder.glob("*.cases")) for case in read_cases(source)]


def read_cases(source: Path) -> Iterator[Case]:
    """Read the cases of one file."""
    _, *parts = re.split(r"^=== ", source.read_text(), flags=re.MULTILINE)
    for number, part in enumerate(parts):
        title, *lines = part.rstrip("\n").split("\n")
        yield Case(source=source, number=number, title=title, lines=tuple(lines))


def repository_of(case: Case) -> Repository:
    """Take a case apart."""
    made = Repository()
    path, lines = made.path, list(case.lines)
    for line in [line for line in lines if re.match(r"@path ", line)]:
        path = made.path = line.split()[1]
    made.files[path] = ""
    for line in lines:
        if mark := MARK.fullmatch(line):
            row = made.files[path].count("\n")
            made.expected.append(Expected(path, row, 1 if mark[2] else len(mark[1]) + 2, mark[3]))
        elif expect := _EXPECT.fullmatch(line):
            made.expected.append(Expected(expect[1] or made.path, int(expect[2]), int(expect[3]), expect[4]))
        elif re.match(r"@\w", line):
            key, _, value = line[1:].partition(" ")
            made.settings[key] = value
        elif line.startswith("--- "):
            path = line[4:] if "/" in line else f"{made.path.rpartition('/')[0]}/{line[4:]}"
            made.files[path] = ""
        else:
            made.files[path] += f"{line}\n"
    if Checkout.policy_path not in made.files and "closed" not in made.settings:
        given = made.settings.get("policy", "")
        made.files[Checkout.policy_path] = (
            f"{given}\n{'' if given.startswith('{') or 'folders:' in given else OPEN}".lstrip()
        )
    return made


def problems_of(made: Repository, root: Path) -> tuple[LocatedDiagnostic, ...]:
    """Write the files down and let groundctl look at them, up to the point where a plan is made if the case says so."""
    for path in made.files:
        if not path.startswith("s3:"):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(made.content(path))
    checkout = Checkout(root)
    validated = validate(checkout)
    problems = list(validated.problems)
    if "plan" in made.settings and not errors_among(problems):
        document = load_document(made.path, made.content(made.path))
        assert isinstance(document, Document)
        [declaration] = validated.declarations
        problems += locate(document, _found_by_plan(made, declaration, validated))
    return in_reading_order(problems)


def sentence(problem: LocatedDiagnostic) -> str:
    """Write a problem without its place; unprintable characters are shown by their code points."""
    text = f"{problem.rule} {problem.severity} {problem.message} — {problem.hint}".replace(" error ", " ", 1)
    return "".join(character if character.isprintable() else f"⟦{ord(character):04X}⟧" for character in text)


def found_in(problems: Sequence[LocatedDiagnostic]) -> list[Expected]:
    """Bring problems into the form that expectations have."""
    return sorted(Expected(problem.path, problem.line, problem.column, sentence(problem)) for problem in problems)


def bless(case: Case, found: Sequence[Expected]) -> None:
    """Write into the case's file what was found, in place of what was expected."""
    plain = replace(
        case, lines=tuple(line for line in case.lines if not MARK.fullmatch(line) and not _EXPECT.fullmatch(line))
    )
    left = list(found)
    lines: list[str] = []
    path, row = repository_of(plain).path, 0
    main = path
    for line in plain.lines:
        lines.append(line)
        if re.match(r"@\w", line):
            continue
        if line.startswith("--- "):
            path = line[4:] if "/" in line else f"{main.rpartition('/')[0]}/{line[4:]}"
            row = 0
            continue
        row += 1
        for one in [one for one in left if (one.path, one.line) == (path, row) and "⟦" not in line[: one.column - 1]]:
            lines.append(f"#< {one.sentence}" if one.column == 1 else f"#{' ' * (one.column - 2)}^ {one.sentence}")
            left.remove(one)
    where = (f"{one.path}:" if one.path != main else "" for one in left)
    rest = [f"@expect {place}{one.line}:{one.column} {one.sentence}" for place, one in zip(where, left, strict=True)]
    settings = [line for line in lines if re.match(r"@\w", line)]
    others = [line for line in lines if not re.match(r"@\w", line)]
    write_cases(case.source, replace(case, lines=(*settings, *rest, *others)))


def write_cases(source: Path, changed: Case) -> None:
    """Write a file of cases again, with one changed."""
    head = source.read_text().partition("=== ")[0]
    cases = [changed if case.number == changed.number else case for case in read_cases(source)]
    source.write_text(head + "\n".join(_written(case) for case in cases))


def _written(case: Case) -> str:
    return "\n".join([f"=== {case.title}", *case.lines, ""])


def stand_in(found: re.Match[str]) -> str:
    count, text, number = found.groups()
    return chr(int(number, 16)) if number else text.replace("↵", "\n") * int(count)


def _infrastructure(members: str) -> Infrastructure:
    return an_infrastructure(**dict(member.split("=", 1) for member in members.split()))


def _described(earlier: Declaration) -> dict[str, Any]:
    """What Describe says of the earlier job, as far as reading its labels needs it."""
    return {
        "LabelingJobName": "earlier",
        "LabelingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/earlier",
        "LabelingJobStatus": "Completed",
        "LabelAttributeName": earlier.spec.label_attribute,
        "LabelCategoryConfigS3Uri": "s3://artifacts/earlier/label-categories.json",
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        "OutputConfig": {"S3OutputPath": "s3://outputs/labels/"},
        "HumanTaskConfig": {"NumberOfHumanWorkersPerDataObject": 3},
    }


def _found_by_plan(made: Repository, declaration: Declaration, validated: Validated) -> list[Diagnostic]:
    """Make a plan with one earlier job."""
    infrastructure = _infrastructure(made.settings["plan"])
    if findings := list(check_infrastructure(declaration.spec, infrastructure)):
        return findings
    earlier = a_declaration(name="earlier")
    job = an_observed_job(earlier, status=Status.COMPLETED, output_manifest="s3://outputs/earlier/output.manifest")
    fingerprint = job.fingerprint
    assert fingerprint is not None
    kept = fingerprint.uri_of("declaration.json")
    there = {path: made.content(path) for path in made.files if path.startswith("s3:")}
    objects = FakeObjects({kept: canonical_json(earlier.content), **there})
    jobs = FakeJobs()
    jobs.jobs = {"earlier": _described(earlier)}
    account = an_account(jobs, objects, infrastructure=infrastructure, observed={job.key: job})
    plan = make_plan(gather([declaration], validated.policy, account, read_manifest=validated.read_manifest))
    reasons = [reason for change in plan.changes if change.path for reason in change.reasons]
    return [reason for reason in reasons if reason.rule.startswith("GT")]
