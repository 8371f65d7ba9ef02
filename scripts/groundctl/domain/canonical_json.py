"""JSON in the one form that is digested, its digest, and JSON that others may have written."""

from __future__ import annotations

import json
from typing import Any, NoReturn

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
