"""Which encoding a text of unknown origin has: declared first, then UTF-8, never a silent guess."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from .refused import Note, Refused

LANGUAGE_DRIVER = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x08: "cp865", 0x13: "cp932", 0x26: "cp866",
    0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950", 0x50: "cp874", 0x58: "cp1252",
    0x59: "cp1252", 0x64: "cp852", 0x65: "cp866", 0x78: "cp950", 0x79: "cp949",
    0x7A: "gb18030", 0x7B: "cp932", 0x7C: "cp874", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip
"""DBF header byte 29 -> encoding (dBASE and FoxPro tables). 0x00 and 0x57 (the system's own code
page) declare nothing."""


@dataclass(frozen=True)
class Decision:
    """The encoding to decode with, strictly, and what to say about it."""

    encoding: str
    notes: tuple[Note, ...] = ()


def known(name: str) -> str | None:
    """The Python codec for what a .cpg file, a person or a header calls an encoding."""
    text = name.strip().strip("\x00").casefold()
    if re.fullmatch(r"\d{3,5}", text):
        text = {"65001": "utf-8", "936": "gb18030", "54936": "gb18030", "20936": "gb18030"}.get(
            text, f"cp{text}" if not text.startswith("8859") else f"iso8859-{text[4:]}"
        )
    text = {
        "gbk": "gb18030", "gb2312": "gb18030", "gb_2312-80": "gb18030", "cp936": "gb18030",
        "ms936": "gb18030", "ansi 936": "gb18030", "oem 936": "gb18030", "big-5": "cp950",
        "big5": "cp950", "utf8": "utf-8", "ansi 1252": "cp1252",
    }.get(text, text)  # fmt: skip
    try:
        info = codecs.lookup(text)
    except (LookupError, ValueError):
        return None
    # text encodings only (not base64, zip ...); UTF-16 cannot stand in fixed-width text
    if not getattr(info, "_is_text_encoding", True) or info.name.startswith(("utf-16", "utf-32")):
        return None
    return info.name


def decide(sample: bytes, declared: list[tuple[str, str]], stated: str | None = None) -> Decision:
    """The encoding of ``sample`` (all the text of the file).

    ``declared``: (source, name) in the order of trust, e.g. DBF language byte, then .cpg;
    ``stated``: what the user says, before all else. Raises ``encoding-undecodable`` where what is
    declared does not fit the bytes, ``encoding-ambiguous`` where nothing is declared and the
    bytes are no UTF-8.
    """
    if stated is not None:
        codec = known(stated)
        if codec is None:
            raise Refused("encoding-undecodable", {"encoding": stated[:40]})
        _insist(sample, codec)
        return Decision(codec)
    if sample.isascii():
        return Decision("ascii")
    usable: list[str] = []
    for _, name in declared:
        codec = known(name)
        if codec is None:
            raise Refused("encoding-undecodable", {"encoding": name[:40]})
        usable.append(codec)
    for codec in usable:
        if _fits(sample, codec):
            others = [c for c in usable if c != codec]
            notes = tuple(
                Note("encoding-conflict", "warning", {"taken": codec, "other": c}) for c in others
            )
            return Decision(codec, notes)
    if usable:
        _insist(sample, usable[0])
    if _fits(sample, "utf-8"):
        return Decision("utf-8", (Note("encoding-assumed", "info", {"encoding": "UTF-8"}),))
    raise Refused("encoding-ambiguous", {"guess": _guess(sample)})


def _fits(sample: bytes, codec: str) -> bool:
    try:
        sample.decode(codec)
    except (UnicodeDecodeError, ValueError):
        return False
    return True


def _insist(sample: bytes, codec: str) -> None:
    try:
        sample.decode(codec)
    except (UnicodeDecodeError, ValueError) as error:
        offset = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise Refused("encoding-undecodable", {"encoding": codec, "offset": offset}) from error


def _guess(sample: bytes) -> str:
    """What the bytes read as in GB18030: shown to the user, who decides."""
    words = re.findall(rb"(?:[\x81-\xfe][\x30-\xfe])+", sample)[:3]
    if words and all(_fits(w, "gb18030") for w in words):
        return "GB18030: " + "、".join(w.decode("gb18030")[:12] for w in words)
    return "?"
