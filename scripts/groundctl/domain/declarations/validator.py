"""Turns a file's bytes into a Declaration, and collects every problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from groundctl.domain.aws.job_names import JOB_NAME, JobKey
from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.cross_file import DeclarationSummary, summarize_declaration
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, errors_among, locate
from groundctl.domain.declarations.document import Document, pointer_to
from groundctl.domain.declarations.environments import check_environments, environment_of
from groundctl.domain.declarations.policy import Allowed, Policy, day, parse_policy, team_folder
from groundctl.domain.declarations.rules.partial_spec import NO_FAULTS, Faults, find_faults, parse_partial_spec
from groundctl.domain.declarations.rules.policy import yaml_text
from groundctl.domain.declarations.rules.policy_findings import (
    Judgment,
    findings,
    instructions,
    judge,
    offline,
    template_findings,
    without_misspelled,
)
from groundctl.domain.declarations.rules.rates import check_rates
from groundctl.domain.declarations.rules.registry import Case, check_rules
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.sources import ManifestInput
from groundctl.domain.declarations.spec import AT_FAULT, JobSpec, is_file_name, parse_spec
from groundctl.domain.declarations.templates.faults import PRIVATE, Refusal, private_use_message
from groundctl.domain.declarations.texts.text_problems import invisible_characters
from groundctl.domain.declarations.texts.unfinished import text_files, unfinished
from groundctl.domain.declarations.worker_template import (
    LONGEST_TRIED,
    MAX_TEMPLATE,
    longest_page,
    markdown_to_html,
    refused_addresses,
    unsigned_pictures,
    worker_template,
)
from groundctl.domain.declarations.yaml_loader import Reading, find_cut_texts, read_document

_PAGE_PARTS = ("/task/title", "/task/description", "/task/labels", "/task/instructions", "/task/template")

# Takes a declaration's path and the name of a file beside it; returns the text, or why it cannot be read.
ReadText = Callable[[str, str], str | Diagnostic]
# Takes a spec, and whether no part of it is at fault; reports names that the infrastructure does not have.
CheckNames = Callable[[JobSpec, bool], Iterable[Diagnostic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """An input manifest beside a declaration, as it was checked; summary stands for its content in the declaration."""

    summary: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    problems: tuple[LocatedDiagnostic, ...] = ()


# Takes a declaration's path, its spec and the policy; reads and checks the manifest file that the spec names.
CheckManifest = Callable[[str, JobSpec], ManifestFile]


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
    check_names: CheckNames | None = None
    check_manifest: CheckManifest | None = None

    def check(self, path: str, raw: bytes) -> Checked:
        """Check one file."""
        reading = read_document(path, raw)
        if reading.document is None:
            return Checked(problems=reading.problems)
        fit = _fit(reading.document, reading, self.schema)
        if not fit.problems and not fit.misfits:
            return self._check_content(reading.document, parse_spec(reading.document.data))
        spec = parse_partial_spec(reading.document.data, fit.faults)
        misfits = tuple(_with_own_name(path, one) for one in fit.misfits)
        return self._check_content(reading.document, spec, fit.faults, misfits, fit.problems)

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
        manifest = self._manifest_file(document.path, spec)
        diagnostics = (
            *misfits,
            *texts.unreadable,
            *manifest.diagnostics,
            *check_rules(Case(path=document.path, spec=spec), faults),
            *_without_environment(document.path, self.policy),
            *(self._of_new_job(document, spec, texts, faults) if spec.imported is None else ()),
        )
        problems = (
            *before,
            *(locate(document, diagnostics) if diagnostics else ()),
            *texts.problems,
            *manifest.problems,
        )
        declaration = None
        if not errors_among(problems):
            named = dict.fromkeys(manifest_files(spec), manifest.summary)
            declaration = Declaration(path=document.path, spec=spec, data=document.data, texts=texts.contents | named)
        summary = None if spec.name is AT_FAULT else summarize_declaration(document.path, spec)
        return Checked(problems=problems, declaration=declaration, summary=summary)

    def _of_new_job(self, document: Document, spec: JobSpec, texts: _Texts, faults: Faults) -> Iterator[Diagnostic]:
        """Check what workers would read, and what the job may use: of a job that exists, both are as they are."""
        yield from _check_page(spec, texts, faults)
        yield from _unfinished(document, spec, texts, faults)
        not_allowed = self._not_allowed(document.path, spec, texts, faults)
        names = self.check_names(spec, not faults) if self.check_names else ()
        yield from without_misspelled((*not_allowed, *names))

    def _not_allowed(self, path: str, spec: JobSpec, texts: _Texts, faults: Faults) -> Iterator[Diagnostic]:
        def find(allowed: Allowed) -> Iterator[Diagnostic]:
            return findings(path, spec, texts.contents, self.policy, allowed, faults)

        return offline(judge(find, self.policy, folder=team_folder(path), job=_key_of(spec)))

    def _manifest_file(self, path: str, spec: JobSpec) -> ManifestFile:
        if self.check_manifest is None or not any(manifest_files(spec)):
            return ManifestFile()
        return self.check_manifest(path, spec)

    def _read_texts(self, path: str, spec: JobSpec) -> _Texts:
        texts = _Texts(contents={}, unreadable=[], problems=[])
        for pointer, name in text_files(spec):
            text = self.read_text(path, name)
            if isinstance(text, Diagnostic):
                texts.unreadable.append(replace(text, pointer=pointer))
                continue
            texts.contents[name] = text
            if spec.imported is not None:
                continue
            beside = f"{path[: path.rfind('/') + 1]}{name}"
            problems = [*invisible_characters(beside, text), *self._check_text(beside, text, pointer, spec)]
            texts.problems.extend(problem for problem in problems if problem not in texts.problems)
        return texts

    def _check_text(self, path: str, text: str, pointer: str, spec: JobSpec) -> Iterable[LocatedDiagnostic]:
        if not text.strip():
            message, hint = "is blank", "write what workers should read, or do not name this file"
            return [
                LocatedDiagnostic(path=path, line=1, column=1, rule="GT402", pointer="", message=message, hint=hint)
            ]
        if pointer == "/task/template":
            # Few declarations have a template, and parsers of HTML are slow to import.
            from groundctl.domain.declarations.template_lint import lint_template

            def find(allowed: Allowed) -> Iterable[LocatedDiagnostic]:
                return template_findings(path, text, allowed)

            judgment = judge(find, self.policy, folder=team_folder(path), job=_key_of(spec))
            # Faults of the template itself do not depend on the hosts that are allowed.
            return (*lint_template(path, text, None), *offline(judgment))
        return ()


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


def _with_own_name(path: str, misfit: Diagnostic) -> Diagnostic:
    """Say which name a file without one has to state: its own."""
    if misfit.rule != "GT102" or not misfit.message.startswith("`name` is missing") or misfit.pointer:
        return misfit
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return replace(misfit, hint=f"add `name: {yaml_text(stem)}`") if JOB_NAME.fullmatch(stem) else misfit


def _key_of(spec: JobSpec) -> JobKey | None:
    return None if spec.name is AT_FAULT else spec.key


def _without_environment(path: str, policy: Policy) -> Iterator[Diagnostic]:
    """Refuse a declaration that no environment has: its job would be created nowhere, without a report."""
    folder, environments = team_folder(path), policy.environments
    if not environments or not policy.environments_are_known or environment_of(folder, environments):
        return
    if not folder:
        hint = "move the file into a folder of an environment, such as jobs/TEAM/NAME.yaml"
        yield Diagnostic(rule="GT510", pointer="", message="is in no folder, and belongs to no environment", hint=hint)
        return
    first = environments[0]
    listed = ", ".join(map(yaml_text, (*(first.folders or ()), folder)))
    message = f"is in the folder {folder}, which belongs to no environment of jobs/policy.yaml"
    hint = f"add the folder to the environment that has its clips, such as `folders: [{listed}]` under {first.name}"
    yield Diagnostic(rule="GT510", pointer="", message=message, hint=hint)


def manifest_files(spec: JobSpec) -> Iterator[str]:
    """Yield the name of the input manifest beside a declaration, if it names one."""
    for source in spec.sources:
        if isinstance(source, ManifestInput) and source.uri is not AT_FAULT and source.is_file:
            yield source.uri


def _unfinished(document: Document, spec: JobSpec, texts: _Texts, faults: Faults) -> Iterator[Diagnostic]:
    """Say as a warning what a plan refuses about the texts of a job that does not exist yet."""
    found = (
        one
        for one in unfinished(spec, document.data, texts.contents)
        if one.beside or not (faults and faults.touch(one.pointer))
    )
    return offline(Judgment(refused=tuple(found)))


def _check_page(spec: JobSpec, texts: _Texts, faults: Faults) -> Iterator[Diagnostic]:
    """Check the worker page that is rendered from instructions."""
    if spec.template is not None:
        return
    parts = [_instructions(part, texts) for part in (spec.short_instructions, spec.full_instructions)]
    yield from _private_characters(spec, parts)
    for part in instructions(spec, texts.contents):
        page = markdown_to_html(part.text)
        for uri in unsigned_pictures(page):
            message = f"show a picture that cannot be signed for workers: {uri}"
            hint = "name it with letters, digits and - _ . / only"
            yield part.problem(Refusal(rule="GT419", message=message, hint=hint, address=uri))
        yield from map(part.problem, refused_addresses(page, None))
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
    if longest > LONGEST_TRIED:
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
        return Policy(picture_hosts=None, unreadable=frozenset({""})), tuple(problems)
    fit = _fit(reading.document, reading, schema)
    data = reading.document.data
    policy = _readable_policy(data, fit.faults) if fit.faults else parse_policy(data)
    environments = check_environments(policy.environments, policy.folders) if policy.can_tell(("folders",), "") else ()
    misfits = (*fit.misfits, *_exceptions_at_fault(data, fit.faults), *check_rates(policy), *environments)
    return policy, (*fit.problems, *locate(reading.document, misfits))


def _readable_policy(data: JsonObject, faults: Faults) -> Policy:
    policy = replace(parse_policy(_readable(data, "", faults) or {}), unreadable=faults.places)
    hosts_are_known = policy.can_tell(["picture_hosts"], "") and not any("/picture_hosts" in at for at in faults.places)
    return policy if hosts_are_known else replace(policy, picture_hosts=None)


def _exceptions_at_fault(data: JsonObject, faults: Faults) -> Iterator[Diagnostic]:
    """Report what the schema cannot say about exceptions: each is for one job or one folder, and until a day."""
    exceptions = () if faults.at_or_above("/exceptions") else data.get("exceptions", ())
    for index, exception in enumerate(exceptions):
        pointer = pointer_to("exceptions", index)
        if not faults.touch(pointer) and ("job" in exception) == ("folder" in exception):
            names = "both a job and a folder" if "job" in exception else "neither a job nor a folder"
            hint = "write `job: NAME` for one job, or `folder: NAME` for all jobs of a folder"
            yield Diagnostic(rule="GT508", pointer=pointer, message=f"names {names}", hint=hint)
        if not faults.touch(f"{pointer}/until") and day(exception["until"]) is None:
            message = f"is {exception['until']}, which is no day of the calendar"
            yield Diagnostic(
                rule="GT508", pointer=f"{pointer}/until", message=message, hint="write a day such as 2026-12-31"
            )


def _readable(value: Any, pointer: str, faults: Faults) -> Any:
    """Leave out what is at fault."""
    if faults.at(pointer):
        return None
    if isinstance(value, dict):
        inner = {name: _readable(one, f"{pointer}{pointer_to(name)}", faults) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one is not None}
    if isinstance(value, list):
        entries = (_readable(one, f"{pointer}/{index}", faults) for index, one in enumerate(value))
        return [one for one in entries if one is not None]
    return value
