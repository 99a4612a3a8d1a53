"""Rows that are drawn once: equal ones come from memory, and every difference is drawn anew."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from resonanz.desk import care
from resonanz.desk.models import Author
from resonanz.desk.web import drawing
from tests.cast import ADA, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from resonanz.desk.models import Agent

pytestmark = pytest.mark.django_db


def rows(agent: Agent, language: str = "en", path: str = "/") -> list[str]:
    client = Client(headers={"accept-language": language})
    client.force_login(agent)
    return re.findall(r'<li class="row-of.*?</li>', client.get(path).content.decode(), re.DOTALL)


def test_a_row_is_drawn_anew_for_each_difference_and_shared_where_there_is_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "_kept", {})
    asked = said("1", "Wo bleibt es?", ADA, at=timezone.now() - timedelta(minutes=5))
    hear(desk.channel, asked)
    talk = conversation_of(asked)
    assert rows(desk.anna) == rows(desk.ben)
    assert len(drawing._kept) == 1
    assert rows(desk.anna, "de") != rows(desk.anna)
    assert 'aria-current="true"' in rows(desk.anna, path=f"/c/{talk.pk}/")[0]
    assert 'aria-current="true"' not in rows(desk.anna)[0]
    care.assign(talk, desk.anna, desk.anna)
    assert "with you<" in rows(desk.anna)[0]
    assert ">an<" in rows(desk.ben)[0]
    Author.objects.filter(uid=ADA.uid).update(name="Berta Blau")
    assert "Berta Blau" in rows(desk.anna)[0]


def test_what_is_kept_has_a_bound(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_kept", {})
    monkeypatch.setattr(drawing, "ROWS_KEPT", 2)
    for number in range(5):
        hear(desk.channel, said(str(number), "Moin", at=timezone.now() - timedelta(minutes=number)))
    assert len(rows(desk.anna)) == 5
    assert len(drawing._kept) <= 2
