"""Rules about AWS tags."""

import re
import unicodedata
from collections.abc import Iterator

from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.document import pointer_to
from groundctl.domain.declarations.rules.registry import Case, error, rule
from groundctl.domain.declarations.spec import AT_FAULT

_PLAIN_TAG = re.compile("[A-Za-z0-9 _.:/=+@-]*")


@rule("GT218", each=("/tags/*",))
def tags_pass_aws(case: Case) -> Iterator[Diagnostic]:
    """AWS accepts letters, digits, spaces and _ . : / = + - @ and reserves aws: for itself."""
    for key, value in case.spec.tags:
        pointer = pointer_to("tags", key)
        owner = {"aws": "AWS", "groundctl": "groundctl"}.get(key.lower().partition(":")[0]) if ":" in key else None
        if owner:
            message = f"`{key}` starts like the tags that {owner} sets itself"
            yield error("GT218", pointer, message, "choose another key", at_key=True)
        for text, is_key in ((key, True), (value, False)):
            if text is not AT_FAULT and not _PLAIN_TAG.fullmatch(text) and (bad := _foreign_character(text)):
                yield error(
                    "GT218",
                    pointer,
                    f"the {'key' if is_key else 'value of'} `{key}` contains {bad!r}, which AWS does not accept in tags",
                    "use letters, digits, spaces and _ . : / = + - @",
                    at_key=is_key,
                )


def _foreign_character(text: str) -> str | None:
    """Return a character outside of AWS's pattern for tags, which allows letters, digits, and spaces of all scripts."""
    foreign = (character for character in text if unicodedata.category(character)[0] not in "LZN")
    return next((character for character in foreign if character not in "_.:/=+-@"), None)
