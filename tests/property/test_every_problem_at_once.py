"""Several independent faults in one declaration are all reported in one round, each at its place, and nothing else is."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declarations.faults import FAULTS, Data, Fault, Found
from declarations.generated import PII_FREE, Maker
from declarations.layouts import written
from declarations.test_templates import AFTER, BEFORE
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.rules.partial_spec import NO_FAULTS, Faults, parse_partial_spec
from groundctl.domain.declarations.rules.registry import CHECKS, Case
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.spec import AT_FAULT, FIELDS, JobSpec, parse_spec
from groundctl.domain.declarations.validator import Validator
from support.builders import CHECKOUT, a_policy

POLICY = a_policy(required_tags=("cost-center",))


def read_text(_path: str, name: str) -> str | Diagnostic:
    if name.startswith("missing"):
        return Diagnostic(rule="GT401", message="is missing", hint="add the file")
    return BEFORE + AFTER if name.endswith(("html", "liquid")) else "Watch."


VALIDATOR = Validator(schema=SchemaCheck(CHECKOUT.schema("labeling-job")), policy=POLICY, read_text=read_text)


@cache
def base(seed: int) -> tuple[Data, str]:
    """Make a valid declaration with the tag that the policy requires, and give the path of its file."""
    data = Maker(seed).declaration()
    data["tags"] = {**dict(list(data.get("tags", {}).items())[:30]), "cost-center": "sports"}
    data["task"]["labels"] = data["task"]["labels"][:20]
    return data, f"jobs/sports-data/{data['name']}.yaml"


def problems_of(data: Data, path: str) -> set[Found]:
    return {(problem.rule, problem.pointer) for problem in VALIDATOR.check(path, written(data).encode()).problems}


def broken(seed: int, faults: list[Fault]) -> tuple[Data, dict[str, Found]]:
    data = copy.deepcopy(base(seed)[0])
    expected = {one.name: found for one in faults if (found := one.inject(data))}
    return data, expected


# A template beside instructions leaves the page of the instructions unchecked: these are not independent.
DEPENDENT = tuple({"template_beside_instructions", one} for one in ("unsigned_picture", "picture_from_elsewhere"))


def independent(faults: list[Fault]) -> bool:
    names = {one.name for one in faults}
    return not any(pair <= names for pair in DEPENDENT)


@settings(max_examples=200, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(0, 60),
    st.lists(st.sampled_from(FAULTS), min_size=2, max_size=8, unique_by=lambda one: one.part).filter(independent),
)
def test_every_fault_is_reported_at_once_and_no_other(seed: int, faults: list[Fault]):
    original, path = base(seed)
    warned = problems_of(original, path)
    data, expected = broken(seed, faults)

    found = problems_of(data, path)

    assert set(expected.values()) - found == set(), "a fault hides another one"
    assert found - set(expected.values()) - warned == set(), "a false alarm"


@settings(max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(0, 60),
    st.lists(st.sampled_from(FAULTS), min_size=2, max_size=4, unique_by=lambda one: one.part).filter(independent),
)
def test_fixing_one_fault_reveals_no_other(seed: int, faults: list[Fault]):
    original, path = base(seed)
    warned = problems_of(original, path)
    found = problems_of(broken(seed, faults)[0], path)
    # A list's later entries move when an earlier one is fixed: places inside lists are compared by their list.
    before = {(rule, in_list(pointer)) for rule, pointer in found | warned}

    for fixed in faults:
        rest, _ = broken(seed, [one for one in faults if one is not fixed])
        after = {(rule, in_list(pointer)) for rule, pointer in problems_of(rest, path)}
        assert after <= before, f"fixing {fixed.name} reveals {after - before}"


def in_list(pointer: str) -> str:
    return "/".join("*" if step.isdigit() else step for step in pointer.split("/"))


def test_every_fault_can_be_injected_and_is_reported_alone():
    unreached = {one.name for one in FAULTS}
    for seed in range(20):
        original, path = base(seed)
        warned = problems_of(original, path)
        for one in FAULTS:
            data, expected = broken(seed, [one])
            if expected:
                unreached.discard(one.name)
                assert problems_of(data, path) - warned == set(expected.values()), (seed, one.name)

    assert unreached == set()


# -- what a rule declares is what it reads -------------------------------------------------------------

POINTERS = {attribute: pointer for pointer, (attribute, _) in FIELDS.items()}
DERIVED = {
    "key": {"/name"},
    "is_streaming": {"/input/topic"},
    "source": {"/input"},
    "sources": {"/input"},
    "selection": {"/input"},
}


class Recorder:
    """A JobSpec that remembers which of its parts were read."""

    def __init__(self, spec: JobSpec) -> None:
        self.spec = spec
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read |= DERIVED.get(name) or {POINTERS[name]}
        return getattr(self.spec, name)


def specs() -> Iterator[tuple[str, Any]]:
    for seed in range(100):
        data, path = base(seed)
        yield path, parse_spec(data)
        faults = [one for one in FAULTS if VALIDATOR.schema.is_valid(broken(seed, [one])[0])]
        yield from ((path, parse_spec(broken(seed, [one])[0])) for one in faults[seed % 7 :: 7])


def test_a_rule_reads_no_more_than_it_declares():
    for path, spec in specs():
        for check in CHECKS:
            recorder: Any = Recorder(spec)
            list(check.run(Case(path=path, spec=recorder, allowed=POLICY.allowed("sports-data"))))
            declared = [*check.reads, *check.each, *check.given]
            undeclared = [read for read in recorder.read if not any(related(read, pointer) for pointer in declared)]
            assert undeclared == [], (check.rule, check.run.__name__)


def related(read: str, declared: str) -> bool:
    declared = declared.removesuffix("/*")
    return read == declared or declared.startswith(f"{read}/") or read.startswith(f"{declared}/")


def test_a_declaration_without_faults_is_parsed_in_the_same_way():
    for seed in range(200):
        data = Maker(seed).declaration()
        whole, partial = parse_spec(data), parse_partial_spec(data, NO_FAULTS)
        assert [getattr(whole, field.name) for field in fields(JobSpec)] == [
            getattr(partial, field.name) if field.name != "sources" else whole.sources for field in fields(JobSpec)
        ]
        assert [type(source) for source in whole.sources] == [type(source) for source in partial.sources]


def test_a_declaration_that_is_invalid_as_a_whole_has_no_readable_part():
    spec = parse_partial_spec({"name": "rally"}, Faults([""]))

    assert spec.name is AT_FAULT
    assert (spec.labels, spec.sources, spec.tags) == ((), (), ())


def test_the_classifier_of_the_generator_is_the_one_of_the_rules():
    assert PII_FREE == "FreeOfPersonallyIdentifiableInformation"
