"""Checks the elements and attributes of a template against the lists. GT416, GT418, GT420."""

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from groundctl.domain.declarations.templates.addresses import refuse_address
from groundctl.domain.declarations.templates.allowed import (
    ATTRIBUTES,
    CHOICES,
    CROWD_SCRIPT,
    EVERYWHERE,
    INSTEAD,
    INSTEAD_OF_ATTRIBUTE,
    LINKS,
    LOADED,
    PREFIXES,
)
from groundctl.domain.declarations.templates.css import style_faults
from groundctl.domain.declarations.templates.faults import Refusal, TemplateFault, shown
from groundctl.domain.declarations.templates.liquid import MASK, unmasked
from groundctl.domain.declarations.templates.markup import Element, Markup

# A labeling job's title can be there, and labels, with any character; Crowd shows both as text.
_ANY_TEXT = frozenset({"categories", "header"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the check of an attribute needs beside it."""

    pieces: list[str]
    clip_names: Collection[str]
    hosts: Collection[str] | None


def element_faults(markup: Markup, context: Context) -> Iterator[TemplateFault]:
    """List the elements, attributes and styles that are not allowed."""
    for element in markup.elements:
        for refusal in _refusals(element, context):
            yield refusal.at(element.place)
    for style in markup.styles:
        line, column = style.place
        for fault in style_faults(style.text, rules=True):
            place = line + fault.line - 1, fault.column + (column - 1 if fault.line == 1 else 0)
            yield _refuse(fault.message, fault.hint).at(place)


def _refusals(element: Element, context: Context) -> Iterator[Refusal]:
    allowed = ATTRIBUTES.get(element.tag)
    if allowed is None:
        hint = INSTEAD.get(element.tag, "remove it, or use <div>, <span> and <p>")
        yield _refuse(f"<{shown(element.tag)}> is not allowed on a worker page", hint)
    if element.tag == "script" and element.attributes.get("src") != CROWD_SCRIPT:
        hint = f'keep only <script src="{CROWD_SCRIPT}"></script>'
        yield _refuse("runs a script other than AWS's Crowd HTML Elements", hint)
    for name, value in element.attributes.items():
        if name.startswith("on"):
            yield _refuse(f"the attribute {shown(name)} runs a script", "remove it")
        elif allowed is None or (element.tag == "script" and name == "src"):
            continue
        elif name not in allowed and name not in EVERYWHERE and not name.startswith(PREFIXES):
            hint = INSTEAD_OF_ATTRIBUTE.get(name, "remove it")
            yield _refuse(f"<{element.tag}> may not have {shown(name)} on a worker page", hint)
        else:
            yield from _value(element.tag, name, value, context)


def _value(tag: str, name: str, value: str, context: Context) -> Iterator[Refusal]:
    choices = CHOICES.get((tag, name))
    if name in LINKS or name in LOADED:
        refusal = refuse_address(
            name, unmasked(value, context.pieces), hosts=context.hosts, is_clip=context.clip_names.__contains__
        )
        if refusal:
            yield refusal
    elif name == "style":
        yield from _style(value)
    elif choices is not None and not choices.issuperset(value.lower().split()):
        yield _refuse(f"{name} has a value that is not allowed", f"write one of: {', '.join(sorted(choices))}")
    elif name == "icon" and not re.fullmatch(r"[A-Za-z0-9:-]*", value):
        yield _refuse(f"{name} has a value that is not allowed", "write the name of an icon, such as icons:help")
    elif "-" in tag and name not in _ANY_TEXT and "<" in html.unescape(value):
        yield _refuse(f"{name} of <{tag}> has markup in its value", "write plain text")


def _style(value: str) -> Iterator[Refusal]:
    if MASK.search(value):
        yield _refuse("style has Liquid in it", "write the style literally, and choose between classes")
    elif "&" in value:
        yield _refuse("style has a character reference in it", "write the character itself, and quotes as '")
    else:
        for fault in style_faults(value, rules=False):
            yield _refuse(fault.message, fault.hint)


def _refuse(message: str, hint: str) -> Refusal:
    return Refusal(rule="GT416", message=message, hint=hint)
