"""The files that a labeling job is created from, each under a key with a digest of its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from groundctl.domain.aws import s3_layout
from groundctl.domain.canonical_json import canonical_json
from groundctl.domain.clips.input_manifest import FrozenInput
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.declarations.spec import JobSpec
from groundctl.domain.declarations.worker_template import worker_template
from groundctl.domain.jobs.infrastructure import Infrastructure


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that a request refers to, under a key with a digest of its content."""

    uri: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobArtifacts:
    """The artifacts of a job; manifest is None for a job with only a topic."""

    declaration: Artifact
    categories: Artifact
    template: Artifact
    manifest: Artifact | None

    def all(self) -> tuple[Artifact, ...]:
        """List the artifacts, the manifest last, because it determines what is bought."""
        always = (self.declaration, self.categories, self.template)
        return (*always, self.manifest) if self.manifest else always


def artifact_root(declaration: Declaration, infrastructure: Infrastructure, input_digest: str) -> str:
    """Return the folder of a job's artifacts, named by declaration and input digests."""
    return s3_layout.job_folder(
        bucket=infrastructure.artifact_bucket,
        name=declaration.spec.name,
        declaration=declaration.digest,
        input_digest=input_digest,
    )


def job_artifacts(
    declaration: Declaration, infrastructure: Infrastructure, clips: FrozenInput | None, input_digest: str
) -> JobArtifacts:
    """Create the artifacts of a job."""
    root = artifact_root(declaration, infrastructure, input_digest)
    categories = label_categories(declaration.spec)
    template = worker_template(declaration.spec, dict(declaration.texts)).encode()
    # The folder's name identifies the declaration and the purchase. A new version of groundctl may render another template,
    # and a manifest may list the same clips with other keys, so the names of these two contain their own digests too.
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
    """Write the label category configuration; the order of labels defines the output's class numbers."""
    labels = [{"label": label.name} for label in spec.labels]
    return canonical_json({"document-version": "2018-11-28", "labels": labels})


def _manifest(root: str, clips: FrozenInput) -> Artifact:
    name = s3_layout.manifest_file(_short_digest(clips.manifest))
    return Artifact(f"{root}/{name}", clips.manifest, "application/x-ndjson")


def _short_digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
