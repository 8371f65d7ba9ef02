"""JSON for programs and terminals: by Unicode class, no character in it is obeyed, or hidden from a reader."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundctl.presentation.escape import for_json


def of_category(category: str) -> str:
    points = map(chr, range(sys.maxunicode + 1))
    return "".join(character for character in points if unicodedata.category(character) == category)


@pytest.mark.parametrize("category", ["Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"])
def test_a_control_format_or_private_character_is_written_in_ascii(category: str) -> None:
    text = of_category(category)

    written = for_json({"text": text, text[:9]: None})

    assert written.isascii()
    assert not {*written} & ({*of_category("Cc")} - {"\n"})
    # Two lone surrogates beside each other are read as the character that they would be in UTF-16.
    assert json.loads(written)["text"].encode("utf-16", "surrogatepass") == text.encode("utf-16", "surrogatepass")


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"])))
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    unrelated = text.replace("##[", "")

    assert for_json([unrelated]) == json.dumps([unrelated], indent=2, ensure_ascii=False)


@given(
    st.recursive(
        st.text() | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_means_the_same_to_a_parser(value: object) -> None:
    assert json.loads(for_json(value)) == value
