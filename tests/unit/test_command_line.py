"""The command line's own promises: help, examples, exit codes, and options that are never ignored."""

from __future__ import annotations

import importlib
import re
import shlex
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from groundctl.cli import main as cli
from groundctl.cli.apply import Step
from groundctl.cli.ci.terraform import CiTerraformOptions, TerraformStep
from groundctl.cli.commands import COMMANDS, EXIT_CODES, FAMILIES, find_command, module_of
from groundctl.cli.ledger.log import LedgerLogOptions
from groundctl.cli.ledger.void import LedgerVoidOptions
from groundctl.cli.options import Command
from groundctl.cli.plan import PlanFormat, PlanOptions
from groundctl.cli.show import Form, ShowOptions
from groundctl.cli.validate import ValidateOptions
from groundctl.errors import UsageError
from groundctl.exit_codes import ExitCode
from groundctl.presentation.diagnostic_formats import DiagnosticFormat

NAMES = [name for group in COMMANDS.values() for name in group if name not in FAMILIES]
MEMBERS = [
    f"{family} {name}" for family, (_, groups) in FAMILIES.items() for group in groups.values() for name in group
]
EVERY = [*NAMES, *MEMBERS]


def command(name: str) -> Command[Any]:
    module = importlib.import_module(f"groundctl.cli.{module_of(name)}")
    found = module.COMMAND
    assert isinstance(found, Command)
    return found


def read(line: str) -> Any:
    """Read a command line into the options of its command, and run nothing."""
    name, rest = find_command(shlex.split(line)[1:])
    return command(name).read(f"groundctl {name}", rest)


def help_of(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as end:
        cli.main([*line.split(), "--help"])
    assert end.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", EVERY)
def test_help_describes_a_command_and_shows_one_to_three_examples(name: str, capsys: pytest.CaptureFixture[str]):
    text = help_of(name, capsys)

    assert text.startswith(f"usage: groundctl {name} ")
    examples = text.partition("examples:\n")[2].splitlines()
    assert 1 <= len(examples) <= 3
    assert all(line.startswith(f"  groundctl {name}") for line in examples)


@pytest.mark.parametrize("name", ["", *FAMILIES, *EVERY])
def test_help_fits_into_80_columns(name: str, capsys: pytest.CaptureFixture[str]):
    assert [line for line in help_of(name, capsys).splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", EVERY)
def test_every_option_and_argument_has_help(name: str):
    actions = command(name).parser(f"groundctl {name}")._actions  # argparse has no other list

    assert [action.dest for action in actions if not action.help] == []


@pytest.mark.parametrize("example", [example for name in EVERY for example in command(name).examples])
def test_every_example_can_be_run(example: str):
    read(example.split(" >")[0])


@pytest.mark.parametrize("name", EVERY)
def test_options_are_frozen_and_typed(name: str):
    options = read(command(name).examples[0].split(" >")[0])

    for field in fields(options):
        with pytest.raises(FrozenInstanceError):
            setattr(options, field.name, None)


def test_top_level_help_lists_every_command_in_a_group_and_every_exit_code(capsys: pytest.CaptureFixture[str]):
    text = help_of("", capsys)

    assert all(f"\n{heading}:\n" in text for heading in COMMANDS)
    assert all(re.search(rf"^  {name} ", text, re.MULTILINE) for name in [*NAMES, *FAMILIES])
    assert EXIT_CODES.keys() == set(ExitCode)
    assert all(re.search(rf"^  {code.value} ", text, re.MULTILINE) for code in ExitCode)


def test_exit_codes_are_a_contract():
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "PROBLEMS": 1,
        "USAGE": 2,
        "EXTERNAL_FAILURE": 3,
        "SOMETHING_TO_CREATE": 4,
        "INTERRUPTED": 130,
    }


def test_arguments_become_typed_options():
    assert read("groundctl validate a b --format sarif") == ValidateOptions(
        paths=("a", "b"), format=DiagnosticFormat.SARIF
    )
    assert read("groundctl plan --detailed-exitcode") == PlanOptions(format=PlanFormat.TEXT, detailed_exitcode=True)
    assert read("groundctl show x.yaml --as page").form is Form.PAGE
    assert read("groundctl show x.yaml") == ShowOptions(name="x.yaml")
    assert read("groundctl apply --only stop").only is Step.STOP
    assert read("groundctl apply").only is None
    assert read("groundctl ledger") == read("groundctl ledger log") == LedgerLogOptions()
    assert read("groundctl ledger --job x --open") == LedgerLogOptions(job="x", open=True)
    assert read("groundctl ledger void x --reason y --entry 7") == LedgerVoidOptions(job="x", reason="y", entry=7)
    assert read("groundctl ci terraform apply --environment test") == CiTerraformOptions(
        step=TerraformStep.APPLY, environment="test"
    )


@pytest.mark.parametrize(
    "line",
    [
        "groundctl",
        "groundctl ci",
        "groundctl nothing",
        "groundctl ci nothing",
        "groundctl ledger nothing",
        "groundctl ledger rally-outcome",
        "groundctl ledger check --job x",
        "groundctl ledger void x",
        "groundctl ledger void --unreadable x --reason y",
        "groundctl show",
        "groundctl plan --report",
        "groundctl plan --terraform x.json",
        "groundctl plan --exit-zero",
        "groundctl apply --reviewed",
        "groundctl apply --report",
        "groundctl report",
        "groundctl touched --base x",
        "groundctl terraform plan --environment x",
        "groundctl ci changed",
        "groundctl ci terraform destroy --environment x",
        "groundctl validate --format yaml",
    ],
)
def test_an_unknown_command_or_option_is_wrong_usage(line: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        read(line)

    assert end.value.code == ExitCode.USAGE
    assert "error: " in capsys.readouterr().err


def test_results_with_clips_but_without_a_folder_is_wrong_usage(capsys: pytest.CaptureFixture[str]):
    code = cli.main(["results", "a-job", "--clips", "clips"])

    assert code == ExitCode.USAGE
    assert capsys.readouterr().err == (
        "groundctl: --clips has no effect without --out FOLDER\n  hint: add --out FOLDER, or leave out --clips\n"
    )


@pytest.mark.parametrize(
    "command", ["groundctl plan --out=", "groundctl apply --plan=", "groundctl ci changed --base="]
)
def test_an_empty_value_is_wrong_usage(command: str):
    with pytest.raises(UsageError, match="is empty"):
        read(command)


@pytest.mark.parametrize(
    "line",
    [
        "groundctl ledger void --reason x",
        "groundctl ledger void a --unreadable 2 --reason x",
        "groundctl ledger void a --reason ' '",
        "groundctl ledger void a --reason \udcff",
        "groundctl ledger adopt",
        "groundctl ledger adopt 'a b'",
        "groundctl ci plan",
        "groundctl ci plan --record --reviewed",
    ],
)
def test_a_command_without_what_it_needs_is_wrong_usage(line: str):
    with pytest.raises(UsageError) as fault:
        read(line)

    assert fault.value.hint


def test_a_part_of_an_option_is_not_the_option():
    with pytest.raises(SystemExit) as ended:
        read("groundctl apply --auto")

    assert ended.value.code == ExitCode.USAGE


def test_everything_after_a_command_is_left_to_it():
    assert find_command(["plan", "--version", "--", "x"]) == ("plan", ["--version", "--", "x"])
    assert find_command(["ci", "plan", "--", "-x"]) == ("ci plan", ["--", "-x"])


def test_a_file_whose_name_starts_with_a_hyphen_can_be_named_after_two():
    assert read("groundctl validate -- -odd.yaml").paths == ("-odd.yaml",)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("groundctl", "a command is missing: `groundctl --help` lists them"),
        ("groundctl ci", "a command is missing: `groundctl ci --help` lists them"),
        ("groundctl paln", "there is no command paln; did you mean plan?"),
        ("groundctl Status", "there is no command Status; did you mean status?"),
        ("groundctl tip", "there is no command tip; did you mean groundctl ci tip?"),
        ("groundctl ci aply", "there is no command aply; did you mean apply?"),
        ("groundctl ledger adapt", "there is no command adapt; did you mean adopt?"),
        ("groundctl help paln", "there is no command paln; did you mean plan?"),
        ("groundctl plan --formt json", "there is no option --formt; did you mean --format?"),
        ("groundctl apply --auto", "there is no option --auto; did you mean --auto-approve?"),
        ("groundctl plan --format=jsn", "there is no jsn; did you mean json?"),
        ("groundctl plan --format yaml", "choose from text, json, markdown, github, sarif"),
        ("groundctl show -- a --as plan", "--as stands after `--`, where no options are: write it before"),
        ("groundctl show a b", "b is one argument too many: this command takes NAME"),
        ("groundctl plan a", "a is one argument too many: this command takes none"),
        ("groundctl ledger void x --reason y --entry seven", "seven is not a whole number"),
    ],
)
def test_a_wrong_word_is_answered_with_the_near_one(line: str, says: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        read(line)

    assert end.value.code == ExitCode.USAGE
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", *FAMILIES, "plan", "ci plan"])
def test_help_is_a_command_too(name: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        cli.main(["help", *name.split()])

    assert end.value.code == 0
    assert capsys.readouterr().out == help_of(name, capsys)


def test_only_the_workflows_family_has_options_for_workflows():
    flags = {
        action.option_strings[0]: name
        for name in EVERY
        for action in command(name).parser(name)._actions
        if action.option_strings
    }

    assert {flags[flag] for flag in ("--record", "--reviewed", "--checkout", "--publish", "--check", "--base")} <= {
        name for name in EVERY if name.startswith("ci ")
    }
