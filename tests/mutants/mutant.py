"""A mutant: the product with one guard taken away, and the test that must fail with it."""

from __future__ import annotations

from dataclasses import dataclass

from ledger_model.flaws import Flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A text of a product file, which must be there exactly once, and what takes its place."""

    file: str
    text: str
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A guard that is missing. flaw is the guard of the ledger's model that it is, if the model has it.

    caught_by is the test that fails with it. A guard that another one stands behind has instead the reason why
    nothing is bought twice without it.
    """

    name: str
    edits: tuple[Edit, ...]
    caught_by: str = ""
    harmless: str = ""
    flaw: Flaw | None = None


def mutant(name: str, file: str, text: str, replacement: str, caught_by: str, *, flaw: Flaw | None = None) -> Mutant:
    """Describe a mutant with one edit."""
    edit = Edit(file=file, text=text, replacement=replacement)
    return Mutant(name=name, edits=(edit,), caught_by=caught_by, flaw=flaw)


def harmless(name: str, file: str, text: str, replacement: str, why: str) -> Mutant:
    """Describe a guard that another one stands behind."""
    return Mutant(name=name, edits=(Edit(file=file, text=text, replacement=replacement),), harmless=why)
