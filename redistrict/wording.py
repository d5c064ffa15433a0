"""Wording: findings and reasons as the sentences that people read, the same wherever they do."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from redistrict.i18n import Lang, catalogue, text
from redistrict.model.finding import Finding


def sentence(kind: str, code: str | None, finding: Finding, lang: Lang) -> str | None:
    """What a person reads of ``finding``: ``kind`` is ``finding``, ``action`` or ``remedy``.

    A reason among its parameters is worded, too. None where there is no remedy.
    """
    key = f"{kind}.{code}"
    if kind == "remedy" and key not in catalogue(lang):
        return None
    params = dict(finding.params)
    if f"reason.{params.get('reason')}" in catalogue(lang):
        params["reason"] = reason_text(str(params["reason"]), finding.params, lang)
    return text(key, lang, **params)


def reason_text(code: str, params: Mapping[str, Any], lang: Lang = "zh") -> str:
    """The sentence ``reason.<code>`` filled with ``params``.

    Where the engine gave fewer particulars, the fullest wording that needs no more of them is
    used: ``reason.<code>.rest`` (somebody else is in it, too), ``reason.<code>``,
    ``reason.<code>.short``, ``reason.<code>.bare``.
    """
    said = dict(params)
    for name in ("scope", "rest"):
        word = said.get(name)
        if isinstance(word, str) and f"{name}.{word}" in catalogue(lang):
            said[name] = text(f"{name}.{word}", lang, **said)
    known = catalogue(lang)
    for ending in (".rest", "", ".short", ".bare"):
        key = f"reason.{code}{ending}"
        if key in known and _fields(known[key]) <= {k for k, v in said.items() if v is not None}:
            return text(key, lang, **said)
    return text(f"reason.{code}", lang, **said)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
