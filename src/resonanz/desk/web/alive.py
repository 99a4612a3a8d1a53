"""Signs of life: what somebody sends says that they are here. Reading a page writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from resonanz.desk.care import shifts
from resonanz.desk.models import Agent

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class SignsOfLife:
    """Notes for everything that somebody signed in sends that they are here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; signing in begins a shift, signing out has ended it by now."""
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if request.method == "POST" and user is not None and user.is_authenticated:
            shifts.seen(cast(Agent, user))
        return response
