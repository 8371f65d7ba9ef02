"""Rules about where labels go and what they are called."""

from collections.abc import Iterator

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.rules.registry import Case, error, rule
from groundctl.domain.declarations.sources import InventoryInput, PrefixInput
from groundctl.domain.declarations.spec import AT_FAULT


@rule("GT201", reads=("/output/label_attribute",), each=("/name",))
def label_attribute_is_free(case: Case) -> Iterator[Diagnostic]:
    """Ground Truth uses keys that end in -metadata and -ref itself."""
    name = case.spec.label_attribute
    if name.endswith(("-metadata", "-ref")) or name == "source":
        # The default attribute is the job's name.
        given = name != case.spec.name
        ending = next((end for end in ("-metadata", "-ref") if name.endswith(end)), "source")
        yield error(
            "GT201",
            "/output/label_attribute" if given else "/name",
            f'"{name}" cannot be the label attribute: Ground Truth uses `{ending}` itself',
            "choose another ending" if given else "give output.label_attribute another value",
        )


@rule("GT210", given=("/input/topic", "/output/topic"))
def output_topic_needs_an_input_topic(case: Case) -> Iterator[Diagnostic]:
    """AWS publishes only streamed clips to an output topic."""
    if case.spec.output_topic is not None and not case.spec.is_streaming:
        yield error("GT210", "/output/topic", "works only together with input.topic", "remove it, or add input.topic")


@rule("GT227", reads=("/output/location",), each=("/input/prefix", "/input/inventory/prefix"))
def output_is_not_under_the_input(case: Case) -> Iterator[Diagnostic]:
    """Output under the listed prefix would be taken for clips, by a streaming job at once."""
    listed, reported, location = case.source(PrefixInput), case.source(InventoryInput), case.spec.output_location
    places = (
        ("input.prefix", listed.prefix if listed else None),
        ("input.inventory.prefix", reported.prefix if reported else None),
    )
    for where, prefix in places:
        if location and prefix is not None and prefix is not AT_FAULT and location.startswith(prefix):
            yield error("GT227", "/output/location", f"is under {where}", "choose a location outside the clips")
