"""All mutants, and the tests that they need."""

from __future__ import annotations

from collections.abc import Iterable

from mutants.approval import APPROVAL
from mutants.github_facts import GITHUB_FACTS
from mutants.guards import GUARDS
from mutants.holding import HOLDING_AND_LETTING_GO
from mutants.mutant import Mutant
from mutants.people import PEOPLE
from mutants.reading import READING
from mutants.reviewed import REVIEWED
from mutants.sending import SENDING_AND_WRITING

# The guards of the ledger's protocol: those of the model, and what else the product does in their place.
PROTOCOL: tuple[Mutant, ...] = (*SENDING_AND_WRITING, *HOLDING_AND_LETTING_GO)
MUTANTS: tuple[Mutant, ...] = (*PROTOCOL, *GUARDS, *APPROVAL, *REVIEWED, *GITHUB_FACTS, *READING, *PEOPLE)
# What still holds without a guard that another one stands behind.
HARMLESS_TESTS = ("tests/unit/test_purchase_protocol.py", "tests/unit/test_due_records.py")


def named_tests(mutants: Iterable[Mutant]) -> tuple[str, ...]:
    """List the tests that mutants name, each once."""
    return tuple(dict.fromkeys(mutant.caught_by for mutant in mutants if mutant.caught_by))
