"""Forms as they come over the wire: spooled to disk, whole or refused."""

from __future__ import annotations

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from api.errors import BadRequest


async def form_of(request: Request, files: int, fields: int = 20) -> FormData:
    """The form of ``request``, to be closed; with at most so many files and fields.

    Raises BadRequest (malformed-request) where the body is none, is cut or is malformed.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise BadRequest("malformed-request", reason="multipart/form-data")
    tail = _Tail(request.receive)
    try:
        form = await Request(request.scope, tail).form(max_files=files, max_fields=fields)
    except (HTTPException, ValueError, LookupError) as error:
        raise BadRequest("malformed-request", reason="multipart") from error
    _, options = parse_options_header(request.headers["content-type"])
    if b"--" + options.get(b"boundary", b"") + b"--" not in tail.bytes:
        # The parser does not mind; half an upload would look like a whole one.
        await form.close()
        raise BadRequest("malformed-request", reason="multipart")
    return form


class _Tail:
    """``receive`` that remembers the end of the body."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.bytes = b""

    async def __call__(self) -> Message:
        message = await self._receive()
        self.bytes = (self.bytes + message.get("body", b""))[-1024:]
        return message
