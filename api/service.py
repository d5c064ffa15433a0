"""What a running service has; routes take it from here and make nothing themselves."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Request

from api.accounts.throttle import Throttle
from api.observing import Metrics
from api.oidc.flow import SigningIn
from api.proposals.editing import Editing
from api.proposals.offers import Offers
from api.proposals.revisions import Revisions
from api.proposals.shelf import Proposals
from api.runs.durable import Jobs
from api.settings import Settings
from api.store import Artifacts, Store
from api.surveys.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Service:
    """The parts, made once by `api.main.create_app`."""

    settings: Settings
    store: Store
    artifacts: Artifacts
    metrics: Metrics
    throttle: Throttle
    """Failures to sign in."""
    signing_in: SigningIn
    comments: Throttle
    """Comments of the public."""
    surveys: Shelf
    jobs: Jobs
    proposals: Proposals
    revisions: Revisions
    editing: Editing
    offers: Offers
    ending: threading.Event = field(default_factory=threading.Event)
    """Set as soon as the service has been asked to end."""


def service_of(request: Request) -> Service:
    """The service that answers this request."""
    return cast("Service", request.app.state.service)


async def _running(request: Request) -> Service:
    return service_of(request)


Running = Annotated[Service, Depends(_running)]
