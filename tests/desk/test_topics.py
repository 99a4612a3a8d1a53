"""Themes of the desk: what is read, within what somebody may see, and the command that prints them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from resonanz.desk import reading_topics
from resonanz.desk.access import scope_of
from resonanz.desk.commands import run
from resonanz.desk.finding import find
from resonanz.desk.models import Agent, Annotation, Brand, Channel, Mention, Team
from resonanz.desk.reading_topics import Found, Wanted, expression, found, found_lately, themes
from resonanz.desk.understanding import switch
from resonanz.post import Link
from resonanz.query import parse
from tests.cast import NOON, Desk, hear, said
from tests.desk.themes import NEWS, OF_THIS, in_private, news, somebody, speak, weeks

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def today(desk: Desk, agent: Agent | None = None, brand: Brand | None = None) -> Found:
    scope = None if agent is None else scope_of(agent)
    return found(Wanted(NOON - DAY, NOON, scope, None if brand is None else brand.pk))


def terms(report: Found) -> list[tuple[str, ...]]:
    return [theme.terms for theme in themes(report, None)]


def test_what_rises_is_found_with_its_words_and_posts(desk: Desk) -> None:
    speak(desk, NOON)
    report = today(desk)
    assert terms(report)[0][0] in {"Pfandbecher", "riecht"}
    theme = themes(report, None)[0]
    assert "Pfandbecher" in theme.terms
    assert (len(theme.topic.orders), theme.topic.people, theme.topic.usual) == (7, 7, 0.0)
    assert theme.topic.since_ms == report.topics[0].moments[0]
    assert len(theme.examples) == 3
    assert len({one.handle for one in theme.examples}) == 3
    assert all("fandbecher" in one.text for one in theme.examples)


def test_the_query_of_a_theme_finds_its_posts(desk: Desk) -> None:
    speak(desk, NOON)
    theme = themes(today(desk), None)[0]
    page = find(parse(theme.expression), most=50)
    assert {post.order for post in page.posts} >= set(theme.topic.orders)
    assert len(page.posts) == len(NEWS)


def test_each_kind_of_term_has_its_way_to_be_asked_for() -> None:
    known = expression(
        ["#streik", "zeit.de", "bose luftung", "#bahn", "streik", "reason:price"],
        ["#Streik", "zeit.de", "böse Lüftung", "Bahn", "Streik", "reason:price"],
    )
    assert known == '#Streik OR url:zeit.de OR "böse Lüftung" OR #bahn OR "Streik" OR reason:price'
    parse(known)


def test_only_what_somebody_may_see_counts(desk: Desk) -> None:
    speak(desk, NOON)
    assert terms(today(desk, desk.anna)) == terms(today(desk))
    desk.anna.teams.clear()
    report = today(desk, desk.anna)
    assert (report.posts_count, report.past_count, report.topics) == (0, 0, ())
    assert not report.knows_usual


def test_themes_of_one_brand(desk: Desk) -> None:
    other = Brand.objects.create(name="Südwind")
    channel = Channel.objects.create(
        network="mastodon", brand=other, uid="s", handle="s@social.example", connected_at=NOON - 40 * DAY
    )
    Team.objects.get().channels.add(channel)
    hear(desk.channel, *weeks(NOON - timedelta(hours=6)), at=NOON)
    hear(channel, *news(NOON), at=NOON)
    assert today(desk, desk.anna, desk.brand).topics == ()
    assert "Pfandbecher" in terms(today(desk, desk.anna))[0]
    assert today(desk, desk.clara, other).past_count == 0


def test_private_posts_count_and_are_no_examples(desk: Desk) -> None:
    hear(desk.channel, *weeks(NOON - timedelta(hours=6)), at=NOON)
    hear(desk.channel, *map(in_private, news(NOON, NEWS[:6])), *news(NOON, NEWS[6:], "p", 200), at=NOON)
    theme = themes(today(desk), None)[0]
    assert len(theme.topic.orders) == 7
    assert [one.text for one in theme.examples] == [NEWS[6]]


def test_what_was_deleted_since_is_shown_no_more(desk: Desk) -> None:
    speak(desk, NOON)
    report = today(desk)
    Mention.objects.filter(uri__contains="/n").update(deleted_at=NOON)
    assert [theme.examples for theme in themes(report, None)] == [()]


def test_where_links_lead_is_a_theme_too(desk: Desk) -> None:
    hear(desk.channel, *weeks(NOON - timedelta(hours=6)), at=NOON)
    texts = ["Lest das hier", "Unglaublich, oder?", "Na so etwas", "Interessant", "Habt ihr gesehen?"]
    linked = [
        replace(one, post=replace(one.post, links=(Link(url=f"https://www.zeitung.example/a/{n}"),)))
        for n, one in enumerate(news(NOON, texts))
    ]
    hear(desk.channel, *linked, at=NOON)
    assert terms(today(desk)) == [("zeitung.example",)]


def note(reason: str, *, of: QuerySet[Mention] | None = None) -> None:
    """Let a reason be noted of posts."""
    for order in (Mention.objects.all() if of is None else of).values_list("pk", flat=True):
        Annotation.objects.update_or_create(mention_id=order, defaults={"reason": reason, "at": NOON})


def test_a_reason_for_which_more_people_write_is_a_theme(desk: Desk) -> None:
    hear(desk.channel, *weeks(NOON - timedelta(hours=6)), at=NOON)
    note("none")
    past = list(Mention.objects.values_list("pk", flat=True))
    hear(desk.channel, *news(NOON, [f"{what} ist nass" for what in OF_THIS[:9]], "r"), at=NOON)
    fresh = Mention.objects.exclude(pk__in=past)
    note("unsure", of=fresh)
    assert [term for shown in terms(today(desk)) for term in shown if term.startswith("reason")] == []
    note("billing", of=fresh)
    theme = next(one for one in themes(today(desk), None) if "reason:billing" in one.terms)
    assert theme.topic.people == 9
    assert "reason:billing" in theme.expression.split(" OR ")
    assert {post.order for post in find(parse("reason:billing"), most=50).posts} == set(theme.topic.orders)
    switch("reason", desk.clara, on=False)
    assert not any("reason:billing" in shown for shown in terms(today(desk)))


def test_reasons_count_once_it_is_known_which_are_usual(desk: Desk) -> None:
    speak(desk, NOON)
    theirs = Mention.objects.filter(text__icontains="fandbecher")
    note("none", of=Mention.objects.filter(pk__in=list(Mention.objects.values_list("pk", flat=True)[:200])))
    note("product", of=theirs)
    assert not any("reason:product" in shown for shown in terms(today(desk)))
    note("none")
    note("product", of=theirs)
    assert any({"Pfandbecher", "reason:product"} <= set(shown) for shown in terms(today(desk)))


def test_our_own_names_are_no_theme(desk: Desk) -> None:
    hear(desk.channel, *weeks(NOON - timedelta(hours=6)), at=NOON)
    hear(
        desk.channel,
        *news(NOON, [f"Nordlicht {word}" for word in ("ja", "nein", "oh", "so", "was")]),
        at=NOON,
    )
    assert terms(today(desk)) == []


def test_of_very_much_every_so_manyth_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    speak(desk, NOON)
    monkeypatch.setattr(reading_topics, "PAST_MOST", 150)
    report = today(desk)
    assert (report.step, report.past_step) == (1, 3)
    assert 80 <= report.past_count <= 160
    assert "Pfandbecher" in terms(report)[0]


def test_of_a_quiet_desk_more_of_the_past_is_read_and_of_a_loud_one_no_more_than_spans(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(desk, NOON)
    hour = Wanted(NOON - timedelta(hours=1), NOON)
    assert found(hour).past_since <= NOON - 29 * DAY
    monkeypatch.setattr(reading_topics, "PAST_WANTED", 5)
    assert found(hour).past_since == NOON - timedelta(hours=29)


def test_a_date_of_long_ago_ends_with_the_last_post(desk: Desk) -> None:
    speak(desk, NOON)
    report = found(Wanted(NOON - DAY, NOON + 40 * DAY))
    assert report.until < NOON
    assert "Pfandbecher" in terms(report)[0]
    assert found(Wanted(NOON + DAY, NOON + 2 * DAY)).until == NOON + 2 * DAY


def test_a_page_reckons_once_in_some_minutes_where_there_is_much(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(desk, NOON)
    scope = scope_of(desk.clara)
    assert found_lately(DAY, NOON, scope, None) == found_lately(DAY, NOON, scope, None)
    monkeypatch.setattr(reading_topics, "KEPT_FROM", 100)
    cache.clear()
    first = found_lately(DAY, NOON, scope, None)
    Mention.objects.filter(uri__contains="/n").update(deleted_at=NOON)
    assert found_lately(DAY, NOON + timedelta(seconds=60), scope, None) == first
    assert found_lately(DAY, NOON + timedelta(seconds=301), scope, None).topics == ()
    cache.clear()


# The command -------------------------------------------------------------------------------------


def printed(capsys: pytest.CaptureFixture[str], *given: str) -> list[dict[str, Any]]:
    assert run(["topics", "--json", *given]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def test_the_command_prints_themes_as_json(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    now = timezone.now()
    speak(desk, now)
    [row, *_] = printed(capsys, "--since", "24h")
    assert list(row) == "terms posts authors usual surprise since query examples".split()
    assert "Pfandbecher" in row["terms"]
    assert (row["posts"], row["authors"], row["usual"], row["surprise"] > 5) == (7, 7, 0, True)
    assert row["since"].endswith("+00:00")
    assert [sorted(one) for one in row["examples"]] == [["author", "text", "uri"]] * 3
    assert row["examples"][0]["author"].startswith("p10")
    assert printed(capsys, "--brand", "nordlicht") == printed(capsys)


def test_switched_off_the_command_says_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    switch("topics", desk.clara, on=False)
    assert run(["topics", "--json"]) == 2
    assert "topics: this is switched off in the settings" in capsys.readouterr().err


def test_the_command_takes_dates(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    speak(desk, NOON)
    rows = printed(capsys, "--since", "2026-11-17T13:00", "--until", "2026-11-18T13:00:00+01:00")
    assert "Pfandbecher" in rows[0]["terms"]
    assert printed(capsys, "--since", "1w", "--until", "2026-11-17") == []


def test_the_command_tells_people(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["topics"]) == 0
    assert "only 0 posts from before: nobody can know yet what is usual" in capsys.readouterr().err
    now = timezone.now()
    hear(desk.channel, *weeks(now - timedelta(hours=6)), at=now)
    assert run(["topics"]) == 0
    assert "nothing rises above the usual" in capsys.readouterr().err
    hear(desk.channel, *news(now), said("long", "Zeile\nund Zeile", somebody(300), at=now), at=now)
    assert run(["topics"]) == 0
    said_so = capsys.readouterr().out.splitlines()
    assert "7 posts of 7 people, usual 0.0, since" in said_so[0]
    assert [line.split(":")[0][:5] for line in said_so[1:4]] == ["  @p1"] * 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--since", "soon"],
            "--since: 'soon' is no time; expected a span such as 24h or 7d, or a date such as 2026-11-20",
        ),
        (["--until", "soon"], "--until: 'soon' is no time; expected a date such as 2026-11-20"),
        (["--since", "99w"], "--since: 99w is too long; expected a year at most"),
        (
            ["--since", "2999-01-01"],
            "--since: '2999-01-01' is not before the end; expected a span or an earlier date",
        ),
        (["--brand", "Nord"], "--brand: there is no brand 'Nord'; expected one of Nordlicht"),
    ],
)
def test_what_makes_no_sense_is_refused(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert run(["topics", *words]) == 2
    assert capsys.readouterr().err.strip() == f"resonanz: {told}"
