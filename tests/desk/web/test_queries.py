"""Saved queries: writing one with its meaning beside it, the list, what one finds."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from resonanz.desk import brands, finding, queries, reading_queries
from resonanz.desk.models import Channel, Query, StandingSearch
from resonanz.desk.queries import SavedQueryError, tree_of
from resonanz.query import QueryError, parse
from tests.cast import ADA, OTTO, Desk, conversation_of, hear, said
from tests.desk.web.client import HTMX, signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(desk: Desk) -> Desk:
    """A desk with three posts of this hour and one of last month."""
    now = timezone.now()
    for number, (words, author) in enumerate((("Toner leer", ADA), ("Toner da", OTTO), ("Bahn", ADA))):
        hear(desk.channel, said(str(number), words, author, at=now - timedelta(minutes=9 - number)))
    hear(desk.channel, said("9", "alter Toner", OTTO, at=now - timedelta(days=30)))
    return desk


def looked(desk: Desk, expression: str) -> str:
    answer = signed_in(desk.anna).post(reverse("query-look"), {"expression": expression})
    assert answer.status_code == 200
    return text(answer)


def test_what_is_written_is_explained_at_once(ours: Desk) -> None:
    page = looked(ours, "toner -is:retweet")
    assert "Posts that have the word “toner” and are no mere reposts." in page
    assert "2 in the last week" in page
    assert [page.index(words) for words in ("Toner da", "Toner leer", "alter Toner")] == sorted(
        page.index(words) for words in ("Toner da", "Toner leer", "alter Toner")
    )
    assert "Mastodon cannot look for -is:retweet. It brings more, and the desk sorts it out." in page
    assert "What it means" not in looked(ours, "  ")


def test_other_spellings_of_a_brand_are_found_and_told(ours: Desk) -> None:
    brands.spell(ours.brand, "Toner", by=ours.clara)
    name = ours.brand.name
    hear(ours.channel, said("n", f"Bei {name} bestellt", OTTO, at=timezone.now() - timedelta(minutes=1)))
    page = looked(ours, "toner")
    assert f"“toner” is also found written “{name}”." in page
    assert f"Bei {name} bestellt" in page
    assert f"(toner OR {name})" in page or f"toner OR {name}" in page
    assert "also found" not in looked(ours, "exact:Toner")
    query = queries.save(ours.anna, "Toner", "toner")
    assert "is also found written" in text(signed_in(ours.anna).get(reverse("query", args=[query.pk])))


def test_a_mistake_is_marked_in_its_place(ours: Desk) -> None:
    answer = signed_in(ours.anna).post(reverse("query-look"), {"expression": "toner <b> foo:bar"})
    page = answer.content.decode()
    assert "toner &lt;b&gt; <mark>foo</mark>:bar" in page
    assert "“foo:” is not known." in text(answer)
    assert "32 brackets within each other" in looked(ours, "(" * 1_000)
    assert "4096 are possible" in looked(ours, "toner " * 20_000)


def test_a_query_is_kept_found_again_changed_and_dropped(ours: Desk) -> None:
    client = signed_in(ours.anna)
    answer = client.post(reverse("query-new"), {"name": " Our  toner ", "expression": " toner OR tinte "})
    query = Query.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("query", args=[query.pk]))
    assert (query.name, query.expression, query.made_by) == ("Our toner", "toner OR tinte", ours.anna)
    assert tree_of(query) == parse("toner OR tinte")
    page = client.get(answer["Location"])
    assert re.findall(r'href="/c/(\d+)/"', page.content.decode()) == [
        str(conversation_of(said(name, "")).pk) for name in ("1", "0", "9")
    ]
    assert "Kept: Our toner" in text(page)
    listed = text(client.get(reverse("queries")))
    assert "Our toner 2 in the last week toner OR tinte Posts that have the word “toner” or" in listed
    edit = reverse("query-edit", args=[query.pk])
    assert "toner OR tinte" in client.get(edit).content.decode()
    client.post(edit, {"name": "Rail", "expression": "bahn"})
    query.refresh_from_db()
    assert (query.name, tree_of(query)) == ("Rail", parse("bahn"))
    dropped = client.post(reverse("query-drop", args=[query.pk]), follow=True).content.decode()
    assert not Query.objects.exists()
    assert client.get(edit).status_code == 404
    back = reverse("query-restore", args=[query.pk])
    assert re.findall(r'data-say="([^"]*)" data-url="([^"]*)"', dropped) == [("Dropped: Rail", back)]
    answer = client.post(back, headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("query", args=[query.pk]))
    assert [known.name for known in Query.objects.all()] == ["Rail"]
    assert 'id="dropped"' not in client.get(f"{reverse('queries')}?dropped={query.pk}").content.decode()


def test_a_dropped_query_comes_back_unless_its_name_is_taken(ours: Desk) -> None:
    query = queries.save(ours.anna, "Rail", "bahn")
    queries.drop(ours.anna, query)
    queries.save(ours.anna, "Rail", "bus")
    client = signed_in(ours.anna)
    back = reverse("query-restore", args=[query.pk])
    assert client.post(back, headers=HTMX)["HX-Redirect"] == reverse("queries")
    assert "There is a query of this name." in text(client.get(reverse("queries")))
    assert client.post(reverse("query-restore", args=[query.pk + 7])).status_code == 404
    with pytest.raises(SavedQueryError, match="not_allowed"):
        queries.restore(ours.tom, query)
    assert 'id="dropped"' in client.get(f"{reverse('queries')}?dropped={query.pk}").content.decode()
    Query.every.filter(pk=query.pk).update(dropped_at=timezone.now() - timedelta(minutes=2))
    assert 'id="dropped"' not in client.get(f"{reverse('queries')}?dropped={query.pk}").content.decode()


def test_a_tree_that_an_older_desk_kept_is_read_again_from_its_words(ours: Desk) -> None:
    query = queries.save(ours.anna, "Toner", "toner -bahn")
    query.tree = b"\xc1 written by another version"
    query.save()
    query.refresh_from_db()
    assert tree_of(query) == parse("toner -bahn")
    assert "Toner leer" in text(signed_in(ours.anna).get(reverse("query", args=[query.pk])))


def test_an_empty_page_that_is_not_the_last_leads_on(ours: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "READ_FIRST", 1)
    monkeypatch.setattr(finding, "READ_MOST", 1)
    monkeypatch.setattr(reading_queries, "PAGE", 0)
    query = queries.save(ours.anna, "Film", "toner has:videos")
    page = text(signed_in(ours.anna).get(reverse("query", args=[query.pk])))
    assert "Show more" in page
    assert "Nothing stored fits it yet" not in page


def test_what_cannot_be_kept_stays_on_the_page(ours: Desk) -> None:
    client = signed_in(ours.anna)
    queries.save(ours.anna, "Rail", "bahn")
    for name, said_words, told in (
        (" ", "bahn", "Give it a name"),
        ("Rail", "bus", "There is a query of this name."),
        ("Bus", "bus (", "This bracket is never closed."),
        ("Bus", "", "There is nothing to look for yet."),
    ):
        answer = client.post(reverse("query-new"), {"name": name, "expression": said_words})
        assert (answer.status_code, told in text(answer)) == (422, True), told
        assert said_words in answer.content.decode()
    assert Query.objects.count() == 1


def test_trainees_read_and_do_not_write(ours: Desk) -> None:
    query = queries.save(ours.anna, "Rail", "bahn")
    client = signed_in(ours.tom)
    assert "Write a query" not in text(client.get(reverse("queries")))
    assert "Change" not in text(client.get(reverse("query", args=[query.pk])))
    answer = client.post(reverse("query-new"), {"name": "Bus", "expression": "bus"})
    assert "You can look at queries; agents and leads write them." in text(answer)
    told = text(client.post(reverse("query-drop", args=[query.pk]), follow=True))
    assert "You can look at queries" in told
    with pytest.raises(SavedQueryError, match="not_allowed"):
        queries.drop(ours.tom, query)
    with pytest.raises(QueryError, match="unclosed_group"):
        queries.save(ours.anna, "Bus", "bus (")


def test_only_what_teams_care_for_is_found_and_counted(ours: Desk) -> None:
    query = queries.save(ours.anna, "Toner", "toner")
    ours.ben.teams.clear()
    client = signed_in(ours.ben)
    assert "Nothing stored fits it yet" in text(client.get(reverse("query", args=[query.pk])))
    assert "none in the last week" in text(client.get(reverse("queries")))


def test_more_is_shown_page_by_page(ours: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_queries, "PAGE", 2)
    query = queries.save(ours.anna, "Toner", "toner")
    client = signed_in(ours.anna)
    first = client.get(reverse("query", args=[query.pk])).content.decode()
    (more,) = re.findall(r'hx-get="([^"]+)"', first)
    rest = client.get(more, headers={"HX-Request": "true"}).content.decode()
    assert "alter Toner" in rest
    assert "<html" not in rest
    assert "hx-get" not in rest


def test_how_often_is_said_in_words(ours: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    many = [said(f"m{n}", "viele", ADA, at=now - timedelta(hours=n)) for n in range(30)]
    hear(ours.channel, *many)
    assert "about 4 a day" in looked(ours, "viele")
    monkeypatch.setattr(reading_queries, "COUNTED_MOST", 21)
    assert "more than 3 a day" in looked(ours, "viele")


# Chips -------------------------------------------------------------------------------------------


def drawn(page: str) -> tuple[list[str], str]:
    """Return the chips that an editor holds, and the query that it writes."""
    written = re.findall(r'<code class="said" dir="auto">([^<]*)</code>', page)
    return re.findall(r'name="chip" value="([^"]*)"', page), unescape(written[0] if written else "")


def change(client: Client, does: str, at: str = "", **fields: object) -> str:
    sent = {"do": does, "at": at, "form": "chips"} | {name.replace("_", "-"): v for name, v in fields.items()}
    answer = client.post(reverse("query-form"), sent, headers=HTMX)
    assert answer.status_code == 200
    assert answer.get("HX-Trigger-After-Swap") == (None if does == "kind" else "query-changed")
    return answer.content.decode()


def test_a_query_is_built_of_chips(ours: Desk) -> None:
    client = signed_in(ours.anna)
    page = client.get(reverse("query-new")).content.decode()
    assert re.findall(r"<legend>([^<]*)</legend>", page) == ["All of these", "One of these", "None of these"]
    page = change(client, "add", "all", kind_all="words", value_all="OTTO Office", value_none="kept")
    assert drawn(page) == (["all words OTTO Office"], '"OTTO Office" -kept')
    assert 'name="value-none" value="kept"' in page
    assert page.count("autofocus") == 1
    for typed, chip in (("#rail", "all # rail"), ("@ada", "all @ ada"), ("#1 rail", "all words #1 rail")):
        assert drawn(change(client, "add", "all", value_all=typed))[0] == [chip]
    sent = ["all words toner", "any0 # rail", "any1 is reply", "any0 words bus", "odd words x", "all odd x"]
    page = change(client, "group", chip=sent, kind_any0="#", kind_any1="is", kind_none="odd")
    assert drawn(page) == (
        ["all words toner", "any0 # rail", "any0 words bus", "any1 is reply"],
        "toner (#rail OR bus) is:reply",
    )
    assert 'name="kind-any2"' in page
    assert '<option value="reply">a reply</option>' in page
    page = change(client, "take", "any0 0", chip=sent, kind_any0="#", kind_any1="is")
    assert drawn(page)[0] == ["all words toner", "any0 words bus", "any1 is reply"]
    assert re.search(r'"at":"any0 0"}\' autofocus', page)
    assert drawn(change(client, "take", "any0 7", chip=sent, kind_any0="#"))[0] == [
        "all words toner",
        "any0 # rail",
        "any0 words bus",
    ]
    assert drawn(change(client, "odd", "any0", chip=sent))[0][1:] == ["any0 # rail", "any0 words bus"]
    assert "choose" in change(client, "kind", "all", kind_all="lang")
    assert 'type="date"' in change(client, "kind", "all", kind_all="since")
    assert 'value="half a word"' in change(client, "kind", "all", kind_all="#", value_all="half a word")


def test_chips_are_written_and_read_back_without_losing_a_word(ours: Desk) -> None:
    client = signed_in(ours.anna)
    page = change(client, "written", chip=["all words toner"], value_none="leer", kind_none="words")
    assert re.findall(r"<textarea[^>]*>([^<]*)</textarea>", page) == ["toner -leer"]
    page = change(client, "chips", form="written", expression='toner (a OR "b c"~2) tag:x -lang:de')
    assert drawn(page)[0] == [
        "all words toner",
        "all tag x",
        "any0 words a",
        "any0 near b c ~2",
        "none lang de",
    ]
    assert "German" in page
    page = change(client, "chips", form="written", expression="bahn OR (tinte (a OR b))")
    assert "<textarea" in page
    assert "Chips cannot show brackets within brackets: tinte (a OR b)." in unescape(page)
    page = change(client, "chips", form="written", expression="bahn (a OR -b)")
    assert "Chips cannot say that one of several ways to fit is: -b." in page
    page = change(client, "chips", form="written", expression="bahn (")
    assert "Once that is mended" in page
    assert ">bahn (</textarea>" in page
    assert drawn(change(client, "chips", form="written", expression=" ")) == ([], "")


def test_the_form_that_was_used_last_comes_again(ours: Desk) -> None:
    client = signed_in(ours.anna)
    query = queries.save(ours.anna, "Toner", "toner -leer")
    edit = reverse("query-edit", args=[query.pk])
    assert drawn(client.get(edit).content.decode()) == (["all words toner", "none words leer"], "toner -leer")
    change(client, "written")
    assert ">toner -leer</textarea>" in client.get(edit).content.decode()
    change(client, "chips")
    nested = f"{reverse('query-new')}?q=a+OR+(b+(c+OR+d))"
    assert "Chips cannot show brackets" in client.get(nested).content.decode()
    assert "Once that is mended" not in client.get(f"{reverse('query-new')}?q=a+(").content.decode()


def test_chips_are_explained_and_kept_with_the_one_that_is_being_written(ours: Desk) -> None:
    client = signed_in(ours.anna)
    sent = {"form": "chips", "chip": ["all words toner"], "kind-none": "words", "value-none": "leer"}
    page = text(client.post(reverse("query-look"), sent))
    assert "Posts that have the word “toner” and do not have the word “leer”." in page
    assert "Written: toner -leer" in page
    refused = client.post(reverse("query-new"), sent | {"name": ""})
    assert (refused.status_code, drawn(refused.content.decode())) == (422, (sent["chip"], "toner -leer"))
    client.post(reverse("query-new"), sent | {"name": "Toner"})
    assert Query.objects.get().expression == "toner -leer"
    wrong = {"form": "chips", "chip": ["all words a", "all followers few"], "name": "Few"}
    assert client.post(reverse("query-new"), wrong).status_code == 422
    assert "a followers:<mark>few</mark>" in client.post(reverse("query-look"), wrong).content.decode()
    empty = client.post(reverse("query-new"), {"form": "chips", "name": "Nothing"})
    assert "There is nothing to look for yet." in text(empty)


def test_a_query_that_was_just_kept_says_where_it_is_searched(ours: Desk) -> None:
    query = queries.save(ours.anna, "Toner", "toner", heard=True)
    address = reverse("query", args=[query.pk])
    assert "is searched in a moment" in text(signed_in(ours.anna).get(address))
    search = StandingSearch.objects.create(channel=ours.channel, query=query, next_at=timezone.now())
    words = {
        ("", None): "is searched in a moment",
        ("", timezone.now()): "3 posts heard by it, searched",
        ("not_allowed_here", None): "This server has no search",
        ("timeout", None): "It could not be searched just now",
        ("budget_spent", None): "It is not searched for now: what is left of the budget is kept for what is",
    }
    for (code, searched_at), said_ in words.items():
        search.error_code, search.searched_at, search.found_count = code, searched_at, 3
        search.save()
        assert said_ in text(signed_in(ours.anna).get(address))
    Channel.objects.update(state="paused")
    search.delete()
    assert "No connected network can be searched for it." in text(signed_in(ours.anna).get(address))
    queries.save(ours.anna, "Toner", "toner", query, heard=False)
    assert "the networks are not searched for it" in text(signed_in(ours.anna).get(address))
