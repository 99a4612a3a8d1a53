"""Following a blog: from a site's address to posts that the search finds, over a real server on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from resonanz.desk import listen, queries, streams
from resonanz.desk.models import Brand, Channel, Conversation, Mention
from tests.cast import Desk
from tests.desk.web.client import signed_in, text
from tests.networks.scripted import Say, Scripted, running_script
from tests.networks.test_feed import home, named, rss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

pytestmark = pytest.mark.django_db
FOLLOW = "/settings/channels/feed/"


@pytest.fixture
def site(settings: Settings) -> Iterator[Scripted]:
    settings.DEMO = True  # only then an address of this machine may be followed
    with running_script({}) as script:
        yield script


def test_a_site_is_followed_read_and_found(desk: Desk, site: Scripted) -> None:
    site.routes |= {"GET /": home(named("/feed")), "GET /feed": Say(rss("Toner im Test", "Bahn"))}
    client = signed_in(desk.clara)
    answer = client.post(FOLLOW, {"address": site.url, "brand": desk.brand.pk}, follow=True)
    assert "“Neues” is read from now on." in text(answer)
    channel = Channel.objects.get(network="feed")
    assert (channel.brand, channel.base_url, channel.simulated) == (desk.brand, f"{site.url}/feed", True)
    page = text(client.get("/settings/channels/"))
    assert "Neues" in page
    assert page.count("Connect again") == 1  # the other channel's: a feed has nobody to sign in
    Channel.objects.exclude(pk=channel.pk).update(next_poll_at=None)
    assert listen.listen_next()
    assert sorted(Mention.objects.values_list("text", flat=True)) == ["Bahn", "Toner im Test"]
    assert not Conversation.objects.exists()
    query = queries.save(desk.anna, "Toner", "toner network:feed")
    anna, host = signed_in(desk.anna), Mention.objects.select_related("author")[0].author.handle
    stream = streams.show_query(desk.anna, query, None, "Meine")
    shown = anna.get(reverse("query", args=[query.pk])).content.decode()
    column = anna.get(reverse("stream-column", args=[stream.pk])).content.decode()
    assert [("Toner im Test" in one, "Neues" in one, f"@{host}" in one) for one in (shown, column)] == [
        (True, True, False)
    ] * 2
    dialog = anna.get(reverse("stream-tab", args=[stream.tab_id])).content.decode()
    assert (f"@{host}" in dialog, "· Neues</option>" in dialog) == (False, True)


def test_of_several_feeds_one_is_chosen(desk: Desk, site: Scripted) -> None:
    site.routes |= {
        "GET /": home(named("/news", title="News"), named("/jobs", title="Jobs")),
        "GET /jobs": Say(rss("Wir suchen")),
    }
    client = signed_in(desk.clara)
    page = client.post(FOLLOW, {"address": site.url, "brand": desk.brand.pk})
    assert page.status_code == 200
    assert "Which one?" in text(page)
    assert f'value="{site.url}/jobs"' in page.content.decode()
    assert not Channel.objects.filter(network="feed").exists()
    client.post(FOLLOW, {"address": site.url, "brand": desk.brand.pk, "feed": f"{site.url}/jobs"})
    assert Channel.objects.get(network="feed").base_url == f"{site.url}/jobs"


def test_what_cannot_be_followed_is_said_beside_the_address(desk: Desk, site: Scripted) -> None:
    site.routes |= {"GET /": home(), "GET /feed": Say(rss("Hallo")), "GET /secret": Say(b"", 403)}
    client = signed_in(desk.clara)
    for path, told in (
        ("/", "at this address and in what the page names, and found none."),
        ("/nowhere", "There is nothing at this address."),
        ("/secret", "The site does not let the desk read this address."),
    ):
        answer = client.post(FOLLOW, {"address": site.url + path, "brand": desk.brand.pk})
        assert (answer.status_code, told in text(answer)) == (422, True), told
    typed = client.post(FOLLOW, {"address": "kein blog", "brand": desk.brand.pk})
    assert (typed.status_code, "This is no web address." in text(typed)) == (422, True)
    unsafe = client.post(FOLLOW, {"address": "http://10.0.0.1/feed", "brand": desk.brand.pk})
    assert "public https addresses only" in text(unsafe)
    other = Brand.objects.create(name="Other")
    client.post(FOLLOW, {"address": f"{site.url}/feed", "brand": desk.brand.pk})
    twice = client.post(FOLLOW, {"address": f"{site.url}/feed", "brand": other.pk})
    assert "This feed belongs to the brand “Nordlicht” already." in text(twice)
    assert Channel.objects.filter(network="feed").count() == 1


def test_only_leads_follow(desk: Desk) -> None:
    assert signed_in(desk.anna).get(FOLLOW).status_code == 403
    assert signed_in(desk.clara).get(FOLLOW).status_code == 200
