"""What networks are asked for an expression, and what is said to be lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from resonanz.query import SEARCHES, Loss, compiled, parse, written
from resonanz.query.elsewhere import SEARCHES_MOST
from resonanz.query.tree import terms
from tests.query.material import expressions, is_valid


def searches(said: str, network: str) -> list[str]:
    return list(compiled(parse(said), network).searches)


def lost(said: str, network: str) -> list[tuple[str, str]]:
    return [(loss.code, loss.term) for loss in compiled(parse(said), network).lost]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("toner", "toner"),
        ("Zürich", "Zürich OR Zuerich"),
        ("Zuerich kaputt", "(Zuerich OR Zürich) kaputt"),
        ("a -Müller", "a -Müller -Mueller"),
        ('"OTTO Office" -is:repost lang:de', '"OTTO Office" -is:retweet lang:de'),
        ("OTTO-Office", '"OTTO-Office"'),
        ("apple OR iphone ipad", "apple OR (iphone ipad)"),
        ("(a OR b) (c OR d e)", "(a OR b) (c OR (d e))"),
        ("a (b OR (c OR d))", "a (b OR c OR d)"),
        ("exact:Zürich", "Zürich"),
        ('exact:"x (y)"', '"x (y)"'),
        ("#bahn @jana $tsla from:otto to:nordlicht", "#bahn @jana $tsla from:otto to:nordlicht"),
        ("url:dpd.de/x has:videos lang:he", 'url:"dpd.de/x" has:video_link lang:iw'),
        ("network:x toner audience:public", "toner"),
        ("toner -network:mastodon", "toner"),
        ("conversation_id:12 has:media", "conversation_id:12 has:media"),
    ],
)
def test_x_is_asked_in_its_own_grammar(said: str, wanted: str) -> None:
    assert searches(said, "x") == [wanted]
    assert lost(said, "x") == []


@pytest.mark.parametrize(
    ("said", "wanted", "losses"),
    [
        ("a followers:>10", ["a"], [("filtered_here", "followers:>10")]),
        ('"a b"~2 c', ["c"], [("filtered_here", '"a b"~2')]),
        ("a -exact:B", ["a"], [("filtered_here", "-exact:B")]),
        ("a from:jana@social.example", ["a"], [("filtered_here", "from:jana@social.example")]),
        ("a @jana@social.example", ["a"], [("filtered_here", "@jana@social.example")]),
        ("a (state:open OR b)", ["a"], [("filtered_here", "state:open")]),
        ("state:open OR b", ["b"], [("never_there", "state:open")]),
        ("tag:x has:links", [], [("never_there", "tag:x")]),
        ("network:x a OR network:mastodon b", ["a"], [("never_there", "network:mastodon")]),
        ("a (network:mastodon OR b)", ["a b"], []),
        ("a -network:x", [], [("never_there", "a")]),
        ("audience:direct a", [], [("never_there", "audience:direct")]),
        ("(network:mastodon OR network:bluesky) a", [], [("never_there", "network:mastodon")]),
        ('tag:"x y" OR a', ["a"], [("never_there", 'tag:"x y"')]),
    ],
)
def test_what_x_cannot_do_is_said(said: str, wanted: list[str], losses: list[tuple[str, str]]) -> None:
    assert searches(said, "x") == wanted
    assert lost(said, "x") == losses


@pytest.mark.parametrize(
    ("said", "network", "wanted"),
    [
        ("a OR b c", "mastodon", ["a", "b c"]),
        ("(a OR b) c", "mastodon", ["a c", "b c"]),
        ("(a OR b OR c) (d OR e) f", "mastodon", ["d f", "e f"]),
        ("a OR (b OR c) d", "mastodon", ["a", "b d", "c d"]),
        ("(a OR network:x b) c", "mastodon", ["a c"]),
        ('a -"b c" lang:de is:reply has:images', "mastodon", ['a -"b c" language:de is:reply has:image']),
        ("a has:geo is:quote", "mastodon", ["a"]),
        ("from:jana@social.example a", "mastodon", ["from:jana@social.example a"]),
        (
            "a -b url:dpd.de/x @jana since:2026-11-20",
            "bluesky",
            ["a domain:dpd.de mentions:jana since:2026-11-20"],
        ),
        ("a since:20261120 url:nowhere", "bluesky", ["a"]),
    ],
)
def test_who_knows_no_or_is_asked_several_times(said: str, network: str, wanted: list[str]) -> None:
    assert searches(said, network) == wanted


def test_searches_have_their_lengths_and_number() -> None:
    long = " ".join(f"wort{number}" for number in range(100))
    assert compiled(parse(long), "x").lost == (Loss("too_long", length=len(long), limit=512),)
    ways = " OR ".join(f"wort{number}" for number in range(25))
    done = compiled(parse(ways), "mastodon")
    assert len(done.searches) == SEARCHES_MOST
    assert done.lost == (Loss("too_many", length=25, limit=SEARCHES_MOST),)


@settings(max_examples=150, deadline=None)
@given(expressions.filter(is_valid))
def test_every_term_is_written_as_it_is_read(said: str) -> None:
    for term, _ in terms(parse(said)):
        alone = written(term)
        again = [found for found, _ in terms(parse(f"a {alone}"))][1]
        assert again == term, alone


@settings(max_examples=150, deadline=None)
@given(expressions.filter(is_valid))
def test_what_x_is_asked_is_an_expression_again(said: str) -> None:
    tree = parse(said)
    for network in SEARCHES:
        compiled(tree, network)
    for search in compiled(tree, "x").searches:
        parse(search)
