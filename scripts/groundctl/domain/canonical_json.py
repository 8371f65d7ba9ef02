"""Canonical JSON, digests of it, and JSON that others may have written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

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


def parse_json(raw: bytes | str) -> Any:  # any JSON value
    """Parse a JSON document in UTF-8; raise ValueError for everything else: other bytes, deep nesting, NaN, huge numbers."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def parse_json_object(raw: bytes | str) -> dict[str, Any]:  # any JSON object
    """Parse a JSON object; raise ValueError for everything else."""
    parsed = parse_json(raw)
    if not isinstance(parsed, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - one kind of error for everything that is malformed
    return parsed


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
