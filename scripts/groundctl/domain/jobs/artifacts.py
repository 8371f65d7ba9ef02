"""The files that a labeling job is made from, each under a key that names its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from groundctl.domain.aws import s3_layout
from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.declarations.worker_template import worker_template
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.input_manifest import FrozenInput


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that a request points to, under a key that names its content."""

    uri: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobArtifacts:
    """The artifacts of one job; manifest is None for a job fed by a topic alone."""

    declaration: Artifact
    categories: Artifact
    template: Artifact
    manifest: Artifact | None

    def all(self) -> tuple[Artifact, ...]:
        """List them, the manifest last: what it says is what is bought."""
        always = (self.declaration, self.categories, self.template)
        return (*always, self.manifest) if self.manifest else always


def artifact_root(declaration: Declaration, infrastructure: Infrastructure, input_digest: str) -> str:
    """Name the folder of a job's artifacts by what was declared and what is bought."""
    return s3_layout.job_folder(
        bucket=infrastructure.artifact_bucket,
        name=declaration.spec.name,
        declaration=declaration.digest,
        input_digest=input_digest,
    )


def job_artifacts(
    declaration: Declaration, infrastructure: Infrastructure, clips: FrozenInput | None, input_digest: str
) -> JobArtifacts:
    """Make the artifacts of one job."""
    root = artifact_root(declaration, infrastructure, input_digest)
    categories = label_categories(declaration.spec)
    template = worker_template(declaration.spec, dict(declaration.texts)).encode()
    # The folder names what was declared and what is bought. How a template is made may change with groundctl, and a
    # manifest may name the same clips with other keys: these two carry the digest of their own bytes as well.
    template_name = s3_layout.template_file(_short_digest(template))
    return JobArtifacts(
        declaration=Artifact(
            f"{root}/{s3_layout.DECLARATION_FILE}", canonical_json(declaration.content), "application/json"
        ),
        categories=Artifact(f"{root}/{s3_layout.CATEGORIES_FILE}", categories, "application/json"),
        template=Artifact(f"{root}/{template_name}", template, "text/html; charset=utf-8"),
        manifest=_manifest(root, clips) if clips else None,
    )


def label_categories(spec: JobSpec) -> bytes:
    """Write the label category configuration; the order of labels is the order of the output's class numbers."""
    labels = [{"label": label.name} for label in spec.labels]
    return canonical_json({"document-version": "2018-11-28", "labels": labels})


def _manifest(root: str, clips: FrozenInput) -> Artifact:
    name = s3_layout.manifest_file(_short_digest(clips.manifest))
    return Artifact(f"{root}/{name}", clips.manifest, "application/x-ndjson")


def _short_digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
