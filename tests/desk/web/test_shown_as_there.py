"""Posts are drawn as their network asks for: who, when, and what their words lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest
from django.test import Client

from resonanz.desk import reading_streams
from resonanz.desk.models import Mention
from resonanz.desk.web.tags import spoken, spoken_briefly
from resonanz.networks import NETWORKS, Row
from resonanz.post import Audience
from tests import fake as network
from tests.cast import OTTO, US, Desk, conversation_of, hear, said
from tests.fake import World


@dataclass
class Said:
    """A post's words."""

    text: str
    network: str = "x"


@pytest.fixture(autouse=True)
def _x(fake: World, monkeypatch: pytest.MonkeyPatch) -> None:
    there = "https://x.example/"
    leads = replace(network.CAPABILITIES, handle_link=there + "{handle}", tag_link=there + "hashtag/{tag}")
    monkeypatch.setattr(network, "CAPABILITIES", leads)
    monkeypatch.setitem(NETWORKS, "x", Row("tests.fake"))


def link(address: str, words: str) -> str:
    return f'<a target="_blank" rel="nofollow noopener" href="{address}">{words}</a>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Hallo @nordlicht, wo? #paket",
            (
                f"Hallo {link('https://x.example/nordlicht', '@nordlicht')}, wo? "
                f"{link('https://x.example/hashtag/paket', '#paket')}"
            ),
        ),
        ("<b>Nr. #1</b> &amp; a@b", "&lt;b&gt;Nr. #1&lt;/b&gt; &amp;amp; a@b"),
        (
            "#störung bei @a_b.",
            (
                f"{link('https://x.example/hashtag/st%C3%B6rung', '#störung')} bei "
                f"{link('https://x.example/a_b', '@a_b')}."
            ),
        ),
    ],
)
def test_handles_and_tags_lead_where_they_do_there(text: str, shown: str) -> None:
    assert spoken(Said(text), {}) == shown


def test_a_card_shows_the_beginning_in_the_same_way() -> None:
    shown = spoken_briefly(Said("@nordlicht " + "a" * 900), {})
    assert shown == f"{link('https://x.example/nordlicht', '@nordlicht')} {'a' * 888}…"


def test_a_link_is_shown_as_there_and_leads_where_it_does() -> None:
    extras = {"links": [{"shown": "shop.example/hil…", "url": "https://shop.example/hilfe?a=1&b=2"}]}
    drawn = spoken(Said("Siehe shop.example/hil… !"), extras)
    assert drawn == f"Siehe {link('https://shop.example/hilfe?a=1&amp;b=2', 'shop.example/hil…')} !"


def test_an_address_in_the_words_stays_whole() -> None:
    drawn = spoken(Said("https://shop.example/@a#teil"), {})
    assert drawn.count("<a ") == 1
    assert "x.example" not in drawn


def test_a_link_that_is_no_address_of_the_web_is_no_link() -> None:
    extras = {"links": [{"shown": "hier", "url": "javascript:alert(1)"}]}
    assert spoken(Said("Klick hier"), extras) == "Klick hier"


def test_other_networks_are_drawn_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    assert spoken(Said("Hallo @a", network="archive"), {}) == "Hallo @a"


@pytest.mark.django_db
def test_a_quoted_post_is_shown_where_it_is_known_and_public(desk: Desk) -> None:
    ours = said("1", "Neu: der Leiseste", US, addressed=False)
    follows = said("2", "Nur für Freunde", OTTO, audience=Audience.FOLLOWERS)
    hear(desk.channel, ours, follows)
    quotes = [
        replace(one, post=replace(one.post, quoted=of))
        for one, of in (
            (said("3", "Stimmt das?"), ours.post.uri),
            (said("4", "Und das?", to=said("3", "")), follows.post.uri),
        )
    ]
    hear(desk.channel, *quotes)
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(desk.anna)
    page = browser.get(f"/c/{conversation_of(quotes[0]).pk}/").content.decode()
    (shown,) = re.findall(r'<blockquote class="quoted small">(.*?)</blockquote>', page, re.DOTALL)
    assert "Neu: der Leiseste" in shown
    assert page.count("Quotes another post") == 1
    order = Mention.objects.get(uri=quotes[0].post.uri).order
    (card,) = reading_streams.cards(desk.anna, [order])
    assert card.extras["quoted_post"].text == "Neu: der Leiseste"
