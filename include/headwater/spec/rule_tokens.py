"""The text of a rule cut into words, numbers, quoted texts and signs. Their order is ``rule_parser``'s matter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from headwater.spec.rule import RuleError

TAKES = "a rule takes comparisons, and, or, not, in [..], is null, + - * /, numbers, quoted texts and column names"
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<text>"[^"\\\n]*"|'[^'\\\n]*')
      | (?P<name>[^\W\d]\w*)
      | (?P<sign>==|!=|<=|>=|[<>+\-*/()\[\],])""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """A piece of the text: where it begins, what it is (``number text name sign end``), and its characters."""

    at: int
    kind: str
    text: str


def tokens(text: str) -> list[Token]:
    """The pieces of a rule, spaces left out, an ``end`` last.

    Raises:
        RuleError: a character that no rule holds, a text that is not closed, a number glued to a name.
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise RuleError(at, _strange(text[at]), _cure_of(text[at]))
        if match.lastgroup != "space":
            found.append(Token(at, str(match.lastgroup), match.group()))
        at = match.end()
        if match.lastgroup == "number" and at < len(text) and (text[at].isalnum() or text[at] in "_."):
            raise RuleError(at, "a number runs into other characters", "write numbers as 12, 0.5 or 1e3")
    return [*found, Token(len(text), "end", "")]


def _strange(character: str) -> str:
    return "a text is not closed, or holds a backslash" if character in "\"'" else f"{character!r} has no meaning here"


def _cure_of(character: str) -> str:
    if character == "=":
        return "compare with =="
    if character in "\"'":
        return "put the text in one pair of quotes, without backslash or line break"
    return TAKES
