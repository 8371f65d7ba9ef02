"""Rules about the clips of a job."""

import json
import re
from collections.abc import Iterator

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.rules.registry import Case, error, rule, warning, whole_numbers
from groundctl.domain.declarations.spec import (
    AT_FAULT,
    CLIP_ENDINGS,
    ChainedInput,
    ManifestInput,
    ObjectsInput,
    PrefixInput,
)

MAX_LINE = 100_000

_SOURCES = {PrefixInput: "prefix", ManifestInput: "manifest", ObjectsInput: "objects", ChainedInput: "from_job"}
_GIVEN = ("/input/prefix", "/input/manifest", "/input/objects", "/input/from_job")
_URIS = ("/input/prefix", "/input/manifest", "/input/objects/*")
_NO_BUCKET = re.compile(r"[.][.-]|-[.]|\A[0-9]+(?:[.][0-9]+){3}\Z")


def readable_uris(case: Case) -> Iterator[tuple[str, str]]:
    """Yield the JSON Pointer and S3 URI of every readable input in the declaration."""
    listed, manifest = case.source(PrefixInput), case.source(ManifestInput)
    if listed and listed.prefix is not AT_FAULT:
        yield "/input/prefix", listed.prefix
    if manifest and manifest.uri is not AT_FAULT:
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
        yield error("GT208", "/input", message, "keep one of prefix, manifest, objects and from_job", at_key=True)


# `match` and `sample` without a prefix are reported by the schema, and a prefix is then what is missing.
@rule("GT208", reads=("/input/match", "/input/sample"), given=(*_GIVEN, "/input/topic"))
def clips_have_a_source(case: Case) -> Iterator[Diagnostic]:
    """A job without clips has nothing to label."""
    if not case.spec.sources and case.spec.input_topic is None:
        hint = "add one of prefix, manifest, objects, from_job or topic"
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
    taken = {attribute: "is the label attribute", f"{attribute}-metadata": "belongs to the label attribute"}
    for index, clip in enumerate(listed.objects):
        for key in taken.keys() & clip.keys() if len(clip) > 1 else ():
            hint = "rename the key: Ground Truth would count the clip as labeled"
            yield _taken_key(index, key, taken[key], hint)


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


@rule("GT230", each=("/input/sample/count", "/input/sample/seed"))
def samples_are_written_whole(case: Case) -> list[Diagnostic]:
    """JSON Schema accepts 3.0 as a whole number; AWS's request does not."""
    listed = case.source(PrefixInput)
    if not listed or not listed.sample:
        return []
    return whole_numbers(("/input/sample/count", listed.sample.count), ("/input/sample/seed", listed.sample.seed))
