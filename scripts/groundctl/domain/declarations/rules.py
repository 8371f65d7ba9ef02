"""What the schema cannot say about one declaration. One rule, one function, one id.

A rule takes a Case and yields Findings. GT2xx are about the declaration itself, GT5xx about this repository's policy.
Sources of the limits: botocore's SageMaker model and AWS's Ground Truth guide; where they disagree the comment says so.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from groundctl.domain.aws.prices import LISTED_PRICES
from groundctl.domain.aws.regions import BUILT_IN_LAMBDA_ACCOUNTS
from groundctl.domain.declarations.diagnostics import Diagnostic, Severity, pointer_to
from groundctl.domain.declarations.policy import Policy
from groundctl.domain.declarations.spec import (
    CLIP_ENDINGS,
    ChainedInput,
    JobSpec,
    ManifestInput,
    ObjectsInput,
    PrefixInput,
    input_uris,
    is_file_name,
)

DAY = 86_400
LONGEST_TASK = 8 * 3600
LONGEST_AVAILABILITY = 30 * DAY
LONGEST_PUBLIC_AVAILABILITY = 12 * 3600
DEFAULT_PUBLIC_AVAILABILITY = 6 * 3600
PII_FREE = "FreeOfPersonallyIdentifiableInformation"
MAX_LINE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One declaration and all a rule may look at."""

    path: str
    spec: JobSpec
    policy: Policy = field(default_factory=Policy)

    @property
    def folder(self) -> str:
        """Name the team's folder: the one directly under jobs/, however deep the file lies; elsewhere the file's own."""
        folders = self.path.split("/")[:-1]
        return next(iter(folders[1:2] if folders[:1] == ["jobs"] else folders[-1:]), "")


Rule = Callable[[Case], Iterable[Diagnostic]]
RULES: dict[str, Rule] = {}
ALONE: list[Rule] = []


def rule(name: str, *, alone: bool = False) -> Callable[[Rule], Rule]:
    """Enter a rule under its id; alone if what it finds at a place depends on nothing but that place."""

    def enter(check: Rule) -> Rule:
        assert name not in RULES, f"{name} names two rules"  # noqa: S101 - seen at import, by us
        RULES[name] = check
        if alone:
            ALONE.append(check)
        return check

    return enter


def check_rules(case: Case) -> tuple[Diagnostic, ...]:
    """Run every rule on one declaration."""
    return tuple(finding for check in RULES.values() for finding in check(case))


def check_rules_alone(case: Case) -> tuple[Diagnostic, ...]:
    """Run the rules that can be trusted on a declaration of which some members are not the author's."""
    return tuple(finding for check in ALONE for finding in check(case))


def _says(name: str, pointer: str, message: str, hint: str, *, warn: bool = False, at_key: bool = False) -> Diagnostic:
    severity = Severity.WARNING if warn else Severity.ERROR
    return Diagnostic(rule=name, pointer=pointer, message=message, hint=hint, severity=severity, at_key=at_key)


@rule("GT201")
def label_attribute_has_a_free_ending(case: Case) -> Iterator[Diagnostic]:
    """Ground Truth gives keys that end in -metadata and -ref a meaning of its own."""
    name = case.spec.label_attribute
    if name.endswith(("-metadata", "-ref")) or name == "source":
        given = name != case.spec.name
        ending = next((end for end in ("-metadata", "-ref") if name.endswith(end)), "source")
        yield _says(
            "GT201",
            "/output/label_attribute" if given else "/name",
            f'"{name}" cannot be the label attribute: Ground Truth uses `{ending}` itself',
            "choose another ending" if given else "give output.label_attribute another value",
        )


@rule("GT202", alone=True)
def labels_differ(case: Case) -> Iterator[Diagnostic]:
    """Workers cannot tell labels apart that differ by case, blanks or the way an accent is written."""
    seen: dict[str, str] = {}
    for index, label in enumerate(case.spec.labels):
        folded = _as_seen(label.name)
        if folded in seen:
            same = seen[folded] == label.name
            message = (
                f'"{label.name}" is listed twice'
                if same
                else f'"{label.name}" differs from "{seen[folded]}" only by case, blanks or unseen characters'
            )
            yield _says("GT202", pointer_to("task", "labels", index), message, "keep one of them, or reword it")
        seen.setdefault(folded, label.name)


def _as_seen(text: str) -> str:
    if text.isascii():
        return " ".join(text.casefold().split())
    # Accents may be written in two ways, and joiners only change how letters hang together.
    composed = unicodedata.normalize("NFKC", text.translate(_WITHOUT_JOINERS)).casefold()
    return " ".join(unicodedata.normalize("NFKC", composed).split())


_WITHOUT_JOINERS = {0x200C: None, 0x200D: None}


@rule("GT203", alone=True)
def labels_are_clean_text(case: Case) -> Iterator[Diagnostic]:
    """Blanks around a label, line breaks and invisible characters end up in the output unseen."""
    for index, label in enumerate(case.spec.labels):
        pointer = pointer_to("task", "labels", index)
        if label.name != label.name.strip():
            message = f'"{label.name}" has blanks around it' if label.name.strip() else "is blank"
            yield _says(
                "GT203", pointer, message, "remove the blanks" if label.name.strip() else "write what to choose"
            )
        elif any(character in label.name for character in "\n\r\t"):
            yield _says("GT203", pointer, "has a line break or tab in it", "write the label on one line")
        elif not label.name.isascii() and (hidden := _hidden_character(label.name)):
            message = f"holds U+{ord(hidden):04X}, a character that cannot be seen"
            yield _says("GT203", pointer, message, "retype the label")


def _hidden_character(text: str) -> str | None:
    hidden = (character for character in text if unicodedata.category(character) in {"Cf", "Zl", "Zp", "Cs"})
    return next((character for character in hidden if ord(character) not in _WITHOUT_JOINERS), None)


@rule("GT204", alone=True)
def there_is_a_choice(case: Case) -> Iterator[Diagnostic]:
    """A single label is accepted by AWS and pays for answers that say nothing."""
    if len(case.spec.labels) == 1:
        yield _says(
            "GT204",
            "/task/labels",
            "offers one label only: every answer will be that label",
            "add a second label",
            warn=True,
        )


@rule("GT205", alone=True)
def task_limit_is_in_range(case: Case) -> Iterator[Diagnostic]:
    """AWS names no maximum for clips; 8 hours is its limit for other tasks on one object."""
    limit = case.spec.task_time_limit
    if limit < 30:
        yield _says(
            "GT205", "/workforce/task_time_limit", f"is {limit}s; AWS takes no less than 30s", "write 30s or more"
        )
    elif limit > LONGEST_TASK:
        yield _says(
            "GT205",
            "/workforce/task_time_limit",
            "is longer than 8h, the longest AWS names for one object",
            "write 8h or less",
        )


@rule("GT206")
def availability_is_in_range(case: Case) -> Iterator[Diagnostic]:
    """30 days for private and vendor teams, 12 hours for the public crowd; a job fails after 30 days anyway."""
    available, public = case.spec.task_availability, case.spec.public_crowd
    if available is None:
        return
    if available < 60:
        yield _says(
            "GT206",
            "/workforce/task_availability",
            f"is {available}s; AWS takes no less than 60s",
            "write 60s or more",
        )
    elif public and available > LONGEST_PUBLIC_AVAILABILITY:
        yield _says(
            "GT206",
            "/workforce/task_availability",
            "is longer than 12h, the most for the public crowd",
            "write 12h or less",
        )
    elif available > LONGEST_AVAILABILITY:
        yield _says(
            "GT206", "/workforce/task_availability", "is longer than 30d, when AWS fails the job", "write 30d or less"
        )


@rule("GT207")
def a_task_fits_its_availability(case: Case) -> Iterator[Diagnostic]:
    """A worker who may take longer than the clip is on offer loses the work."""
    default = DEFAULT_PUBLIC_AVAILABILITY if case.spec.public_crowd else LONGEST_AVAILABILITY
    available = case.spec.task_availability or default
    if available < case.spec.task_time_limit <= LONGEST_TASK:
        yield _says(
            "GT207",
            "/workforce/task_time_limit",
            f"is longer than a clip is offered to workers ({_offered(case.spec)})",
            "shorten task_time_limit, or lengthen task_availability",
        )


def _offered(spec: JobSpec) -> str:
    if spec.task_availability is None:
        return "AWS's default for the public crowd is 6h"
    return f"task_availability is {_duration(spec.task_availability)}"


def _duration(seconds: int) -> str:
    size, unit = next(
        (size, unit) for size, unit in ((DAY, "d"), (3600, "h"), (60, "m"), (1, "s")) if seconds % size == 0
    )
    return f"{seconds // size:,}{unit}"


_SOURCES = {PrefixInput: "prefix", ManifestInput: "manifest", ObjectsInput: "objects", ChainedInput: "from_job"}


@rule("GT208")
def there_is_one_source_of_clips(case: Case) -> Iterator[Diagnostic]:
    """AWS takes one manifest; a topic may stand alone or beside it."""
    ways = len(case.spec.sources)
    if ways > 1:
        yield _says(
            "GT208",
            "/input",
            f"names clips in {ways} ways: {' and '.join(_SOURCES[type(source)] for source in case.spec.sources)}",
            "keep one of prefix, manifest, objects and from_job",
            at_key=True,
        )
    elif ways == 0 and case.spec.input_topic is None:
        yield _says(
            "GT208", "/input", "names no clips", "add one of prefix, manifest, objects, from_job or topic", at_key=True
        )


@rule("GT210")
def streaming_members_fit(case: Case) -> Iterator[Diagnostic]:
    """AWS ignores stopping conditions of streaming jobs, and tells an output topic of streamed clips only."""
    spec = case.spec
    if spec.is_streaming and (spec.stop_labeled_objects or spec.stop_labeled_percent):
        yield _says(
            "GT210", "/stop_when", "is ignored by AWS for a job that is fed by a topic", "remove stop_when", at_key=True
        )
    if spec.output_topic and not spec.is_streaming:
        yield _says("GT210", "/output/topic", "works together with input.topic only", "remove it, or add input.topic")
    if spec.is_streaming and isinstance(spec.source, ChainedInput):
        yield _says(
            "GT210",
            "/input/from_job",
            "cannot stand beside input.topic",
            "feed the rest of that job as a job of its own",
        )


@rule("GT211")
def there_is_one_worker_page(case: Case) -> Iterator[Diagnostic]:
    """The page is made from instructions, or it is the team's own."""
    spec = case.spec
    instructed = spec.short_instructions is not None or spec.full_instructions is not None
    if spec.template and instructed:
        yield _says(
            "GT211",
            "/task/template",
            "cannot stand beside instructions: they are part of the template",
            "keep one of the two",
        )
    elif not spec.template and not instructed:
        yield _says(
            "GT211",
            "/task",
            "has neither instructions nor template",
            "add instructions with short: and full:",
            at_key=True,
        )


@rule("GT212", alone=True)
def the_file_is_named_after_the_job(case: Case) -> Iterator[Diagnostic]:
    """The name that a review shows in its list of files is the name that is used up for ever."""
    stem = re.sub(r"[.]ya?ml\Z", "", case.path.rsplit("/", 1)[-1])
    if stem != case.spec.name:
        yield _says(
            "GT212",
            "/name",
            f'is "{case.spec.name}" in a file named "{stem}"',
            f"rename the file to {case.spec.name}.yaml, or write name: {stem}",
        )


@rule("GT213", alone=True)
def texts_for_workers_pass_aws(case: Case) -> Iterator[Diagnostic]:
    """AWS takes titles of the basic plane only (no emoji) and descriptions of one line."""
    for field_name, text in (("title", case.spec.title), ("description", case.spec.description)):
        pointer = f"/task/{field_name}"
        if not text:
            yield _says("GT213", pointer, "is blank", "write what workers should read")
        elif "\n" in text or "\r" in text or "\u2028" in text or "\u2029" in text or "\x85" in text:
            yield _says("GT213", pointer, "has more than one line", "write it on one line, or fold it with `>-`")
    if astral := [character for character in case.spec.title if ord(character) > 0xFFFD]:
        yield _says(
            "GT213",
            "/task/title",
            f"holds {astral[0]!r} (U+{ord(astral[0]):04X}), which AWS does not take in titles",
            "remove emoji and rare characters",
        )


@rule("GT214")
def there_is_one_workforce(case: Case) -> Iterator[Diagnostic]:
    """AWS takes one work team a job."""
    if case.spec.team and case.spec.public_crowd:
        yield _says("GT214", "/workforce/crowd", "cannot stand beside team", "keep one of the two")
    elif not case.spec.team and not case.spec.public_crowd:
        yield _says(
            "GT214", "/workforce", "names nobody to label", "add team: with a name from the infrastructure", at_key=True
        )


@rule("GT215")
def the_public_crowd_is_allowed(case: Case) -> Iterator[Diagnostic]:
    """Strangers see the clips, and the crowd is announced closed: only a reviewed policy lets it through."""
    if case.spec.public_crowd and not case.policy.allow_public_crowd:
        yield _says(
            "GT215",
            "/workforce/crowd",
            "asks for the public crowd, which this repository does not allow (and AWS announced as closed since 2026-09-30)",
            "name a private or vendor team; or have allow_public_crowd: true reviewed in jobs/policy.yaml",
        )


@rule("GT216")
def the_public_crowd_sees_no_persons(case: Case) -> Iterator[Diagnostic]:
    """AWS accepts a public job whose clips nobody vouches for, and then fails it."""
    if case.spec.public_crowd and PII_FREE not in case.spec.content_classifiers:
        yield _says(
            "GT216", "/input", f"does not vouch for {PII_FREE}, and without that AWS fails a public job",
            f"add content_classifiers: [{PII_FREE}], if it is true", at_key=True,
        )  # fmt: skip


@rule("GT217")
def the_price_is_listed(case: Case) -> Iterator[Diagnostic]:
    """AWS takes a fixed list of prices for the public crowd, and none for other teams."""
    price, public = case.spec.price_usd, case.spec.public_crowd
    if price is not None and not public:
        yield _says(
            "GT217",
            "/workforce/price_usd",
            "is for the public crowd only",
            "remove it; team prices belong in jobs/policy.yaml under rates",
        )
    elif price is None and public:
        yield _says(
            "GT217",
            "/workforce",
            "has no price_usd, which the public crowd needs",
            "add price_usd: 0.036 or another listed price",
            at_key=True,
        )
    elif price is not None and price not in LISTED_PRICES:
        nearest = min(LISTED_PRICES, key=lambda listed: abs(listed - price))
        yield _says(
            "GT217",
            "/workforce/price_usd",
            f"is {price}, which is not among AWS's listed prices",
            f"write another one; the nearest is {nearest}",
        )


@rule("GT218", alone=True)
def tags_pass_aws(case: Case) -> Iterator[Diagnostic]:
    """AWS takes letters, digits, blanks and _ . : / = + - @ and keeps aws: for itself."""
    for key, value in case.spec.tags:
        pointer = pointer_to("tags", key)
        owner = {"aws": "AWS", "groundctl": "groundctl"}.get(key.lower().partition(":")[0]) if ":" in key else None
        if owner:
            message = f"`{key}` starts as tags do that {owner} sets itself"
            yield _says("GT218", pointer, message, "choose another key", at_key=True)
        for text, is_key in ((key, True), (value, False)):
            if not _PLAIN_TAG.fullmatch(text) and (bad := _foreign_to_tags(text)):
                yield _says(
                    "GT218",
                    pointer,
                    f"the {'key' if is_key else 'value of'} `{key}` holds {bad!r}, which AWS does not take in tags",
                    "use letters, digits, blanks and _ . : / = + - @",
                    at_key=is_key,
                )


_PLAIN_TAG = re.compile("[A-Za-z0-9 _.:/=+@-]*")


def _foreign_to_tags(text: str) -> str | None:
    """Find a character outside of AWS's pattern for tags, which has letters, digits and blanks of all scripts."""
    foreign = (character for character in text if unicodedata.category(character)[0] not in "LZN")
    return next((character for character in foreign if character not in "_.:/=+-@"), None)


@rule("GT219", alone=True)
def the_region_has_the_functions(case: Case) -> Iterator[Diagnostic]:
    """AWS runs the built-in functions for video classification in 12 Regions only."""
    if case.spec.region and case.spec.region not in BUILT_IN_LAMBDA_ACCOUNTS:
        yield _says(
            "GT219", "/region", f"{case.spec.region} has no built-in functions for video classification",
            f"choose one of {', '.join(sorted(BUILT_IN_LAMBDA_ACCOUNTS))}",
        )  # fmt: skip


@rule("GT220", alone=True)
def clips_are_video_files(case: Case) -> Iterator[Diagnostic]:
    """Ground Truth shows mp4, webm and ogg; browsers of today no longer play Theora."""
    if not isinstance(case.spec.source, ObjectsInput):
        return
    for index, clip in enumerate(case.spec.source.objects):
        uri = clip["source-ref"].lower()
        if uri.endswith(".mp4"):
            continue
        pointer = pointer_to("input", "objects", index)
        if not uri.endswith(CLIP_ENDINGS):
            yield _says(
                "GT220",
                pointer,
                f"is {clip['source-ref']}, which is no .mp4, .webm or .ogg file",
                "convert the clip: Ground Truth shows no other formats",
            )
        elif uri.endswith(".ogg"):
            yield _says(
                "GT220",
                pointer,
                f"is {clip['source-ref']}: current browsers may not play .ogg files",
                "try it in your workers' browser, or convert to .mp4",
                warn=True,
            )


@rule("GT221", alone=True)
def clips_are_named_once(case: Case) -> Iterator[Diagnostic]:
    """Each repeat is labeled, and paid, again."""
    if not isinstance(case.spec.source, ObjectsInput):
        return
    seen: set[str] = set()
    for index, clip in enumerate(case.spec.source.objects):
        if clip["source-ref"] in seen:
            yield _says(
                "GT221",
                pointer_to("input", "objects", index),
                f"repeats {clip['source-ref']}",
                "remove one of them: each is labeled and paid for",
            )
        seen.add(clip["source-ref"])


@rule("GT222")
def own_keys_do_not_collide(case: Case) -> Iterator[Diagnostic]:
    """A line that already has the label attribute counts as labeled, and is skipped without a word."""
    if not isinstance(case.spec.source, ObjectsInput):
        return
    attribute = case.spec.label_attribute
    taken = {
        "source": "stands for text, not clips",
        attribute: "is the label attribute",
        f"{attribute}-metadata": "is the label attribute's",
    }
    for index, clip in enumerate(case.spec.source.objects):
        for key in clip.keys() & taken.keys() if len(clip) > 1 else ():
            yield _says(
                "GT222",
                pointer_to("input", "objects", index, key),
                f"the key `{key}` {taken[key]}",
                "rename the key" if key == "source" else "rename the key: Ground Truth would take the clip for labeled",
                at_key=True,
            )


@rule("GT223")
def stopping_can_happen(case: Case) -> Iterator[Diagnostic]:
    """A bound above the number of clips never stops anything."""
    spec, count = case.spec, None
    if isinstance(spec.source, PrefixInput) and spec.source.sample:
        count = spec.source.sample.count
    elif isinstance(spec.source, ObjectsInput):
        count = len(spec.source.objects)
    if count is not None and spec.stop_labeled_objects is not None and spec.stop_labeled_objects > count:
        yield _says(
            "GT223",
            "/stop_when/labeled_objects",
            f"is more than this job has clips ({count:,}), so it never stops it",
            "lower it, or remove it",
            warn=True,
        )


@rule("GT224", alone=True)
def confidence_is_computed(case: Case) -> Iterator[Diagnostic]:
    """AWS writes confidence 0.00 for one worker, which means that none was computed."""
    if case.spec.workers_per_object == 1:
        yield _says(
            "GT224",
            "/workforce/workers_per_object",
            "is 1: AWS then computes no confidence (it writes 0.00)",
            "take 3 or more where quality matters",
            warn=True,
        )


@rule("GT225")
def jobs_do_not_name_themselves(case: Case) -> Iterator[Diagnostic]:
    """A job does not follow or repeat itself."""
    spec = case.spec
    if isinstance(spec.source, ChainedInput) and spec.source.job.lower() == spec.key:
        yield _says(
            "GT225", "/input/from_job", "names this job itself", "name the job whose output you want to go on with"
        )
    if spec.rerun_of and spec.rerun_of.job.lower() == spec.key:
        yield _says("GT225", "/rerun_of/job", "names this job itself", "name the job that already bought these labels")


@rule("GT226", alone=True)
def buckets_are_real_names(case: Case) -> Iterator[Diagnostic]:
    """S3 takes no doubled dots and no addresses as bucket names."""
    known = set()
    for pointer, uri in _uris(case.spec):
        bucket = uri[5 : uri.index("/", 5)]
        if bucket not in known and _NO_BUCKET.search(bucket):
            yield _says("GT226", pointer, f'"{bucket}" cannot be a bucket', "check the bucket's name")
        else:
            known.add(bucket)


_NO_BUCKET = re.compile(r"[.][.-]|-[.]|\A[0-9]+(?:[.][0-9]+){3}\Z")


@rule("GT227")
def input_and_output_stay_apart(case: Case) -> Iterator[Diagnostic]:
    """Output under the listed prefix would be taken for clips, by a streaming job at once."""
    spec = case.spec
    if (
        isinstance(spec.source, PrefixInput)
        and spec.output_location
        and spec.output_location.startswith(spec.source.prefix)
    ):
        yield _says("GT227", "/output/location", "lies under input.prefix", "choose a place outside the clips")


@rule("GT228", alone=True)
def instruction_files_are_files(case: Case) -> Iterator[Diagnostic]:
    """A file's name that is none would be shown to workers as their instructions."""
    for part, text in (("short", case.spec.short_instructions), ("full", case.spec.full_instructions)):
        if text is None:
            continue
        if not text.strip():
            yield _says("GT228", f"/task/instructions/{part}", "is blank", "write what workers should know")
        elif (
            text.strip().lower().endswith((".md", ".html", ".txt", ".liquid"))
            and "\n" not in text.strip()
            and not is_file_name(text)
        ):
            yield _says(
                "GT228",
                f"/task/instructions/{part}",
                "looks like a file but is not a .md file beside this one",
                "name a Markdown file without blanks, or write the text itself",
            )


@rule("GT229")
def manifest_lines_are_short_enough(case: Case) -> Iterator[Diagnostic]:
    """AWS reads no manifest line of more than 100,000 characters."""
    if not isinstance(case.spec.source, ObjectsInput):
        return
    for index, clip in enumerate(case.spec.source.objects):
        # Only the few that could be too long are written out: JSON and UTF-8 make at most six bytes of a character.
        if len(clip) > 1 and sum(len(str(value)) for value in clip.values()) > MAX_LINE // 8:
            size = len(json.dumps(clip, ensure_ascii=False, separators=(",", ":")).encode())
            if size > MAX_LINE:
                message = f"makes a manifest line of {size:,} bytes; at most {MAX_LINE:,} are allowed"
                yield _says("GT229", pointer_to("input", "objects", index), message, "shorten or remove your own keys")


@rule("GT230")
def whole_numbers_are_written_whole(case: Case) -> Iterator[Diagnostic]:
    """JSON Schema calls 3.0 a whole number; AWS's request does not."""
    spec = case.spec
    sample = spec.source.sample if isinstance(spec.source, PrefixInput) else None
    for pointer, number in (
        ("/workforce/workers_per_object", spec.workers_per_object),
        ("/workforce/max_concurrent_objects", spec.max_concurrent_objects),
        ("/stop_when/labeled_objects", spec.stop_labeled_objects),
        ("/stop_when/labeled_percent", spec.stop_labeled_percent),
        ("/input/sample/count", sample and sample.count),
        ("/input/sample/seed", sample and sample.seed),
    ):
        if isinstance(number, float):
            yield _says("GT230", pointer, f"is {number}, not a whole number", f"write {int(number)}")


@rule("GT501", alone=True)
def required_tags_are_there(case: Case) -> Iterator[Diagnostic]:
    """The repository's policy asks for these tags."""
    have = {key for key, _ in case.spec.tags}
    for key in case.policy.required_tags:
        if key not in have:
            yield _says(
                "GT501",
                "/tags",
                f"the tag `{key}` is missing, which jobs/policy.yaml requires",
                f"add `{key}:` under tags",
                at_key=True,
            )


@rule("GT502", alone=True)
def clips_come_from_the_teams_own_prefixes(case: Case) -> Iterator[Diagnostic]:
    """One team's declaration does not send another team's clips to workers."""
    allowed = case.policy.allowed_prefixes.get(case.folder)
    if allowed is None:
        return
    for pointer, uri in _uris(case.spec):
        if pointer.startswith("/input") and not uri.startswith(allowed):
            yield _says(
                "GT502",
                pointer,
                f"lies outside what jobs/policy.yaml allows {case.folder}",
                f"use {' or '.join(allowed)}",
            )


@rule("GT503")
def the_budget_is_below_the_ceiling(case: Case) -> Iterator[Diagnostic]:
    """A budget above the repository's ceiling promises what a plan will refuse."""
    ceiling, budget = case.policy.job_ceiling.usd, case.spec.budget_usd
    if ceiling is not None and budget is not None and budget > ceiling:
        yield _says(
            "GT503",
            "/budget/usd",
            f"is above the ceiling of {_usd(ceiling)} for one job in jobs/policy.yaml",
            "lower it, or have the ceiling reviewed",
        )


def _usd(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def _uris(spec: JobSpec) -> Iterator[tuple[str, str]]:
    yield from input_uris(spec)
    if spec.output_location:
        yield "/output/location", spec.output_location
