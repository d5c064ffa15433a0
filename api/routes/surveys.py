"""Surveys over HTTP: sent as multipart, shown with what was noticed, confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path as InPath
from fastapi import Request, Response
from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from api.errors import BadRequest, told
from api.identity import SignedIn, may
from api.languages import language
from api.multipart import form_of
from api.routing import check_string, parsed, router
from api.service import Running
from api.surveys.check import Stated
from api.surveys.intake import MOST_FILES, Sent
from api.surveys.shelf import Version

routes = router("/api/surveys", tags=["surveys"])
Number = Annotated[int, InPath(ge=1, le=1_000_000)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "title": {"type": "string", "maxLength": 200},
                        "settings": {"type": "string"},
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        },
                    },
                }
            }
        },
    }
}


class File(BaseModel):
    """A file of a survey."""

    name: str
    sha256: str
    bytes: int


class StatedBody(BaseModel):
    """What is to be read another way; replaces the survey's own survey.toml."""

    crs: Annotated[str | None, Field(max_length=200)] = None
    encoding: Annotated[str | None, Field(max_length=40)] = None
    basis: Annotated[str | None, Field(max_length=40)] = None
    mapping: Annotated[dict[Text, dict[Text, Text]], Field(max_length=20)] = {}


class SurveyOut(BaseModel):
    """A version of a survey; ``mapping``: layer -> field -> the column it was read from."""

    id: str
    version: int
    title: str
    content_hash: str
    files: list[File]
    stated: StatedBody
    crs: str
    basis: str
    rows: dict[str, int]
    mapping: dict[str, dict[str, str]]
    confirmed: bool
    created: datetime
    created_by: str


class FindingOut(BaseModel):
    """Something noticed: where, what, and what to do about it."""

    code: str
    severity: str
    message: str
    layer: str | None = None
    feature_id: str | None = None
    clause: str | None = None
    outcome: str | None = None
    remedy: str | None = None


class ColumnOut(BaseModel):
    """A column of a file. ``samples``: its first different values."""

    name: str
    kind: str
    empty: int
    distinct: int
    samples: list[str]


class ColumnsOut(BaseModel):
    """A layer of a file, and the fields that its columns can be read as."""

    layer: str
    file: str
    rows: int
    columns: list[ColumnOut]
    fields: list[str]
    required: list[str]


@routes.get("", dependencies=[may("survey.read")])
def surveys(service: Running) -> list[SurveyOut]:
    """The newest version of every survey, newest first."""
    return [_out(v) for v in service.surveys.listed()]


@routes.post("", status_code=201, dependencies=[may("survey.write")], openapi_extra=UPLOAD)
async def add(request: Request, response: Response, known: SignedIn, service: Running) -> SurveyOut:
    """Send a survey: its files, or one zip or GeoPackage. Refused whole, or kept whole."""
    return await _receive(request, response, known.account.id, service, None)


@routes.post("/look", dependencies=[may("survey.write")], openapi_extra=UPLOAD)
async def look(request: Request, service: Running) -> list[ColumnsOut]:
    """What the columns of files hold that are not kept yet: to say how they are to be read."""
    form = await form_of(request, MOST_FILES + 2)
    try:
        stated = _stated(form)
        encoding = None if stated is None else stated.encoding
        found = await run_in_threadpool(service.surveys.look, _sent(form), encoding)
    finally:
        await form.close()
    return [ColumnsOut(**one) for one in found]


@routes.post(
    "/{survey}/versions",
    status_code=201,
    dependencies=[may("survey.write")],
    openapi_extra=UPLOAD,
)
async def add_version(
    survey: str, request: Request, response: Response, known: SignedIn, service: Running
) -> SurveyOut:
    """Send the next version of a survey; the others stay as they are."""
    return await _receive(request, response, known.account.id, service, survey)


@routes.get("/{survey}/versions", dependencies=[may("survey.read")])
def versions(survey: str, service: Running) -> list[SurveyOut]:
    """Every version of a survey, oldest first."""
    service.surveys.latest(survey)
    return [_out(v) for v in service.surveys.versions(survey)]


@routes.get("/{survey}/versions/{number}", dependencies=[may("survey.read")])
def version(survey: str, number: Number, service: Running) -> SurveyOut:
    """One version: its files, and how its columns were understood."""
    return _out(service.surveys.version(survey, number))


@routes.get("/{survey}/versions/{number}/findings", dependencies=[may("survey.read")])
def findings(survey: str, number: Number, request: Request, service: Running) -> list[FindingOut]:
    """Everything that was noticed in it."""
    lang = language(request)
    return [FindingOut(**told(f, lang)) for f in service.surveys.findings(survey, number)]


class PictureOut(BaseModel):
    """A survey to look at; ``places`` are those of the findings, in their order."""

    layers: dict[str, dict[str, Any]]
    origin: tuple[int, int]
    buildings: list[int]
    places: list[tuple[float, float, float, float] | None]


@routes.get("/{survey}/versions/{number}/columns", dependencies=[may("survey.read")])
def columns(survey: str, number: Number, service: Running) -> list[ColumnsOut]:
    """What the columns hold: to see whether they were understood rightly."""
    return [ColumnsOut(**one) for one in service.surveys.columns(survey, number)]


@routes.get("/{survey}/versions/{number}/picture", dependencies=[may("survey.read")])
def picture(survey: str, number: Number, service: Running) -> PictureOut:
    """Outlines, buildings as points, and where each finding lies."""
    return PictureOut(**service.surveys.picture(survey, number))


@routes.post(
    "/{survey}/versions/{number}/settings", status_code=201, dependencies=[may("survey.write")]
)
def restate(
    survey: str,
    number: Number,
    body: StatedBody,
    response: Response,
    known: SignedIn,
    service: Running,
) -> SurveyOut:
    """Read the same files another way (columns, CRS, encoding, basis): the next version."""
    stated = Stated(body.crs, body.encoding, body.basis, body.mapping)
    made = service.surveys.restate(known.account.id, survey, number, stated)
    response.headers["location"] = _location(made)
    return _out(made)


@routes.post("/{survey}/versions/{number}/confirmation", dependencies=[may("survey.write")])
def confirm(survey: str, number: Number, known: SignedIn, service: Running) -> SurveyOut:
    """Say that the columns were understood rightly; only then can it be run."""
    return _out(service.surveys.confirm(known.account.id, survey, number))


async def _receive(
    request: Request, response: Response, by: str, service: Running, survey: str | None
) -> SurveyOut:
    form = await form_of(request, MOST_FILES + 2)
    try:
        title = form.get("title") or ""
        if not isinstance(title, str):
            raise BadRequest("malformed-request", reason="title")
        check_string(title)
        sent = _sent(form)
        name = title[:200] or (sent[0].name[:200].strip("\0") if sent else "")
        made = await run_in_threadpool(service.surveys.add, by, name, sent, survey, _stated(form))
    finally:
        await form.close()
    response.headers["location"] = _location(made)
    return _out(made)


def _stated(form: FormData) -> Stated | None:
    """The form's ``settings``: a `StatedBody` as JSON."""
    text = form.get("settings")
    if text is None:
        return None
    if not isinstance(text, str):
        raise BadRequest("malformed-request", reason="settings")
    try:
        body = StatedBody.model_validate(parsed(text.encode()))
    except ValidationError:
        raise BadRequest("malformed-request", reason="settings") from None
    return Stated(body.crs, body.encoding, body.basis, body.mapping)


def _sent(form: FormData) -> Sequence[Sent]:
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    return [Sent(file.filename or "", file.file) for file in files]


def _location(version: Version) -> str:
    return f"/api/surveys/{version.survey}/versions/{version.number}"


def _out(version: Version) -> SurveyOut:
    stated = version.stated
    return SurveyOut(
        id=version.survey,
        version=version.number,
        title=version.title,
        content_hash=version.content_hash,
        files=[File(**file) for file in version.files],
        stated=StatedBody(
            crs=stated.crs,
            encoding=stated.encoding,
            basis=stated.basis,
            mapping={layer: dict(fields) for layer, fields in stated.mapping.items()},
        ),
        crs=version.crs,
        basis=version.basis,
        rows=dict(version.rows),
        mapping={layer: dict(fields) for layer, fields in version.mapping.items()},
        confirmed=version.confirmed,
        created=version.created,
        created_by=version.created_by,
    )
