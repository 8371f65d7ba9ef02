"""What S3 answers when it is asked about one object."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from groundctl.domain.clips.stored_object import StoredObject

# A listing shows these; the archive tiers of INTELLIGENT_TIERING are shown for one object only.
ARCHIVED_CLASSES = frozenset({"GLACIER", "DEEP_ARCHIVE"})


class Absence(StrEnum):
    """Why S3 does not show an object."""

    MISSING = "missing"
    DENIED = "denied"
    OTHER_REGION = "other region"
    CUSTOMER_KEY = "customer key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """An object that S3 does not show; detail is what S3 said."""

    why: Absence
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectFacts:
    """An object by its s3:// URI, as HEAD shows it; modified is ISO 8601 in UTC, restore is S3's header x-amz-restore.

    version is empty in a bucket without versions.
    """

    uri: str
    size: int
    modified: str = ""
    storage_class: str = "STANDARD"
    content_type: str = ""
    content_encoding: str = ""
    archive_status: str = ""
    restore: str = ""
    etag: str = ""
    version: str = ""

    @property
    def stored(self) -> StoredObject:
        """Return what a listing would show, and the version."""
        return StoredObject(self.uri, self.size, self.modified, self.storage_class, self.etag, self.version)

    @property
    def is_restored(self) -> bool:
        """Return whether an archived object has a copy that can be read for some days."""
        return 'ongoing-request="false"' in self.restore

    @property
    def is_being_restored(self) -> bool:
        """Return whether such a copy was asked for and is not there yet."""
        return 'ongoing-request="true"' in self.restore

    @property
    def archived_as(self) -> str:
        """Return the archive that an object is in, in S3's words; empty if it can be read at once."""
        if self.archive_status:
            return self.archive_status
        return self.storage_class if self.storage_class in ARCHIVED_CLASSES else ""


HeadAnswer = ObjectFacts | Unavailable
