"""groundctl new: write a commented declaration to start from."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

from groundctl.cli.options import Argument, Command, Option, whole_number
from groundctl.composition import is_interactive, open_checkout, read_answer
from groundctl.domain.adoption.new.place import refuse_path
from groundctl.domain.adoption.new.starter import Given, Origin, Surroundings, choose_values
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.ports import FileState, Repository
from groundctl.presentation.escape import for_terminal
from groundctl.setup_composition import editor_schema, open_new_files

NO_SCHEMA = "no editor checks this file: write `groundctl schema --editor` to .groundctl/schema.json before the next `groundctl new`"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOptions:
    """The options of `groundctl new`."""

    file: Annotated[
        str,
        Argument("FILE", "the declaration to write, such as jobs/TEAM/NAME.yaml; NAME becomes the name of the job"),
    ]
    title: Annotated[str | None, Option("--title", "the question in one line", metavar="TEXT")] = None
    label: Annotated[
        tuple[str, ...],
        Option("--label", "a label that workers can choose; repeat it for each", metavar="TEXT", repeat=True),
    ] = ()
    prefix: Annotated[str | None, Option("--prefix", "where the clips are: s3://BUCKET/FOLDER/", metavar="URI")] = None
    team: Annotated[
        str | None, Option("--team", "the work team, by its name in the infrastructure", metavar="NAME")
    ] = None
    workers: Annotated[int | None, Option("--workers", "how many workers answer each clip", metavar="NUMBER")] = None
    owner: Annotated[str | None, Option("--owner", "who is responsible for the job", metavar="NAME")] = None
    budget: Annotated[str | None, Option("--budget", "the most that the job may cost", metavar="USD")] = None
    no_questions: Annotated[
        bool, Option("--no-questions", "ask nothing on a terminal: take what jobs/policy.yaml says, and placeholders")
    ] = False


def run(options: NewOptions) -> ExitCode:
    """Write the file, unless it exists."""
    checkout = open_checkout()
    path = _path_in(checkout, options.file)
    if refused := refuse_path(path):
        raise UsageError(refused.message, hint=refused.hint)
    if (checkout.root / path).exists():
        raise _exists(path)
    # Imported here, because a refusal needs no schema.
    from groundctl.app.adoption.new_declaration import look_around, new_declaration

    # The first declaration makes the folder.
    others = checkout.declarations() if (checkout.root / "jobs").is_dir() else ()
    beside, schema = look_around(checkout, path, others), _schema_line(checkout, path)

    def make(given: Given) -> Any:
        return new_declaration(checkout, path, given, beside, schema=schema)

    given = _given(options)
    made = make(given)
    if is_interactive() and not options.no_questions:
        given = _ask(path, given, beside, make)
        made = make(given)
    if open_new_files(checkout).add(path, made.text.encode()) is not FileState.FREE:
        raise _exists(path)
    for remark in (*made.remarks, *(() if schema else (NO_SCHEMA,))):
        print(f"note: {for_terminal(remark)}")
    command = f"groundctl validate {quote(path)}"
    print(for_terminal(f"wrote {path}: write {', '.join(made.to_write)}, then run `{command}`"))
    return ExitCode.OK


def _exists(path: str) -> UsageError:
    return UsageError(f"{path} already exists", hint="choose another name; files are never overwritten")


def _path_in(checkout: Repository, given: str) -> str:
    """Return a path from the root of the repository."""
    # Not resolved, so that a link inside the repository is seen as one.
    place = Path(os.path.normpath(Path.cwd() / given))
    if not place.is_relative_to(checkout.root):
        resolved = place.parent.resolve() / place.name
        place = resolved if resolved.is_relative_to(checkout.root) else place
    if not place.is_relative_to(checkout.root):
        hint = f"write jobs/TEAM/{place.name}: groundctl reads declarations below jobs/ only"
        raise UsageError(f"{given} is outside this repository", hint=hint)
    return place.relative_to(checkout.root).as_posix()


def _schema_line(checkout: Repository, path: str) -> str | None:
    """Return the schema for editors, as seen from the file; None if the repository has none."""
    found = editor_schema(checkout)
    return f"{'../' * path.count('/')}{found}" if found else None


def _given(options: NewOptions) -> Given:
    return Given(
        team=options.team,
        prefix=options.prefix,
        title=options.title,
        labels=options.label,
        workers=options.workers,
        owner=options.owner,
        budget_usd=None if options.budget is None else _usd(options.budget),
    )


def _usd(text: str) -> Decimal:
    try:
        usd = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        usd = Decimal("NaN")
    if not usd.is_finite() or usd.adjusted() > _MAX_DIGITS or usd.adjusted() < -_MAX_DIGITS:
        raise UsageError(f"--budget: {text} is not an amount of money", hint="write dollars such as 400 or 12.50")
    return usd


_MAX_DIGITS = 15


# --- questions -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    member: str
    pointer: str
    words: str
    read: Callable[[str], Any] = str


def _labels(text: str) -> tuple[str, ...]:
    return tuple(label.strip() for label in text.split(",") if label.strip())


def _workers(text: str) -> int:
    if (number := whole_number(text)) is None:
        raise UsageError(f"{text} is not a whole number", hint="write a number such as 3")
    return number


_QUESTIONS = (
    _Question(member="title", pointer="/task/title", words="The question in one line"),
    _Question(member="labels", pointer="/task/labels", words="The labels, with commas between them", read=_labels),
    _Question(member="prefix", pointer="/input/prefix", words="Where the clips are (s3://BUCKET/FOLDER/)"),
    _Question(member="team", pointer="/workforce/team", words="The work team"),
    _Question(
        member="workers",
        pointer="/workforce/workers_per_object",
        words="How many workers answer each clip",
        read=_workers,
    ),
    _Question(member="owner", pointer="/owner", words="Who is responsible"),
    _Question(member="budget_usd", pointer="/budget/usd", words="The most that it may cost, in US dollars", read=_usd),
)


def _ask(path: str, given: Given, beside: Surroundings, make: Callable[[Given], Any]) -> Given:
    """Ask for what the command line does not state; an empty answer takes what is shown."""
    print(f"{path}: press Enter to take the value in brackets, or to write it in the file later.")
    chosen = choose_values("name", given, beside).values
    for question in _QUESTIONS:
        if chosen[question.pointer].origin is Origin.GIVEN:
            continue
        value = chosen[question.pointer]
        shown = "later" if value.origin is Origin.PLACEHOLDER else str(value.data)
        if question.pointer == "/workforce/team" and beside.teams:
            print(f"  jobs/policy.yaml allows: {for_terminal(', '.join(beside.teams[:_MAX_SHOWN]))}")
        given = _answered(question, shown, given, make)
    return given


_MAX_SHOWN = 10


def _answered(question: _Question, shown: str, given: Given, make: Callable[[Given], Any]) -> Given:
    """Ask until the answer can be used."""
    while True:
        print(f"{question.words} [{for_terminal(shown)}]: ", end="", flush=True)
        line = read_answer()
        if not line:
            raise UsageError("the answers ended before the last question; no file was written", hint="run it again")
        answer = line.decode(errors="replace").strip()
        if not answer:
            return given
        try:
            answered = replace(given, **{question.member: question.read(answer)})
            make(answered)
        except UsageError as error:
            print(f"  {for_terminal(error.message.partition(': ')[2] or error.message)} ({for_terminal(error.hint)})")
            continue
        return answered


COMMAND = Command(
    description="Write a commented declaration to start from, with what jobs/policy.yaml and jobs/infrastructure.json"
    " say about its folder. On a terminal, it asks for the rest. An existing file is never overwritten.",
    examples=(
        "groundctl new jobs/TEAM/NAME.yaml",
        "groundctl new jobs/TEAM/NAME.yaml --title 'A goal?' --label yes --label no",
        "groundctl new jobs/TEAM/NAME.yaml --no-questions --prefix s3://BUCKET/DIR/",
    ),
    options=NewOptions,
    run=run,
)
