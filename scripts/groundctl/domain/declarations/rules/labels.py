"""Rules about the labels that a worker chooses from."""

import unicodedata
from collections.abc import Iterator

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.rules.registry import Case, error, rule, warning

_WITHOUT_JOINERS = {0x200C: None, 0x200D: None}


@rule("GT202", each=("/task/labels/*",))
def labels_differ(case: Case) -> Iterator[Diagnostic]:
    """Workers cannot distinguish labels that differ only by case, spaces or the way an accent is written."""
    seen: dict[str, str] = {}
    for index, label in case.labels():
        folded = _as_seen(label)
        if folded in seen:
            message = (
                f'"{label}" is listed twice'
                if seen[folded] == label
                else f'"{label}" differs from "{seen[folded]}" only by case, spaces or invisible characters'
            )
            yield error("GT202", pointer_to("task", "labels", index), message, "keep one of them, or reword it")
        seen.setdefault(folded, label)


def _as_seen(text: str) -> str:
    if text.isascii():
        return " ".join(text.casefold().split())
    # An accent can be written in two ways, and joiners only change how letters connect.
    composed = unicodedata.normalize("NFKC", text.translate(_WITHOUT_JOINERS)).casefold()
    return " ".join(unicodedata.normalize("NFKC", composed).split())


@rule("GT203", each=("/task/labels/*",))
def labels_are_clean_text(case: Case) -> Iterator[Diagnostic]:
    """Spaces around a label, line breaks and invisible characters would end up in the output unnoticed."""
    for index, label in case.labels():
        pointer = f"/task/labels/{index}"
        if not label.strip():
            yield error("GT203", pointer, "is blank", "write what to choose")
        elif label != label.strip():
            yield error("GT203", pointer, f'"{label}" has spaces around it', "remove the spaces")
        elif not label.isprintable() and any(character in label for character in "\n\r\t"):
            yield error("GT203", pointer, "contains a line break or a tab", "write the label on one line")
        elif not label.isascii() and (hidden := _hidden_character(label)):
            message = f"contains the invisible character U+{ord(hidden):04X}"
            yield error("GT203", pointer, message, "retype the label")


def _hidden_character(text: str) -> str | None:
    hidden = (character for character in text if unicodedata.category(character) in {"Cf", "Zl", "Zp", "Cs"})
    return next((character for character in hidden if ord(character) not in _WITHOUT_JOINERS), None)


@rule("GT204", each=("/task/labels/*",))
def workers_have_a_choice(case: Case) -> Iterator[Diagnostic]:
    """AWS accepts a single label, and you would pay for answers that say nothing."""
    if len(case.spec.labels) == 1:
        yield warning(
            "GT204", "/task/labels", "has only one label: every answer will be that label", "add a second label"
        )
