"""Copies a declaration and the texts beside it to new files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from groundctl.app.environments import in_the_same_place
from groundctl.app.validate import load_policy
from groundctl.domain.adoption.clone import Clone, clone
from groundctl.domain.adoption.new.place import namesake, refuse_path
from groundctl.domain.aws.job_names import JOB_NAME, job_key
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import parse_spec
from groundctl.domain.declarations.yaml_loader import load_document
from groundctl.errors import UsageError
from groundctl.ports import Files, FileState, NewFiles

_NEVER_OVERWRITTEN = "choose another name; files are never overwritten"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClonedFile:
    """The new declaration, the files beside it, and what to change in it."""

    path: str
    files: tuple[str, ...]
    hints: tuple[str, ...]


def clone_declaration(
    source: str, new: str, files: Files, new_files: NewFiles, editor_schema: str | None
) -> ClonedFile:
    """Copy the declaration of a path or of a job to a new path, or beside it under a new name."""
    path = _find(source, files)
    target = _target(path, new, files)
    folder, name = PurePosixPath(target).parent, PurePosixPath(target).stem
    schema = None if editor_schema is None else "../" * len(folder.parts) + editor_schema
    made = _cloned(path, name, files, schema, is_moved=PurePosixPath(path).parent != folder)
    contents = {
        str(folder / renamed): files.read(str(PurePosixPath(path).parent / old)) for old, renamed in made.files.items()
    }
    wanted = {**contents, target: made.text.encode()}
    for place, content in wanted.items():
        if new_files.look(place, content) is FileState.TAKEN:
            raise UsageError(f"{place} is there already", hint=_NEVER_OVERWRITTEN)
    for place, content in wanted.items():
        if new_files.add(place, content) is FileState.TAKEN:
            raise UsageError(f"{place} is there already", hint=_NEVER_OVERWRITTEN)
    return ClonedFile(path=target, files=tuple(contents), hints=made.hints)


def _find(source: str, files: Files) -> str:
    """Find a declaration by its path, or by the name of its job, which two environments can both have."""
    if source.endswith((".yaml", ".yml")):
        [path] = files.declarations([source])
        return path
    found = [path for path in files.declarations() if job_key(PurePosixPath(path).stem) == job_key(source)]
    if not found:
        hint = "give the path of a file, or import the job first: `groundctl import NAME`"
        raise UsageError(f"no file here declares {source}", hint=hint)
    if len(found) > 1:
        raise UsageError(f"{source} is declared in {', '.join(found)}", hint="give the path of the one to copy")
    return found[0]


def _target(path: str, new: str, files: Files) -> str:
    """Return the path of the new file; its name is free in its account and Region, ignoring case."""
    is_path = new.endswith((".yaml", ".yml"))
    target = str(PurePosixPath(new)) if is_path else str(PurePosixPath(path).with_name(f"{new}.yaml"))
    name = PurePosixPath(target).stem
    if not JOB_NAME.fullmatch(name):
        hint = "use 1-63 letters, digits, or inner hyphens; a new path ends in .yaml"
        raise UsageError(f"{name} is not a valid job name", hint=hint)
    if refused := refuse_path(target):
        raise UsageError(refused.message, hint=refused.hint)
    policy, _ = load_policy(files)
    declared = files.declarations()
    if target in declared:
        raise UsageError(f"{target} is there already", hint=_NEVER_OVERWRITTEN)
    if taken := namesake(target, in_the_same_place(declared, target, policy)):
        raise UsageError(f"{taken} declares {name}", hint="choose another name: names are compared ignoring case")
    return target


def _cloned(path: str, name: str, files: Files, schema: str | None, *, is_moved: bool) -> Clone:
    document = load_document(path, files.read(path))
    if isinstance(document, tuple) or not SchemaCheck(files.schema("labeling-job")).is_valid(document.data):
        raise UsageError(f"{path} has problems", hint=f"`groundctl validate {path}` shows them: correct them first")
    made = clone(document, parse_spec(document.data), name, schema=schema, is_moved=is_moved)
    copied = load_document(path, made.text.encode())
    if isinstance(copied, tuple) or copied.data != made.data:
        hint = "write each field on lines of its own, and the names of the job and of files without escapes"
        raise UsageError(f"{path} cannot be copied as it is written", hint=hint)
    return made
