"""The search page: what a box shows, filters in the address, page after page, and what is never shown."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from resonanz.desk import brands, care, reading_queries, searching
from resonanz.desk.models import Mention, Team
from tests.cast import ADA, MIA, NOON, OTTO, Desk, conversation_of, hear, said

if TYPE_CHECKING:
    from resonanz.desk.models import Agent, Conversation
    from resonanz.post import Author

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "results"}


def heard(desk: Desk, name: str, text: str, author: Author = ADA, minutes: int = 0) -> Conversation:
    sighting = said(name, text, author, at=NOON + timedelta(minutes=minutes))
    hear(desk.channel, sighting)
    return conversation_of(sighting)


def signed_in(agent: Agent) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(agent)
    return client


def hits(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'class="hit" href="/c/(\d+)/"', page)]


def asked(client: Client, **given: str) -> str:
    return client.get(reverse("search"), given).content.decode()


def test_an_empty_box_teaches_what_can_be_typed(desk: Desk) -> None:
    page = asked(signed_in(desk.anna))
    assert "Find any conversation again" in page
    assert "words that begin so" in page
    assert hits(page) == []


def test_a_hit_shows_the_passage_who_where_and_how_it_stands(desk: Desk) -> None:
    talk = heard(desk, "1", "Der <b>Toner</b> ist leer & alle")
    care.assign(talk, desk.ben, desk.ben)
    page = asked(signed_in(desk.anna), q="toner")
    assert hits(page) == [talk.pk]
    assert "Der <mark>&lt;b&gt;Toner&lt;/b&gt;</mark> ist leer &amp; alle" in page
    for words in (
        "Ada Lamm",
        "@ada@social.example",
        "Mastodon · public",
        "waits for us",
        "Ben",
        f"#{talk.pk}",
    ):
        assert words in page, words


def test_no_hit_says_what_to_try_and_whether_a_filter_is_in_the_way(desk: Desk) -> None:
    heard(desk, "1", "Toner")
    client = signed_in(desk.anna)
    assert "Try fewer words" in asked(client, q="drucker")
    narrowed = asked(client, q="toner", **{"in": "resolved"})
    assert "Your filters leave something out" in narrowed
    assert 'href="/search/?q=toner"' in narrowed


def test_filters_stand_in_the_address_and_in_the_form(desk: Desk) -> None:
    mine, other = heard(desk, "1", "Wort"), heard(desk, "2", "Wort", OTTO, 1)
    care.assign(mine, desk.anna, desk.anna)
    care.resolve(other, desk.ben, care.Dismissal.SPAM)
    client = signed_in(desk.anna)
    assert hits(asked(client, q="wort")) == [other.pk, mine.pk]
    page = asked(client, q="wort", mine="1", to="2026-11-18", **{"in": "open"})
    assert hits(page) == [mine.pk]
    assert 'value="open" checked' in page
    assert 'name="mine" value="1" checked' in page
    assert 'name="to" value="2026-11-18"' in page
    assert hits(asked(client, q="wort", **{"from": "2026-11-19"})) == []


def test_what_makes_no_sense_in_an_address_filters_nothing(desk: Desk) -> None:
    talk = heard(desk, "1", "Wort")
    nonsense = {
        "in": "mars",
        "channel": "x",
        "from": "2026-99-99",
        "to": "0001-01-01",
        "mine": "7",
        "after": "²",
    }
    assert hits(asked(signed_in(desk.anna), q="wort", **nonsense)) == [talk.pk]


def test_a_script_gets_the_hits_alone_and_page_after_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 1)
    first, second = heard(desk, "1", "Haustür"), heard(desk, "2", "Haustier", OTTO, 1)
    client = signed_in(desk.anna)
    page = client.get("/search/?q=haust", headers=HTMX).content.decode()
    assert "<html" not in page
    assert hits(page) == [second.pk]
    assert "beginnings of words count too" in page
    more = re.search(r'hx-get="([^"]+)"', page)
    assert more is not None
    rest = client.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
    assert hits(rest) == [first.pk]
    assert "Show more" not in rest


def test_the_page_asks_as_often_for_three_hits_as_for_one(desk: Desk) -> None:
    client = signed_in(desk.anna)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            asked(client, q="wort")
        return len(queries)

    heard(desk, "1", "Wort")
    one = count()
    heard(desk, "2", "Wort", OTTO, 1)
    heard(desk, "3", "Wort", MIA, 2)
    assert count() == one


def test_nobody_finds_what_other_teams_care_for(desk: Desk) -> None:
    heard(desk, "1", "Wort", MIA)
    Team.objects.get(name="Team").agents.remove(desk.anna)
    assert hits(asked(signed_in(desk.anna), q="wort")) == []


def test_every_role_finds_and_may_narrow_down_to_its_channels(desk: Desk) -> None:
    talk = heard(desk, "1", "Ein Wort")
    for agent in (desk.tom, desk.anna, desk.clara, desk.olga, desk.anna):
        assert hits(asked(signed_in(agent), q="wort")) == [talk.pk], agent


def test_the_bar_has_a_box_everywhere_but_on_the_search_page(desk: Desk) -> None:
    client = signed_in(desk.anna)
    assert 'id="find-words"' in client.get("/").content.decode()
    assert 'id="find-words"' not in asked(client)
    assert "<kbd>/</kbd>" in asked(client)  # in the list of keys


def test_strangers_are_sent_to_sign_in() -> None:
    answer = Client().get("/search/?q=wort")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/search/%3Fq%3Dwort")


def test_how_a_matter_stands_is_said_in_the_readers_language(desk: Desk) -> None:
    heard(desk, "1", "Mein Toner ist leer")
    english, german = signed_in(desk.anna), Client(headers={"accept-language": "de"})
    german.force_login(desk.ben)
    for _ in range(2):  # what the first one was told is kept for nobody else
        assert "waits for us" in asked(english, q="toner")
        assert "wartet auf uns" in asked(german, q="toner")


# The query language in the box -------------------------------------------------------------------


def said_in(page: str) -> list[str]:
    return [
        re.sub("<[^>]+>", "", words) for words in re.findall(r'class="says" dir="auto">(.*?)</span>', page)
    ]


def test_a_query_in_the_box_finds_posts_and_says_what_it_means(desk: Desk) -> None:
    heard(desk, "1", "Der Toner ist leer")
    heard(desk, "2", "Toner von Samsung", OTTO, 1)
    hear(desk.channel, said("3", "Ein Toner am Rande", MIA, at=NOON + timedelta(minutes=2), addressed=False))
    client = signed_in(desk.anna)
    page = asked(client, q="toner -samsung")
    assert "Posts that have the word “toner” and do not have the word “samsung”." in page
    assert said_in(page) == ["Ein Toner am Rande", "Der Toner ist leer"]
    assert "Der <mark>Toner</mark> ist leer" in page
    assert 'href="/queries/new/?q=toner%20-samsung"' in page
    alone = Mention.objects.get(text="Ein Toner am Rande").order
    assert page.count("Answer this") == 1
    assert f'data-answer-at="{reverse("stream-answer", args=[alone])}"' in page
    assert "Answer this" not in asked(signed_in(desk.tom), q="toner -samsung")
    assert said_in(asked(client, q='"toner ist')) == ["Der Toner ist leer"]
    assert said_in(asked(client, q="from:otto")) == ["Toner von Samsung"]
    assert "Keep as a query" not in asked(signed_in(desk.tom), q="toner -samsung")
    assert "Nothing stored fits it" in asked(client, q="#nirgends")
    assert "without the second: the query language" in asked(client)


def test_a_mistake_in_the_box_is_marked_in_its_place(desk: Desk) -> None:
    page = asked(signed_in(desk.anna), q="toner from:ada lang:<b>")
    assert "toner from:ada lang:<mark>&lt;b&gt;</mark>" in page
    assert "Keep as a query" not in page


def test_a_term_that_no_query_has_is_read_as_words_and_that_is_said(desk: Desk) -> None:
    talk = heard(desk, "1", "Das ist mood safety, mein Freund")
    client = signed_in(desk.anna)
    page = asked(client, q="mood:safety")
    assert hits(page) == [talk.pk]
    assert "“mood:” is nothing a query can ask for" in page
    assert "read as the words “mood safety”. Known are exact:, from:," in page
    assert "“kind:” is nothing" in asked(client, q="arg kind:phone")
    for plain in ("freund", "Frage: wann", "https://x.example/a", "10:30", "mein:)"):
        assert "is nothing a query can ask for" not in asked(client, q=plain)


def test_plain_words_names_and_numbers_are_found_as_before(desk: Desk) -> None:
    talk = heard(desk, "1", "Haustür")
    client = signed_in(desk.anna)
    for words in ("haust", "@ada", "@ada haustür", f"#{talk.pk}", "Ada"):
        assert hits(asked(client, q=words)) == [talk.pk], words


def test_filters_narrow_a_query_down(desk: Desk) -> None:
    mine, other = heard(desk, "1", "Wort eins"), heard(desk, "2", "Wort zwei", OTTO, 1)
    hear(desk.channel, said("3", "Wort drei", MIA, at=NOON + timedelta(days=1), addressed=False))
    care.assign(mine, desk.anna, desk.anna)
    care.resolve(other, desk.ben, care.Dismissal.SPAM)
    client = signed_in(desk.anna)
    query = "wort OR nichts"
    every = ["Wort drei", "Wort zwei", "Wort eins"]
    for filters, wanted in (
        ({}, every),
        ({"mine": "1"}, ["Wort eins"]),
        ({"in": "open"}, ["Wort eins"]),
        ({"in": "resolved"}, ["Wort zwei"]),
        ({"in": "archive"}, []),
        ({"channel": str(desk.channel.pk)}, ["Wort zwei", "Wort eins"]),
        ({"channel": "99"}, []),
        ({"network": "mastodon"}, every),
        ({"network": "x"}, []),
        ({"to": "2026-11-18"}, ["Wort zwei", "Wort eins"]),
        ({"from": "2026-11-19"}, ["Wort drei"]),
    ):
        assert said_in(asked(client, q=query, **filters)) == wanted, filters
    assert "Your filters leave something out" in asked(client, q=query, network="x")


def test_a_query_goes_on_page_by_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_queries, "HITS", 1)
    heard(desk, "1", "Wort eins")
    heard(desk, "2", "Wort zwei", OTTO, 1)
    client = signed_in(desk.anna)
    page = client.get("/search/", {"q": "wort -drei"}, headers=HTMX).content.decode()
    assert "<html" not in page
    (more,) = re.findall(r'hx-get="([^"]+)"', page)
    rest = client.get(more.replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
    assert said_in(page) + said_in(rest) == ["Wort zwei", "Wort eins"]
    assert "Show more" not in rest


def test_nobody_finds_by_a_query_what_other_teams_care_for(desk: Desk) -> None:
    heard(desk, "1", "Wort", MIA)
    Team.objects.get(name="Team").agents.remove(desk.anna)
    client = signed_in(desk.anna)
    assert said_in(asked(client, q='"wort"')) == []
    assert said_in(asked(client, q='"wort"', **{"in": "open"})) == []


def test_the_language_has_a_page(desk: Desk) -> None:
    page = signed_in(desk.tom).get(reverse("query-language")).content.decode()
    assert 'href="/search/?q=toner%20-samsung"' in page
    assert "Posts that are by @jana." in page


def test_plain_words_that_name_a_brand_find_all_its_spellings(desk: Desk) -> None:
    heard(desk, "1", "Nortlicht antwortet nie")
    heard(desk, "2", "Nordlicht auch nicht")
    client = signed_in(desk.anna)
    assert "Nortlicht antwortet" not in asked(client, q="nordlicht")
    brands.spell(desk.brand, "Nortlicht", by=desk.clara)
    for words in ("nordlicht", "nortlicht"):
        page = asked(client, q=words)
        assert "antwortet nie" in page
        assert "auch nicht" in page
    assert "Nortlicht" in asked(client, q="antwor")
    assert asked(client, q="((nordlicht")
