"""What an editor shows beside a field: its title, its description with links, and a snippet to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.diagnostics import is_value_for_all
from groundctl.domain.declarations.schema_messages import resolved_schema

AWS_REFERENCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"
# The members of CreateLabelingJob that have members themselves, each with the name of its type.
TYPES = {
    "InputConfig": "LabelingJobInputConfig",
    "DataSource": "LabelingJobDataSource",
    "S3DataSource": "LabelingJobS3DataSource",
    "SnsDataSource": "LabelingJobSnsDataSource",
    "DataAttributes": "LabelingJobDataAttributes",
    "OutputConfig": "LabelingJobOutputConfig",
    "HumanTaskConfig": "HumanTaskConfig",
    "UiConfig": "UiConfig",
    "PublicWorkforceTaskPrice": "PublicWorkforceTaskPrice",
    "AmountInUsd": "USD",
    "StoppingConditions": "LabelingJobStoppingConditions",
    "LabelingJobName": "",
    "LabelAttributeName": "",
    "Tags": "Tag",
}
_MEMBER = re.compile(r"[A-Z]\w+(\.[A-Z]\w+)*", re.ASCII)


def described(field: JsonObject, label: str) -> dict[str, Any]:
    """Return the title and the descriptions of a field; only examples that editors can offer as values stay."""
    help_: dict[str, Any] = {"title": label}
    if description := field.get("description"):
        help_ |= {"description": description, "markdownDescription": "\n\n".join(_markdown(field, description))}
    if "enum" in field and "enumDescriptions" in field:
        help_["enumDescriptions"] = field["enumDescriptions"]
    if "examples" in field and is_value_for_all(field):
        help_["examples"] = field["examples"]
    return help_


def _markdown(field: JsonObject, description: str) -> Iterator[str]:
    yield description
    if "default" in field:
        yield f"Default: `{json.dumps(field['default'], ensure_ascii=False)}`"
    if "enum" not in field and (example := example_of(field)) is not None:
        yield f"Example: `{example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)}`"
    if link := aws_link(field.get("x-aws", "")):
        yield link
    if see := field.get("x-see"):
        yield f"[{see['title']}]({see['url']})"


def aws_link(place: str) -> str | None:
    """Link a member of AWS's request, such as HumanTaskConfig.TaskTitle, to its description."""
    found = _MEMBER.match(place)
    if not found:
        return None
    *holders, member = found.group().split(".")
    if member not in TYPES and not holders:
        return None
    page, anchor = "CreateLabelingJob", f"sagemaker-CreateLabelingJob-request-{member}"
    if holders:
        page = TYPES[holders[-1]]
        anchor = f"sagemaker-Type-{page}-{member}"
    return f"AWS: [{found.group()}]({AWS_REFERENCE}/API_{page}.html#{anchor})"


def example_of(field: JsonObject) -> Any:  # any JSON value
    """Return the first example of a field."""
    return next(iter(field.get("examples", ())), None)


def snippets(field: JsonObject, root: JsonObject) -> dict[str, Any]:
    """Return the snippet of a mapping: its required fields, or those of its example, with a tab stop for each value."""
    properties: Mapping[str, JsonObject] = field.get("properties", {})
    example = example_of(field)
    if field.get("type") != "object" or not properties:
        return {}
    shown = example if isinstance(example, dict) else {}
    names = [name for name in properties if name in field.get("required", ()) or name in shown]
    stops = _Stops(root)
    body = {name: stops.value(properties[name]) for name in names or list(properties)[:1]}
    label = f"fill in {', '.join(body)}"
    return {"defaultSnippets": [{"label": label, "description": field.get("description", ""), "body": body}]}


class _Stops:
    """Numbers the tab stops of one snippet."""

    def __init__(self, root: JsonObject) -> None:
        self._root = root
        self._next = 0

    def value(self, given: JsonObject) -> Any:  # a JSON value with tab stops
        field = resolved_schema(given, self._root)
        if "oneOf" in field:
            return self.value(next(part for part in field["oneOf"] if _is_text(part, self._root)))
        if "enum" in field:
            choices = ",".join(json.dumps(each) if isinstance(each, bool) else str(each) for each in field["enum"])
            return f"^{self._stop(f'|{choices}|')}"
        match field.get("type"):
            case "object":
                shown = example_of(field) or {}
                properties = field.get("properties", {})
                names = [name for name in properties if name in field.get("required", ()) or name in shown]
                return {name: self.value(properties[name]) for name in names} or self._stop(":")
            case "array":
                return [self.value(field["items"])]
            case "string":
                return f"^{self._stop(f':{self._text(field)}')}"
            case _:
                return f"^{self._stop(f':{json.dumps(example_of(field))}')}"

    def _stop(self, content: str) -> str:
        self._next += 1
        return f"${{{self._next}{content}}}"

    @staticmethod
    def _text(field: JsonObject) -> str:
        if "s3://" in field.get("pattern", ""):
            return "s3://bucket/folder/"
        return str(example_of(field)) if field.get("title") == "duration" else ""


def _is_text(part: JsonObject, root: JsonObject) -> bool:
    return "string" in resolved_schema(part, root).get("type", ())
