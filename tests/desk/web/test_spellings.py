"""The page of a brand's spellings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from resonanz.desk import brands
from resonanz.desk.models import Spelling
from tests.cast import Desk, hear, said
from tests.desk.web.client import signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(desk: Desk) -> str:
    now = timezone.now()
    for number, words in enumerate(("nordlihct hilft nie", "Nord Licht leuchtet", "Nodrlihct")):
        hear(desk.channel, said(str(number), words, at=now - timedelta(minutes=9 - number)))
    return reverse("settings-spellings", args=[desk.brand.pk])


def test_spellings_are_declared_and_taken_out(desk: Desk, page: str) -> None:
    client = signed_in(desk.clara)
    assert "No other spelling yet" in text(client.get(page))
    told = text(client.post(page, {"text": " NL-Shop "}, follow=True))
    assert "Also found from now on: NL-Shop" in told
    assert "NL-Shop declared" in told
    again = client.post(page, {"text": "nl shop"})
    assert (again.status_code, "is there already" in text(again)) == (422, True)
    assert 'value="nl shop"' in again.content.decode()
    assert "Write at least one word." in text(client.post(page, {"text": "–"}))
    drop = reverse("settings-spelling-drop", args=[Spelling.objects.get().pk])
    taken = client.post(drop, follow=True).content.decode()
    assert "Taken out: NL-Shop" in taken
    assert (
        '<input type="hidden" name="text" value="NL-Shop"><button class="button small" data-key="u">' in taken
    )
    client.post(page, {"text": "NL-Shop"})
    assert Spelling.objects.get().text == "NL-Shop"
    assert "Taken out" not in text(client.get(page, {"dropped": "NL-Shop"}))
    found = client.get(page, {"dropped": "Nordlihct", "found": "1"}).content.decode()
    assert '<input type="hidden" name="found" value="Nordlihct">' in found
    client.post(reverse("settings-spelling-drop", args=[Spelling.objects.get().pk]))
    assert not Spelling.objects.exists()


def test_what_posts_have_is_shown_by_distance_and_ticked(desk: Desk, page: str) -> None:
    client = signed_in(desk.clara)
    near = text(client.get(page))
    assert "Nord Licht in 1 post · together or apart Nord Licht leuchtet" in near
    assert "nordlihct in 1 post · 1 letter off nordlihct hilft nie" in near
    assert "Nodrlihct" not in near
    assert "Nodrlihct in 1 post · 2 letters off" in text(client.get(page, {"distance": 2}))
    assert "nordlihct" not in text(client.get(page, {"distance": 0}))
    assert text(client.get(page, {"distance": 7})) == text(client.get(page, {"distance": "x"}))
    ticked = {"found": ["Nord Licht", "nordlihct"]}
    told = text(client.post(f"{page}?distance=2", ticked, follow=True))
    assert "Also found from now on: Nord Licht, nordlihct" in told
    assert "nordlihct found in posts" in told
    assert list(Spelling.objects.values_list("text", "found")) == [("Nord Licht", True), ("nordlihct", True)]
    none = text(client.get(page, {"distance": 0}))
    assert "Nothing like it stands in your stored posts. Allow more letters to differ" in none


def test_there_are_not_too_many_and_agents_have_none_of_it(
    desk: Desk, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brands, "SPELLINGS_MOST", 1)
    client = signed_in(desk.clara)
    client.post(page, {"text": "one"})
    assert "This brand has 1 spellings" in text(client.post(page, {"text": "two"}))
    assert signed_in(desk.anna).get(page).status_code == 403
    assert page in signed_in(desk.clara).get(reverse("settings-brands")).content.decode()
