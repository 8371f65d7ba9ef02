"""The elements and attributes that a worker page may have: whatever is not listed here is refused.

The list holds what shows text, pictures and clips, and the Crowd HTML Elements that AWS documents. It has no element whose
content browsers parse by rules of its own (svg, math, template, noscript), except for the constant script of AWS, for
style, whose content is checked as CSS, and for title and textarea, whose content is only text.
"""

from collections.abc import Mapping
from types import MappingProxyType

CROWD_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"

VOID = frozenset({
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
# HTML lets authors leave out the end tags of these.
OPTIONAL_END = frozenset({
    "body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "tbody", "td", "tfoot", "th", "thead",
    "tr",
})  # fmt: skip
# Their content is not markup. It must not contain `<`, so that every parser ends it at the same place.
RAW_TEXT = frozenset({"script", "style", "textarea", "title"})

# On every element.
EVERYWHERE = frozenset(
    {"align", "class", "dir", "hidden", "id", "lang", "role", "style", "tabindex", "title", "translate"}
)
PREFIXES = ("aria-", "data-")

_PLAIN = """
    abbr address article aside b bdi bdo big blockquote body br caption center cite code dd dfn div dl dt em figcaption
    figure footer h1 h2 h3 h4 h5 h6 head header hgroup hr html i kbd legend main mark nav p pre q rp rt ruby s samp section
    small span strike strong sub summary sup title tt u var wbr
    classification-target short-instructions crowd-form crowd-tabs
    short-summary detailed-instructions positive-example negative-example
"""
_WITH_ATTRIBUTES = {
    "a": "href name rel target",
    "audio": "controls crossorigin loop muted preload src",
    "button": "disabled name type value",
    "col": "span width",
    "colgroup": "span width",
    "del": "datetime",
    "details": "name open",
    "fieldset": "disabled name",
    "font": "color face size",
    "img": "alt crossorigin decoding height loading src width",
    "input": "checked disabled max maxlength min minlength name placeholder readonly required size step type value",
    "ins": "datetime",
    "label": "for",
    "li": "value",
    "meta": "charset content name",
    "ol": "reversed start type",
    "optgroup": "disabled label",
    "option": "disabled label selected value",
    "output": "for name",
    "script": "src",
    "select": "disabled multiple name required size",
    "source": "src type",
    "style": "media type",
    "table": "border cellpadding cellspacing summary width",
    "tbody": "valign",
    "td": "colspan headers height rowspan valign width",
    "tfoot": "valign",
    "textarea": "cols disabled maxlength minlength name placeholder readonly required rows",
    "th": "abbr colspan headers height rowspan scope valign width",
    "thead": "valign",
    "time": "datetime",
    "tr": "valign",
    "track": "default kind label src srclang",
    "ul": "type",
    "video": "autoplay controls controlslist crossorigin disablepictureinpicture height loop muted playsinline poster preload src width",
    "full-instructions": "header",
    # Crowd HTML Elements, with the attributes of AWS's reference.
    "crowd-alert": "dismissible type",
    "crowd-badge": "for icon label",
    "crowd-button": "disabled form-action href icon icon-align icon-url loading target variant",
    "crowd-card": "heading image",
    "crowd-checkbox": "checked disabled name required value",
    "crowd-classifier": "categories header name",
    "crowd-classifier-multi-select": "categories exclusion-category header name",
    "crowd-fab": "disabled icon label",
    "crowd-icon-button": "disabled icon",
    "crowd-input": "allowed-pattern auto-focus auto-validate disabled error-message label max-length min-length name "
    "placeholder required type value",
    "crowd-instructions": "link-text link-type",
    "crowd-modal": "link-text link-type",
    "crowd-radio-button": "checked disabled name value",
    "crowd-radio-group": "allow-empty-selection disabled name",
    "crowd-slider": "disabled editable max min name pin required secondary-progress step value",
    "crowd-tab": "header",
    "crowd-text-area": "allowed-pattern auto-focus auto-size auto-validate char-counter disabled error-message label max-length "
    "max-rows maxlength name placeholder readonly rows value",
    "crowd-toast": "duration text",
    "crowd-toggle-button": "checked disabled invalid name required value",
}
ATTRIBUTES: Mapping[str, frozenset[str]] = MappingProxyType(
    {tag: frozenset[str]() for tag in _PLAIN.split()}
    | {tag: frozenset(names.split()) for tag, names in _WITH_ATTRIBUTES.items()}
)

# Where a value decides what the page does, only these values; Liquid is not allowed.
CHOICES: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType({
    ("a", "rel"): frozenset({"external", "help", "nofollow", "noopener", "noreferrer"}),
    ("a", "target"): frozenset({"_blank"}),
    ("button", "type"): frozenset({"button", "reset", "submit"}),
    ("crowd-button", "form-action"): frozenset({"none", "reset", "submit"}),
    ("crowd-button", "target"): frozenset({"_blank"}),
    ("crowd-input", "type"): frozenset({"email", "number", "text"}),
    ("input", "type"): frozenset({"checkbox", "date", "hidden", "number", "radio", "range", "text", "time"}),
    ("meta", "charset"): frozenset({"utf-8"}),
    ("meta", "name"): frozenset({"viewport"}),
    ("script", "src"): frozenset({CROWD_SCRIPT}),
    ("style", "type"): frozenset({"text/css"}),
})  # fmt: skip
# Addresses that a worker opens with a click, and addresses that the page loads by itself.
LINKS = frozenset({"href"})
LOADED = frozenset({"icon-url", "image", "poster", "src"})

# What to write instead of elements that people use and that are not allowed.
INSTEAD: Mapping[str, str] = MappingProxyType({
    "base": "write whole https:// addresses",
    "canvas": "show a picture with <img>",
    "dialog": "use <crowd-modal>",
    "form": "remove it: <crowd-form> sends the answers",
    "iframe": "show the clip in <video>, and link to other pages with <a href=\"https://...\" target=\"_blank\">",
    "link": "write the styles into <style>",
    "math": "write it as text, or show a picture with <img>",
    "picture": "use one <img>",
    "svg": "save the drawing on S3 and show it with <img src=\"{{ 's3://bucket/key.svg' | grant_read_access }}\">",
})  # fmt: skip
INSTEAD_OF_ATTRIBUTE: Mapping[str, str] = MappingProxyType({
    "background": "show the picture with <img>",
    "bgcolor": "write style=\"background-color: ...\"",
    "contenteditable": "use <crowd-text-area>",
    "http-equiv": "remove it: AWS sets what the page needs",
    "formaction": "remove it: <crowd-form> sends the answers",
    "srcset": "name one picture in src",
})  # fmt: skip
