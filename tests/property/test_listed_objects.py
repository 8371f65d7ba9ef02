"""Objects of a list are read as botocore reads them, whatever their keys and whatever form a page has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

import botocore.session
import pytest
from botocore.handlers import decode_list_object_v2
from botocore.parsers import ResponseParserError, ResponseParserFactory
from hypothesis import example, given
from hypothesis import strategies as st

from groundctl.adapters.aws.listed_objects import ListedObject, _before_parse, objects_of
from groundctl.adapters.aws.responses import _check_objects, _check_page, malformed_as_parser_error
from groundctl.adapters.aws.session import parse_timestamp

OPERATION = botocore.session.get_session().get_service_model("s3").operation_model("ListObjectsV2")
PARSERS = ResponseParserFactory()
PARSERS.set_parser_defaults(timestamp_parser=parse_timestamp)
PARSER: Any = PARSERS.create_parser("rest-xml")
S3_NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
MODIFIED = "2026-11-02T09:00:00.000Z"
SEEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
ETAG = "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>"
REST = f"<LastModified>{MODIFIED}</LastModified>{ETAG}<Size>7</Size><StorageClass>STANDARD</StorageClass>"
NOT_IN_XML = [chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)]
KEYS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=NOT_IN_XML), min_size=1)
    | st.sampled_from(
        ["a&amp;b", "<Key>", "]]>", "a+b", "%2B", "%", "%zz", "\r\n", "\t", "e\u0301", "\u200b", "😀", "a b"]
    ),
    min_size=1,
    max_size=5,
    unique=True,
)


def a_page(entries: str, count: int, *, namespace: str = S3_NAMESPACE, rest: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult{namespace}><Name>clips</Name><Prefix></Prefix>'
        f"<KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys>{rest}<IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"
    ).encode()


def read_as(body: bytes, *, here: bool) -> Any:
    """Read a page as botocore does it, with our hook or without; an exception is an answer too."""
    response: dict[str, Any] = {"status_code": 200, "headers": {}, "body": body}
    added: dict[str, Any] = {}
    try:
        with malformed_as_parser_error():
            if here:
                _before_parse(response_dict=response, customized_response_dict=added)
            page: dict[str, Any] = PARSER.parse(response, OPERATION.output_shape)
            page.update(added)
            decode_list_object_v2(page, {"encoding_type_auto_set": True})
            _check_page(page, "clips")
            objects = objects_of(page)
            _check_objects(objects, page["KeyCount"], "", "")
    except ResponseParserError:
        return "not from AWS"
    return [*objects], [page.get(name) for name in ("Name", "KeyCount", "IsTruncated", "NextContinuationToken")]


def was_read_here(body: bytes) -> bool:
    added: Mapping[str, Any] = {}
    _before_parse(response_dict={"status_code": 200, "headers": {}, "body": body}, customized_response_dict=added)  # type: ignore[arg-type]
    return bool(added)


@given(keys=KEYS, encoded=st.booleans())
@example(keys=["50%+1 é"], encoded=True)
def test_keys_of_any_characters_are_read_as_botocore_reads_them(keys: list[str], encoded: bool):
    keys = sorted(keys)
    written = [quote_plus(key, safe="/") if encoded else escape(key, {"\r": "&#13;"}) for key in keys]
    entries = "".join(f"<Contents><Key>{key}</Key>{REST}</Contents>" for key in written)
    body = a_page(entries, len(keys), rest="<EncodingType>url</EncodingType>" if encoded else "")

    found = read_as(body, here=True)

    assert found == read_as(body, here=False)
    assert [each.key for each in found[0]] == keys
    assert was_read_here(body) or not encoded


ENTRY = f"<Contents><Key>a</Key>{REST}</Contents>"
OTHER_FORMS = {
    "entries as S3 writes them": ENTRY,
    "in another order": ENTRY.replace("<Size>7</Size>", "").replace("<Key>", "<Size>7</Size><Key>"),
    "with checksums": ENTRY.replace(
        "<Size>",
        "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumAlgorithm>SHA1</ChecksumAlgorithm>"
        "<ChecksumType>FULL_OBJECT</ChecksumType><Size>",
    ),
    "with an owner": ENTRY.replace("<Size>", "<Owner><ID>Key</ID><Key>b</Key></Owner><Size>"),
    "with the last one in another form": ENTRY + ENTRY.replace("<Key>a", "<Key>b").replace("<Size>", "<Size >"),
    "with something between": ENTRY + "<Prefix>b</Prefix>" + ENTRY.replace("<Key>a", "<Key>b"),
    "with a prefix that looks like an entry": "<Prefix>&lt;Contents&gt;</Prefix>" + ENTRY,
    "in CDATA": f"<Prefix><![CDATA[{ENTRY}]]></Prefix>",
    "with an attribute": ENTRY.replace("<Contents>", '<Contents a="">'),
    "with blanks between": ENTRY.replace("><", ">\n  <"),
    "without ETag": ENTRY.replace(ETAG, ""),
    "without a time": ENTRY.replace(f"<LastModified>{MODIFIED}</LastModified>", ""),
    "with a time of another zone": ENTRY.replace(MODIFIED, "2026-11-02T10:00:00+01:00"),
    "with a time that is none": ENTRY.replace("2026-11", "2026-13"),
    "with a day of a week": ENTRY.replace("2026-11-02T", "2026-W45-1T"),
    "without a storage class": ENTRY.replace("<StorageClass>STANDARD</StorageClass>", ""),
    "without a size": ENTRY.replace("<Size>7</Size>", ""),
    "with an empty size": ENTRY.replace("<Size>7</Size>", "<Size/>"),
    "with a negative size": ENTRY.replace("7<", "-7<"),
    "with a size in words": ENTRY.replace("7<", "seven<"),
    "with a size in other digits": ENTRY.replace("7<", "\u0667<"),
    "with a blank around the size": ENTRY.replace("7<", " 7 <"),
    "with two keys": ENTRY.replace("<Key>a</Key>", "<Key>a</Key><Key>b</Key>"),
    "with two keys of different namespaces": ENTRY.replace("<Key>a</Key>", '<Key>a</Key><x:Key xmlns:x="x">b</x:Key>'),
    "with an empty key": ENTRY.replace("<Key>a</Key>", "<Key/>"),
    "with an element in the key": ENTRY.replace("<Key>a</Key>", "<Key>a<b/>c</Key>"),
    "with a comment in the key": ENTRY.replace("<Key>a</Key>", "<Key>a<!-- b -->c</Key>"),
    "with CDATA as the key": ENTRY.replace("<Key>a</Key>", "<Key><![CDATA[a&amp;<b>]]></Key>"),
    "with references in the key": ENTRY.replace("<Key>a</Key>", "<Key>&#97;&#x1F600;&lt;</Key>"),
    "in a comment": f"<!-- {ENTRY} -->",
    "inside another element": f"<CommonPrefixes>{ENTRY}</CommonPrefixes>",
    "of another namespace": f'<x:Contents xmlns:x="x">{ENTRY[10:-11]}</x:Contents>',
    "of two forms": ENTRY + ENTRY.replace("<Key>a", "<Key>b").replace(ETAG, ""),
    "an empty one": "<Contents/>",
    "an entry that is text": "<Contents>a</Contents>",
    "broken": "<Contents><Key>a</Contents>",
    "with an unknown entity": "<Contents><Key>&b;</Key></Contents>",
    "with a character that XML forbids": ENTRY.replace("<Key>a", "<Key>a\x01"),
    "none": "",
}


@pytest.mark.parametrize("namespace", [S3_NAMESPACE, "", ' xmlns="urn:another"'])
@pytest.mark.parametrize("form", OTHER_FORMS)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_page_of_any_other_form_is_read_or_refused_as_botocore_does_it(form: str, namespace: str, count: int):
    body = a_page(OTHER_FORMS[form], count, namespace=namespace)

    assert read_as(body, here=True) == read_as(body, here=False)


PIECES = [
    *re.findall(r"<[^<>]*>|[^<>]+", ENTRY),
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "<x>",
    "</x>",
    "<Key/>",
    " ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=4), st.lists(st.sampled_from(PIECES), max_size=4), st.data())
def test_a_page_with_pieces_in_any_place_is_read_or_refused_as_botocore_does_it(first, second, data):
    whole = a_page(ENTRY + ENTRY.replace("<Key>a", "<Key>b"), 2).decode()
    tokens = re.findall(r"<[^<>]*>|[^<>]+", whole)
    for pieces in (first, second):
        at = data.draw(st.integers(0, len(tokens)))
        tokens[at : at + data.draw(st.integers(0, 2))] = pieces
    body = "".join(tokens).encode()

    assert read_as(body, here=True) == read_as(body, here=False)


@given(cut=st.integers(0, len(a_page(ENTRY, 1)) - 1))
def test_a_page_that_is_cut_off_anywhere_is_refused(cut: int):
    assert read_as(a_page(ENTRY, 1)[:cut], here=True) == "not from AWS"


@pytest.mark.parametrize("form", ["entries as S3 writes them", "with checksums"])
def test_pages_of_s3_are_read_here(form: str):
    body = a_page(OTHER_FORMS[form], 1)

    assert was_read_here(body)
    assert read_as(body, here=True)[0] == [
        ListedObject("a", 7, MODIFIED, "STANDARD", '"d41d8cd98f00b204e9800998ecf8427e"')
    ]


def test_a_time_that_botocore_has_read_is_written_as_s3_writes_it():
    body = a_page(ENTRY.replace(ETAG, ""), 1)

    assert not was_read_here(body)
    assert read_as(body, here=True)[0] == [ListedObject("a", 7, MODIFIED, "STANDARD", "")]
    assert datetime.fromisoformat(MODIFIED) == SEEN
