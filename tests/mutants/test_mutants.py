"""Every guard of the product that keeps a clip from being bought twice is watched by a named test.

Each mutant takes one guard away, and the named test must fail with it. The guards of the ledger's protocol are all
planted here, and a part of the others; `make mutants` plants every one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger_model.flaws import Flaw
from mutants.mutant import Edit, Mutant
from mutants.package import ROOT, Package, TextNotFoundError
from mutants.table import HARMLESS_TESTS, MUTANTS, PROTOCOL, named_tests

SEED, ONE_OF = 9, 3
OTHERS = tuple(mutant for mutant in MUTANTS if mutant not in PROTOCOL)
CHOSEN = (*PROTOCOL, *random.Random(SEED).sample(OTHERS, len(OTHERS) // ONE_OF))


def names(mutants: tuple[Mutant, ...]) -> list[str]:
    return [mutant.name for mutant in mutants]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Package]:
    with Package(tmp_path_factory.mktemp("mutants")) as package:
        yield package


def test_every_guard_of_the_model_is_taken_away_in_the_product() -> None:
    assert {mutant.flaw for mutant in MUTANTS if mutant.flaw} == set(Flaw)


def test_each_mutant_has_a_name_of_its_own_and_a_test_or_a_reason_why_it_needs_none() -> None:
    assert len(set(names(MUTANTS))) == len(MUTANTS)
    assert [mutant.name for mutant in MUTANTS if bool(mutant.caught_by) is bool(mutant.harmless)] == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=names(MUTANTS))
def test_each_text_that_a_mutant_replaces_is_in_its_file_once(mutant: Mutant) -> None:
    for edit in mutant.edits:
        source = (ROOT / "scripts/groundctl" / edit.file).read_text(encoding="utf-8")
        assert source.count(edit.text) == 1, f"{edit.file}: {edit.text}"
        assert edit.text != edit.replacement


def test_each_named_test_exists(package: Package) -> None:
    found = package.run(["--collect-only", *named_tests(MUTANTS)])

    assert found.passed, found.output


def test_without_a_mutant_the_named_tests_pass(package: Package) -> None:
    found = package.run([*named_tests(CHOSEN), *HARMLESS_TESTS])

    assert found.passed, found.output


@pytest.mark.parametrize("mutant", CHOSEN, ids=names(CHOSEN))
def test_a_missing_guard_is_found_by_its_test(package: Package, mutant: Mutant) -> None:
    with package.mutated(mutant):
        found = package.run(HARMLESS_TESTS if mutant.harmless else [mutant.caught_by])

    assert found.passed if mutant.harmless else found.failed, found.output


# --- The table cannot rot, and a slip of the pen does not pass for a missing guard.


def test_a_text_that_is_no_longer_in_the_file_fails_loudly(package: Package) -> None:
    gone = replace(MUTANTS[0], edits=(Edit(file="app/purchase.py", text="no such text", replacement=""),))

    with pytest.raises(TextNotFoundError, match=r"purchase\.py has this text 0 times"), package.mutated(gone):
        pass


def test_a_change_is_taken_back(package: Package) -> None:
    file = package.folder / "groundctl" / MUTANTS[0].edits[0].file
    before = file.read_bytes()

    with package.mutated(MUTANTS[0]):
        assert file.read_bytes() != before

    assert file.read_bytes() == before
    assert file.read_bytes() == Path(ROOT, "scripts/groundctl", MUTANTS[0].edits[0].file).read_bytes()


@pytest.mark.parametrize("replacement", ["no_such_name(", "no_such_name"])
def test_code_that_does_not_run_is_no_missing_guard(package: Package, replacement: str) -> None:
    edit = Edit(file="domain/jobs/ledger/purchases.py", text="return self.state is not State.VOID", replacement="")
    slip = replace(MUTANTS[0], edits=(replace(edit, replacement=f"return {replacement}"),))

    with package.mutated(slip):
        found = package.run(["tests/unit/test_purchases.py"])

    assert not found.passed
    assert not found.failed


def test_a_test_that_does_not_exist_has_not_failed(package: Package) -> None:
    found = package.run(["tests/unit/test_purchases.py::test_that_is_not_there"])

    assert not found.passed
    assert not found.failed
