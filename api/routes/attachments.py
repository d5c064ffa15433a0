"""Files sent ahead of what names them."""

from __future__ import annotations

from typing import Any, cast, get_args

from fastapi import Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.attachments import shelf
from api.attachments.shelf import Attachment, Purpose
from api.errors import Unprocessable
from api.identity import SignedIn, may
from api.multipart import form_of
from api.routing import router
from api.service import Running, Service
from api.store.audit import record

routes = router("/api/files", tags=["files"])
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "purpose"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "purpose": {"type": "string", "enum": list(get_args(Purpose))},
                    },
                }
            }
        },
    }
}


class FileOut(BaseModel):
    """A file; ``sha256``: of what is kept."""

    id: str
    name: str
    type: str
    bytes: int
    sha256: str


def file_out(held: Attachment) -> FileOut:
    """A file as the API shows it."""
    return FileOut(
        id=held.id, name=held.name, type=held.kind, bytes=held.bytes, sha256=held.artifact
    )


@routes.post("", status_code=201, dependencies=[may("file.send")], openapi_extra=FORM)
async def send(request: Request, known: SignedIn, service: Running) -> FileOut:
    """Send a file, to be named as evidence of a ruling or in a comment."""
    form = await form_of(request, 1)
    try:
        file, purpose = form.get("file"), form.get("purpose")
        if not isinstance(file, UploadFile):
            raise Unprocessable("invalid-value", where="form/file")
        if purpose not in get_args(Purpose):
            raise Unprocessable("invalid-value", where="form/purpose")
        stated = cast("Purpose", purpose)
        held = await run_in_threadpool(_keep, service, known.account.id, file, stated)
    finally:
        await form.close()
    return file_out(held)


def _keep(service: Service, by: str, file: UploadFile, purpose: Purpose) -> Attachment:
    limit = service.settings.limits.attachment
    name = file.filename or ""
    ready = shelf.take_in(service.artifacts, name, file.file, limit, purpose)
    with service.store.write() as connection:
        held = shelf.enter(connection, ready, purpose, by)
        body = {"sha256": held.artifact, "kind": held.kind, "purpose": purpose}
        record(connection, by, "file.send", held.id, body)
        return held
