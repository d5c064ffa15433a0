"""Pages for people: one template, everything in it escaped, nothing executed or fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from starlette.responses import HTMLResponse

from api.ogc.links import Link
from redistrict.i18n import Lang


@dataclass(frozen=True)
class Table:
    """Cells are texts or links (``href``, ``title``)."""

    head: Sequence[str]
    rows: Sequence[Sequence[Any]]


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("api.ogc"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("page.html")


def page(
    title: str,
    links: Sequence[Link],
    lang: Lang,
    *,
    crumbs: Sequence[Link] = (),
    description: str = "",
    facts: Sequence[tuple[str, str]] = (),
    entries: Sequence[Any] = (),
    table: Table | None = None,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """An HTML answer; addresses may hold a token, so no referrer leaves it."""
    content = _template().render(
        title=title,
        links=links,
        lang=lang,
        crumbs=crumbs,
        description=description,
        facts=facts,
        entries=entries,
        table=table,
    )
    return HTMLResponse(content, headers={"Referrer-Policy": "no-referrer", **(headers or {})})
