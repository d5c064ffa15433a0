"""Sentences for people: gettext catalogues in Chinese and English, read as .po files.

Every stage brings its own catalogue ``locale/<lang>/<domain>.po``; all are merged. A message id
is a key (``finding.file-corrupt``, ``cli.summary.moved``), the translation a ``str.format``
template with named fields. A key missing from a language is a defect that a test finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

from babel.messages.pofile import read_po

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@cache
def catalogue(lang: Lang) -> Mapping[str, str]:
    """All messages of ``lang``, key -> template."""
    messages: dict[str, str] = {}
    folder = resources.files("redistrict") / "locale" / lang
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".po"):
            with entry.open("rb") as stream:
                for message in read_po(stream):
                    if message.id and message.string:
                        messages[str(message.id)] = str(message.string)
    return messages


def text(key: str, lang: Lang = "zh", /, **params: Any) -> str:
    """The sentence for ``key`` in ``lang`` filled with ``params``.

    An unknown key gives the key itself with its parameters, so that nothing is ever hidden. A
    ``reason`` or ``found`` that is a code of ours, not words of somebody's file, is worded by
    ``why.<code>``.
    """
    known = catalogue(lang)
    template = known.get(key)
    if template is None:
        return f"{key} {params}" if params else key
    worded = {
        name: known.get(f"why.{params[name]}", params[name])
        for name in ("reason", "found")
        if name in params
    }
    try:
        return template.format(**(params | worded))
    except (KeyError, IndexError, ValueError):
        return f"{template} {params}"
