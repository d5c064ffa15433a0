"""What a file is, by what is in it; and pictures drawn anew, without what a camera adds.

A photo holds where and when it was taken, and by whose device. A comment's picture is drawn again
from its pixels and nothing else is kept; so what hides behind the picture is gone as well.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image, ImageOps

from api.errors import Unprocessable, UnsupportedFormat

PDF, JPEG, PNG, WEBP = "application/pdf", "image/jpeg", "image/png", "image/webp"
SUFFIX: Mapping[str, str] = {PDF: "pdf", JPEG: "jpg", PNG: "png", WEBP: "webp"}
PICTURES: Mapping[str, str] = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
"""Media type -> the name of Pillow's reader."""
MOST_PIXELS = 50_000_000
SIDE = 2048
"""Longest side of a picture drawn anew, pixels."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""A picture of the most pixels takes some 200 MB while it is drawn."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew, always a JPEG."""

    content: bytes
    kind: str = JPEG


def kind_of(head: bytes) -> str:
    """The media type of a file that begins with ``head``. Raises UnsupportedFormat."""
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    raise UnsupportedFormat("attachment-kind", known="PDF, JPEG, PNG, WebP")


def redrawn(content: bytes, kind: str) -> Drawn:
    """The picture ``content`` of media type ``kind``, upright, at most `SIDE` pixels long.

    Raises Unprocessable (picture-unreadable) for what is no picture, or one of too many pixels.
    """
    try:
        with _AT_ONCE, warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow only warns of some bombs
            with Image.open(io.BytesIO(content), formats=[PICTURES[kind]]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Unprocessable("picture-unreadable")
                picture.draft("RGB", (SIDE, SIDE))
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
            upright.thumbnail((SIDE, SIDE))
            paper = Image.new("RGB", upright.size, "white")
            paper.paste(upright, mask=upright.getchannel("A"))
            out = io.BytesIO()
            paper.save(out, "JPEG", quality=85)
            return Drawn(out.getvalue())
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError,
            Warning, MemoryError, KeyError, IndexError, TypeError) as error:  # fmt: skip
        raise Unprocessable("picture-unreadable") from error
