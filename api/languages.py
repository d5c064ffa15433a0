"""Which language an answer speaks."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from redistrict.i18n import LANGS, Lang


def language(request: HTTPConnection) -> Lang:
    """``?lang=``, else the best of Accept-Language (RFC 9110 12.5.4), else Chinese."""
    asked = request.query_params.get("lang")
    if asked in LANGS:
        return asked
    best: tuple[float, Lang] | None = None
    for part in request.headers.get("accept-language", "")[:200].split(","):
        tag, _, weight = part.strip().partition(";")
        lang = tag.split("-")[0].strip().lower()
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if lang in LANGS and quality > 0 and (best is None or quality > best[0]):
            best = (quality, lang)
    return best[1] if best else "zh"
