"""A `LayerSource` over folders that `redistrict run` wrote, and an app that shows it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api import handlers
from api.downloads.routes import router as downloads
from api.errors import NotFound, Unauthenticated
from api.layers import PUBLIC, Box, ProposalRef, Viewer
from api.ogc.routes import router as ogc
from api.tiles.routes import router as tiles

CREATED = datetime(2026, 3, 1, 8, tzinfo=UTC)
TOKEN = "test-token"
PLANNER = Viewer("a1", "planner")


@dataclass
class FolderSource:
    """Each folder is a proposal; the public sees ``adopted`` ones only."""

    folders: Mapping[str, Path]
    titles: Mapping[str, str] = field(default_factory=dict)
    adopted: frozenset[str] = frozenset()
    revisions: dict[str, int] = field(default_factory=dict)
    reads: int = 0

    def proposals(self, viewer: Viewer) -> Sequence[ProposalRef]:
        return [
            ProposalRef(
                name,
                self.titles.get(name, name),
                CREATED,
                name in self.adopted,
                *_described(folder / "proposal.gpkg"),
            )
            for name, folder in self.folders.items()
            if viewer.role != "public" or name in self.adopted
        ]

    def proposal(self, address: str, viewer: Viewer) -> ProposalRef:
        found = [ref for ref in self.proposals(viewer) if ref.id == address]
        if not found:
            raise NotFound
        return found[0]

    def revision_at(self, proposal: str, layer: str, box: Box) -> str:
        del layer, box
        return self.revision(proposal)

    def frame(self, proposal: str, layer: str, viewer: Viewer) -> gpd.GeoDataFrame:
        self.reads += 1
        seen = {ref.id: ref for ref in self.proposals(viewer)}
        if proposal not in seen or layer not in seen[proposal].layers:
            raise NotFound
        frame = pyogrio.read_dataframe(self.folders[proposal] / "proposal.gpkg", layer=layer)
        return gpd.GeoDataFrame(frame, crs=seen[proposal].crs)

    def revision(self, proposal: str) -> str:
        if proposal not in self.folders:
            raise NotFound
        return f"r{self.revisions.get(proposal, 0)}"


@cache
def _described(path: Path) -> tuple[str, dict[str, int]]:
    layers = {
        str(name): int(pyogrio.read_info(path, layer=name)["features"])
        for name, kind in pyogrio.list_layers(path)
        if kind is not None
    }
    return str(pyogrio.read_info(path, layer="buildings")["crs"]), layers


class ByToken:
    """Who knows the token, in the header or in the query, is the planner."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            header = request.headers.get("authorization", "").removeprefix("Bearer ")
            token = header or request.query_params.get("token")
            if token not in (None, "", TOKEN):
                refused = handlers.answer(request, Unauthenticated("token-refused"))
                await refused(scope, receive, send)
                return
            request.state.viewer = PLANNER if token else PUBLIC
        await self._app(scope, receive, send)


def app(source: FolderSource) -> FastAPI:
    """OGC API, tiles and downloads over ``source``."""
    made = FastAPI(openapi_url=None)
    made.state.layers = source
    handlers.install(made)
    made.add_middleware(ByToken)
    for routes in (ogc, tiles, downloads):
        made.include_router(routes)
    return made


@contextmanager
def served(source: FolderSource) -> Iterator[str]:
    """The address of the app on a free loopback port, in a process that is stopped by its id.

    A process of its own: GDAL in ours waits for the answer without letting Python go on.
    """
    told = {
        "folders": {name: str(path) for name, path in source.folders.items()},
        "titles": dict(source.titles),
        "adopted": sorted(source.adopted),
    }
    command = [sys.executable, "-m", "tests.api.folder", json.dumps(told)]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _serve(told: dict[str, Any]) -> None:
    folders = {name: Path(path) for name, path in told["folders"].items()}
    source = FolderSource(folders, told["titles"], frozenset(told["adopted"]))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(app(source), log_level="warning", lifespan="off")
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    _serve(json.loads(sys.argv[1]))
