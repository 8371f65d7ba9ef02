"""An object on S3, as a listing shows it, or an answer to HEAD."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object by its s3:// URI; size in bytes, modified as S3 writes it (ISO 8601, UTC), storage_class in S3's words.

    version is empty in a bucket without versions, and in a listing, which does not show it.
    """

    uri: str
    size: int
    modified: str = ""
    storage_class: str = "STANDARD"
    etag: str = ""
    version: str = ""
