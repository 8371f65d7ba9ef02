"""What a reviewer may want to know of one job to be created: what is asked, of whom, about which clips."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from groundctl.domain.jobs.request import DesiredJob
from groundctl.domain.planning.plan import Create
from groundctl.presentation.escape import for_markdown, for_markdown_code
from groundctl.presentation.markdown.comment import code_name, plain
from groundctl.presentation.text import count, duration, usd

# A path or an address is read to its end, or not at all.
MAX_ADDRESS: Final = 300
MAX_EXPLANATION: Final = 300
LABELS_SHOWN: Final = 20


def job_details(change: Create) -> str:
    """Write what folds open below the name of a job."""
    lines = "".join(f"- {name}: {value}\n" for name, value in _details(change) if value)
    return f"<details><summary>{plain(change.name)}: what is asked, of whom, about which clips</summary>\n\n{lines}\n</details>\n\n"


def _details(change: Create) -> Iterator[tuple[str, str]]:
    yield "file", _address(change.path)
    yield "owner", plain(change.owner)
    desired, budget = change.purchase.desired, change.job.budget_usd
    task = desired.request["HumanTaskConfig"]
    yield "question", plain(task["TaskTitle"])
    yield "explained as", for_markdown(task["TaskDescription"], MAX_EXPLANATION)
    yield "answers to choose from", _labels(desired)
    yield "clips", _clips(change)
    yield "people", _people(change, task)
    if "TaskAvailabilityLifetimeInSeconds" in task:
        yield "a clip is offered for", duration(task["TaskAvailabilityLifetimeInSeconds"])
    if budget is not None:
        yield "budget", for_markdown(usd(budget))
    page = task["UiConfig"]["UiTemplateS3Uri"].rpartition("/")[2]
    yield "page that workers see", f"{_address(page)}; `groundctl show FILE --as page` shows it"
    yield "declaration", code_name(change.job.declaration_digest)
    yield "input", code_name(change.purchase.input_digest)


def _labels(desired: DesiredJob) -> str:
    categories = _artifact(desired, "label-categories.json").get("labels", ())
    names = [plain(str(one["label"])) for one in categories]
    shown = ", ".join(names[:LABELS_SHOWN])
    return f"{shown} and {len(names) - LABELS_SHOWN} more" if len(names) > LABELS_SHOWN else shown


def _clips(change: Create) -> str:
    source = _artifact(change.purchase.desired, "declaration.json").get("declared", {}).get("input", {})
    number = f"{change.purchase.clips:,} " if isinstance(change.purchase.clips, int) else ""
    match source:
        case {"topic": topic}:
            return f"whatever arrives at topic {code_name(str(topic))}"
        case {"prefix": prefix, "sample": {"count": _, **sample}}:
            seed = sample.get("seed", 0)
            return f"{number}drawn from {_address(str(prefix))} with seed {for_markdown_code(str(seed))}"
        case {"prefix": prefix}:
            return f"{number}from {_address(str(prefix))}"
        case {"manifest": manifest}:
            return f"{number}named by {_address(str(manifest))}"
        case {"from_job": job}:
            return f"{number}left over by {code_name(str(job))}"
        case {"objects": objects}:
            return f"{number}written out in the file" if objects else ""
        case _:
            return ""


def _people(change: Create, task: Mapping[str, Any]) -> str:
    each, limit = task["NumberOfHumanWorkersPerDataObject"], task["TaskTimeLimitInSeconds"]
    words = f"{plain(change.team)}, {each} for each clip, at most {duration(limit)} for one answer"
    if change.purchase.cost is None:
        return words
    hours = -(-change.purchase.cost.answers * limit // 3600)
    return f"{words}: at most {count(hours, 'hour')} of work in all"


def _artifact(desired: DesiredJob, name: str) -> Mapping[str, Any]:
    content = next((one.content for one in desired.artifacts if one.uri.endswith(f"/{name}")), b"{}")
    return dict(json.loads(content))


def _address(text: str) -> str:
    return for_markdown_code(text, MAX_ADDRESS) if text else ""
