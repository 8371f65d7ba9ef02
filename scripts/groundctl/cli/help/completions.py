"""groundctl completions: print what makes a shell complete commands, options, and job names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from groundctl.cli.options import Argument, Command
from groundctl.exit_codes import ExitCode


class Shell(StrEnum):
    """A shell that completes."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionsOptions:
    """The options of `groundctl completions`."""

    shell: Annotated[Shell, Argument("SHELL", "bash, zsh, or fish")]


def run(options: CompletionsOptions) -> ExitCode:
    """Print the shell's own code, which asks `groundctl complete` at each Tab."""
    print(Path(__file__).with_name(f"completions.{options.shell}").read_text(encoding="utf-8"), end="")
    return ExitCode.OK


COMMAND = Command(
    description="Print the code that makes your shell complete commands, options, their values, and the names of declared"
    " jobs. Save it where your shell looks for completions, as below, or load it in the start-up file:"
    ' eval "$(groundctl completions bash)". A Tab asks neither AWS nor the network.',
    examples=(
        "groundctl completions bash >> ~/.bash_completion",
        'groundctl completions zsh > "${fpath[1]}/_groundctl"',
        "groundctl completions fish > ~/.config/fish/completions/groundctl.fish",
    ),
    options=CompletionsOptions,
    run=run,
)
