"""groundctl clone: copy a declaration, imported or written here, to start a new job from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from groundctl.app.adoption.clone import clone_declaration
from groundctl.cli.options import Argument, Command
from groundctl.composition import open_checkout
from groundctl.exit_codes import ExitCode
from groundctl.presentation.adoption.clone_text import cloned_text
from groundctl.setup_composition import editor_schema, open_new_files


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneOptions:
    """The options of `groundctl clone`."""

    name: Annotated[str, Argument("NAME", "the declaration to copy: the name of its job, or its path")]
    new: Annotated[str, Argument("NEW", "the new job's name, for a file beside it; or a path below jobs/")]


def run(options: CloneOptions) -> ExitCode:
    """Write the copy, and say what to change in it."""
    checkout = open_checkout()
    made = clone_declaration(options.name, options.new, checkout, open_new_files(checkout), editor_schema(checkout))
    print(cloned_text(made.path, made.files, made.hints))
    return ExitCode.OK


COMMAND = Command(
    description="Copy a declaration to a new file, with a new name and its own copies of the texts beside it. Comments are"
    " kept; what is true of the old job only is left out. The file says what to change, so that the same clips are not"
    " paid for twice. An existing file is never overwritten, and nothing is asked of AWS.",
    examples=(
        "groundctl clone season-pilot season-2027",
        "groundctl clone season-pilot jobs/sports-data/season-2027.yaml",
    ),
    options=CloneOptions,
    run=run,
)
