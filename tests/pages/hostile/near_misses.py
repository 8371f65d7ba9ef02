"""Parts of pages of what is allowed, with input in every place that may have it: as near to a bite as the lists let one come."""

from __future__ import annotations

import random
from collections.abc import Iterator

from groundctl.domain.declarations.templates.allowed import ATTRIBUTES, CHOICES, LINKS, LOADED, VOID
from pages.hostile import CLIP

_LABEL = "{{ task.input.labels[%d] }}"
_FILTERS = (
    "append: 'a'", "append: task.input.labels[1]", "capitalize", "default: 'a'", "downcase", "escape", "escape_once", "first",
    "last", "join: ', '", "lstrip", "prepend: 'a'", "prepend: task.input.labels[2]", "remove: 'a'", "remove_first: 'i'",
    "replace: 'a', 'b'", "replace: 'x', task.input.labels[0]", "replace_first: 'a', 'b'", "reverse", "rstrip", "size",
    "slice: 0, 9", "sort", "split: 'a'", "strip", "strip_newlines", "truncate: 9", "truncate: 9, 'b'", "truncatewords: 2", "uniq",
    "upcase", "url_encode", "to_json | escape", "escape | slice: 1, 9", "escape | replace: 'l', 'g'", "escape | remove: 'amp'",
    "escape | truncate: 3", "escape | upcase", "escape | split: ';' | first", "escape_once | downcase",
)  # fmt: skip
_STYLES = (
    'content: "https://evil.example/x.png"', 'font-family: "https://evil.example/x.woff"',
    'font: 9px "https://evil.example/x.woff"', 'quotes: "https://evil.example/a" "b"',
    'list-style-type: "https://evil.example/a"', 'grid-template: "a b" "c d"', 'grid-template-areas: "url a"',
    'font-feature-settings: "smcp"', "background: linear-gradient(red, blue)",
    "background-image: radial-gradient(circle, red, blue 9px)", "width: calc(100% - (2 * 9px))",
    "filter: blur(2px) opacity(50%)", "transform: rotate(3deg) translate(1px, 2px)", "color: rgb(1 2 3 / 50%)",
    "cursor: pointer", "list-style: square inside", "animation: evil 1s infinite", "position: fixed; inset: 0; z-index: 99",
    "background: #fff", "border: 1px solid #ccc",
)  # fmt: skip
# An element that HTML allows only there.
_AROUND = {
    "source": "<video controls>%s</video>", "track": "<video controls>%s</video>", "option": "<select>%s</select>",
    "optgroup": "<select>%s</select>", "legend": "<fieldset>%s</fieldset>", "summary": "<details>%s</details>",
    "tr": "<table><tbody>%s</tbody></table>", "td": "<table><tr>%s</tr></table>", "th": "<table><tr>%s</tr></table>",
    "tbody": "<table>%s</table>", "thead": "<table>%s</table>", "tfoot": "<table>%s</table>", "caption": "<table>%s</table>",
    "colgroup": "<table>%s</table>", "col": "<table><colgroup>%s</colgroup></table>",
}  # fmt: skip
_QUESTION = {"classification-target", "crowd-classifier", "crowd-form", "full-instructions", "short-instructions"}
_TAGS = sorted(ATTRIBUTES.keys() - {"script", "style", "html", "head", "body", "video"} - _QUESTION)


def near_misses() -> Iterator[str]:
    """Yield parts of a page; most of them pass the lint."""
    for number, tag in enumerate(_TAGS):
        for quote in ('"', "'"):
            yield _AROUND.get(tag, "%s") % _element(tag, quote, number)
    for chain in _FILTERS:
        output = f"{{{{ task.input.labels[0] | {chain} }}}}"
        joined = f"{{{{ task.input.labels | {chain} }}}}"
        yield f"<p title=\"{output}\" data-a='{joined}'>{output} {joined}</p>"
    for style in _STYLES:
        yield f"<style>p::before, p {{{style}}} @keyframes evil {{from {{{style}}}}}</style><p>p</p>"
        yield f"<p style='{style}'>p</p>"
    chance = random.Random(10)
    for _ in range(150):
        yield _nested(chance, 5)
    for condition in ("task.input.labels[0] contains '<'", "task.input.labels", "task.input.nothing", "'<' == '>'"):
        for end in ("{% else %}", "{% elsif 'a' == \"b\" %}"):
            block = (
                f"{{% if {condition} %}}{{{{ task.input.labels[0] }}}}{end}{{{{ task.input.labels[1] }}}}{{% endif %}}"
            )
            yield f"<p title=\"{block}\" class='{block}'>{block}</p>"


def _element(tag: str, quote: str, number: int) -> str:
    attributes = []
    for index, name in enumerate(sorted(ATTRIBUTES[tag] | {"class", "id", "title", "data-a", "aria-label", "lang"})):
        if name in LINKS | LOADED:
            value = CLIP if quote == '"' or name in LOADED else "https://example.com/help?a=1&amp;b=2"
        elif (tag, name) in CHOICES:
            value = sorted(CHOICES[tag, name])[number % len(CHOICES[tag, name])]
        else:
            value = _LABEL % ((index + number) % 4)
        attributes.append(f" {name}={quote}{value}{quote}")
    start = f"<{tag}{''.join(attributes)}>"
    return start if tag in VOID else f"{start}{_LABEL % (number % 4)}</{tag}>"


def _nested(chance: random.Random, depth: int) -> str:
    tag = chance.choice(_TAGS)
    output = _LABEL % chance.randrange(4)
    if tag in VOID or depth == 0:
        return output
    inside = "".join(_nested(chance, depth - chance.randint(1, 2)) if depth > 1 else output for _ in range(2))
    return f'<{tag} title="{output}">{inside}</{tag}>'
