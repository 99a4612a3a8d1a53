"""What stands around every page: security headers, the reader's language, the frame's context."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import pgettext

from resonanz.desk import reading, wording
from resonanz.desk.looks import in_one_look
from resonanz.desk.models import Agent
from resonanz.desk.models.people import Theme
from resonanz.desk.web.bell import unseen_count

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    Answer = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
LANGUAGES = (("de", "Deutsch (Sie)"), ("de-du", "Deutsch (Du)"), ("en", "English"))  # each in its own words


class SecurityHeaders:
    """Adds the content security policy to every answer."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response


class ReadersLanguage:
    """Speaks the agent's chosen language, else the browser's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language; pages of signed-in people are kept by no cache."""
        request.user = copy(request.user)  # a real one: asking one that is looked up late costs at each turn
        known = request.user.is_authenticated
        chosen = getattr(request.user, "language", "") if known else ""
        language = chosen or translation.get_language_from_request(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if known:
            response.headers.setdefault("Cache-Control", "no-store, private")
        patch_vary_headers(response, ["Accept-Language"])
        return response


class OneLook:
    """Looks up once what the reader may see, where a page is only read."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        if request.method != "GET":
            return self.get_response(request)
        with in_one_look():
            return self.get_response(request)


def page_frame(request: HttpRequest) -> dict[str, object]:
    """Return what every page's frame needs; what costs a query is asked only where it is shown."""
    user = getattr(request, "user", None)
    agent = cast(Agent, user) if user is not None and user.is_authenticated else None
    return {
        "demo": settings.DEMO,
        "demo_network_url": getattr(settings, "DEMO_NETWORK_URL", ""),
        "LANGUAGE_CODE": translation.get_language() or settings.LANGUAGE_CODE,
        "languages": LANGUAGES,
        "themes": [
            (Theme.SYSTEM, pgettext("appearance", "System")),
            (Theme.LIGHT, pgettext("appearance", "Light")),
            (Theme.DARK, pgettext("appearance", "Dark")),
        ],
        "time_words": wording.time_words(),
        "bell_count": 0 if agent is None else SimpleLazyObject(lambda: unseen_count(agent)),
        "waiting_count": 0 if agent is None else SimpleLazyObject(lambda: reading.waiting_count(agent)),
    }


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in plain words that the form was too old, and keep what was typed in the browser's reach."""
    return render(request, "too_old.html", {"reason": reason}, status=403)
