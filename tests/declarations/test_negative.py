"""Wrong declarations, each with the exact list of what is said about it. The cases are in `negative/`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from declarations.corpus import Case, all_cases, bless, found_in, problems_of, repository_of
from groundctl.core import rules

CASES = all_cases()
CODE = Path(rules.__file__).parents[1]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_everything_wrong_is_said_at_its_place(case: Case, tmp_path: Path):
    made = repository_of(case)

    found = found_in(problems_of(made, tmp_path))

    if os.environ.get("GROUNDCTL_BLESS"):
        bless(case, found)
    else:
        assert found == sorted(made.expected), "if this change is meant: see corpus.py on how to renew the case"
