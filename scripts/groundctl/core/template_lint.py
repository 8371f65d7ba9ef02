"""What can be wrong with a team's own worker task template. GT4xx; lines are those of the template file.

Source of the rules: AWS's pages on custom templates and on crowd-classifier. That the built-in consolidation reads the
answer under the name crowd-classifier is AWS's sample's word, nowhere a promise: we hold on to it.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from groundctl.core.problem import Problem, Severity
from groundctl.core.worker_template import MAX_TEMPLATE

CROWD_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_FORBIDDEN = {"iframe", "frame", "object", "embed", "form", "base", "applet", "link", "meta"}
_PARTS = ("classification-target", "short-instructions", "full-instructions")
_REMOTE = re.compile(r"\s*(?:javascript|vbscript|data|file)\s*:", re.IGNORECASE)


def lint_template(path: str, text: str) -> Iterator[Problem]:
    """Say everything that would keep workers from answering, or put them at risk."""
    if len(text) > MAX_TEMPLATE:
        yield _problem(
            path, (1, 0), "GT410", f"has {len(text):,} characters; at most {MAX_TEMPLATE:,} are allowed", "shorten it"
        )
    page = _Page(path)
    page.feed(text)
    page.close()
    yield from page.problems
    yield from _structure(path, page)
    yield from _liquid(path, text)


class _Page(HTMLParser):
    """Reads the template as a browser would, and notes what stands where."""

    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.problems: list[Problem] = []
        self.elements: list[tuple[str, dict[str, str], tuple[int, int]]] = []
        self.open: list[tuple[str, tuple[int, int]]] = []

    def all(self, tag: str) -> list[tuple[dict[str, str], tuple[int, int]]]:
        """Find every element of one kind."""
        return [(attributes, place) for name, attributes, place in self.elements if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in _VOID:
            self.open.append((tag, self.getpos()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # HTML ignores the slash: <video/> stays open and swallows what follows (AWS's own sample has this).
        if tag not in _VOID:
            self._refuse("GT413", f"<{tag} .../> does not close the element", f"write <{tag} ...> and </{tag}>")
        self._note(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes, self.getpos()))
        if tag in _FORBIDDEN:
            self._refuse("GT416", f"<{tag}> is not allowed on a worker page", "remove it")
        if tag == "script" and attributes.get("src") != CROWD_SCRIPT:
            self._refuse(
                "GT416",
                "runs a script other than AWS's Crowd HTML Elements",
                f'keep only <script src="{CROWD_SCRIPT}"></script>',
            )
        for name, value in attributes.items():
            self._check_attribute(name, value)

    def _check_attribute(self, name: str, value: str) -> None:
        if name.startswith("on"):
            self._refuse("GT416", f"the attribute {name} runs a script", "remove it")
        if name in {"href", "src", "action", "formaction", "poster", "srcset"} and _REMOTE.match(value):
            self._refuse("GT416", f"{name} is not a web address", "link to https:// only")
        if name in {"src", "poster"} and value.startswith("http:"):
            self._refuse("GT416", f"{name} is fetched without TLS", "use https://, or S3 with grant_read_access")
        if "placeholder.png" in value:
            self._refuse(
                "GT418", "is still the placeholder image of AWS's sample", "put in a picture of your own, or remove it"
            )

    def _refuse(self, rule: str, message: str, hint: str) -> None:
        self.problems.append(_problem(self.path, self.getpos(), rule, message, hint))


def _structure(path: str, page: _Page) -> Iterator[Problem]:
    if not page.all("script"):
        yield _problem(
            path,
            (1, 0),
            "GT411",
            "does not load Crowd HTML Elements",
            f'start with <script src="{CROWD_SCRIPT}"></script>',
        )
    for tag in ("crowd-form", "crowd-classifier", *_PARTS):
        found = page.all(tag)
        if len(found) != 1:
            place = found[1][1] if found else (1, 0)
            count = "more than one" if found else "no"
            yield _problem(path, place, "GT411", f"has {count} <{tag}>", f"have exactly one <{tag}>")
    for attributes, place in page.all("crowd-classifier")[:1]:
        if attributes.get("name") != "crowd-classifier":
            yield _problem(
                path,
                place,
                "GT412",
                "the answer is not named crowd-classifier",
                'write name="crowd-classifier"; AWS\'s consolidation reads that',
            )
        categories = attributes.get("categories", "")
        if "task.input.labels" not in categories or "to_json" not in categories:
            yield _problem(
                path,
                place,
                "GT412",
                "categories does not come from the job's labels",
                'write categories="{{ task.input.labels | to_json | escape }}"',
            )
    yield from _video(path, page)


def _video(path: str, page: _Page) -> Iterator[Problem]:
    videos, sources = page.all("video"), page.all("source")
    if len(videos) != 1:
        place = videos[1][1] if videos else (1, 0)
        yield _problem(
            path, place, "GT413", f"has {len(videos) or 'no'} <video>", "show the clip in exactly one <video controls>"
        )
        return
    attributes, place = videos[0]
    if "controls" not in attributes:
        yield _problem(
            path, place, "GT413", "<video> has no controls: workers cannot play it again", "write <video controls ...>"
        )
    shown = [source.get("src", "") for source, _ in sources] + [attributes.get("src", "")]
    if not any("task.input.taskObject" in source and "grant_read_access" in source for source in shown):
        yield _problem(
            path,
            place,
            "GT414",
            "does not show the clip",
            'write <source src="{{ task.input.taskObject | grant_read_access }}">',
        )
    if len({source.get("type") for source, _ in sources}) < len(sources):
        yield _problem(path, place, "GT413", "has two <source> of one type", "keep one <source>")
    for tag, opened in page.open:
        if tag == "video":
            yield _problem(path, opened, "GT413", "<video> is never closed", "write </video> after its sources")


def _liquid(path: str, text: str) -> Iterator[Problem]:
    for found in re.finditer(r"{[{%][^}]*\bskip_autoescape\b", text):
        yield _problem(
            path,
            _place(text, found.start()),
            "GT415",
            "skip_autoescape lets input data run as script on workers' machines",
            "remove it",
        )
    import liquid

    try:
        liquid.Environment().from_string(text)
    except liquid.exceptions.LiquidError as error:
        line = getattr(error, "lineno", None) or _line_of(error)
        yield _problem(
            path,
            (line, 0),
            "GT417",
            f"is not Liquid: {str(error).splitlines()[0]}",
            "check the braces and tags on this line",
        )


def _line_of(error: Exception) -> int:
    found = re.search(r"on line (\d+)|:(\d+):\d+", str(error))
    return int(next(number for number in found.groups() if number)) if found else 1


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)


def _problem(path: str, place: tuple[int, int], rule: str, message: str, hint: str) -> Problem:
    line, column = place
    return Problem(
        path=path,
        line=line,
        column=column + 1,
        rule=rule,
        pointer="",
        message=message,
        hint=hint,
        severity=Severity.ERROR,
    )
