"""All mutants, and the tests that they need."""

from __future__ import annotations

from collections.abc import Iterable

from mutants.guards import GUARDS
from mutants.mutant import Mutant
from mutants.protocol import PROTOCOL
from mutants.reading import READING

MUTANTS: tuple[Mutant, ...] = (*PROTOCOL, *GUARDS, *READING)
# What still holds without a guard that another one stands behind.
HARMLESS_TESTS = ("tests/unit/test_purchase_protocol.py", "tests/unit/test_settling.py")


def named_tests(mutants: Iterable[Mutant]) -> tuple[str, ...]:
    """List the tests that mutants name, each once."""
    return tuple(dict.fromkeys(mutant.caught_by for mutant in mutants if mutant.caught_by))
