"""A text that still waits for the author's own words is refused, and a text that only looks like one is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.validate import validate
from groundctl.cli.set_up.new import NewOptions, run
from groundctl.domain.declarations.diagnostics import Severity
from groundctl.domain.declarations.texts.placeholders import TextKind, placeholder_problems, placeholders_in
from support.builders import ROOT, some_data

TEXTS = (TextKind.PLAIN, TextKind.MARKDOWN)

# Titles, descriptions and sentences of instructions as teams write them, with the signs that placeholders have too.
HARMLESS = """\
How did the rally end?
What happens in this clip?
Watch the clip to its end and choose the one answer that fits.
Is the reaction faster than <3 s?
Does the truck wait < 5 min or > 5 min?
Is a < b in this frame?
Is the gap a<b or a>b?
Is the speed <limit and the gap >2 m?
Which is true: x <y> z?
Is it <b>loading</b> or <b>unloading</b>?
Choose <em>one</em> answer
First line<br>second line
Press <Enter> to play the clip again
Use <Shift> and <Left> to go back one frame
Press <F11> for full screen
<Ctrl> stops the video
I <3 this serve
Rate the clip from 1 to 5 ($0.12 each)
Costs $5 or $10?
Is the price tag $USD or €?
How sure are you, in % (0-100%)?
Is the score 100% visible?
At 50% speed, 100% zoom
What do you see {first, second}?
Set {1, 2, 3}: how many players are there?
Does player {A} hit the ball?
Is this C++ code <= 10 lines?
a <= b, b >= c
-> winner, <- error
<-- goes left, goes right -->
<<< rewind, forward >>>
What is #1 in the clip?
Court [3]: what happens?
[PILOT] How did the rally end?
[NSFW] Is the clip safe to show?
[1] loading [2] unloading
[TEST] What happens at the dock?
Read [the guide](https://wiki.example.org/your-first-day) first
Choose your answer
Is this your first look at the clip?
Mark the clip in your opinion
Choose the best answer (your opinion)
Which answer is the right one (enter only one)?
What do you hear here?
Does the ball land here or there?
Who enters here?
Is there text here?
Is the text readable here?
Enter the room: who comes first?
Enters the forklift?
Add to cart or remove from cart?
Insert or remove a coin?
Write-off: is the car a total loss?
Put down or pick up?
Type of stroke
Type A or type B?
Replace the battery: which step is shown?
Change of direction
Change me or change you (song title)?
Fill level of the tank
TODO BIEN?
¿Está TODO bien en el clip?
Mira TODO el clip antes de responder
Assista TODO o clip
¿Qué pasa en el clip? Mira TODO antes de responder.
Mira el clip con TODO detalle.
TODO listo: ¿está cargado el camión?
Assista a TODO clipe e escolha.
¿Está TODO dentro?
¿Se ve TODO? Responde sí o no
Elige TODO lo que ves
Todo el equipo aparece en el clip
Put the clip in the right category by its title
Type what you see in the title
Is it a to-do list?
Is the actor doing a todo list?
Rated XXX or rated R?
Size XXL or XXXL?
Super Bowl XXX: which play is it?
Is the weather fair...
What is this??
Really?!
Wait for it...
Demo day: who speaks?
Is this an example of a foul?
Example of a good serve
Bucket or spade?
Which bucket does the ball fall into?
Is the answer first or second?
First answer, then question
Label on the box: left or right?
Is the label on the box readable?
Is the title of the film shown?
Is there a title in the picture?
Describe the description of the scene
Name of the player who serves
Email: ann@example.com
Ask @ann or #labeling
C:\\clips\\new is not a path here
https://example.com/a_b_c?x=1&y=%20
Is it 5°C < T < 10°C?
Déjà vu: seen before?
ボールはどこに落ちましたか?
Wie endet der Ballwechsel?
Какой удар?
ما الذي يحدث في المقطع؟
snake_case or camelCase?
__init__ is shown
Is it __very__ clear?
**Important:** look at the whole clip
Is the result = 10 % of A_1?
Is it i18n or l10n?
Use the arrow keys (up/down/left/right)
Is the shirt no. 10 (e.g. Ten)?
AC/DC or other?
A|B|C
Is the path/to the goal free?
Your serve or mine?
Mind your step
Do-it-yourself: which tool?
Untitled artwork or titled?
Is the placeholder seat taken?
Who is the man in the "Lorem" shirt?
N/A or none of these?
Is it T.B.D. United or FC?
""".splitlines()

PLACEHOLDERS = [
    ("<TASK_TITLE>", "<TASK_TITLE>"),
    ("How did <NAME> end?", "<NAME>"),
    ("<your title>", "<your title>"),
    ("<Title>", "<Title>"),
    ("<title>", "<title>"),
    ("<insert title here>", "<insert title here>"),
    ("<team-name> looks at the clips", "<team-name>"),
    ("<the question here>", "<the question here>"),
    ("${task_title}", "${task_title}"),
    ("${var.title}", "${var.title}"),
    ("${{ inputs.title }}", "${{ inputs.title }}"),
    ("{{ title }}", "{{ title }}"),
    ("{{title}} of {{ date }}", "{{title}}"),
    ("{% if title %}x{% endif %}", "{% if title %}"),
    ("<%= title %>", "<%= title %>"),
    ("$(title)", "$(title)"),
    ("%(title)s", "%(title)s"),
    ("%TITLE%", "%TITLE%"),
    ("@@title@@", "@@title@@"),
    ("$TASK_TITLE", "$TASK_TITLE"),
    ("__TASK_TITLE__", "__TASK_TITLE__"),
    ("{task_title}", "{task_title}"),
    ("{TASK_TITLE}", "{TASK_TITLE}"),
    ("{title}", "{title}"),
    ("[your title]", "[your title]"),
    ("Question: [insert question]", "[insert question]"),
    ("your_title", "your_title"),
    ("YOUR-TITLE", "YOUR-TITLE"),
    ("TODO: title", "TODO"),
    ("How did the rally end? (FIXME)", "FIXME"),
    ("TODO", "TODO"),
    ("TODO write this", "TODO"),
    ("Watch the clip. TODO explain the labels", "TODO"),
    ("Watch the clip. TODO", "TODO"),
    ("Watch (TODO) closely", "TODO"),
    ("Mira el vídeo. TODO: explicar", "TODO"),
    ("Lorem ipsum dolor sit amet", "Lorem ipsum"),
    (
        "Enter description to explain the correct label to the workers",
        "Enter description to explain the correct label to the workers",
    ),
    ("enter  Description of an incorrect\nlabel.", "enter  Description of an incorrect\nlabel"),
    ("The title goes here", "title goes here"),
    ("image-url", "image-url"),
    ("first answer", "first answer"),
]
ONLY_PLAIN = ["Insert title here", "Enter a description.", "xxx", "XXXX", "???", "...", "…", "---", "placeholder", "change me",
              "CHANGE_ME", "changeme", "asdf", "Untitled", "tbd", "- tbd -"]  # fmt: skip
ADDRESSES = [
    ("s3://clips/<EXP_NAME>/m.manifest", "<EXP_NAME>"),
    ("s3://<bucket>/m.manifest", "<bucket>"),
    ("s3://clips/<your folder>/", "<your folder>"),
    ("s3://YOUR_BUCKET/clips/", "YOUR_BUCKET"),
    ("s3://your-clips/folder/", "your-clips"),
    ("s3://yourbucket/folder/", "yourbucket"),
    ("s3://clips/your-folder/", "your-folder"),
    ("s3://clips/your-own-place/", "your-own-place"),
    ("s3://acme-your-bucket/clips/", "your-bucket"),
    ("s3://clips/your-manifest.manifest", "your-manifest"),
    ("s3://${bucket}/clips/", "${bucket}"),
    ("s3://clips/{{ date }}/", "{{ date }}"),
    ("s3://clips/{date}/a.mp4", "{date}"),
    ("s3://amzn-s3-demo-bucket/clips/", "amzn-s3-demo-bucket"),
    ("s3://amzn-s3-demo-source-bucket1/clips/", "amzn-s3-demo-source-bucket1"),
    ("s3://DOC-EXAMPLE-BUCKET/clips/", "DOC-EXAMPLE-BUCKET"),
    ("s3://doc-example-bucket1/clips/", "doc-example-bucket1"),
    ("s3://example-bucket/clips/", "example-bucket"),
    ("s3://awsexamplebucket1/clips/", "awsexamplebucket1"),
    ("s3://my-bucket/clips/", "my-bucket"),
    ("s3://bucket-name/clips/", "bucket-name"),
    ("s3://xxx/clips/", "xxx"),
    ("s3://clips/xxx/", "xxx"),
    ("s3://clips/path/to/m.manifest", "path/to"),
]
HARMLESS_ADDRESSES = [
    "s3://clips/rallies/",
    "s3://acme-clips/2026/11/court-1/a.mp4",
    "s3://my-company-clips/a.mp4",
    "s3://clips/[Pilot] rally 1.mp4",
    "s3://clips/[ab].mp4",
    "s3://clips/{3F2504E0-4F89-11D3-9A0C-0305E82C3301}.mp4",
    "s3://clips/a<b.mp4",
    "s3://clips/<3.mp4",
    "s3://clips/100% $5 @home #1.mp4",
    "s3://clips/%E2%80%93/a.mp4",
    "s3://acme-demo-bucket/a.mp4",
    "s3://examples-of-rallies/a.mp4",
    "s3://the-bucket-list/a.mp4",
    "s3://clips/path-to-goal/a.mp4",
    "s3://clips/xx/a.mp4",
    "s3://clips/todo/a.mp4",
    "s3://clips/__a__/b.mp4",
    "s3://clips/youre-out.mp4",
    "s3://clips/find-your-way.mp4",
    "s3://clips/your-move.mp4",
    "s3://clips/hour_your_day/a.mp4",
    "s3://clips/colour-your-house/a.mp4",
    "s3://clips/ボール.mp4",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_has_no_placeholder(text: str):
    assert [list(placeholders_in(text, kind)) for kind in TEXTS] == [[], []]
    assert list(placeholders_in(text, TextKind.LABEL)) == []


def test_there_are_enough_harmless_texts():
    assert len(set(HARMLESS)) == len(HARMLESS) >= 100


@pytest.mark.parametrize(("text", "written"), PLACEHOLDERS)
def test_a_placeholder_is_found_in_a_text(text: str, written: str):
    for kind in TEXTS:
        assert next(placeholders_in(text, kind)).written == written


@pytest.mark.parametrize("text", ONLY_PLAIN)
def test_a_text_that_says_nothing_is_a_placeholder_where_it_is_the_whole_field(text: str):
    assert len(list(placeholders_in(text, TextKind.PLAIN))) == 1


@pytest.mark.parametrize(("uri", "written"), ADDRESSES)
def test_a_placeholder_is_found_in_an_address(uri: str, written: str):
    assert [found.written for found in placeholders_in(uri, TextKind.ADDRESS)] == [written]


@pytest.mark.parametrize("uri", HARMLESS_ADDRESSES)
def test_a_harmless_address_has_no_placeholder(uri: str):
    assert list(placeholders_in(uri, TextKind.ADDRESS)) == []


def test_a_label_in_angle_brackets_is_no_placeholder_where_it_is_mentioned():
    data = some_data(
        task={
            "title": "Is it <IN> or <OUT>?",
            "description": "Choose <IN> or <OUT>, not <NAME>.",
            "labels": ["in", "OUT"],
            "instructions": {"short": "<IN> means that the ball touches the line."},
        }
    )

    assert [(each.pointer, each.message) for each in placeholder_problems(data)] == [
        ("/task/description", "still has the placeholder “<NAME>”")
    ]


def test_remarks_of_the_team_may_say_what_is_to_do():
    assert list(placeholder_problems(some_data(notes="TODO: ask <NAME> about the lights"))) == []


@pytest.mark.parametrize("label", ["TBD", "tbd", "todo la pista", "xxx", "...", "?"])
def test_a_label_may_be_short_or_mean_that_something_is_open(label: str):
    assert list(placeholders_in(label, TextKind.LABEL)) == []


# -- kinds -----------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[A-Z]{2,8}(_[A-Z]{2,8}){1,3}", fullmatch=True)
WORDS = st.lists(st.from_regex(r"[a-z]{2,9}", fullmatch=True), min_size=1, max_size=6).map(" ".join)
FORMS = st.sampled_from(["<{}>", "${{{}}}", "{{{{ {} }}}}", "$({})", "%({})s", "@@{}@@", "__{}__", "{{{}}}"])
QUICK = settings(max_examples=300, derandomize=True, database=None, deadline=None)


@QUICK
@given(NAMES, FORMS, st.sampled_from(HARMLESS), st.booleans())
def test_a_name_to_replace_is_found_anywhere_in_a_harmless_text(name: str, form: str, text: str, is_first: bool):
    written = form.format(name)
    whole = f"{written} {text}" if is_first else f"{text} {written}"

    assert written in [found.written for found in placeholders_in(whole, TextKind.PLAIN)]


@QUICK
@given(WORDS, st.sampled_from(["<", ">", "<=", ">=", "<>"]), st.integers(0, 999), st.sampled_from(["", " "]))
@example(words="clip shorter than", sign="<", number=3, space="")
def test_a_comparison_is_no_placeholder(words: str, sign: str, number: int, space: str):
    for text in (
        f"{words} {sign}{space}{number} s?",
        f"{number}{space}{sign}{space}{words}",
        f"{words} {sign} x {sign} y",
    ):
        assert list(placeholders_in(text, TextKind.MARKDOWN)) == []


@QUICK
@given(st.text(alphabet=st.characters(exclude_characters="<>{}[]$%@_", categories=("L", "N", "P", "Z")), max_size=80))
def test_whatever_is_found_is_part_of_the_text_at_its_index(text: str):
    for kind in TextKind:
        for found in placeholders_in(f"{text} <NAME> {text}", kind):
            assert f"{text} <NAME> {text}"[found.index :].startswith(found.written)


# -- what exists -----------------------------------------------------------------------------------------


def test_the_declarations_of_the_snapshots_have_no_placeholders():
    files = [path for path in (ROOT / "tests/snapshots").rglob("*.yaml") if path.name != "policy.yaml"]
    found = {str(path): list(placeholder_problems(yaml.safe_load(path.read_text()))) for path in files}

    assert len(found) >= 6
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_every_placeholder_of_a_file_that_new_wrote_is_named_on_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "jobs").mkdir()
    monkeypatch.chdir(tmp_path)
    run(NewOptions(file="jobs/rally.yaml"))

    problems = [one for one in validate(Checkout(tmp_path)).problems if one.rule == "GT240"]

    assert {problem.severity for problem in problems} == {Severity.WARNING}
    assert [(problem.pointer, problem.message.partition(" still ")[2].partition(";")[0]) for problem in problems] == [
        ("/owner", "has the placeholder “your-team”"),
        ("/task/labels/0", "has the placeholder “first answer”"),
        ("/task/labels/1", "has the placeholder “second answer”"),
        (
            "/task/instructions/full",
            "has the placeholder “Explain here what each answer means, with the cases that are easily confused”",
        ),
        ("/input/prefix", "has the placeholder “your-clips”"),
        ("/workforce/team", "has the placeholder “your-work-team”"),
    ]
