"""The application: wiring only."""

from __future__ import annotations

from fastapi import FastAPI

from api import handlers
from api.settings import Settings
from redistrict import __version__


def create_app(settings: Settings) -> FastAPI:
    """The service for ``settings``, ready to be served."""
    app = FastAPI(title="redistrict", version=__version__)
    app.state.settings = settings
    handlers.install(app)
    return app
