"""LIKE patterns that no text can make slow."""

from __future__ import annotations

import re


def pattern(wanted: str) -> re.Pattern[str]:
    """``%`` any text, ``_`` one character, ``\\`` takes the next character as it is.

    Every piece between two ``%`` is sought leftmost and never again (atomic groups): with ``%``
    alone as a repetition that finds a match whenever there is one, in linear time.
    """
    pieces = [""]
    at = 0
    while at < len(wanted):
        character = wanted[at]
        if character == "\\" and at + 1 < len(wanted):
            at += 1
            pieces[-1] += re.escape(wanted[at])
        elif character == "%":
            pieces.append("")
        else:
            pieces[-1] += "." if character == "_" else re.escape(character)
        at += 1
    if len(pieces) == 1:
        return re.compile(pieces[0], re.DOTALL)
    middle = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1] if piece)
    return re.compile(f"{pieces[0]}{middle}.*{pieces[-1]}", re.DOTALL)
