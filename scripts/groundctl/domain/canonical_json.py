"""Canonical JSON, and digests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# An object from JSON or YAML. Its members are stated by a schema under schemas/, not by a type.
JsonObject = Mapping[str, Any]

# Reused, because json.dumps would create an encoder for every call.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(value: Any) -> str:  # any JSON value
    """Return 32 hexadecimal digits of the SHA-256 of a value's canonical JSON."""
    import hashlib  # imported here, because it loads OpenSSL, which most validations do not need

    return hashlib.sha256(canonical_json(value)).hexdigest()[:32]


def canonical_json(value: Any) -> bytes:  # any JSON value
    """Write a value as canonical JSON: sorted keys, no whitespace, UTF-8."""
    # A lone surrogate, which AWS's responses can contain, has no UTF-8 form, so JSON's escape is kept.
    return _CANONICAL.encode(value).encode(errors="backslashreplace")
