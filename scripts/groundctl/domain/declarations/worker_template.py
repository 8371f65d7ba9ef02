"""The worker page: a worker task template that is rendered from Markdown instructions.

Markdown is rendered without raw HTML and then sanitized as well. Liquid's braces in a team's text are written as
character references, so that no text can become markup, script, or a Liquid expression.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache

from groundctl.domain.declarations.spec import JobSpec, is_file_name
from groundctl.domain.declarations.templates.addresses import FOREIGN_PICTURE, refuse_address
from groundctl.domain.declarations.templates.faults import Refusal

# AWS previews templates of up to this many characters (RenderUiTemplate, TemplateContent).
MAX_TEMPLATE = 128_000
# A page that could be longer is not rendered just to check it.
LONGEST_TRIED = 4_000_000

_FRAME = """\
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>

<crowd-form>
  <crowd-classifier
    name="crowd-classifier"
    categories="{{{{ task.input.labels | to_json | escape }}}}"
    header="{header}"
  >
    <classification-target>
      <video width="100%" controls preload="auto">
        <source src="{{{{ task.input.taskObject | grant_read_access }}}}" type="{media_type}">
        This browser cannot show videos. Please use another one.
      </video>
    </classification-target>

    <full-instructions header="{header}">
{full}
    </full-instructions>

    <short-instructions>
{short}
    </short-instructions>
  </crowd-classifier>
</crowd-form>
"""
# Decided per clip: a job can mix formats, and a browser does not play a clip with a wrong type.
_MEDIA_TYPE = (
    "{% if task.input.taskObject contains '.webm' %}video/webm"
    "{% elsif task.input.taskObject contains '.ogg' %}video/ogg"
    "{% else %}video/mp4{% endif %}"
)

_TAGS = {
    "a", "blockquote", "br", "code", "dd", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li",
    "ol", "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "code": set[str]()}
# An image on S3, without characters that could end the attribute or start an expression.
_PRIVATE_IMAGE = re.compile(r'src="(s3://[a-z0-9][a-z0-9.-]+/[^"\'{}<>|\s]+)"')

_SIGNED_IMAGE = """src="{{ '\\1' | grant_read_access }}" style="max-width:100%\""""


def worker_template(spec: JobSpec, texts: dict[str, str]) -> str:
    """Return the worker task template of a job; a custom template is unchanged."""
    if spec.template is not None:
        return texts[spec.template]
    short, full = (_text(part, texts) for part in (spec.short_instructions, spec.full_instructions))
    hints = _hints(spec)
    return _FRAME.format(
        header=_plain(spec.title),
        media_type=_MEDIA_TYPE,
        full=_indented(markdown_to_html(full or short or "") + hints),
        short=_indented((markdown_to_html(short) if short else f"<p>{_plain(spec.description)}</p>\n") + hints),
    )


def longest_page(spec: JobSpec, texts: dict[str, str]) -> int:
    """Return an upper bound for the characters of a job's page, without rendering it."""
    hints = sum(len(label.name) + len(label.hint or "") + 40 for label in spec.labels if label.hint)
    parts = [_text(part, texts) or "" for part in (spec.short_instructions, spec.full_instructions)]
    # A brace becomes a reference of six characters; each part can appear on the page twice.
    return 2_000 + 2 * (
        6 * (hints + len(spec.title) + len(spec.description)) + sum(longest_html(part) for part in parts)
    )


def longest_html(markdown: str) -> int:
    """Return an upper bound for the characters of rendered Markdown, with every line indented."""
    if len(markdown) < 200 and "|" not in markdown and "]:" not in markdown:
        return 110 * len(markdown)
    lines, pipes = markdown.count("\n") + 1, markdown.count("|")
    links = sum(markdown.count(character) for character in "<[!")
    blocks = sum(markdown.count(character) for character in "-+*>.)#")
    foreign = 0 if markdown.isascii() else sum(not character.isascii() for character in markdown)
    letters = 2 * len(markdown) + 8 * sum(markdown.count(character) for character in "{}&\"'_`~=\\\t")
    size = letters + 60 * lines + 90 * links + 50 * blocks + 12 * foreign
    # Short rows of a table are padded, and a link's address is repeated at every use of its name.
    named = links * max(map(len, markdown.split("\n"))) if "]:" in markdown else 0
    return size + 20 * pipes * (lines if pipes else 0) + 6 * named


@cache
def markdown_to_html(text: str) -> str:
    """Render Markdown as safe HTML; images on S3 are signed for the worker, and links open in a new tab."""
    import nh3

    rendered = _markdown().render(text)
    clean = nh3.clean(
        rendered,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"https", "mailto", "s3"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer",
    )
    inert = clean.replace("{", "&#123;").replace("}", "&#125;")
    return _PRIVATE_IMAGE.sub(_SIGNED_IMAGE, inert)


def unsigned_pictures(page: str) -> list[str]:
    """Find pictures on S3 whose address cannot be written in Liquid, or was changed by Markdown's encoding."""
    import html  # Imported here: its table of entities is slow to load, and few runs need it.

    plain = re.findall(r'src="(s3:[^"]*)"', page, re.IGNORECASE)
    encoded = re.findall(r"\{\{ '([^']*%[^']*)' \| grant_read_access \}\}", page)
    return [html.unescape(uri) for uri in dict.fromkeys([*plain, *encoded])]


def refused_addresses(page: str, hosts: Collection[str] | None) -> Iterator[Refusal]:
    """Find the addresses in rendered Markdown that a worker page may not have; pictures on S3 have a check of their own."""
    import html

    # The sanitizer has written these, in this form: quotes in values are references, `>` is not.
    tags = re.findall(r'<(?:a|img)((?: [a-z-]+="[^"]*")*)>', page)
    addresses = (found for tag in tags for found in re.findall(r' (href|src)="([^"]*)"', tag))
    for name, written in dict.fromkeys(addresses):
        if written.startswith("{{ ") or (name == "src" and written.lower().startswith("s3:")):
            continue
        if refusal := refuse_address(name, written, hosts=hosts):
            subject = "show a picture" if name == "src" else "have a link"
            address = html.unescape(written)
            if refusal.rule == FOREIGN_PICTURE:
                message = f"{subject} from another host, which sees who works, and when: {address}"
                hint = "put it on S3 as ![what](s3://bucket/key.png), or list the host in `picture_hosts` of jobs/policy.yaml"
            else:
                message = f"{subject} that workers cannot open: {address}"
                hint = "write ![what](s3://bucket/key.png)" if name == "src" else "link to a whole https:// address"
            yield Refusal(rule=refusal.rule, message=message, hint=hint, address=address)


@cache
def _markdown():  # type: ignore[no-untyped-def]  # the type is in a module that is only imported here
    from markdown_it import MarkdownIt

    # html=False escapes raw HTML; tables are the only extension that users expect.
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _text(part: str | None, texts: dict[str, str]) -> str | None:
    if part is None:
        return None
    return texts[part.strip()] if is_file_name(part) else part


def _hints(spec: JobSpec) -> str:
    lines = [
        f"<li><strong>{_plain(label.name)}</strong>: {_plain(label.hint)}</li>\n" for label in spec.labels if label.hint
    ]
    return f"<ul>\n{''.join(lines)}</ul>\n" if lines else ""


def _plain(text: str) -> str:
    import html

    return html.escape(text, quote=True).replace("{", "&#123;").replace("}", "&#125;")


def _indented(markup: str) -> str:
    # Not inside <pre>, where indentation would be visible.
    if "<pre>" in markup:
        return markup.rstrip("\n")
    return "\n".join(f"      {line}" if line else line for line in markup.rstrip("\n").split("\n"))
