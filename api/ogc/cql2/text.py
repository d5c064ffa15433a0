"""CQL2 text read into the tree of CQL2 JSON, in one pass without going back.

Source: OGC 21-065r2, Annex B (BNF). Precedence, weakest first: OR, AND, NOT, comparison, + -,
* / % DIV, ^, sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import shapely
import shapely.geometry

from api.errors import BadRequest
from api.ogc.cql2.tree import DEPTH, Tree, check_length, check_size, too_large

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<text>'(?:''|\\'|[^'])*')
  | (?P<quoted>"(?:""|[^"])+")
  | (?P<name>[^\W\d][\w:.]*)
  | (?P<sign><>|<=|>=|[=<>+\-*/%^(),])
  | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_GEOMETRIES = frozenset(
    (
        "POINT",
        "LINESTRING",
        "POLYGON",
        "MULTIPOINT",
        "MULTILINESTRING",
        "MULTIPOLYGON",
        "GEOMETRYCOLLECTION",
    )
)
_RESERVED = frozenset(("AND", "OR", "NOT", "BETWEEN", "IN", "LIKE", "IS", "NULL", "DIV"))
_COMPARISONS = frozenset(("=", "<>", "<", ">", "<=", ">="))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    said: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The keyword or sign it is, "" for what is not."""
        return self.said.upper() if self.kind in ("name", "sign") else ""


def parse_text(text: str) -> Tree:
    """The tree of a CQL2 text.

    Raises BadRequest: filter-syntax with the place (characters from 0), filter-too-large.
    """
    check_length(text)
    tree = _Parser(text).whole()
    check_size(tree)
    return tree


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _syntax(text, at)
        kind = match.lastgroup
        found.append(_Token(kind, match[kind], match.start(kind), match.end()))
        at = match.end()
    return found


def _syntax(text: str, at: int) -> BadRequest:
    return BadRequest("filter-syntax", position=at, near=text[at : at + 20])


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    def whole(self) -> Tree:
        tree = self.either()
        if self.now.kind != "end":
            raise self.wrong()
        return tree

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def wrong(self) -> BadRequest:
        return _syntax(self.text, self.now.start)

    def take(self, *words: str) -> str | None:
        """The keyword or sign that comes next, if it is one of these."""
        word = self.now.word
        if word not in words:
            return None
        self.at += 1
        return word

    def need(self, word: str) -> None:
        if self.take(word) is None:
            raise self.wrong()

    def either(self) -> Tree:
        self.depth += 1
        if self.depth > DEPTH:
            raise too_large("depth", DEPTH)
        terms = [self.both()]
        while self.take("OR"):
            terms.append(self.both())
        self.depth -= 1
        return terms[0] if len(terms) == 1 else {"op": "or", "args": terms}

    def both(self) -> Tree:
        terms = [self.negated()]
        while self.take("AND"):
            terms.append(self.negated())
        return terms[0] if len(terms) == 1 else {"op": "and", "args": terms}

    def negated(self) -> Tree:
        times = 0
        while self.take("NOT"):
            times += 1
        tree = self.compared()
        if times > DEPTH:
            raise too_large("depth", DEPTH)
        for _ in range(times):
            tree = {"op": "not", "args": [tree]}
        return tree

    def compared(self) -> Tree:
        left = self.sum()
        sign = self.take(*_COMPARISONS)
        if sign:
            return {"op": sign, "args": [left, self.sum()]}
        if self.take("IS"):
            denied = self.take("NOT")
            self.need("NULL")
            return _maybe_not(denied, {"op": "isNull", "args": [left]})
        denied = self.take("NOT")
        if self.take("BETWEEN"):
            lower = self.sum()
            self.need("AND")
            return _maybe_not(denied, {"op": "between", "args": [left, lower, self.sum()]})
        if self.take("LIKE"):
            return _maybe_not(denied, {"op": "like", "args": [left, self.sum()]})
        if self.take("IN"):
            self.need("(")
            return _maybe_not(denied, {"op": "in", "args": [left, self.rest(self.either())]})
        if denied:
            raise self.wrong()
        return left

    def sum(self) -> Tree:
        tree = self.product()
        while sign := self.take("+", "-"):
            tree = {"op": sign, "args": [tree, self.product()]}
        return tree

    def product(self) -> Tree:
        tree = self.power()
        while sign := self.take("*", "/", "%", "DIV"):
            tree = {"op": sign.lower(), "args": [tree, self.power()]}
        return tree

    def power(self) -> Tree:
        tree = self.signed()
        if self.take("^"):
            tree = {"op": "^", "args": [tree, self.signed()]}
        return tree

    def signed(self) -> Tree:
        if self.take("-"):
            tree = self.primary()
            if isinstance(tree, int | float) and not isinstance(tree, bool):
                return -tree
            return {"op": "*", "args": [-1, tree]}
        return self.primary()

    def primary(self) -> Tree:
        token = self.now
        if token.kind == "number":
            self.at += 1
            value = float(token.said)
            if value in (float("inf"), float("-inf")):
                raise _syntax(self.text, token.start)
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        if token.kind == "text":
            self.at += 1
            return token.said[1:-1].replace("''", "'").replace("\\'", "'")
        if token.kind == "quoted":
            self.at += 1
            return {"property": token.said[1:-1].replace('""', '"')}
        if self.take("("):
            first = self.either()
            if self.now.word == ",":
                return self.rest(first)
            self.need(")")
            return first
        if token.kind == "name" and token.word not in _RESERVED:
            self.at += 1
            return self.named(token)
        raise self.wrong()

    def named(self, token: _Token) -> Tree:
        word = token.word
        if word in ("TRUE", "FALSE"):
            return word == "TRUE"
        if word in _GEOMETRIES and (self.now.word == "(" or self.now.word in ("Z", "EMPTY")):
            return self.geometry(token)
        if self.now.word != "(":
            return {"property": token.said}
        self.at += 1
        if self.take(")"):
            return {"op": token.said.lower(), "args": []}
        args = self.rest(self.either())
        if word == "BBOX":
            return {"bbox": args}
        if word in ("DATE", "TIMESTAMP") and len(args) == 1:
            return {word.lower(): args[0]}
        if word == "INTERVAL":
            return {"interval": args}
        return {"op": token.said.lower(), "args": args}

    def rest(self, first: Tree) -> list[Tree]:
        """The list that begins with ``first``, up to its closing bracket."""
        found = [first]
        while self.take(","):
            found.append(self.either())
        self.need(")")
        return found

    def geometry(self, first: _Token) -> Tree:
        """A geometry in well-known text: as far as its brackets go."""
        depth = 0
        while True:
            token = self.now
            depth += {"(": 1, ")": -1}.get(token.word, 0)
            number = token.kind == "number" or token.word in ("(", ")", ",", "-", "+")
            if depth > DEPTH or not (number or token.word in (*_GEOMETRIES, "Z")):
                raise self.wrong()
            self.at += 1
            if depth == 0 and token.word == ")":
                break
        try:
            shape = shapely.from_wkt(self.text[first.start : self.tokens[self.at - 1].end])
        except shapely.GEOSException:
            raise _syntax(self.text, first.start) from None
        return _lists(shapely.geometry.mapping(shape))


def _maybe_not(denied: str | None, tree: Tree) -> Tree:
    return {"op": "not", "args": [tree]} if denied else tree


def _lists(value: Any) -> Any:
    """Tuples as lists, as JSON has them."""
    if isinstance(value, dict):
        return {k: _lists(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(v) for v in value]
    return value
