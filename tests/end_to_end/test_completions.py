"""Completions in the real shells: what a person sees after a Tab."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from bench.generate import write_checkout
from groundctl.cli.help.complete import candidates, read_table
from support.cli import CLEAN
from support.command_reference import REFERENCE, TABLE, reference, table

SHELLS = ("bash", "zsh", "fish")
HERE = Path(sys.executable).parent
# Words of a command line, the last one unfinished, and what must and must not be offered.
LINES = [
    (["pl"], {"plan"}, {"apply"}),
    (["ledger", ""], {"log", "void"}, {"plan", "complete"}),
    (["help", "sta"], {"status"}, {"plan"}),
    (["plan", "--f"], {"--format"}, {"--out"}),
    (["plan", "--format", ""], {"json", "sarif"}, {"--out"}),
    (["apply", "--only", "st"], {"stop"}, {"create"}),
    (["completions", ""], {"bash", "zsh", "fish"}, set()),
    (["status", "field-"], {"field-lab-2026w01-part-000000"}, {"policy"}),
    (["results", "--out", "x", "field-"], {"field-lab-2026w01-part-000000"}, set()),
    (["ci", "terraform", "plan", "--environment", "pro"], {"production.eu-west-1"}, {"staging"}),
    (["validate", "--", "--f"], set(), {"--format"}),
    (["status", ""], {"field-lab-2026w01-part-000000"}, {"--auto-approve"}),  # a file's name, which would be an option
    (["nothing", "x"], set(), {"plan"}),
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    write_checkout(tmp_path, 2)
    for name in ("evil $(touch hacked)", "--auto-approve"):
        (tmp_path / f"jobs/warehouse/{name}.yaml").write_text("")
    environments = tmp_path / "terraform/environments"
    environments.mkdir(parents=True)
    for name in ("production.eu-west-1", "staging"):
        (environments / f"{name}.tfvars").write_text("")
    return tmp_path


@pytest.mark.parametrize(("words", "offered", "not_offered"), LINES)
def test_the_words_that_fit_are_offered(
    words: list[str],
    offered: set[str],
    not_offered: set[str],
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(repository / "jobs")

    found = {word for word, _ in candidates(words, read_table())}

    assert found >= offered
    assert not found & not_offered
    assert not any("hacked" in word for word in found)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["plan", "--format", "=", "js"], "json"),  # bash gives three words
        (["plan", "--format", "="], "json"),
        (["plan", "--format=js"], "--format=json"),  # zsh and fish give one
        (["plan", "--out", ""], ":files"),
        (["results", "x", "--out="], ":folders"),
        (["show", ""], ":files"),
    ],
)
def test_a_value_is_offered_in_each_way_to_write_it(words: list[str], offered: str):
    assert offered in {word for word, _ in candidates(words, read_table())}


def test_the_table_and_the_page_are_those_of_the_commands():
    """Run `make docs` after a change of a command."""
    assert TABLE.read_text(encoding="utf-8") == table()
    assert REFERENCE.read_text(encoding="utf-8") == reference()


def asked(shell: str, line: str, folder: Path) -> str:
    """Write a line and press Tab, as far as each shell can be asked without a terminal."""
    script = subprocess.run(
        [HERE / "groundctl", "completions", shell], capture_output=True, text=True, check=True
    ).stdout
    programs = {
        "bash": f"{script}\nCOMP_WORDS=({line}'')\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n_groundctl\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n',
        "zsh": f'compdef() {{ :; }}\n_describe() {{ print -l -- "${{(@P)4}}"; }}\n_files() {{ print -- files; }}\n{script}\n'
        f"words=({line}'')\nCURRENT=${{#words}}\n_groundctl\n",
        "fish": f"{script}\ncomplete -C {line!r}\n",
    }
    path = f"{HERE}:{CLEAN['PATH']}"
    flags = {"bash": ["--norc", "-u"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run(
        [shell, *flags, "-c", programs[shell]],
        cwd=folder,
        env={**CLEAN, "PATH": path, "HOME": str(folder), "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_offers_commands_and_jobs_with_their_descriptions(shell: str, repository: Path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell.upper()} IS NOT INSTALLED: its completions were not tried (apt-get install {shell})")

    commands, jobs = asked(shell, "groundctl ", repository), asked(shell, "groundctl status ", repository)

    assert {"plan", "apply", "completions"} <= {word.split("\t")[0].split(":")[0] for word in commands.splitlines()}
    assert "field-lab-2026w01-part-000000" in jobs
    assert "hacked" not in jobs
    assert not (repository / "hacked").exists()
    if shell != "bash":  # which shows words alone
        assert "show what apply would do" in commands


def test_the_reference_names_the_value_of_every_option_and_breaks_no_row_of_a_table():
    lines = reference().splitlines()
    in_tables = [line for above, line in pairwise(lines) if above.startswith("|") and line]

    assert [line for line in in_tables if not line.startswith("|")] == []
    assert [line for line in lines if " None`" in line] == []
