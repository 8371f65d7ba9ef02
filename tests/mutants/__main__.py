"""Plants every mutant, or those whose name has a text in it: `python -m mutants [TEXT]` in tests/, or `make mutants`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from mutants.mutant import Mutant
from mutants.package import Package
from mutants.table import HARMLESS_TESTS, MUTANTS, named_tests


def main(text: str) -> int:
    """Print what came of each mutant; return 1 if one survived, or a test fails without any."""
    chosen = [mutant for mutant in MUTANTS if text in mutant.name]
    with tempfile.TemporaryDirectory() as folder, Package(Path(folder)) as package:
        found = package.run(named_tests(chosen))
        wrong = 0 if found.passed else 1
        if wrong:
            print(found.output)
        for mutant in chosen:
            is_right, output = _plant(package, mutant)
            wrong += not is_right
            expected = "harmless" if mutant.harmless else "caught"
            print(f"{expected if is_right else 'WRONG':10}{mutant.name}", flush=True)
            if not is_right:
                print(output)
    print(f"{len(chosen)} mutants, {wrong} problems")
    return min(wrong, 1)


def _plant(package: Package, mutant: Mutant) -> tuple[bool, str]:
    with package.mutated(mutant):
        found = package.run(HARMLESS_TESTS if mutant.harmless else [mutant.caught_by])
    return found.passed if mutant.harmless else found.failed, found.output


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
