"""Rules about the clips of a job."""

import json
import re
from collections.abc import Iterator
from datetime import datetime

from groundctl.domain.aws.label_lines import has_stray_metadata
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.rules.registry import Case, error, rule, warning, whole_numbers
from groundctl.domain.declarations.sources import (
    CLIP_ENDINGS,
    TAKE_ALL,
    ChainedInput,
    InventoryInput,
    ManifestInput,
    ObjectsInput,
    PrefixInput,
)
from groundctl.domain.declarations.spec import AT_FAULT, SELECTING

MAX_LINE = 100_000

_SOURCES = {
    PrefixInput: "prefix",
    InventoryInput: "inventory",
    ManifestInput: "manifest",
    ObjectsInput: "objects",
    ChainedInput: "from_job",
}
_LISTED = (PrefixInput, InventoryInput)
_GIVEN = ("/input/prefix", "/input/inventory", "/input/manifest", "/input/objects", "/input/from_job")
_URIS = ("/input/prefix", "/input/inventory/prefix", "/input/manifest", "/input/objects/*")
_BRACES = re.compile(r"[{][^{}]*,[^{}]*[}]")
_NO_BUCKET = re.compile(r"[.][.-]|-[.]|\A[0-9]+(?:[.][0-9]+){3}\Z")


def readable_uris(case: Case) -> Iterator[tuple[str, str]]:
    """Yield the JSON Pointer and S3 URI of every readable input in the declaration."""
    listed, manifest = case.source(PrefixInput), case.source(ManifestInput)
    if listed and listed.prefix is not AT_FAULT:
        yield "/input/prefix", listed.prefix
    inventory = case.source(InventoryInput)
    if inventory and inventory.prefix is not AT_FAULT:
        yield "/input/inventory/prefix", inventory.prefix
    # The clips of a manifest beside the declaration are compared when it is read.
    if manifest and manifest.uri is not AT_FAULT and not manifest.is_file:
        yield "/input/manifest", manifest.uri
    clips = case.source(ObjectsInput)
    for index, clip in enumerate(clips.objects) if clips else ():
        if clip["source-ref"] is not AT_FAULT:
            yield f"/input/objects/{index}", clip["source-ref"]


# A source that is only guessed is not counted.
@rule("GT208", each=_GIVEN)
def clips_have_one_source(case: Case) -> Iterator[Diagnostic]:
    """AWS accepts one manifest; a topic can be used alone or with it."""
    ways = [_SOURCES[type(source)] for source in case.spec.sources]
    if len(ways) > 1:
        message = f"names clips in {len(ways)} ways: {' and '.join(ways)}"
        yield error(
            "GT208",
            "/input",
            message,
            "keep one of prefix, inventory, manifest, objects and from_job; a topic may stay",
            at_key=True,
        )


@rule("GT208", given=(*_GIVEN, "/input/topic"))
def clips_have_a_source(case: Case) -> Iterator[Diagnostic]:
    """A job without clips has nothing to label."""
    if not case.spec.sources and case.spec.input_topic is None:
        hint = "add one of prefix, inventory, manifest, objects, from_job or topic"
        yield error("GT208", "/input", "names no clips", hint, at_key=True)


@rule("GT210", given=("/input/topic", "/input/from_job"))
def streaming_jobs_do_not_continue_another(case: Case) -> Iterator[Diagnostic]:
    """A streaming job does not start from another job's output."""
    if case.spec.is_streaming and case.source(ChainedInput):
        hint = "label the rest of that job in a job of its own"
        yield error("GT210", "/input/from_job", "cannot be combined with input.topic", hint)


@rule("GT231", reads=("/input/only_new", "/input/topic"))
def only_new_has_a_list_of_clips(case: Case) -> Iterator[Diagnostic]:
    """A topic delivers clips while the job runs, so the ones that were asked before cannot be left out."""
    if case.spec.only_new and case.spec.is_streaming:
        hint = "leave out only_new, or name the clips instead of a topic"
        yield error("GT231", "/input/only_new", "cannot be combined with input.topic", hint)


@rule("GT231", reads=("/input/at", "/input/topic"))
def clips_of_a_topic_are_taken_while_the_job_runs(case: Case) -> Iterator[Diagnostic]:
    """A topic delivers clips while the job runs, so no moment decides which ones are taken."""
    if case.spec.takes_clips_at_create and case.spec.is_streaming:
        hint = "leave out at, or name the clips instead of a topic"
        yield error("GT231", "/input/at", "cannot be `create` with input.topic", hint)


@rule("GT220", each=("/input/objects/*",))
def clips_are_video_files(case: Case) -> Iterator[Diagnostic]:
    """Ground Truth shows mp4, webm and ogg; current browsers no longer play Theora."""
    for index, uri in case.clips():
        if uri.endswith(".mp4") or uri.lower().endswith(".mp4"):
            continue
        pointer = pointer_to("input", "objects", index)
        if not uri.lower().endswith(CLIP_ENDINGS):
            message = f"is {uri}, which is not a .mp4, .webm or .ogg file"
            yield error("GT220", pointer, message, "convert the clip: Ground Truth shows no other formats")
        elif uri.lower().endswith(".ogg"):
            message = f"is {uri}: current browsers may not play .ogg files"
            yield warning("GT220", pointer, message, "test it in your workers' browser, or convert it to .mp4")


@rule("GT221", each=("/input/objects/*",))
def clips_are_listed_once(case: Case) -> Iterator[Diagnostic]:
    """Each repeat is labeled, and paid for, again."""
    seen: set[str] = set()
    for index, uri in case.clips():
        if uri in seen:
            hint = "remove one of them: each is labeled and paid for"
            yield error("GT221", pointer_to("input", "objects", index), f"repeats {uri}", hint)
        seen.add(uri)


@rule("GT222", reads=("/output/label_attribute",), each=("/input/objects/*",))
def own_keys_are_not_the_label_attribute(case: Case) -> Iterator[Diagnostic]:
    """Ground Truth counts a line that already has the label attribute as labeled, and skips it silently."""
    listed, attribute = case.source(ObjectsInput), case.spec.label_attribute
    if not listed:
        return
    metadata = f"{attribute}-metadata"
    for index, clip in enumerate(listed.objects):
        if len(clip) == 1:
            continue
        if is_labeled := attribute in clip:
            hint = "rename the key: Ground Truth would count the clip as labeled"
            yield _taken_key(index, attribute, "is the label attribute", hint)
        if metadata in clip and (is_labeled or has_stray_metadata(clip, attribute)):
            hint = "rename the key: Ground Truth writes the metadata of its labels there"
            yield _taken_key(index, metadata, "belongs to the label attribute", hint)


@rule("GT222", each=("/input/objects/*", "/output/label_attribute"))
def own_keys_are_not_source(case: Case) -> Iterator[Diagnostic]:
    """The key `source` holds text in an input manifest, not a clip."""
    listed = case.source(ObjectsInput)
    for index, clip in enumerate(listed.objects) if listed else ():
        if "source" in clip and case.spec.label_attribute != "source":
            yield _taken_key(index, "source", "is for text, not clips", "rename the key")


def _taken_key(index: int, key: str, message: str, hint: str) -> Diagnostic:
    return error("GT222", pointer_to("input", "objects", index, key), f"the key `{key}` {message}", hint, at_key=True)


@rule("GT226", each=(*_URIS, "/output/location"))
def buckets_have_valid_names(case: Case) -> Iterator[Diagnostic]:
    """S3 accepts no consecutive dots and no IP addresses as bucket names."""
    sound: set[str] = set()
    location = case.spec.output_location
    uris = readable_uris(case)
    for pointer, uri in uris if location is None else (*uris, ("/output/location", location)):
        if uri is AT_FAULT or (bucket := uri[5 : uri.index("/", 5)]) in sound:
            continue
        if _NO_BUCKET.search(bucket):
            yield error("GT226", pointer, f'"{bucket}" is not a valid bucket name', "check the name of the bucket")
        else:
            sound.add(bucket)


@rule("GT229", each=("/input/objects/*",))
def manifest_lines_are_short_enough(case: Case) -> Iterator[Diagnostic]:
    """AWS reads no manifest line of more than 100,000 characters."""
    listed = case.source(ObjectsInput)
    for index, clip in enumerate(listed.objects) if listed else ():
        # Only lines that could be too long are encoded: JSON and UTF-8 use at most six bytes per character.
        if len(clip) > 1 and sum(len(str(value)) for value in clip.values()) > MAX_LINE // 8:
            if any(value is AT_FAULT for value in clip.values()):
                continue
            size = len(json.dumps(clip, ensure_ascii=False, separators=(",", ":")).encode())
            if size > MAX_LINE:
                message = f"makes a manifest line of {size:,} bytes; at most {MAX_LINE:,} are allowed"
                yield error("GT229", pointer_to("input", "objects", index), message, "shorten or remove your own keys")


@rule("GT230", each=("/input/sample/count", "/input/sample/seed", "/input/limit"))
def numbers_of_clips_are_written_whole(case: Case) -> list[Diagnostic]:
    """JSON Schema accepts 3.0 as a whole number; AWS's request does not."""
    selection = case.spec.selection
    numbers = [("/input/limit", selection.limit)]
    if selection.sample:
        numbers += [("/input/sample/count", selection.sample.count), ("/input/sample/seed", selection.sample.seed)]
    return whole_numbers(*numbers)


@rule("GT232", reads=("/input/sample",))
def samples_have_one_size(case: Case) -> Iterator[Diagnostic]:
    """A sample is a number of clips or a share of them."""
    sample = case.spec.selection.sample
    if sample is None or (sample.count is None) is not (sample.percent is None):
        return
    message = "gives neither count nor percent" if sample.count is None else "gives both count and percent"
    yield error("GT232", "/input/sample", message, "write one of them, such as `sample: {count: 500}`", at_key=True)


@rule("GT233", reads=("/input/size",))
def sizes_are_in_order(case: Case) -> Iterator[Diagnostic]:
    """No file is larger than the smallest size and smaller than the largest if these are the wrong way round."""
    selection = case.spec.selection
    if selection.min_size is not None and selection.max_size is not None and selection.min_size > selection.max_size:
        yield error("GT233", "/input/size", "has a min above its max, so no clip fits", "exchange them", at_key=True)


@rule("GT233", reads=("/input/modified",))
def times_are_in_order(case: Case) -> Iterator[Diagnostic]:
    """The last time of a selection comes after its first one."""
    selection = case.spec.selection
    if selection.since is not None and selection.before is not None and selection.since >= selection.before:
        message = "has a before that is not after its since, so no clip fits"
        yield error("GT233", "/input/modified", message, "exchange them; before is the first day that no longer counts")


@rule("GT234", each=("/input/modified/since", "/input/modified/before"))
def days_exist(case: Case) -> Iterator[Diagnostic]:
    """A day such as February 30 is in no calendar."""
    selection = case.spec.selection
    for member, moment in (("since", selection.since), ("before", selection.before)):
        if moment is None or moment is AT_FAULT:
            continue
        try:
            datetime.fromisoformat(moment)
        except ValueError:
            yield error(
                "GT234", f"/input/modified/{member}", f"is {moment[:10]}, which is no day", "write a day that exists"
            )


@rule("GT239", each=("/input/match/*", "/input/exclude/*"))
def patterns_are_what_they_seem(case: Case) -> Iterator[Diagnostic]:
    """A pattern that other tools read in another way takes nothing here, or leaves nothing out."""
    selection = case.spec.selection
    for member, patterns in (("match", selection.match), ("exclude", selection.exclude)):
        for index, pattern in enumerate(() if patterns is AT_FAULT else patterns):
            pointer = pointer_to("input", member, index)
            if pattern is AT_FAULT:
                continue
            if pattern.startswith("/"):
                message = f'is "{pattern}": a pattern is relative to the prefix and does not start with a slash'
                yield warning("GT239", pointer, message, f'write "{pattern.lstrip("/") or "**"}"')
            if _BRACES.search(pattern):
                message = f'is "{pattern}": braces are not expanded'
                yield warning("GT239", pointer, message, "write a pattern for each of them")


@rule("GT235", reads=("/input/where",), given=_GIVEN)
def where_has_keys_to_read(case: Case) -> Iterator[Diagnostic]:
    """The objects under a prefix have no keys of a manifest line."""
    is_listed = all(isinstance(source, _LISTED) for source in case.spec.sources)
    if case.spec.selection.where and case.spec.sources and is_listed:
        hint = "use match or exclude, or name the clips with a manifest that has these keys"
        yield error("GT235", "/input/where", "needs the keys of a manifest, and a prefix has none", hint, at_key=True)


@rule("GT237", reads=("/input/size", "/input/modified"), given=_GIVEN)
def size_and_date_have_a_listing(case: Case) -> Iterator[Diagnostic]:
    """S3 lists sizes and dates under a prefix; of a clip that is named, it says them only if it is asked about each."""
    selection, named = case.spec.selection, [each for each in case.spec.sources if not isinstance(each, _LISTED)]
    members = {"size": (selection.min_size, selection.max_size), "modified": (selection.since, selection.before)}
    for member, bounds in members.items():
        if named and len(case.spec.sources) == 1 and bounds != (None, None):
            message = f"needs a listing, and input.{_SOURCES[type(named[0])]} names its clips"
            yield error(
                "GT237", f"/input/{member}", message, "use it with prefix or inventory, or remove it", at_key=True
            )


@rule("GT236", reads=tuple(f"/input/{member}" for member in sorted(SELECTING)), given=(*_GIVEN, "/input/topic"))
def a_topic_has_nothing_to_select(case: Case) -> Iterator[Diagnostic]:
    """Clips that arrive while a job runs cannot be chosen before."""
    if case.spec.selection != TAKE_ALL and not case.spec.sources and case.spec.is_streaming:
        hint = "remove match, exclude, size, modified, where, sample and limit, or name the clips instead of a topic"
        yield error("GT236", "/input/topic", "delivers clips while the job runs, so none can be chosen before", hint)
