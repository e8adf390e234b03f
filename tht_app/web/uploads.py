"""Files on their way into a record: piece by piece over plain HTTP, so that a broken line costs one piece.

POST   /uploads                      {"encounter", "name", "size", "kind", "side", "site"}, header Idempotency-Key
GET    /uploads/{upload}             {"received": bytes that are safe, "done": whether it is attached already}
PUT    /uploads/{upload}/{offset}    the next piece, of exactly `piece` bytes but for the last
POST   /uploads/{upload}/finish      look into it and attach it
DELETE /uploads/{upload}             give it up

A piece is answered after it is on the disk. 409 with the code `attachment.wrong_offset` says under `received` where to
go on; every other refusal is problem+json with words for beside the file.
"""

import json
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tht_app.domain.attachment import AttachmentKind, Site, WrongOffset
from tht_app.domain.encounter.diagnosis import Laterality
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.integrations.files.frames import FRAME
from tht_app.use_cases.attachment import BeginUpload, DropUpload, finish_upload, receive_piece, received_bytes
from tht_app.use_cases.door import Actor, execute
from tht_app.web.acting import lang_of, problem, route
from tht_app.web.bodies import json_object

PRIVATE = {"cache-control": "private, no-store"}
KEY = "idempotency-key"
KEY_LENGTHS = range(8, 65)
LARGEST_NUMBER = 2**53

Choice = TypeVar("Choice", bound=StrEnum)


def routes() -> list[Route]:
    """The routes of uploads."""
    return [
        Route("/uploads", begin, methods=["POST"]),
        Route("/uploads/{upload:uuid}", where, methods=["GET"]),
        Route("/uploads/{upload:uuid}", give_up, methods=["DELETE"]),
        Route("/uploads/{upload:uuid}/finish", finish, methods=["POST"]),
        Route("/uploads/{upload:uuid}/{offset:int}", piece, methods=["PUT"]),
    ]


@route
async def begin(request: Request, actor: Actor) -> Response:
    """Announce a file."""
    key = request.headers.get(KEY, "")
    if len(key) not in KEY_LENGTHS:
        raise ValidationFailed({KEY: "required"})
    upload_id: UUID = await execute(actor, await _announced(request), key=key)
    received, done = await received_bytes(actor, upload_id)
    body = {"id": str(upload_id), "received": received, "done": done, "piece": FRAME}
    return JSONResponse(body, headers=PRIVATE)


@route
async def where(request: Request, actor: Actor) -> Response:
    """Say where a broken upload goes on."""
    received, done = await received_bytes(actor, _upload(request))
    return JSONResponse({"received": received, "done": done, "piece": FRAME}, headers=PRIVATE)


@route
async def piece(request: Request, actor: Actor) -> Response:
    """Take the next piece."""
    try:
        received = await receive_piece(actor, _upload(request), request.path_params["offset"], request.body)
    except WrongOffset as refusal:
        return _told(refusal, request)
    return JSONResponse({"received": received}, headers=PRIVATE)


@route
async def finish(request: Request, actor: Actor) -> Response:
    """Attach the file, or say why not."""
    try:
        attachment_id = await finish_upload(actor, _upload(request))
    except WrongOffset as refusal:
        return _told(refusal, request)
    return JSONResponse({"id": str(attachment_id)}, headers=PRIVATE)


@route
async def give_up(request: Request, actor: Actor) -> Response:
    """Forget an upload."""
    await execute(actor, DropUpload(_upload(request)))
    return Response(status_code=204, headers=PRIVATE)


def _told(refusal: WrongOffset, request: Request) -> Response:
    answer = problem(refusal, lang_of(request))
    body: dict[str, Any] = json.loads(bytes(answer.body))
    body["received"] = refusal.params["received"]
    return JSONResponse(body, answer.status_code, PRIVATE, media_type="application/problem+json")


def _upload(request: Request) -> UUID:
    upload: object = request.path_params["upload"]
    if not isinstance(upload, UUID):
        raise NotFound
    return upload


async def _announced(request: Request) -> BeginUpload:
    """What the browser says of the file; raises ValidationFailed for what it cannot mean."""
    fields = await json_object(request)
    name, size = fields.get("name"), fields.get("size")
    if not isinstance(name, str):
        raise ValidationFailed({"name": "required"})
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= LARGEST_NUMBER:
        raise ValidationFailed({"size": "required"})
    try:
        encounter = UUID(str(fields.get("encounter", "")))
    except ValueError:
        raise NotFound from None
    return BeginUpload(
        encounter,
        name,
        size,
        _choice(AttachmentKind, fields, "kind"),
        _choice(Laterality, fields, "side"),
        _choice(Site, fields, "site"),
    )


def _choice(kind: type[Choice], fields: dict[str, Any], name: str) -> Choice:
    try:
        return kind(fields.get(name, ""))
    except ValueError:
        raise ValidationFailed({name: "choice"}) from None
