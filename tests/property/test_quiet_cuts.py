"""A text with number signs arrives whole, or is refused with GT012: YAML never cuts it unnoticed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from declarations.corpus import GOOD_FIELDS
from groundctl.domain.declarations import yaml_loader
from groundctl.domain.declarations.diagnostics import LocatedDiagnostic
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.validator import Validator, check_policy
from groundctl.domain.declarations.yaml_loader import load_document
from support.builders import CHECKOUT, a_policy

VALIDATOR = Validator(
    schema=SchemaCheck(CHECKOUT.schema("labeling-job")), policy=a_policy(), read_text=lambda _path, _name: "Watch."
)
PATH = "jobs/sports-data/rally.yaml"
TASK = "task:\n  title: How?\n  description: Watch it.\n  labels: [in, out]\n  instructions: {short: Watch.}\n"
INPUT = "input: {prefix: s3://clips/}\n"
# Each free text of a declaration: in a block, and between brackets. $ is the text, and a line break before it an
# indentation that continues it.
FIELDS = {
    "/owner": ("owner: $\n", None),
    "/notes": ("notes: $\n", None),
    "/task/title": (TASK.replace("How?", "$"), None),
    "/task/description": (
        TASK.replace("Watch it.", "$"),
        "task: {title: How, description: $, labels: [in, out], instructions: {short: Watch.}}\n",
    ),
    "/task/labels/1": (
        TASK.replace("[in, out]", "\n    - in\n    - $\n    - out"),
        TASK.replace("in, out", "in, $, out"),
    ),
    "/task/labels/0": (TASK.replace("[in, out]", "\n  - $\n  - out"), TASK.replace("in, out", "$, out")),
    "/task/labels/2": (TASK.replace("[in, out]", "\n  - in\n  - out\n  - $"), TASK.replace("in, out", "in, out, $")),
    "/task/labels/1/name": (
        TASK.replace("[in, out]", "\n    - in\n    - name: $\n      hint: Other."),
        TASK.replace("in, out", "in, {name: $, hint: Other.}"),
    ),
    "/task/labels/1/hint": (
        TASK.replace("[in, out]", "\n    - in\n    - name: out\n      hint: $"),
        TASK.replace("in, out", "in, {name: out, hint: $}"),
    ),
    "/task/instructions/short": (TASK.replace("{short: Watch.}", "\n    short: $"), TASK.replace("Watch.", "$")),
    "/task/instructions/full": (
        TASK.replace("{short: Watch.}", "\n    full: $"),
        TASK.replace("short: Watch.", "full: $"),
    ),
    "/input/match/0": (
        "input:\n  prefix: s3://clips/\n  match:\n    - $\n",
        "input: {prefix: s3://clips/, match: [$]}\n",
    ),
    "/input/exclude/0": (
        "input:\n  prefix: s3://clips/\n  exclude:\n    - $\n",
        "input: {prefix: s3://clips/, exclude: [$]}\n",
    ),
    "/input/only/labels/0": (
        "input:\n  from_job: earlier\n  only:\n    labels:\n      - $\n",
        "input: {from_job: earlier, only: {labels: [$]}}\n",
    ),
    "/input/where/camera": (
        "input:\n  manifest: s3://clips/a.manifest\n  where:\n    camera: $\n",
        "input: {manifest: s3://clips/a.manifest, where: {camera: $}}\n",
    ),
    "/input/where/camera/0": (
        "input:\n  manifest: s3://clips/a.manifest\n  where:\n    camera:\n      - $\n",
        "input: {manifest: s3://clips/a.manifest, where: {camera: [$]}}\n",
    ),
    "/input/objects/0/camera": (
        "input:\n  objects:\n    - source-ref: s3://clips/a.mp4\n      camera: $\n",
        "input: {objects: [{source-ref: s3://clips/a.mp4, camera: $}]}\n",
    ),
    "/rerun_of/reason": ("rerun_of:\n  job: earlier\n  reason: $\n", "rerun_of: {job: earlier, reason: $}\n"),
    "/tags/season": ("tags:\n  season: $\n", "tags: {season: $}\n"),
}
WORDS = ("clip", "pair", "#1", "#", "# one", "#é", "a#b", "漢字", "🏆", "it's", "##", "100%", "(#2)", "x")
QUOTED = {
    "plain": lambda text: text,
    "single": lambda text: "'" + text.replace("'", "''") + "'",
    "double": lambda text: '"' + text + '"',
}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file with one text of words, and how it is written."""

    pointer: str
    words: tuple[str, ...]
    quotes: str
    file: str
    lines: int

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def has_cut(self) -> bool:
        return self.quotes == "plain" and any(word.startswith("#") for word in self.words)


@st.composite
def samples(draw: DrawFn) -> Sample:
    pointer = draw(st.sampled_from(sorted(FIELDS)))
    block, flow = FIELDS[pointer]
    layout = block if flow is None or draw(st.booleans()) else flow
    words = tuple(draw(st.lists(st.sampled_from(WORDS), min_size=3, max_size=6)))
    if words[0] == "#" or words[0].startswith("# "):
        # At the start of a value, `# ` is a comment to every reader.
        words = ("a", *words)
    quotes = draw(st.sampled_from(sorted(QUOTED)))
    written, lines = words[0], 1
    for word in words[1:]:
        gap = draw(st.sampled_from([" ", " ", " ", "\n          ", "  "] if quotes == "plain" else [" "]))
        lines += "\n" in gap
        written += gap + word
    # Between brackets, the text can be the last of its line.
    end = draw(st.sampled_from(["", "\n    ", "\n"])) if layout is flow else ""
    fields = layout.replace("$", QUOTED[quotes](written) + end)
    file = fields + "".join(good for name, good in GOOD_FIELDS.items() if not fields.startswith(f"{name}:"))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    bom = draw(st.sampled_from(["", "\ufeff"]))
    expected = tuple(" ".join(words).split())
    return Sample(pointer=pointer, words=expected, quotes=quotes, file=bom + file.replace("\n", newline), lines=lines)


def run_of(examples: int) -> settings:
    return settings(max_examples=examples, derandomize=True, database=None, deadline=None)


@run_of(1_500)
@given(samples())
def test_a_text_arrives_whole_or_is_refused(sample: Sample):
    assert_whole_or_refused(sample)


@run_of(150)
@given(samples())
def test_the_same_without_libyaml(sample: Sample):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_loader, "_Parser", yaml.BaseLoader)
        assert_whole_or_refused(sample)


def assert_whole_or_refused(sample: Sample) -> None:
    problems = VALIDATOR.check(PATH, sample.file.encode()).problems
    cuts = [one for one in problems if one.rule == "GT012"]
    loaded = load_document(PATH, sample.file.encode())
    arrived = value_at(loaded.data, sample.pointer) if isinstance(loaded, Document) else None

    if not sample.has_cut:
        assert normal(arrived) == sample.text
        assert not cuts
        return
    assert problems, "cut without a word"
    assert cuts or not isinstance(loaded, Document), "read, and cut without GT012"
    for cut in cuts:
        assert line_from(sample.file, cut).startswith("#")
    if cuts and sample.lines == 1 and isinstance(loaded, Document):
        first = re.search(r"(?:^|\s)(#.*)", sample.text)
        assert first
        assert cuts[0].pointer == sample.pointer
        assert " ".join(line_from(sample.file, cuts[0]).split()).startswith(first[1])


def normal(value: Any) -> str | None:
    return " ".join(value.split()) if isinstance(value, str) else None


def value_at(data: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        try:
            data = data[int(step)] if isinstance(data, list) else data.get(step) if isinstance(data, dict) else None
        except IndexError:
            return None
    return data


def line_from(file: str, cut: LocatedDiagnostic) -> str:
    return file.removeprefix("\ufeff").split("\n")[cut.line - 1][cut.column - 1 :]


# -- comments that stay ---------------------------------------------------------------------------------

ORDINARY = {
    "after names, numbers, times and choices": (
        "name: rally   # the file's name\nstate: active # until June\nregion: us-east-1 #here\n"
        "workforce:  # ours\n  team: reviewers # of the court\n  workers_per_object: 3   # each clip three times\n"
        "  task_time_limit: 10m #enough\nbudget: {usd: 400}   # a plan above it is refused\n"
        "output:\n  label_attribute: end   # as in season 1\n  location: s3://labels/   # shared\n"
    ),
    "after clips, lists of names and keywords": (
        "notify: [dana,   # leads\n  sam]   # reviews\ninput:\n  objects:   # the first two\n"
        "    - s3://clips/a.mp4   # blurry\n    - {source-ref: s3://clips/b.mp4, court: 1}   # sharp\n"
    ),
    "after a manifest": "input:\n  manifest: s3://clips/a.manifest   # written by export.py\n",
    "after quotes": (
        "owner: 'sports-data' # was: video\nnotes: \"Clip #1\"   # of the pair\n"
        "task:\n  title: \"How did clip #1 end?\" #x\n  description: 'Watch #1.'\n"
        "  labels: ['in #1' #one\n    , \"out\"   # both\n    ]\n  instructions: {short: 'Watch.'   # or read\n    }\n"
    ),
    "on their own lines, in line with the fields": (
        "owner: sports-data\n# who pays\n#hashed\nnotes: First set.\n\n# The question.\ntask:\n  # in short\n  title: How?\n"
        "  # in full\n  #description: Old.\n  description: Watch.\n  # in order\n  labels:\n    # first\n    - in\n    # - long\n"
        "    #- wide\n    - name: out\n      # Shown beside the clip.\n      hint: Wide.\n    # no more\n"
        "  instructions:\n    short: Watch.\n    # full: rally.md\n# end\n"
    ),
    "before a list, a mapping and a text": (
        "task:   # the question\n  title:   # shown above the clip\n    How?\n  description: Watch.\n  labels:   # in order\n"
        "    - in\n    -   # rare\n      out\n  instructions:   # Markdown\n    short: Watch.\ntags:   #ours\n  a: b\n"
    ),
    "between entries in brackets": (
        "task:\n  title: How?\n  description: Watch.\n  labels: [   # two\n    in,   # the lines count\n    # and\n    out,   # wide\n"
        "    # no more\n  ]\n  instructions: {short: Watch.}\n"
    ),
    "in and after the sign of a block": (
        "notes: |   # as spoken\n  Clip #1 and\n  #2.\ntask:\n  title: How?\n  description: >-   # one line\n    Watch clip #1\n"
        "    # twice.\n  labels: [in, out]\n  instructions:\n    short: |\n      # Title\n      1. Watch #1.\n"
    ),
    "a number sign without a blank before it": (
        "owner: a#b\nnotes: See C#, issue/#1 and (#2).\ntask:\n  title: Is it C#?\n  description: Watch.\n"
        "  labels: [a#1, b#2]\n  instructions: {short: 'x'}\n"
    ),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("fields", ORDINARY.values(), ids=ORDINARY.keys())
@pytest.mark.parametrize("parser", [yaml.CBaseLoader, yaml.BaseLoader])
def test_an_ordinary_comment_stays(fields: str, newline: str, parser: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(yaml_loader, "_Parser", parser)
    names = re.findall(r"^(\w+):", fields, re.MULTILINE)
    file = fields + "".join(good for name, good in GOOD_FIELDS.items() if name not in names)

    checked = VALIDATOR.check(PATH, file.replace("\n", newline).encode())

    assert [(one.line, one.column, one.rule, one.message) for one in checked.problems] == []


def test_every_free_text_of_the_schema_is_tried():
    # Only `groundctl import` writes imported/by.
    free = {re.sub(r"\d+", "0", pointer) for pointer in FIELDS} | {"/imported/by"}

    assert {pointer for pointer in pointers_in(CHECKOUT.schema("labeling-job")) if is_free(pointer)} == free


def is_free(pointer: str) -> bool:
    return VALIDATOR.schema.holds_any_text(pointer)


def pointers_in(schema: dict[str, Any]) -> set[str]:
    found: set[str] = set()

    def descend(part: dict[str, Any], pointer: str) -> None:
        found.add(pointer)
        for one in part.get("oneOf", ()):
            descend(one, pointer)
        for name, one in part.get("properties", {}).items():
            descend(one, f"{pointer}/{name}")
        if isinstance(part.get("items"), dict):
            descend(part["items"], f"{pointer}/0")
        if isinstance(part.get("additionalProperties"), dict):
            # Names that are not in the schema: those of FIELDS.
            descend(part["additionalProperties"], f"{pointer}/{'season' if pointer == '/tags' else 'camera'}")

    descend(schema, "")
    return found


POLICY = SchemaCheck(CHECKOUT.schema("policy"))


def test_a_policy_keeps_its_comments_and_loses_no_text():
    good = (
        b"# Rules\nallow_streaming: false   # never\nrequired_tags: ['cost #1']   # by finance\nfolders:\n"
        b"  sports-data:   # ours\n    inputs:\n      - s3://clips/   # all\nrates:\n  usd_per_answer:\n    reviewers: 0.05   # theirs\n"
    )
    bad = b"required_tags:\n  - cost #1\n"

    assert check_policy("jobs/policy.yaml", good, POLICY)[1] == ()
    _, [problem] = check_policy("jobs/policy.yaml", bad, POLICY)
    assert (problem.rule, problem.line, problem.column) == ("GT012", 2, 10)


def test_json_in_a_file_is_never_a_comment():
    data = {"owner": "team #1", "notes": "#1"}
    text = json.dumps(data)[1:-1]
    file = "{" + text + ", " + ", ".join(["name: rally"]) + "}"

    assert not [one for one in VALIDATOR.check(PATH, file.encode()).problems if one.rule == "GT012"]
