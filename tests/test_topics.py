"""Themes: terms of a text, how unlikely so many people are, what belongs together; and known themes found."""

from __future__ import annotations

import random
from collections import Counter
from math import comb, exp, log
from typing import TYPE_CHECKING

import pytest

from resonanz.topic_terms import Terms, own_words, spelled, terms_of
from resonanz.topics import Indexed, Now, Said, Topic, log_tail, onset, rises, topics
from tests.shared_data import shared_data

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

# Terms of a text ---------------------------------------------------------------------------------


def test_words_pairs_hashtags_and_hosts_are_terms() -> None:
    found = terms_of("Die Lüftung riecht, seht https://www.spiegel.de/a/b?c und #Sommerhitze @nordlicht!")
    assert found.runs == (("luftung", "riecht", "seht"), ("sommerhitze",))
    assert found.marks == {"#sommerhitze", "spiegel.de"}
    assert found.singles == {"luftung", "riecht", "seht", "sommerhitze", "#sommerhitze", "spiegel.de"}
    assert list(found.pairs(found.singles)) == ["luftung riecht", "riecht seht"]
    assert list(found.pairs({"riecht", "seht"})) == ["riecht seht"]


def test_the_number_of_a_case_is_no_theme() -> None:
    found = terms_of("Rückruf wegen NH-50977, KD123456 oder AB/99887; der ICE 4711 und der A320-1234 bleiben")
    assert found.singles == {"ruckruf", "ice", "a320", "bleiben"}


def test_common_words_numbers_handles_and_our_own_names_are_none() -> None:
    own = own_words(["OTTO Office", "@otto_hilft"])
    assert own == {"otto", "office", "hilft"}
    found = terms_of("Am Montag hat @otto_hilft 20 Pakete von Otto #otto 😀 9 Euro www.bit.ly/x", own=own)
    assert found.runs == (("20", "pakete"), ("9", "euro"))
    assert found.singles == {"pakete", "euro"}
    assert list(found.pairs({"pakete", "euro"})) == ["20 pakete", "9 euro"]
    assert found.marks == set()


def test_links_beside_the_text_count_and_shortened_ones_do_not() -> None:
    found = terms_of("Seht", ["https://www.zeit.de/x", "https://t.co/abc", "http://localhost/"])
    assert found.marks == {"zeit.de"}


def test_the_reason_that_is_noted_is_a_term() -> None:
    assert terms_of("Zug stinkt", reason="price").singles == {"zug", "stinkt", "reason:price"}
    assert list(terms_of("Zug stinkt", reason="price").pairs({"stinkt", "reason:price"})) == []


def test_the_same_words_have_the_same_key_whatever_their_links_and_handles() -> None:
    text = "Das ist ein ganz langer Text"
    assert terms_of(text).key == terms_of(f"@ada@social.example {text} https://t.co/9").key
    assert terms_of(text).key != terms_of(f"{text} mehr").key
    assert terms_of("Netz ist weg").key == 0


def test_terms_are_shown_as_people_write_them() -> None:
    texts = ["Die Funklöcher! https://Funk.example", "FUNKLÖCHER bei #Bahn", "Funklöcher und böse Lüftung"]
    wanted = ["funklocher", "#bahn", "bahn", "bose luftung", "zeit.de"]
    assert spelled(wanted, texts) == {
        "funklocher": "Funklöcher",
        "#bahn": "#Bahn",
        "bahn": "Bahn",
        "bose luftung": "böse Lüftung",
        "zeit.de": "zeit.de",
    }


# How unlikely ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "mean", "shape"), [(5, 1.5, 2), (12, 3.0, 4), (3, 0.1, 1), (40, 20.0, 3)])
def test_the_tail_is_that_of_a_negative_binomial(count: int, mean: float, shape: int) -> None:
    share = mean / (mean + shape)
    below = sum(comb(n + shape - 1, n) * (1 - share) ** shape * share**n for n in range(count))
    assert exp(log_tail(count, mean, shape)) == pytest.approx(1 - below, rel=1e-6)


def test_a_tail_far_out_has_a_bound_and_none_is_above_one() -> None:
    assert log_tail(3_000, 1_000.0, 1.0) == pytest.approx(3_000 * log(1_000 / 1_001), rel=1e-6)  # geometric
    assert log_tail(0, 5_000.0, 0.5) == 0.0


def words(*said: str) -> Terms:
    return Terms((said,) if said else (), frozenset())


def now_of(*posts: Terms, authors: Sequence[int] = ()) -> Now:
    who = authors or range(len(posts))
    return Now(
        Said(n, n * HOUR_MS, author, said) for n, (said, author) in enumerate(zip(posts, who, strict=True))
    )


def past_of(*spans: Sequence[Terms]) -> Indexed:
    past = Indexed()
    for number, span in enumerate(spans):
        for place, said in enumerate(span):
            past.add(Said(place, 0, place, said), {*said.singles, *said.pairs(said.singles)}, number)
    return past


NOTHING = words()


def test_three_people_are_needed_and_each_counts_once() -> None:
    past = past_of([NOTHING] * 500)
    assert [rise.term for rise in rises(now_of(*[words("tram")] * 4, *[NOTHING] * 20), past)] == ["tram"]
    loud = now_of(*[words("tram")] * 4, *[NOTHING] * 20, authors=[1, 1, 2, 2, *range(3, 23)])
    assert rises(loud, past) == []


def test_a_text_passed_on_word_for_word_counts_once() -> None:
    text = terms_of("Bitte alle unterschreiben gegen die neue Gebühr")
    posts = now_of(*[text] * 9, *[NOTHING] * 20)
    assert len(posts.posts) == 21
    assert posts.people == {}


def test_a_copy_is_one_within_its_span_only() -> None:
    text = terms_of("Guten Morgen aus dem schönen Norden, liebe Leute")
    past = past_of([text, text], [text])
    assert list(past.spans) == [0, 1]


def test_what_was_to_be_expected_is_worked_out_on_paper() -> None:
    past = past_of(*[[words("tram"), *[NOTHING] * 49]] * 4)  # 4 people in 200 posts
    rise = rises(now_of(*[words("tram")] * 12, *[NOTHING] * 38), past)[0]
    expected = 50 * (4 + 0.5) / (200 + 50)
    sway = 0.3 * 10 / (10 + 4)  # no more than chance between the spans
    shape = 1 / (1 / 4.5 + sway)
    assert (rise.term, rise.people, rise.expected) == ("tram", 12, expected)
    assert rise.surprise == pytest.approx(-log_tail(12, expected, shape) / log(10))


def test_a_term_that_comes_and_goes_is_less_surprising() -> None:
    even = past_of(*[[words("tram")] * 2 + [NOTHING] * 48] * 10)
    bursts = past_of(*[[words("tram")] * 20 + [NOTHING] * 30], *[[NOTHING] * 50] * 9)
    now = now_of(*[words("tram")] * 20, *[NOTHING] * 30)
    assert rises(now, even)[0].surprise > 2 * rises(now, bursts)[0].surprise


def test_twice_the_usual_is_the_least() -> None:
    past = past_of(*[[words("tram")] * 30 + [NOTHING] * 70] * 20)
    assert rises(now_of(*[words("tram")] * 55, *[NOTHING] * 45), past) == []


def test_without_any_past_nobody_knows_what_is_usual() -> None:
    now = now_of(*[words("tram")] * 30)
    assert found(now, past_of([NOTHING] * 99)) == []
    assert rises(now, Indexed())[0].term == "tram"
    assert len(found(now, past_of([NOTHING] * 100))) == 1


# Themes ------------------------------------------------------------------------------------------


def found(now: Now, past: Indexed) -> list[Topic]:
    return topics(now, past, since_ms=0, until_ms=DAY_MS)


def test_terms_of_the_same_posts_are_one_theme_and_others_another() -> None:
    posts = [words("grube", "verspricht")] * 6 + [words("tram")] * 5 + [NOTHING] * 60
    themes = found(now_of(*posts), past_of(*[[NOTHING] * 50] * 20))
    assert [theme.terms for theme in themes] == [("grube verspricht",), ("tram",)]
    assert [theme.orders for theme in themes] == [(0, 1, 2, 3, 4, 5), (6, 7, 8, 9, 10)]
    assert themes[0].people == 6
    assert themes[0].usual == 0
    assert themes[0].surprise == themes[0].rises[0].surprise
    assert themes[0].examples == (0, 1, 2, 3, 4, 5)


def test_a_pair_gives_way_to_its_words_where_they_mostly_stand_apart() -> None:
    posts = [words("netz", "weg")] * 4 + [words("netz"), words("weg")] * 4 + [NOTHING] * 60
    themes = found(now_of(*posts), past_of(*[[NOTHING] * 50] * 20))
    assert [set(theme.terms) for theme in themes] == [{"netz", "weg"}]


def test_a_hashtag_and_its_word_are_shown_once() -> None:
    tagged = Terms((("streik",),), frozenset({"#streik"}))
    past = past_of(*[[NOTHING] * 50] * 20)
    mostly = found(now_of(*[tagged] * 6, words("streik"), *[NOTHING] * 60), past)
    seldom = found(now_of(*[tagged] * 3, *[words("streik")] * 6, *[NOTHING] * 60), past)
    assert [theme.terms for theme in (*mostly, *seldom)] == [("#streik",), ("streik",)]


def test_one_unlikely_term_is_chance_and_two_in_the_same_posts_are_a_theme() -> None:
    spans = [[words("karte"), words("sperre"), *[NOTHING] * 98]] * 28
    apart = [words("karte")] * 6 + [words("sperre")] * 6 + [NOTHING] * 100
    together = [words("karte", "x", "sperre")] * 5 + [words("karte"), words("sperre")] + [NOTHING] * 100
    assert [theme.terms for theme in found(now_of(*apart), past_of(*spans))] == []
    assert {"karte", "sperre"} <= {
        r.term for theme in found(now_of(*together), past_of(*spans)) for r in theme.rises
    }


def test_a_reason_beside_its_word_is_no_second_proof() -> None:
    spans = [[Terms((("karte",),), frozenset({"reason:price"})), *[NOTHING] * 99]] * 28
    posts = [Terms((("karte",),), frozenset({"reason:price"}))] * 6 + [NOTHING] * 100
    assert rises(now_of(*posts), past_of(*spans)) != []
    assert found(now_of(*posts), past_of(*spans)) == []


def test_a_term_mostly_within_a_theme_belongs_to_it() -> None:
    posts = [words("wlan")] * 20 + [words("wlan", "und", "gedrosselt")] * 4 + [NOTHING] * 80
    themes = found(now_of(*posts), past_of(*[[NOTHING] * 50] * 20))
    assert [{rise.term for rise in theme.rises} >= {"wlan", "gedrosselt"} for theme in themes] == [True]


def test_examples_are_the_most_typical_of_different_people() -> None:
    both = words("pfand", "x", "becher")
    posts = [words("pfand"), both, both, words("becher"), both, *[NOTHING] * 60]
    themes = found(now_of(*posts, authors=[1, 2, 2, 3, 4, *range(9, 69)]), past_of(*[[NOTHING] * 50] * 20))
    assert themes[0].examples[:2] == (1, 4)
    assert len(themes[0].examples) == 4


def test_a_rise_begins_where_more_than_the_usual_begins() -> None:
    quiet = [n * 3 * HOUR_MS for n in range(6)]
    rising = [20 * HOUR_MS + n * 60_000 for n in range(12)]
    assert onset([*quiet, *rising], usual=6, since_ms=0, until_ms=DAY_MS) == rising[0]
    assert onset([5 * HOUR_MS], usual=400.0, since_ms=0, until_ms=DAY_MS) == 5 * HOUR_MS


# On recorded posts -------------------------------------------------------------------------------

DAYS, POSTS_A_DAY, TURNS = 28, 100, 15
SYLLABLES = [f"{a}{b}" for a in "bdfgklmnprstvz" for b in "aeiou"]


def recorded(name: str) -> list[dict[str, str]]:
    rows = [line.split("\t") for line in shared_data(name).read_text().splitlines()]
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:] if len(row) == len(rows[0])]


def a_day(posts: Sequence[Terms], chance: random.Random) -> tuple[list[Terms], list[tuple[int, Terms]]]:
    """Return a day's posts and those of the days before, all in an order that means nothing."""
    shuffled = chance.sample(posts, min(len(posts), POSTS_A_DAY * (DAYS + 1)))
    now, past = shuffled[:POSTS_A_DAY], shuffled[POSTS_A_DAY:]
    return now, [(place * DAYS // len(past), said) for place, said in enumerate(past)]


def themes_of(posts: Sequence[Terms], before: Sequence[tuple[int, Terms]]) -> list[Topic]:
    now, past = now_of(*posts), Indexed()
    for number, (span, said) in enumerate(before):
        past.add(Said(number, 0, number, said), now.asked_of(said), span)
    return found(now, past)


def with_topic(posts: list[Terms], wanted: Sequence[str], count: int, chance: random.Random) -> None:
    """Let some posts of a day speak of a topic of three words, each of which four in five say."""
    for place in chance.sample(range(len(posts)), count):
        said = [word for word in wanted if chance.random() < 0.8] or wanted[:1]
        before = posts[place]
        posts[place] = Terms((*before.runs, *((word,) for word in said)), before.marks, before.key + 1)


def topic_words(kind: str, before: Sequence[tuple[int, Terms]], chance: random.Random) -> list[str]:
    if kind == "new":
        return ["".join(chance.choices(SYLLABLES, k=4)) + "k" for _ in range(3)]
    counts = Counter(word for _span, said in before for word in said.singles if word.isalpha())
    return chance.sample(sorted(w for w, n in counts.items() if 3 <= n <= len(before) * 0.01), 3)


@pytest.mark.parametrize(
    ("name", "kind_of_post", "own"),
    [
        ("airline_en/tweets.tsv", "", "united usairways americanair southwestair jetblue virginamerica"),
        ("germeval2017/test_syn.tsv", "twitter", "Deutsche Bahn DB"),
        ("potts/tweets.tsv", "", ""),
    ],
)
def test_a_topic_of_five_posts_among_a_hundred_is_found_and_quiet_days_are_quiet(
    name: str, kind_of_post: str, own: str
) -> None:
    rows = recorded(name)
    posts = [terms_of(row["text"], own=own_words([own])) for row in rows if kind_of_post in row["id"]]
    chance = random.Random(3)
    hits: Counter[tuple[str, int]] = Counter()
    for _ in range(TURNS):
        for kind in ("new", "known"):
            for count in (5, 8, 12):
                now, before = a_day(posts, chance)
                wanted = topic_words(kind, before, chance)
                with_topic(now, wanted, count, chance)
                said = [{rise.term for rise in theme.rises} for theme in themes_of(now, before)[:5]]
                hits[kind, count] += any(terms.intersection(wanted) for terms in said)
    assert {key: hit / TURNS for key, hit in hits.items() if hit < 0.9 * TURNS} == {}
    false = sum(len(themes_of(*a_day(posts, chance))) for _ in range(2 * TURNS))
    assert false <= 0.25 * 2 * TURNS
