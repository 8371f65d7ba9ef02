"""Texts for people use plain American technical English: no banned word appears in them.

A text for people is a document, a comment, a docstring, a message, a description in Terraform or a schema, or a test's name.
Identifiers and keys of file formats are not: a policy's key `ceilings` stays, a sentence says "limit".
"""

from __future__ import annotations

import ast
import json
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest

from support.guide import GUIDE, our_guide

CHECKOUT = Path(__file__).parents[2]

# What not to write (a regular expression, matched as whole words and ignoring case), and what to write instead.
BANNED = {
    r"mend(s|ed|ing)?": "fix, correct or repair",
    r"reckon(s|ed|ing)?": "compute or calculate",
    r"anew": "again",
    r"for good|for ever": "permanently",
    r"told|tells": "report, show, say or notify",
    # Not Ground Truth, not the Terraform variable, whose members are written `ground.state`.
    r"(?<!background )(?<!common )ground(?!\.\w)(?![\s#-]+truth)": "infrastructure",
    r"ceilings?(?!\.\w)": "limit (policy) or permissions boundary (IAM)",
    # Amazon's own names are hyphenated or begin otherwise: private-crowd, crowd-form, Crowd HTML elements.
    r"(public|the) crowds?(?!-| html)": "public workforce",
    r"(hold|holds|held|holding) against": "compare with",
    r"somebody|whoever|nobody": "name the role, or use the passive",
    r"getting on": "progress",
    r"to be seen": "visible",
    r"not so(?! that)": "say what is different",
    r"what now": "what to do next",
    r"needs a person": "needs attention",
    r"the world failed": "an external failure",
    r"small letters": "lowercase letters",
    r"the door to": "what the module does",
    r"fed by a topic": "with only a topic",
    r"must not be had|can(?:not| not) be had|could not be had": "cannot be read, loaded or reached",
    r"(?:is|are) made up": "an example",
    r"is laid to": "is attributed to",
    r"left alone": "not changed",
    r"the world's fault": "an external failure",
    r"has the wrong form": "is not a valid ...",
}
PATTERNS = [(re.compile(rf"\b(?:{word})\b", re.IGNORECASE), better) for word, better in BANNED.items()]

# Phrases in which a banned word is right. AWS's own messages, which the simulator repeats letter by letter, belong here too.
ALLOWED = (
    "above the ground",  # a tennis ball in the sample clips
    "turns to the crowd",  # the spectators in the sample clips
)

# Whole values of a file format, which a new wording would change.
VALUES = {"the public crowd"}  # `team` in a plan file, which is part of a plan's digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text for people, and the first and last line of it."""

    line: int
    words: str
    last_line: int | None = None  # where escapes such as \\n make a text look longer than it is


# Readers: one for each kind of file


def in_markdown(source: str) -> Iterator[Text]:
    """Yield a document without its code."""
    for code in (r"^ *```.*?^ *```", r"`[^`\n]+`"):
        source = re.sub(code, _blank, source, flags=re.MULTILINE | re.DOTALL)
    yield Text(line=1, words=source)


def in_hcl(source: str) -> Iterator[Text]:
    """Yield comments, descriptions, error messages and names of test runs."""
    yield from _comments(source)
    for text in re.finditer(
        r'\b(?:\w*description|error_message)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|<<-EOT\n(.*?)\n *EOT)', source, re.DOTALL
    ):
        group = 1 if text[1] is not None else 2
        yield Text(line=_line(source, text.start(group)), words=re.sub(r"\$\{[^}]*\}", "", text[group]))
    for run in re.finditer(r'^run "(\w+)"', source, re.MULTILINE):
        yield Text(line=_line(source, run.start()), words=run[1].replace("_", " "))


def in_yaml(source: str) -> Iterator[Text]:
    """Yield comments, and the names and descriptions that GitHub shows."""
    yield from _comments(source)
    for shown in re.finditer(r"^[ -]*(?:name|description): (.+)$", source, re.MULTILINE):
        yield Text(line=_line(source, shown.start()), words=shown[1])


def in_template(source: str) -> Iterator[Text]:
    """Yield a Jinja template's comments and text, without its code and without the keys of a YAML file."""
    code = r"\{\{.*?\}\}|\{%.*?%\}|<<.*?>>|\[%.*?%\]|^ *[a-z_]+:(?=\s)"
    yield Text(line=1, words=re.sub(code, _blank, source, flags=re.DOTALL | re.MULTILINE))


def in_comments(source: str) -> Iterator[Text]:
    """Yield the comments of a file whose values are its users'."""
    yield from _comments(source)


def in_schema(source: str) -> Iterator[Text]:
    """Yield what a schema says to people: titles, descriptions and hints."""
    for text in re.finditer(r'"(?:title|description|x-hint|x-aws)": ("(?:[^"\\]|\\.)*")', source):
        yield Text(line=_line(source, text.start()), words=json.loads(text[1]))


def in_python(source: str) -> Iterator[Text]:
    """Yield comments, docstrings, sentences in literals and test names."""
    yield from _python_comments(source)
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if re.search(r"\s", text.strip()) and text not in VALUES:
                yield Text(line=node.lineno, words=text, last_line=node.end_lineno)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name.startswith("test_"):
                yield Text(line=node.lineno, words=name.replace("_", " "))


def _python_comments(source: str) -> Iterator[Text]:
    lines = iter(source.splitlines(keepends=True))
    comments = [token for token in tokenize.generate_tokens(lambda: next(lines, "")) if token.type == tokenize.COMMENT]
    yield from _joined((token.start[0], token.string) for token in comments)


def _comments(source: str) -> Iterator[Text]:
    found = ((number, re.search(r"(?:^|\s)#.*", line)) for number, line in enumerate(source.splitlines(), start=1))
    yield from _joined((number, comment[0]) for number, comment in found if comment)


def _joined(comments: Iterator[tuple[int, str]]) -> Iterator[Text]:
    """Join comments on adjacent lines, so that a phrase may be wrapped."""
    first, lines = 0, list[str]()
    for number, comment in comments:
        if lines and number == first + len(lines):
            lines.append(comment)
            continue
        if lines:
            yield Text(line=first, words="\n".join(lines))
        first, lines = number, [comment]
    if lines:
        yield Text(line=first, words="\n".join(lines))


def _blank(code: re.Match[str]) -> str:
    return "`" + "\n" * code[0].count("\n") + "`"


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1


# Areas: which files, read how

Reader = Callable[[str], Iterator[Text]]
Area = tuple[tuple[str, Reader], ...]

AREAS: dict[str, Area] = {
    "terraform": (
        ("terraform/**/*.md", in_markdown),
        ("terraform/**/*.tf", in_hcl),
        ("terraform/**/*.hcl", in_hcl),
        ("terraform/environments/*", in_comments),
    ),
    ".github": ((".github/**/*.yml", in_yaml), (".github/**/*.md", in_markdown), (".github/CODEOWNERS", in_comments)),
    # Not jobs/ itself, where a team puts its own files; its guide only as long as it is ours.
    "samples": (
        ("scripts/samples/repository/jobs/**/*.yaml", in_comments),
        ("scripts/samples/repository/jobs/**/*.md", in_markdown),
        ("jobs/README.md", in_markdown),
    ),
    "schemas": (("schemas/*.json", in_schema),),
    "decisions": (("DECISIONS.md", in_markdown),),
    "documents": (("*.md", in_markdown), ("Makefile", in_comments), ("pyproject.toml", in_comments)),
    # RULES.md is written from the rules' docstrings.
    "scripts": (
        ("scripts/**/*.py", in_python),
        ("scripts/**/*.jinja", in_template),
        ("scripts/**/*.sh", in_comments),
        ("schemas/RULES.md", in_markdown),
    ),
    "tests": (("tests/**/*.py", in_python), ("tests/**/*.md", in_markdown)),
}
# Not yet: "documents", which is added when the documents at the root are rewritten.
CHECKED = ("documents", "terraform", ".github", "samples", "schemas", "decisions", "scripts", "tests")
SKIPPED_FOLDERS = {"node_modules", ".terraform", "__pycache__"}


def files(area: Area) -> Iterator[tuple[Path, Reader]]:
    """Yield the files of an area, each with its reader."""
    for pattern, reader in area:
        for file in sorted(CHECKOUT.glob(pattern)):
            ours = file != GUIDE or our_guide() is not None
            if file.is_file() and ours and not SKIPPED_FOLDERS & set(file.parts) and file != Path(__file__):
                yield file, reader


def banned(text: Text) -> Iterator[tuple[int, str]]:
    """Yield each banned word in a text with its line, and what to write instead."""
    words = re.sub(r"</?[a-z][^<>]*>", _blank, text.words)
    for phrase in ALLOWED:
        words = words.replace(phrase, "")
    for pattern, better in PATTERNS:
        for word in pattern.finditer(words):
            line = text.line + _line(words, word.start()) - 1
            yield min(line, text.last_line or line), f'"{word[0]}": write {better}'


@pytest.mark.parametrize("name", CHECKED)
def test_texts_for_people_contain_no_banned_word(name: str) -> None:
    found = [
        f"{file.relative_to(CHECKOUT)}:{line}: {problem}"
        for file, reader in files(AREAS[name])
        for text in reader(file.read_text(encoding="utf-8"))
        for line, problem in banned(text)
    ]

    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.mark.parametrize("name", AREAS)
def test_an_area_has_texts(name: str) -> None:
    assert any(chain.from_iterable(reader(file.read_text(encoding="utf-8")) for file, reader in files(AREAS[name])))


def problems(source: str, reader: Reader) -> list[tuple[int, str]]:
    """Return the line and the word of each problem."""
    found = chain.from_iterable(map(banned, reader(source)))
    return sorted((line, problem.split('"')[1]) for line, problem in found)


@pytest.mark.parametrize(
    ("source", "reader", "expected"),
    [
        ("It is\nmended.\n", in_markdown, [(2, "mended")]),
        ("```\nmend\n```\nSee `ceilings`. Anew.\n", in_markdown, [(4, "Anew")]),
        ("# A wrapped\n# word: for\n# good is none\nx = 1 # reckon\n", in_hcl, [(4, "reckon")]),
        ('variable "a" {\n  description = <<-EOT\n    One.\n    Told.\n  EOT\n}\n', in_hcl, [(4, "Told")]),
        ('x {\n  error_message = "The ${local.ceiling} of \\"the crowd\\"."\n}\n', in_hcl, [(2, "the crowd")]),
        ('run "nobody_is_told" {\n', in_hcl, [(1, "nobody"), (1, "told")]),
        ("# fine\nkey: told\n- name: look anew\n", in_yaml, [(3, "anew")]),
        ("name: told # whoever\n", in_comments, [(1, "whoever")]),
        ('{\n"x-hint": "use small letters", "enum": ["told"]}', in_schema, [(2, "small letters")]),
        ('"""Mend."""\n\nx = f"is {1} to be seen"\ny = "told"\n', in_python, [(3, "to be seen")]),
        ('x = "A\\nB\\nwhat now: C"\ny = """\n\nnobody else"""\n', in_python, [(1, "what now"), (4, "nobody")]),
        ('<i class="ground">{{ told }}\n{# mend #}</i>\n', in_template, [(2, "mend")]),
        ("x = (\n    'one '\n    'not so'\n)  # mend\ndef test_it_is_told(): ...\n", in_python, [(2, "not so"), (4, "mend"), (5, "told")]),
    ],
)  # fmt: skip
def test_a_banned_word_is_found_on_its_line(source: str, reader: Reader, expected: list[tuple[int, str]]) -> None:
    assert problems(source, reader) == expected


@pytest.mark.parametrize(
    "legitimate",
    [
        "We recommend an amendment.",
        "Amazon SageMaker Ground Truth, Ground\nTruth, ground-truth, in the background.",
        "Set ground.state.key and ceilings.job.usd.",
        "Workers cannot tell labels apart.",
        "The teams are private-crowd and public-crowd; Crowd HTML elements render the page.",
        "A hold, for goodness. The ball is above the ground, and the Crowd HTML elements are in place.",
    ],
)
def test_a_legitimate_use_is_not_found(legitimate: str) -> None:
    assert problems(legitimate, in_markdown) == []
