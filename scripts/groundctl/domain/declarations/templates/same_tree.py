"""Holds three readers of HTML against each other: ours, a browser-grade parser, and a sanitizer with a parser of its own.

Only a page that all three read as the same elements is accepted. The sanitizer gets the same lists and must remove nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from groundctl.domain.declarations.templates.allowed import ATTRIBUTES, EVERYWHERE, PREFIXES
from groundctl.domain.declarations.templates.faults import START, Place, TemplateFault, shown
from groundctl.domain.declarations.templates.liquid import without_tags
from groundctl.domain.declarations.templates.markup import Element, Markup

if TYPE_CHECKING:
    from justhtml.dom import Node

_FRAME = frozenset({"body", "head", "html"})
# Browsers add these where an author leaves them out; the empty <p> stands for an end tag behind a list in a paragraph.
_ADDED = frozenset({"colgroup", "p", "tbody", "tr"})

_Tag = tuple[str, tuple[tuple[str, str], ...]]


def tree_faults(markup: Markup, masked: str, pieces: list[str]) -> Iterator[TemplateFault]:
    """Find the first element that a browser or the sanitizer would read in another way."""
    from justhtml import JustHTML

    def visible(text: str) -> str:
        return without_tags(text, pieces).replace("\r\n", "\n")

    written = visible(masked)
    ours = [
        replace(element, attributes={name: visible(value) for name, value in element.attributes.items()})
        for element in markup.elements
        if element.tag not in _FRAME
    ]
    fragment = JustHTML(written, sanitize=False, fragment=True).root
    for root in (JustHTML(written, sanitize=False).root, fragment):
        if wrong := _first_difference(ours, [tag for tag, _ in _tags(root)]):
            yield wrong
            return
    cleaned = JustHTML(_sanitized(written), sanitize=False, fragment=True).root
    if list(_tags(cleaned)) != list(_tags(fragment)) or _text(cleaned) != _text(fragment):
        yield _fault(START, "a page", "is read differently by")


def _first_difference(ours: list[Element], browsers: list[_Tag]) -> TemplateFault | None:
    index = 0
    for tag, attributes in browsers:
        if index < len(ours) and _is_same(ours[index], tag, attributes):
            index += 1
        elif attributes or tag not in _ADDED:
            break
    else:
        if index == len(ours):
            return None
    element = ours[min(index, len(ours) - 1)]
    return _fault(element.place, f"<{shown(element.tag)}>", "is moved, repeated or left out by")


def _is_same(element: Element, tag: str, attributes: tuple[tuple[str, str], ...]) -> bool:
    if element.tag != tag or element.attributes.keys() != dict(attributes).keys():
        return False
    # Character references are decoded by browsers; the check of a value allows them where they change nothing.
    return all(value == element.attributes[name] or "&" in element.attributes[name] for name, value in attributes)


def _fault(place: Place, what: str, verb: str) -> TemplateFault:
    message = f"{what} {verb} browsers: elements are nested in a way that HTML does not have"
    return TemplateFault(
        place=place, rule="GT416", message=message, hint="close elements in the reverse order of opening"
    )


def _sanitized(text: str) -> str:
    import nh3

    return nh3.clean(
        text,
        tags=set(ATTRIBUTES),
        clean_content_tags=set(),
        attributes={**{tag: set(names) for tag, names in ATTRIBUTES.items()}, "*": set(EVERYWHERE)},
        generic_attribute_prefixes=set(PREFIXES),
        url_schemes={"https", "mailto"},
        link_rel=None,
    )


def _tags(root: "Node") -> Iterator[tuple[_Tag, int]]:
    """Yield each element with its attributes and its depth."""
    waiting = [(child, 0) for child in reversed(root.children or ())]
    while waiting:
        node, depth = waiting.pop()
        name = node.name
        if not name.startswith(("#", "!")) and name not in _FRAME:
            attributes = getattr(node, "attrs", None) or {}
            yield (name, tuple(sorted((key, value or "") for key, value in attributes.items()))), depth
        below = depth if name in _FRAME else depth + 1
        waiting += ((child, below) for child in reversed(node.children or ()))


def _text(root: "Node") -> str:
    """Return the text without white space, which serializing may change at the start of <pre>."""
    return "".join(root.to_text().split())
