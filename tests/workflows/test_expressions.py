"""Our reading of GitHub's expressions, on the examples of its documentation and on what surprises."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from github_emulator.runner.expressions import Value, evaluate, fill

CONTEXT: Mapping[str, Value] = {
    "needs": {"a": {"result": "success", "outputs": {"n": "0"}}},
    "github": {"event": {"repo": None}},
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("null == 0", True),
        ("null == ''", True),
        ("null != '0'", False),  # why a count that is missing must not be compared with '0'
        ("null == 'false'", False),
        ("null != 'true'", True),
        ("true == 1", True),
        ("'' == 0", True),
        ("'abc' == 'ABC'", True),
        ("'0' == ''", False),
        ("'x' == 0", False),
        ("'It''s' == 'it''s'", True),
        ("true && false || true", True),
        ("false || true && false", False),
        ("!true || true", True),
        ("!(true || true)", False),
        ("'a' || 'b'", "a"),
        ("'' || 'b'", "b"),
        ("'0' && 'yes'", "yes"),
        ("needs.a.outputs.n", "0"),
        ("needs.a.outputs.m", None),
        ("needs.b.outputs.m", None),
        ("github.event.repo.full_name == 'x'", False),
        ("github.event.repo.full_name != 'x'", True),
        ("${{ needs.a.result == 'success' }}", True),
    ],
)
def test_an_expression_has_githubs_value(expression: str, value: object):
    assert evaluate(expression, CONTEXT, {}) == value


def test_values_are_written_as_github_writes_them():
    assert fill("a ${{ true }} b ${{ null }} c ${{ needs.a.result }}", CONTEXT, {}) == "a true b  c success"


@pytest.mark.parametrize("expression", ["", "a b", "(true", "true &", '"text"', "f(", "always() = 1"])
def test_an_invalid_expression_is_refused(expression: str):
    with pytest.raises((ValueError, KeyError, IndexError)):
        evaluate(expression, CONTEXT, {"always": lambda: True})
