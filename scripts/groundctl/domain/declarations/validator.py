"""Turns a file's bytes into a Declaration, and collects every problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.cross_file import DeclarationSummary, summarize_declaration
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, errors_among, locate
from groundctl.domain.declarations.document import Document, pointer_to
from groundctl.domain.declarations.policy import Policy, parse_policy
from groundctl.domain.declarations.rules.partial_spec import NO_FAULTS, Faults, find_faults, parse_partial_spec
from groundctl.domain.declarations.rules.registry import Case, check_rules
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import AT_FAULT, JobSpec, is_file_name, parse_spec
from groundctl.domain.declarations.templates.faults import PRIVATE, private_use_message
from groundctl.domain.declarations.text_problems import invisible_characters
from groundctl.domain.declarations.worker_template import (
    MAX_TEMPLATE,
    longest_html,
    longest_page,
    markdown_to_html,
    refused_addresses,
    unsigned_pictures,
    worker_template,
)
from groundctl.domain.declarations.yaml_loader import Reading, find_cut_texts, read_document

# A page that could be longer is not rendered just to count its characters.
_LONGEST_TRIED = 4_000_000
_PAGE_PARTS = ("/task/title", "/task/description", "/task/labels", "/task/instructions", "/task/template")

# Takes a declaration's path and the name of a file beside it; returns the text, or why it cannot be read.
ReadText = Callable[[str, str], str | Diagnostic]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The result for a file: its problems, its declaration if it has no errors, its summary if its name is valid."""

    problems: tuple[LocatedDiagnostic, ...]
    declaration: Declaration | None = None
    summary: DeclarationSummary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """The files that a declaration names: their contents, the ones that cannot be read, and problems in the others."""

    contents: dict[str, str]
    unreadable: list[Diagnostic]
    problems: list[LocatedDiagnostic]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """Checks the declarations of a repository."""

    schema: SchemaCheck
    policy: Policy
    read_text: ReadText

    def check(self, path: str, raw: bytes) -> Checked:
        """Check one file."""
        reading = read_document(path, raw)
        if reading.document is None:
            return Checked(problems=reading.problems)
        fit = _fit(reading.document, reading, self.schema)
        if not fit.problems and not fit.misfits:
            return self._check_content(reading.document, parse_spec(reading.document.data))
        spec = parse_partial_spec(reading.document.data, fit.faults)
        return self._check_content(reading.document, spec, fit.faults, fit.misfits, fit.problems)

    def _check_content(
        self,
        document: Document,
        spec: JobSpec,
        faults: Faults = NO_FAULTS,
        misfits: tuple[Diagnostic, ...] = (),
        before: tuple[LocatedDiagnostic, ...] = (),
    ) -> Checked:
        """Check a declaration's content and the texts that it names; of an invalid one, every readable part."""
        texts = self._read_texts(document.path, spec)
        diagnostics = (
            *misfits,
            *texts.unreadable,
            *check_rules(Case(path=document.path, spec=spec, policy=self.policy), faults),
            *_check_page(spec, texts, faults, self.policy),
        )
        problems = (*before, *(locate(document, diagnostics) if diagnostics else ()), *texts.problems)
        declaration = None
        if not errors_among(problems):
            declaration = Declaration(path=document.path, spec=spec, data=document.data, texts=texts.contents)
        summary = None if spec.name is AT_FAULT else summarize_declaration(document.path, spec)
        return Checked(problems=problems, declaration=declaration, summary=summary)

    def _read_texts(self, path: str, spec: JobSpec) -> _Texts:
        texts = _Texts(contents={}, unreadable=[], problems=[])
        for pointer, name in text_files(spec):
            text = self.read_text(path, name)
            if isinstance(text, Diagnostic):
                texts.unreadable.append(replace(text, pointer=pointer))
                continue
            texts.contents[name] = text
            beside = f"{path[: path.rfind('/') + 1]}{name}"
            problems = [*invisible_characters(beside, text), *self._check_text(beside, text, pointer)]
            texts.problems.extend(problem for problem in problems if problem not in texts.problems)
        return texts

    def _check_text(self, path: str, text: str, pointer: str) -> Iterable[LocatedDiagnostic]:
        if not text.strip():
            message, hint = "is blank", "write what workers should read, or do not name this file"
            return [
                LocatedDiagnostic(path=path, line=1, column=1, rule="GT402", pointer="", message=message, hint=hint)
            ]
        if pointer == "/task/template":
            # Few declarations have a template, and parsers of HTML are slow to import.
            from groundctl.domain.declarations.template_lint import lint_template

            return lint_template(path, text, self.policy.picture_hosts)
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """How a document fits its schema: what is at fault, why, and the problems of reading it."""

    faults: Faults = NO_FAULTS
    misfits: tuple[Diagnostic, ...] = ()
    problems: tuple[LocatedDiagnostic, ...] = ()


def _fit(document: Document, reading: Reading, schema: SchemaCheck) -> _Fit:
    cuts = find_cut_texts(document, schema.holds_any_text, schema.holds_uri)
    if not (cuts or reading.unreadable) and schema.is_valid(document.data):
        return _Fit(problems=reading.problems)
    misfit = schema.misfit(document.data)
    doubtful = {*(one.pointer for one in cuts), *reading.unreadable}
    # An unknown field stays unknown, whatever its value is.
    misfits = tuple(one for one in misfit.diagnostics if one.pointer not in doubtful or one.rule == "GT101")
    faults = find_faults(document.data, (*misfit.places, *doubtful), misfit.guesses)
    return _Fit(faults=faults, misfits=misfits, problems=(*reading.problems, *cuts))


def text_files(spec: JobSpec) -> Iterator[tuple[str, str]]:
    """Yield the JSON Pointer and name of each file that a declaration names."""
    for part, text in (("short", spec.short_instructions), ("full", spec.full_instructions)):
        if text is not None and text is not AT_FAULT and is_file_name(text):
            yield f"/task/instructions/{part}", text.strip()
    if spec.template is not None and spec.template is not AT_FAULT:
        yield "/task/template", spec.template


def _check_page(spec: JobSpec, texts: _Texts, faults: Faults, policy: Policy) -> Iterator[Diagnostic]:
    """Check the worker page that is rendered from instructions."""
    if spec.template is not None:
        return
    parts = [_instructions(part, texts) for part in (spec.short_instructions, spec.full_instructions)]
    yield from _private_characters(spec, parts)
    # Every link and picture in Markdown has one of these.
    linked = [
        part for part in parts if part and ("](" in part or "]:" in part) and longest_html(part) <= _LONGEST_TRIED
    ]
    for part in linked:
        page = markdown_to_html(part)
        for uri in unsigned_pictures(page):
            message = f"show a picture that cannot be signed for workers: {uri}"
            hint = "name it with letters, digits and - _ . / only"
            yield Diagnostic(rule="GT419", pointer="/task/instructions", message=message, hint=hint)
        for refusal in refused_addresses(page, policy.picture_hosts):
            yield Diagnostic(
                rule=refusal.rule, pointer="/task/instructions", message=refusal.message, hint=refusal.hint
            )
    if not texts.unreadable and not (faults and any(faults.touch(pointer) for pointer in _PAGE_PARTS)):
        yield from _check_length(spec, texts.contents)


def _private_characters(spec: JobSpec, parts: list[str | None]) -> Iterator[Diagnostic]:
    """Refuse characters of a font's own on the page, as in a template; Markdown can also write them as references."""
    texts = [("/task/title", spec.title), ("/task/description", spec.description)]
    texts += [("/task/instructions", part) for part in parts if part]
    if spec.labels is not AT_FAULT:
        shown = (
            text for label in spec.labels if label.hint is AT_FAULT or label.hint for text in (label.name, label.hint)
        )
        texts += [("/task/labels", text) for text in shown]
    for pointer, text in texts:
        if text is AT_FAULT or (text.isascii() and "&#" not in text):
            continue
        page = markdown_to_html(text) if pointer == "/task/instructions" and "&#" in text else text
        if private := PRIVATE.search(page):
            message = private_use_message(private.group())
            yield Diagnostic(rule="GT410", pointer=pointer, message=message, hint="write plain text instead")


def _instructions(part: str | None, texts: _Texts) -> str | None:
    """Return the Markdown of one part of the instructions, if it can be read."""
    if part is None or part is AT_FAULT:
        return None
    return texts.contents.get(part.strip()) if is_file_name(part) else part


def _check_length(spec: JobSpec, contents: dict[str, str]) -> Iterator[Diagnostic]:
    """Report a page that is too long; it is rendered only if its maximum length exceeds the limit."""
    longest = longest_page(spec, contents)
    if longest > _LONGEST_TRIED:
        yield _too_long("could make a worker page of millions of characters")
    elif longest > MAX_TEMPLATE and (size := len(worker_template(spec, contents))) > MAX_TEMPLATE:
        yield _too_long(f"make a worker page of {size:,} characters")


def _too_long(what: str) -> Diagnostic:
    message, hint = f"{what}; at most {MAX_TEMPLATE:,} are allowed", "shorten them, or link to the long version"
    return Diagnostic(rule="GT410", pointer="/task/instructions", message=message, hint=hint)


def check_policy(path: str, raw: bytes, schema: SchemaCheck) -> tuple[Policy, tuple[LocatedDiagnostic, ...]]:
    """Read the repository's policy, and report its problems; a policy with problems holds its readable parts."""
    reading = read_document(path, raw)
    if reading.document is None:
        hint = "write what this repository allows, or remove the file"
        problems = (replace(one, hint=hint) if one.rule == "GT005" else one for one in reading.problems)
        return Policy(allow_public_crowd=None, picture_hosts=None), tuple(problems)
    fit = _fit(reading.document, reading, schema)
    policy = _readable_policy(reading.document.data, fit.faults) if fit.faults else parse_policy(reading.document.data)
    return policy, (*fit.problems, *locate(reading.document, fit.misfits))


def _readable_policy(data: JsonObject, faults: Faults) -> Policy:
    policy = parse_policy(_readable(data, "", faults) or {})
    if faults.touch("/picture_hosts"):
        policy = replace(policy, picture_hosts=None)
    return replace(policy, allow_public_crowd=None) if faults.touch("/allow_public_crowd") else policy


def _readable(value: Any, pointer: str, faults: Faults) -> Any:
    """Leave out what is at fault; a list of prefixes is left out as a whole, because its other prefixes allow too little."""
    if faults.at(pointer) or (pointer.startswith("/input_prefixes/") and faults.touch(pointer)):
        return None
    if isinstance(value, dict):
        inner = {name: _readable(one, f"{pointer}{pointer_to(name)}", faults) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one is not None}
    if isinstance(value, list):
        entries = (_readable(one, f"{pointer}/{index}", faults) for index, one in enumerate(value))
        return [one for one in entries if one is not None]
    return value
