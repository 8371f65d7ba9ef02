"""One file's way from bytes to a Declaration, with every problem on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from groundctl.domain.declarations.cross_file import DeclarationSummary, summarize_declaration
from groundctl.domain.declarations.declaration import Declaration, locate
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic, errors_among
from groundctl.domain.declarations.mend import Stand
from groundctl.domain.declarations.policy import Policy, parse_policy
from groundctl.domain.declarations.rules import Case, check_rules, check_rules_alone
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import JobSpec, parse_spec, text_files
from groundctl.domain.declarations.worker_template import MAX_TEMPLATE, longest_page, unsigned_pictures, worker_template
from groundctl.domain.declarations.yaml_loader import Document, load_document, unseen_characters

# A page that could become longer is not made just to count its characters.
_LONGEST_TRIED = 4_000_000

# Given a declaration's path and a file name beside it: the text, or why it cannot be had.
ReadText = Callable[[str, str], str | Diagnostic]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file after all checks: its problems, its declaration if it has no errors, its summarize_declaration if the name is sound."""

    problems: tuple[LocatedDiagnostic, ...]
    declaration: Declaration | None = None
    summary: DeclarationSummary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """What every declaration of a repository is held against."""

    schema: SchemaCheck
    policy: Policy
    read_text: ReadText

    def check(self, path: str, raw: bytes) -> Checked:
        """Check one file by itself."""
        document = load_document(path, raw)
        if not isinstance(document, Document):
            return Checked(problems=document)
        if not self.schema.is_valid(document.data):
            return self._check_the_rest(document, self.schema.findings(document.data))
        return self._check_content(document)

    def _check_the_rest(self, document: Document, findings: tuple[Diagnostic, ...]) -> Checked:
        """Tell what does not fit the schema, and of the rest what can be told all the same."""
        stand = Stand(self.schema.schema, (finding.pointer for finding in findings))
        data = stand.in_for(document.data)
        if not self.schema.is_valid(data):
            return Checked(problems=tuple(locate(document, findings)))
        spec = parse_spec(data)
        _, missing, faults = self._texts(document.path, spec)
        further = (*missing, *check_rules_alone(Case(path=document.path, spec=spec, policy=self.policy)))
        told = (*findings, *(finding for finding in further if stand.is_authors_own(finding.pointer)))
        summary = summarize_declaration(document.path, spec) if stand.is_authors_own("/name") else None
        return Checked(problems=(*locate(document, told), *faults), summary=summary)

    def _check_content(self, document: Document) -> Checked:
        spec = parse_spec(document.data)
        texts, missing, faults = self._texts(document.path, spec)
        findings = (
            *missing,
            *check_rules(Case(path=document.path, spec=spec, policy=self.policy)),
            *(() if missing or spec.template else _page_of_instructions(spec, texts)),
        )
        problems = (*(locate(document, findings) if findings else ()), *faults)
        declaration = None
        if not errors_among(problems):
            declaration = Declaration(path=document.path, spec=spec, data=document.data, texts=texts)
        return Checked(problems=problems, declaration=declaration, summary=summarize_declaration(document.path, spec))

    def _texts(self, path: str, spec: JobSpec) -> tuple[dict[str, str], list[Diagnostic], list[LocatedDiagnostic]]:
        texts: dict[str, str] = {}
        missing: list[Diagnostic] = []
        faults: list[LocatedDiagnostic] = []
        for pointer, name in text_files(spec):
            text = self.read_text(path, name)
            if isinstance(text, Diagnostic):
                missing.append(replace(text, pointer=pointer))
                continue
            texts[name] = text
            beside = f"{path[: path.rfind('/') + 1]}{name}"
            faults.extend(unseen_characters(beside, text))
            if not text.strip():
                faults.append(_blank(beside))
            elif pointer == "/task/template":
                from groundctl.domain.declarations.template_lint import (
                    lint_template,  # few declarations have one, and HTML is slow to import
                )

                faults.extend(lint_template(beside, text))
        return texts, missing, list(dict.fromkeys(faults))


def _blank(path: str) -> LocatedDiagnostic:
    message, hint = "is blank", "write what workers should read, or do not name this file"
    return LocatedDiagnostic(path=path, line=1, column=1, rule="GT402", pointer="", message=message, hint=hint)


def _page_of_instructions(spec: JobSpec, texts: dict[str, str]) -> Iterator[Diagnostic]:
    """Find what is wrong with the page that instructions make; it is made only where something may be."""
    longest = longest_page(spec, texts)
    if longest > _LONGEST_TRIED:
        yield _too_long("could make a worker page of millions of characters")
    elif longest > MAX_TEMPLATE or _has_pictures(spec, texts):
        page = worker_template(spec, texts)
        if len(page) > MAX_TEMPLATE:
            yield _too_long(f"make a worker page of {len(page):,} characters")
        for uri in unsigned_pictures(page):
            message = f"show a picture that cannot be signed for workers: {uri}"
            hint = "name it with letters, digits and - _ . / only"
            yield Diagnostic(rule="GT419", pointer="/task/instructions", message=message, hint=hint)


def _has_pictures(spec: JobSpec, texts: dict[str, str]) -> bool:
    return any(
        "s3:" in text.lower() for text in (spec.short_instructions or "", spec.full_instructions or "", *texts.values())
    )


def _too_long(what: str) -> Diagnostic:
    message, hint = f"{what}; at most {MAX_TEMPLATE:,} are allowed", "shorten them, or link to the long version"
    return Diagnostic(rule="GT410", pointer="/task/instructions", message=message, hint=hint)


def check_policy(path: str, raw: bytes, schema: SchemaCheck) -> Policy | tuple[LocatedDiagnostic, ...]:
    """Read the repository's policy, or say what is wrong with it."""
    document = load_document(path, raw)
    if not isinstance(document, Document):
        hint = "write what this repository allows, or remove the file"
        return tuple(replace(problem, hint=hint) if problem.rule == "GT005" else problem for problem in document)
    if findings := schema.findings(document.data):
        return tuple(locate(document, findings))
    return parse_policy(document.data)
