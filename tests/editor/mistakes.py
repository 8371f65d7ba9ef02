"""Files with one mistake each, made by machines, and what `validate` says about them."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass

from declarations.faults import FAULTS
from declarations.generated import Maker, mutate
from declarations.layouts import written
from declarations.test_templates import AFTER, BEFORE
from groundctl.domain.declarations.diagnostics import Diagnostic, LocatedDiagnostic
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.validator import Validator, check_policy
from groundctl.domain.declarations.yaml_loader import load_document
from support.builders import CHECKOUT, DECLARATIONS, a_policy

DECLARATION_LINE = "# yaml-language-server: $schema={up}schemas/editor/labeling-job.schema.json\n"
POLICY_LINE = "# yaml-language-server: $schema={up}schemas/editor/policy.schema.json\n"
MADE = "tests/editor/made"
# Both read the same data from YAML with these.
STYLES = (0, 2, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file, what the mistake in it is, and what `validate` says about it."""

    path: str
    text: str
    mistake: str
    problems: tuple[LocatedDiagnostic, ...]


def _read_text(_path: str, name: str) -> str | Diagnostic:
    if name.startswith("missing"):
        return Diagnostic(rule="GT401", message="is missing", hint="add the file")
    return BEFORE + AFTER if name.endswith(("html", "liquid")) else "Watch."


_DECLARATIONS = SchemaCheck(CHECKOUT.schema("labeling-job"))
_POLICY = SchemaCheck(CHECKOUT.schema("policy"))
_VALIDATOR = Validator(schema=_DECLARATIONS, policy=a_policy(), read_text=_read_text)


def good_declarations(count: int) -> Iterator[File]:
    """Make valid declarations in several layouts."""
    for seed in range(count):
        data = Maker(seed).declaration()
        yield _declaration(f"good-{seed}", str(data["name"]), written(data, STYLES[seed % 4]), "nothing")


def declarations_with_a_fault() -> Iterator[File]:
    """Make each fault that the tests know, in a declaration that it applies to."""
    for index, fault in enumerate(FAULTS):
        for seed in range(index, index + 20):
            data = {"tags": {"cost-center": "sports"}, **Maker(seed).declaration()}
            data["tags"]["cost-center"] = "sports"
            if fault.inject(data):
                text = written(data, STYLES[index % 4])
                yield _declaration(f"fault-{index}", str(data.get("name", "a")), text, fault.name)
                break


def damaged_declarations(count: int) -> Iterator[File]:
    """Make declarations with one random damage: a value dropped, renamed, doubled, or changed in kind."""
    for seed in range(count):
        dice = random.Random(seed)
        data = Maker(1000 + seed).declaration()
        name = str(data["name"])
        mutate(data, dice)
        yield _declaration(f"damaged-{seed}", name, written(data, STYLES[seed % 4]), f"damage {seed}")


def damaged_policies(count: int) -> Iterator[File]:
    """Make policies with one random damage."""
    document = load_document("policy.yaml", DECLARATIONS.read(DECLARATIONS.policy_path))
    assert isinstance(document, Document)
    for seed in range(count):
        data = copy.deepcopy(document.data)
        mutate(data, random.Random(seed))
        text = POLICY_LINE.format(up="../../../../") + written(data, STYLES[seed % 4])
        _, problems = check_policy("jobs/policy.yaml", text.encode("utf-8", "surrogatepass"), _POLICY)
        yield File(path=f"{MADE}/policy-{seed}/policy.yaml", text=text, mistake=f"policy {seed}", problems=problems)


def _declaration(folder: str, name: str, text: str, mistake: str) -> File:
    text = DECLARATION_LINE.format(up="../../../../") + text
    problems = _VALIDATOR.check(f"jobs/sports-data/{name}.yaml", text.encode("utf-8", "surrogatepass")).problems
    return File(path=f"{MADE}/{folder}/file.yaml", text=text, mistake=mistake, problems=problems)
