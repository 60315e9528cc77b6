"""The text of a rule: what is read, and what is refused, with its place and cure. Hostile ones above all."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.spec.rule import Compare, Constant, IsNull, Join, Name, Negative, Not, OneOf, RuleError, Sum, columns_of
from headwater.spec.rule_kinds import Kind, check_rule
from headwater.spec.rule_parser import DEPTH_MAX, LENGTH_MAX, parse_rule

KINDS: dict[str, Kind] = {"a": "number", "b": "boolean", "day": "time", "group": "unknown", "odd name": "number"}


def test_a_rule_as_nodes() -> None:
    assert parse_rule("smoker or cigarettes == 0") == Join(
        0, "or", (Name(0, "smoker"), Compare(10, (Name(10, "cigarettes"), Constant(24, 0)), ("==",)))
    )
    assert parse_rule("a + 2 * -b < 1.5e1") == Compare(
        2,
        (
            Sum(2, "+", Name(0, "a"), Sum(6, "*", Constant(4, 2), Negative(8, Name(9, "b")))),
            Constant(13, 15.0),
        ),
        ("<",),
    )
    assert parse_rule("not a not in ['x', -1, true]") == Not(
        0, OneOf(4, Name(4, "a"), (Constant(14, "x"), Constant(19, -1), Constant(23, True)), True)
    )
    assert parse_rule('is_null(col("odd name"))') == IsNull(0, Name(8, "odd name"), False)
    assert parse_rule("a is not null") == IsNull(0, Name(0, "a"), True)


def test_and_binds_closer_than_or_and_not_closest() -> None:
    node = parse_rule("not x and y or z")
    assert isinstance(node, Join)
    assert (node.word, [type(part) for part in node.operands]) == ("or", [Join, Name])
    assert parse_rule("(x or y) and z") != parse_rule("x or y and z")


def test_columns_are_named_once_in_order() -> None:
    assert columns_of(parse_rule('b == 1 and (größe < b or col("b") is null)')) == ("b", "größe")


HOSTILE = [
    ("__import__('os').system('id')", 17, "'.' has no meaning"),
    ("__import__('os')", 11, "functions cannot be called"),
    ("eval('1')", 5, "functions cannot be called"),
    ("a.__class__ == 1", 2, "'.' has no meaning"),
    ("a[0] == 1", 2, "'\\[' does not follow"),
    ("lambda: 1", 7, "':' has no meaning"),
    ("[x for x in a] == 1", 1, "missing before '\\['"),
    ("{1: 2} == 1", 1, "'{' has no meaning"),
    ("a if b else c", 3, "'if' does not follow"),
    ("(a := 1) == 1", 4, "':' has no meaning"),
    ("9 ** 9 ** 9 > a", 3, "'\\*\\*' is not among its operators"),
    ("a // 2 == 1", 3, "'//' is not among"),
    ("a % 2 == 1", 3, "'%' has no meaning"),
    ("a == 1; drop", 7, "';' has no meaning"),
    ("a == 0x10", 7, "a number runs into"),
    ("a == 1_000", 7, "a number runs into"),
    ("a == 1e999", 6, "a number is too large"),
    ("a == 9223372036854775808", 6, "a number is too large"),
    ("a == " + "9" * 900, 6, "a number is too large"),
    ("f'{a}' == 'x'", 2, "does not follow"),
    ("a == 'x\\'y'", 6, "a text is not closed, or holds a backslash"),
    ("a == 'x", 6, "a text is not closed"),
    ("a = 1", 3, "'=' has no meaning here; compare with =="),
    ("a == null", 6, "nothing is equal to null; write: column is null"),
    ("1 is null", 1, "only a column can be null"),
    ("a is 1", 6, "'null' is missing"),
    ("a in (1, 2)", 6, "'\\[' is missing"),
    ("a in []", 7, "a list holds more than values"),
    ("a in [b]", 7, "a list holds more than values"),
    ("a in [1 2]", 9, "'\\]' is missing"),
    ("a in [-'x']", 7, "a list holds more than values"),
    ("col(a) == 1", 5, "col takes one quoted name"),
    ("is_null(1)", 9, "only a column can be null"),
    ("in == 1", 1, 'called like a word of the rule as col\\("…"\\)'),
    ("", 1, "missing before the end"),
    ("a ==", 5, "missing before the end"),
    ("a == 1)", 7, "'\\)' does not follow"),
    ("(a == 1", 8, "'\\)' is missing"),
    ("a\u200b == 1", 2, "has no meaning"),
    ("a == 1\x00", 7, "has no meaning"),
    ("(" * 200 + "a" + ")" * 200, DEPTH_MAX + 2, "nested deeper than"),
    ("-" * 900 + "1 == a", DEPTH_MAX + 2, "nested deeper than"),
    ("not " * 200 + "b", 4 * (DEPTH_MAX + 1) + 1, "nested deeper than"),
    ("+".join("a" * 400) + " == 1", None, "joins too many terms"),
    ("a == 1 or " * 101, LENGTH_MAX + 1, "more than 1,000 characters"),
]


@pytest.mark.parametrize(("text", "at", "problem"), HOSTILE, ids=lambda one: str(one)[:24])
def test_what_is_no_rule_is_refused_with_its_place(text: str, at: int | None, problem: str) -> None:
    with pytest.raises(RuleError, match=problem) as caught:
        parse_rule(text)
    assert str(caught.value).startswith("the rule is wrong at character")
    assert caught.value.cure
    if at is not None:
        assert f"at character {at}: " in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab01.'\"()[]<>=!-+*/, \nornotandi_null\u0430ａ", max_size=60) | st.text(max_size=40))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        names = columns_of(parse_rule(text))
    except RuleError:
        return  # any other error fails the test
    assert all(name in text for name in names)


def test_wide_rules_do_not_exhaust_the_stack() -> None:
    rule = parse_rule(" or ".join(f"a == {number}" for number in range(90)))
    room = sys.getrecursionlimit()
    check_rule(rule, KINDS)
    assert sys.getrecursionlimit() == room


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("\u0430 == 1", "no learned column '\u0430'; use one of: a, b"),  # a Cyrillic letter
        ("\uff41 == 1", "no learned column '\uff41'"),  # full width: Python would read it as a
        ("od_name == 1", "did you mean 'odd name'"),
        ("a", "column 'a' is a number, not true or false; compare it"),
        ("a and b", "column 'a' is a number, not true or false"),
        ("b + 1 == 2", "column 'b' is true or false, not a number"),
        ("b > 1", "true or false is compared with a number"),
        ("b < true", "true or false has no order"),
        ("a == 'x'", "a number is compared with text"),
        ("group < 'x'", "categorical has no order"),
        ("group < group", "categorical has no order"),
        ("group", "column 'group' is categorical, not true or false"),
        ("day < 'soon'", "a date is compared with text that is none; write dates as '2024-01-31'"),
        ("day == '2024-01-31T00:00:00+02:00'", "a date is compared with text that is none"),
        ("day == 5", "a date is compared with a number"),
        ("day - a > 1", "column 'day' is a date, not a number"),
        ("day + day > 1", "column 'day' is a date, not a number"),
        ("day == group", "a date is compared with categorical"),
        ("1 < a == b", "a number is compared with true or false"),
        ("a in [1, 'x']", "a number is compared with text"),
    ],
)
def test_parts_that_do_not_fit(rule: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        check_rule(parse_rule(rule), KINDS)


@pytest.mark.parametrize(
    "rule",
    [
        "b",
        "not b or a > 1",
        "group == 'x' or group in [1, 2] or group > 3",
        "'2024-01-31' <= day < '2024-02-01T12:30:00'",
        "day - day <= a / 2",
        "b == true",
        "b == (a > 1)",
        'col("odd name") >= -3.5',
        "true",
    ],
)
def test_parts_that_fit(rule: str) -> None:
    node = parse_rule(rule)
    check_rule(node, KINDS)
    assert set(columns_of(node)) <= set(KINDS)
