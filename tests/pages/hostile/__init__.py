"""Hostile templates and instructions, made from payloads at places and in writings."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from declarations.corpus import STAND_IN, stand_in

CLIP = "{{ task.input.taskObject | grant_read_access }}"
GOOD = """\
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="crowd-classifier" categories="{{ task.input.labels | to_json | escape }}" header="What do you see?">
    <classification-target>
      <video controls preload="none">
        <source src="{{ task.input.taskObject | grant_read_access }}" type="video/mp4">
      </video>
      <!-- target -->
    </classification-target>
    <full-instructions header="All"><!-- full --></full-instructions>
    <short-instructions>Watch.<!-- short --></short-instructions>
  </crowd-classifier>
</crowd-form>
"""


@dataclass(frozen=True, kw_only=True)
class Payload:
    """One way to bite, and the kind it belongs to."""

    kind: str
    text: str


def payloads(*names: str) -> Iterator[Payload]:
    """Read the payloads of files beside this one."""
    for name in names:
        kind = ""
        for line in (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("=== "):
                kind = line[4:]
            elif kind and line:
                text = STAND_IN.sub(stand_in, line).replace("CLIP", CLIP)
                yield Payload(kind=kind, text=text.replace("EVIL", "https://evil.example").replace("JS", "canary()"))


def at(mark: str) -> Callable[[str], str]:
    """Put a payload at a place of the good page."""
    return lambda text: GOOD.replace(mark, text)


# Where a payload stands.
PLACES: dict[str, Callable[[str], str]] = {
    "below the clip": at("<!-- target -->"),
    "in the instructions": at("<!-- full -->"),
    "at the end of a line": at("<!-- short -->"),
    "before everything": lambda text: text + GOOD,
    "behind everything": lambda text: GOOD + text,
    "in the video": lambda text: GOOD.replace("      </video>", f"{text}</video>"),
    "in a paragraph": lambda text: at("<!-- target -->")(f"<p>a {text} b</p>"),
    "in a table": lambda text: at("<!-- target -->")(f"<table>{text}<tr><td>a</td></tr></table>"),
    "in a list of choices": lambda text: at("<!-- full -->")(f"<select><option>{text}</option></select>"),
    "in a condition": lambda text: at("<!-- target -->")(f"{{% if task.input.labels %}}{text}{{% endif %}}"),
    "in a loop": lambda text: at("<!-- full -->")(f"{{% for label in task.input.labels %}}{text}{{% endfor %}}"),
    "in a title": lambda text: at("<!-- target -->")(f'<p title="{text}">p</p>'),
    "in a title in single quotes": lambda text: at("<!-- target -->")(f"<p title='{text}'>p</p>"),
    "in the header": lambda text: GOOD.replace("What do you see?", text),
    "in a style": lambda text: at("<!-- target -->")(f"<style>p {{color: red}} {text}</style>"),
    "in a comment": lambda text: at("<!-- target -->")(f"<!-- {text} -->"),
    "in a comment of Liquid": lambda text: at("<!-- target -->")(f"{{% comment %}}{text}{{% endcomment %}}"),
    "as a text of Liquid": lambda text: at("<!-- target -->")("{{ '" + text.replace("'", '"') + "' }}"),
    "behind an open comment": lambda text: at("<!-- target -->")(f"<!-- a {text}"),
    "in an open attribute": lambda text: at("<!-- target -->")(f'<p title="a {text}'),
    "in a drawing": lambda text: at("<!-- target -->")(f"<svg>{text}</svg>"),
    "in a formula": lambda text: at("<!-- target -->")(f"<math><mtext>{text}</mtext></math>"),
}


def _references(text: str) -> str:
    """Write the letters of attribute values as references."""
    return re.sub(
        r'(?<==")[^"{<]+(?=")', lambda found: "".join(f"&#{ord(character)};" for character in found.group()), text
    )


# How a payload is written.
WRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": lambda text: re.sub(r"<(/?)([a-z-]+)", lambda tag: f"<{tag[1]}{tag[2].upper()}", text),
    "with slashes": lambda text: re.sub(r"(<[a-z-]+) ", r"\1/", text),
    "over lines": lambda text: re.sub(r"(<[a-z-]+) ", "\\1\n", text),
    "with tabs": lambda text: text.replace(" ", "\t"),
    "with form feeds": lambda text: re.sub(r"(<[a-z-]+) ", "\\1\f", text),
    "with references": _references,
    "with NUL in names": lambda text: re.sub(r"<([a-z])", "<\\1\0", text),
    "with NUL in values": lambda text: text.replace('="', '="\0'),
    "in single quotes": lambda text: text.replace('"', "'"),
    "without quotes": lambda text: text.replace('"', ""),
    "without its end": lambda text: text.removesuffix(">"),
    "twice": lambda text: text + text,
    "nested": lambda text: text.replace("<", "<<"),
    "as wide letters": lambda text: text.replace("<", "\uff1c").replace("script", "\uff53cript"),
    "escaped": html.escape,
    "escaped twice": lambda text: html.escape(html.escape(text)),
    "with Liquid between": lambda text: text.replace("<", "<{% if true %}", 1).replace(" ", "{% endif %} ", 1),
    "in trimmed Liquid": lambda text: "{%- if true -%}" + text + "{%- endif -%}",
    "behind a carriage return": lambda text: text.replace(" ", "\r"),
    "behind an escape": lambda text: "\x1b$@" + text + "\x1b(B",
}
