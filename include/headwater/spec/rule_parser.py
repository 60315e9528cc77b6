"""The text of a rule to its nodes: a small grammar of its own, read from left to right. Executes nothing.

    or      = and {"or" and}                       and  = not {"and" not}           not = "not" not | test
    test    = sum {("==" | "!=" | "<" | "<=" | ">" | ">=") sum}
            | sum ["not"] "in" "[" constant {"," constant} "]"
            | column "is" ["not"] "null"
    sum     = product {("+" | "-") product}        product = sign {("*" | "/") sign}      sign = "-" sign | atom
    atom    = number | "text" | 'text' | "true" | "false" | column | "is_null" "(" column ")" | "(" or ")"
    column  = name | "col" "(" text ")"

Python's own parser is not used: it takes far more than this (calls, attributes, comprehensions), and changes names
(NFKC), so that a name that only looks like a column's would be taken for it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import cast

from headwater.spec.rule import (
    Arithmetic,
    Compare,
    Comparison,
    Constant,
    IsNull,
    Join,
    Name,
    Negative,
    Node,
    Not,
    OneOf,
    RuleError,
    Sum,
    depth,
)
from headwater.spec.rule_tokens import TAKES, Token, tokens

LENGTH_MAX = 1_000
DEPTH_MAX = 30
TREE_DEPTH_MAX = 100
_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
_WORDS = {"and", "or", "not", "in", "is", "null", "true", "false", "col", "is_null"}


@lru_cache(maxsize=256)
def parse_rule(text: str) -> Node:
    """The nodes of a rule.

    Raises:
        RuleError: longer than :data:`LENGTH_MAX`, nested deeper than :data:`DEPTH_MAX`, or not of the grammar above.
    """
    if len(text) > LENGTH_MAX:
        raise RuleError(LENGTH_MAX, f"it has more than {LENGTH_MAX:,} characters", "split it into several constraints")
    parser = _Parser(tokens(text))
    node = parser.either(0)
    parser.end()
    if depth(node) > TREE_DEPTH_MAX:  # a + a + a + … nests without a parenthesis
        raise RuleError(node.at, "it joins too many terms", "split it into several constraints")
    return node


class _Parser:
    """One pass over the tokens; each method reads what its name says of the grammar."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _take(self, *texts: str) -> Token | None:
        """The token at hand if it is a sign or word among ``texts``, and move on."""
        token = self._now
        if token.kind in ("sign", "name") and token.text in texts:
            self._place += 1
            return token
        return None

    def _need(self, text: str, cure: str) -> Token:
        token = self._take(text)
        if token is None:
            raise RuleError(self._now.at, f"{text!r} is missing before {self._shown()}", cure)
        return token

    def _shown(self) -> str:
        return "the end" if self._now.kind == "end" else repr(self._now.text)

    def end(self) -> None:
        """Nothing may follow."""
        token = self._now
        if token.kind == "end":
            return
        if token.text == "(":
            raise RuleError(token.at, "functions cannot be called", TAKES)
        raise RuleError(token.at, f"{token.text!r} does not follow what is before it", TAKES)

    def either(self, depth: int) -> Node:
        """Conditions joined by ``or``."""
        first, more = self._both(depth), []
        while self._take("or"):
            more.append(self._both(depth))
        return Join(first.at, "or", (first, *more)) if more else first

    def _both(self, depth: int) -> Node:
        first, more = self._contrary(depth), []
        while self._take("and"):
            more.append(self._contrary(depth))
        return Join(first.at, "and", (first, *more)) if more else first

    def _contrary(self, depth: int) -> Node:
        self._check_depth(depth)
        token = self._take("not")
        return Not(token.at, self._contrary(depth + 1)) if token else self._test(depth)

    def _test(self, depth: int) -> Node:
        first = self._sum(depth)
        if self._take("is"):
            is_negated = self._take("not") is not None
            self._need("null", "write: column is null, or: column is not null")
            return IsNull(first.at, self._only_name(first), is_negated)
        if self._now.text == "not" and self._tokens[self._place + 1].text == "in":
            self._place += 1
            return self._one_of(first, is_negated=True)
        if self._now.text == "in":
            return self._one_of(first, is_negated=False)
        operands, signs = [first], []
        while sign := self._take(*_COMPARISONS):
            signs.append(cast("Comparison", sign.text))
            operands.append(self._sum(depth))
        return Compare(first.at, tuple(operands), tuple(signs)) if signs else first

    def _one_of(self, operand: Node, *, is_negated: bool) -> Node:
        self._need("in", "write: column in [1, 2]")
        self._need("[", "in takes a list of values: column in ['a', 'b']")
        values = [self._listed()]
        while self._take(","):
            values.append(self._listed())
        self._need("]", "close the list with ]; separate its values by commas")
        return OneOf(operand.at, operand, tuple(values), is_negated)

    def _listed(self) -> Constant:
        at, is_negative = self._now.at, self._take("-") is not None
        constant = self._constant()
        if constant is None or (is_negative and isinstance(constant.value, bool | str)):
            raise RuleError(at, "a list holds more than values", "list numbers, quoted texts, true or false")
        return Constant(at, -constant.value) if is_negative and not isinstance(constant.value, str) else constant

    def _sum(self, depth: int) -> Node:
        node = self._product(depth)
        while sign := self._take("+", "-"):
            node = Sum(sign.at, cast("Arithmetic", sign.text), node, self._product(depth))
        return node

    def _product(self, depth: int) -> Node:
        node = self._sign(depth)
        while sign := self._take("*", "/"):
            if self._now.text == sign.text:
                raise RuleError(sign.at, f"{sign.text * 2!r} is not among its operators", "use + - * / alone")
            node = Sum(sign.at, cast("Arithmetic", sign.text), node, self._sign(depth))
        return node

    def _sign(self, depth: int) -> Node:
        self._check_depth(depth)
        token = self._take("-")
        return Negative(token.at, self._sign(depth + 1)) if token else self._atom(depth)

    def _atom(self, depth: int) -> Node:
        constant = self._constant()
        if constant is not None:
            return constant
        token = self._now
        if self._take("("):
            node = self.either(depth + 1)
            self._need(")", "close every parenthesis")
            return node
        if self._take("is_null"):
            self._need("(", "write: is_null(column)")
            operand = self._only_name(self._atom(depth + 1))
            self._need(")", "write: is_null(column)")
            return IsNull(token.at, operand, False)
        if self._take("null"):
            raise RuleError(token.at, "nothing is equal to null", "write: column is null, or: column is not null")
        return self._name()

    def _name(self) -> Name:
        token = self._now
        if self._take("col"):
            self._need("(", 'write: col("name of the column")')
            inner = self._now
            if inner.kind != "text":
                raise RuleError(inner.at, "col takes one quoted name", 'write: col("name of the column")')
            self._place += 1
            self._need(")", 'write: col("name of the column")')
            return Name(token.at, inner.text[1:-1])
        if token.kind != "name" or token.text in _WORDS:
            cure = 'name a column called like a word of the rule as col("…")' if token.kind == "name" else TAKES
            raise RuleError(token.at, f"a value or column is missing before {self._shown()}", cure)
        self._place += 1
        return Name(token.at, token.text)

    def _constant(self) -> Constant | None:
        token = self._now
        if token.kind == "text":
            self._place += 1
            return Constant(token.at, token.text[1:-1])
        if word := self._take("true", "false"):
            return Constant(word.at, word.text == "true")
        if token.kind != "number":
            return None
        self._place += 1
        whole = token.text.isdigit()
        value = int(token.text) if whole else float(token.text)
        if (whole and value >= 2**63) or not math.isfinite(float(value)):
            raise RuleError(token.at, "a number is too large", "use numbers below 9e18, or with a point below 1e308")
        return Constant(token.at, value)

    def _only_name(self, node: Node) -> Name:
        if not isinstance(node, Name):
            raise RuleError(node.at, "only a column can be null", "write: column is null")
        return node

    def _check_depth(self, depth: int) -> None:
        if depth > DEPTH_MAX:
            raise RuleError(self._now.at, f"it is nested deeper than {DEPTH_MAX}", "split it into several constraints")
