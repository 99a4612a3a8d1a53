"""Codes become sentences: every code has one, and times are said as people say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import translation

from resonanz import networks
from resonanz.desk import care, wording
from resonanz.desk.web.tags import ago, clipped, colleague_buttons
from resonanz.networks import Refused
from resonanz.post import Audience

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday, 13 o'clock in Berlin


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


def codes(docs: list[str | None]) -> list[str]:
    """Return the codes that docstrings list after the word Code or Codes."""
    return [code for doc in docs for code in re.findall(r"`(\w+)`", (doc or "").partition("Code")[2])]


NETWORK_CODES = codes([kind.__doc__ for kind in networks.NetworkError.__subclasses__()])
CARE_CODES = codes([care.CareError.__doc__])


@pytest.mark.parametrize("code", [*NETWORK_CODES, "interrupted", "not_found_there"])
def test_every_network_code_has_a_sentence_of_its_own(code: str) -> None:
    words = wording.network_words(code, "mastodon")
    assert words != wording.network_words("unheard of", "mastodon")
    assert (words.endswith((".", "?")), "%" in words) == (True, False)


@pytest.mark.parametrize("code", CARE_CODES)
def test_every_care_code_has_a_sentence_of_its_own(code: str) -> None:
    words = wording.care_error(care.CareError(code, length=512, limit=500, name="Ben"), "mastodon")
    assert words != wording.care_error(care.CareError("unheard of"), "mastodon")
    assert (words.endswith("."), "%" in words) == (True, False)


def test_a_refusal_says_what_the_network_said_and_what_to_do() -> None:
    error = Refused("too_long", length=512, limit=500)
    assert wording.network_error(error, "mastodon") == (
        "Mastodon refused the answer: too long (512 of 500). Shorten the text and send it again?"
    )
    error = Refused("refused", reason="Spam?")
    assert wording.network_error(error, "mastodon").endswith("Mastodon says: “Spam?”")


@pytest.mark.parametrize(
    ("minutes", "level", "words"),
    [
        (-3000, "late", "2 d overdue"),
        (-90, "late", "1 h overdue"),
        (-3, "late", "3 min overdue"),
        (-0.5, "late", "just overdue"),
        (0.5, "soon", "due now"),
        (6, "soon", "in 6 min"),
        (16, "calm", "in 16 min"),
        (70, "calm", "in 1 h 10 min"),
        (180, "calm", "by 16:00"),
        (60 * 24, "calm", "by Thu 13:00"),
    ],
)
def test_due_times_in_words(minutes: float, level: str, words: str) -> None:
    assert wording.due(NOW + timedelta(minutes=minutes), NOW) == wording.Due(level, words)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-5, "just now"), (0.5, "just now"), (4, "4 min ago"), (150, "2 h ago"), (60 * 30, "Tue 07:00")],
)
def test_past_times_in_words(minutes: float, words: str) -> None:
    assert wording.ago(NOW - timedelta(minutes=minutes), NOW) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Jana Krause", "JK"),
        ("Maria von der Tann", "MT"),
        ("tine.s", "TI"),
        ("pendlerin_vom_dienst", "PD"),
        ("🦊 Fuchs", "FU"),
        ("Ö", "Ö"),
        ("🦊", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert wording.initials(name) == letters


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (Audience.PUBLIC, ("public", "Public: everybody can read it", "")),
        (Audience.UNLISTED, ("public", "Public: everybody can read it", "")),
        (Audience.DIRECT, ("private", "Only Ada can read it", "not encrypted")),
        (Audience.FOLLOWERS, ("private", "Followers of the account and Ada can read it", "not encrypted")),
    ],
)
def test_who_will_read_it(audience: Audience, expected: tuple[str, str, str]) -> None:
    readers = wording.readers(audience, "Ada", "mastodon")
    assert (readers.kind, readers.words, readers.more) == expected


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("kurz", 4, "kurz"),
        ("etwas länger", 8, "etwas l…"),
        ("etwas länger", 7, "etwas…"),
        ("ab👩\u200d👩\u200d👧 cd", 5, "ab…"),  # one sign of five characters is no part of itself
        ("ae\u0301iou", 3, "a…"),
        ("", 3, ""),
    ],
)
def test_a_clipped_text_ends_between_signs(text: str, most: int, shown: str) -> None:
    assert clipped(text, most) == shown


def test_a_moment_in_full_is_said_in_the_readers_zone_and_language() -> None:
    assert wording.day_and_time(NOW) == "18 Nov 2026, 13:00"
    with translation.override("de"):
        assert wording.day_and_time(NOW) == "18. November 2026, 13:00"


def test_what_is_kept_for_one_reader_is_not_said_to_another() -> None:
    """Words, times and buttons are drawn once; each language and each minute has its own."""

    def said() -> tuple[str, ...]:
        here = colleague_buttons([("7", "Ben", True)])
        return wording.audience_word(Audience.DIRECT), wording.time_words()["ago"]["now"], ago(NOW), here

    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        english = said()
        with translation.override("de"):
            german = said()
        assert all(one != other for one, other in zip(english, german, strict=True))
        assert said() == english
    with time_machine.travel(NOW + timedelta(minutes=7), tick=False):
        assert "7 min ago" in ago(NOW)
    assert colleague_buttons([("7", "Ben", False)]) not in english[3]
    assert "Ben" in colleague_buttons([("7", "Ben", False), ("8", "<i>", True)])
    assert "<i>" not in colleague_buttons([("8", "<i>", True)])
