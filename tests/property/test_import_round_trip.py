"""A declaration that is compiled, described by AWS, imported, and compiled again makes the same request."""

from __future__ import annotations

from typing import Any

import pytest

from declarations.compiled import an_infrastructure_for, clips_for, generated
from groundctl.domain.adoption.said import FIELDS
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.request import DesiredJob, compile_job
from support.importing import a_description, comments_of, declaration_of, imported

JOBS = 60


@pytest.mark.parametrize("part", range(2))
def test_what_is_imported_makes_the_same_request(part: int):
    for seed in range(part, JOBS, 2):
        declaration = generated(seed).declaration
        assert declaration is not None
        infrastructure = an_infrastructure_for(declaration.spec)
        first = compile_job(declaration, infrastructure, clips_for(declaration.spec))

        again = _imported(first, infrastructure)

        second = compile_job(again, infrastructure, clips_for(declaration.spec))
        assert _comparable(second) == _comparable(first), seed


def test_every_value_that_a_file_does_not_say_is_a_comment_in_it():
    for seed in range(JOBS):
        declaration = generated(seed).declaration
        assert declaration is not None
        job = compile_job(declaration, an_infrastructure_for(declaration.spec), clips_for(declaration.spec))
        described = a_description(job.request, OneDay={"AWS": {"May": "add this"}})

        # An infrastructure of another team: it has no such role, team, topic, or key.
        comments = comments_of(imported(described, labels=_content(job, "labels.json"), template=_content(job, "html")))

        assert 'OneDay.AWS.May: "add this"' in comments
        assert f'RoleArn: "{job.request["RoleArn"]}"' in comments or "labeling" in job.request["RoleArn"]
        assert f'LabelCategoryConfigS3Uri: "{job.request["LabelCategoryConfigS3Uri"]}"' in comments
        assert not [name for name in FIELDS if name in comments and "Topic" not in name and "Kms" not in name], seed


def _imported(job: DesiredJob, infrastructure: Infrastructure) -> Declaration:
    template = _content(job, "html")
    described = a_description(job.request)
    file = imported(described, labels=_content(job, "labels.json"), template=template, infrastructure=infrastructure)
    return declaration_of(file)


def _content(job: DesiredJob, ending: str) -> bytes:
    """Find an artifact by the end of its key; the request has the whole key."""
    uris = {
        "html": job.request["HumanTaskConfig"]["UiConfig"]["UiTemplateS3Uri"],
        "labels.json": job.request["LabelCategoryConfigS3Uri"],
    }
    return next(artifact.content for artifact in job.artifacts if artifact.uri == uris[ending])


def _comparable(job: DesiredJob) -> dict[str, Any]:
    """A request with the content of its files in place of their keys, and without groundctl's own tags."""
    contents = {artifact.uri: artifact.content for artifact in job.artifacts}

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items()}
        return contents.get(value, value) if isinstance(value, str) else value

    tags = [tag for tag in job.request["Tags"] if not tag["Key"].startswith("groundctl:")]
    request: dict[str, Any] = plain({**job.request, "Tags": tags})
    return request
