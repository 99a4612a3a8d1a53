"""Streams: beginning, tabs and columns as pages, their parts, and what is done with them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from resonanz.case import ClockKind, Dismissal, State, Urgency
from resonanz.desk import care, columns, queries, streams
from resonanz.desk.models import Author, Mention, Query, Stream, StreamKind, Tab
from resonanz.desk.streams import Wanted
from resonanz.post import Audience
from tests.cast import MIA, OTTO, US, Desk, conversation_of, hear, said
from tests.desk.web.client import HTMX, signed_in, text
from tests.desk.web.client import told as done

if TYPE_CHECKING:
    from django.http import HttpResponseBase
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def tab(desk: Desk) -> Tab:
    """A tab of Anna's with mentions and a query, and posts for them."""
    now = timezone.now()
    asked = said("1", "Wo ist mein Paket?", at=now - timedelta(minutes=9))
    hear(desk.channel, asked)
    hear(desk.channel, said("2", "Kommt bald", US, at=now - timedelta(minutes=8), to=asked))
    hear(desk.channel, said("3", "Das Paket kam", MIA, at=now - timedelta(minutes=7), addressed=False))
    secret = said("4", "Nummer 4711", OTTO, at=now - timedelta(minutes=6), audience=Audience.DIRECT)
    hear(desk.channel, secret)
    query = queries.save(desk.anna, "Pakete", "paket")
    wanted = [Wanted(StreamKind.MENTIONS), Wanted(StreamKind.QUERY, str(query.pk))]
    return streams.add_tab(desk.anna, "Marke", wanted)


def page(client: Client, tab: Tab) -> str:
    answer = client.get(reverse("stream-tab", args=[tab.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def did(answer: HttpResponseBase) -> dict[str, object]:
    assert answer.status_code == 200
    told: dict[str, object] = json.loads(b"".join(answer))
    return told


def do(client: Client, stream: Stream, verb: str, **values: str) -> HttpResponseBase:
    return client.post(reverse("stream-do", args=[stream.pk, verb]), values, headers=HTMX)


def test_who_has_no_columns_begins_with_one_click(desk: Desk) -> None:
    queries.save(desk.anna, "Pakete", "paket")
    client = signed_in(desk.anna)
    start = client.get(reverse("streams"))
    offered = re.findall(r'name="column" value="([^"]+)" checked', start.content.decode())
    assert [value.partition(":")[0] for value in offered] == ["mentions", "inbox", "outbox", "query"]
    answer = client.post(reverse("streams-start"), {"column": [*offered, "nonsense"]})
    made = Tab.objects.get()
    assert answer.headers["Location"] == reverse("stream-tab", args=[made.pk])
    assert [stream.kind for stream in columns.columns_of(made)] == ["mentions", "inbox", "outbox", "query"]
    assert client.post(reverse("streams-start"), {"column": "query:99"}).status_code == 302
    assert Tab.objects.count() == 1


def test_a_tab_shows_its_columns_and_is_opened_again(desk: Desk, tab: Tab) -> None:
    client = signed_in(desk.anna)
    streams.add_tab(desk.anna, "Themen")
    shown = page(client, tab)
    mentions, found = shown.split('<section class="column"')[1:]
    assert re.findall(r"<h2[^>]*>([^<]+)", mentions) == ["Mentions"]
    assert [word in mentions for word in ("Wo ist mein Paket?", "Nummer 4711", "Kommt bald")] == [
        True,
        True,
        False,
    ]
    assert found.index("Das Paket kam") < found.index("Wo ist mein Paket?")
    talk = conversation_of(said("1", ""))
    assert f'data-open="{reverse("conversation", args=[talk.pk])}?streams={tab.pk}"' in mentions
    order = Mention.objects.get(text="Das Paket kam").order
    assert f'data-answer="{reverse("stream-answer", args=[order])}?streams={tab.pk}"' in found
    assert "Answer this" in found
    assert "Marke" in text(client.get(reverse("streams")))
    other = Tab.objects.get(name="Themen")
    assert "This tab has no column yet" in page(client, other)
    assert "Themen · Resonanz</title>" in client.get(reverse("streams")).content.decode()


def test_who_only_sees_shared_tabs_gets_columns_of_their_own_with_one_click(desk: Desk, tab: Tab) -> None:
    queries.save(desk.anna, "Toner", "toner")
    queries.save(desk.anna, "Drucker", "drucker")
    streams.share(desk.anna, tab, shared=True)
    ben, offer = signed_in(desk.ben), "Show columns of my own"
    shown = ben.get(reverse("streams")).content.decode()
    assert (offer in shown, offer in page(signed_in(desk.anna), tab)) == (True, False)
    offered = re.findall(r'type="hidden" name="column" value="([^"]+)"', shown)
    assert [value.partition(":")[0] for value in offered] == ["mentions", "query", "query", "inbox"]
    to = ben.post(reverse("streams-start"), {"column": offered}).headers["Location"]
    assert to == reverse("stream-tab", args=[Tab.objects.get(owner=desk.ben).pk])
    assert (offer in text(ben.get(to)), text(ben.get(to)).count("Drucker") > 0) == (False, True)


def test_an_empty_tab_is_filled_with_what_is_ticked(desk: Desk, tab: Tab) -> None:
    client, empty = signed_in(desk.anna), streams.add_tab(desk.anna, "Themen")
    path, own = reverse("streams-start"), {"tab": str(empty.pk)}
    assert re.findall(r'name="column" value="([^"]+)">', page(client, empty))[:2] == ["mentions", "inbox"]
    assert "Tick what this tab shall show." in text(client.post(path, own, follow=True))
    told = client.post(path, own | {"column": ["inbox", f"query:{Query.objects.get().pk}"]})
    assert told.headers["Location"] == reverse("stream-tab", args=[empty.pk])
    assert [stream.kind for stream in columns.columns_of(empty)] == ["inbox", "query"]
    many = client.post(path, own | {"column": ["inbox"] * 12})
    assert (many.status_code, len(columns.columns_of(empty))) == (302, 14)
    assert "more than fits" in text(client.post(path, own | {"column": ["inbox"] * 12}, follow=True))
    assert len(columns.columns_of(empty)) == 14


def test_a_kept_query_is_shown_as_a_column_with_one_click(desk: Desk, tab: Tab) -> None:
    client, query = signed_in(desk.anna), queries.save(desk.anna, "Nummern", "nummer")
    other = streams.add_tab(desk.anna, "Themen")
    page(client, other)  # where she was last
    path = reverse("stream-show", args=[query.pk])
    assert f'action="{path}"' in client.get(reverse("query", args=[query.pk])).content.decode()
    told = [client.post(path).headers["Location"] for _time in range(2)]
    made = columns.columns_of(other)
    assert [stream.query for stream in made] == [query]
    assert told == [f"{reverse('stream-tab', args=[other.pk])}#column-{made[0].pk}"] * 2
    trainee = signed_in(desk.tom)
    trainee.post(path)
    mine = Tab.objects.get(owner=desk.tom)
    assert (mine.name, [stream.query for stream in columns.columns_of(mine)]) == ("My columns", [query])
    trainee.post(path)
    assert Tab.objects.filter(owner=desk.tom).count() == 1
    assert client.post(reverse("stream-show", args=[99])).status_code == 404
    streams.fill(desk.anna, other, [Wanted(StreamKind.INBOX)] * 19)
    more = queries.save(desk.anna, "Mehr", "mehr")
    refused = client.post(reverse("stream-show", args=[more.pk]), follow=True)
    assert "more than fits" in text(refused)


def test_a_query_is_written_out_of_the_dialog_and_brought_back(desk: Desk, tab: Tab) -> None:
    client = signed_in(desk.anna)
    out = f"{reverse('query-new')}?for={tab.pk}"
    assert f'href="{out}"' in page(client, tab)
    written = client.get(out).content.decode()
    assert ("Back to the streams" in written, "Keep, and make a column of it" in written) == (True, True)
    kept = client.post(out, {"name": "Nummern", "expression": "nummer"}).headers["Location"]
    query = Query.objects.get(name="Nummern")
    assert kept == f"{reverse('stream-tab', args=[tab.pk])}?query={query.pk}"
    dialog = client.get(kept).content.decode().partition('id="column-dialog"')[2]
    assert " data-now>" in dialog
    assert re.findall(r'name="kind" value="(\w+)"[^>]* checked', dialog) == ["query"]
    assert f'<option value="{query.pk}" selected>' in dialog
    first = client.post(f"{reverse('query-new')}?for=0", {"name": "Eins", "expression": "eins"})
    assert first.headers["Location"].startswith(f"{reverse('streams')}?query=")
    assert " data-now>" not in page(client, tab)
    tom = signed_in(desk.tom)
    assert "Write a" not in text(tom.get(reverse("streams")))


def test_the_way_back_leads_to_the_tab_that_a_conversation_was_opened_in(desk: Desk, tab: Tab) -> None:
    client, stream = signed_in(desk.anna), columns.columns_of(tab)[1]
    talk = conversation_of(said("1", ""))
    there = f"{reverse('conversation', args=[talk.pk])}?streams={tab.pk}"
    orders = f"?tab={tab.pk}&orders={Mention.objects.get(text='Wo ist mein Paket?').pk}"
    column = client.get(reverse("stream-column", args=[stream.pk])).content.decode()
    for drawn in (column, client.get(reverse("stream-posts") + orders).content.decode(), page(client, tab)):
        assert f'data-open="{there}"' in drawn
    assert f'href="{reverse("stream-tab", args=[tab.pk])}#back"' in client.get(there).content.decode()
    assert "Back to the streams" not in text(client.get(reverse("conversation", args=[talk.pk])))
    order = Mention.objects.get(text="Das Paket kam").order
    opened = did(client.post(f"{reverse('stream-answer', args=[order])}?streams={tab.pk}"))
    assert str(opened["go"]).endswith(f"?streams={tab.pk}")


def test_people_are_offered_by_name_and_only_those_one_may_see(desk: Desk, tab: Tab) -> None:
    client, path = signed_in(desk.anna), reverse("stream-people")
    offered = client.get(path, {"author": "mi"}).content.decode()
    numbers = re.findall(r'name="person" value="(\d+)" checked', offered)
    mia = Author.objects.get(uid=MIA.uid)
    assert (numbers, f"@{mia.handle}" in offered) == ([str(mia.pk)], True)
    assert "Nobody of this name was heard yet." in text(client.get(path, {"author": "niemand"}))
    assert text(client.get(path, {"author": "m"})).strip() == ""
    desk.ben.teams.clear()
    assert "person" not in signed_in(desk.ben).get(path, {"author": "mi"}).content.decode()
    chosen = {"kind": "author", "author": "mi", "asked": "mi", "person": numbers[0]}
    add = reverse("stream-add", args=[tab.pk])
    assert "Das Paket kam" in text(client.post(add, chosen))
    stale = client.post(add, chosen | {"author": "mit"})  # typed on, and sent before the offer followed
    gone = client.post(add, chosen | {"person": "99999"})
    assert [stale.status_code, gone.status_code] == [422, 422]


def test_danger_is_marked_until_it_is_resolved(desk: Desk, tab: Tab) -> None:
    client, talk = signed_in(desk.anna), conversation_of(said("1", ""))
    mark = '<span class="tag late">'
    assert mark not in page(client, tab)
    care.sort(talk, desk.anna, urgency=Urgency.SAFETY)
    shown = page(client, tab)
    cards = re.findall(r"<article.*?</article>", shown, re.DOTALL)
    marked = [card for card in cards if mark in card]
    assert {f'data-talk="{talk.pk}"' in card and "danger" in card for card in marked} == {True}
    assert [("Wo ist mein Paket?" in card, "Kommt bald" in card) for card in marked] == [(True, False)] * 2
    talk.refresh_from_db()
    care.resolve(talk, desk.anna)
    assert mark not in page(client, tab)


def test_another_ones_tab_is_not_there_until_it_is_shared(desk: Desk, tab: Tab) -> None:
    ben = signed_in(desk.ben)
    stream = columns.columns_of(tab)[0]
    gone = [
        ben.get(reverse("stream-tab", args=[tab.pk])),
        ben.get(reverse("stream-column", args=[stream.pk])),
        ben.get(reverse("stream-pulse", args=[stream.pk])),
        ben.post(reverse("tab-do", args=[tab.pk, "rename"]), {"name": "x"}),
        ben.post(reverse("stream-add", args=[tab.pk]), {"kind": "mentions"}),
        do(ben, stream, "drop"),
    ]
    assert [answer.status_code for answer in gone] == [404] * 6
    told = did(signed_in(desk.anna).post(reverse("tab-do", args=[tab.pk, "share"]), {"on": "1"}))
    assert told["say"] == "Everybody here sees this tab now. Each sees in it what their teams care for."
    shown = page(ben, tab)
    assert ("by Anna" in shown, "Add a column" in shown, "data-verb" in shown) == (True, False, False)
    assert do(ben, stream, "drop").status_code == 422
    assert "Add a column" in page(signed_in(desk.clara), tab)


def test_nobody_is_shown_posts_of_others_by_their_number(desk: Desk, tab: Tab) -> None:
    orders = ",".join(str(order) for order in Mention.objects.values_list("order", flat=True))
    asked = f"{reverse('stream-posts')}?orders={orders},none,"
    assert text(signed_in(desk.anna).get(asked)).count("Paket") == 2
    desk.ben.teams.clear()
    assert text(signed_in(desk.ben).get(asked)).strip() == ""
    order = Mention.objects.get(text="Das Paket kam").order
    answer = signed_in(desk.ben).post(reverse("stream-answer", args=[order]))
    assert (answer.status_code, Mention.objects.get(order=order).conversation_id) == (422, None)


def test_a_column_goes_on_and_ends(desk: Desk, tab: Tab) -> None:
    start = timezone.now() - timedelta(days=1)
    hear(desk.channel, *(said(f"o{n}", "Paket", at=start + timedelta(minutes=n)) for n in range(45)))
    client, stream = signed_in(desk.anna), columns.columns_of(tab)[0]
    first = client.get(reverse("stream-column", args=[stream.pk])).content.decode()
    more = re.findall(r'class="more"><a[^>]* href="([^"]+)"', first)
    assert (first.count('<article class="card'), len(more)) == (columns.PAGE, 1)
    rest = client.get(more[0]).content.decode()
    assert (rest.count('<article class="card'), "section" in rest, 'class="more"' in rest) == (
        17,
        False,
        False,
    )


def test_the_pulse_is_drawn_with_its_sentence(desk: Desk, tab: Tab) -> None:
    answer = signed_in(desk.anna).get(reverse("stream-pulse", args=[columns.columns_of(tab)[0].pk]))
    assert "2 in 24 h, 2 in 1 h" in text(answer)
    assert answer.content.decode().count("<svg") == 1


def test_columns_are_added_with_what_they_need(desk: Desk, tab: Tab) -> None:
    client, path = signed_in(desk.anna), reverse("stream-add", args=[tab.pk])
    added = client.post(
        path, {"kind": "author", "author": "@mia", "narrowed": "paket", "name": "Mia spricht"}
    )
    assert ("Mia spricht" in text(added), "Das Paket kam" in text(added)) == (True, True)
    for wrong, words in (
        ({"kind": "author", "author": "niemand"}, "Nobody of this handle was heard yet"),
        ({"kind": "mentions", "narrowed": "lang:"}, "lang"),
        ({"kind": "nonsense"}, "not there any more"),
    ):
        refused = client.post(path, wrong)
        assert (refused.status_code, words in refused.json()["say"]) == (422, True)
    assert len(columns.columns_of(tab)) == 3


def test_a_column_is_changed_and_each_change_can_be_taken_back(desk: Desk, tab: Tab) -> None:
    client, stream = signed_in(desk.anna), columns.columns_of(tab)[0]
    assert did(do(client, stream, "rename", name="An uns")) == {"name": "An uns", "about": "Mentions"}
    narrowed = text(do(client, stream, "narrow", narrowed="nummer"))
    assert ("Nummer 4711" in narrowed, "Wo ist" in narrowed) == (True, False)
    assert "Nothing fits the filter" in text(do(client, stream, "narrow", narrowed="lang:en"))
    assert do(client, stream, "narrow", narrowed="(").status_code == 422
    assert did(do(client, stream, "hold", on="1"))["held"] is True
    assert did(do(client, stream, "move", place="1")) == {}
    assert [one.pk for one in columns.columns_of(tab)][1] == stream.pk
    dropped = did(do(client, stream, "drop"))
    assert dropped["say"] == "Column dropped: An uns"
    back = client.post(dropped["undo"]["url"], headers=HTMX)  # type: ignore[index]
    assert json.loads(back["HX-Trigger"]) == {"resonanz:laid-out": {"column": stream.pk, "place": 1}}
    assert len(columns.columns_of(tab)) == 2
    assert do(client, stream, "nonsense").status_code == 404


def test_a_tab_is_made_called_moved_and_dropped(desk: Desk, tab: Tab) -> None:
    client = signed_in(desk.anna)
    made = did(client.post(reverse("tab-add"), {"name": "Themen"}))
    assert made["go"] == reverse("stream-tab", args=[Tab.objects.latest("pk").pk])
    assert client.post(reverse("tab-add"), {"name": " "}).json() == {"say": "Give it a name."}
    assert did(client.post(reverse("tab-do", args=[tab.pk, "rename"]), {"name": "Haus"})) == {"name": "Haus"}
    assert client.post(reverse("tab-do", args=[tab.pk, "rename"]), {"name": ""}).status_code == 422
    did(client.post(reverse("tab-do", args=[tab.pk, "move"]), {"place": "1"}))
    assert [one.name for one in columns.tabs(desk.anna)] == ["Themen", "Haus"]
    dropped = did(client.post(reverse("tab-do", args=[tab.pk, "drop"])))
    assert (dropped["say"], dropped["go"]) == ("Tab dropped: Haus", reverse("streams"))
    did(client.post(dropped["undo"]["url"], headers=HTMX))  # type: ignore[index]
    assert len(columns.tabs(desk.anna)) == 2


def test_a_post_is_opened_as_a_conversation(desk: Desk, tab: Tab) -> None:
    order = Mention.objects.get(text="Das Paket kam").order
    client = signed_in(desk.anna)
    told = did(client.post(reverse("stream-answer", args=[order])))
    talk = Mention.objects.get(order=order).conversation
    assert talk is not None
    here = reverse("conversation", args=[talk.pk])
    assert (told["go"], told["say"]) == (here, "Opened as a conversation; it is yours")
    assert did(client.post(reverse("stream-answer", args=[order]))) == {"go": here}
    back_to = told["undo"]["url"]  # type: ignore[index]
    for back, leads in (("https://else.example", reverse("streams")), (reverse("search"), reverse("search"))):
        undone = done(client.post(back_to, {"back": back}, headers=HTMX))
        assert (undone["say"], undone["go"]) == ("Taken back: nobody has to answer it", leads)
        talk.refresh_from_db()
        assert talk.state == State.RESOLVED
        assert talk.clocks.get(kind=ClockKind.FIRST_RESPONSE).reason == Dismissal.NO_ANSWER_NEEDED
        assert client.post(back_to, headers=HTMX).status_code == 422
        care.reopen(talk, desk.anna)
    assert signed_in(desk.anna).post(reverse("stream-answer", args=[7])).status_code == 422
    assert "Answer this" not in page(signed_in(desk.anna), tab)


def test_a_trainee_reads_but_opens_nothing(desk: Desk) -> None:
    hear(desk.channel, said("3", "Das Paket kam", MIA, at=timezone.now(), addressed=False))
    tab = streams.add_tab(desk.tom, "Meine", [Wanted(StreamKind.AUTHOR, "mia")])
    shown = page(signed_in(desk.tom), tab)
    assert ("Das Paket kam" in shown, "Answer this" in shown) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_asks_no_more_for_more_posts(
    desk: Desk, count: int, django_assert_max_num_queries: object
) -> None:
    hear(desk.channel, *(said(str(n), "Paket", at=timezone.now()) for n in range(count)))
    tab = streams.add_tab(desk.anna, "A", [Wanted(StreamKind.MENTIONS)])
    client = signed_in(desk.anna)
    page(client, tab)
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        page(client, tab)
