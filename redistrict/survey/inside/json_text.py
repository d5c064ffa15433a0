"""JSON as text: what can be known of it before a parser is let at it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json.decoder import JSONDecoder
from typing import Any

import numpy as np

from . import limits
from .refused import Refused

_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_BLANK = re.compile(r"[ \t\n\r]*")


class Reader:
    """A JSON object read key by key, so that a large member can be taken in pieces.

    Raises Refused: ``encoding-undecodable`` (not UTF-8), ``file-corrupt`` (not JSON, truncated,
    keys twice), ``too-deep``, ``unsupported-format`` (newline-delimited).
    """

    def __init__(self, data: bytes) -> None:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:2]:
            raise Refused("encoding-undecodable", {"encoding": "UTF-16"})
        data = data.removeprefix(b"\xef\xbb\xbf")
        try:
            self.text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused(
                "encoding-undecodable", {"encoding": "UTF-8", "offset": error.start}
            ) from error
        _check_depth(data)
        self.not_a_number = False
        self.decoder = JSONDecoder(
            object_pairs_hook=_once_each, parse_constant=self._constant, strict=True
        )
        self.at = 0

    def _constant(self, name: str) -> float:
        self.not_a_number = True
        return float(name.replace("Infinity", "inf"))

    def skip(self) -> str:
        """Past blanks; the character there, '' at the end."""
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
        return self.text[self.at : self.at + 1]

    def expect(self, characters: str) -> str:
        found = self.skip()
        if not found or found not in characters:
            raise self.corrupt()
        self.at += 1
        return found

    def value(self) -> Any:
        """The value that starts here."""
        self.skip()
        try:
            found, self.at = self.decoder.raw_decode(self.text, self.at)
        except RecursionError as error:
            raise Refused("too-deep", {"limit": limits.JSON_DEPTH}) from error
        except ValueError as error:  # JSONDecodeError and integers beyond the digit limit
            raise self.corrupt() from error
        return found

    def members(self) -> Iterator[str]:
        """Keys of the object that starts here; the caller consumes each value."""
        self.expect("{")
        if self.skip() == "}":
            self.at += 1
            return
        seen: set[str] = set()
        while True:
            if self.skip() != '"':
                raise self.corrupt()
            key = self.value()
            if key in seen:
                raise Refused("file-corrupt", {"reason": "key-twice", "key": key[:60]})
            seen.add(key)
            self.expect(":")
            yield key
            if self.expect(",}") == "}":
                return

    def elements(self) -> Iterator[None]:
        """Once for each element of the array that starts here; the caller consumes it."""
        self.expect("[")
        if self.skip() == "]":
            self.at += 1
            return
        while True:
            yield None
            if self.expect(",]") == "]":
                return

    def end(self) -> None:
        """Nothing but blanks may follow; another object means newline-delimited features."""
        rest = self.skip()
        if rest == "{" or rest == "\x1e":
            raise Refused("unsupported-format", {"found": "GeoJSONSeq"})
        if rest:
            raise self.corrupt()

    def corrupt(self) -> Refused:
        return Refused("file-corrupt", {"reason": "json", "offset": self.at})


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [k for k, _ in pairs]
        twice = next(k for k in keys if keys.count(k) > 1)
        raise Refused("file-corrupt", {"reason": "key-twice", "key": twice[:60]})
    return made


def _check_depth(data: bytes) -> None:
    brackets = _STRINGS.sub(b"", data).translate(None, _NOT_BRACKETS)
    code = np.frombuffer(brackets, dtype=np.uint8)
    # "[" 0x5b, "{" 0x7b open; "]" 0x5d, "}" 0x7d close: bit 2 tells them apart
    step = np.where(code & 0x04, -1, 1).astype(np.int8)
    depth = np.cumsum(step, dtype=np.int32)
    if len(depth) and depth[-1] > 0 and depth.max() > limits.JSON_DEPTH:
        raise Refused("file-corrupt", {"reason": "json", "offset": len(data)})
    if len(depth) and depth.max() > limits.JSON_DEPTH:
        raise Refused("too-deep", {"limit": limits.JSON_DEPTH})


def parse_small(data: bytes) -> Any:
    """A whole small document (PROJJSON, GeoParquet metadata), by the same rules."""
    reader = Reader(data)
    found = reader.value()
    reader.end()
    return found
