"""The response report's page: answer, figures, chart, files."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import translation

from resonanz.desk import charts, understanding
from resonanz.desk.models import Annotation, Mention
from resonanz.desk.web.reports import _chart, answer, duration, percent
from resonanz.study import Step, Survival, survival
from tests.cast import NOON, OTTO, US, Desk, hear, said

pytestmark = pytest.mark.django_db
PAGE = "/reports/responses/"


@pytest.fixture
def reader(desk: Desk) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(desk.tom)
    return browser


@pytest.fixture
def two_asked(desk: Desk) -> Desk:
    """Ada was answered after 30 minutes, Otto never."""
    asked = said("1", "Hallo?")
    hear(desk.channel, asked, said("2", "Hm?", OTTO, at=NOON + timedelta(hours=1)))
    hear(desk.channel, said("3", "Hier!", US, at=NOON + timedelta(minutes=30), to=asked))
    return desk


def test_an_empty_report_teaches(desk: Desk, reader: Client) -> None:
    page = reader.get(PAGE).content.decode()
    assert "Nothing to report yet" in page
    assert "resonanz import conversations FILE.csv" in page


def test_the_answer_stands_first(two_asked: Desk, reader: Client) -> None:
    page = reader.get(PAGE).content.decode()
    assert "Of 2 conversations one was answered, after 30 min." in page
    assert page.index("<h1") < page.index("<table")


def test_shares_of_all_do_not_stand_under_those_without_an_answer(two_asked: Desk, reader: Client) -> None:
    page = reader.get(PAGE).content.decode()
    figures = page.split('<dl class="key-figures">')[1].split("</dl>")[0]
    found = dict(re.findall(r"<dt>([^<]+)</dt>(.*?)(?=<dt>|$)", figures, re.DOTALL))
    assert "within 1 h: 50.0%" in found["Answered"]
    assert ">30 min<" in found["Half of the answered within"]
    never = found["Never so far"]
    assert "1 conversation without an answer, settled or not" in never
    assert "within" not in never


def test_the_curve_says_that_it_estimates(two_asked: Desk, reader: Client) -> None:
    shown = reader.get(PAGE).context
    assert shown["chart_title"] == "How likely an answer is, by time since the question"
    curve = Survival([Step(1800, 0.5, 0.2, 0.8, 2, 1)], 86_400)
    with translation.override("en"):
        words = str(_chart(curve, shown["asked"])["chart_words"])
    assert words.startswith("Estimated: after 15 min 0%, after 1 h 50.0%")
    assert "not the share of all in the table" in words


def test_groups_and_limits_are_the_readers(two_asked: Desk, reader: Client) -> None:
    shown = reader.get(PAGE, {"by": "network", "within": "10m, 2h"}).context
    assert [(line.group, line.conversations, line.within) for line in shown["lines"]] == [
        ("Mastodon", "2", ["0%", "50.0%"])
    ]
    assert shown["limits"] == ["10 min", "2 h"]


def test_a_limit_that_cannot_be_is_said_and_the_usual_shown(two_asked: Desk, reader: Client) -> None:
    shown = reader.get(PAGE, {"within": "soon"}).context
    assert shown["asked"].within == (("15m", 900.0), ("1h", 3600.0), ("12h", 43200.0))
    assert shown["asked"].wrong.startswith("Write limits as numbers")


def test_the_files_hold_the_same_figures(two_asked: Desk, reader: Client) -> None:
    rows = json.loads(reader.get(PAGE, {"by": "week", "format": "json"}).content)
    assert [(row["group"], row["conversations"], row["answered"], row["median_s"]) for row in rows] == [
        ("2026-W47", 2, 1, 1800.0)
    ]
    table = list(csv.reader(io.StringIO(reader.get(PAGE, {"by": "week", "format": "csv"}).content.decode())))
    assert table[0][:3] == ["group", "conversations", "answered"]
    assert table[1][:3] == ["2026-W47", "2", "1"]


def test_conversations_are_chosen_by_how_they_began(two_asked: Desk, reader: Client) -> None:
    for name, sentiment, intents in (("1", "neutral", '{"question": 900}'), ("2", "negative", "")):
        post = Mention.objects.get(uri__endswith=f"/{name}")
        Annotation.objects.create(mention=post, at=NOON, sentiment=sentiment, intents=intents)
    page = reader.get(PAGE, {"sentiment": "negative", "by": "network"})
    words = page.content.decode()
    assert "One conversation, and it was not answered." in words
    assert "Only conversations that began like this: negative." in words
    assert '<option value="negative" selected>' in words
    asked = page.context["asked"]
    assert asked.csv == "?by=network&within=15m%2C1h%2C12h&sentiment=negative&format=csv"
    assert asked.everything == "?by=network&within=15m%2C1h%2C12h"
    assert page.context["waiting"] == []
    file = reader.get(PAGE, {"intent": "question", "format": "json"})
    assert file["Content-Disposition"] == 'attachment; filename="responses-question.json"'
    (row,) = json.loads(file.content)
    assert (row["conversations"], row["answered"], "waiting" in row) == (1, 1, False)
    none = reader.get(PAGE, {"intent": "question", "sentiment": "negative"}).content.decode()
    assert "No conversation began like this" in none
    assert "Asked for: negative, question." in none
    assert reader.get(PAGE, {"sentiment": "grumpy"}).context["began"] == ""


def test_conversations_are_chosen_by_their_reason_as_the_desk_calls_it(
    two_asked: Desk, reader: Client
) -> None:
    Annotation.objects.create(mention=Mention.objects.get(uri__endswith="/1"), at=NOON, reason="delivery")
    understanding.change_reason(two_asked.clara, "delivery", name="Zustellung")
    page = reader.get(PAGE, {"reason": "delivery"})
    assert (page.context["began"], page.context["line"].conversations) == ("Zustellung", "1")
    assert '<option value="delivery" selected>Zustellung</option>' in page.content.decode()
    assert page.context["asked"].json.endswith("&reason=delivery&format=json")
    assert reader.get(PAGE, {"reason": "none"}).context["began"] == ""


def test_what_is_switched_off_chooses_nothing(two_asked: Desk, reader: Client) -> None:
    understanding.switch("sentiment", two_asked.clara, on=False)
    shown = reader.get(PAGE, {"sentiment": "negative"}).context
    assert ([choice["kind"] for choice in shown["choices"]], shown["began"]) == (["intent", "reason"], "")
    understanding.switch("intent", two_asked.clara, on=False)
    understanding.switch("reason", two_asked.clara, on=False)
    assert "which-" not in reader.get(PAGE).content.decode()


def test_nobodys_own_figures_are_offered(two_asked: Desk, reader: Client) -> None:
    shown = reader.get(PAGE, {"by": "agent"}).context
    assert (shown["asked"].by, [line.group for line in shown["lines"]]) == ("", ["All"])


def test_a_chart_carries_no_style_and_says_what_it_shows() -> None:
    waits = [300, 7200, 90_000, 90_000, 90_000, 90_000, 90_000, 100]
    curve = survival(waits, [False, False, True, True, True, True, True, False])
    with translation.override("en"):
        drawn = charts.answered_curve(curve, charts.NARROW, title="Answered", words="After 1 h 50 %.")
    root = ET.fromstring(drawn)
    assert (root.get("role"), root.get("aria-label")) == ("img", "Answered. After 1 h 50 %.")
    assert [child.text for child in root][:2] == ["Answered", "After 1 h 50 %."]
    elements = list(root.iter())
    assert [e.tag for e in elements if e.tag.endswith(("style", "script"))] == []
    assert {name for e in elements for name in e.attrib if name == "style" or name.startswith("on")} == set()
    assert [e.get(paint) for e in elements for paint in ("fill", "stroke") if "#" in e.get(paint, "")] == []
    words = [e.text for e in elements if e.tag.endswith("text")]
    assert words == ["1 min", "15 min", "1 h", "12 h", "1 d", "0%", "25%", "50%", "75%", "100%"]


def test_a_chart_of_nothing_is_drawn_all_the_same() -> None:
    assert charts.answered_curve(survival([], []), charts.WIDE, title="Answered", words="Nobody.").startswith(
        "<svg"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (12, "12 s"),
        (59.6, "1 min"),
        (3540, "59 min"),
        (3600, "1 h"),
        (7440, "2 h 04 min"),
        (280_000, "3 d 5 h"),
    ],
)
def test_durations_in_words(seconds: float | None, words: str) -> None:
    with translation.override("en"):
        assert duration(seconds) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(None, "–"), (0.0, "0%"), (1.0, "100%"), (0.9999, "99.9%"), (0.00001, "0.1%"), (0.4376, "43.8%")],
)
def test_shares_never_round_to_all_or_nothing(share: float | None, words: str) -> None:
    with translation.override("en"):
        assert percent(share) == words


@pytest.mark.parametrize(
    ("conversations", "answered", "words"),
    [
        (1, 0, "One conversation, and it was not answered."),
        (5, 0, "Of 5 conversations none was answered."),
        (1, 1, "One conversation, answered after 10 min."),
        (5, 5, "All 5 conversations were answered, half of them within 10 min."),
        (5, 1, "Of 5 conversations one was answered, after 10 min."),
        (1525, 1498, "Of 1,525 conversations 1,498 were answered, half of them within 10 min."),
    ],
)
def test_the_answer_in_words(conversations: int, answered: int, words: str) -> None:
    with translation.override("en"):
        row = {"conversations": conversations, "answered": answered, "median_s": 600.0}
        assert answer(row) == words
