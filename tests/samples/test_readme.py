"""The declaration in README is one that the policy of the samples accepts."""

from __future__ import annotations

import re
from pathlib import Path

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.validate import validate
from support.builders import ROOT, SAMPLES


def test_the_declaration_in_readme_validates(tmp_path: Path) -> None:
    [block] = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "jobs/sports-data/rally-outcome-2026-11.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(block, encoding="utf-8")
    (tmp_path / "jobs/policy.yaml").write_bytes((SAMPLES / "jobs/policy.yaml").read_bytes())
    for name in ("rally-short.md", "rally-full.md"):
        file.with_name(name).write_bytes((SAMPLES / "jobs/sports-data" / name).read_bytes())

    assert validate(Checkout(tmp_path)).problems == ()
