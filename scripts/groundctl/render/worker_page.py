"""The page a worker will see, as a file to open: the job's own template on a stand-in for AWS's Crowd HTML Elements.

Nothing in a template runs here and nothing is fetched but the clip: what is not plain markup is taken out, and the page's
policy lets only our stand-in run. It says what AWS's elements do, in our own words; it is not their code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from groundctl.core.template_lint import CROWD_SCRIPT
from groundctl.errors import UsageError
from groundctl.render.escape import visible
from groundctl.render.page_style import BASE, for_html, media_source, write_page

if TYPE_CHECKING:
    from liquid import Environment

MAX_PAGE = 4_000_000

_STOOD_IN_FOR = {"crowd-form", "crowd-classifier"}
_TAGS = {
    "audio", "button", "font", "input", "label", "legend", "fieldset", "main", "nav", "option", "output", "section",
    "select", "source", "style", "textarea", "tfoot", "track", "u", "video",
    "classification-target", "full-instructions", "short-instructions",
}  # fmt: skip
_EVERYWHERE = {"class", "dir", "hidden", "id", "lang", "name", "role", "style", "tabindex", "title"}
_ATTRIBUTES = {
    "a": {"href"},
    "audio": {"controls", "src"},
    "col": {"span"},
    "crowd-classifier": {"categories", "header"},
    "font": {"color", "face", "size"},
    "full-instructions": {"header"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "maxlength", "placeholder", "required", "type", "value"},
    "label": {"for"},
    "ol": {"start"},
    "option": {"selected", "value"},
    "source": {"src", "type"},
    "td": {"align", "colspan", "rowspan"},
    "textarea": {"cols", "maxlength", "placeholder", "required", "rows"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "video": {"autoplay", "controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width"},
}
_ENTITY = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|\w+);)")


def worker_page(template: str, labels: Sequence[str], clip_url: str) -> str:
    """Show a worker task template with one clip and the job's labels, as a page that needs no network."""
    rendered = _render(template, labels, clip_url)
    notes = "".join(f"<li>{note}</li>" for note in _notes(rendered))
    body = f"""\
<aside class="preview" aria-label="About this preview">
<p><strong>Preview by groundctl: a stand-in for AWS's page.</strong> Choose and submit as a worker would; nothing is sent.</p>
{f"<ul>{notes}</ul>" if notes else ""}</aside>
<main>
{_harmless(rendered)}
</main>"""
    return write_page(
        title="Worker page (preview)",
        style=BASE + STYLE,
        body=body,
        script=SCRIPT,
        clips_from=filter(None, [media_source(clip_url)]),
        free_styles=True,
    )


# --- Liquid as Ground Truth speaks it -------------------------------------------------------------------------------


def _render(template: str, labels: Sequence[str], clip_url: str) -> str:
    from liquid.exceptions import LiquidError

    clip = f"s3://preview/{_file_name(clip_url)}"
    task = {"input": {"taskObject": clip, "labels": list(labels)}}
    try:
        page: str = _environment({clip: clip_url}).from_string(template).render(task=task)
    except LiquidError as error:
        raise UsageError(
            f"the worker task template cannot be rendered: {error}", hint="check its Liquid expressions"
        ) from error
    return page


def _file_name(clip_url: str) -> str:
    if clip_url.startswith("data:"):
        return f"clip.{clip_url[:40].partition('/')[2].partition(';')[0] or 'mp4'}"
    return urlsplit(clip_url).path.rpartition("/")[2] or "clip.mp4"


def _environment(signed: dict[str, str]) -> Environment:
    from liquid import Environment
    from markupsafe import Markup

    class Bounded(Environment):
        """Liquid with limits on what one template may cost."""

        loop_iteration_limit = 100_000
        output_stream_limit = MAX_PAGE

    def escape_once(value: object) -> Markup:
        text = value if isinstance(value, Markup) else _ENTITY.sub("&amp;", str(value))
        for character, entity in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
            text = text.replace(character, entity)
        return Markup(text)  # noqa: S704 - escaped just above; the mark keeps auto-escape from doing it twice

    liquid = Bounded(autoescape=True)
    liquid.filters.pop("safe", None)  # not one of AWS's
    liquid.add_filter("to_json", lambda value: json.dumps(value, ensure_ascii=False, default=str))
    liquid.add_filter("grant_read_access", lambda value: signed.get(str(value), str(value)))
    liquid.add_filter("escape_once", escape_once)
    # On AWS it lets input data run as script; here it does nothing, and auto-escape stays.
    liquid.add_filter("skip_autoescape", lambda value: value)
    return liquid


# --- what may stand on the page -------------------------------------------------------------------------------------


def _harmless(rendered: str) -> str:
    import nh3

    crowd = set(re.findall(r"<(crowd-[a-z-]+)", rendered))
    return nh3.clean(
        rendered,
        tags=nh3.ALLOWED_TAGS | _TAGS | crowd,
        clean_content_tags={"script"},
        attributes={**_ATTRIBUTES, "*": _EVERYWHERE},
        generic_attribute_prefixes={"aria-", "data-"},
        attribute_filter=_offline,
        url_schemes={"blob", "data", "file", "http", "https", "mailto", "s3"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _offline(tag: str, attribute: str, value: str) -> str | None:
    """Put a sign where a picture would be fetched, and keep documents out of links."""
    if (tag, attribute) == ("img", "src") and not value.startswith("data:image/"):
        return _sign_for(value)
    if attribute == "poster" or (attribute == "href" and value.lower().startswith(("data:", "blob:", "file:"))):
        return None
    return value


def _sign_for(picture: str) -> str:
    name = for_html(picture.partition("?")[0].rstrip("/").rpartition("/")[2][-40:])
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="360" height="120"><rect width="360" height="120" fill="#e6ebee"/>'
        f'<text x="180" y="56" font-family="sans-serif" font-size="14" text-anchor="middle" fill="#1a1f24">{name}</text>'
        '<text x="180" y="78" font-family="sans-serif" font-size="12" text-anchor="middle" fill="#56616c">'
        "picture, not fetched in this preview</text></svg>"
    )
    return f"data:image/svg+xml,{quote(svg)}"


def _notes(rendered: str) -> Iterator[str]:
    """Say where this preview differs from what AWS would show."""
    scripts = re.findall(r"<script\b[^>]*>", rendered, re.IGNORECASE)
    if not any(CROWD_SCRIPT in script for script in scripts):
        yield "The template does not load AWS's Crowd HTML Elements: on AWS, workers could not answer."
    if any(CROWD_SCRIPT not in script for script in scripts) or re.search(r"<[^>]+\son\w+\s*=", rendered):
        yield "Scripts of the template's own are left out here."
    for element in sorted(set(re.findall(r"<(crowd-[a-z-]+)", rendered)) - _STOOD_IN_FOR):
        yield f"&lt;{for_html(visible(element))}&gt; has no stand-in and shows as plain content."
    for element in sorted(_STOOD_IN_FOR):
        if f"<{element}" not in rendered:
            yield f"The template has no &lt;{element}&gt;: on AWS, workers could not answer."


STYLE = """
.preview { background: var(--warn-ground); color: var(--warn); border-bottom: 1px solid var(--warn); padding: .5rem 1.25rem; }
.preview p, .preview ul { margin: 0; }
main { max-width: 90rem; margin: 0 auto; padding: 1rem 1.25rem 2rem; }
main img { max-width: 100%; height: auto; }
main ul, main ol { padding-left: 1.375rem; }
full-instructions h1, full-instructions h2, short-instructions h1, short-instructions h2 { font-size: 1.125rem; margin: 1rem 0 .5rem; }
full-instructions h3, short-instructions h3 { font-size: 1rem; margin: .75rem 0 .25rem; }
main table { border-collapse: collapse; margin: .75rem 0; }
main th, main td { border: 1px solid var(--line); padding: .375rem .625rem; text-align: left; vertical-align: top; }
video { display: block; width: 100%; max-height: 70vh; background: #000; border-radius: .375rem; }
crowd-form, crowd-classifier { display: block; }
crowd-form:not(:defined), crowd-classifier:not(:defined) { visibility: hidden; }
"""

# Children keep their place in the page (light DOM) and are shown through slots; every stranger's text goes in as text.
SCRIPT = r"""
"use strict";
const SHARED = `
  *, *::before, *::after { box-sizing: border-box; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  button { font: inherit; cursor: pointer; border-radius: .375rem; padding: .5rem 1rem; min-height: 2.75rem;
    border: 1px solid var(--edge); background: var(--card); color: var(--ink); }
  button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; min-width: 8rem; }
`;

const build = (host, style, markup) => {
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${SHARED}${style}</style>${markup}`;
  return root;
};

customElements.define("crowd-classifier", class extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = build(this, `
      .page { display: grid; gap: 1rem; align-items: start; grid-template-columns: minmax(14rem, 18rem) minmax(0, 1fr) minmax(13rem, 17rem);
        grid-template-areas: "help task choice"; }
      .help { grid-area: help; } .task { grid-area: task; min-width: 0; } .choice { grid-area: choice; }
      .panel { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem;
        min-width: 0; overflow-wrap: anywhere; }
      .panel button { width: 100%; }
      h1 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .75rem; overflow-wrap: anywhere; }
      h2 { font-size: 1rem; margin: 0 0 .5rem; }
      fieldset { border: 0; margin: 0; padding: 0; min-width: 0; } legend { padding: 0; font-weight: 600; margin-bottom: .5rem; }
      label { display: flex; gap: .625rem; align-items: center; min-height: 2.75rem; padding: .375rem .75rem; margin-bottom: .5rem;
        border: 1px solid var(--edge); border-radius: .375rem; cursor: pointer; overflow-wrap: anywhere; }
      label:hover { border-color: var(--accent); }
      label:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); font-weight: 600; }
      label:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
      label span { flex: 1; min-width: 0; }
      input { accent-color: var(--accent); width: 1.125rem; height: 1.125rem; flex: none; margin: 0; }
      input:focus-visible { outline: none; }
      kbd { font: .8125rem ui-monospace, Menlo, Consolas, monospace; color: var(--quiet);
        border: 1px solid var(--line); border-radius: .25rem; padding: 0 .375rem; }
      .keys, .error { color: var(--quiet); font-size: .875rem; margin: .25rem 0 0; } .error { color: var(--warn); }
      dialog { max-width: min(48rem, 92vw); max-height: 86vh; border: 1px solid var(--line); border-radius: .625rem; padding: 1.25rem;
        background: var(--card); color: var(--ink); overflow: auto; overflow-wrap: anywhere; }
      dialog::backdrop { background: rgb(0 0 0 / .5); }
      @media (max-width: 64rem) {
        .page { grid-template-columns: minmax(0, 1fr) minmax(13rem, 17rem);
          grid-template-areas: "task choice" "help help"; }
      }
      @media (max-width: 40rem) { .page { grid-template-columns: minmax(0, 1fr); grid-template-areas: "task" "choice" "help"; } }
    `, `
      <div class="page">
        <section class="task" aria-labelledby="question"><h1 id="question"></h1><slot name="target"></slot><slot></slot></section>
        <section class="choice panel"><fieldset><legend>Select an option</legend></fieldset><p class="keys"></p></section>
        <section class="help panel" aria-labelledby="help"><h2 id="help">Instructions</h2><slot name="short"></slot>
          <button type="button" class="open">View full instructions</button></section>
      </div>
      <dialog aria-labelledby="full"><h1 id="full"></h1><slot name="full"></slot>
        <form method="dialog"><button class="main">Close</button></form></dialog>
    `);
    this.fill(root);
  }

  fill(root) {
    const header = this.getAttribute("header") ?? "";
    root.querySelector("#question").textContent = header;
    for (const [tag, slot] of [["classification-target", "target"], ["short-instructions", "short"], ["full-instructions", "full"]]) {
      for (const child of this.querySelectorAll(`:scope > ${tag}`)) child.slot = slot;
    }
    const full = this.querySelector(":scope > full-instructions");
    const dialog = root.querySelector("dialog");
    root.querySelector("#full").textContent = full?.getAttribute("header") || header;
    root.querySelector(".open").hidden = !full;
    root.querySelector(".open").addEventListener("click", () => dialog.showModal());
    this.offer(root, this.categories());
    document.addEventListener("keydown", (event) => this.key(event, root, dialog));
  }

  categories() {
    try {
      const given = JSON.parse(this.getAttribute("categories"));
      return Array.isArray(given) ? given.map(String) : [];
    } catch {
      return [];
    }
  }

  offer(root, labels) {
    const list = root.querySelector("fieldset");
    labels.forEach((text, index) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "label", value: text });
      const words = Object.assign(document.createElement("span"), { textContent: text });
      label.append(input, words);
      if (index < 9) {
        input.setAttribute("aria-keyshortcuts", String(index + 1));
        const key = Object.assign(document.createElement("kbd"), { textContent: String(index + 1) });
        key.setAttribute("aria-hidden", "true");
        label.append(key);
      }
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") this.closest("crowd-form")?.submit();
      });
      list.append(label);
    });
    const keys = root.querySelector(".keys");
    if (labels.length) {
      keys.textContent = `Keys: ${labels.length > 1 ? `1 to ${Math.min(labels.length, 9)}` : "1"} choose, Enter submits.`;
    } else {
      keys.className = "error";
      keys.textContent = "The template gives no list of categories: a worker could not answer.";
    }
  }

  key(event, root, dialog) {
    const at = event.composedPath()[0];
    const typing = at.matches?.("input:not([type=radio]), textarea, select, [contenteditable]");
    if (typing || dialog.open || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    const input = root.querySelectorAll("input")[Number(event.key) - 1];
    if (input) {
      input.checked = true;
      input.focus();
    }
  }

  get answer() {
    const chosen = this.shadowRoot?.querySelector("input:checked");
    return chosen ? { label: chosen.value } : null;
  }
});

customElements.define("crowd-form", class extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = build(this, `
      .foot { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; justify-content: flex-end; margin-top: 1rem;
        padding-top: 1rem; border-top: 1px solid var(--line); }
      .foot p { margin: 0; color: var(--warn); }
      .sent { margin-top: 1rem; padding: 1rem; background: var(--card); border: 1px solid var(--accent); border-radius: .5rem; }
      .sent h2 { font-size: 1rem; margin: 0 0 .5rem; }
      pre { margin: 0; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
        white-space: pre-wrap; overflow-wrap: anywhere; }
      [hidden] { display: none; }
    `, `
      <slot></slot>
      <div class="foot"><p role="alert"></p><button type="button" class="main">Submit</button></div>
      <div role="status"><div class="sent" hidden><h2>The answer AWS would get</h2><pre></pre></div></div>
    `);
    root.querySelector("button").addEventListener("click", () => this.submit());
  }

  submit() {
    const root = this.shadowRoot;
    const classifiers = [...this.querySelectorAll("crowd-classifier")];
    const missing = classifiers.find((one) => !one.answer);
    root.querySelector("p").textContent = missing ? "Choose an option first." : "";
    root.querySelector(".sent").hidden = Boolean(missing) || !classifiers.length;
    if (missing || !classifiers.length) return;
    const answer = Object.fromEntries(classifiers.map((one) => [one.getAttribute("name") ?? "", one.answer]));
    for (const field of this.querySelectorAll("input[name], textarea[name], select[name]")) {
      if (!["checkbox", "radio"].includes(field.type) || field.checked) answer[field.name] = field.value;
    }
    root.querySelector("pre").textContent = JSON.stringify(answer);
    root.querySelector(".sent").scrollIntoView({ block: "nearest" });
  }
});
"""
