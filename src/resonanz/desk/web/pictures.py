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
    try:
        opened = media_files.path_of(found.file).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(opened, content_type="image/webp")
    response.headers["Cache-Control"] = "private, max-age=600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
