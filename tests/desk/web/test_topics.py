"""The page of themes: what rises in words, posts to read, and where to go on."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone, translation

from resonanz.desk import understanding, wording_topics
from resonanz.desk.charts_topics import bars
from resonanz.desk.models import Annotation, Brand, Channel, Mention, Reason, Team
from resonanz.topics import Rise, Topic
from tests.cast import Desk, conversation_of, hear, said
from tests.desk.themes import NEWS, in_private, news, somebody, speak, weeks
from tests.desk.web.client import signed_in

pytestmark = pytest.mark.django_db


def page(client: Client, **asked: object) -> str:
    return client.get(f"/reports/topics/?{urlencode(asked)}").content.decode()


def test_a_theme_has_its_words_counts_reason_posts_and_ways_on(desk: Desk) -> None:
    now = timezone.now()
    speak(desk, now)
    shown = page(signed_in(desk.anna))
    assert '<h1 class="answer">One theme rises</h1>' in shown
    assert "7 posts of 7 people; usual is nobody" in shown
    assert "7 people say “Pfandbecher”; one had to expect hardly anybody. By chance" in shown
    assert "of the last 24 hours, held against" in shown
    assert shown.count('<li><a class="hit" href="/c/') == 3
    assert f'href="/c/{conversation_of(said("n0", "")).pk}/"' in shown
    assert 'href="/search/?q=%22' in shown
    assert 'href="/queries/new/?q=%22' in shown
    assert "&amp;for=0" in shown
    assert '<svg class="rise"' in shown
    assert '<th scope="row">Pfandbecher</th><td class="number">7</td>' in shown
    assert "All brands" not in shown
    begun = signed_in(desk.anna).get("/queries/new/?q=%22a%22&name=Pfandbecher&for=0").content.decode()
    assert 'value="Pfandbecher"' in begun


def test_spans_brands_and_nonsense(desk: Desk) -> None:
    now = timezone.now()
    other = Brand.objects.create(name="Südwind")
    channel = Channel.objects.create(
        network="mastodon", brand=other, uid="s", handle="s@social.example", connected_at=now
    )
    Team.objects.get().channels.add(channel)
    speak(desk, now)
    client = signed_in(desk.anna)
    assert 'href="?days=7" aria-current="true">7 days' in page(client, days=7)
    assert 'href="?days=30" aria-current="true">30 days' in page(client, days=30)
    assert 'href="?days=1" aria-current="true">24 hours' in page(client, days="x", brand="y")
    shown = page(client, brand=other.pk)
    assert f'href="?days=1&amp;brand={other.pk}" aria-current="true">Südwind' in shown
    assert "Nobody can know yet what is usual" in shown
    assert "Some days of listening are needed first" in shown


def test_a_month_is_counted_by_days(desk: Desk) -> None:
    now = timezone.now()
    hear(desk.channel, *weeks(now - timedelta(days=31), "v"), at=now)
    speak(desk, now)
    more = [f"{text} {word}" for text in NEWS for word in ("Hm.", "Ach!", "Tja.")]
    hear(desk.channel, *news(now - timedelta(days=3), more, "m", 300), at=now)
    shown = page(signed_in(desk.anna), days=30)
    assert "Pfandbecher" in shown
    assert "Posts over the span; the most are" in shown


def test_a_quiet_day_says_so_and_teaches(desk: Desk) -> None:
    now = timezone.now()
    hear(desk.channel, *weeks(now - timedelta(hours=6)), at=now)
    shown = page(signed_in(desk.anna))
    assert "Nothing rises above the usual" in shown
    assert "All as usual" in shown
    assert 'href="/alarms/"' in shown


def test_switched_off_the_page_says_so(desk: Desk) -> None:
    speak(desk, timezone.now())
    understanding.switch("topics", desk.clara, on=False)
    assert signed_in(desk.clara).get("/reports/topics/?format=json").status_code == 404
    shown = page(signed_in(desk.clara))
    assert ("Themes are switched off" in shown, "Pfandbecher" in shown) == (True, False)
    assert "/settings/understanding/" in shown
    assert "/settings/understanding/" not in page(signed_in(desk.anna))


def test_trainees_read_and_keep_nothing(desk: Desk) -> None:
    speak(desk, timezone.now())
    shown = page(signed_in(desk.tom))
    assert "One theme rises" in shown
    assert "Keep as a query" not in shown


def test_of_private_posts_only_the_words_are_shown(desk: Desk) -> None:
    now = timezone.now()
    hear(desk.channel, *weeks(now - timedelta(hours=6)), at=now)
    hear(desk.channel, *map(in_private, news(now)), at=now)
    shown = page(signed_in(desk.anna))
    assert "All of its posts are private" in shown
    assert [text for text in NEWS if text in shown] == []


def test_the_figures_as_a_file_are_those_of_the_command(desk: Desk) -> None:
    speak(desk, timezone.now())
    answer = signed_in(desk.anna).get("/reports/topics/?format=json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="themes.json"'
    assert [row["posts"] for row in json.loads(answer.content)] == [7]


def test_what_a_post_says_is_never_markup(desk: Desk) -> None:
    now = timezone.now()
    hear(desk.channel, *weeks(now - timedelta(hours=6)), at=now)
    texts = [f"<b>Rauch</b> {word}" for word in ("kalt", "warm", "laut", "leise", "bunt", "hell")]
    hear(desk.channel, *news(now, texts), said("long", "Ende", somebody(300), at=now), at=now)
    shown = page(signed_in(desk.anna))
    assert "&lt;b&gt;Rauch" in shown
    assert "<b>Rauch" not in shown


def test_counts_and_chances_are_said_as_people_say_them() -> None:
    with translation.override("en"):
        said_so = [wording_topics.amount(number) for number in (0.01, 0.3, 2.96, 31.4)]
        assert said_so == ["hardly anybody", "0.3", "3.0", "31"]
        chances = [wording_topics.chance(surprise) for surprise in (2.34, 4.1, 5.5, 6.2, 12.0)]
        assert chances == ["200", "10,000", "300,000", "more than a million", "more than a billion"]
        more = wording_topics.basis(20_000, 1, 7, all_read=False)
        assert more == (
            "20,000 posts of the last 7 days, held against 1 post from the time before. "
            "There are more; evenly spread ones were read."
        )


def test_what_is_usual_is_said_in_people() -> None:
    topic = Topic((), (), 37, 2.96, 0, tuple(range(41)), (), ())
    with translation.override("en"):
        assert wording_topics.counts(topic) == "41 posts of 37 people; usual are 3.0"


def test_a_site_is_linked_to_and_a_word_said() -> None:
    with translation.override("en"):
        assert wording_topics.why(Rise("zeit.de", 6, 0.2, 4.0), "zeit.de") == (
            "6 people link to zeit.de; one had to expect 0.2. "
            "By chance that happens in one of 10,000 such spans."
        )


def test_a_reason_is_what_people_write_because_of() -> None:
    with translation.override("en"):
        name = wording_topics.named("reason:price", {})
        assert wording_topics.why(Rise("reason:price", 6, 2.2, 4.0), name).startswith(
            "6 people write because of “price”; one had to expect 2.2. "
        )
        mine = Reason(code="x1", name="Bahnsteig")
        assert wording_topics.named("reason:x1", {"x1": mine}) == "Bahnsteig"
    assert wording_topics.named("Preis", {}) == "Preis"


def test_a_theme_shows_its_reason_by_name(desk: Desk) -> None:
    speak(desk, timezone.now())
    for order, text in Mention.objects.values_list("pk", "text"):
        reason = "product" if "fandbecher" in text else "none"
        Annotation.objects.create(mention_id=order, reason=reason, at=timezone.now())
    shown = page(signed_in(desk.anna))
    assert '<th scope="row">product</th><td class="number">7</td>' in shown
    assert "reason%3Aproduct" in shown


def test_bars_show_when_it_rises_and_what_is_usual() -> None:
    drawn = bars([1, 0, 4], 0.5, 2, "words")
    assert drawn.count("<rect") == 2
    assert '<rect x="0" y="36.0" width="10" height="12.0" class="before"/>' in drawn
    assert '<rect x="24" y="0.0" width="10" height="48.0" class="rising"/>' in drawn
    assert 'd="M0 42.0H34"' in drawn
    assert 'aria-label="words"' in drawn
