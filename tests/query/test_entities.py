"""Who is named, hashtags and addresses: the published cases of twitter-text, and what they do not ask."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from resonanz.query.entities import addresses, hashtags, named, spoken_to
from resonanz.query.meaning import Said, handles_in
from tests.shared_data import shared_data

Case = dict[str, Any]


def cases(*groups: str) -> list[Case]:
    """The published cases of some groups."""
    whole = yaml.safe_load((shared_data("twitter_text") / "extract.yml").read_text())["tests"]
    return [case for group in groups for case in whole[group]]


def wrong(found: list[tuple[Case, Any]]) -> list[tuple[str, Any]]:
    return [(case["description"], got) for case, got in found if got != case["expected"]]


def test_published_cases_of_who_is_named() -> None:
    plain = [(case, [one.name for one in named(case["text"]) if not one.slug]) for case in cases("mentions")]
    placed = [
        (
            case,
            [{"screen_name": n.name, "indices": [n.start, n.end]} for n in named(case["text"]) if not n.slug],
        )
        for case in cases("mentions_with_indices")
    ]
    lists = [
        (
            case,
            [
                {"screen_name": n.name, "list_slug": n.slug, "indices": [n.start, n.end]}
                for n in named(case["text"])
            ],
        )
        for case in cases("mentions_or_lists_with_indices")
    ]
    assert (len(plain), len(placed), len(lists)) == (23, 3, 5)
    assert wrong(plain + placed + lists) == []


def test_published_cases_of_replies() -> None:
    found = [(case, spoken_to(case["text"]) or None) for case in cases("replies")]
    assert len(found) == 13
    assert wrong(found) == []


def test_published_cases_of_hashtags() -> None:
    plain = [
        (case, [tag.text for tag in hashtags(case["text"])])
        for case in cases("hashtags", "hashtags_from_astral")
    ]
    placed = [
        (case, [{"hashtag": tag.text, "indices": [tag.start, tag.end]} for tag in hashtags(case["text"])])
        for case in cases("hashtags_with_indices")
    ]
    assert (len(plain), len(placed)) == (68, 8)
    assert wrong(plain + placed) == []


def test_published_cases_of_addresses() -> None:
    plain = [
        (case, [url.text for url in addresses(case["text"])])
        for case in cases("urls", "tco_urls_with_params")
    ]
    placed = [
        (case, [{"url": url.text, "indices": [url.start, url.end]} for url in addresses(case["text"])])
        for case in cases("urls_with_indices", "urls_with_directional_markers")
    ]
    assert len(plain) + len(placed) == 108
    assert wrong(plain + placed) == []


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("Wir sind die #1", []),
        ("#bahn#zug", []),
        ("#️⃣ drücken", []),
        ("Ticket &#bahn", []),
        ("nichts", []),
        ("siehe bahn.de/#plan und #plan", ["plan"]),
    ],
)
def test_hashtags(text: str, tags: list[str]) -> None:
    assert [tag.text for tag in hashtags(text)] == tags


@pytest.mark.parametrize(
    "text", ["@" * 100_000, "#" * 100_000, "#a" * 50_000, "@a" * 50_000, "a.b " * 20_000, "_#" * 50_000]
)
def test_odd_texts_have_nothing(text: str) -> None:
    assert (named(text), hashtags(text)) == ([], [])


def test_names_and_lists() -> None:
    text = ".@ada und @otto/liste-1, nicht a@b.example"
    assert [(text[one.start : one.end], one.slug) for one in named(text)] == [
        ("@ada", ""),
        ("@otto/liste-1", "/liste-1"),
    ]
    assert (spoken_to(" @ada hallo"), spoken_to("Hallo @ada"), spoken_to("")) == ("ada", "", "")


def test_on_x_a_query_sees_who_x_names() -> None:
    """But for a name that is glued to the next word: nothing looks for parts of words."""
    glued = "Extract mention in the middle of a Japanese tweet"
    checked = [case for case in cases("mentions") if case["description"] != glued]
    assert len(checked) == 22
    for case in checked:
        said = Said(network="x", text=case["text"], handle="jana", posted_ms=0)
        assert handles_in(said) == [name.casefold() for name in case["expected"]], case["description"]
