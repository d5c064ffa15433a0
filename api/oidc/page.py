"""Why somebody who came back is not let in: a page for people, a problem for programs."""

from __future__ import annotations

from html import escape

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from api import handlers
from api.errors import Problem, detail
from api.languages import language
from redistrict.i18n import text


def refusal(request: Request, problem: Problem) -> Response:
    """The problem detail; a browser gets its sentences and the way back to the map."""
    if "text/html" not in request.headers.get("accept", ""):
        return handlers.answer(request, problem)
    lang = language(request)
    said = detail(problem, lang)
    content = (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(said['title'])}</title>"
        '<body style="font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto">'
        f"<h1>{escape(said['title'])}</h1><p>{escape(said.get('detail', ''))}</p>"
        f'<p><a href="/">{escape(text("oidc.back", lang))}</a></p>'
    )
    return HTMLResponse(content, problem.status, {"vary": "accept, accept-language"})
