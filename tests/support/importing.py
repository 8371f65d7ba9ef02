"""Jobs as AWS describes them, and their import."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from groundctl.domain.adoption.existing_job import ExistingJob, ImportedFile, ImportPlace, NotImported, StoredFile
from groundctl.domain.adoption.imported import import_job, text_of
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.schema import SchemaCheck
from groundctl.domain.declarations.validator import Validator
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.results.labeled_job import label_names
from support.builders import ACCOUNT, CHECKOUT, REGION, a_desired_job, a_policy, an_infrastructure

SCHEMA = SchemaCheck(CHECKOUT.schema("labeling-job"))
PAGE = b"<crowd-form><crowd-classifier></crowd-classifier><video></video></crowd-form>"
CREATED = datetime(2025, 3, 2, 9, 30, tzinfo=UTC)


def a_description(request: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """What AWS says of a job that some client made; a change replaces a whole member."""
    described: dict[str, Any] = json.loads(json.dumps(dict(request or a_desired_job().request)))
    name = described["LabelingJobName"]
    state = {
        "LabelingJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:labeling-job/{name.lower()}",
        "LabelingJobStatus": "Completed",
        "LabelCounters": {"TotalLabeled": 2},
        "CreationTime": CREATED,
        "LastModifiedTime": CREATED,
        "JobReferenceCode": "123",
    }
    if request is None:
        described["InputConfig"] = {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://clips/console.manifest"}}}
        described["LabelCategoryConfigS3Uri"] = "s3://clips/labels.json"
        described["HumanTaskConfig"]["UiConfig"] = {"UiTemplateS3Uri": "s3://clips/page.html"}
        del described["Tags"]
    return {**described, **state, **changes}


def categories(*labels: str) -> bytes:
    return json.dumps({"document-version": "2018-11-28", "labels": [{"label": label} for label in labels]}).encode()


def imported(
    described: Mapping[str, Any] | None = None,
    *,
    labels: Iterable[str] | StoredFile | None = ("winner", "error"),
    template: StoredFile | None = PAGE,
    follows: str | None = None,
    infrastructure: Infrastructure | None = None,
    **place: Any,
) -> ImportedFile | NotImported:
    """Import a job."""
    files = labels if labels is None or isinstance(labels, StoredFile) else categories(*labels)
    existing = ExistingJob(
        described=a_description() if described is None else described,
        labels=label_names(files) if isinstance(files, bytes) else files,
        template=template,
        follows=follows,
    )
    members: dict[str, Any] = {"folder": "jobs/imported", "owner": "tennis", "by": "dana", "on": date(2026, 11, 28)}
    where = ImportPlace(infrastructure=infrastructure or an_infrastructure(), **{**members, **place})
    return import_job(existing, where, SCHEMA)


def declaration_of(file: ImportedFile | NotImported) -> Declaration:
    """Read an imported file as a plan does."""
    assert isinstance(file, ImportedFile), file
    folder = file.path.rpartition("/")[0]
    texts = {path.removeprefix(f"{folder}/"): text_of(content) for path, content in file.texts.items()}
    validator = Validator(schema=SCHEMA, policy=a_policy(), read_text=lambda _, name: texts[name])
    checked = validator.check(file.path, file.content)
    assert checked.declaration is not None, checked.problems
    assert checked.problems == ()
    return checked.declaration


def comments_of(file: ImportedFile | NotImported) -> str:
    assert isinstance(file, ImportedFile), file
    return "\n".join(line.strip() for line in file.content.decode().splitlines() if line.strip().startswith("#"))
