"""Ways to break one part of a valid declaration, each with the problem that must then be reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Data = dict[str, Any]
# A rule's id and the JSON Pointer of the problem.
Found = tuple[str, str]
Inject = Callable[[Data], Found | None]


@dataclass(frozen=True)
class Fault:
    """A way to break one part of a valid declaration; `inject` gives what must be reported, or None if it does not apply."""

    part: str
    name: str
    inject: Inject


FAULTS: list[Fault] = []


def fault(part: str) -> Callable[[Inject], Inject]:
    def enter(inject: Inject) -> Inject:
        FAULTS.append(Fault(part, inject.__name__, inject))
        return inject

    return enter


def set_value(pointer: str, value: Any, rule: str, *, at: str | None = None, add: bool = True) -> None:
    """Enter a fault that puts a value at a place."""
    *way, member = pointer.split("/")[1:]

    def inject(data: Data) -> Found | None:
        part = data
        for step in way:
            if step not in part and not add:
                return None
            part = part.setdefault(step, {})
        if member not in part and not add:
            return None
        part[member] = value
        return rule, pointer if at is None else at

    FAULTS.append(Fault(pointer, f"{pointer} = {value!r}"[:60], inject))


def remove(pointer: str, rule: str, at: str) -> None:
    """Enter a fault that takes a field away."""
    *way, member = pointer.split("/")[1:]

    def inject(data: Data) -> Found | None:
        part = data
        for step in way:
            part = part[step]
        return (rule, at) if part.pop(member, None) is not None else None

    FAULTS.append(Fault(pointer, f"no {pointer}", inject))


set_value("/name", "a_b", "GT105")
set_value("/name", "a" * 64, "GT106")
set_value("/name", "other-than-the-file", "GT212")
remove("/name", "GT102", "")
set_value("/owner", 3, "GT103")
remove("/owner", "GT102", "")
set_value("/notes", ["a"], "GT103")
set_value("/notify", ["dana", "@dana"], "GT105", at="/notify/1")
set_value("/notify", ["dana", "dana"], "GT109", at="/notify/1")
set_value("/state", "gone", "GT104")
set_value("/region", "Mars", "GT105")
set_value("/region", "eu-north-1", "GT219")
set_value("/zzz", 1, "GT101")
set_value("/task/title", "a 🏆", "GT213")
set_value("/task/title", " ", "GT213")
set_value("/task/title", "a" * 129, "GT106")
set_value("/task/title", "<TASK_TITLE>", "GT240")
set_value("/tags/whose", "your-team", "GT240")
remove("/task/title", "GT102", "/task")
set_value("/task/description", "a\nb", "GT213")
set_value("/task/description", None, "GT103")
set_value("/task/keywords", ["a", "b-c"], "GT105", at="/task/keywords/1")
set_value("/task/zzz", 1, "GT101")
set_value("/workforce/workers_per_object", 30, "GT107")
set_value("/workforce/workers_per_object", 3.0, "GT230")
remove("/workforce/workers_per_object", "GT102", "/workforce")
set_value("/workforce/task_time_limit", "9h", "GT205")
set_value("/workforce/task_time_limit", "9 hours", "GT105")
set_value("/workforce/task_availability", "40d", "GT206")
set_value("/workforce/task_availability", "soon", "GT105")
set_value("/workforce/max_concurrent_objects", 0, "GT107")
set_value("/workforce/seconds_per_clip", 0.5, "GT107")
set_value("/workforce/zzz", {}, "GT101")
set_value("/workforce/price_usd", 0.05, "GT217")
set_value("/workforce/price_usd", "much", "GT103", add=False)
remove("/workforce/price_usd", "GT217", "/workforce")
remove("/workforce/team", "GT214", "/workforce")
set_value("/workforce/team", "arn:aws:x", "GT105", add=False)
set_value("/output/label_attribute", "x-ref", "GT201")
set_value("/output/label_attribute", "x_y", "GT105")
set_value("/output/kms_key", "my key", "GT105")
set_value("/output/location", "s3://x", "GT105")
set_value("/output/location", "s3://a..c/", "GT226")
set_value("/budget/usd", -1, "GT107")
set_value("/budget/usd", "much", "GT103")
set_value("/rerun_of", {"job": "earlier", "reason": "short"}, "GT106", at="/rerun_of/reason")
set_value("/rerun_of", {"job": "a_b", "reason": "long enough"}, "GT105", at="/rerun_of/job")
set_value("/rerun_of", {"job": "earlier"}, "GT102", at="/rerun_of")
set_value("/tags/aws:x", "y", "GT218")
set_value("/tags/five", 5, "GT103")
set_value("/tags/loud", "a!", "GT218")
remove("/tags/cost-center", "GT501", "/tags/cost-center")
set_value("/input/prefix", "s3://a", "GT105", add=False)
set_value("/input/prefix", "s3://a..b/", "GT226", add=False)
set_value("/input/manifest", "s3://<bucket>/m.manifest", "GT105", add=False)
set_value("/input/from_job", "a_b", "GT105", add=False)
set_value("/input/at", "now", "GT104")
set_value("/input/topic", "arn:x", "GT105", add=False)
set_value("/input/sample", {"count": 0}, "GT107", at="/input/sample/count", add=False)
set_value("/input/sample", {"seed": 1}, "GT232", add=False)
set_value("/input/limit", 0, "GT107", add=False)
set_value("/input/size", {"min": "5"}, "GT105", at="/input/size/min", add=False)
set_value("/input/size", {"min": "5MB", "max": "1MB"}, "GT233", add=False)
set_value("/input/modified", {"since": "today"}, "GT105", at="/input/modified/since", add=False)
set_value("/input/modified", {"since": "2026-02-30"}, "GT234", at="/input/modified/since", add=False)
set_value("/input/inventory", {"prefix": "s3://clips/"}, "GT102", add=False)
set_value("/input/inventory/report", "s3://reports/daily", "GT105", add=False)
set_value("/input/inventory/prefix", "s3://a..b/", "GT226", add=False)
set_value("/input/only", {}, "GT108", add=False)
set_value("/input/only", {"labels": []}, "GT108", at="/input/only/labels", add=False)
set_value("/input/only", {"confidence_below": 60}, "GT107", at="/input/only/confidence_below", add=False)
set_value("/input/only", {"unlabeled": False}, "GT104", at="/input/only/unlabeled", add=False)
set_value("/input/zzz", 1, "GT101")


@fault("/input/only")
def labels_of_no_job(data: Data) -> Found | None:
    if "from_job" in data["input"]:
        return None
    data["input"]["only"] = {"unlabeled": True}
    return "GT102", "/input/only"


@fault("/task/labels")
def repeated_label(data: Data) -> Found:
    labels = data["task"]["labels"]
    first = labels[0] if isinstance(labels[0], str) else labels[0]["name"]
    labels.append(f"{first.upper()} ")
    labels[-1] = labels[-1].strip()
    return "GT202", f"/task/labels/{len(labels) - 1}"


@fault("/task/labels#blank")
def label_with_spaces(data: Data) -> Found:
    data["task"]["labels"].append(" spaces around ")
    return "GT203", f"/task/labels/{len(data['task']['labels']) - 1}"


@fault("/task/labels#long")
def long_label(data: Data) -> Found:
    data["task"]["labels"].append("l" * 257)
    return "GT106", f"/task/labels/{len(data['task']['labels']) - 1}"


@fault("/task/labels#number")
def numeric_label(data: Data) -> Found:
    data["task"]["labels"].append(7)
    return "GT103", f"/task/labels/{len(data['task']['labels']) - 1}"


@fault("/task/labels#hint")
def empty_hint(data: Data) -> Found:
    data["task"]["labels"].append({"name": "with a hint", "hint": ""})
    return "GT106", f"/task/labels/{len(data['task']['labels']) - 1}/hint"


@fault("/task/instructions/short")
def missing_file(data: Data) -> Found | None:
    if "instructions" not in data["task"]:
        return None
    data["task"]["instructions"]["short"] = "missing.md"
    return "GT401", "/task/instructions/short"


@fault("/task/instructions/full")
def unsigned_picture(data: Data) -> Found | None:
    if "instructions" not in data["task"]:
        return None
    data["task"]["instructions"]["full"] = "![a](s3://bucket/a%20b.png)"
    return "GT419", "/task/instructions"


@fault("/task/instructions/full")
def picture_from_elsewhere(data: Data) -> Found | None:
    if "instructions" not in data["task"]:
        return None
    data["task"]["instructions"]["full"] = "![a](https://example.com/b.png)"
    return "GT420", "/task/instructions"


@fault("/task/template")
def template_beside_instructions(data: Data) -> Found | None:
    if "instructions" not in data["task"]:
        return None
    data["task"]["template"] = "own.html"
    return "GT211", "/task/template"


@fault("/input")
def second_source(data: Data) -> Found | None:
    if not {"prefix", "inventory", "manifest", "objects"} & data["input"].keys() or "sample" in data["input"]:
        return None
    name, uri = ("manifest", "s3://clips/m") if "prefix" in data["input"] else ("prefix", "s3://clips/more/")
    data["input"][name] = uri
    return "GT208", "/input"


def clip(data: Data, added: Any, rule: str, further: str = "") -> Found | None:
    if "objects" not in data["input"]:
        return None
    data["input"]["objects"].append(added)
    return rule, f"/input/objects/{len(data['input']['objects']) - 1}{further}"


@fault("/input/objects#text")
def clip_that_is_no_video(data: Data) -> Found | None:
    return clip(data, "s3://clips/a.txt", "GT220")


@fault("/input/objects#number")
def clip_that_is_a_number(data: Data) -> Found | None:
    return clip(data, 5, "GT103")


@fault("/input/objects#uri")
def clip_that_is_a_name(data: Data) -> Found | None:
    return clip(data, {"source-ref": "clip.mp4", "camera": "north"}, "GT105", "/source-ref")


@fault("/input/objects#key")
def clip_with_a_key_of_ground_truth(data: Data) -> Found | None:
    return clip(data, {"source-ref": "s3://clips/own.mp4", "source": "x"}, "GT222", "/source")


@fault("/input/objects#repeat")
def repeated_clip(data: Data) -> Found | None:
    if "objects" not in data["input"]:
        return None
    first = data["input"]["objects"][0]
    uri = first if isinstance(first, str) else first["source-ref"]
    # A repeated .ogg file would be warned about twice.
    return None if uri.endswith(".ogg") else clip(data, uri, "GT221")


@fault("/input/content_classifiers")
def unclassified_public_clips(data: Data) -> Found | None:
    if "crowd" not in data["workforce"]:
        return None
    del data["input"]["content_classifiers"]
    return "GT216", "/input"


@fault("/stop_when")
def stopping_condition(data: Data) -> Found:
    streaming = "topic" in data["input"]
    data["stop_when"] = {"labeled_percent": 50 if streaming else 101}
    return ("GT210", "/stop_when") if streaming else ("GT107", "/stop_when/labeled_percent")


@fault("/output/topic")
def output_topic(data: Data) -> Found | None:
    if "topic" in data["input"]:
        return None
    data.setdefault("output", {})["topic"] = "labels"
    return "GT210", "/output/topic"
