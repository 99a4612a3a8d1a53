"""Customers' pictures from the desk's own address: pages load nothing foreign."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.http import FileResponse, Http404
from django.views.decorators.http import require_GET

from resonanz.desk import media_files, reading_pictures
from resonanz.desk.models import Agent

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_GET
def picture(request: HttpRequest, number: int) -> FileResponse:
    """Show a picture to those who may see its post; for everybody else there is none."""
    found = reading_pictures.picture(cast(Agent, request.user), number)
    if found is None:
        raise Http404
    return _file(found.file, max_age=600)


@require_GET
def face(request: HttpRequest, number: int) -> FileResponse:
    """Show somebody's own picture to those who may see a post of theirs."""
    found = reading_pictures.face(cast(Agent, request.user), number)
    if not found:
        raise Http404
    return _file(found, max_age=3600)


def _file(name: str, *, max_age: int) -> FileResponse:
    try:
        opened = media_files.path_of(name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(opened, content_type="image/webp")
    response.headers["Cache-Control"] = f"private, max-age={max_age}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
