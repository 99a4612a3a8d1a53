"""Files that go out with a reply: brought, shown, described, put in order, taken away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from resonanz.desk import media_files, reading_replies, wording
from resonanz.desk.care import CareError, attachments
from resonanz.desk.web.acting import agent_of, talk_of, undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from resonanz.desk.models import Agent, Attachment, Conversation

    Change = Callable[[Attachment, Agent, HttpRequest], None]


@require_GET
def files(request: HttpRequest, number: int) -> HttpResponse:
    """Show what lies beside the unsent words."""
    return _list(request, talk_of(request, number))


@require_POST
def attach(request: HttpRequest, number: int) -> HttpResponse:
    """Take files; the answer is the list, and a sentence where one could not be taken."""
    agent, talk = agent_of(request), talk_of(request, number)
    refused = ""
    for file in request.FILES.getlist("file"):
        try:
            if (file.size or 0) > attachments.BYTES_MOST:
                raise CareError("file_too_large", limit=attachments.BYTES_MOST // 1_000_000)
            attachments.attach(talk, agent, file.read(), file.name or "")
        except CareError as error:
            refused = wording.care_error(error, talk.channel.network)
    return _list(request, talk, refused)


def _list(request: HttpRequest, talk: Conversation, refused: str = "") -> HttpResponse:
    found = tuple(attachments.beside(talk, agent_of(request)))
    return render(request, "replies/files.html", {"talk": talk, "files": found, "file_refused": refused})


@require_POST
def change_file(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Describe a file, take it away, bring it back, or move it forward."""
    agent = agent_of(request)
    found = reading_replies.file_of(agent, number)
    act = CHANGES.get(verb)
    if found is None or act is None:
        raise Http404
    try:
        act(found, agent, request)
    except CareError as error:
        return _list(
            request, found.conversation, wording.care_error(error, found.conversation.channel.network)
        )
    answer = _list(request, found.conversation)
    if verb == "detach":
        told = {"say": _("File taken away"), "undo": undo(reverse("change_file", args=[number, "back"]))}
        answer.headers["HX-Trigger"] = json.dumps({"resonanz:done": told})
    elif verb == "back":
        answer.headers["HX-Trigger"] = json.dumps({"resonanz:files": {}})
    return answer


def _describe(file: Attachment, agent: Agent, request: HttpRequest) -> None:
    attachments.describe(file, agent, request.POST.get(f"alt-{file.pk}", request.POST.get("alt", "")))


def _earlier(file: Attachment, agent: Agent, _request: HttpRequest) -> None:
    numbers = list(attachments.beside(file.conversation, agent).values_list("pk", flat=True))
    at = numbers.index(file.pk) if file.pk in numbers else 0
    if at:
        numbers[at - 1], numbers[at] = numbers[at], numbers[at - 1]
    attachments.arrange(file.conversation, agent, numbers)


CHANGES: dict[str, Change] = {
    "describe": _describe,
    "detach": lambda file, agent, _request: attachments.detach(file, agent),
    "back": lambda file, agent, _request: attachments.put_back(file, agent),
    "earlier": _earlier,
}


@require_GET
def file(request: HttpRequest, number: int) -> FileResponse:
    """Show a file of ours to those who may see it."""
    found = reading_replies.file_of(agent_of(request), number)
    if found is None or not found.file:  # sent so long ago that only its description is kept
        raise Http404
    try:
        opened = media_files.path_of(found.file).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(opened, content_type=found.content_type)
    response.headers["Cache-Control"] = "private, max-age=600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
