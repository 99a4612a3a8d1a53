"""What tests of the team's pages ask with, and how they read what comes back."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.utils import timezone

from resonanz.desk.models import Agent, Conversation
from tests.cast import ADA, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from django.http import HttpResponseBase

HTMX = {"HX-Request": "true"}


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def heard(ours: Desk, name: str, author: object = ADA, **span: float) -> Conversation:
    at = timezone.now() - timedelta(**(span or {"minutes": 5}))
    sighting = said(name, f"Frage {name}", author, at=at)  # type: ignore[arg-type]
    hear(ours.channel, sighting)
    return conversation_of(sighting)


def told(answer: HttpResponseBase) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(answer["HX-Trigger"])["resonanz:done"]
    return known


def text(answer: HttpResponseBase) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", b"".join(answer).decode()))


def fresh(talk: Conversation) -> Conversation:
    return Conversation.objects.get(pk=talk.pk)


def take_back(client: Client, answer: HttpResponseBase) -> HttpResponseBase:
    undo = told(answer)["undo"]
    return client.post(undo["url"], undo.get("values", {}), headers=HTMX)
