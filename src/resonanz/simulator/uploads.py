"""Files that come with a post: taken in, asked for while they are looked at, shown again.

Written after the Mastodon documentation, "Media API methods", and RFC 7578 (multipart/form-data).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from resonanz.simulator.asking import signed_in
from resonanz.simulator.entities import MAX_ALT, MAX_IMAGE_BYTES, MAX_VIDEO_BYTES, MEDIA_TYPES
from resonanz.simulator.network import network_of
from resonanz.simulator.world import Rejected

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form that carries files."""

    content: bytes
    content_type: str


NOTHING = Part(b"", "")


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value
    return message


def read_parts(content_type: str, body: bytes) -> dict[str, Part]:
    """Cut a form's body into its fields, by name. Raises `Rejected` 400 for one that is no such form."""
    boundary = _header("Content-Type", content_type).get_param("boundary")
    if not content_type.startswith("multipart/form-data") or not isinstance(boundary, str):
        raise Rejected(400, "The body is no form with a file")
    found = {}
    for piece in body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        lines = dict(
            line.lower().split(": ", 1)
            for line in head.decode(errors="replace").split("\r\n")
            if ": " in line
        )
        given = _header("Content-Disposition", lines.get("content-disposition", ""))
        name = given.get_param("name", header="Content-Disposition")
        found[str(name)] = Part(content.removesuffix(b"\r\n"), lines.get("content-type", ""))
    return found


async def upload(request: Request) -> Response:
    """`POST /api/v2/media`, or `/api/v1/media`: 200 with the file, 202 while it is being looked at."""
    sim, body = network_of(request), await request.body()
    with sim.world.lock:
        author = signed_in(request, sim.world, "write:media")
        parts = read_parts(request.headers.get("content-type", ""), body)
        alt = parts.get("description", NOTHING).content.decode(errors="replace")
        file = parts.get("file", NOTHING)
        _check(file, alt)
        taken = sim.world.upload(author, file.content, content_type=file.content_type, alt=alt)
        return JSONResponse(sim.entities.upload(taken), status_code=202 if taken.asks_left else 200)


def _check(file: Part, alt: str) -> None:
    if not file.content:
        raise Rejected(422, "Validation failed: the file is missing")
    if file.content_type not in MEDIA_TYPES:
        raise Rejected(422, "Validation failed: files of this type are not taken")
    most = MAX_IMAGE_BYTES if file.content_type.startswith("image/") else MAX_VIDEO_BYTES
    if len(file.content) > most:
        raise Rejected(422, f"Validation failed: the file is larger than {most // 1024 // 1024} MiB")
    if len(alt) > MAX_ALT:
        raise Rejected(422, f"Validation failed: the description is longer than {MAX_ALT}")


async def uploaded(request: Request) -> Response:
    """`GET /api/v1/media/{id}`: an own file, 206 while it is being looked at; 404 once a post shows it."""
    sim = network_of(request)
    with sim.world.lock:
        asker = signed_in(request, sim.world, "write:media")
        file = sim.world.memory.uploads.get(request.path_params["id"])
        if file is None or file.account_id != asker.id or file.status_id:
            raise Rejected(404, "Record not found")
        file.asks_left = max(0, file.asks_left - 1)
        return JSONResponse(sim.entities.upload(file), status_code=206 if file.asks_left else 200)


async def shown(request: Request) -> Response:
    """`GET /media/uploads/{id}`: the file itself."""
    file = network_of(request).world.memory.uploads.get(request.path_params["id"])
    if file is None or file.asks_left:
        raise Rejected(404, "Record not found")
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(file.content, media_type=file.content_type, headers=headers)


ROUTES = [Route("/media/uploads/{id}", shown)]
