"""Nothing in the product is unused; what only templates use counts as used, which vulture alone cannot see."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from vulture import Vulture  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["vulture"]


def names_in_templates() -> set[str]:
    """Give every name inside the tags of a Jinja template."""
    templates = [path.read_text(encoding="utf-8") for path in (ROOT / "scripts").rglob("*.jinja")]
    tags = [
        tag for template in templates for tag in re.findall(r"\{[{%].*?[}%]\}|<<.*?>>|\[%.*?%\]", template, re.DOTALL)
    ]
    return {name for tag in tags for name in re.findall(r"[A-Za-z_]\w*", tag)}


def unused(*paths: Path) -> list[str]:
    """Name what vulture finds unused, exceptions of pyproject.toml left out."""
    names = [*SETTINGS["ignore_names"], *names_in_templates()]
    vulture = Vulture(ignore_names=names, ignore_decorators=SETTINGS["ignore_decorators"])
    vulture.scavenge([str(path) for path in paths])
    found = vulture.get_unused_code(min_confidence=SETTINGS["min_confidence"])
    return [f"{item.filename}:{item.first_lineno} {item.name}" for item in found]


def test_nothing_in_the_product_is_unused():
    assert unused(*(ROOT / path for path in SETTINGS["paths"])) == []


def test_an_unused_function_is_found(tmp_path: Path):
    file = tmp_path / "module.py"
    file.write_text("def used() -> None: ...\n\n\ndef never_called() -> None: ...\n\n\nused()\n")

    assert [fault.rpartition(" ")[2] for fault in unused(file)] == ["never_called"]
