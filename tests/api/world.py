"""A service with one account of every role, to be asked from outside."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.accounts import book, passwords, proofs
from api.accounts.book import Account, Wanted
from api.accounts.rights import ROLES, SCOPES
from api.layers import Role
from api.main import create_app
from api.oidc.providers import Provider
from api.proposals import notices, review
from api.proposals.story import Kind
from api.runs import endings, ledger
from api.runs.ledger import Asked
from api.runs.supervise import Ending
from api.service import Service
from api.settings import Limits, Settings
from api.store.types import today
from api.surveys.intake import Sent
from tests.proposals import Paper, town
from tests.unit.survey.makers import good_survey

passwords._HASHER = PasswordHasher(1, 8, 1)  # pyright: ignore[reportPrivateUsage]
"""Cheap in the tests; `test_accounts` looks at the real settings."""
PASSWORD = "an honest 密码 of some length"
OWN, OTHER = "S1", "S2"
"""Street offices: the one that the accounts with areas are responsible for, and another."""
OWN_COMMITTEE, OTHER_COMMITTEE = "C1", "C3"


@dataclass
class World:
    """A running service and the ways in."""

    app: FastAPI
    client: TestClient
    accounts: dict[Role, Account] = field(default_factory=dict[Role, Account])
    secrets: dict[Role, str] = field(default_factory=dict[Role, str])

    @cached_property
    def survey(self) -> str:
        """A small survey that is kept."""
        with tempfile.TemporaryDirectory() as folder:
            paths = sorted(good_survey(Path(folder)).iterdir())
            sent = [Sent(path.name, io.BytesIO(path.read_bytes())) for path in paths]
            by = self.accounts["planner"].id
            return self.service.surveys.add(by, "示范", sent).survey

    @cached_property
    def run(self) -> str:
        """A run that has crashed."""
        asked = Asked(self.survey, 1, "tengzhou-2007", 0, "quick")
        with self.service.store.write() as connection:
            number = ledger.ask(connection, self.accounts["planner"].id, asked, 99)
        endings.keep(self.service.store, number, Ending("crashed"))
        return number

    @cached_property
    def proposal(self) -> str:
        """The town on squared paper (`tests.proposals.town`) as a proposal that is kept."""
        return self.keep(town())

    @cached_property
    def notice(self) -> str:
        """An open public notice of the own street office's part of another proposal."""
        proposal = self.keep(town())
        self.say(proposal, OWN, "submit")
        self.say(proposal, OWN, "approve")
        return self.give_notice(proposal)

    def say(self, proposal: str, office: str, act: Kind, **body: Any) -> None:
        """What the bureau says or decides."""
        by = self.accounts["city_bureau"].id
        review.say(self.service.store, proposal, office, by, act, body)

    def give_notice(self, proposal: str, office: str = OWN, days: int = 7, wait: int = 0) -> str:
        """A notice on an approved part, from ``wait`` days from now on; its id."""
        first = today() + timedelta(days=wait)
        body = {"start": first.isoformat(), "contact": "民政局 0632-0000000"}
        body |= {"end": (first + timedelta(days=days)).isoformat()}
        self.say(proposal, office, "notice", **body)
        return notices.every(self.service.store)[0].id

    @cached_property
    def other_proposal(self) -> str:
        """The same town with another house in committee C1."""
        paper = town()
        paper.set("buildings", "B02", service_grid_id="a", committee_id="C1")
        return self.keep(paper)

    def keep(
        self,
        paper: Paper,
        files: Mapping[str, str] | None = None,
        brought: Mapping[str, gpd.GeoDataFrame] | None = None,
    ) -> str:
        """A proposal drawn by hand, kept as a run would; ``brought``: its estates, barriers."""
        asked = Asked(self.survey, 1, "tengzhou-2007", 0, "quick")
        store, artifacts = self.service.store, self.service.artifacts
        with store.write() as connection:
            number = ledger.ask(connection, self.accounts["planner"].id, asked, 99)
        layers: dict[str, str] = {}
        for name, frame in {**paper.layers, **(brought or {})}.items():
            out = io.BytesIO()
            frame.to_parquet(out)
            layers[name] = artifacts.put([out.getvalue()])
        endings.keep(store, number, Ending("done", [], files or {}, layers, "0" * 64))
        kept = ledger.find(store, number).proposal
        assert kept is not None
        return kept

    @property
    def service(self) -> Service:
        return self.app.state.service

    def as_(self, role: Role) -> Mapping[str, str]:
        """Headers of the account with this role."""
        if role == "public":
            return {}
        return {"authorization": f"Bearer {self.secrets[role]}"}


@contextmanager
def made(
    data: Path,
    url: str | None,
    limits: Limits | None = None,
    providers: tuple[Provider, ...] = (),
) -> Generator[World]:
    """A service on a database, with an account and a token for every role."""
    limits = limits or Limits()
    app = create_app(Settings(data, url, works=False, providers=providers, limits=limits))
    with TestClient(app, raise_server_exceptions=False) as client:
        world = World(app, client)
        for role in ROLES:
            if role != "public":
                _add(world, role)
        yield world


def _add(world: World, role: Role) -> None:
    wanted = Wanted(
        role,
        role,
        role,
        PASSWORD,
        (OWN,) if role == "street_office" else (),
        (OWN_COMMITTEE,) if role == "committee" else (),
    )
    account = book.create(world.service.store, None, wanted)
    world.accounts[role] = account
    _, world.secrets[role] = proofs.issue_token(
        world.service.store, account.id, "tests", SCOPES, None
    )
