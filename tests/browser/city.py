"""A small city as a running service shows it: solved once for all workers, served from copies."""

from __future__ import annotations

import fcntl
import io
import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import sqlalchemy as sa

from api.runs import endings, ledger
from api.runs.ledger import Asked
from api.runs.supervise import Ending
from api.store import Artifacts, Store
from api.store.tables import proposals
from api.store.types import today
from redistrict.synthetic import CitySpec, generate_city, write_city
from tests.api.processes import Served, serving, until
from tests.api.surveys import files_of
from tests.api.world import PASSWORD

SPEC = CitySpec(households=11_000, offices=2, seed=10)
"""381 buildings, two street offices; one estate straddles them and is decided, one is referred."""
TITLE = "云澜市方案"


@dataclass
class City:
    """The service, its one solved proposal and the ways in."""

    served: Served
    data: Path
    survey: str
    proposal: str
    offices: list[str]
    committees: list[str]
    """Of the first street office."""
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    commented: int = 0

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT`` without a slash behind it."""
        return str(self.served.client.base_url).rstrip("/")

    def as_(self, login: str) -> Mapping[str, Any]:
        """The session of an account: ``cookies`` for a browser, ``csrf``; signed in once."""
        if login not in self.sessions:
            with httpx.Client(base_url=self.origin, trust_env=False) as client:
                body = {"login": login, "password": PASSWORD}
                answer = client.post("/api/session", json=body)
                assert answer.status_code == 201, answer.text
                cookies = [
                    {"name": c.name, "value": c.value, "url": self.origin}
                    for c in client.cookies.jar
                ]
                self.sessions[login] = {"cookies": cookies, "csrf": answer.json()["csrf"]}
        return self.sessions[login]

    def ask(self, login: str, path: str, method: str = "GET", **more: Any) -> Any:
        """What the API answers an account: the stored state that a test ends in."""
        session = self.as_(login)
        cookies = {c["name"]: c["value"] for c in session["cookies"]}
        headers = {"x-csrf-token": session["csrf"], **more.pop("headers", {})}
        with httpx.Client(
            base_url=self.origin, trust_env=False, cookies=cookies, timeout=60
        ) as client:
            answer = client.request(method, path, headers=headers, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def another(
        self, title: str | None = None, names: Callable[[str, int], str] | None = None
    ) -> str:
        """The same proposal kept once more, for a test that changes it; costs some milliseconds.

        ``names``: what the areas of a layer are called instead, by layer and row.
        """
        store, artifacts = Store.open(self.data), Artifacts(self.data / "artifacts")
        try:
            with store.read() as connection:
                query = sa.select(proposals).where(proposals.c.id == self.proposal)
                row = connection.execute(query).one()
            layers = dict(row.layers)
            for layer in ("committees", "street_offices") if names else ():
                frame = gpd.read_parquet(artifacts.path(layers[layer]))
                frame["name"] = [names(layer, i) for i in range(len(frame))] if names else None
                out = io.BytesIO()
                frame.to_parquet(out)
                layers[layer] = artifacts.put([out.getvalue()])
            by = self.ask("planner", "/api/session")["account"]["id"]
            with store.write() as connection:
                asked = Asked(self.survey, 1, "tengzhou-2007", 0, "quick")
                run = ledger.ask(connection, by, asked, 999)
            endings.keep(store, run, Ending("done", [], row.files, layers, row.content_hash))
            made = ledger.find(store, run).proposal
            assert made is not None
            if title is not None:
                with store.write() as connection:
                    at = proposals.c.id == made
                    connection.execute(proposals.update().where(at).values(title=title))
        finally:
            store.close()
        return made

    def say(self, proposal: str, act: str, office: str | None = None, **more: Any) -> Any:
        """The bureau's word on an office's part (the first's); the answer."""
        path = f"/api/proposals/{proposal}/offices/{office or self.offices[0]}/review"
        return self.ask("bureau", path, "POST", json={"act": act, **more})

    def notice(self, proposal: str, contact: str = "街道办民政科 0632-1234567") -> str:
        """A notice on the first office's part that is open for a week; its id."""
        for act in ("submit", "approve"):
            self.say(proposal, act)
        days = {"start": today().isoformat(), "end": (today() + timedelta(days=6)).isoformat()}
        return self.say(proposal, "notice", contact=contact, **days)["story"][-1]["notice"]

    def comment(self, notice: str, text: str, name: str | None = None) -> None:
        """Somebody says something to a notice.

        Everybody from a loopback address of their own: from one address the service takes five
        comments an hour, and these tests make more.
        """
        self.commented += 1
        transport = httpx.HTTPTransport(local_address=f"127.0.1.{self.commented}")
        form = {"text": (None, text)} | ({} if name is None else {"name": (None, name)})
        with httpx.Client(base_url=self.origin, trust_env=False, transport=transport) as client:
            answer = client.post(f"/api/notices/{notice}/comments", files=form)
        assert answer.status_code == 202, answer.text


ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    ("planner", "planner", "规划员 林"),
    ("bureau", "city_bureau", "民政局 周"),
    ("office", "street_office", "街道办 陈"),
    ("other-office", "street_office", "街道办 何"),
    ("committee", "committee", "居委会 吴"),
)
"""Login, role, name; every password is `tests.api.world.PASSWORD`. ``admin2`` administers."""


def solve(data: Path, spec: CitySpec = SPEC) -> None:
    """A data folder in which the city was sent in, confirmed and run, with an account per role."""
    survey = data.parent / f"{data.name}-survey"
    write_city(generate_city(spec), survey)
    run_through(data, survey)


def run_through(data: Path, survey: Path, seconds: float = 240) -> None:
    """The same of a survey that is there; the run has ``seconds``."""
    with serving(data) as served:
        assert served.password is not None
        served.sign_in("admin", served.password)
        _account(served, "admin2", "administrator", "管理员")
        _account(served, "planner", "planner", "规划员 林")
        _signed(served, "planner")
        sent = served.client.post(
            "api/surveys", files=files_of(survey), data={"title": TITLE}
        ).json()
        served.client.post(f"api/surveys/{sent['id']}/versions/1/confirmation")
        asked = {"survey": sent["id"], "effort": "quick"}
        run = served.client.post("api/runs", json=asked).json()["id"]
        state = until(
            lambda: served.client.get(f"api/runs/{run}").json(),
            lambda said: said["state"] not in ("queued", "running"),
            seconds=seconds,
        )
        assert state["state"] == "done", state
        _signed(served, "admin2")
        offices, committees = _areas(served, state["proposal"])
        for login, role, name in ACCOUNTS[1:]:
            areas = {
                "office": {"street_offices": offices[:1]},
                "other-office": {"street_offices": offices[1:2]},
                "committee": {"committees": committees[:1]},
            }.get(login, {})
            _account(served, login, role, name, **areas)


def solved(shared: Path, name: str = "city", make: Callable[[Path], None] = solve) -> Path:
    """The data folder ``name`` in ``shared``, made by whichever worker comes first."""
    with (shared / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (shared / f"{name}.done").exists():
            make(shared / name)
            (shared / f"{name}.done").touch()
    return shared / name


@contextmanager
def opened(data: Path, copy: Path) -> Generator[City]:
    """A service on a copy of a solved data folder."""
    shutil.copytree(data, copy)
    with serving(copy) as served:
        _signed(served, "admin2")
        refs = served.client.get("api/proposals").json()
        (survey,) = served.client.get("api/surveys").json()
        offices, committees = _areas(served, refs[0]["id"])
        yield City(served, copy, survey["id"], refs[0]["id"], offices, committees)


def _account(served: Served, login: str, role: str, name: str, **areas: list[str]) -> None:
    body = {"login": login, "name": name, "role": role, "password": PASSWORD, **areas}
    answer = served.client.post("api/accounts", json=body)
    assert answer.status_code == 201, answer.text


def _signed(served: Served, login: str) -> None:
    served.client.cookies.clear()
    served.sign_in(login, PASSWORD)


def _areas(served: Served, proposal: str) -> tuple[list[str], list[str]]:
    """Ids of the street offices, and of the committees of the first."""
    path = f"api/proposals/{proposal}/layers"
    offices = served.client.get(f"{path}/street_offices").json()["features"]
    ids = sorted(f["properties"]["street_office_id"] for f in offices)
    committees = served.client.get(f"{path}/committees").json()["features"]
    own = [f["properties"] for f in committees]
    return ids, sorted(p["committee_id"] for p in own if p["street_office_id"] == ids[0])
