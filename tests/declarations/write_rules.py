"""Regenerates schemas/RULES.md from the rules' sentences: python tests/declarations/write_rules.py"""

from __future__ import annotations

from pathlib import Path

from groundctl.domain.declarations.rules.reference import rule_reference

RULES = Path(__file__).parents[2] / "schemas/RULES.md"

if __name__ == "__main__":
    RULES.write_text(rule_reference())
