"""Refusal: an event that cannot be applied, with the clause or the lock that stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from redistrict.i18n import Lang, text

RefusalCode = Literal[
    "unknown-area",
    "unknown-member",
    "unknown-event",
    "nothing-to-do",
    "frozen",
    "locked",
    "other-office",
    "ruling-held",
    "id-taken",
    "id-not-allowed",
    "wrong-members",
    "nothing-left",
    "not-undoable",
    "not-redoable",
    "depends",
]


@dataclass(frozen=True)
class Refusal:
    """Why an event was not applied; nothing has changed.

    ``clause``: of the policy, where one stands against it. ``params`` fill the sentence
    ``refusal.<code>``.
    """

    code: RefusalCode
    params: Mapping[str, Any] = field(default_factory=dict)
    clause: str | None = None

    def sentence(self, lang: Lang = "zh") -> str:
        """What a person reads."""
        return text(f"refusal.{self.code}", lang, **self.params)


class Refused(Exception):
    """Carries a `Refusal` out of a change half made; never leaves the package."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def refuse(code: RefusalCode, clause: str | None = None, **params: Any) -> Refused:
    """To be raised."""
    return Refused(Refusal(code, params, clause))
