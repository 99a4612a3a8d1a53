"""Finding stored posts by a query: the same posts as by what the query means, whatever the store can tell."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resonanz.desk import care, finding
from resonanz.desk.access import scope_of
from resonanz.desk.commands import run
from resonanz.desk.finding import find
from resonanz.desk.listen import withdraw
from resonanz.desk.models import Conversation, Import, Unannotated
from resonanz.post import Audience, Link, Media, MediaKind, Sighting
from resonanz.query import QueryError, Said, parse, satisfies
from tests.cast import ADA, MIA, NOON, OTTO, US, Desk, conversation_of, hear, said
from tests.query.material import expressions, is_valid, texts

pytestmark = pytest.mark.django_db


def found(query: str, most: int = 50) -> list[str]:
    return [post.uri.rpartition("/")[2] for post in find(parse(query), most=most).posts]


def test_posts_are_found_newest_first(desk: Desk) -> None:
    for number, text in enumerate(("Mein Toner ist leer", "Zürich grüßt", "toner, danke!", "Bahn")):
        hear(desk.channel, said(str(number), text, at=NOON + timedelta(minutes=number)))
    assert found("toner") == ["2", "0"]
    assert found("toner -danke") == ["0"]
    assert found("ZUERICH OR bahn") == ["3", "1"]
    assert found('"toner ist"') == ["0"]
    assert found("exact:toner") == ["2"]
    assert found("nirgends") == []
    assert found("toner until:2026-11-17") == []
    assert found("toner since:2026-11-18T12:02:00Z") == ["2"]
    assert found("toner lang:de") == ["2", "0"]
    assert found("toner lang:en") == []
    assert found("(toner lang:en) OR bahn") == ["3"]
    assert found("toner -lang:de") == []
    assert found("toner (leer OR -toner)") == ["0"]
    assert found("toner (leer OR -danke)") == ["0"]


def test_what_alarms_count_is_said_by_others_and_not_recorded(desk: Desk) -> None:
    for number in range(3):
        hear(desk.channel, said(str(number), "Toner leer", at=NOON + timedelta(minutes=number)))
    hear(desk.channel, said("ours", "Toner kommt", US, at=NOON, to=said("0", "")))
    orders = [post.order for post in find(parse("toner"), most=9).posts]

    def heard(query: str, since: int, before: int = finding.LAST) -> list[str]:
        scope = scope_of(desk.anna)
        page = finding.heard(parse(query), finding.Within(since, before), most=9, scope=scope)
        return [post.uri.rpartition("/")[2] for post in page.posts]

    assert heard("toner", 0) == ["2", "1", "0"]
    assert heard("toner has:links OR toner", orders[1], orders[0]) == ["1"]
    row = Import.objects.create(began_at=NOON, finished_at=NOON)
    Conversation.objects.filter(mentions__order=orders[0]).update(from_import=row)
    assert heard("toner", 0) == ["1", "0"]
    assert finding.moment_of(find(parse("toner"), most=1).posts[0]) == NOON + timedelta(minutes=2)


def test_facts_of_a_post_and_of_its_conversation_count(desk: Desk) -> None:
    first = said("1", "Hallo, wo?", ADA)
    film = Media(kind=MediaKind.VIDEO, url="https://x.example/film")
    link = Link(url="https://dpd.example/paket/7")
    shown = said("2", "Seht her", OTTO, audience=Audience.DIRECT)
    hear(desk.channel, first, replace(shown, post=replace(shown.post, media=(film,), links=(link,))))
    hear(desk.channel, said("3", "Hier", US, to=first, at=NOON + timedelta(minutes=5)))
    care.tag(conversation_of(first), desk.anna, "Zu prüfen")
    assert found("from:ada") == ["1"]
    assert found("from:ada@social.example") == ["1"]
    assert found("from:ad_") == []
    assert found('author:"otto traut" has:videos') == ["2"]
    assert found("url:dpd.example/paket") == ["2"]
    assert found("audience:direct") == ["2"]
    assert found("hier is:reply") == ["3"]
    assert found('tag:"zu pruefen" -is:reply') == ["1"]
    assert found("state:waiting") == ["2"]
    assert found("state:answered") == ["3", "1"]
    assert found("state:unassigned from:otto") == ["2"]
    assert found(f'conversation_id:"{first.post.uri}"') == ["3", "1"]
    assert found("hallo network:x") == []
    assert found("hallo network:mastodon") == ["1"]
    care.resolve(conversation_of(shown), desk.anna, care.Dismissal.SPAM)
    assert found("state:dismissed") == ["2"]
    assert found("state:resolved") == ["2"]


def test_only_what_somebody_may_see_is_found(desk: Desk) -> None:
    hear(desk.channel, said("1", "Mein Toner"))
    desk.ben.teams.clear()
    query = parse("toner")
    assert len(find(query, most=9, scope=scope_of(desk.anna)).posts) == 1
    assert find(query, most=9, scope=scope_of(desk.ben)).posts == ()
    beside = said("2", "Toner gibt es hier", OTTO, addressed=False)
    hear(desk.channel, beside)
    heard = [len(find(query, most=9, scope=scope_of(who)).posts) for who in (desk.anna, desk.ben, desk.clara)]
    assert heard == [2, 0, 2]


def test_what_is_deleted_on_the_network_is_found_no_more(desk: Desk) -> None:
    hear(desk.channel, said("1", "Mein Toner"), said("2", "Und ich?", OTTO))
    assert (found("toner"), found("from:ada"), found("from:otto")) == (["1"], ["1"], ["2"])
    withdraw(desk.channel, ["1"], NOON + timedelta(hours=1))
    assert (found("toner"), found("from:ada"), found("from:otto")) == ([], [], ["2"])


def test_pages_follow_each_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "READ_FIRST", 2)
    monkeypatch.setattr(finding, "READ_AT_ONCE", 3)
    hear(desk.channel, *[said(str(n), f"toner {n % 3}", at=NOON + timedelta(seconds=n)) for n in range(12)])
    query = parse('"toner 1" OR (toner exact:2)')
    pages, before = [], finding.LAST
    while True:
        page = find(query, most=3, before=before)
        pages.append([post.text[-1] for post in page.posts])
        if page.more is None:
            break
        before = page.more
    assert pages == [["2", "1", "2"], ["1", "2", "1"], ["2", "1"]]
    monkeypatch.setattr(finding, "READ_MOST", 4)
    monkeypatch.setattr(finding, "READ_FIRST", 2)
    none, places = parse("toner has:media"), [finding.LAST]
    while (page := find(none, most=1, before=places[-1])).more is not None:
        assert page.posts == ()
        places.append(page.more)
    assert len(places) == 3  # twice it stopped and said that there may be more


def meant(sighting: Sighting) -> Said:
    """Return what can be asked of a post as the network told it."""
    post = sighting.post
    return Said(
        network=post.network,
        text=post.text,
        handle=post.author.handle,
        name=post.author.name,
        posted_ms=int(post.posted_at.timestamp() * 1000),
        language=post.language or "",
        answers=post.reply_to is not None,
        audience=post.audience.name.lower(),
        thread=post.root,
    )


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    queries=st.lists(expressions.filter(is_valid), min_size=3, max_size=8),
    said_texts=st.lists(texts().filter(lambda text: "\ud800" not in text and "\x00" not in text), max_size=5),
)
def test_the_store_and_the_meaning_agree(desk: Desk, queries: list[str], said_texts: list[str]) -> None:
    first = said("root", "Zürich")
    people = (ADA, OTTO, MIA)
    posts = [first] + [
        said(f"t{number}", text, people[number % 3], at=NOON + timedelta(minutes=number + 1), to=first)
        for number, text in enumerate(said_texts)
    ]
    from django.db import transaction  # noqa: PLC0415 - only here a test rolls back by itself

    with transaction.atomic():
        hear(desk.channel, *posts)
        Unannotated.objects.all().delete()  # nothing is left to be noted, and nothing was
        for query in queries:
            tree = parse(query)
            wanted = [p.post.uri for p in reversed(posts) if satisfies(tree, meant(p))]
            assert [post.uri for post in find(tree, most=50).posts] == wanted, query
        transaction.set_rollback(True)


def test_the_command_prints_posts(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    hear(
        desk.channel, said("1", "Mein Toner\nist leer"), said("2", "Toner", OTTO, at=NOON + timedelta(days=1))
    )
    assert run(["search", "toner", "--limit", "1"]) == 0
    assert capsys.readouterr().out == "2026-11-19 13:00  @otto@social.example: Toner\n"
    assert run(["search", "toner leer", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    talk = conversation_of(said("1", ""))
    assert row == {
        "order": str(talk.last_order),
        "uri": "https://social.example/statuses/1",
        "network": "mastodon",
        "text": "Mein Toner\nist leer",
        "handle": "ada@social.example",
        "name": "Ada Lamm",
        "conversation": talk.pk,
        "posted_at": "2026-11-18T12:00:00+00:00",
    }
    assert run(["search", "toner ("]) == 2
    with pytest.raises(QueryError):
        parse("toner (")
    assert "      ^" in capsys.readouterr().err


def test_handles_without_letters_and_words_close_together(desk: Desk) -> None:
    hear(desk.channel, said("1", "@___ der alte Toner ist leer"), said("2", "leer, Toner", OTTO))
    assert found('"leer toner"~2') == ["2", "1"]
    assert found('"leer toner"~1') == ["2", "1"]
    assert found('"der leer"~2') == []
    assert found("@___") == ["1"]
    assert found("to:___ OR bahn") == ["1"]
