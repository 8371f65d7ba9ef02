"""JSON in the one form that is digested, and its digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# An object from JSON or YAML. Its members are stated by a schema under schemas/, not by a type.
JsonObject = Mapping[str, Any]

# Kept: json.dumps would make another encoder for every call.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(value: Any) -> str:  # any JSON value
    """Name a JSON value by 32 hexadecimal digits of the SHA-256 of its canonical form."""
    import hashlib  # with it comes OpenSSL, for which a validation that digests nothing need not wait

    return hashlib.sha256(canonical_json(value)).hexdigest()[:32]


def canonical_json(value: Any) -> bytes:  # any JSON value
    """Write a value as JSON in the one form that is digested: sorted keys, no blanks, UTF-8."""
    # Half a character, which AWS's answers may hold, has no UTF-8; JSON has an escape for it, in the same words.
    return _CANONICAL.encode(value).encode(errors="backslashreplace")
