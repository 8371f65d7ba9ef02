"""Declarations made by machines: valid ones that reach every field, and files with noise, damage and hostile text."""

from __future__ import annotations

import copy
import random
import re
import string
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from declarations.layouts import WAYS, written
from groundctl.domain.aws.prices import LISTED_PRICES
from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS
from support.builders import DECLARATIONS

PII_FREE = "FreeOfPersonallyIdentifiableInformation"
CLASSIFIERS = (PII_FREE, "FreeOfAdultContent")
# Where AWS's patterns and ours could come apart: other scripts, edges of planes, blanks, quotes, YAML's own words.
LETTERS = (
    string.ascii_letters
    + string.digits
    + " .,:;!?'\"#%&*@`|>{}[]-_~=+()/\\<$^"
    + "äßéżçñ漢字اب한ไ½Ω\u200c\ud7ff\ufffd\xa0\u3000"
)
TAG_LETTERS = string.ascii_letters + string.digits + " _.:/=+-@äß漢字اب½\xa0"
NAME_LETTERS = string.ascii_letters + string.digits
# Where a placeholder would begin, which groundctl refuses: `${x}`, `$(x)`, `$X_Y`, `%(x)s`, `%XY%`, `{{ x }}`, `{x}`, `<x>`, `@@x@@`.
PLACEHOLDER_BEGINS = re.compile(r"[$%](?=[{(A-Z])|[{<](?=[{%A-Za-z_])|@(?=@)")
UNSEEN = "\x00\x07\x1b\x7f\x85\xad\u200b\u200e\u202e\u2028\u2060\ufeff\ufffe\U000e0041\r"
HOSTILE = (
    "no", "yes", "on", "null", "~", "", " ", "010", "1_000", "0x1F", "1e3", ".inf", ".nan", "2026-11-22", "12:30:00", "<<", "=",
    "*a", "&a", "!x", "%x", "@x", "`x", "- x", "? x", ": x", "# x", "'", '"', "\\", "{", "}", "[", "]", "|", ">", "---", "...",
    "{{ x }}", "{% x %}", "<script>", "::error::x", "%0A", "\x1b[31m", "\u202e", "\u200b", "\u2028", "🏆", "a" * 300, "\t", "\r", "\n",
    "s3:///x", "s3://b", "s3://bucket/a b.mp4", "arn:aws:iam::1:role/x", "9" * 400, "-0", "1.0", "1e400", "/", "~1", "../x.md", "x.md",
    "é", "e\u0301", "\ud7ff", "\ue000", "\uffff", "\U0010ffff", "source-ref", "__proto__", "$ref", "$x", "x-metadata", "own.html",
)  # fmt: skip
BASES = tuple(path.read_text() for path in sorted((DECLARATIONS.root / "jobs").rglob("*-*.yaml")))


class Maker:
    """Makes one valid declaration after the other; each field that may be left out is, half of the time."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def declaration(self) -> dict[str, Any]:
        """Make a declaration that groundctl has nothing to say about but warnings."""
        streaming, public = self.often(0.2), self.often(0.3)
        name = self.name(63)
        output = self.output(streaming, name)
        attribute = output.get("label_attribute", name)
        made = {
            "name": name,
            "owner": self.text(1, 100),
            "task": self.task(),
            "input": self.input(streaming, public, attribute),
            "workforce": self.workforce(public),
            **self.some(
                notes=lambda: self.text(0, 2000),
                notify=lambda: self.unique(
                    lambda: self.dice.choice([self.handle(), f"{self.handle()}/{self.handle()}"]), 1, 10
                ),
                state=lambda: self.dice.choice(["active", "stopped"]),
                region=lambda: self.dice.choice(sorted(BUILT_IN_LAMBDA_ACCOUNTS)),
                budget=lambda: {
                    "usd": self.dice.choice([0, 400, 30.5, 0.01, 10_000_000]),
                    **self.some(when_reached=lambda: self.dice.choice(["refuse", "stop"])),
                },
                rerun_of=lambda: {"job": f"earlier-{self.name(55)}", "reason": self.text(10, 500)},
                tags=lambda: dict(self.tag() for _ in range(self.dice.choice([0, 1, 3, 40]))),
            ),
        }
        if str(output.get("kms_key", "")).startswith("arn:"):
            made["region"] = "us-east-1"  # AWS takes no key of another Region
        if output or self.often():
            made["output"] = output
        if not streaming and self.often():
            made["stop_when"] = self.some_of(
                labeled_objects=lambda: self.dice.choice([1, 2, 100_000]),
                labeled_percent=lambda: self.dice.choice([1, 50, 100]),
            )
        return made

    def task(self) -> dict[str, Any]:
        """Make the question: with instructions as text, or with the template beside."""
        task: dict[str, Any] = {
            "title": self.text(1, 128, without="\U0001f3c6"),
            "description": self.text(1, 255) + (" 🏆" if self.often(0.1) else ""),
            "labels": self.labels(),
            **self.some(keywords=lambda: [self.keyword() for _ in range(self.dice.choice([1, 2, 5]))]),
        }
        task["description"] = task["description"][:255].strip()
        if self.often(0.2):
            task["question"] = self.dice.choice(["foul", "rally-outcome-2"])
        if self.often(0.3):
            return {**task, "template": self.dice.choice(["own.html", "pages/own.liquid"])}
        # In random text, these would be links that lead nowhere.
        short = self.text(1, 2000, without="<[]") + "\n\n- one\n- **two**\n"
        full = "# Title\n" + self.text(1, 3000, without="<[]")
        return {**task, "instructions": self.some_of(short=lambda: short, full=lambda: full)}

    def labels(self) -> list[Any]:
        """Make 1 to 30 labels that stay different however one looks at them."""
        count = self.dice.choice([1, 2, 3, 30])
        names = [f"{index} {self.text(1, self.dice.choice([10, 252]), without='ß')}".strip() for index in range(count)]
        return [name if self.often() else {"name": name, **self.some(hint=lambda: self.text(1, 300))} for name in names]

    def input(self, streaming: bool, public: bool, attribute: str) -> dict[str, Any]:
        """Make the clips, in one way or by topic or both."""
        ways: list[Callable[[], dict[str, Any]]] = [self.prefix, self.manifest, lambda: self.objects(attribute)]
        if not streaming:
            ways.append(self.from_job)
        source = {} if streaming and self.often() else self.dice.choice(ways)()
        if streaming:
            source["topic"] = self.name(63)
        elif self.often(0.2):
            source["only_new"] = self.often()
        if not streaming and self.often(0.2):
            source["at"] = self.dice.choice(["review", "create"])
        if public:
            source["content_classifiers"] = [PII_FREE] if self.often() else list(CLASSIFIERS)
        elif self.often():
            source["content_classifiers"] = self.dice.sample(CLASSIFIERS, self.dice.choice([1, 2]))
        return source

    def prefix(self) -> dict[str, Any]:
        """Make a prefix with a selection; as a listing or an inventory gives its clips."""
        if self.often(0.3):
            report = f"{self.folder('reports')}daily/{self.dice.choice(['', 'manifest.json'])}"
            return {"inventory": {"report": report, "prefix": self.folder("clips")}, **self.selection()}
        return {"prefix": self.folder("clips"), **self.selection(), **self.bounds()}

    def selection(self) -> dict[str, Any]:
        """Make what selects the clips of a source."""
        return self.some(
            match=self.patterns,
            exclude=self.patterns,
            sample=lambda: {
                **self.dice.choice([{"count": 1}, {"count": 100_000}, {"percent": 0.01}, {"percent": 99.5}]),
                **self.some(seed=lambda: self.dice.choice([0, 10**9])),
            },
            limit=lambda: self.dice.choice([1, 100_000]),
        )

    def bounds(self) -> dict[str, Any]:
        """Make bounds on what S3 lists of a file."""
        return self.some(
            size=lambda: self.some_of(min=lambda: self.dice.choice(["0B", "1.5kB"]), max=lambda: "2GB"),
            modified=lambda: self.some_of(since=lambda: "2026-11-01", before=lambda: "2026-12-01T06:00:00Z"),
        )

    def patterns(self) -> list[Any]:
        """Make patterns for keys."""
        return self.unique(lambda: self.dice.choice(["*.mp4", "**", "a?/*.webm", self.text(1, 200)]), 1, 20)

    def manifest(self) -> dict[str, Any]:
        """Make the URI of a manifest, with a selection by its keys."""
        uri = self.dice.choice([f"s3://clips/{self.key(400)}.manifest", f"s3://clips/{'a' * 1012}"])
        bounds = {"at_least": -1.5, "below": 10, "given": True}
        wanted = [lambda: self.text(1, 50), lambda: [True, 7, "x"], lambda: bounds]
        where = self.some(where=lambda: {self.text(1, 20): self.dice.choice(wanted)() for _ in range(3)})
        return {"manifest": uri, **where, **self.selection()}

    def from_job(self) -> dict[str, Any]:
        """Make the name of another job, with a selection by its labels."""
        only = self.some(
            only=lambda: self.some_of(
                labels=lambda: self.unique(lambda: self.text(1, 256), 1, 30),
                confidence_below=lambda: self.dice.choice([0.01, 0.6, 1]),
                agreement_below=lambda: self.dice.choice([0.01, 0.8, 1]),
                unlabeled=lambda: True,
            )
        )
        return {"from_job": f"earlier-{self.name(55)}", **only, **self.selection()}

    def objects(self, attribute: str) -> dict[str, Any]:
        """Make clips, some with keys of the team's own."""
        made: list[Any] = []
        for index in range(self.dice.choice([1, 3, 40])):
            uri = f"s3://clips/{index}/{self.key(100)}.{self.dice.choice(['mp4', 'MP4', 'webm', 'ogg'])}"
            keys = {
                self.text(1, 20, without="$"): self.dice.choice([True, 7, 1.5, -0.25, self.text(0, 50)])
                for _ in range(3)
            }
            free = {
                key: value
                for key, value in keys.items()
                if key not in {"source", "source-ref", attribute, f"{attribute}-metadata"}
            }
            made.append(uri if self.often() else {"source-ref": uri, **free})
        return {"objects": made}

    def workforce(self, public: bool) -> dict[str, Any]:
        """Make a private team or the public workforce, with times that fit each other."""
        limit, available = self.dice.choice(
            [("30s", "60s"), ("10m", "10d"), ("8h", "12h"), ("480m", "8h"), ("28800s", "43200s")]
        )
        if not public and self.often():
            available = self.dice.choice(["30d", "720h"])
        if public and available == "10d":
            available = "12h"
        who = (
            {"crowd": "public", "price_usd": float(self.dice.choice(LISTED_PRICES))}
            if public
            else {"team": self.name(63)}
        )
        # The default is AWS's six hours for the public workforce, and a longer task would not fit.
        must = public and limit not in {"30s", "10m"}
        return {
            **who,
            "workers_per_object": self.dice.randint(1, 9),
            "task_time_limit": limit,
            **({"task_availability": available} if must or self.often() else {}),
            **self.some(
                max_concurrent_objects=lambda: self.dice.choice([1, 1000, 5000]),
                seconds_per_clip=lambda: self.dice.choice([1, 12.5, {"30s": 30, "10m": 600}.get(limit, 28_800)]),
            ),
        }

    def output(self, streaming: bool, name: str) -> dict[str, Any]:
        """Make the place and the name of the labels."""
        bad = name.endswith(("-ref", "-metadata")) or name == "source"
        made = self.some(
            location=lambda: self.folder("outputs"),
            kms_key=lambda: self.dice.choice(
                ["alias/labels", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:us-east-1:123456789012:key/mrk-1"]
            ),
            **({"topic": lambda: self.name(63)} if streaming else {}),
        )
        if bad or self.often():
            made["label_attribute"] = self.name(126) + "9"
        return made

    def often(self, chance: float = 0.5) -> bool:
        """Throw a die."""
        return self.dice.random() < chance

    def some(self, **fields: Callable[[], Any]) -> dict[str, Any]:
        """Keep each field half of the time."""
        return {name: make() for name, make in fields.items() if self.often()}

    def some_of(self, **fields: Callable[[], Any]) -> dict[str, Any]:
        """Keep some of the fields, and at least one."""
        name = self.dice.choice(sorted(fields))
        return self.some(**fields) or {name: fields[name]()}

    def unique(self, make: Callable[[], str], least: int, most: int) -> list[str]:
        """Make a list without repeats."""
        return list(dict.fromkeys(make() for _ in range(self.dice.choice([least, least + 1, most]))))

    def text(self, least: int, most: int, without: str = "") -> str:
        """Make a line of text with no blanks around it, of a length that is often the least or the most."""
        size = self.dice.choice([least, most, self.dice.randint(least, most), min(most, least + 20)])
        letters = [letter for letter in LETTERS if letter not in without]
        inner = PLACEHOLDER_BEGINS.sub(".", "".join(self.dice.choices(letters, k=size)))
        # Ends are letters, so that nothing is lost when blanks around a text are, and no text is a file's name.
        return "" if size == 0 else "a" * min(size, 2) + inner[2:-1] + "z" * (size > 2)

    def name(self, most: int) -> str:
        """Make a name as AWS takes it, up to the longest, with runs of hyphens."""
        size = self.dice.choice([1, 2, 12, most])
        inner = "".join(self.dice.choices(NAME_LETTERS + "---", k=max(size - 2, 0)))
        return (self.dice.choice(NAME_LETTERS) + inner + self.dice.choice(NAME_LETTERS))[:size]

    def handle(self) -> str:
        """Make a GitHub login: letters and digits, with single hyphens between them."""
        return re.sub("-+", "-", self.name(12))

    def keyword(self) -> str:
        """Make words with single blanks between them."""
        return self.dice.choice(["tennis", "a", "a b c", "w" * 30, "0 1 2 3 4 5 6 7 8 9 0 1 2 3 4"])

    def tag(self) -> tuple[str, str]:
        """Make a tag whose key is not reserved."""
        key = "k" + "".join(self.dice.choices(TAG_LETTERS, k=self.dice.choice([0, 5, 127])))
        return key, "".join(self.dice.choices(TAG_LETTERS, k=self.dice.choice([0, 5, 256])))

    def key(self, most: int) -> str:
        """Make the inner part of an S3 key."""
        letters = [letter for letter in LETTERS if letter not in "?*#/\u3000\xa0"]
        return "k" + PLACEHOLDER_BEGINS.sub(".", "".join(self.dice.choices(letters, k=self.dice.choice([0, 8, most]))))

    def folder(self, bucket: str) -> str:
        """Make an S3 prefix."""
        return f"s3://{bucket}/" + "".join(f"{self.key(60)}/" for _ in range(self.dice.choice([0, 1, 5])))


def noisy_files() -> SearchStrategy[bytes]:
    """Valid files after bytes were cut, doubled, replaced and put in, and files of nothing but noise."""
    snippets = st.sampled_from(
        [
            *(text.encode("utf-8", "surrogatepass") for text in (*HOSTILE, *UNSEEN)),
            b"\xff",
            b"\xc3",
            b"\xed\xa0\x80",
            b"\xf8",
        ]
    )
    return st.one_of(_damaged(snippets), st.binary(max_size=300), st.lists(snippets, max_size=60).map(b"".join))


@st.composite
def _damaged(draw: DrawFn, snippets: SearchStrategy[bytes]) -> bytes:
    raw = draw(st.sampled_from(BASES)).encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        stop = min(len(raw), start + draw(st.sampled_from([0, 0, 1, 3, 40])))
        put = draw(st.one_of(snippets, st.binary(max_size=4)))
        raw = raw[:start] + put * draw(st.sampled_from([1, 1, 2, 50])) + raw[stop:]
    return raw


@st.composite
def mutated_files(draw: DrawFn) -> bytes:
    """Valid declarations with values dropped, doubled, swapped and changed in kind, written as proper YAML."""
    data = Maker(draw(st.integers(0, 10**6))).declaration()
    for _ in range(draw(st.integers(1, 3))):
        mutate(data, random.Random(draw(st.integers(0, 10**9))))
    return written(data, draw(WAYS)).encode("utf-8", "surrogatepass")


def mutate(data: dict[str, Any], dice: random.Random) -> None:
    places = list(_places(data))
    holder, key = dice.choice(places)
    others, other = dice.choice(places)
    change = dice.choice(["drop", "double", "swap", "kind", "kind", "hostile", "hostile", "rename", "nest", "number"])
    match change, holder:
        case "drop", _:
            del holder[key]
        case "double", list():
            holder.extend([copy.deepcopy(holder[key])] * dice.choice([1, 2, 30]))
        case "swap", _:
            holder[key], others[other] = copy.deepcopy(others[other]), copy.deepcopy(holder[key])
        case "kind", _:
            kinds: list[Any] = [
                None,
                True,
                0,
                -1,
                1.5,
                10**14,
                "",
                "text",
                [],
                {},
                [[]],
                {"a": {}},
                [None, None],
                [{}, {}],
            ]
            holder[key] = copy.deepcopy(dice.choice(kinds))
        case "rename", dict():
            holder[dice.choice([*HOSTILE, str(key).upper(), f"{key}s"])] = holder.pop(key)
        case "nest", _:
            holder[key] = [holder[key]] if dice.random() < 0.5 else {dice.choice(HOSTILE): holder[key]}
        case "number", _:
            holder[key] = dice.choice([0, 10, 100, 1000, 10_001, 99.99, -5, 3.0, 1e-7])
        case _:
            text = dice.choice(HOSTILE)
            holder[key] = text + str(holder[key]) if dice.random() < 0.3 else text


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        yield data, key
        if isinstance(value, dict | list):
            yield from _places(value)


def random_yaml() -> SearchStrategy[bytes]:
    """YAML of any shape, with the schema's names and hostile text for keys and values."""
    names = [
        "name", "owner", "task", "input", "workforce", "labels", "objects",
        "tags", "title", "keywords", "prefix", "source-ref", "output",
    ]  # fmt: skip
    texts = st.one_of(st.sampled_from([*names, *HOSTILE]), st.text(max_size=12))
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**16), 10**16),
        st.floats(allow_nan=False, allow_infinity=False),
        texts,
    )
    trees = st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=6), st.dictionaries(texts, inner, max_size=6)),
        max_leaves=25,
    )
    tops = st.dictionaries(st.one_of(st.sampled_from(names), texts), trees, max_size=8)
    return st.tuples(st.one_of(tops, trees), WAYS).map(
        lambda pair: written(pair[0], pair[1]).encode("utf-8", "surrogatepass")
    )
