"""One file's way from bytes to a Declaration, with every problem on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from groundctl.core.collection import check_together
from groundctl.core.declaration import Declaration, locate
from groundctl.core.load import Document, load_document, unseen_characters
from groundctl.core.policy import Policy, parse_policy
from groundctl.core.problem import Finding, Problem, errors_among
from groundctl.core.rules import Case, check_rules
from groundctl.core.schema_check import SchemaCheck
from groundctl.core.spec import JobSpec, parse_spec, text_files
from groundctl.core.template_lint import lint_template

# Given a declaration's path and a file name beside it: the text, or why it cannot be had.
ReadText = Callable[[str, str], str | Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file after all checks: its declaration if it has no errors, the document for later questions, the problems."""

    declaration: Declaration | None
    document: Document | None
    problems: tuple[Problem, ...]


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
            return Checked(declaration=None, document=None, problems=document)
        if not self.schema.is_valid(document.data):
            problems = tuple(locate(document, self.schema.findings(document.data)))
            return Checked(declaration=None, document=document, problems=problems)
        return self._check_content(document)

    def _check_content(self, document: Document) -> Checked:
        spec = parse_spec(document.data)
        texts, missing, faults = self._texts(document.path, spec)
        findings = (*missing, *check_rules(Case(path=document.path, spec=spec, policy=self.policy)))
        problems = (*(locate(document, findings) if findings else ()), *faults)
        declaration = None
        if not errors_among(problems):
            declaration = Declaration(path=document.path, spec=spec, data=document.data, texts=texts)
        return Checked(declaration=declaration, document=document, problems=problems)

    def _texts(self, path: str, spec: JobSpec) -> tuple[dict[str, str], list[Finding], list[Problem]]:
        texts: dict[str, str] = {}
        missing: list[Finding] = []
        faults: list[Problem] = []
        for pointer, name in text_files(spec):
            text = self.read_text(path, name)
            if isinstance(text, Finding):
                missing.append(replace(text, pointer=pointer))
                continue
            texts[name] = text
            beside = f"{path.rpartition('/')[0]}/{name}".lstrip("/")
            faults.extend(unseen_characters(beside, text))
            if pointer == "/task/template":
                faults.extend(lint_template(beside, text))
        return texts, missing, faults


def check_collection(checked: Sequence[Checked]) -> Iterator[Problem]:
    """Find what is wrong between files that are each right."""
    documents = {one.document.path: one.document for one in checked if one.document}
    declarations = [one.declaration for one in checked if one.declaration]
    for declaration, finding in check_together(declarations):
        yield from locate(documents[declaration.path], [finding])


def check_policy(path: str, raw: bytes, schema: SchemaCheck) -> Policy | tuple[Problem, ...]:
    """Read the repository's policy, or say what is wrong with it."""
    document = load_document(path, raw)
    if not isinstance(document, Document):
        return document
    if findings := schema.findings(document.data):
        return tuple(locate(document, findings))
    return parse_policy(document.data)
