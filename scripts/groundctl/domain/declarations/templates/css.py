"""The styles in a worker page, read by CSS's own tokens: properties, functions and at-rules by list.

No listed property or function can load something: there are no url tokens, no strings where CSS would read them as
addresses, and no escapes, which could write any of these in another way. A variable holds such values only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundctl.domain.declarations.templates.faults import shown

if TYPE_CHECKING:
    from tinycss2.ast import Node

_PROPERTIES_LIST = """
    accent-color align-content align-items align-self animation animation-delay animation-direction animation-duration
    animation-fill-mode animation-iteration-count animation-name animation-play-state animation-timing-function appearance
    aspect-ratio backface-visibility background background-attachment background-clip background-color background-image
    background-origin background-position background-repeat background-size border border-block border-bottom
    border-bottom-color border-bottom-left-radius border-bottom-right-radius border-bottom-style border-bottom-width
    border-collapse border-color border-inline border-left border-left-color border-left-style border-left-width border-radius
    border-right border-right-color border-right-style border-right-width border-spacing border-style border-top
    border-top-color border-top-left-radius border-top-right-radius border-top-style border-top-width border-width bottom
    box-shadow box-sizing break-after break-before break-inside caption-side caret-color clear color color-scheme column-count
    column-fill column-gap column-rule column-rule-color column-rule-style column-rule-width column-span column-width columns
    content counter-increment counter-reset cursor direction display empty-cells filter flex flex-basis flex-direction flex-flow
    flex-grow flex-shrink flex-wrap float font font-family font-feature-settings font-kerning font-size font-size-adjust
    font-stretch font-style font-variant font-variant-numeric font-weight gap grid grid-area grid-auto-columns grid-auto-flow
    grid-auto-rows grid-column grid-column-end grid-column-gap grid-column-start grid-gap grid-row grid-row-end grid-row-gap
    grid-row-start grid-template grid-template-areas grid-template-columns grid-template-rows height hyphens inset inset-block
    inset-inline isolation justify-content justify-items justify-self left letter-spacing line-height list-style
    list-style-position list-style-type margin margin-block margin-block-end margin-block-start margin-bottom margin-inline
    margin-inline-end margin-inline-start margin-left margin-right margin-top max-height max-width min-height min-width
    mix-blend-mode object-fit object-position opacity order orphans outline outline-color outline-offset outline-style
    outline-width overflow overflow-wrap overflow-x overflow-y padding padding-block padding-block-end padding-block-start
    padding-bottom padding-inline padding-inline-end padding-inline-start padding-left padding-right padding-top
    page-break-after page-break-before page-break-inside place-content place-items place-self pointer-events position quotes
    resize right rotate row-gap scale scroll-behavior tab-size table-layout text-align text-align-last text-decoration
    text-decoration-color text-decoration-line text-decoration-style text-decoration-thickness text-indent text-overflow
    text-shadow text-transform text-underline-offset text-wrap top transform transform-origin transition transition-delay
    transition-duration transition-property transition-timing-function translate unicode-bidi user-select vertical-align
    visibility white-space widows width word-break word-spacing word-wrap z-index
"""
_PROPERTIES = frozenset(_PROPERTIES_LIST.split())
# Where a string is text or a name, never an address.
_WITH_STRINGS = frozenset({
    "content", "font", "font-family", "font-feature-settings", "grid-template", "grid-template-areas", "list-style-type",
    "quotes",
})  # fmt: skip
_FUNCTIONS_LIST = """
    blur brightness calc clamp color-mix conic-gradient contrast counter counters cubic-bezier drop-shadow fit-content
    grayscale hsl hsla hue-rotate hwb invert lab lch linear-gradient matrix max min minmax oklab oklch opacity perspective
    radial-gradient repeat repeating-conic-gradient repeating-linear-gradient repeating-radial-gradient rgb rgba rotate rotatex
    rotatey rotatez saturate scale scale3d scalex scaley sepia skew skewx skewy steps translate translate3d translatex
    translatey translatez var
"""
_FUNCTIONS = frozenset(_FUNCTIONS_LIST.split())
# Older names of what is listed.
_VENDORS = re.compile(r"-(?:webkit|moz|ms|o)-")
_VARIABLE = re.compile(r"--[a-z0-9-]+", re.ASCII)
_SELECTORS = frozenset(
    {"has", "is", "lang", "not", "nth-child", "nth-last-child", "nth-last-of-type", "nth-of-type", "where"}
)
_AT_RULES = frozenset({"keyframes", "-webkit-keyframes", "media", "supports"})
_VALUE_TOKENS = frozenset({"comment", "dimension", "hash", "ident", "number", "percentage", "whitespace"})
_VALUE_SIGNS = frozenset({",", "/", "+", "-", "*"})
_PRELUDE_TOKENS = _VALUE_TOKENS | {"literal", "string"}
_PLAIN = "use plain styles such as color, margin or width, and <img> for pictures"
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleFault:
    """What is refused in a style, and where; lines and columns count from 1 in the style's text."""

    line: int
    column: int
    message: str
    hint: str


def style_faults(text: str, *, rules: bool) -> Iterator[StyleFault]:
    """List what a style may not have; rules: the text of a style element, else of a style attribute."""
    # Before the text is read, because these could make two programs read it differently.
    for sign, hint in (("\\", "write the character itself"), ("<", "remove it"), ("@import", "copy the rules")):
        if (at := text.lower().find(sign)) >= 0:
            message = f"has a style with {sign}, which can load or run something"
            yield StyleFault(
                line=1 + text.count("\n", 0, at), column=at - text.rfind("\n", 0, at), message=message, hint=hint
            )
            return
    import tinycss2

    if rules:
        yield from _rules(tinycss2.parse_stylesheet(text), 0)
    else:
        yield from _declarations(tinycss2.parse_blocks_contents(text))


def _rules(nodes: "Sequence[Node]", depth: int) -> Iterator[StyleFault]:
    import tinycss2

    for node in nodes:
        if node.type == "qualified-rule":
            yield from _tokens(node.prelude, _is_selector)
            yield from _declarations(tinycss2.parse_blocks_contents(node.content))
        elif node.type == "at-rule" and node.lower_at_keyword in _AT_RULES and node.content is not None:
            yield from _tokens(node.prelude, _is_condition)
            if depth < _MAX_DEPTH:
                yield from _rules(tinycss2.parse_rule_list(node.content), depth + 1)
            else:
                yield _fault(node, "has styles that are nested too deep", "write the rules one after another")
        elif node.type == "at-rule":
            yield _fault(
                node, f"has a style with @{shown(node.at_keyword)}", "use only @media, @supports and @keyframes"
            )
        elif node.type not in {"comment", "whitespace"}:
            yield _not_css(node)


def _declarations(nodes: "Sequence[Node]") -> Iterator[StyleFault]:
    for node in nodes:
        if node.type == "declaration":
            yield from _declaration(node)
        elif node.type in {"qualified-rule", "at-rule"}:
            yield _fault(node, "has a style rule inside of another", "write the rules one after another")
        elif node.type not in {"comment", "whitespace"}:
            yield _not_css(node)


def _declaration(node: "Node") -> Iterator[StyleFault]:
    if node.name.startswith("--") and _VARIABLE.fullmatch(node.lower_name):
        yield from _tokens(node.value, _is_value)
    elif _plain(node.lower_name) not in _PROPERTIES:
        yield _fault(node, f"has the style {shown(node.name)}, which is not on the list of harmless ones", _PLAIN)
    elif _plain(node.lower_name) in _WITH_STRINGS:
        yield from _tokens(node.value, lambda token: _is_value(token) or token.type == "string")
    else:
        yield from _tokens(node.value, _is_value)


def _plain(name: str) -> str:
    return _VENDORS.sub("", name, count=1) if _VENDORS.match(name) else name


def _tokens(nodes: "Sequence[Node]", is_allowed: "_Test", depth: int = 0) -> Iterator[StyleFault]:
    for node in nodes:
        if not is_allowed(node):
            yield _not_allowed(node)
        elif depth > _MAX_DEPTH:
            yield _fault(node, "has styles that are nested too deep", "write simpler values")
        elif node.type == "function":
            yield from _tokens(node.arguments, is_allowed, depth + 1)
        elif node.type in {"() block", "[] block"}:
            yield from _tokens(node.content, is_allowed, depth + 1)


def _is_value(node: "Node") -> bool:
    if node.type == "literal":
        return node.value in _VALUE_SIGNS
    if node.type == "function":
        return _plain(node.lower_name) in _FUNCTIONS
    return node.type in _VALUE_TOKENS or node.type == "() block"


def _is_selector(node: "Node") -> bool:
    if node.type == "function":
        return node.lower_name in _SELECTORS
    return node.type in _PRELUDE_TOKENS or node.type == "[] block"


def _is_condition(node: "Node") -> bool:
    return node.type in _PRELUDE_TOKENS or node.type == "() block"


def _not_allowed(node: "Node") -> StyleFault:
    if node.type == "function":
        return _fault(node, f"has a style with {shown(node.name)}(), which can load or run something", _PLAIN)
    if node.type == "url":
        return _fault(node, "has a style with url(), which can load or run something", _PLAIN)
    if node.type == "string":
        return _fault(
            node, "has a style with a text where an address could be", "use texts in content and font-family only"
        )
    return _not_css(node)


def _not_css(node: "Node") -> StyleFault:
    return _fault(
        node, "has a style that browsers interpret differently", "write `name: value;` and `selector { ... }`"
    )


def _fault(node: "Node", message: str, hint: str) -> StyleFault:
    return StyleFault(line=node.source_line, column=node.source_column, message=message, hint=hint)


if TYPE_CHECKING:
    from collections.abc import Callable

    _Test = Callable[[Node], bool]
