"""What people see in an editor: groundctl's messages on the lines of `validate`, help for each field, and completion."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from editor import mistakes
from editor.blocks import blocks
from editor.language_server import FOLDER, LanguageServer, Marked
from editor.mistakes import File
from groundctl.domain.declarations.diagnostics import Severity
from groundctl.presentation.machine.editor_schema import own_words
from support.builders import DECLARATIONS, ROOT, SAMPLES

pytestmark = pytest.mark.skipif(
    not (FOLDER / "node_modules/.ready").exists(),
    reason="yaml-language-server is not installed: run scripts/install_editor_servers.sh",
)
EDITOR = {
    name: json.loads((ROOT / f"schemas/editor/{name}.schema.json").read_bytes()) for name in ("labeling-job", "policy")
}
WORDS = {word for schema in EDITOR.values() for word in own_words(schema)}
SEEN_BY_EDITORS = {f"GT10{digit}" for digit in range(1, 10)}


@pytest.fixture(scope="module", params=[1, 2])
def server(request: pytest.FixtureRequest) -> Iterator[LanguageServer]:
    with LanguageServer(request.param, ROOT) as server:
        yield server


def test_valid_files_have_no_marks(server: LanguageServer) -> None:
    files = list(mistakes.good_declarations(60))
    texts = {file.path: file.text for file in files} | {
        path.relative_to(place).as_posix(): path.read_text()
        # The samples as if they were in jobs/, which may hold a team's own declarations.
        for place, folder in ((SAMPLES, SAMPLES), (ROOT, DECLARATIONS.root))
        for path in (folder / "jobs").rglob("*.yaml")
    }

    marked = server.diagnostics(texts)

    assert not any(problem.severity is Severity.ERROR for file in files for problem in file.problems)
    assert {path: marks for path, marks in marked.items() if marks} == {}


def test_mistakes_are_marked_in_our_words_where_validate_marks_them(server: LanguageServer) -> None:
    files = [
        *mistakes.declarations_with_a_fault(),
        *mistakes.damaged_declarations(300),
        *mistakes.damaged_policies(100),
    ]
    marked = server.diagnostics({file.path: file.text for file in files})
    seen = {(file.path, *problem): verdict(*problem, marked[file.path]) for file in files for problem in wanted(file)}
    show(Counter((rule, word) for (_, rule, _), word in seen.items()))
    judged = {key: word for key, word in seen.items() if word != ONLY_VALIDATE}
    missed = {key: (word, marked[key[0]]) for key, word in judged.items() if word != WELL}

    assert len(judged) >= 200
    assert len(missed) <= 0.05 * len(judged), missed
    # A list is marked where it begins, because a schema cannot name the entry that repeats another one.
    assert {rule for _, rule, _ in missed} <= {"GT109"}
    assert {(file.mistake, mark) for file in files for mark in false_marks(file, marked[file.path])} == set()
    assert {mark.message for marks in marked.values() for mark in marks} <= WORDS


WELL, ONLY_VALIDATE = "in our words at the line", "only validate sees it"


def wanted(file: File) -> set[tuple[str, int]]:
    """Return the rules that `validate` finds broken, each with its first line."""
    found: dict[str, int] = {}
    for problem in file.problems:
        if problem.severity is Severity.ERROR:
            found[problem.rule] = min(problem.line, found.get(problem.rule, problem.line))
    return set(found.items())


def false_marks(file: File, marks: list[Marked]) -> Iterator[Marked]:
    """Yield what is marked on a line on which `validate` finds nothing."""
    lines = {problem.line for problem in file.problems}
    repeats = any(problem.rule == "GT109" for problem in file.problems)
    for mark in marks:
        if mark.line not in lines and not (repeats and "listed twice" in mark.message):
            yield mark


def verdict(rule: str, line: int, marks: list[Marked]) -> str:
    here = [mark for mark in marks if mark.line == line]
    if any(mark.message in WORDS for mark in here):
        return WELL
    if rule not in SEEN_BY_EDITORS:
        return ONLY_VALIDATE
    if here:
        return "in the editor's words"
    return "at another line" if marks else "not seen"


def show(table: Counter[tuple[str, str]]) -> None:
    columns = sorted({seen for _, seen in table})
    print("\n" + "rule   " + "  ".join(columns))
    for rule in sorted({rule for rule, _ in table}):
        print(f"{rule}  " + "  ".join(f"{table[rule, column]:>{len(column)}}" for column in columns))


# -- help ----------------------------------------------------------------------------------------------

SCHEMAS = {
    "labeling-job": (mistakes.DECLARATION_LINE, "jobs/team"),
    "policy": (mistakes.POLICY_LINE, "jobs/team"),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_completion_offers_every_field_of_each_block(server: LanguageServer, name: str) -> None:
    line, folder = SCHEMAS[name]
    missing = {}
    for block in blocks(EDITOR[name]):
        offered = {item["label"] for item in server.completion(folder, line.format(up="../../") + block.text + "|")}
        if not block.fields.keys() <= offered:
            missing[block.name] = block.fields.keys() - offered

    assert missing == {}


@pytest.mark.parametrize("name", SCHEMAS)
def test_completion_offers_every_choice_and_no_mapping_as_text(server: LanguageServer, name: str) -> None:
    line, folder = SCHEMAS[name]
    for block in blocks(EDITOR[name]):
        for field, schema in block.fields.items():
            if "enum" in schema:
                text = f"{line.format(up='../../')}{block.text}{field}: |"
                offered = {item["label"] for item in server.completion(folder, text)}
                assert {json.dumps(each) if not isinstance(each, str) else each for each in schema["enum"]} <= offered
                assert not any("[object" in label for label in offered)


def test_a_block_is_inserted_with_tab_stops_for_what_it_needs(server: LanguageServer) -> None:
    offered = server.completion("jobs/team", mistakes.DECLARATION_LINE.format(up="../../") + "wor|")

    [workforce] = [item["insertText"] for item in offered if item["label"] == "workforce"]
    assert workforce == "workforce:\n  team: ${1:}\n  workers_per_object: ${2:3}\n  task_time_limit: ${3:10m}"


SHOWN = """\
name: x
state: stopped
workforce:
  workers_per_object: 3
  task_time_limit: 10m
"""


def test_hover_shows_the_field_its_meaning_its_choices_and_awss_page(server: LanguageServer) -> None:
    text = mistakes.DECLARATION_LINE.format(up="../../") + SHOWN
    limit = server.hover("jobs/team", text, "task_time_limit")
    state = server.hover("jobs/team", text, "stopped")

    assert "#### workforce.task\\_time\\_limit" in limit
    assert "How long one worker may take for one clip" in limit
    assert "(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HumanTaskConfig.html#" in limit
    assert "* `stopped`: A running job should be stopped permanently" in state


@pytest.mark.parametrize("name", SCHEMAS)
def test_hover_shows_every_field(server: LanguageServer, name: str) -> None:
    line, folder = SCHEMAS[name]
    text = line.format(up="../../") + next(blocks(EDITOR[name])).text
    for field, schema in next(blocks(EDITOR[name])).fields.items():
        shown = server.hover(folder, f"{text}{field}: 1\n", f"{field}:")
        assert schema["description"].split("`")[0] in shown
