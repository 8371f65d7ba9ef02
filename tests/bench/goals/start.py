"""Goals 5 and 6: how quickly a command starts, and what it imports."""

from __future__ import annotations

from bench.measure import Command, cpu_ratio
from bench.row import Row, Rows, count
from bench.workspace import ONE_FILE, PYTHON, Workspace
from support.imports import HEAVY, modules_imported_by


def goal_5(work: Workspace) -> Rows:
    """Start."""
    folder = work.many
    commands = {
        "python -c pass": Command(argv=[PYTHON, "-c", "pass"], cwd=folder),
        "--help": work.groundctl("--help", cwd=folder),
        "--version": work.groundctl("--version", cwd=folder),
        "validate FILE": work.groundctl("validate", ONE_FILE, cwd=folder),
    }
    if work.installed("check-jsonschema"):
        commands["check-jsonschema FILE"] = work.rival("check-jsonschema", folder, ONE_FILE)
    runs = work.in_turn("start", commands, rounds=max(work.sizes.start_rounds, work.rounds))
    bare, one = runs["python -c pass"], runs["validate FILE"]
    for name, bar, moonshot in (("--help", 2.5, 2), ("--version", 2.5, 2), ("validate FILE", 7, 5)):
        yield Row(
            goal=5, what=f"{name} to bare Python", bar=bar, moonshot=moonshot, measured=cpu_ratio(runs[name], bare)
        )
    theirs = runs.get("check-jsonschema FILE")
    yield Row(
        goal=5,
        what="validate FILE to check-jsonschema",
        bar=0.4,
        moonshot=0.25,
        measured=cpu_ratio(one, theirs) if theirs else None,
        note=work.missing("check-jsonschema"),
    )


def goal_6(work: Workspace) -> Rows:
    """Count the heavy modules that offline commands import."""
    new = work.scratch / "new-declaration.yaml"
    folder = work.checkout("mixed", work.sizes.mixed, bad_every=2)
    for arguments in (("--help",), ("validate",), ("validate", ONE_FILE), ("show", ONE_FILE), ("new", str(new))):
        new.unlink(missing_ok=True)
        imported = modules_imported_by(*arguments, cwd=folder, report=work.scratch / "modules.json")
        name = f"{arguments[0]}{' FILE' if len(arguments) > 1 else ''}"
        yield count(6, f"heavy modules imported by {name}", bar=0, measured=len(imported & set(HEAVY)))
