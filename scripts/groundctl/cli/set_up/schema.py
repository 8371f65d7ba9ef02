"""groundctl schema: print the JSON Schema of a declaration or of the policy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from groundctl.cli.options import Argument, Command, Option
from groundctl.composition import open_checkout
from groundctl.exit_codes import ExitCode
from groundctl.presentation.machine.editor_schema import editor_schema_text


class SchemaName(StrEnum):
    """A kind of file that people write."""

    DECLARATION = "labeling-job"
    POLICY = "policy"


# Where a repository keeps the schemas for editors.
EDITOR_FILES = {
    SchemaName.DECLARATION: ".groundctl/schema.json",
    SchemaName.POLICY: ".groundctl/policy.schema.json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaOptions:
    """The options of `groundctl schema`."""

    name: Annotated[
        SchemaName,
        Argument("NAME", "labeling-job: the schema of declarations (default); policy: that of jobs/policy.yaml"),
    ] = SchemaName.DECLARATION
    editor: Annotated[
        bool,
        Option("--editor", "print the schema for editors, which shows groundctl's messages, snippets, and links"),
    ] = False


def run(options: SchemaOptions) -> ExitCode:
    """Print the schema as JSON."""
    schema = open_checkout().schema(options.name)
    if options.editor:
        print(editor_schema_text(options.name, schema), end="")
    else:
        print(json.dumps(schema, indent=2, ensure_ascii=False))
    return ExitCode.OK


COMMAND = Command(
    description="Print the JSON Schema of a declaration or of the policy, for editors and other tools.",
    examples=(
        "groundctl schema",
        *(f"groundctl schema {name} --editor > {file}" for name, file in EDITOR_FILES.items()),
    ),
    options=SchemaOptions,
    run=run,
)
