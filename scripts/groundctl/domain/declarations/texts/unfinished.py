"""Finds what still waits for the author's own words in a declaration and in the texts beside it.

It matters before a job is bought: `validate` knows no jobs, so it warns, and a plan refuses a job that does not exist. What
workers have read already blocks nothing, also if a later release knows more placeholders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from groundctl.domain.declarations.diagnostics import Diagnostic, TextPlace
from groundctl.domain.declarations.spec import AT_FAULT, JobSpec, is_file_name
from groundctl.domain.declarations.templates.faults import place_at
from groundctl.domain.declarations.texts.placeholders import (
    Placeholder,
    TextKind,
    hint_for,
    message_for,
    placeholder_problems,
    placeholders_in,
    sentences_of_samples,
)

_TEMPLATE = "/task/template"


def unfinished(spec: JobSpec, data: Any, texts: Mapping[str, str]) -> Iterator[Diagnostic]:  # the data of a declaration
    """Report every placeholder in a declaration's fields, and in those of its text files that can be read."""
    yield from placeholder_problems(data)
    labels = () if spec.labels is AT_FAULT else spec.labels
    names = {label.name.lower() for label in labels if label.name is not AT_FAULT}
    for name, pointer in {name: pointer for pointer, name in text_files(spec)}.items():
        if text := texts.get(name):
            yield from _in_file(name, text, pointer, names)


def _in_file(name: str, text: str, pointer: str, labels: Collection[str]) -> Iterator[Diagnostic]:
    if pointer == _TEMPLATE:
        rule, kind, found = "GT418", TextKind.PLAIN, sentences_of_samples(text)
    else:
        rule, kind, found = "GT403", TextKind.MARKDOWN, placeholders_in(text, TextKind.MARKDOWN, labels)
    for placeholder in found:
        yield Diagnostic(
            rule=rule,
            pointer=pointer,
            message=message_for(placeholder),
            hint=hint_for(kind),
            beside=_place(name, text, placeholder),
        )


def _place(name: str, text: str, placeholder: Placeholder) -> TextPlace:
    line, column = place_at(text, placeholder.index)
    return TextPlace(name=name, line=line, column=column)


def text_files(spec: JobSpec) -> Iterator[tuple[str, str]]:
    """Yield the JSON Pointer and name of each file that a declaration names."""
    for part, text in (("short", spec.short_instructions), ("full", spec.full_instructions)):
        if text is not None and text is not AT_FAULT and is_file_name(text):
            yield f"/task/instructions/{part}", text.strip()
    if spec.template is not None and spec.template is not AT_FAULT:
        yield _TEMPLATE, spec.template
